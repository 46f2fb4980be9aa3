"""A run that is given exactly what the account's last run was given: told from that run's rows, and only then."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from importer.journal import Journal
from importer.model.deletion import Fate, Removed
from importer.model.journal_rows import Recorded
from importer.model.replies import Outcome
from importer.model.rows import InvalidRow, Problem, Status
from importer.model.runs import RunRecord
from tests.support.journals import SHEET, START, Ticking, contact, entries, entry, record

GIVEN = b"sixteen bytes of"
PHONE = Problem(code="phone_invalid", column="Phone", message="It is too short.")
EXISTED = Outcome(status=Status.EXISTS, uuid="uuid-2", code="exists", reason="It was in Callbell before.")
CREATED = Outcome(status=Status.CREATED, uuid="uuid-1", href="/c/1", http_status=201)


def given(name: str, account: str = "main", what: bytes = GIVEN) -> RunRecord:
    """Return a run that was given something."""
    return replace(record(name, account), input_fingerprint=what)


def ended(run: RunRecord, exit_code: int = 0) -> RunRecord:
    """Return the run as it ends."""
    return replace(run, exit_code=exit_code, finished_at=START + timedelta(minutes=1), blank=3)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A journal whose run created 1, found 2 in Callbell, had 1 again, and an invalid row."""
    with closing(Journal.open(tmp_path / "journal.sqlite3", Ticking())) as journal:
        journal.begin(given("run-1"))
        journal.enter(journal.add_sheet(SHEET), entries([1, 2, 1]))
        journal.enter(0, [entry(InvalidRow(problems=(PHONE,), identifier="12", name="Eva"), 9)])
        finish(journal, ended(given("run-1"), 1), CREATED, EXISTED)
        yield journal


def finish(journal: Journal, run: RunRecord, *outcomes: Outcome) -> None:
    """Give the pending rows these outcomes and end the run."""
    taken = journal.take(10)
    noted = [
        Recorded(seq=pending.seq, outcome=outcome, attempts=1, at=START)
        for pending, outcome in zip(taken, outcomes, strict=True)
    ]
    journal.finish(run, noted)


def test_a_run_that_is_given_the_same_is_known(journal: Journal) -> None:
    """The last run had exactly this, and all of it is done."""
    assert journal.last_run_given("main", GIVEN) == "run-1"


@pytest.mark.parametrize(("account", "what"), [("other", GIVEN), ("main", b"another sixteen."), ("main", b"")])
def test_anything_else_is_not(journal: Journal, account: str, what: bytes) -> None:
    """Another account, other files or settings, or nothing that is known."""
    assert journal.last_run_given(account, what) == ""


def test_only_the_last_run_counts(journal: Journal) -> None:
    """Whatever another run was given, it may have changed what the account has."""
    other = given("run-2", what=b"another sixteen.")
    journal.begin(other)
    journal.enter(journal.add_sheet(SHEET), [])
    journal.finish(ended(other))
    assert journal.last_run_given("main", GIVEN) == ""
    assert journal.last_run_given("main", b"another sixteen.") == "run-2"


def test_another_accounts_run_does_not_matter(journal: Journal) -> None:
    """It changes nothing here."""
    journal.begin(given("run-2", "other"))
    journal.finish(ended(given("run-2", "other")))
    assert journal.last_run_given("main", GIVEN) == "run-1"


@pytest.mark.parametrize("status", [Status.FAILED, Status.IN_DOUBT, Status.PENDING])
def test_a_run_that_left_something_to_do_is_gone_through_again(tmp_path: Path, status: Status) -> None:
    """What failed, is in doubt or was not sent is to be sent."""
    with closing(Journal.open(tmp_path / "journal.sqlite3", Ticking())) as journal:
        journal.begin(given("run-1"))
        journal.enter(journal.add_sheet(SHEET), entries([1]))
        finish(journal, ended(given("run-1"), 1), Outcome(status=status, code="x"))
        assert journal.last_run_given("main", GIVEN) == ""


@pytest.mark.parametrize("exit_code", [3, 5, 130])
def test_a_run_that_was_stopped_is_gone_through_again(tmp_path: Path, exit_code: int) -> None:
    """It may not have read its input to the end."""
    with closing(Journal.open(tmp_path / "journal.sqlite3", Ticking())) as journal:
        journal.begin(given("run-1"))
        journal.finish(ended(given("run-1"), exit_code))
        assert journal.last_run_given("main", GIVEN) == ""


def test_a_run_that_was_killed_is_gone_through_again(tmp_path: Path) -> None:
    """It has no end."""
    with closing(Journal.open(tmp_path / "journal.sqlite3", Ticking())) as journal:
        journal.begin(given("run-1"))
    with closing(Journal.open(tmp_path / "journal.sqlite3", Ticking())) as journal:
        assert journal.last_run_given("main", GIVEN) == ""


def test_after_an_undo_the_input_is_gone_through_again(journal: Journal) -> None:
    """What was deleted is to be made anew."""
    undo = journal.undo_of("run-1")
    undo.begin("undo-1", Path("/home/reports/undo-1"), START + timedelta(hours=1))
    (first,) = undo.take(5)
    undo.save([Removed(seq=first.seq, fate=Fate.DELETED, http_status=200, reason="", at=START)])
    undo.finish(0, START)
    assert journal.last_run_given("main", GIVEN) == ""


def test_it_is_told_from_the_earlier_runs_rows(journal: Journal) -> None:
    """Each row is as mapping it again would find it, with this run's time and no request of its own."""
    journal.repeat(ended(given("run-2"), 1), "run-1")
    source = journal.report_source("run-2")
    found = list(source.results())
    assert [(row.row, row.status.value, row.uuid, row.code) for row in found] == [
        (2, "unchanged", "uuid-1", ""),
        (3, "unchanged", "uuid-2", ""),
        (4, "duplicate", "uuid-1", "duplicate"),
        (9, "invalid", "", "phone_invalid"),
    ]
    assert {(row.attempts, row.http_status, row.finished_at) for row in found} == {(0, None, START)}
    assert [row.reason for row in found] == ["", "", "same identifier as row 2", PHONE.message]
    assert {status: n for status, n in source.tally().items() if n} == {"unchanged": 2, "duplicate": 1, "invalid": 1}
    assert [group.code for group in source.problems()] == ["duplicate", "phone_invalid"]
    assert [row.row for row in source.rows_to_mend(0)] == [9]
    assert (source.record().name, source.record().blank, source.sheets()) == ("run-2", 3, [SHEET])


def test_it_is_listed_and_retried_and_undone_as_any_run(journal: Journal) -> None:
    """Its tally is its own, its rows to mend are the earlier one's, and it created nothing."""
    journal.repeat(ended(given("run-2"), 1), "run-1")
    (last, tally), *_ = journal.runs()
    assert (last.name, last.exit_code, tally[Status.UNCHANGED], tally[Status.CREATED]) == ("run-2", 1, 2, 0)
    assert [row.number for rows in journal.rows_of("run-2") for chunk in rows.chunks() for row in chunk] == [9]
    assert journal.undo_of("run-2").to_do() == 0


def test_a_third_run_is_told_from_the_first(journal: Journal) -> None:
    """However often it is given."""
    journal.repeat(ended(given("run-2"), 1), "run-1")
    assert journal.last_run_given("main", GIVEN) == "run-2"
    journal.repeat(ended(given("run-3"), 1), "run-2")
    assert [row.uuid for row in journal.report_source("run-3").results()] == ["uuid-1", "uuid-2", "uuid-1", ""]


def test_what_is_changed_after_it_is_compared_with_what_was_sent(journal: Journal) -> None:
    """A run without rows of its own is in nobody's way."""
    journal.repeat(ended(given("run-2"), 1), "run-1")
    journal.begin(given("run-3", what=b"another sixteen."))
    journal.enter(journal.add_sheet(SHEET), [entry(contact(1, "New name"), 2), entry(contact(2), 3)])
    journal.finish(ended(given("run-3", what=b"another sixteen.")))
    assert [row.status.value for row in journal.report_source("run-3").results()] == ["exists", "unchanged"]
