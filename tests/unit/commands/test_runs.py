"""The list of past runs: account, local date, file, duration, counts."""

import io
import json
import os
import re
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from importer.commands import runs as tested
from importer.commands.context import CommandContext
from importer.commands.runs import find_run, list_runs
from importer.journal import Journal
from importer.model.deletion import Fate
from importer.model.errors import UsageError
from importer.model.rows import Status
from importer.model.runs import WAITED, RunRecord
from importer.reports.run_table import runs_table
from importer.settings import settle
from importer.system.locks import journal_lock
from tests.support.journals import Ticking, record

MADRID = timezone(timedelta(hours=1))
AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@pytest.fixture
def context(tmp_path: Path) -> CommandContext:
    """In a zone of its own, whatever this computer's is."""
    settings = settle({"journal": str(tmp_path / "journal.sqlite3")}, {})
    return CommandContext(settings=settings, environment={}, stream=io.StringIO(), zone=MADRID)


def ended(context: CommandContext, **given: object) -> RunRecord:
    """Write a run that has ended."""
    one = replace(record(), started_at=AT, **given)  # type: ignore[arg-type]  # as the test has them
    with closing(Journal.open(context.settings.run.journal or Path(), Ticking())) as journal:
        journal.begin(one)
        journal.finish(replace(one, finished_at=AT + timedelta(seconds=125), exit_code=1))
    return one


def test_a_run_is_listed_with_its_account_date_file_and_duration(context: CommandContext) -> None:
    """By the clock on the wall where it was made, and where that is not known, as it is here."""
    ended(context, name="old", account="https://api.callbell.eu/v1 ana@example.com")
    ended(
        context, name="new", account="https://api.callbell.eu/v1 main", offset_minutes=-300, files=("/a.csv", "/b.csv")
    )
    lines = [line.split("  ") for line in list_runs(context).splitlines()]
    told = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert told == [
        ["RUN", "DATE", "ACCOUNT", "FILE", "TIME", "COMMAND", "EXIT", "ROWS", "IN CALLBELL", "TO FIX"],
        ["new", "2026-11-22 20:30", "main", "a.csv +1", "2 min 5 s", "run", "1", "0", "0", "0"],
        ["old", "2026-11-23 02:30", "ana@example.com", "contacts.csv", "2 min 5 s", "run", "1", "0", "0", "0"],
    ]


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A journal that an earlier run used, which has a run."""
    path = tmp_path / "known.sqlite3"
    with closing(Journal.open(path, Ticking())) as journal:
        journal.begin(record("elsewhere"))
    monkeypatch.setattr(tested, "other_journals", lambda _opened: [path, tmp_path / "gone.sqlite3"])
    monkeypatch.chdir(tmp_path)
    return path


@pytest.mark.parametrize("has_own", [True, False])
def test_a_run_of_another_journal_is_found_there(context: CommandContext, known: Path, *, has_own: bool) -> None:
    """It is said which it is, and with which command; whether the own journal has runs, or is not there."""
    if has_own:
        ended(context, name="own")
    with pytest.raises(UsageError) as error:
        find_run(context, "undo", "elsewhere")
    assert f", but in {known} there is." in error.value.message
    assert error.value.hint == "To look there:\n  callbell-importer undo elsewhere --journal known.sqlite3"


def test_what_lists_the_names_has_the_same_journal(context: CommandContext, known: Path) -> None:
    """As it was typed, where it is in this folder."""
    ended(context, name="own")
    named = replace(context, options={"journal": str(known.with_name("journal.sqlite3"))})
    with pytest.raises(UsageError) as error:
        find_run(named, "undo", "nowhere")
    assert error.value.hint == "See their names with: callbell-importer runs --journal journal.sqlite3"


def test_the_time_of_questions_does_not_count(context: CommandContext) -> None:
    """It is told where one run is shown."""
    ended(context, name="asked", options={WAITED: 120.4})
    assert "  5 s  " in list_runs(context).splitlines()[1]
    assert ", after 5 s, and 2 min 0 s of questions\n" in list_runs(context, "asked")


def test_customers_whose_update_failed_are_in_callbell(context: CommandContext) -> None:
    """As the run's own end said; the exit code stays where an undo takes room."""
    one = replace(record("20261123-020000-contacts"), account="https://api.callbell.eu/v1 main", exit_code=1)
    counts = dict.fromkeys(Status, 0) | {Status.UNCHANGED: 398, Status.FAILED: 85, Status.DUPLICATE: 6}
    counts |= {Status.INVALID: 7, Status.UNSENT: 3}
    undone = {one.name: {Fate.DELETED: 2}}
    table = runs_table([(one, counts)], UTC, 80, undone, {one.name: 85})
    assert " ".join(table.splitlines()[0].split()) == "RUN EXIT ROWS IN CALLBELL TWICE TO FIX UNSENT UNDONE"
    assert re.search(r" 1  +499  +481  +6  +92  +3  +2$", table.splitlines()[1])
    assert re.search(r"  398  ", runs_table([(one, counts)], UTC, 0).splitlines()[1])
    ended(context, name="no-failures")
    assert list_runs(context).splitlines()[1].endswith("0            0       0")


def test_a_run_that_was_cut_off_has_no_duration(context: CommandContext) -> None:
    """And what is long is cut, so that a line stays one."""
    with closing(Journal.open(context.settings.run.journal or Path(), Ticking())) as journal:
        journal.begin(replace(record(), started_at=AT, account="x", files=(f"/{'a' * 90}.csv",)))
    line = list_runs(context).splitlines()[1]
    assert f"2026-11-23 02:30  x        {'a' * 23}…  -  " in line
    assert "ended     it was cut off\n  exit code killed\n" in list_runs(context, "run-1")


def test_a_run_without_an_end_is_running_while_the_journal_is_held_else_killed(context: CommandContext) -> None:
    """Of several the newest runs: the others were killed before it began."""
    path = context.settings.run.journal or Path()
    with closing(Journal.open(path, Ticking())) as journal:
        for name in ("first", "second"):
            journal.begin(replace(record(), started_at=AT, name=name))

    def exits() -> list[str]:
        return [line.split()[7] for line in list_runs(context).splitlines()[1:]]

    assert exits() == ["killed", "killed"]
    with journal_lock(path):
        assert exits() == ["running", "killed"]
        assert "ended     not yet\n  exit code running\n" in list_runs(context, "second")
    assert exits() == ["killed", "killed"]


@pytest.mark.parametrize(
    ("name", "most", "columns"),
    [
        ("20261123-020000-contacts", 80, "RUN ACCOUNT COMMAND EXIT ROWS IN CALLBELL TO FIX"),
        ("20261123-020000-contacts", 160, "RUN DATE ACCOUNT FILE TIME COMMAND EXIT ROWS IN CALLBELL TO FIX"),
        (f"20261123-020000-{'c' * 30}", 80, "RUN EXIT ROWS IN CALLBELL TO FIX"),
        (f"20261123-020000-{'c' * 40}-2", 80, "RUN IN CALLBELL TO FIX"),
    ],
)
def test_the_table_fits_the_terminal(context: CommandContext, name: str, most: int, columns: str) -> None:
    """A name is never cut, as other commands need it; what it says itself is left out first."""
    ended(context, name=name, account="https://api.callbell.eu/v1 main")
    lines = list_runs(context, line_width=most).splitlines()
    assert " ".join(lines[0].split()) == columns
    assert lines[1].startswith(f"{name}  ")
    assert max(map(len, lines)) <= most


def test_a_row_that_stands_twice_is_counted_as_the_closing_text_does() -> None:
    """It is no customer in Callbell, and nobody has to do anything about it."""
    counts = dict.fromkeys(Status, 0) | {Status.CREATED: 3, Status.DUPLICATE: 2, Status.INVALID: 1}
    table = runs_table([(replace(record(), started_at=AT), counts)], MADRID, 0)
    assert re.search(r"ROWS  IN CALLBELL  TWICE  TO FIX\n.* 6  +3  +2  +1\n$", table)


def test_what_is_unsent_is_told_below_where_a_long_name_leaves_it_no_column() -> None:
    """The table fits the terminal all the same."""
    name = f"20261123-020000-{'c' * 40}-2"
    counts = dict.fromkeys(Status, 0) | {Status.CREATED: 675, Status.UNSENT: 193}
    run = replace(record(), name=name, started_at=AT)
    head, line, below = runs_table([(run, counts)], MADRID, 80).splitlines()
    assert (head.split(), below) == (["RUN", "IN", "CALLBELL", "TO", "FIX"], f"193 unsent: {name}")
    assert len(line) <= 80


def test_unsent_rows_have_a_column_of_their_own_and_are_not_to_fix() -> None:
    """`retry` sends them: they need no person."""
    counts = dict.fromkeys(Status, 0) | {Status.CREATED: 675, Status.FAILED: 132, Status.UNSENT: 193}
    table = runs_table([(replace(record(), started_at=AT, conflicts=1), counts)], MADRID, 0)
    assert re.search(r"IN CALLBELL  TO FIX  UNSENT\n.* 1,000  +675  +133  +193\n$", table)


def test_what_an_undo_took_back_is_not_in_callbell() -> None:
    """What was given back still is; the column is there if any run was undone, and the table fits a terminal."""
    counts = dict.fromkeys(Status, 0) | {Status.CREATED: 700, Status.UPDATED: 200, Status.UNSENT: 100}
    name = "20261123-020000-contacts"
    undone = {name: {Fate.DELETED: 650, Fate.GONE: 10, Fate.RESTORED: 200, Fate.CHANGED: 40}}
    runs = [(replace(record(one), started_at=AT), counts) for one in (name, "other")]
    table = runs_table(runs, MADRID, 80, undone)
    assert re.search(r"IN CALLBELL  TO FIX  UNSENT  UNDONE\n.* 240  +0  +100  +860\n.* 900  +0  +100  +0\n$", table)
    assert max(map(len, table.splitlines())) <= 80


def test_one_run_is_told_with_its_offset(context: CommandContext) -> None:
    """So that it can be compared with any log."""
    ended(context, name="new", account="https://api.callbell.eu/v1 main", offset_minutes=345)
    text = list_runs(context, "new")
    assert "  account   https://api.callbell.eu/v1 main\n" in text
    assert "  started   2026-11-23 07:15:00+05:45\n" in text
    assert "  ended     2026-11-23 07:17:05+05:45, after 2 min 5 s\n" in text


def failed_night(context: CommandContext, at: datetime, code: str = "token_refused") -> None:
    """Write that an import ended before it had a run."""
    path = (context.settings.run.journal or Path()).with_name("last-run.json")
    error = {"code": code, "message": "The token is refused.", "hint": "Take a new one."}
    path.write_text(json.dumps({"command": "run", "exit_code": 5, "error": error}), "utf-8")
    os.utime(path, (at.timestamp(), at.timestamp()))


def test_a_night_that_ended_before_it_had_a_run_is_told_below_the_table(context: CommandContext) -> None:
    """It is nowhere else, until the next run; with what to do."""
    said = (
        "Not in this list, as nothing was read: the last import, 2026-11-24 02:30, ended with exit code 5:"
        " The token is refused.\n"
        "Take a new one.\n"
    )
    failed_night(context, AT + timedelta(days=1))
    assert list_runs(context).endswith(f"Make one with: callbell-importer run FILE\n{said}")
    ended(context, name="run-1")
    assert list_runs(context).endswith(said)


def test_a_later_run_has_the_last_word(context: CommandContext) -> None:
    """And a person who said no is told nothing."""
    ended(context, name="run-1")
    failed_night(context, AT - timedelta(days=1))
    assert "Not in this list" not in list_runs(context)
    failed_night(context, AT + timedelta(days=1), "declined")
    assert "Not in this list" not in list_runs(context)


def test_that_there_is_no_run_is_told_within_the_terminal(context: CommandContext) -> None:
    """No word is broken at its edge."""
    assert context.settings.run.journal
    journal = str(context.settings.run.journal)
    lines = list_runs(context, line_width=40).splitlines()
    assert len(lines) > 1
    assert all(len(line) <= 40 or journal in line for line in lines)
