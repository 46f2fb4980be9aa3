"""The rows that the last question shows: those that will be sent, as they will be."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from importer.journal import Journal
from importer.model.account import AccountIdentity
from importer.model.journal_rows import Presence, RecordedOutcome, WalkedContact
from importer.model.policy import Existing, OnConflict
from importer.model.replies import Outcome, gone_outcome
from importer.model.rows import CONFLICT, Contact, Status
from tests.support.journals import SHEET, START, Ticking, contact, entry, record, recorded

UNKNOWN, THERE = Presence.UNKNOWN, Presence.THERE


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A journal whose first run created two contacts."""
    with closing(Journal.open(tmp_path / "journal.sqlite3", Ticking())) as opened:
        begin(opened, [contact(1), contact(2)])
        opened.record([recorded(row) for row in opened.claim(2)])
        opened.finish(record("run-1"))
        yield opened


def begin(
    journal: Journal,
    rows: Sequence[Contact],
    name: str = "run-1",
    existing: Existing = Existing.SKIP,
    on_conflict: OnConflict = OnConflict.CALLBELL,
) -> None:
    """Begin a run with these contacts, the first of them in row 2."""
    account = journal.match_account(AccountIdentity(name="main"))
    journal.begin(record(name), account, existing, on_conflict)
    journal.enqueue(journal.add_sheet(SHEET), [entry(one, row) for row, one in enumerate(rows, 2)])


def changed(number: int) -> Contact:
    """Return a contact of the first run under another name."""
    return replace(contact(number), name="Another")


def shown(journal: Journal, refused: str = "") -> list[tuple[int, Presence]]:
    """Return the row numbers that are shown, with what is known of their contacts."""
    first = journal.first_to_send(2, lambda contact: contact.identifier == refused)
    return [(one.row, one.presence) for one in (*first.new, *first.updates)]


def test_rows_that_are_left_as_they_are_are_not_shown(journal: Journal) -> None:
    """Nor is one that the account would refuse; and whatever is shown can be claimed all the same."""
    begin(journal, [changed(1), contact(2), contact(3), contact(4), contact(5)], "run-2")
    assert shown(journal) == [(4, UNKNOWN), (5, UNKNOWN)]
    assert shown(journal, contact(3).identifier) == [(5, UNKNOWN), (6, UNKNOWN)]
    assert [row.row for row in journal.claim(9)] == [4, 5, 6]


def test_new_rows_are_shown_before_updates(journal: Journal) -> None:
    """Of each kind as many as are wanted."""
    begin(journal, [changed(1), changed(2), contact(3)], "run-2", Existing.UPDATE)
    assert shown(journal) == [(4, UNKNOWN), (2, THERE), (3, THERE)]


def test_of_updates_those_that_are_known_to_change_are_shown_first(journal: Journal) -> None:
    """With what was sent last; a contact of which the journal knows nothing is only compared."""
    begin(journal, [contact(3), changed(1), changed(2)], "run-2", Existing.UPDATE)
    journal.add_walked([WalkedContact(number=contact(3).identifier, uuid="u3")], several_channels=False)
    first = journal.first_to_send(3, lambda _: False)
    assert [one.row for one in first.updates] == [3, 4, 2]
    assert first.updates[0].known_changes == {"name": (contact(1).name, "Another")}
    assert first.updates[2].known_changes == {}
    assert (first.changed, first.compared, first.is_whole) == (2, 1, True)


@pytest.mark.parametrize(
    ("code", "left", "before"),
    [(CONFLICT, (), contact(1)), ("differs", ("name", "custom_fields.City"), replace(contact(1), name="Another"))],
)
@pytest.mark.parametrize("on_conflict", OnConflict)
def test_what_callbell_had_is_known_where_it_is_to_be_replaced(
    journal: Journal, code: str, left: tuple[str, ...], before: Contact, on_conflict: OnConflict
) -> None:
    """The fields that an update left, in a conflict or on a first meeting, with what was there then."""
    begin(journal, [changed(1)], "run-2", Existing.UPDATE)
    (row,) = journal.claim(1)
    kept = {"name": "Colega", "custom_fields.City": None, "tags": ("A", "B")}
    outcome = Outcome(status=Status.EXISTS, uuid=row.uuid, code=code, base=before, left=left, kept=kept)
    journal.record([RecordedOutcome(seq=row.seq, outcome=outcome, attempts=0, at=START)])
    journal.finish(record("run-2"))
    begin(journal, [replace(changed(1), note="New")], "run-3", Existing.UPDATE, on_conflict)
    first = journal.first_to_send(2, lambda _: False)
    (shown_row,) = first.updates
    is_replaced = on_conflict is OnConflict.SHEET
    assert first.replaces is is_replaced
    assert dict(shown_row.replaced) == (kept if is_replaced else {})
    (row,) = journal.claim(1)
    assert shown_row.base == row.base


@pytest.mark.parametrize(
    ("existing", "expected"), [(Existing.SKIP, [(3, UNKNOWN)]), (Existing.UPDATE, [(3, UNKNOWN), (2, THERE)])]
)
def test_whom_the_walk_saw_is_not_new(
    journal: Journal, existing: Existing, expected: Sequence[tuple[int, Presence]]
) -> None:
    """It is left as it is, or updated."""
    begin(journal, [contact(3), contact(4)], "run-2", existing)
    journal.add_walked([WalkedContact(number=contact(3).identifier, uuid="u3")], several_channels=False)
    assert shown(journal) == expected


@pytest.mark.parametrize("existing", [Existing.SKIP, Existing.UPDATE])
def test_a_row_of_a_deleted_contact_is_counted_and_not_shown(journal: Journal, existing: Existing) -> None:
    """It is asked for first: an earlier run found its contact deleted in Callbell."""
    begin(journal, [changed(1)], "run-2", Existing.UPDATE)
    (row,) = journal.claim(1)
    gone = gone_outcome(row.uuid, 404)
    journal.record([RecordedOutcome(seq=row.seq, outcome=gone, attempts=0, at=START)])
    journal.finish(record("run-2"))
    begin(journal, [changed(1), contact(3)], "run-3", existing)
    assert shown(journal) == [(3, UNKNOWN)]
    assert journal.first_to_send(2, lambda _: False).gone == 1


def test_a_row_in_doubt_is_not_shown(journal: Journal) -> None:
    """It is looked up first, and may be there."""
    begin(journal, [contact(3)], "run-2")
    journal.claim(1)
    journal.finish(record("run-2"))
    begin(journal, [contact(3), contact(4)], "run-3")
    assert shown(journal) == [(3, UNKNOWN)]
