"""The command `undo` gives back what a run updated, and deletes what it created, in one go."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from importer.journal import Journal
from importer.model.changes import ContactChange, FieldValue
from importer.model.journal_rows import Intended, Pending, Presence, RecordedOutcome
from importer.model.policy import Existing
from importer.model.replies import Outcome
from importer.model.rows import Contact, Status
from importer.sandbox import Sandbox
from importer.sandbox.account import StoredContact
from importer.sandbox.calls import Asked
from tests.support.commands import TOKEN, Said, customers, give, read, serving
from tests.support.journals import SHEET, START, entry, record

JOURNAL = Path("state/journal.sqlite3")
AT = START + timedelta(days=1)


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder of its own, and has the journal there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / JOURNAL))
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    monkeypatch.setenv("CALLBELL_IMPORTER_SETTLE_SECONDS", "0.4")
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox, whose address and token are in the environment; three customers were imported into it."""
    with serving() as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        assert give("run", customers(Path("contacts.csv"), 3), "--yes", "--rate", "0").exit_code == 0
        yield sandbox


def stored(service: Sandbox, number: int) -> StoredContact:
    """Return the customer of this number as the sandbox has it."""
    (found,) = [one for one in service.contacts if one.identifier == f"346000{number:05}"]
    return found


def changed_by_hand(service: Sandbox, number: int, **fields: object) -> None:
    """Change a customer, as a person does."""
    service.calls.change_contact(Asked(parameter=stored(service, number).uuid, body=fields))


def customer(number: int, **fields: Any) -> Contact:
    """Return a customer of the sheet."""
    return Contact(identifier=f"346000{number:05}", source="whatsapp", **{"name": f"Customer {number}", **fields})


def night(service: Sandbox, *contacts: Contact) -> str:
    """Have a run update what the sandbox has of these contacts, and create the others; return its name."""
    with closing(Journal.open(JOURNAL)) as store:
        account = store.runs()[0][0].account
        begun = replace(record("night", account), started_at=AT)
        store.begin(begun, existing=Existing.UPDATE)
        store.enqueue(store.add_sheet(SHEET), [entry(one, row) for row, one in enumerate(contacts, 2)])
        for row in store.claim(100):
            (_update if row.presence is Presence.THERE else _create)(service, store, row)
        store.finish(replace(begun, finished_at=AT, exit_code=0))
    return "night"


def _update(service: Sandbox, store: Journal, row: Pending) -> None:
    assert row.base is not None
    now, base = _fields(row.contact), _fields(row.base)
    after = {name: value for name, value in now.items() if value != base[name]}
    before = {name: getattr(stored(service, int(row.contact.identifier[-5:])), name) for name in after}
    store.record([Intended(seq=row.seq, change=ContactChange(uuid=row.uuid, after=after, before=before), at=AT)])
    service.calls.change_contact(Asked(parameter=row.uuid, body=dict(after)))
    outcome = Outcome(status=Status.UPDATED, uuid=row.uuid, http_status=200, reason="Changed.", base=row.contact)
    store.record([RecordedOutcome(seq=row.seq, outcome=outcome, attempts=1, at=AT)])


def _create(service: Sandbox, store: Journal, row: Pending) -> None:
    body = {"identifier": row.contact.identifier, "source": "whatsapp", "name": row.contact.name}
    uuid = service.calls.create_contact(Asked(body=body)).body["contact"][0]["uuid"]
    outcome = Outcome(status=Status.CREATED, uuid=uuid, http_status=201, is_ours=True)
    store.record([RecordedOutcome(seq=row.seq, outcome=outcome, attempts=1, at=AT)])


def _fields(contact: Contact) -> Mapping[str, FieldValue]:
    return {"name": contact.name, "note": contact.note, "tags": contact.tags}


def undo(run: str, *options: str) -> Said:
    """Give the command without a rate limit."""
    return give("undo", run, "--rate", "0", *options)


def fates(said: Said) -> dict[str, int]:
    """Return the summary's contacts that are not none."""
    return {name: count for name, count in said.summary["contacts"].items() if count}


def undone(said: Said) -> list[tuple[str, str, str]]:
    """Return row, outcome and reason of each line of the report."""
    lines = read(Path(said.summary["reports"]["undone"]))
    return [(line["row"], line["outcome"], line["reason"]) for line in lines]


def test_what_was_updated_is_given_back_and_what_was_created_is_deleted(service: Sandbox) -> None:
    """Each by its own requests, and what the run did not touch stays."""
    changed_by_hand(service, 0, note="By hand")
    run = night(service, customer(0, name="New name", note="New"), customer(7), customer(1), customer(2, note="x"))
    assert (stored(service, 0).name, stored(service, 0).note, stored(service, 2).note) == ("New name", "New", "x")
    said = undo(run, "--yes", "--json")
    assert said.exit_code == 0, said.stderr
    assert fates(said) == {"deleted": 1, "restored": 2, "created": 1, "updated": 2}
    assert undone(said) == [
        ("2", "restored", "Given back: name, note."),
        ("3", "deleted", ""),
        ("5", "restored", "Given back: note."),
    ]
    assert [(stored(service, n).name, stored(service, n).note) for n in range(3)] == [
        ("Customer 0", "By hand"), ("Customer 1", ""), ("Customer 2", ""),
    ]  # fmt: skip
    assert len(service.contacts) == 3
    assert "2 restored  given back what the run had changed" in said.stderr


def test_the_plan_names_the_fields(service: Sandbox) -> None:
    """And nothing is changed for it."""
    run = night(service, customer(0, name="New name", note="New"), customer(7))
    contacts = service.contacts
    said = undo(run, "--dry-run", "--json")
    assert (said.exit_code, fates(said)) == (0, {"unsent": 2, "created": 1, "updated": 1})
    assert "night created 1 contact and updated 1 contact in " in said.stderr
    assert (
        "To be deleted from Callbell, which cannot be undone: 1 contact.\n  row 3: Customer 7 (…007)\n" in said.stderr
    )
    assert "To be restored as they were before: 1 contact.\n  row 2: New name (…000): name, note\n" in said.stderr
    assert service.contacts == contacts


def test_the_plan_names_what_is_left(service: Sandbox) -> None:
    """Field by field, where a colleague changed one of them since."""
    run = night(service, customer(0, name="New name", note="New"))
    changed_by_hand(service, 0, note="By hand")
    said = undo(run, "--dry-run")
    assert "To be restored as they were before: 0 contacts.\nTo be left, at least in part, for " in said.stderr
    assert "  row 2: New name (…000): to be given back: name; left as it is: note\n" in said.stderr


def test_what_a_person_changed_since_is_left(service: Sandbox) -> None:
    """Field by field; the contact counts as changed, and the exit code says that something is left."""
    run = night(service, customer(0, name="New name", note="New"))
    changed_by_hand(service, 0, note="By hand")
    said = undo(run, "--yes", "--json")
    assert (said.exit_code, fates(said)) == (1, {"changed": 1, "updated": 1})
    assert (stored(service, 0).name, stored(service, 0).note) == ("Customer 0", "By hand")


def test_an_update_whose_answer_never_came_is_given_back_too(service: Sandbox) -> None:
    """Its intent was on disk before it left, so what was there before is known."""
    with closing(Journal.open(JOURNAL)) as store:
        begun = record("killed", store.runs()[0][0].account)
        store.begin(begun, existing=Existing.UPDATE)
        store.enqueue(store.add_sheet(SHEET), [entry(customer(0, note="New"), 2), entry(customer(1, note="New"), 3)])
        for row in store.claim(2):
            change = ContactChange(uuid=row.uuid, after={"note": "New"}, before={"note": ""})
            store.record([Intended(seq=row.seq, change=change, at=AT)])
    changed_by_hand(service, 0, note="New")  # as the PATCH that arrived; the other one did not
    said = undo("killed", "--yes", "--json")
    assert (said.exit_code, fates(said)) == (0, {"restored": 2, "updated": 2})
    assert [reason for *_, reason in undone(said)] == ["Given back: note.", ""]
    assert stored(service, 0).note == ""
    assert service.traffic.requests["PATCH /contacts/:uuid"] == 1


@pytest.mark.parametrize(("attempts", "is_counted"), [(1, False), (2, True)])
def test_an_update_that_was_refused_is_nothing_to_take_back(
    service: Sandbox, attempts: int, *, is_counted: bool
) -> None:
    """Its one PATCH changed nothing; where there were two, the answer to the first may never have come."""
    with closing(Journal.open(JOURNAL)) as store:
        begun = record("refused", store.runs()[0][0].account)
        store.begin(begun, existing=Existing.UPDATE)
        store.enqueue(store.add_sheet(SHEET), [entry(customer(0, note="New"), 2)])
        (row,) = store.claim(1)
        change = ContactChange(uuid=row.uuid, after={"note": "New"}, before={"note": ""})
        store.record([Intended(seq=row.seq, change=change, at=AT)])
        refused = Outcome(status=Status.FAILED, uuid=row.uuid, http_status=422, code="note_refused", reason="No.")
        store.record([RecordedOutcome(seq=row.seq, outcome=refused, attempts=attempts, at=AT)])
        store.finish(replace(begun, finished_at=AT, exit_code=1))
    said = undo("refused", "--yes", "--json")
    assert fates(said) == ({"restored": 1, "updated": 1} if is_counted else {})
    assert service.traffic.requests["GET /contacts/:uuid"] == is_counted


def test_a_second_undo_has_nothing_to_do(service: Sandbox) -> None:
    """What was given back is given back once: what a person does after it stays."""
    run = night(service, customer(0, note="New"))
    assert undo(run, "--yes").exit_code == 0
    changed_by_hand(service, 0, note="New")
    again = undo(run, "--yes")
    assert again.exit_code == 0
    assert "night updated 1 contact: all of that was taken back already." in again.stderr
    assert stored(service, 0).note == "New"


def test_a_contact_that_is_gone_is_not_forgotten(service: Sandbox) -> None:
    """The run did not make it, so that somebody deleted it is for a person to decide about."""
    run = night(service, customer(0, note="New"))
    service.calls.delete_contact(Asked(parameter=stored(service, 0).uuid))
    said = undo(run, "--yes", "--json")
    assert (said.exit_code, fates(said)) == (0, {"gone": 1, "updated": 1})
    with closing(Journal.open(JOURNAL)) as store:
        found = store._database.fetch("SELECT count(*) FROM contacts")
    assert found == [(3,)]


def test_after_an_undo_the_next_update_knows_what_was_sent_before_the_run(service: Sandbox) -> None:
    """As if the run had not been."""
    run = night(service, customer(0, note="New"))
    assert undo(run, "--yes").exit_code == 0
    with closing(Journal.open(JOURNAL)) as store:
        store.begin(record("next", store.runs()[0][0].account), existing=Existing.UPDATE)
        store.enqueue(store.add_sheet(SHEET), [entry(customer(0, note="New"), 2)])
        (row,) = store.claim(10)
    assert (row.uuid, row.base) == (stored(service, 0).uuid, customer(0))


def test_what_a_colleague_put_back_is_not_taken_for_the_importers(service: Sandbox) -> None:
    """The contact is as before the run, but not by the undo: the next update meets it for the first time."""
    run = night(service, customer(0, note="New"))
    changed_by_hand(service, 0, note="")
    assert undo(run, "--yes").exit_code == 0
    with closing(Journal.open(JOURNAL)) as store:
        store.begin(record("next", store.runs()[0][0].account), existing=Existing.UPDATE)
        store.enqueue(store.add_sheet(SHEET), [entry(customer(0, note="New"), 2)])
        (row,) = store.claim(10)
    assert (row.uuid, row.base) == (stored(service, 0).uuid, None)


def test_a_run_after_the_undo_does_not_urge_the_same_update_again(service: Sandbox) -> None:
    """What was given back is left so; a later update, which was not undone, ends that."""
    changed_by_hand(service, 1, note="")
    header = "Phone,Name,Note\n"
    Path("notes.csv").write_text(header + "+34600000001,Customer 1,Regular\n", encoding="utf-8")
    skip = ("run", "notes.csv", "--yes", "--rate", "0", "--journal", "other.sqlite3")
    update = (*skip, "--existing", "update")
    assert "To carry over what the list says" in give(*skip).stderr
    assert "1 updated" in give(*update).stderr
    run = max(path.name for path in Path("reports").glob("*-notes*"))
    assert "1 restored" in give("undo", run, "--yes", "--journal", "other.sqlite3").stderr
    said = give(*skip).stderr
    assert f"The undo of {run} gave back what the list had changed, and it is left so." in said
    assert "To carry over" not in said
    assert "1 updated" in give(*update).stderr
    Path("notes.csv").write_text(header + "+34600000001,Customer 1,Rare\n", encoding="utf-8")
    assert "To carry over what the list says" in give(*skip).stderr


def test_what_a_later_run_changed_is_said_to_be_undone_first(service: Sandbox) -> None:
    """The first run's contacts are the later one's until that is undone; then nothing is said of it."""
    first = give("runs", "--json").summary["runs"][0]["run"]
    later = night(service, customer(0, name="New name"), customer(7), customer(1, note="x"))
    said = undo(first, "--dry-run")
    told = f"2 of these contacts were changed by the later run {later}: to take back all, undo that first."
    assert f"{told}\n  callbell-importer undo {later}\n" in said.stderr
    assert "somebody" not in said.stderr.replace("what somebody changes before it is undone", "")
    assert undo(later, "--yes").exit_code == 0
    again = undo(first, "--dry-run")
    assert "later run" not in again.stderr
    assert "3 contacts" in again.stderr
