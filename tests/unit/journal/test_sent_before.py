"""What the sheet counts as having said of a contact when an undo takes an update of it back."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from importer.journal import Journal, RunUndo
from importer.journal.purge import JournalPurge
from importer.journal.retention import drop_settled_rows
from importer.model.changes import ContactChange
from importer.model.deletion import Deletion, Fate, LastSent, Removed
from importer.model.journal_rows import Intended, Pending, RecordedOutcome
from importer.model.policy import Existing
from importer.model.replies import Outcome
from importer.model.rows import CONFLICT, Status
from tests.support.journals import SHEET, START, Ticking, contact, entry, record, statuses, with_one_sent

AT = START + timedelta(hours=2)
FOLDER = Path("/home/reports/undo")


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """A journal whose first run created contact 1."""
    with with_one_sent(path) as opened:
        yield opened


def enqueued(journal: Journal, name: str, said: str, existing: Existing = Existing.UPDATE) -> list[str]:
    """Begin a run whose sheet calls the contact so, and return the status of its row."""
    journal.begin(record(name), existing=existing)
    journal.enqueue(journal.add_sheet(SHEET), [entry(contact(1, said), 2)])
    return statuses(journal, name)


def taken(journal: Journal, name: str, said: str) -> Pending:
    """Begin such a run and claim its row."""
    enqueued(journal, name, said)
    (row,) = journal.claim(10)
    return row


def intended(row: Pending, before: str = "") -> Intended:
    """Return the intent of a PATCH that gives the contact the name in the sheet."""
    change = ContactChange(uuid=row.uuid, after={"name": row.contact.name}, before={"name": before or "as it was"})
    return Intended(seq=row.seq, change=change, at=AT)


def night(journal: Journal, name: str, said: str, status: Status = Status.UPDATED, **told: Any) -> None:
    """Have a run bring the name over, or not; what its outcome tells besides."""
    row = taken(journal, name, said)
    if status is not Status.EXISTS:
        journal.record([intended(row)])
    outcome = Outcome(status=status, uuid=row.uuid, http_status=200, **{"base": row.contact} | told)
    journal.record([RecordedOutcome(seq=row.seq, outcome=outcome, attempts=1, at=AT)])
    journal.finish(record(name))


def begun_undo(journal: Journal, run: str, *, about_to: bool = True) -> tuple[RunUndo, Pending]:
    """Return an undo that has looked at the contact, and maybe is about to give the name back."""
    undo = journal.undo_of(run)
    undo.begin(f"undo-{run}-{len(journal.undo_names())}", FOLDER, START)
    (row,) = undo.claim(10)
    if about_to:
        assert row.change is not None
        undo.record([Intended(seq=row.seq, change=row.change, at=AT)])
    return undo, row


def removed(row: Pending, last_sent: LastSent, fate: Fate = Fate.RESTORED) -> Removed:
    """Return the outcome of the contact."""
    return RecordedOutcome(seq=row.seq, outcome=Deletion(status=fate, last_sent=last_sent), attempts=1, at=AT)


def undone(
    journal: Journal, run: str, last_sent: LastSent = LastSent.BEFORE_THE_RUN, fate: Fate = Fate.RESTORED
) -> None:
    """Take a run back."""
    undo, row = begun_undo(journal, run, about_to=last_sent is not LastSent.UNTOUCHED)
    undo.finish(0, AT, [removed(row, last_sent, fate)])


def base(journal: Journal, said: str = "Another") -> str | None:
    """Return the name that counts as the sheet's last word on the contact; None: it is met for the first time."""
    row = taken(journal, f"run-{len(journal.runs()) + 1}", said)
    journal.finish(record())
    return row.base.name if row.base else None


def reason(journal: Journal, said: str) -> str:
    """Return the reason of the row of a next run, of which this is said."""
    name = f"run-{len(journal.runs()) + 1}"
    night(journal, name, "Another", reason=said)
    (result,) = journal.report_source(name).results()
    return result.reason


def test_what_was_sent_before_an_update_counts_again_when_it_is_taken_back(journal: Journal) -> None:
    """The same list is carried over once more, and the one before it has nothing new to say."""
    night(journal, "run-2", "Second")
    undone(journal, "run-2")
    assert enqueued(journal, "run-3", "Name 1") == ["unchanged"]
    journal.finish(record("run-3"))
    assert enqueued(journal, "run-4", "Second", Existing.SKIP) == ["exists"]
    journal.finish(record("run-4"))
    assert base(journal, "Second") == "Name 1"


def test_updates_are_taken_back_one_after_the_other(journal: Journal) -> None:
    """The last one first: each leaves what the one before it had sent."""
    night(journal, "run-2", "Second")
    night(journal, "run-3", "Third")
    undone(journal, "run-3")
    assert base(journal) == "Second"
    undone(journal, "run-2")
    assert base(journal) == "Name 1"


def test_what_was_merged_counts_again_and_not_what_the_row_said(journal: Journal) -> None:
    """The row was in conflict: the sheet's word had not advanced, and the row is looked at again."""
    night(journal, "run-2", "Second", Status.EXISTS, code=CONFLICT, base=contact(1))
    night(journal, "run-3", "Third")
    undone(journal, "run-3")
    assert enqueued(journal, "run-4", "Second", Existing.SKIP) == ["exists"]
    journal.finish(record("run-4"))
    assert base(journal, "Second") == "Name 1"


def test_a_second_patch_of_a_row_changes_nothing_of_it(journal: Journal) -> None:
    """What was sent before the first one counts again."""
    row = taken(journal, "run-2", "Second")
    journal.record([intended(row), intended(row)])
    outcome = Outcome(status=Status.UPDATED, uuid=row.uuid, base=row.contact)
    journal.record([RecordedOutcome(seq=row.seq, outcome=outcome, attempts=2, at=AT)])
    journal.finish(record("run-2"))
    undone(journal, "run-2")
    assert base(journal) == "Name 1"


@pytest.mark.parametrize(
    ("last_sent", "fate", "expected"),
    [
        (LastSent.UNKNOWN, Fate.RESTORED, None),
        (LastSent.UNKNOWN, Fate.CHANGED, None),
        (LastSent.UNKNOWN, Fate.FAILED, None),
        (LastSent.UNTOUCHED, Fate.CHANGED, "Second"),
        (LastSent.UNTOUCHED, Fate.FAILED, "Second"),
        (LastSent.UNTOUCHED, Fate.GONE, "Second"),
    ],
)
def test_what_counts_is_what_is_surely_true(
    journal: Journal, last_sent: LastSent, fate: Fate, expected: str | None
) -> None:
    """After anything but a whole undo: nothing, or the update as before."""
    night(journal, "run-2", "Second")
    undone(journal, "run-2", last_sent, fate)
    assert enqueued(journal, "run-3", "Second") == ["pending" if expected is None else "unchanged"]
    journal.finish(record("run-3"))
    assert base(journal) == expected


def test_nothing_counts_while_values_are_about_to_be_given_back(journal: Journal, path: Path) -> None:
    """Whatever cuts the undo off, no run calls the row unchanged, and the next undo waits for the PATCH."""
    night(journal, "run-2", "Second")
    begun_undo(journal, "run-2")
    with closing(Journal.open(path, Ticking(AT))) as other:
        assert enqueued(other, "run-3", "Second") == ["pending"]
        (row,) = other.claim(10)
        assert row.base is None
        other.release([row])
        other.finish(record("run-3"))
        undo, row = begun_undo(other, "run-2")
        assert row.in_doubt
        undo.finish(0, AT, [removed(row, LastSent.BEFORE_THE_RUN)])
        assert base(other) == "Name 1"


def test_an_undo_that_failed_in_doubt_is_made_good_by_the_next(journal: Journal) -> None:
    """Where that gives all of it back itself, what was sent before counts again."""
    night(journal, "run-2", "Second")
    undone(journal, "run-2", LastSent.UNKNOWN, Fate.FAILED)
    assert base(journal) is None
    undone(journal, "run-2")
    assert base(journal) == "Name 1"


@pytest.mark.parametrize("is_between", [False, True])
def test_nothing_counts_where_a_later_run_had_to_do_with_the_contact(journal: Journal, *, is_between: bool) -> None:
    """It went by what is taken back, before the undo or between its two parts."""
    night(journal, "run-2", "Second")
    if is_between:
        begun_undo(journal, "run-2")
    night(journal, "run-3", "Third", Status.EXISTS)
    undone(journal, "run-2")
    assert base(journal) is None


@pytest.mark.parametrize("order", [("run-2", "run-3"), ("run-3", "run-2")])
def test_nothing_counts_where_another_update_was_taken_back_meanwhile(journal: Journal, order: tuple[str, str]) -> None:
    """An undo was cut off, the other one ended, and only then the first went on."""
    night(journal, "run-2", "Second")
    night(journal, "run-3", "Third")
    begun_undo(journal, order[0])
    undone(journal, order[1])
    undone(journal, order[0])
    assert base(journal) is None


def test_an_update_in_doubt_leaves_what_was_sent_before(journal: Journal) -> None:
    """It never counted, whatever its undo gives back."""
    night(journal, "run-2", "Second", Status.IN_DOUBT, base=None)
    undone(journal, "run-2", LastSent.UNKNOWN)
    assert base(journal) == "Name 1"


def test_a_contact_that_was_never_sent_is_met_for_the_first_time_again(journal: Journal) -> None:
    """Before the update nothing counted."""
    with journal._database.transaction() as connection:
        connection.execute("UPDATE contacts SET is_sent = 0")
    night(journal, "run-2", "Second")
    undone(journal, "run-2")
    assert base(journal) is None


@pytest.mark.parametrize(
    "meanwhile",
    [
        "UPDATE rows SET payload = NULL, base = NULL, fingerprint = NULL WHERE run = 1",
        "UPDATE changes SET sent_run = NULL, sent_seq = NULL",
    ],
    ids=["forgotten", "earlier_version"],
)
def test_what_is_not_known_any_more_does_not_count(journal: Journal, meanwhile: str) -> None:
    """The row that counted before is emptied, as by a purge, or an earlier version did not keep which one it is."""
    night(journal, "run-2", "Second")
    with journal._database.transaction() as connection:
        connection.execute(meanwhile)
    undone(journal, "run-2")
    assert base(journal) is None


def test_a_purge_of_old_runs_takes_what_was_sent_before(journal: Journal) -> None:
    """Of the update's run all is kept that an undo needs, but for that."""
    with journal._database.transaction() as connection:
        connection.execute("UPDATE runs SET started_at = '2020-01-01T00:00:00.000000+00:00'")
    night(journal, "run-2", "Second")
    JournalPurge(journal._database).forget_runs(START - timedelta(days=1))
    undone(journal, "run-2")
    assert base(journal) is None


@pytest.mark.parametrize(
    ("fate", "told", "expected"),
    [
        (None, "", "pending"),
        (Fate.CHANGED, "Given back: name. Left as it is, for it was changed since: note.", "pending"),
        (Fate.FAILED, "Its values may be given back or not: no clear answer came.", "pending"),
        (Fate.CHANGED, "Left as it is, for it was changed since: name.", "unchanged"),
        (Fate.FAILED, "The service refused: no", "unchanged"),
    ],
)
def test_an_unsure_undo_of_an_earlier_version_leaves_nothing_that_counts(
    journal: Journal, path: Path, fate: Fate | None, told: str, expected: str
) -> None:
    """It may have given values back, or was cut off, and left the update as what was sent last."""
    night(journal, "run-2", "Second")
    undo, row = begun_undo(journal, "run-2", about_to=False)
    if fate is not None:
        outcome = Deletion(status=fate, reason=told, last_sent=LastSent.UNTOUCHED)
        undo.finish(0, AT, [RecordedOutcome(seq=row.seq, outcome=outcome, attempts=1, at=AT)])
    with journal._database.transaction() as connection:
        connection.execute("PRAGMA user_version = 19")
    with closing(Journal.open(path, Ticking(AT))) as today:
        assert enqueued(today, "run-3", "Second") == [expected]


def test_the_row_that_counted_before_an_update_is_kept(journal: Journal) -> None:
    """Also where it only found its contact as it was, and many nights have passed."""
    with journal._database.transaction() as connection:
        connection.execute("UPDATE contacts SET is_sent = 0")
    night(journal, "run-2", "Second", Status.EXISTS)
    night(journal, "run-3", "Third")
    for number in range(4, 14):
        enqueued(journal, f"run-{number}", "Third")
        journal.finish(record(f"run-{number}"))
    assert drop_settled_rows(journal._database, AT, lambda: True)
    undone(journal, "run-3")
    assert base(journal) == "Second"


MET = "Met as if for the first time: what was sent before does not count any more (purge or undo)."


@pytest.mark.parametrize(("said", "told"), [("Why.", f"Why. {MET}"), ("why", f"why. {MET}"), ("", MET)])
def test_the_reason_says_that_nothing_counted(journal: Journal, said: str, told: str) -> None:
    """As a sentence of its own; nothing is said of it where what was sent before counts again."""
    night(journal, "run-2", "Second")
    undone(journal, "run-2")
    assert reason(journal, said) == said
    undone(journal, "run-3", LastSent.UNKNOWN)
    assert reason(journal, said) == told
