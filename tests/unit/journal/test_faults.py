"""What a person is told of SQLite's errors."""

import sqlite3
from pathlib import Path

import pytest

from importer.journal.faults import storage_error


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "is in use by another program"),
        (sqlite3.SQLITE_LOCKED, "is in use by another program"),
        (sqlite3.SQLITE_IOERR_FSYNC, "cannot be read or written"),
        (sqlite3.SQLITE_CANTOPEN, "cannot be opened"),
        (sqlite3.SQLITE_CORRUPT_VTAB, "is damaged"),
        (sqlite3.SQLITE_PERM, "may not be opened"),
        (sqlite3.SQLITE_MISUSE, "cannot be used (x)"),
        (None, "cannot be used (x)"),
    ],
)
def test_every_fault_has_a_sentence(code: int | None, told: str) -> None:
    """SQLite's extended codes are told like their primary ones; unknown ones in SQLite's words."""
    error = sqlite3.OperationalError("x")
    if code is not None:
        error.sqlite_errorcode = code
    translated = storage_error(Path("j"), error)
    assert translated.message == f"The journal j {told}."
    whole = translated.hint.endswith(
        (" then give the same command again: it goes on where this run stopped.", "before.")
    )
    assert whole or "--journal" in translated.hint
