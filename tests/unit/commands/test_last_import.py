"""How the last import ended, as last-run.json or the journal says."""

import json
import os
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from importer.commands.last_import import LastImport, last_import
from importer.system.locks import journal_lock
from tests.support.journals import START, begun

AT = datetime(2026, 11, 28, 2, 7, tzinfo=UTC)


def ended(folder: Path, name: str = "last-run.json", **ending: object) -> None:
    """Write how an import ended."""
    path = folder / name
    path.write_text(json.dumps({"command": "run", **ending}), "utf-8")
    os.utime(path, (AT.timestamp(), AT.timestamp()))


def test_an_import_that_did_not_begin_says_why_and_when_the_file_was_written(tmp_path: Path) -> None:
    """It has no times of its own."""
    error = {"code": "token_refused", "message": "The token is refused.", "hint": "Take a new one."}
    ended(tmp_path, exit_code=5, error=error)
    last = last_import(tmp_path / "journal.sqlite3")
    assert last == LastImport(
        exit_code=5,
        ended_at=AT,
        command="run",
        code="token_refused",
        message="The token is refused.",
        hint="Take a new one.",
    )
    assert last.is_without_run
    assert last.sentence(UTC) == ("the last import, 2026-11-28 02:07, ended with exit code 5: The token is refused")


def test_an_import_that_ran_says_its_own_time(tmp_path: Path) -> None:
    """And its run, which the journal has."""
    ended(tmp_path, exit_code=1, run="r", finished_at="2026-11-27T02:05:00+00:00", error=None)
    last = last_import(tmp_path / "journal.sqlite3")
    assert last is not None
    assert not last.is_without_run
    assert last.sentence(UTC) == "the last import: exit code 1 at 2026-11-27 02:05"


@pytest.mark.parametrize(("journal", "account"), [("journal-madrid.sqlite3", ""), ("named.sqlite3", "madrid")])
def test_each_account_has_a_file_of_its_own(tmp_path: Path, journal: str, account: str) -> None:
    """By the account, or by the journal's usual name."""
    ended(tmp_path, "last-run-madrid.json", exit_code=0)
    assert last_import(tmp_path / journal, account) is not None
    assert last_import(tmp_path / "journal.sqlite3") is None


def test_a_person_who_said_no_is_no_failure(tmp_path: Path) -> None:
    """Who was there knows."""
    ended(tmp_path, exit_code=3, error={"code": "declined", "message": "Nothing was sent."})
    last = last_import(tmp_path / "journal.sqlite3")
    assert last is not None
    assert not last.is_without_run


def test_a_retry_of_rows_that_are_to_be_fixed_first_is_no_failure(tmp_path: Path) -> None:
    """It has no run, and says why not."""
    ended(tmp_path, command="retry", exit_code=1, run="", finished_at="2026-11-27T13:50:00+00:00", error=None)
    last = last_import(tmp_path / "journal.sqlite3")
    assert last is not None
    assert not last.is_without_run
    assert last.had_nothing_to_send
    assert last.sentence(UTC) == "the last retry, 2026-11-27 13:50, had nothing to send"


def test_a_retry_that_failed_is_called_one(tmp_path: Path) -> None:
    """An import that a person repeated by hand is not the night's."""
    error = {"code": "run_unknown", "message": "There is no run yet.", "hint": "Make one."}
    ended(tmp_path, command="retry", exit_code=2, error=error)
    last = last_import(tmp_path / "journal.sqlite3")
    assert last is not None
    assert last.sentence(UTC) == "the last retry, 2026-11-28 02:07, ended with exit code 2: There is no run yet"
    ended(tmp_path, command="retry", exit_code=1, run="r", finished_at="2026-11-27T02:05:00+00:00", error=None)
    last = last_import(tmp_path / "journal.sqlite3")
    assert last is not None
    assert last.sentence(UTC) == "the last retry: exit code 1 at 2026-11-27 02:05"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"exit_code": "5"}'])
def test_a_file_that_says_nothing_is_none(tmp_path: Path, text: str) -> None:
    """It is only a help."""
    (tmp_path / "last-run.json").write_text(text, "utf-8")
    assert last_import(tmp_path / "journal.sqlite3") is None


def test_an_import_that_was_killed_is_the_last_one_and_not_the_one_before(tmp_path: Path) -> None:
    """It wrote no ending: the journal has a run without one, which began later than that file was written."""
    path = tmp_path / "journal.sqlite3"
    before = f"{START - timedelta(days=1):%Y-%m-%dT%H:%M:%S+00:00}"
    ended(tmp_path, exit_code=0, run="run-0", finished_at=before, error=None)
    with closing(begun(path)):
        with journal_lock(path):  # it is under way
            last = last_import(path)
        assert last is not None
        assert last.run == "run-0"
        last = last_import(path)
    assert last == LastImport(exit_code=None, ended_at=START, command="run", run="run-1")
    assert last.sentence(UTC) == "the last import, begun 2026-11-23 02:00, was killed: the next run goes on"
    assert not last.is_without_run


def test_of_what_followed_a_killed_import_it_is_told_how_that_ended(tmp_path: Path) -> None:
    """Also where it ended before it had a run."""
    path = tmp_path / "journal.sqlite3"
    with closing(begun(path)):
        ended(tmp_path, exit_code=3, error={"code": "file_missing", "message": "There is no file."})
        last = last_import(path)
    assert last is not None
    assert last.exit_code == 3


def test_a_killed_rehearsal_in_the_same_journal_is_no_import(tmp_path: Path) -> None:
    """Nothing was sent by it."""
    path = tmp_path / "journal.sqlite3"
    with closing(begun(path, account="sandbox run-1")):
        assert last_import(path) is None
