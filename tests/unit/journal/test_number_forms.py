"""Both forms of a mobile number are one person's: in one list, and from one run to the next."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from importer.journal import Journal
from importer.journal.database import Database
from importer.journal.purge import JournalPurge
from importer.model.rows import Contact, Status
from importer.model.runs import Result
from tests.support.journals import START, Ticking, begin, contact, entry, record, recorded

FORMS = (("5215512345678", "525512345678"), ("5491112345678", "541112345678"), ("5541996662562", "554196662562"))


def of(identifier: str, name: str = "", source: str = "whatsapp") -> Contact:
    """Return a contact of a source with a number."""
    return replace(contact(1, name), identifier=identifier, source=source)


def run(path: Path, *chunks: list[Contact], name: str = "run-1", status: Status = Status.CREATED) -> list[Result]:
    """Import the contacts, chunk by chunk, and return the rows."""
    with closing(Journal.open(path, Ticking())) as journal:
        begin(journal, name)
        number = 2
        for chunk in chunks:
            journal.enqueue(0, [entry(one, row) for row, one in enumerate(chunk, number)])
            number += len(chunk)
        journal.finish(record(name), [recorded(pending, status) for pending in journal.claim(100)])
        return list(journal.report_source(name).results())


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("swapped", [True, False])
@pytest.mark.parametrize("forms", FORMS)
def test_the_other_form_in_a_later_row_is_a_duplicate(
    tmp_path: Path, forms: tuple[str, str], *, swapped: bool, together: bool
) -> None:
    """Its reason names the row and the number that stands there."""
    one, other = map(of, reversed(forms) if swapped else forms)
    chunks = [[one, other]] if together else [[one], [other]]
    first, second = run(tmp_path / "j", *chunks)
    assert (first.status, second.status) == (Status.CREATED, Status.DUPLICATE)
    assert second.reason == f"same identifier as row 2, in its other form {one.identifier}"
    assert (second.uuid, second.identifier) == (first.uuid, other.identifier)


@pytest.mark.parametrize("forms", FORMS)
def test_a_contact_that_was_sent_in_one_form_is_unchanged_in_the_other(tmp_path: Path, forms: tuple[str, str]) -> None:
    """Nothing is sent again, in this run or the next."""
    (sent,) = run(tmp_path / "j", [of(forms[0])])
    for name in ("run-2", "run-3"):
        (found,) = run(tmp_path / "j", [of(forms[1])], name=name)
        assert (found.status, found.uuid, found.identifier) == (Status.UNCHANGED, sent.uuid, forms[1])


def test_a_list_that_has_both_forms_is_the_same_in_its_next_run(tmp_path: Path) -> None:
    """Whichever form comes first."""
    one, other = map(of, FORMS[0])
    run(tmp_path / "j", [one, other])
    for name, contacts in (("run-2", [one, other]), ("run-3", [other, one]), ("run-4", [other])):
        statuses = [result.status for result in run(tmp_path / "j", contacts, name=name)]
        assert statuses == [Status.UNCHANGED, Status.DUPLICATE][: len(contacts)]


def test_a_contact_in_doubt_is_looked_up_in_the_other_form(tmp_path: Path) -> None:
    """A run that was cut off may have made it."""
    long, short = map(of, FORMS[2])
    run(tmp_path / "j", [long], status=Status.IN_DOUBT)
    with closing(Journal.open(tmp_path / "j", Ticking())) as journal:
        begin(journal, "run-2")
        journal.enqueue(0, [entry(short, 2)])
        (pending,) = journal.claim(10)
    assert pending.in_doubt
    assert (pending.contact.identifier, pending.contact.normalised_identifier) == (short.identifier, long.identifier)


def test_contacts_of_both_forms_that_are_known_already_keep_their_own(tmp_path: Path) -> None:
    """An earlier version made two of them."""
    long, short = map(of, FORMS[1])
    (sent,) = run(tmp_path / "j", [long])
    with closing(sqlite3.connect(tmp_path / "j")) as connection, connection:
        connection.execute("CREATE TEMP TABLE twin AS SELECT * FROM contacts")
        connection.execute("UPDATE temp.twin SET identifier = ?, uuid = 'uuid-short'", (short.identifier,))
        connection.execute("INSERT INTO contacts SELECT * FROM temp.twin")
    for name, one, uuid in (("run-2", short, "uuid-short"), ("run-3", long, sent.uuid)):
        (found,) = run(tmp_path / "j", [one], name=name)
        assert (found.status, found.uuid) == (Status.UNCHANGED, uuid)


@pytest.mark.parametrize(("source", "identifier"), [("instagram", "5215512345678"), ("whatsapp", "34600000001")])
def test_whoever_has_one_form_only_is_compared_as_before(tmp_path: Path, source: str, identifier: str) -> None:
    """Handles are no numbers, whatever they look like."""
    other = "525512345678" if source == "instagram" else "34600000002"
    results = run(tmp_path / "j", [of(identifier, source=source), of(other, source=source)])
    assert [result.status for result in results] == [Status.CREATED, Status.CREATED]


def test_a_duplicate_in_the_other_form_says_in_what_it_differs(tmp_path: Path) -> None:
    """As one in the same form does."""
    long, short = FORMS[0]
    _, second = run(tmp_path / "j", [of(long), of(short, name="Other")])
    assert second.reason == f"same identifier as row 2, in its other form {long}; not sent, though it differs in name"


@pytest.mark.parametrize("swapped", [True, False])
def test_a_contact_whose_number_was_forgotten_is_known_by_its_other_form(tmp_path: Path, *, swapped: bool) -> None:
    """Only a hash of the form that was sent is kept."""
    one, other = map(of, reversed(FORMS[0]) if swapped else FORMS[0])
    (sent,) = run(tmp_path / "j", [one])
    with closing(Database(tmp_path / "j")) as database:
        JournalPurge(database).forget_runs(START + timedelta(days=1))
    (found,) = run(tmp_path / "j", [other], name="run-2")
    assert (found.status, found.uuid) == (Status.EXISTS, sent.uuid)
