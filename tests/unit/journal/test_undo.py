"""An undo in the journal: what it opens, what it forgets, and what a crash leaves."""

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from importer.journal import Journal, RunUndo
from importer.journal.database import Database
from importer.journal.purge_person import PersonPurge
from importer.model.deletion import TAKEN_BACK, Deletion, Fate, Removed
from importer.model.errors import StorageError, UsageError
from importer.model.journal_rows import Pending, RecordedOutcome
from importer.model.payload import to_json
from importer.model.person import Person
from importer.model.rows import Status
from tests.support.journals import (
    SHEET,
    START,
    Ticking,
    begin,
    begun,
    contact,
    entry,
    first_version,
    record,
    recorded,
    statuses,
)

FOLDER = Path("/home/reports/undo-1")


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """A journal whose first run created 1, 2 and 3, found 4 and 5 in Callbell, and failed with 6; 7 is in doubt."""
    journal = begun(path, numbers=range(1, 8))
    ends = [Status.CREATED] * 3 + [Status.EXISTS] * 2 + [Status.FAILED, Status.IN_DOUBT]
    journal.record([recorded(pending, end) for pending, end in zip(journal.claim(10), ends, strict=True)])
    journal.finish(record())
    yield journal
    journal.close()


def opened(journal: Journal, name: str = "undo-1", run: str = "run-1") -> RunUndo:
    """Return an undo that has begun."""
    undo = journal.undo_of(run)
    undo.begin(name, FOLDER, START)
    return undo


def ended(removals: Sequence[Pending], *fates: Fate) -> list[Removed]:
    """Return an outcome for each contact."""
    at = START + timedelta(hours=1)
    outcomes = [Deletion(status=fate, http_status=200, reason=f"it is {fate}") for fate in fates]
    return [
        RecordedOutcome(seq=removal.seq, outcome=outcome, attempts=1, at=at)
        for removal, outcome in zip(removals, outcomes, strict=True)
    ]


def numbers(removals: Sequence[Pending]) -> list[int]:
    """Return the last digits of the contacts."""
    return [int(removal.contact.identifier[-3:]) for removal in removals]


def entered_anew(journal: Journal, name: str = "run-9") -> list[str]:
    """Return what becomes of the same rows in a later run."""
    begin(journal, name, range(1, 8))
    found = statuses(journal, name)
    journal.finish(record(name))
    return found


def after_a_crash(path: Path) -> Journal:
    """Open a copy of the files as they are now, as the system would find them after the process died."""
    copy = path.with_name("copy.sqlite3")
    for suffix in ("", "-wal"):
        shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
    return Journal.open(copy, Ticking())


def test_only_what_the_run_created_is_opened(journal: Journal) -> None:
    """Neither what was there before, nor what failed, nor what is in doubt."""
    undo = opened(journal)
    taken = undo.claim(10)
    assert [(one.row, one.uuid, one.contact) for one in taken] == [
        (number + 1, f"uuid-{contact(number).identifier}", contact(number)) for number in (1, 2, 3)
    ]
    assert undo.claim(10) == []


def test_a_contact_that_was_deleted_and_then_forgotten_still_counts_as_deleted(path: Path, journal: Journal) -> None:
    """Of the person nothing is kept but that."""
    undo = opened(journal)
    undo.record(ended(undo.claim(10), Fate.DELETED, Fate.DELETED, Fate.FAILED))
    with closing(Database(path)) as database:
        assert PersonPurge(database, Person(identifier=contact(1).identifier, code="34"), START).forget() == 1
    assert (undo.tally()[Fate.DELETED], undo.tally_with_forgotten()[Fate.DELETED]) == (1, 2)
    assert undo.tally_with_forgotten()[Fate.FAILED] == undo.tally()[Fate.FAILED] == 1


def test_a_created_row_without_a_uuid_is_left(path: Path) -> None:
    """There is nothing by which it could be deleted."""
    with closing(begun(path, numbers=[1, 2])) as journal:
        nameless, named = map(recorded, journal.claim(10))
        journal.record([replace(nameless, outcome=replace(nameless.outcome, uuid="")), named])
        journal.finish(record())
        assert numbers(opened(journal).claim(10)) == [2]


def test_the_contacts_of_other_runs_are_left(journal: Journal) -> None:
    """Each run's own are taken back alone."""
    begin(journal, "run-2", [2, 8, 9])
    journal.record([recorded(pending) for pending in journal.claim(10)])
    journal.finish(record("run-2"))
    assert numbers(opened(journal).claim(10)) == [1, 2, 3]
    assert numbers(opened(journal, "undo-2", "run-2").claim(10)) == [8, 9]


def test_what_will_be_done_is_told_before(journal: Journal) -> None:
    """How many, the first of them, and nothing is written by asking."""
    undo = journal.undo_of("run-1")
    assert undo.to_do() == 3
    assert undo.first(2) == [(2, contact(1).identifier, "Name 1", ()), (3, contact(2).identifier, "Name 2", ())]
    assert undo.tally() == dict.fromkeys(Fate, 0) | {Fate.UNSENT: 3}
    assert undo.claim(10) == []


def test_a_run_that_nobody_knows_cannot_be_undone(journal: Journal) -> None:
    """It is a mistake on the command line."""
    with pytest.raises(UsageError, match="no run named run-7"):
        journal.undo_of("run-7")


def test_the_intent_is_on_disk_before_the_request(journal: Journal, path: Path) -> None:
    """Whatever dies after `claim` returned, the next undo knows what may have been deleted."""
    undo = opened(journal)
    assert len(undo.claim(2)) == 2
    with closing(after_a_crash(path)) as other:
        found = other._database.fetch("SELECT seq, status FROM removals ORDER BY seq")
        assert found == [(1, "in_flight"), (2, "in_flight"), (3, "pending")]


def test_outcomes_are_on_disk_when_saved(journal: Journal, path: Path) -> None:
    """A crash after `record` asks for none of them again."""
    undo = opened(journal)
    undo.record(ended(undo.claim(2), Fate.DELETED, Fate.CHANGED))
    with closing(after_a_crash(path)) as other:
        assert numbers(opened(other, "undo-2").claim(10)) == [3]


@pytest.mark.parametrize("before", ["begin", "claim", "record", "finish"])
def test_a_crash_at_any_boundary_loses_no_contact(journal: Journal, path: Path, before: str) -> None:
    """The next undo opens exactly what has no outcome on disk, and the tally is whole."""
    undo = journal.undo_of("run-1")
    taken: list[Pending] = []
    decided = 0
    for step in ("begin", "claim", "record", "finish"):
        if step == before:
            break
        if step == "begin":
            undo.begin("undo-1", FOLDER, START)
        elif step == "claim":
            taken = undo.claim(2)
        else:
            undo.record(ended(taken, Fate.DELETED, Fate.GONE))
            decided = 2
    with closing(after_a_crash(path)) as other:
        assert sum(other.undo_of("run-1").tally().values()) == 3
        again = opened(other, "undo-2")
        assert numbers(again.claim(10)) == [1, 2, 3][decided:]
        assert entered_anew(other)[:3] == ["pending"] * decided + ["unchanged"] * (3 - decided)


def test_what_was_taken_back_is_made_anew_by_a_later_run(journal: Journal) -> None:
    """The journal forgets what is gone, and nothing else."""
    undo = opened(journal)
    undo.record(ended(undo.claim(10), Fate.DELETED, Fate.GONE, Fate.CHANGED))
    assert entered_anew(journal)[:5] == ["pending", "pending", "unchanged", "unchanged", "unchanged"]


def test_what_failed_is_still_known(journal: Journal) -> None:
    """Else a later run would make it twice."""
    undo = opened(journal)
    undo.record(ended(undo.claim(10), *[Fate.FAILED] * 3))
    assert entered_anew(journal)[:3] == ["unchanged"] * 3


def test_a_contact_that_was_made_anew_is_not_forgotten(journal: Journal) -> None:
    """It has another UUID, so it is not what the first run created."""
    undo = opened(journal)
    taken = undo.claim(10)
    undo.record(ended(taken, *[Fate.DELETED] * 3))
    begin(journal, "run-2", [1])
    (pending,) = journal.claim(1)
    again = recorded(pending)
    journal.record([replace(again, outcome=replace(again.outcome, uuid="another"))])
    journal.finish(record("run-2"))
    undo.record(ended(taken[:1], Fate.GONE))
    assert entered_anew(journal)[0] == "unchanged"


def test_the_other_accounts_contact_is_not_forgotten(path: Path) -> None:
    """The same number in two accounts is two contacts."""
    with closing(begun(path, numbers=[1])) as journal:
        journal.record([recorded(pending) for pending in journal.claim(1)])
        journal.finish(record())
        begin(journal, "run-2", [1], account="second")
        journal.record([recorded(pending) for pending in journal.claim(1)])
        journal.finish(record("run-2", "second"))
        undo = opened(journal)
        undo.record(ended(undo.claim(1), Fate.DELETED))
        begin(journal, "run-3", [1], account="second")
        assert statuses(journal, "run-3") == ["unchanged"]


def test_the_runs_own_rows_stay(journal: Journal) -> None:
    """They tell what was."""
    before = statuses(journal)
    undo = opened(journal)
    undo.record(ended(undo.claim(10), *[Fate.DELETED] * 3))
    undo.finish(0, START)
    assert statuses(journal) == before


def test_an_undo_that_was_broken_off_goes_on_with_what_it_left(journal: Journal) -> None:
    """What was decided is not asked about again; what was in flight is."""
    undo = opened(journal)
    undo.record(ended(undo.claim(1), Fate.CHANGED))
    undo.claim(1)
    undo.finish(130, START)
    assert journal._database.fetch("SELECT DISTINCT status FROM removals ORDER BY 1") == [("changed",), ("pending",)]
    assert journal.undo_of("run-1").to_do() == 2
    assert numbers(opened(journal, "undo-2").claim(10)) == [2, 3]


def test_a_finished_undo_gives_what_it_left_there_another_chance(journal: Journal) -> None:
    """What was kept or failed, and never what is gone."""
    undo = opened(journal)
    undo.record(ended(undo.claim(10), Fate.CHANGED, Fate.FAILED, Fate.DELETED))
    undo.finish(1, START)
    assert journal.undo_of("run-1").to_do() == 2
    again = opened(journal, "undo-2")
    assert again.tally() == dict.fromkeys(Fate, 0) | {Fate.UNSENT: 2, Fate.DELETED: 1}
    assert numbers(again.claim(10)) == [1, 2]


def test_nothing_is_left_when_all_is_gone(journal: Journal) -> None:
    """A third undo has nothing to do."""
    undo = opened(journal)
    undo.record(ended(undo.claim(10), Fate.DELETED, Fate.GONE, Fate.DELETED))
    undo.finish(0, START)
    assert journal.undo_of("run-1").to_do() == 0
    assert opened(journal, "undo-2").claim(10) == []


def test_the_results_tell_all_that_the_run_created(journal: Journal) -> None:
    """In the input's order, with what is not decided yet."""
    undo = opened(journal)
    undo.record(ended(undo.claim(2), Fate.DELETED, Fate.CHANGED))
    found = list(undo.results())
    assert [(one.row, one.fate, one.reason) for one in found] == [
        (2, Fate.DELETED, "it is deleted"),
        (3, Fate.CHANGED, "it is changed"),
        (4, Fate.UNSENT, "the undo ended before its turn"),
    ]
    assert [one.finished_at for one in found] == [START + timedelta(hours=1)] * 2 + [None]
    assert (found[0].sheet_index, found[0].identifier, found[0].name) == (0, contact(1).identifier, "Name 1")


def test_the_end_of_an_undo_is_written_down(journal: Journal) -> None:
    """With its name, which no other undo may have."""
    opened(journal).finish(1, START)
    assert journal._database.fetch("SELECT name, exit_code, report_dir FROM undos") == [("undo-1", 1, str(FOLDER))]
    assert journal.undo_names() == {"undo-1"}
    with pytest.raises(StorageError):
        opened(journal)


def test_what_nothing_proves_to_be_ours_is_shown_and_kept(journal: Journal, path: Path) -> None:
    """Such as a contact that a look-up found: anybody may have made it meanwhile."""
    begin(journal, "run-2", [8, 9, 10])
    first, *others = map(recorded, journal.claim(3))
    unproven = [replace(one, outcome=replace(one.outcome, is_ours=False)) for one in others]
    journal.record([first, *unproven])
    journal.finish(record("run-2"))
    undo = journal.undo_of("run-2")
    assert (undo.to_do(), undo.first(10)) == (1, [(2, contact(8).identifier, "Name 8", ())])
    assert undo.first_kept(1) == [(3, contact(9).identifier, "Name 9", ())]
    undo.begin("undo-2", FOLDER, START)
    undo.record(ended(undo.claim(10), Fate.DELETED))
    undo.finish(1, START)
    assert +Counter(undo.tally()) == {Fate.DELETED: 1, Fate.KEPT: 2}
    assert [one.fate for one in undo.results()] == [Fate.DELETED, Fate.KEPT, Fate.KEPT]
    assert list(undo.results())[1].reason == "Kept: it is not proved that the run made it."
    with closing(after_a_crash(path)) as other:
        assert other.undo_of("run-2").to_do() == 0


def test_a_contact_that_was_made_under_another_outcome_is_no_ones(journal: Journal) -> None:
    """What was there before is not touched, whatever an answer said."""
    begin(journal, "run-2", [8])
    (pending,) = journal.claim(1)
    one = recorded(pending, Status.EXISTS)
    journal.record([replace(one, outcome=replace(one.outcome, is_ours=True))])
    journal.finish(record("run-2"))
    undo = journal.undo_of("run-2")
    assert (undo.to_do(), sum(undo.tally().values())) == (0, 0)


def test_a_contact_that_was_sent_again_is_as_it_was_sent_last(path: Path) -> None:
    """Where this run sent it after all, its own content counts."""
    with closing(begun(path)) as journal:
        journal.enqueue(0, [entry(contact(1, "Old name"), 2)])
        journal.record([recorded(pending, Status.IN_DOUBT) for pending in journal.claim(1)])
        journal.finish(record())
        journal.begin(record("run-2"))
        journal.enqueue(journal.add_sheet(SHEET), [entry(contact(1, "New name"), 2)])
        journal.record([recorded(pending, attempts=1) for pending in journal.claim(1)])
        journal.finish(record("run-2"))
        assert [one.contact.name for one in opened(journal, run="run-2").claim(2)] == ["New name"]


def test_a_journal_from_before_undo_can_be_undone(path: Path) -> None:
    """The step adds its tables and keeps what is there."""
    first_version(path)
    with closing(Journal.open(path)) as journal:
        (taken,) = opened(journal).claim(10)
        assert to_json(taken.contact) == to_json(contact(1))


def test_words_that_are_no_text_are_survived(journal: Journal) -> None:
    """Half a character in the service's answer, or in a folder's name, ends nothing."""
    undo = journal.undo_of("run-1")
    undo.begin("undo-1", Path("/home/\udcff"), START)
    (removed,) = ended(undo.claim(1), Fate.FAILED)
    undo.record([replace(removed, outcome=replace(removed.outcome, reason="\ud83d!"))])
    assert next(undo.results()).reason == "?!"


def test_nothing_is_left_to_do_about_what_is_taken_back() -> None:
    """The one set on which forgetting rests."""
    assert {Fate.DELETED, Fate.RESTORED, Fate.GONE} == TAKEN_BACK
