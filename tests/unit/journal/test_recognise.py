"""Rows that an earlier run settled exactly as they are: found without mapping them, and never by mistake."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from importer.journal import Journal
from importer.model.deletion import Deletion, Fate
from importer.model.journal_rows import RecordedOutcome
from importer.model.rows import Contact, Entry, Status
from importer.model.runs import Result
from tests.support.journals import SHEET, START, Ticking, begin, begun, contact, entry, first_version, record, recorded

CONTACTS = [contact(number) for number in (1, 2, 3)]


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """A journal whose first run created 1, 2 and 3."""
    journal = begun(path)
    journal.enqueue(0, entered(CONTACTS))
    finish(journal, "run-1")
    yield journal
    journal.close()


def mark(given: Contact) -> bytes:
    """Return what stands for a row that becomes the contact."""
    return f"{given.identifier[-3:]}{given.name:>13}".encode()


def entered(contacts: Sequence[Contact], first_row: int = 2) -> list[Entry]:
    """Return the contacts' rows with their fingerprints."""
    return [replace(entry(given, row), fingerprint=mark(given)) for row, given in enumerate(contacts, first_row)]


def finish(journal: Journal, name: str, status: Status = Status.CREATED) -> list[Result]:
    """Send what is pending, end the run, and return its rows."""
    journal.finish(record(name), [recorded(pending, status) for pending in journal.claim(100)])
    return list(journal.report_source(name).results())


def offered(journal: Journal, rows: Sequence[Entry]) -> list[bool]:
    """Offer the rows, enter those that are not recognised, and return which are."""
    known = journal.recognise([(row.row.number, row.fingerprint) for row in rows])
    journal.enqueue(0, [row for row, identifier in zip(rows, known, strict=True) if identifier is None])
    return [identifier is not None for identifier in known]


def test_a_row_that_was_settled_so_is_unchanged_with_its_name_and_uuid(journal: Journal) -> None:
    """It needs no mapping, and the report says the same as after mapping it."""
    begin(journal, "run-2")
    assert journal.recognise([(9, mark(CONTACTS[1]))]) == [CONTACTS[1].identifier]
    assert +Counter(journal.enqueue(0, [])) == {Status.UNCHANGED: 1}
    (row,) = finish(journal, "run-2")
    assert (row.row, row.identifier, row.name, row.status) == (9, "34600000002", "Name 2", "unchanged")
    assert (row.uuid, row.href) == ("uuid-34600000002", "/c/uuid-34600000002")


def test_recognised_and_new_rows_stand_in_the_inputs_order(journal: Journal) -> None:
    """Each has its place, though only some were mapped."""
    begin(journal, "run-2")
    rows = entered([contact(8), CONTACTS[0], contact(9), CONTACTS[2]])
    assert offered(journal, rows) == [False, True, False, True]
    assert offered(journal, entered([CONTACTS[1], contact(7)], first_row=6)) == [True, False]
    found = finish(journal, "run-2")
    assert [(row.row, row.status.value) for row in found] == [
        (2, "created"), (3, "unchanged"), (4, "created"), (5, "unchanged"), (6, "unchanged"), (7, "created"),
    ]  # fmt: skip


def test_a_recognised_row_that_stands_twice_is_a_duplicate(journal: Journal) -> None:
    """The second is in Callbell by the first, whichever of them was recognised, and in whichever chunk."""
    begin(journal, "run-2")
    changed = replace(CONTACTS[2], name="New name")
    offered(journal, entered([CONTACTS[0], CONTACTS[0], changed, CONTACTS[2]]))
    offered(journal, entered([CONTACTS[0], replace(CONTACTS[0], name="Other")], first_row=6))
    found = finish(journal, "run-2")
    assert [row.status.value for row in found] == [
        "unchanged", "duplicate", "exists", "duplicate", "duplicate", "duplicate",
    ]  # fmt: skip
    assert {row.code for row in found if row.status is Status.DUPLICATE} == {"duplicate"}
    assert [row.reason for row in found if row.status is Status.DUPLICATE] == [
        "same identifier as row 2",
        "same identifier as row 4",
        "same identifier as row 2",
        "same identifier as row 2; not sent, though it differs in name",
    ]
    assert {row.uuid for row in found} == {"uuid-34600000001", "uuid-34600000003"}
    assert journal.report_source("run-2").tally()[Status.DUPLICATE] == 4


def test_another_content_is_not_recognised(journal: Journal) -> None:
    """Nor is the old content, once another was sent."""
    journal.undo_of("run-1")  # nothing of it is taken back: looking changes nothing
    begin(journal, "run-2")
    changed = replace(CONTACTS[0], name="New name")
    assert offered(journal, entered([changed])) == [False]
    assert [row.status.value for row in finish(journal, "run-2")] == ["exists"]
    begin(journal, "run-3")
    assert offered(journal, entered([CONTACTS[0]])) == [True]


def test_another_account_recognises_nothing(journal: Journal) -> None:
    """What one account has says nothing of another."""
    begin(journal, "run-2", account="other")
    assert offered(journal, entered(CONTACTS)) == [False, False, False]


def test_what_was_taken_back_is_not_recognised(journal: Journal) -> None:
    """A contact that was deleted is made anew."""
    undo = journal.undo_of("run-1")
    undo.begin("undo-1", Path("/home/reports/undo-1"), START)
    first, *_ = undo.claim(1)
    undo.record([RecordedOutcome(seq=first.seq, outcome=Deletion(status=Fate.DELETED), attempts=1, at=START)])
    undo.finish(0, START)
    begin(journal, "run-2")
    assert offered(journal, entered(CONTACTS)) == [False, True, True]


@pytest.mark.parametrize("status", [Status.CREATED, Status.UPDATED, Status.EXISTS])
def test_a_row_that_is_in_callbell_is_recognised(path: Path, status: Status) -> None:
    """However it got there."""
    with closing(begun(path)) as journal:
        journal.enqueue(0, entered(CONTACTS))
        finish(journal, "run-1", status)
        begin(journal, "run-2")
        assert offered(journal, entered(CONTACTS)) == [True, True, True]


@pytest.mark.parametrize("status", [Status.FAILED, Status.IN_DOUBT])
def test_a_row_that_has_not_arrived_is_not_recognised(path: Path, status: Status) -> None:
    """It has to be sent, or asked about, and so mapped."""
    with closing(begun(path)) as journal:
        journal.enqueue(0, entered(CONTACTS))
        finish(journal, "run-1", status)
        begin(journal, "run-2")
        assert offered(journal, entered(CONTACTS)) == [False, False, False]


def test_a_row_in_flight_when_the_run_died_is_not_recognised(path: Path) -> None:
    """Nobody knows whether it arrived."""
    with closing(begun(path)) as journal:
        journal.enqueue(0, entered(CONTACTS))
        journal.claim(3)
    with closing(Journal.open(path, Ticking())) as journal:
        begin(journal, "run-2")
        assert offered(journal, entered(CONTACTS)) == [False, False, False]


def test_what_was_found_in_callbell_with_other_content_is_not_recognised(path: Path) -> None:
    """A doubtful row that was looked up is as the earlier run sent it, not as this row would have it."""
    with closing(begun(path)) as journal:
        journal.enqueue(0, entered([CONTACTS[0]]))
        finish(journal, "run-1", Status.IN_DOUBT)
        begin(journal, "run-2")
        changed = entered([replace(CONTACTS[0], name="New name")])
        journal.enqueue(0, changed)
        journal.finish(record("run-2"), [recorded(pending, attempts=0) for pending in journal.claim(1)])
        begin(journal, "run-3")
        assert offered(journal, changed) == [False]
        assert [row.status.value for row in finish(journal, "run-3")] == ["exists"]


def test_a_row_without_fingerprint_is_never_recognised(journal: Journal) -> None:
    """Sixteen zeros stand for it, which stand for nothing."""
    begin(journal, "run-2")
    assert journal.recognise([(2, None), (3, bytes(16))]) == [None, None]


def test_an_older_journals_rows_are_recognised_after_they_were_mapped_once(path: Path) -> None:
    """The step adds what is needed; the first run after it finds by mapping that nothing changed, and remembers."""
    first_version(path)
    with closing(Journal.open(path, Ticking())) as journal:
        for name, recognised in (("run-2", False), ("run-3", True), ("run-4", True)):
            begin(journal, name)
            assert offered(journal, entered([contact(1)])) == [recognised]
            (row,) = finish(journal, name)
            assert (row.status.value, row.name, row.uuid) == ("unchanged", "Name 1", "uuid-1")


def test_a_rehearsal_recognises_and_remembers_nothing(journal: Journal, path: Path) -> None:
    """A dry run says the same as the run would, and leaves no trace."""
    journal.close()
    for _ in range(2):
        with closing(Journal.open(path, Ticking(), rehearsal=True)) as dry:
            dry.begin(record("run-2"))
            dry.add_sheet(SHEET)
            assert offered(dry, entered([contact(1), contact(9)])) == [True, False]


def test_rows_that_need_no_mending_keep_no_cells(journal: Journal) -> None:
    """What is settled is never given back to be mended, and a nightly file would fill the disk with it."""
    begin(journal, "run-2")
    offered(journal, [*entered([CONTACTS[0], CONTACTS[0]]), replace(entered([CONTACTS[1]])[0], fingerprint=None)])
    cells = journal._database.fetch("SELECT cells FROM rows WHERE run = 2")
    assert cells == [("",), ("",), ("",)]
