"""A copy of the journal by SQLite's own backup: whole, with what only SQLite's log beside the journal holds so far."""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from importer.journal.database import Database, moment, storable
from importer.journal.faults import damaged_journal, translated
from importer.journal.schema import APPLICATION_ID
from importer.model.errors import StorageError
from importer.system.files import write_whole

_KNOWS_BACKUPS = "SELECT 1 FROM sqlite_schema WHERE name = 'backups'"
_NOTE = "INSERT OR REPLACE INTO backups (path, made_at) VALUES (?, ?)"


def back_up(journal: Path, copy: Path) -> None:
    """Write a copy of the journal that is one private file and whole; the journal stays as it is.

    Args:
        journal: Which is there, and whose lock is held.
        copy: Where nothing is yet.

    Raises:
        StorageError: The journal is none, is damaged or cannot be read, or the copy cannot be written.

    """
    with write_whole(copy) as unfinished, open_as_it_is(journal) as source:
        with translated(copy), contextlib.closing(sqlite3.connect(unfinished, isolation_level=None)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # no second file beside it, also where it may only be read
            whole = target.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)]
        if not whole:
            raise damaged_journal(journal)


def note_backup(journal: Path, copy: Path, at: datetime) -> None:
    """Write down in the journal where a copy of it is put, so that `purge` finds it.

    A journal of an earlier version stays as it is: it has no place for that until the next run.

    Raises:
        StorageError: The journal is none, or cannot be written.

    """
    with open_as_it_is(journal) as connection:
        if connection.execute(_KNOWS_BACKUPS).fetchall():
            connection.execute(_NOTE, (storable(str(copy.absolute())), moment(at)))


@contextlib.contextmanager
def open_as_it_is(journal: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection to a journal that is there; it is neither made nor brought up to date.

    Raises:
        StorageError: It is no journal, or cannot be read; also for every error of SQLite in the block.

    """
    address = f"{journal.absolute().as_uri()}?mode=rw"  # not `ro`: after a crash SQLite has to finish its log first
    with translated(journal), contextlib.closing(sqlite3.connect(address, uri=True, isolation_level=None)) as found:
        if found.execute("PRAGMA application_id").fetchall() != [(APPLICATION_ID,)]:
            raise StorageError(
                f"{journal} is not a journal of this importer.", "Name the right one with --journal; it was only read."
            )
        yield found


@contextlib.contextmanager
def one_file(copy: Path) -> Iterator[Database]:
    """Yield a copy of a journal to be changed, brought up to date; afterwards it is one file again.

    Raises:
        StorageError: It is no journal, or cannot be read or written.

    """
    with contextlib.closing(Database(copy)) as database:
        yield database
        database.fetch("PRAGMA journal_mode = DELETE")
