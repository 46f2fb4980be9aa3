"""SQLite's errors, told to a person: which file, what is wrong with it, what to do."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from importer.model.errors import StorageError

_PRIMARY_CODE = 0xFF
"""SQLite's extended result codes keep the primary one in the low byte (sqlite.org/rescode.html)."""
_AGAIN = "then give the same command again: it goes on where this run stopped."
_DAMAGED = (
    "is damaged",
    "Bring it back from a backup; a new one, named with --journal, would not know what was sent before.",
)
_FAULTS = {
    sqlite3.SQLITE_BUSY: ("is in use by another program", f"Close whatever has it open, {_AGAIN}"),
    sqlite3.SQLITE_LOCKED: ("is in use by another program", f"Close whatever has it open, {_AGAIN}"),
    sqlite3.SQLITE_FULL: ("cannot grow: the disk is full", f"Make room on the disk, {_AGAIN}"),
    sqlite3.SQLITE_READONLY: ("may only be read", f"Make it and its folder yours to write to, {_AGAIN}"),
    sqlite3.SQLITE_PERM: ("may not be opened", f"Make it and its folder yours to write to, {_AGAIN}"),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", f"See that the folder is there and yours to write to, {_AGAIN}"),
    sqlite3.SQLITE_IOERR: ("cannot be read or written", f"See that the disk is there and sound, {_AGAIN}"),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: (
        "is not a journal of this importer",
        "Name another file with --journal, or move this one away.",
    ),
}


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn every error of SQLite in the block into a `StorageError` about the file."""
    try:
        yield
    except sqlite3.Error as error:
        raise storage_error(path, error) from error


def storage_error(path: Path, error: sqlite3.Error) -> StorageError:
    """Return the error as a sentence about the file; Python's own sqlite3 errors carry no code of SQLite's."""
    code = getattr(error, "sqlite_errorcode", None)
    known = _FAULTS.get(code & _PRIMARY_CODE) if code is not None else None
    what, hint = known or (f"cannot be used ({error})", f"See that the disk is sound, {_AGAIN}")
    return StorageError(f"The journal {path} {what}.", hint)


def damaged(path: Path) -> StorageError:
    """Return the error for a file that SQLite's own check finds fault with."""
    return StorageError(f"The journal {path} {_DAMAGED[0]}.", _DAMAGED[1])
