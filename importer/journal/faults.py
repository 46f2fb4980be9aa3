"""SQLite's errors as sentences about the journal, with what to do."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from importer.model.errors import StorageError
from importer.system.ownership import journal_cure

_PRIMARY_CODE = 0xFF
"""SQLite's extended result codes keep the primary one in the low byte (sqlite.org/rescode.html)."""
_AGAIN = "then give the same command again: it goes on where this run stopped."
_DAMAGED = (
    "is damaged",
    "Restore it from a backup; a new one, named with --journal, would not know what was sent before.",
)
_FAULTS = {
    sqlite3.SQLITE_BUSY: ("is in use by another program", f"Close whatever has it open, {_AGAIN}"),
    sqlite3.SQLITE_LOCKED: ("is in use by another program", f"Close whatever has it open, {_AGAIN}"),
    sqlite3.SQLITE_FULL: ("cannot grow: the disk is full", f"Make room on the disk, {_AGAIN}"),
    sqlite3.SQLITE_READONLY: ("is read-only", f"Make it and its folder writable for you, {_AGAIN}"),
    sqlite3.SQLITE_PERM: ("may not be opened", f"Make it and its folder writable for you, {_AGAIN}"),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", f"Check that its folder exists and is writable for you, {_AGAIN}"),
    sqlite3.SQLITE_IOERR: ("cannot be read or written", f"Check that the disk is there and works, {_AGAIN}"),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: (
        "is not a journal of this importer",
        "Name another file with --journal, or move this one away.",
    ),
}
_OF_RIGHTS = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN})
"""Those that a file of another owner may be the cause of."""
_CODES_OF_FAULTS = {
    sqlite3.SQLITE_FULL: "disk_full",
    sqlite3.SQLITE_CORRUPT: "journal_damaged",
    sqlite3.SQLITE_NOTADB: "not_a_journal",
}


def damaged_journal(path: Path) -> StorageError:
    """Return the error for a file in which SQLite's own check finds damage."""
    what, hint = _DAMAGED
    return StorageError(f"The journal {path} {what}.", hint, code="journal_damaged")


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise SQLite's errors in the block as a `StorageError` about the file."""
    try:
        yield
    except sqlite3.Error as error:
        raise storage_error(path, error) from error


def storage_error(path: Path, error: sqlite3.Error) -> StorageError:
    """Return the error as a sentence about the file; errors of the sqlite3 module itself have no SQLite code."""
    code = getattr(error, "sqlite_errorcode", -1)
    unknown = (f"cannot be used ({error})", f"Check that the disk works, {_AGAIN}")
    what, hint = _FAULTS.get(code & _PRIMARY_CODE, unknown)
    hint = (journal_cure(path) if code & _PRIMARY_CODE in _OF_RIGHTS else "") or hint
    return StorageError(f"The journal {path} {what}.", hint, code=_CODES_OF_FAULTS.get(code & _PRIMARY_CODE, ""))
