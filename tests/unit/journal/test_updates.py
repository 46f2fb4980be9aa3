"""Rows whose contact is in Callbell already: what is merged, and what their contact is known by afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from importer.journal import Journal
from importer.model.changes import ContactChange
from importer.model.journal_rows import Intended, Pending, Presence, Recorded, RecordedOutcome
from importer.model.payload import fingerprint, to_json
from importer.model.policy import Existing
from importer.model.replies import Outcome
from importer.model.rows import CONFLICT, Contact, Status
from tests.support.journals import SHEET, START, Ticking, contact, entry, record, recorded, statuses, with_one_sent

AT = START + timedelta(hours=2)
NEW = contact(1, "New name")
_CONTACT = "SELECT status, uuid, is_sent, fingerprint, row_fingerprint, sent_run, sent_seq, row_run FROM contacts"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """A journal whose first run created contact 1."""
    with with_one_sent(path) as opened:
        yield opened


def begin(journal: Journal, name: str, *contacts: Contact, existing: Existing = Existing.UPDATE) -> None:
    """Begin a run with these contacts; the fingerprints of their rows cover what is done with what exists."""
    journal.begin(record(name), existing=existing)
    rows = [
        replace(entry(one, row), fingerprint=fingerprint(f"{existing} {to_json(one)}"))
        for row, one in enumerate(contacts, 2)
    ]
    found = journal.recognise([(one.row.number, one.fingerprint) for one in rows])
    journal.enqueue(journal.add_sheet(SHEET), [one for one, known in zip(rows, found, strict=True) if known is None])


def merged(row: Pending, status: Status, *, base: Contact | None = None, code: str = "", attempts: int = 0) -> Recorded:
    """Return the outcome of a row that was merged; the base is the row's contact if none is given."""
    outcome = Outcome(
        status=status, uuid=row.uuid, href="/c", http_status=200, code=code, reason="why", base=base or row.contact
    )
    return RecordedOutcome(seq=row.seq, outcome=outcome, attempts=attempts, at=AT)


def known(journal: Journal) -> list[tuple[Any, ...]]:
    """Return the contacts."""
    return journal._database.fetch(_CONTACT)


def night(journal: Journal, name: str, *contacts: Contact, existing: Existing = Existing.UPDATE) -> list[str]:
    """Return the statuses of the rows of a run that sends nothing."""
    begin(journal, name, *contacts, existing=existing)
    found = statuses(journal, name)
    journal.finish(record(name))
    return found


def claimed(journal: Journal, name: str, one: Contact = NEW) -> Pending:
    """Begin a run with an update and claim it."""
    begin(journal, name, one)
    (row,) = journal.claim(10)
    return row


def test_a_changed_row_is_claimed_with_its_contact_and_what_was_sent(journal: Journal) -> None:
    """It is to be merged: its UUID is known, and the base is what the sheet said."""
    row = claimed(journal, "run-2")
    assert (row.uuid, row.presence, row.base, row.contact) == (
        f"uuid-{NEW.identifier}", Presence.THERE, contact(1), NEW,
    )  # fmt: skip
    assert not row.in_doubt


@pytest.mark.parametrize(
    ("existing", "status"),
    [(Existing.UPDATE, "pending"), (Existing.SKIP, "exists"), (Existing.CREATE, "exists")],
)
def test_only_an_update_takes_a_changed_row_up(journal: Journal, existing: Existing, status: str) -> None:
    """Otherwise it is told that it differs."""
    begin(journal, "run-2", NEW, existing=existing)
    assert statuses(journal, "run-2") == [status]


def test_an_unchanged_row_needs_no_request(journal: Journal) -> None:
    """Whatever is done with contacts that are there."""
    for number, existing in enumerate(Existing, 2):
        assert night(journal, f"run-{number}", contact(1), existing=existing) == ["unchanged"]


def test_a_claim_leaves_the_contact_as_it_is(journal: Journal) -> None:
    """Nobody may ever POST it again because of a PATCH."""
    before = known(journal)
    claimed(journal, "run-2")
    assert statuses(journal, "run-2") == ["in_flight"]
    assert known(journal) == before


@pytest.mark.parametrize("status", [Status.FAILED, Status.IN_DOUBT, Status.UNSENT, Status.PENDING])
def test_an_update_that_came_to_nothing_leaves_the_contact(journal: Journal, status: Status) -> None:
    """The next run merges again, with the same base."""
    before = known(journal)
    row = claimed(journal, "run-2")
    outcome = Outcome(status=status, uuid=row.uuid, code=status.value)
    journal.record([RecordedOutcome(seq=row.seq, outcome=outcome, attempts=1, at=AT)])
    journal.finish(record("run-2"))
    assert known(journal) == before
    assert claimed(journal, "run-3").base == contact(1)


def test_an_update_of_a_run_that_was_killed_is_in_doubt_and_merged_again(journal: Journal, path: Path) -> None:
    """Its contact is in no doubt."""
    before = known(journal)
    claimed(journal, "run-2")
    with closing(Journal.open(path, Ticking(AT))) as other:
        row = claimed(other, "run-3")
        (ended,) = other.report_source("run-2").results()
        assert (ended.status, ended.reason) == (
            Status.IN_DOUBT,
            "a change of it may have been sent, and the run ended before the answer came",
        )
        assert (row.base, row.in_doubt) == (contact(1), False)
        assert known(other) == before


@pytest.mark.parametrize(("status", "attempts"), [(Status.UPDATED, 1), (Status.EXISTS, 0)])
def test_a_merge_makes_its_row_what_was_sent(journal: Journal, status: Status, attempts: int) -> None:
    """The next night recognises it, and a change after that is merged with it."""
    row = claimed(journal, "run-2")
    journal.record([merged(row, status, attempts=attempts)])
    journal.finish(record("run-2"))
    begin(journal, "run-3", NEW)
    assert statuses(journal, "run-3") == ["unchanged"]
    journal.finish(record("run-3"))
    assert claimed(journal, "run-4", contact(1, "Third")).base == NEW


def test_the_base_is_what_the_merge_left_of_the_sheets_word(journal: Journal) -> None:
    """A cell that is empty now keeps its old value in it."""
    row = claimed(journal, "run-2")
    base = replace(NEW, note="Old note", custom_fields={"Boxes": ("A",), "City": "x"})
    journal.record([merged(row, Status.UPDATED, base=base, attempts=1)])
    journal.finish(record("run-2"))
    assert night(journal, "run-3", NEW) == ["unchanged"]
    assert claimed(journal, "run-4", contact(1, "Third")).base == base


def test_a_conflict_is_looked_at_again(journal: Journal) -> None:
    """By every update, until it is settled; its row is not recognised, and keeps the old base."""
    row = claimed(journal, "run-2")
    journal.record([merged(row, Status.EXISTS, base=contact(1), code=CONFLICT)])
    journal.finish(record("run-2"))
    assert night(journal, "run-3", NEW, existing=Existing.SKIP) == ["exists"]
    again = claimed(journal, "run-4")
    assert (again.uuid, again.base) == (row.uuid, contact(1))
    journal.record([merged(again, Status.EXISTS)])
    journal.finish(record("run-4"))
    assert night(journal, "run-5", NEW) == ["unchanged"]


def test_a_row_in_conflict_needs_a_person(journal: Journal) -> None:
    """It is among the rows to fix and to retry, with its cells and the reason."""
    row = claimed(journal, "run-2")
    journal.record([merged(row, Status.EXISTS, base=contact(1), code=CONFLICT)])
    journal.finish(record("run-2"))
    source = journal.report_source("run-2")
    (fix,) = source.rows_to_fix(0)
    assert (fix.status, fix.reason, fix.cells) == (Status.EXISTS, "why", (NEW.identifier, NEW.name))
    assert source.conflicts() == 1
    assert journal.report_source("run-1").conflicts() == 0
    (sheet,) = journal.rows_of("run-2")
    assert [one.number for rows in sheet.chunks() for one in rows] == [2]


@pytest.mark.parametrize(("code", "not_updated"), [("tag_unknown", 1), ("gone", 0)])
def test_a_contact_whose_update_was_refused_is_in_callbell_as_before(
    journal: Journal, code: str, not_updated: int
) -> None:
    """One that was deleted there is not, nor one that was never made."""
    row = claimed(journal, "run-2")
    journal.record([merged(row, Status.FAILED, code=code)])
    begin(journal, "run-3", contact(2))
    journal.record([recorded(one, Status.FAILED) for one in journal.claim(10)])
    assert [journal.report_source(run).not_updated() for run in ("run-2", "run-3")] == [not_updated, 0]


def test_what_was_only_met_is_met_for_the_first_time_by_an_update(journal: Journal) -> None:
    """It was there before, and nothing was sent or merged: there is no base, though the content is the same."""
    begin(journal, "run-2", contact(2), existing=Existing.SKIP)
    journal.record([recorded(row, Status.EXISTS, attempts=0) for row in journal.claim(10)])
    journal.finish(record("run-2"))
    assert night(journal, "run-3", contact(2), existing=Existing.SKIP) == ["unchanged"]
    row = claimed(journal, "run-4", contact(2))
    assert (row.uuid, row.base) == (f"uuid-{contact(2).identifier}", None)
    journal.record([merged(row, Status.EXISTS)])
    journal.finish(record("run-4"))
    assert night(journal, "run-5", contact(2)) == ["unchanged"]


@pytest.mark.parametrize(("status", "is_sent"), [(Status.CREATED, 1), (Status.EXISTS, 0), (Status.FAILED, 0)])
def test_a_new_contact_is_sent_only_if_it_was_created(journal: Journal, status: Status, is_sent: int) -> None:
    """A POST that met it changed nothing in it."""
    begin(journal, "run-2", contact(2))
    journal.record([recorded(row, status) for row in journal.claim(10)])
    assert [line[2] for line in known(journal)] == [1, is_sent]


def test_a_base_that_was_forgotten_is_none(journal: Journal) -> None:
    """As after `purge`: it is a first meeting again."""
    with journal._database.transaction() as connection:
        connection.execute("UPDATE rows SET payload = NULL")
    assert claimed(journal, "run-2").base is None


def test_a_contact_made_again_is_the_rows(journal: Journal) -> None:
    """It was deleted in Callbell, and `--gone recreate` gave it a new UUID."""
    row = claimed(journal, "run-2")
    outcome = Outcome(status=Status.CREATED, uuid="another", href="/c/another", http_status=201, is_ours=True)
    journal.record([RecordedOutcome(seq=row.seq, outcome=outcome, attempts=1, at=AT)])
    ((status, uuid, is_sent, *_),) = known(journal)
    assert (status, uuid, is_sent) == ("created", "another", 1)


@pytest.mark.parametrize("attempts", [0, 1])
def test_a_contact_that_was_found_is_known_though_its_update_failed(journal: Journal, attempts: int) -> None:
    """It is there: a later run updates it, and does not send it as a new one, whatever came of the first update."""
    begin(journal, "run-2", contact(2))
    failed = Outcome(status=Status.FAILED, uuid="found", http_status=200, code="another_contact")
    journal.record(
        [RecordedOutcome(seq=row.seq, outcome=failed, attempts=attempts, at=AT) for row in journal.claim(10)]
    )
    journal.finish(record("run-2"))
    row = claimed(journal, "run-3", contact(2))
    assert (row.uuid, row.base, row.in_doubt) == ("found", None, False)
    journal.record([recorded(row, Status.PENDING, attempts=0)])
    journal.finish(record("run-3"))
    assert night(journal, "run-4", contact(2), existing=Existing.CREATE) == ["exists"]


def test_an_update_that_is_released_is_claimed_again(journal: Journal) -> None:
    """With all that it had."""
    row = claimed(journal, "run-2")
    journal.release([row])
    assert journal.claim(10) == [row]


def test_what_is_to_be_asked_is_counted_once_per_form(journal: Journal) -> None:
    """Neither updates, nor what another source calls it; two look-ups where a number has two forms."""
    mexican = replace(contact(3), identifier="5215512345678")
    other = replace(contact(4), source="telegram", identifier="ana")
    begin(journal, "run-2", NEW, contact(2), mexican, other)
    assert journal.to_ask() == (2, 3)
    journal.claim(2)
    assert journal.to_ask() == (1, 2)


def changed(row: Pending, **fields: str) -> Intended:
    """Return the intent to change these fields."""
    before = {name: f"old {name}" for name in fields}
    return Intended(seq=row.seq, change=ContactChange(uuid=row.uuid, after=fields, before=before), at=AT)


def changes(journal: Journal) -> Sequence[tuple[Any, ...]]:
    """Return what updates changed."""
    return journal._database.fetch("SELECT after, before FROM changes")


def test_a_second_change_of_a_row_keeps_what_was_there_before_the_first(journal: Journal) -> None:
    """After a doubt the row is merged again, and then Callbell has what the first one set."""
    row = claimed(journal, "run-2")
    journal.record([changed(row, name="New")])
    second = ContactChange(uuid=row.uuid, after={"name": "Newer", "note": "n"}, before={"name": "New", "note": "o"})
    journal.record([Intended(seq=row.seq, change=second, at=AT)])
    assert changes(journal) == [('{"name":"Newer","note":"n"}', '{"name":"old name","note":"o"}')]
