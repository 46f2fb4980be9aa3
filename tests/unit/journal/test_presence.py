"""Who is in the account, by a walk of its contact list."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from importer.journal import Journal
from importer.model.account import AccountIdentity
from importer.model.journal_rows import Presence, WalkedContact
from importer.model.rows import Contact, Status
from tests.support.journals import SHEET, Ticking, contact, entry, record, recorded

MAIN, OTHER = "0b5d1c3e-9a51-4c0f-8e0a-000000000001", "0b5d1c3e-9a51-4c0f-8e0a-000000000002"
NUMBER = contact(1).identifier
THERE, UNKNOWN, ABSENT = Presence.THERE, Presence.UNKNOWN, Presence.ABSENT


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    with closing(Journal.open(tmp_path / "journal.sqlite3", Ticking())) as opened:
        yield opened


def begin(journal: Journal, *contacts: Contact, name: str = "run-1") -> None:
    """Begin a run with these contacts, of an account whose main channel is known."""
    identity = AccountIdentity(name="main", uuids=frozenset({MAIN, OTHER}), main_channels=frozenset({MAIN}))
    journal.begin(record(name), journal.match_account(identity))
    journal.enqueue(journal.add_sheet(SHEET), [entry(one, row) for row, one in enumerate(contacts, 2)])


def presence(journal: Journal) -> list[tuple[Presence, str]]:
    """Claim all rows and return what is known of their contacts."""
    return [(row.presence, row.uuid) for row in journal.claim(100)]


def walked(number: str, uuid: str = "u1", channel: str = "") -> WalkedContact:
    """Return a contact of the list."""
    return WalkedContact(number=number, uuid=uuid, channel_uuid=channel)


def test_without_a_walk_nothing_is_known(journal: Journal) -> None:
    """The account has to be asked about each row."""
    begin(journal, contact(1))
    assert presence(journal) == [(UNKNOWN, "")]


@pytest.mark.parametrize("row", ["", MAIN, OTHER])
@pytest.mark.parametrize("listed", ["", MAIN, OTHER.upper()])
def test_in_an_account_with_one_channel_the_number_tells(journal: Journal, row: str, listed: str) -> None:
    """Whatever the channels are called."""
    begin(journal, replace(contact(1), channel_uuid=row), replace(contact(2), channel_uuid=row))
    journal.add_walked([walked(NUMBER, channel=listed)], several_channels=False)
    assert presence(journal) == [(THERE, "u1"), (ABSENT, "")]


@pytest.mark.parametrize(
    ("row", "listed", "expected"),
    [
        *(("", "", UNKNOWN), ("", MAIN, THERE), ("", MAIN.upper(), THERE), ("", OTHER, UNKNOWN)),
        *((MAIN, MAIN, THERE), (MAIN, OTHER, UNKNOWN), (OTHER, OTHER, THERE), (OTHER, MAIN, UNKNOWN)),
        *((OTHER.upper(), OTHER, THERE), (OTHER, "", UNKNOWN)),
    ],
)
def test_with_several_channels_only_the_rows_own_tells(
    journal: Journal, row: str, listed: str, expected: Presence
) -> None:
    """The same number may be there by another one, and not by this; a row without a channel is of the main one."""
    begin(journal, replace(contact(1), channel_uuid=row), replace(contact(2), channel_uuid=row))
    journal.add_walked([walked(NUMBER, channel=listed)], several_channels=True)
    assert presence(journal) == [(expected, "u1" if expected is THERE else ""), (ABSENT, "")]


def test_of_several_contacts_the_one_with_the_rows_channel_is_meant(journal: Journal) -> None:
    """A number can be in the account once per channel."""
    begin(journal, replace(contact(1), channel_uuid=OTHER))
    journal.add_walked([walked(NUMBER, "u1", MAIN), walked(NUMBER, "u2", OTHER)], several_channels=True)
    assert presence(journal) == [(THERE, "u2")]


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("5215512345678", "525512345678"),
        ("525512345678", "5215512345678"),
        ("5491123456789", "541123456789"),
        ("5511987654321", "551187654321"),
    ],
)
def test_both_forms_of_a_number_are_one(journal: Journal, written: str, listed: str) -> None:
    """The account may have either."""
    begin(journal, replace(contact(1), identifier=f"+{written}", normalised=written))
    journal.add_walked([walked(listed)], several_channels=False)
    assert presence(journal) == [(THERE, "u1")]


def test_only_rows_that_can_be_asked_about_are_told(journal: Journal) -> None:
    """Other sources cannot; what is in doubt is looked up, whatever the list says."""
    begin(journal, contact(1))
    journal.record([recorded(row, Status.IN_DOUBT) for row in journal.claim(1)])
    journal.finish(record())
    begin(journal, contact(1), replace(contact(2), source="telegram"), name="run-2")
    journal.add_walked([walked(NUMBER), walked(contact(2).identifier)], several_channels=False)
    first, second = journal.claim(10)
    assert (first.presence, first.uuid, first.in_doubt) == (UNKNOWN, "", True)
    assert (second.presence, second.uuid) == (UNKNOWN, "")


def test_a_contact_that_was_there_is_met_and_can_be_found_again(journal: Journal) -> None:
    """Its row is in flight as any other: should the process die, it is looked up."""
    begin(journal, contact(1))
    journal.add_walked([walked(NUMBER)], several_channels=False)
    (row,) = journal.claim(10)
    assert journal._database.fetch("SELECT status, is_sent FROM contacts") == [("in_flight", 0)]
    journal.record([recorded(row, Status.EXISTS, attempts=0)])
    assert journal._database.fetch("SELECT status, is_sent FROM contacts") == [("exists", 0)]


def test_a_walk_is_only_of_its_run_and_a_second_one_replaces_it(journal: Journal) -> None:
    """What an older list showed proves nothing."""
    begin(journal, contact(1), contact(2))
    journal.add_walked([walked(NUMBER)], several_channels=False)
    journal.add_walked([walked(contact(2).identifier, "u2")], several_channels=False)
    assert presence(journal) == [(ABSENT, ""), (THERE, "u2")]
    journal.finish(record())
    begin(journal, contact(3), name="run-2")
    assert presence(journal) == [(UNKNOWN, "")]


def hashes(journal: Journal) -> Sequence[tuple[str, ...]]:
    """Return what is kept of the list."""
    return journal._database.fetch("SELECT number FROM temp.walked")


def test_no_number_is_kept(journal: Journal, tmp_path: Path) -> None:
    """Only its hash, which another process computes otherwise: it has another key."""
    begin(journal, contact(1))
    journal.add_walked([walked(NUMBER)], several_channels=False)
    with closing(Journal.open(tmp_path / "other.sqlite3", Ticking())) as other:
        begin(other, contact(1))
        other.add_walked([walked(NUMBER)], several_channels=False)
        ((mine,), (theirs,)) = (*hashes(journal), *hashes(other))
    assert mine != theirs
    assert NUMBER not in mine
    assert len(mine) == 32
