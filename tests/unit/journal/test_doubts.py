"""Requests of earlier runs that may have arrived: the next update of their contacts knows of them."""

from datetime import timedelta
from pathlib import Path

import pytest

from importer.journal import Journal
from importer.model.changes import ContactChange
from importer.model.journal_rows import Intended, Pending, RecordedOutcome
from importer.model.policy import Existing
from importer.model.replies import Outcome
from importer.model.rows import Contact, Status
from tests.support.journals import SHEET, START, begun, contact, entry, record, send_all

CHANGE = ContactChange(uuid="uuid-34600000001", after={"name": "Second"}, before={"name": "Name 1"})


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """A journal whose first run created contacts 1 and 2, and whose second was cut off while it PATCHed contact 1."""
    journal = begun(tmp_path / "journal.sqlite3", numbers=[1, 2])
    send_all(journal)
    journal.finish(record())
    (row,) = claimed(journal, "run-2", contact(1, "Second"))
    journal.record([Intended(seq=row.seq, change=CHANGE, at=START)])
    return journal


def claimed(journal: Journal, name: str, *contacts: Contact, existing: Existing = Existing.UPDATE) -> list[Pending]:
    """Begin a run with these contacts and claim what is to be sent."""
    journal.begin(record(name), existing=existing)
    journal.enqueue(journal.add_sheet(SHEET), [entry(one, row) for row, one in enumerate(contacts, 2)])
    return journal.claim(10)


@pytest.mark.parametrize("name", ["Second", "Third", "Name 1"])
def test_an_update_is_told_what_may_have_arrived(journal: Journal, name: str) -> None:
    """Whatever the sheet says now, even what it said before; other contacts have nothing to do with it."""
    first, second = claimed(journal, "run-3", contact(1, name), contact(2, "New"))
    assert (first.base, first.doubts) == (contact(1), (CHANGE,))
    assert second.doubts == ()


def test_a_run_that_does_not_reach_the_row_passes_the_doubt_on(journal: Journal) -> None:
    """And one that does not update anything."""
    assert claimed(journal, "run-3", contact(1), existing=Existing.SKIP) == []
    journal.finish(record("run-3"))
    journal.begin(record("run-4"), existing=Existing.UPDATE)
    journal.enqueue(journal.add_sheet(SHEET), [entry(contact(1, "Third"), 2)])
    journal.finish(record("run-4"))
    (row,) = claimed(journal, "run-5", contact(1, "Third"))
    assert row.doubts == (CHANGE,)


def test_a_merge_settles_the_doubt(journal: Journal) -> None:
    """It has read what the contact has."""
    (row,) = claimed(journal, "run-3", contact(1, "Third"))
    outcome = Outcome(status=Status.UPDATED, uuid=row.uuid, base=row.contact)
    journal.record([RecordedOutcome(seq=row.seq, outcome=outcome, attempts=1, at=START)])
    journal.finish(record("run-3"))
    (row,) = claimed(journal, "run-4", contact(1, "Fourth"))
    assert row.doubts == ()


def test_a_first_meeting_that_was_cut_off_is_told_too(journal: Journal) -> None:
    """Its row was to be created, found there, and PATCHed."""
    journal.finish(record("run-2"))
    (row,) = claimed(journal, "run-3", contact(3))
    change = ContactChange(uuid="met", after={"note": "x"}, before={"note": ""})
    journal.record([Intended(seq=row.seq, change=change, at=START)])
    (row,) = claimed(journal, "run-4", contact(3, "Other"))
    assert (row.in_doubt, row.doubts) == (True, (change,))


def test_an_undo_is_told_that_the_patch_may_be_under_way(journal: Journal, tmp_path: Path) -> None:
    """It waits for it before it looks."""
    journal.finish(record("run-2"))
    undo = journal.undo_of("run-2")
    undo.begin("undo-1", tmp_path, START)
    (row,) = undo.claim(10)
    assert (row.change, row.in_doubt) == (CHANGE, True)


def test_an_update_is_told_of_each_post_that_may_have_made_the_contact(tmp_path: Path) -> None:
    """Two runs were cut off while they sent it, each with another name; a third one finds it there."""
    journal = begun(tmp_path / "journal.sqlite3")
    for run, name in enumerate(["First", "Second"], 2):
        claimed(journal, f"run-{run}", contact(1, name))
    (row,) = claimed(journal, "run-4", contact(1, "Second"), existing=Existing.SKIP)
    assert (row.in_doubt, row.doubts) == (True, ())
    journal.record([RecordedOutcome(seq=1, outcome=Outcome(status=Status.CREATED, uuid="u1"), attempts=0, at=START)])
    journal.finish(record("run-4"))
    (row,) = claimed(journal, "run-5", contact(1, "Second"))
    assert (row.uuid, row.base) == ("u1", contact(1, "First"))
    assert [(doubt.uuid, doubt.after["name"]) for doubt in row.doubts] == [("", "First"), ("", "Second")]
    journal.record(
        [
            RecordedOutcome(
                seq=1, outcome=Outcome(status=Status.EXISTS, uuid="u1", base=row.contact), attempts=0, at=START
            )
        ]
    )
    journal.finish(record("run-5"))
    assert claimed(journal, "run-6", contact(1, "Second")) == []


def test_a_post_that_was_answered_is_no_doubt(tmp_path: Path) -> None:
    """Nor are those before it, which cannot have made the contact."""
    journal = begun(tmp_path / "journal.sqlite3")
    claimed(journal, "run-2", contact(1, "First"))
    claimed(journal, "run-3", contact(1, "Second"))
    journal.record([RecordedOutcome(seq=1, outcome=Outcome(status=Status.CREATED, uuid="u1"), attempts=1, at=START)])
    journal.finish(record("run-3"))
    (row,) = claimed(journal, "run-4", contact(1, "Third"))
    assert (row.base, row.doubts) == (contact(1, "Second"), ())


def test_a_post_that_was_refused_is_a_doubt(tmp_path: Path) -> None:
    """Some services refuse, and make the contact all the same; where nothing was sent there is none."""
    journal = begun(tmp_path / "journal.sqlite3")
    claimed(journal, "run-2", contact(1, "First"), contact(2, "First"))
    refused = Outcome(status=Status.FAILED, http_status=422, code="refused")
    unasked = Outcome(status=Status.FAILED, http_status=422, code="look_up_refused")
    journal.record([RecordedOutcome(seq=1, outcome=refused, attempts=1, at=START)])
    journal.record([RecordedOutcome(seq=2, outcome=unasked, attempts=0, at=START)])
    journal.finish(record("run-2"))
    first, second = claimed(journal, "run-3", contact(1, "Second"), contact(2, "Second"))
    assert ([doubt.after["name"] for doubt in first.doubts], second.doubts) == (["First"], ())


def test_a_tag_that_a_person_gave_between_two_patches_is_not_taken_for_the_sheets(journal: Journal) -> None:
    """It was not in the first PATCH, so it was there before the second: no doubt says that the sheet had it."""
    (row,) = claimed(journal, "run-3", contact(2, "New"))
    first = ContactChange(uuid=row.uuid, after={"tags": ("new",)}, before={"tags": ()})
    second = ContactChange(uuid=row.uuid, after={"tags": ("vip", "new")}, before={"tags": ("vip",)})
    journal.record([Intended(seq=row.seq, change=change, at=START) for change in (first, second)])
    (row,) = claimed(journal, "run-4", contact(2, "Newer"))
    assert row.doubts == (second,)


@pytest.mark.parametrize("existing", [Existing.SKIP, Existing.UPDATE])
def test_a_deleted_contact_whose_making_was_cut_off_is_in_doubt_as_a_new_one_is(
    journal: Journal, existing: Existing
) -> None:
    """Its PATCH found nobody, and then it was POSTed, twice: what counts is when the first POST left."""
    for seconds in (1, 2):
        posted = Intended(
            seq=1, change=ContactChange(uuid="", after={"name": "Second"}), at=START + timedelta(seconds=seconds)
        )
        journal.record([posted])
    (row,) = claimed(journal, "run-3", contact(1, "Third"), existing=existing)
    assert (row.uuid, row.in_doubt, row.first_sent_at) == ("", True, START + timedelta(seconds=1))
    updates = existing is Existing.UPDATE
    assert [(doubt.uuid, doubt.after["name"]) for doubt in row.doubts] == [("", "Second")] * updates
    journal.record([RecordedOutcome(seq=1, outcome=Outcome(status=Status.CREATED, uuid="new"), attempts=0, at=START)])
    journal.finish(record("run-3"))
    (row,) = claimed(journal, "run-4", contact(1, "Third"))
    assert (row.uuid, row.base) == ("new", contact(1, "Second"))


@pytest.mark.parametrize(("status", "times"), [(Status.PENDING, 2), (Status.UNSENT, 1)])
def test_a_deleted_contact_that_could_not_be_made_again_is_known_as_before(
    journal: Journal, status: Status, times: int
) -> None:
    """The POST surely made nothing: a run that is to report deleted contacts must not make it as a new one."""
    journal.finish(record("run-2"))
    (before,) = claimed(journal, "run-3", contact(1, "Second"))
    known = journal._database.fetch("SELECT * FROM contacts ORDER BY identifier")
    for posts in range(1, times + 1):
        journal.record([Intended(seq=1, change=ContactChange(uuid="", after={"name": "Second"}), at=START)])
        (line, _) = journal._database.fetch("SELECT status, uuid FROM contacts ORDER BY identifier")
        assert line == ("in_flight", "")
        journal.record([RecordedOutcome(seq=1, outcome=Outcome(status=status), attempts=posts, at=START)])
        assert journal._database.fetch("SELECT * FROM contacts ORDER BY identifier") == known
    journal.finish(record("run-3"))
    (row,) = claimed(journal, "run-4", contact(1, "Second"))
    assert row == before
