"""Contacts that a run found deleted in Callbell, in the journal: what the runs after it know of them."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from importer.journal import Journal
from importer.model.changes import ContactChange
from importer.model.journal_rows import Intended, Pending, Presence, RecordedOutcome
from importer.model.payload import fingerprint, to_json
from importer.model.policy import Existing
from importer.model.replies import Outcome, gone_outcome
from importer.model.rows import Contact, Status
from tests.support.journals import SHEET, START, begun, contact, entry, record, recorded, send_all, statuses

NEW = contact(1, "New name")
UUID = f"uuid-{NEW.identifier}"
_CONTACT = "SELECT status, uuid, is_sent, row_fingerprint IS NULL FROM contacts"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A journal whose first run created contact 1, and whose second found it deleted."""
    with closing(begun(tmp_path / "journal.sqlite3", numbers=[1])) as opened:
        send_all(opened)
        opened.finish(record())
        (row,) = claimed(opened, "run-2", existing=Existing.UPDATE)
        settle(opened, row, gone_outcome(row.uuid, 404))
        opened.finish(record("run-2"))
        yield opened


def begin(journal: Journal, name: str, one: Contact = NEW, existing: Existing = Existing.SKIP) -> None:
    """Begin a run with a contact."""
    journal.begin(record(name), existing=existing)
    row = replace(entry(one, 2), fingerprint=fingerprint(f"{existing} {to_json(one)}"))
    (known,) = journal.recognise([(2, row.fingerprint)])
    journal.enqueue(journal.add_sheet(SHEET), [] if known else [row])


def claimed(journal: Journal, name: str, one: Contact = NEW, existing: Existing = Existing.SKIP) -> list[Pending]:
    """Begin a run with a contact and claim it."""
    begin(journal, name, one, existing)
    return journal.claim(10)


def settle(journal: Journal, row: Pending, outcome: Outcome, attempts: int = 0) -> None:
    """Record the outcome of a row."""
    journal.record([RecordedOutcome(seq=row.seq, outcome=outcome, attempts=attempts, at=START)])


def found(uuid: str) -> Outcome:
    """Return the outcome of a row whose contact is there and is left as it is."""
    return Outcome(status=Status.EXISTS, uuid=uuid, href="/c", http_status=200, code="exists")


def known(journal: Journal) -> tuple[object, ...]:
    """Return status and UUID of the contact, whether it was sent, and whether no row is recognised by it."""
    ((status, uuid, is_sent, is_not_recognised),) = journal._database.fetch(_CONTACT)
    return status, uuid, bool(is_sent), bool(is_not_recognised)


@pytest.mark.parametrize("existing", Existing)
@pytest.mark.parametrize("name", ["New name", "", "Another name"])
def test_it_is_asked_for_by_every_run(journal: Journal, name: str, existing: Existing) -> None:
    """Also where the list says what was sent; it is not known to be there, though its UUID is."""
    (row,) = claimed(journal, "run-3", contact(1, name), existing)
    assert (row.uuid, row.was_gone, row.presence, row.in_doubt) == (UUID, True, Presence.UNKNOWN, False)
    assert row.base == contact(1)
    assert known(journal) == ("failed", UUID, True, True)


def test_where_nobody_is_asked_it_is_told_at_once(journal: Journal) -> None:
    """In a dry run without a token: as the run told it that found it out."""
    journal.tells_gone = True
    begin(journal, "run-3", contact(1))
    ((result),) = journal.report_source("run-3").results()
    told = gone_outcome(UUID)
    assert (result.status, result.code, result.uuid, result.reason) == (told.status, told.code, UUID, told.reason)


def test_it_stays_so_until_it_is_found(journal: Journal) -> None:
    """Run after run, also where one is cut off, gives the row back, or gets no clear answer."""
    unclear = Outcome(status=Status.FAILED, code="not_asked", reason="no answer")
    for number, outcome in enumerate([gone_outcome(UUID, 404), unclear, Outcome(status=Status.PENDING), None], 3):
        (row,) = claimed(journal, f"run-{number}")
        assert row.was_gone
        if outcome:
            settle(journal, row, outcome)
        journal.finish(record(f"run-{number}"))
    (row,) = claimed(journal, "run-9")
    assert (row.uuid, row.was_gone) == (UUID, True)


@pytest.mark.parametrize(("uuid", "is_sent"), [(UUID, True), ("another", False)])
def test_one_that_is_found_is_there(journal: Journal, uuid: str, *, is_sent: bool) -> None:
    """The same one with what was sent to it; another one with its number was only met."""
    (row,) = claimed(journal, "run-3")
    settle(journal, row, found(uuid))
    journal.finish(record("run-3"))
    assert known(journal)[:3] == ("exists", uuid, is_sent)
    begin(journal, "run-4")
    assert statuses(journal, "run-4") == ["exists" if is_sent else "unchanged"]
    journal.finish(record("run-4"))
    (row,) = claimed(journal, "run-5", existing=Existing.UPDATE)
    assert (row.uuid, row.base, row.was_gone) == (uuid, contact(1) if is_sent else None, False)


def test_one_that_is_found_and_merged_is_there(journal: Journal) -> None:
    """With what the sheet says now."""
    (row,) = claimed(journal, "run-3", existing=Existing.UPDATE)
    settle(journal, row, replace(found("another"), base=NEW))
    journal.finish(record("run-3"))
    assert known(journal) == ("exists", "another", True, False)
    begin(journal, "run-4", existing=Existing.UPDATE)
    assert statuses(journal, "run-4") == ["unchanged"]


def test_one_that_is_made_again_is_there(journal: Journal) -> None:
    """From the POST on the new one counts, also in a run that skips who is there."""
    (row,) = claimed(journal, "run-3")
    journal.record([Intended(seq=row.seq, change=ContactChange(uuid="", after={"name": "New name"}), at=START)])
    assert known(journal)[:2] == ("in_flight", "")
    settle(journal, row, Outcome(status=Status.CREATED, uuid="another", http_status=201, is_ours=True), attempts=1)
    assert known(journal)[:3] == ("created", "another", True)


def test_one_whose_making_was_cut_off_is_in_doubt(journal: Journal) -> None:
    """As a new one is; where the POST surely did not leave, it is deleted as before."""
    posted = ContactChange(uuid="", after={"name": "New name"})
    (row,) = claimed(journal, "run-3")
    journal.record([Intended(seq=row.seq, change=posted, at=START)])
    settle(journal, row, Outcome(status=Status.PENDING))
    assert known(journal)[:2] == ("failed", UUID)
    (row,) = journal.claim(1)
    assert row.was_gone
    journal.record([Intended(seq=row.seq, change=posted, at=START)])
    journal.finish(record("run-3"))
    (row,) = claimed(journal, "run-4")
    assert (row.uuid, row.was_gone, row.in_doubt) == ("", False, True)


def test_one_that_was_just_met_may_be_deleted_too(journal: Journal) -> None:
    """Between the look-up that found it and its PATCH."""
    journal.begin(record("run-3"), existing=Existing.UPDATE)
    journal.enqueue(journal.add_sheet(SHEET), [entry(contact(2), 2)])
    (row,) = journal.claim(1)
    settle(journal, row, gone_outcome("met", 404))
    journal.finish(record("run-3"))
    (row,) = claimed(journal, "run-4", contact(2))
    assert (row.uuid, row.was_gone) == ("met", True)


def test_a_change_of_another_contact_is_not_joined_with_one_of_the_deleted_contact(journal: Journal) -> None:
    """An undo would give it values that it never had, or count what was sent to the deleted one as sent to it."""
    (row,) = claimed(journal, "run-3", existing=Existing.UPDATE)
    first = ContactChange(uuid=UUID, after={"name": "New name"}, before={"name": "Old"})
    second = ContactChange(uuid="another", after={"name": "New name"}, before={"name": "By hand"})
    journal.record([Intended(seq=row.seq, change=change, at=START) for change in (first, second)])
    kept = journal._database.fetch("SELECT uuid, before, sent_run FROM changes")
    assert kept == [("another", '{"name":"By hand"}', None)]


def test_a_contact_whose_sending_failed_is_no_deleted_one(journal: Journal) -> None:
    """It has no UUID, and is sent again."""
    journal.begin(record("run-3"))
    journal.enqueue(journal.add_sheet(SHEET), [entry(contact(2), 2)])
    journal.record([recorded(row, Status.FAILED) for row in journal.claim(1)])
    journal.finish(record("run-3"))
    (row,) = claimed(journal, "run-4", contact(2))
    assert (row.uuid, row.was_gone) == ("", False)
