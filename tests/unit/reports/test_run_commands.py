"""The commands that go on from a run."""

from dataclasses import replace
from pathlib import Path

import pytest

from importer.model.rows import Status
from importer.model.runs import ProblemGroup
from importer.reports.next_step import next_step
from importer.reports.run_commands import (
    command_line,
    in_earnest,
    retry_as_given,
    retry_command,
    undo_command,
    with_journal,
)
from importer.system import shell
from tests.support.journals import record


def test_a_command_that_is_read_elsewhere_needs_nothing_of_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cron mails has whole paths, and the config, which may say where the journal is."""
    monkeypatch.chdir(tmp_path)
    config = str(tmp_path / "config.toml")
    run = replace(record("r"), options={"config": config})
    assert retry_command(run) == "callbell-importer retry r"
    assert command_line("run", [tmp_path / "a.csv"], {}) == "callbell-importer run a.csv"
    monkeypatch.setattr(shell, "is_terminal", lambda _stream: False)
    assert retry_command(run) == f"callbell-importer retry r --config {config}"
    assert command_line("run", [tmp_path / "a.csv"], {}) == f"callbell-importer run {tmp_path}/a.csv"


@pytest.mark.parametrize("flag", [True, False])
def test_a_dry_run_that_asked_nothing_is_sent_by_a_command_that_asks_nothing(*, flag: bool) -> None:
    """All else is as it was given."""
    dry = replace(record("r"), files=("/a.csv",), options={"yes": flag, "dry_run": True, "country": "ES", "sheet": "A"})
    assert in_earnest(dry) == f"callbell-importer run /a.csv --sheet A --country ES{' --yes' * flag}"


def test_a_journal_in_this_folder_is_named_as_it_was_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in the command that has a forgotten person imported again, which the journal wrote without one."""
    monkeypatch.chdir(tmp_path)
    options = {"journal": str(tmp_path / "j.sqlite3")}
    assert undo_command(replace(record("r"), options=options)) == "callbell-importer undo r --journal j.sqlite3"
    said = "give: callbell-importer purge --contact NUMBER --remember\n"
    assert with_journal(said, options) == f"{said[:-1]} --journal j.sqlite3\n"
    assert with_journal(said, {}) == said


def test_a_command_that_is_read_elsewhere_names_the_journal_that_a_variable_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The shell of whoever reads it need not have the variable; at this terminal it is set, and an option wins."""
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", "/srv/j.sqlite3")
    run = replace(record(), options={})
    assert "--journal" not in retry_command(run)
    monkeypatch.setattr(shell, "is_terminal", lambda _stream: False)
    assert retry_command(run).endswith(" --journal /srv/j.sqlite3")
    assert command_line("run", ["/a.csv"], {}).endswith(" --journal /srv/j.sqlite3")
    assert retry_command(replace(run, options={"journal": "/k"})).endswith(" --journal /k")
    assert "--journal" not in retry_command(replace(run, options={"sandbox": True}))


def test_a_command_that_is_read_elsewhere_has_what_variables_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A retry would map the rows without their country, and make them without their tags; an option wins."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "COUNTRY": "ES",
        "TAGS": "A, B C,",
        "ACCOUNT": "shop",
        "REPORT_DIR": "r",
        "SANDBOX": "1",
    }.items():
        monkeypatch.setenv(f"CALLBELL_IMPORTER_{name}", value)
    monkeypatch.setenv("CALLBELL_IMPORTER_SHEET", "May")
    monkeypatch.setenv("CALLBELL_IMPORTER_EXISTING", "")
    run = replace(record("r"), options={})
    assert retry_command(run) == "callbell-importer retry r"
    assert command_line("run", ["/a.csv"], {}) == "callbell-importer run /a.csv"
    monkeypatch.setattr(shell, "is_terminal", lambda _stream: False)
    given = "--country ES --tag A --tag 'B C'"
    assert retry_command(run, gone="recreate") == f"callbell-importer retry r --gone recreate {given} --account shop"
    assert undo_command(run) == "callbell-importer undo r --account shop"
    fixed = f"callbell-importer run /a.csv --account shop {given} --report-dir {tmp_path}/r"
    assert command_line("run", ["/a.csv"], {}) == fixed
    assert command_line("run", ["/a.csv"], {}, same_files=True) == fixed.replace("/a.csv", "/a.csv --sheet May")
    mexican = {"country": "MX", "tag": ["D"], "account": "other"}
    told = "callbell-importer retry r --account other"
    assert retry_command(replace(run, options=mexican)) == told
    assert "--country MX --tag D" in command_line("run", ["/a.csv"], mexican)


def test_a_retry_is_given_again_with_what_was_decided_for_its_rows() -> None:
    """Without that it would leave them once more; of its other options its run knows."""
    options = {"on_conflict": "sheet", "gone": None, "existing": "update", "journal": "/k"}
    assert retry_as_given("r", options) == "callbell-importer retry r --on-conflict sheet --journal /k"


@pytest.mark.parametrize(
    ("code", "count", "said"),
    [("tag_unknown", 3, "Then import the list again:\n"), ("tag_unknown", 9, "again:\n"), ("phone_invalid", 3, "Fix")],
)
def test_what_a_retry_overwrites_is_not_proposed_for_the_whole_list(code: str, count: int, said: str) -> None:
    """It was said of the rows of then; of a run it is what the person wants."""
    options = {"existing": "update", "on_conflict": "sheet", "gone": "recreate"}
    run = replace(record("r"), command="retry", files=("a.csv",), options=options, exit_code=1)
    problem = ProblemGroup(code=code, column="Tags", message="", count=count, new=0, rows=())
    status = Status.INVALID if code == "phone_invalid" else Status.FAILED
    tally = {status: count, Status.UPDATED: 9 - count}
    text = next_step(run, tally, [problem], [Path("failed.csv")])
    assert said in text
    assert "--existing update" in text
    assert "--on-conflict" not in text
    assert "--gone" not in text
    asked = next_step(replace(run, command="run"), tally, [problem], [Path("failed.csv")])
    assert "--existing update --on-conflict sheet --gone recreate" in asked
