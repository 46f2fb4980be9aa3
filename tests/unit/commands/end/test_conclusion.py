"""What monitoring is told at the end of an import; nothing of it changes how the import ends."""

import io
import json
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from importer.commands.context import CommandContext
from importer.commands.end.conclusion import LAST_RUN, conclude
from importer.settings import RunOptions, Settings
from importer.system import runtime
from importer.system.logs import LOG

ENDING = {"command": "run", "exit_code": 5, "error": {"code": "unreachable", "message": "No.", "hint": ""}}


def given(folder: Path, **options: Any) -> CommandContext:
    """Return what a command is given whose journal is in the folder."""
    run = replace(RunOptions(journal=folder / "journal.sqlite3"), **options)
    return CommandContext(settings=Settings(run=run), environment={}, stream=io.StringIO())


def test_the_last_run_is_written_beside_the_journal_for_its_owner_alone(tmp_path: Path) -> None:
    """And each end takes the place of the one before."""
    for code in (5, 0):
        conclude(given(tmp_path), "run", ENDING | {"exit_code": code})
        assert json.loads((tmp_path / LAST_RUN).read_text(encoding="utf-8"))["exit_code"] == code
    assert runtime.WINDOWS or stat.S_IMODE((tmp_path / LAST_RUN).stat().st_mode) == 0o600


def test_one_that_found_another_at_work_leaves_the_last_run(tmp_path: Path) -> None:
    """The other ends with an object of its own; and if it is killed, this one says nothing of it."""
    conclude(given(tmp_path), "run", ENDING | {"exit_code": 0})
    conclude(given(tmp_path), "run", ENDING | {"exit_code": 6})
    assert json.loads((tmp_path / LAST_RUN).read_text(encoding="utf-8"))["exit_code"] == 0


@pytest.mark.parametrize("option", ["dry_run", "sandbox"])
def test_what_sends_nothing_to_callbell_is_no_last_run(tmp_path: Path, option: str) -> None:
    """A rehearsal by day does not hide a bad night."""
    conclude(given(tmp_path, **{option: True}), "run", ENDING)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["check", "undo", "runs", "report", ""])
def test_other_commands_are_no_last_run(tmp_path: Path, command: str) -> None:
    """They import nothing, also those whose object is that of a run."""
    conclude(given(tmp_path), command, ENDING)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """A journal's folder whose name is mistyped does not come into being by an error about it."""
    conclude(given(tmp_path / "typo"), "run", ENDING)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_is_logged_and_raises_nothing(tmp_path: Path) -> None:
    """The rows are where they are."""
    (tmp_path / LAST_RUN).mkdir()
    conclude(given(tmp_path, log_file=tmp_path / "log"), "run", ENDING)
    assert "monitoring was not told by last-run.json" in (tmp_path / "log").read_text(encoding="utf-8")


def test_without_a_log_it_is_told_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where quiet was asked for: cron mails it."""
    monkeypatch.setattr(LOG, "handlers", [])  # without pytest's own
    (tmp_path / LAST_RUN).mkdir()
    conclude(given(tmp_path, quiet=True), "run", ENDING)
    assert "monitoring was not told by last-run.json" in capsys.readouterr().err


def test_half_a_character_in_a_file_s_name_is_written_all_the_same(tmp_path: Path) -> None:
    """As JSON escapes it; file systems have such names."""
    conclude(given(tmp_path), "run", ENDING | {"files": ["a\udcff.csv"]})
    assert json.loads((tmp_path / LAST_RUN).read_text(encoding="utf-8"))["files"] == ["a\udcff.csv"]


def test_the_metrics_are_written_also_where_nothing_ran(tmp_path: Path) -> None:
    """Named after their file, so that several imports share a folder."""
    conclude(given(tmp_path, metrics=tmp_path / "north.prom"), "run", ENDING)
    text = (tmp_path / "north.prom").read_text(encoding="utf-8")
    assert 'callbell_importer_last_run_exit_code{import="north",account=""} 5' in text


def test_a_run_that_was_answered_no_leaves_the_metrics_of_the_one_before(tmp_path: Path) -> None:
    """Whoever said no is there, and no alarm is to ring for their exit code."""
    declined = {"command": "run", "exit_code": 3, "error": {"code": "declined", "message": "", "hint": ""}}
    conclude(given(tmp_path, metrics=tmp_path / "north.prom"), "run", declined)
    assert not (tmp_path / "north.prom").exists()
    assert (tmp_path / LAST_RUN).exists()


def test_metrics_that_cannot_be_written_do_not_keep_the_last_run_from_being_written(tmp_path: Path) -> None:
    """Each is on its own."""
    conclude(given(tmp_path, metrics=tmp_path / "none" / "x.prom", log_file=tmp_path / "log"), "run", ENDING)
    assert (tmp_path / LAST_RUN).exists()
    assert "x.prom cannot be written" in (tmp_path / "log").read_text(encoding="utf-8")
