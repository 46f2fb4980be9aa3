"""Whether a journal is whole."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from importer.journal import Journal
from importer.journal.integrity import JournalState, examine
from importer.journal.schema import MIGRATIONS, MIGRATIONS_FOLDER
from importer.model.errors import StorageError
from importer.model.rows import Status
from tests.support.journals import SHEET, begun, record, recorded, send_all


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A journal with a run of two rows that has ended with both in doubt."""
    path = tmp_path / "journal.sqlite3"
    with closing(begun(path, numbers=[1, 2])) as store:
        send_all(store, Status.IN_DOUBT)
        store.finish(record())
    return path


def change(journal: Path, *statements: str) -> None:
    """Change a journal behind the importer's back."""
    with closing(sqlite3.connect(journal, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def test_a_whole_journal_has_no_faults(journal: Path) -> None:
    """And its contents are counted."""
    state = examine(journal)
    assert state.faults == ()
    assert (state.runs, state.rows, state.contacts, state.in_doubt) == (1, 2, 2, 2)
    assert state.schema_version == state.newest_version == len(MIGRATIONS)


def test_what_is_in_flight_and_in_doubt_is_counted(tmp_path: Path) -> None:
    """Of both nobody knows whether they arrived; of what was created one does."""
    path = tmp_path / "going-on.sqlite3"
    with closing(begun(path, numbers=range(1, 7))) as store:
        ends = [Status.CREATED, Status.IN_DOUBT, Status.FAILED]
        store.record([recorded(pending, end) for pending, end in zip(store.claim(5), ends, strict=False)])
        state = examine(path)
    assert (state.runs, state.rows, state.contacts, state.in_doubt) == (1, 6, 5, 3)


def test_a_contact_that_was_forgotten_is_no_contact(journal: Path) -> None:
    """It is counted apart."""
    change(journal, "UPDATE contacts SET is_forgotten = 1 WHERE identifier = (SELECT min(identifier) FROM contacts)")
    state = examine(journal)
    assert (state.contacts, state.forgotten) == (1, 1)


def test_a_journal_is_examined_while_a_run_goes_on(journal: Path) -> None:
    """And the check changes nothing of it."""
    with closing(Journal.open(journal)) as store:
        store.begin(record("run-2"))
        assert examine(journal).runs == 2
        store.add_sheet(SHEET)


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (["DELETE FROM rows WHERE seq = 2"], "the run run-1 had 2 rows, and 1 are there"),
        (["UPDATE sheets SET run = 7"], "of the table sheets belongs to nothing in runs"),
        (["PRAGMA user_version = 99"], "its schema version is 99"),
        (["PRAGMA user_version = 0"], "its schema version is 0"),
        (["PRAGMA ignore_check_constraints = ON", "UPDATE rows SET status = 'lost'"], "SQLite says: CHECK constraint"),
    ],
)
def test_what_is_wrong_is_named(journal: Path, statements: list[str], fault: str) -> None:
    """Rows that are gone, lines without their owner, another version, an index that does not fit its table."""
    change(journal, "PRAGMA foreign_keys = OFF", *statements)
    assert any(fault in found for found in examine(journal).faults)


def test_nothing_is_counted_in_a_journal_of_an_unknown_version(journal: Path) -> None:
    """What its tables mean is not known."""
    change(journal, "PRAGMA user_version = 99")
    state = examine(journal)
    assert (state.schema_version, state.newest_version) == (99, len(MIGRATIONS))
    assert (state.runs, state.rows, state.contacts, state.in_doubt, len(state.faults)) == (0, 0, 0, 0, 1)


def test_an_older_journal_is_whole(tmp_path: Path) -> None:
    """It is not brought up to date by being looked at."""
    path = tmp_path / "old.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        first = (MIGRATIONS_FOLDER / MIGRATIONS[0]).read_text("utf-8")
        connection.executescript(f"{first} PRAGMA application_id = {0x43424C69}; PRAGMA user_version = 1;")
    assert (examine(path).faults, examine(path).schema_version) == ((), 1)


def test_a_journal_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """It is a storage error."""
    with pytest.raises(StorageError, match="cannot be opened"):
        examine(tmp_path / "none.sqlite3")
    assert list(tmp_path.iterdir()) == []


def test_a_list_of_people_who_were_forgotten_is_something_to_lose(journal: Path) -> None:
    """Without it they are imported again, though the journal knows no contact of theirs."""
    assert not examine(journal).refuses_people
    change(journal, "INSERT INTO forgotten_people (hash, begun_at) VALUES ('x', '2026-11-23T02:00:00Z')")
    assert examine(journal).refuses_people
    only_list = JournalState(faults=(), schema_version=1, refuses_people=True)
    assert (only_list.knows_people, only_list.forgets_people) == (True, True)
    assert not JournalState(faults=(), schema_version=1).knows_people
