"""The SQLite file: opened, checked and migrated; one connection, one caller at a time; its values.

After a crash SQLite restores the file to its last commit by itself, with checksums. A full check, which reads every
page, is therefore made only after a crash, and only of a journal that is small enough to be checked at once.
"""

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from importer.journal.faults import damaged_journal, translated
from importer.journal.schema import APPLICATION_ID, MIGRATIONS, MIGRATIONS_FOLDER, TEMPORARY_TABLES, old_key
from importer.model.errors import StorageError
from importer.system.files import private_file, private_folder

_OLDEST_SQLITE = (3, 37, 0)
"""The first with STRICT tables."""
_CHECKED_BYTES = 64 * 1024 * 1024
_BUSY_SECONDS = 5.0
_PAGE_ROWS = 1000
_SETTINGS = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA temp_store = FILE;
PRAGMA cache_size = -8192; -- KiB; more makes nothing faster and uses more memory (measured)
PRAGMA temp.cache_size = -4096; -- twice as much is no faster for a million keys (November 2026)
PRAGMA wal_autocheckpoint = 4000; -- pages of 4 KiB: pages that change often are copied less often
PRAGMA trusted_schema = OFF;
"""

_MARKS = "SELECT *, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id, pragma_user_version"

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Database:
    """The connection to the file.

    Args:
        path: Of the file; it is created, with its folder, if it is missing.
        rehearsal: Whatever is written is rolled back on closing.
        temporary: No file of this path is made: SQLite has a nameless one until it is closed ("Temporary Databases",
            sqlite.org/inmemorydb.html).

    Raises:
        StorageError: It cannot be opened, is no journal, is damaged, or was written by a newer importer.

    """

    def __init__(self, path: Path, *, rehearsal: bool = False, temporary: bool = False) -> None:
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            raise StorageError(
                f"This Python brings SQLite {sqlite3.sqlite_version}, and the journal needs 3.37 or newer.",
                "Install Python from python.org or your system's newer packages, and with it the importer again.",
            )
        self.path = path
        self._rehearsal = rehearsal
        self._turn = threading.RLock()
        ended_uncleanly = not temporary and _made_file(path)
        with self._turn, translated(self.path):
            self._connection = sqlite3.connect(
                "" if temporary else path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            version = self._own_version()
            if not temporary:
                private_file(path)
            self._make_ready(version, check=ended_uncleanly)
            if rehearsal:
                self._connection.execute("BEGIN IMMEDIATE")
        except BaseException:
            self.close()
            raise

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection in a transaction: the block is committed durably as a whole, or rolled back.

        Raises:
            StorageError: It cannot be committed; what the file held before is intact.

        """
        with self._turn, translated(self.path):
            if self._rehearsal and not self._connection.in_transaction:
                raise RuntimeError("the rehearsal is over")  # a savepoint outside it would be committed
            self._connection.execute("SAVEPOINT step" if self._rehearsal else "BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("RELEASE step" if self._rehearsal else "COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._connection.rollback()  # nothing, where SQLite has done so already
                raise

    def fetch(self, sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a SELECT; long results are fetched by `pages`.

        Raises:
            StorageError: The file cannot be read.

        """
        with self._turn, translated(self.path):
            return self._connection.execute(sql, values).fetchall()

    def pages(self, sql: str, values: Mapping[str, object], count: int = _PAGE_ROWS) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of a SELECT page by page, so that memory does not grow and no read transaction stays open.

        Args:
            sql: It selects at most `:count` rows whose first column is greater than `:after`, in its order.
            values: Its other parameters.
            count: Rows a page.

        Raises:
            StorageError: The file cannot be read.

        """
        after = 0
        while page := self.fetch(sql, {**values, "count": count, "after": after}):
            after = page[-1][0]
            yield page

    def close(self) -> None:
        """Close the file; closing it again does nothing."""
        with self._turn, translated(self.path):
            self._connection.close()

    def _make_ready(self, version: int, *, check: bool) -> None:
        with self._turn, translated(self.path):
            self._connection.executescript(_SETTINGS + TEMPORARY_TABLES.read_text(encoding="utf-8"))
        if check and self.path.stat().st_size <= _CHECKED_BYTES and self.fetch("PRAGMA quick_check(1)") != [("ok",)]:
            raise damaged_journal(self.path)
        if version < len(MIGRATIONS):
            self._migrate(version)

    def _own_version(self) -> int:
        """Return the version of the file's schema; 0 for an empty file.

        Called before anything is written: the file may be another program's.
        """
        ((application_id, version, tables),) = self.fetch(_MARKS)
        if application_id != APPLICATION_ID and (application_id or tables):
            raise StorageError(
                f"{self.path} is a database, but not a journal of this importer.",
                "Name another file with --journal; this one was not changed.",
                code="not_a_journal",
            )
        if version > len(MIGRATIONS):
            raise StorageError(
                f"The journal {self.path} was written by a newer version of the importer.",
                "Install the newer importer again (README.md: Upgrading), or name another file with --journal.",
                code="journal_newer",
            )
        return int(version)

    def _migrate(self, version: int) -> None:
        scripts = [(MIGRATIONS_FOLDER / name).read_text(encoding="utf-8") for name in MIGRATIONS[version:]]
        marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {len(MIGRATIONS)};"
        with self._turn, translated(self.path), self._connection:  # which commits, or rolls back
            self._connection.create_function("old_key", 2, old_key, deterministic=True)
            self._connection.executescript(f"BEGIN EXCLUSIVE; {''.join(scripts)} {marks}")


def _made_file(path: Path) -> bool:
    """Make the file if it is missing; return whether whoever had it last did not close it."""
    private_folder(path.parent)
    if not path.exists():
        private_file(path)
    write_ahead_log = path.with_name(path.name + "-wal")
    return write_ahead_log.exists() and write_ahead_log.stat().st_size > 0


def storable(text: str) -> str:
    """Return the text with `?` for each lone surrogate, which SQLite cannot store."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def encode_json(value: object) -> str:
    """Return arrays and objects of texts and numbers as JSON that SQLite can store."""
    return storable(_encode(value))


def moment(at: datetime) -> str:
    """Return the time in UTC as text that sorts by time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def columns(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any dataclass
    """Return the fields of a dataclass as SQLite can store them: times as text, tuples and mappings as JSON."""
    return {field.name: _storable(getattr(value, field.name)) for field in fields(value)}


def _storable(value: object) -> object:
    match value:
        case str():
            return storable(value)
        case datetime():
            return moment(value)
        case tuple():
            return encode_json(value)
        case Mapping():
            return encode_json(dict(value))
        case _:
            return value


@lru_cache(maxsize=256)  # rows of a chunk have one time, and there may be a million of them
def maybe_moment(text: str | None) -> datetime | None:
    """Return the time that `moment` wrote; None stays None."""
    return None if text is None else datetime.fromisoformat(text)
