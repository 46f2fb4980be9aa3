"""Invalid rows of customers whom an earlier run brought to Callbell, and updates that were not sent: they are there."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from importer.journal import Journal
from importer.journal.database import Database
from importer.journal.purge import JournalPurge
from importer.journal.purge_person import PersonPurge
from importer.journal.retention import RUNS_WITH_OPEN_ROWS, drop_settled_rows
from importer.model.account import AccountIdentity
from importer.model.journal_rows import RecordedOutcome
from importer.model.payload import fingerprint, to_json
from importer.model.person import Person
from importer.model.policy import Existing
from importer.model.replies import gone_outcome
from importer.model.rows import Contact, ContactKey, Entry, InvalidRow, Problem
from importer.model.runs import Result
from tests.support.journals import (
    SHEET,
    START,
    Ticking,
    contact,
    entry,
    first_version,
    record,
    recorded,
    statuses,
    with_one_sent,
)

ANA, EVA = contact(1), contact(2)
UUID = f"uuid-{ANA.identifier}"
TAG = Problem(code="tag_unknown", column="Tags", message="There is no such tag.")
CHANNEL = "c4a00000000000000000000000000001"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """A journal whose first run created Ana's contact."""
    with with_one_sent(path) as opened:
        yield opened


def wrong(one: Contact = ANA, *, channel: str = "", identifier: str = "") -> InvalidRow:
    """Return a row of a customer with a wrong tag, and the number as it may be written."""
    key = ContactKey(one.source, channel, identifier or one.normalised_identifier)
    return InvalidRow(problems=(TAG,), identifier="600 000 001", name=one.name, customer=key)


def run(journal: Journal, name: str, *chunks: list[Contact | InvalidRow], existing: Existing = Existing.UPDATE) -> None:
    """Run an import of the chunks that is cut off before the first request."""
    journal.begin(record(name), existing=existing)
    sheet, number = journal.add_sheet(SHEET), 2
    for chunk in chunks:
        rows = [marked(entry(one, row)) for row, one in enumerate(chunk, number)]
        found = journal.recognise([(one.row.number, one.fingerprint) for one in rows])
        journal.enqueue(sheet, [one for one, known in zip(rows, found, strict=True) if known is None])
        number += len(chunk)
    journal.finish(record(name))


def marked(one: Entry) -> Entry:
    """Return a row with a fingerprint, where it has none it is not recognised."""
    return replace(one, fingerprint=fingerprint(to_json(one.mapped))) if isinstance(one.mapped, Contact) else one


def rows(journal: Journal, name: str = "run-2") -> list[Result]:
    """Return the rows of a run."""
    return list(journal.report_source(name).results())


def not_updated(journal: Journal, name: str = "run-2") -> int:
    """Return how many customers of a run are there as they were."""
    return journal.report_source(name).not_updated()


def test_an_invalid_row_of_a_known_customer_has_the_uuid_of_their_contact(journal: Journal) -> None:
    """They are in Callbell as they were; who is invalid on the first night is not."""
    run(journal, "run-2", [wrong(), wrong(EVA)])
    assert [(one.status.value, one.uuid, one.href) for one in rows(journal)] == [
        ("invalid", UUID, f"/c/{UUID}"),
        ("invalid", "", ""),
    ]
    assert not_updated(journal) == 1


def test_a_row_whose_customer_is_not_certain_has_none(journal: Journal) -> None:
    """What its cell says is no evidence."""
    run(journal, "run-2", [InvalidRow(problems=(TAG,), identifier=ANA.identifier, name="Ana")])
    assert ([one.uuid for one in rows(journal)], not_updated(journal)) == ([""], 0)


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("other", [ANA, contact(1, "New name"), wrong()])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_customer_in_two_rows_counts_once(
    journal: Journal, other: Contact | InvalidRow, *, is_first: bool, together: bool
) -> None:
    """Whichever row comes first, and whether the other is unchanged, an update or invalid as well."""
    both: list[Contact | InvalidRow] = [wrong(), other] if is_first else [other, wrong()]
    run(journal, "run-2", *([both] if together else [[one] for one in both]))
    there = statuses(journal, "run-2").count("unchanged")
    assert there + not_updated(journal) == 1
    assert sum(bool(one.uuid) for one in rows(journal)) == 1


def test_the_other_row_may_have_the_other_form_of_a_number(path: Path) -> None:
    """One person has both forms of a mobile number, and the invalid row may be in either."""
    long, short = (replace(ANA, identifier=number) for number in ("5215512345678", "525512345678"))
    with closing(Journal.open(path, Ticking())) as journal:
        journal.begin(record())
        journal.enqueue(journal.add_sheet(SHEET), [entry(long, 2)])
        journal.finish(record(), [recorded(one) for one in journal.claim(10)])
        run(journal, "run-2", [wrong(short)])
        run(journal, "run-3", [wrong(short)], [long], [wrong(long)])
        assert [not_updated(journal, name) for name in ("run-2", "run-3")] == [1, 0]


def test_the_main_channel_is_as_none(path: Path) -> None:
    """So the journal knows the contacts of rows that name it."""
    identity = AccountIdentity(name="main", uuids=frozenset({CHANNEL}), main_channels=frozenset({CHANNEL}))
    with with_one_sent(path) as journal:
        for name, channel in (("run-2", CHANNEL), ("run-3", "another")):
            journal.begin(record(name), journal.match_account(identity))
            journal.enqueue(journal.add_sheet(SHEET), [entry(wrong(channel=channel), 2)])
            journal.finish(record(name))
        assert [not_updated(journal, name) for name in ("run-2", "run-3")] == [1, 0]


@pytest.mark.parametrize("existing", list(Existing))
def test_an_update_that_was_not_sent_is_of_a_contact_that_is_there(journal: Journal, existing: Existing) -> None:
    """Only a dry run leaves it out, as it would be sent."""
    run(journal, "run-2", [contact(1, "New name"), EVA, wrong(contact(3))], existing=existing)
    expected = (1, 0) if existing is Existing.UPDATE else (0, 0)
    source = journal.report_source("run-2")
    assert (source.not_updated(), source.not_updated(is_dry=True)) == expected


def test_a_contact_that_was_deleted_in_callbell_is_not_there(journal: Journal) -> None:
    """Neither by an invalid row of its customer, nor by one that was not sent."""
    journal.begin(record("run-2"), existing=Existing.UPDATE)
    journal.enqueue(journal.add_sheet(SHEET), [entry(contact(1, "New name"), 2)])
    (row,) = journal.claim(10)
    journal.finish(
        record("run-2"), [RecordedOutcome(seq=row.seq, outcome=gone_outcome(row.uuid, 404), attempts=0, at=START)]
    )
    run(journal, "run-3", [wrong()])
    run(journal, "run-4", [contact(1, "New name")])
    assert statuses(journal, "run-4") == ["unsent"]
    assert [not_updated(journal, name) for name in ("run-2", "run-3", "run-4")] == [0, 0, 0]
    assert [one.uuid for name in ("run-3", "run-4") for one in rows(journal, name)] == ["", ""]


def test_an_undo_takes_no_invalid_row_for_a_contact_of_its_run(journal: Journal) -> None:
    """The contact is another run's."""
    run(journal, "run-2", [wrong()])
    undo = journal.undo_of("run-2")
    assert (undo.to_do(), undo.totals(), list(undo.results())) == (0, (0, 0), [])


def test_what_an_invalid_row_says_changes_nothing_in_its_contact(journal: Journal) -> None:
    """The next night with the right cells is unchanged, as it was before."""
    run(journal, "run-2", [wrong()])
    run(journal, "run-3", [ANA])
    assert statuses(journal, "run-3") == ["unchanged"]


def test_a_contact_that_is_known_by_its_hash_alone_is_there(journal: Journal, path: Path) -> None:
    """Its number is not brought back by a row that is not sent."""
    with closing(Database(path)) as file:
        purge = JournalPurge(file)
        assert purge.forget_runs(START + timedelta(days=400)).contacts == 1
        before = file.fetch("SELECT identifier, is_forgotten FROM contacts")
        run(journal, "run-2", [wrong()])
        assert not_updated(journal) == 1
        assert file.fetch("SELECT identifier, is_forgotten FROM contacts") == before


def test_whoever_is_forgotten_is_so_in_invalid_rows_that_have_the_uuid_of_their_contact(path: Path) -> None:
    """Also where a number as it was written says too little of whose it is: 044 was dialled before Mexican mobiles."""
    mexican = replace(ANA, identifier="523312345678")
    refused = replace(wrong(mexican), identifier="044 33 1234 5678")
    with closing(Journal.open(path, Ticking())) as journal:
        journal.begin(record())
        journal.enqueue(journal.add_sheet(SHEET), [entry(mexican, 2)])
        journal.finish(record(), [recorded(one) for one in journal.claim(10)])
        run(journal, "run-2", [refused, wrong(EVA)])
        with closing(Database(path)) as file:
            assert PersonPurge(file, Person(identifier=mexican.identifier, code="52"), START).forget() == 2
        emptied, other = rows(journal)
        assert (emptied.identifier, emptied.uuid, emptied.href, emptied.code) == ("", "", "", "forgotten")
        assert (other.identifier, not_updated(journal)) == (wrong().identifier, 1)
        run(journal, "run-3", [refused])
        assert (not_updated(journal, "run-3"), rows(journal, "run-3")[0].uuid) == (0, "")


@pytest.mark.parametrize("number", ["523312345678", "5213312345678"])
def test_whoever_is_not_to_be_imported_is_known_in_an_invalid_row_too(
    journal: Journal, path: Path, number: str
) -> None:
    """By whose row it is, however the number is written there: nothing of their cells is kept again."""
    refused = replace(wrong(replace(ANA, identifier=number)), identifier="044 33 1234 5678")
    with closing(Database(path)) as file:
        PersonPurge(file, Person(identifier="523312345678", code="52"), START).put_on_list()
    run(journal, "run-2", [refused, wrong(EVA)])
    found = [(one.code, one.identifier, one.name) for one in rows(journal)]
    assert found == [("forgotten", "", ""), (TAG.code, wrong().identifier, EVA.name)]


def test_the_count_stays_when_the_rows_are_dropped(journal: Journal, path: Path) -> None:
    """As the counts of every run do."""
    run(journal, "run-2", [wrong()])
    for number in range(RUNS_WITH_OPEN_ROWS):
        run(journal, f"later-{number}", [ANA])
    with closing(Database(path)) as file:
        drop_settled_rows(file, START + timedelta(days=400), lambda: True)
    assert (rows(journal), not_updated(journal)) == ([], 1)


@pytest.mark.parametrize(
    ("status", "code", "count"),
    [("failed", "refused", 1), ("failed", "gone", 0), ("unsent", "unsent", 1), ("created", "", 0)],
)
def test_the_runs_of_earlier_versions_are_counted_once(path: Path, status: str, code: str, count: int) -> None:
    """As far as their rows tell it."""
    first_version(path)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE rows SET status = ?, code = ?", (status, code))
        file.execute("UPDATE runs SET tally = json_object(?, 1)", (status,))
    with closing(Journal.open(path)) as journal:
        assert not_updated(journal, "run-1") == count
        assert journal._database.fetch("SELECT not_updated FROM runs") == [(count,)]


def test_a_run_that_was_killed_is_counted_by_the_next(journal: Journal) -> None:
    """Until then its rows are counted as they stand."""
    journal.begin(record("run-2"), existing=Existing.UPDATE)
    journal.enqueue(journal.add_sheet(SHEET), [entry(wrong(), 2), entry(contact(1, "x"), 3), entry(wrong(EVA), 4)])
    assert not_updated(journal) == 0
    run(journal, "run-3", [ANA])
    assert not_updated(journal) == 1
