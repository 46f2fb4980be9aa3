"""The SQLite file: opened, checked and migrated; one connection, one caller at a time.

After a crash SQLite restores the file to its last commit by itself, with checksums. A full check, which reads every
page, is therefore made only after a crash, and only of a journal that is small enough to be checked at once.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from importer.journal.schema import APPLICATION_ID, MIGRATIONS, TEMPORARY
from importer.journal.sqlite_errors import damaged_error, translated
from importer.model.errors import StorageError
from importer.system.files import private_file, private_folder

_OLDEST_SQLITE = (3, 37, 0)
"""The first with STRICT tables."""
_CHECKED_BYTES = 64 * 1024 * 1024
_BUSY_SECONDS = 5.0
_SETTINGS = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA temp_store = FILE;
PRAGMA cache_size = -8192; -- KiB; more makes nothing faster and uses more memory (measured)
PRAGMA temp.cache_size = -4096; -- twice as much is no faster for a million keys (November 2026)
PRAGMA wal_autocheckpoint = 4000; -- pages of 4 KiB: pages that change often are copied less often
PRAGMA trusted_schema = OFF;
"""


class Database:
    """The connection to the file.

    Args:
        path: Of the file; it is created, with its folder, if it is missing.
        rehearsal: Whatever is written is rolled back on closing.

    Raises:
        StorageError: It cannot be opened, is no journal, is damaged, or was written by a newer importer.

    """

    def __init__(self, path: Path, *, rehearsal: bool = False) -> None:
        _require_sqlite()
        self.path = path
        self._rehearsal = rehearsal
        self._turn = threading.RLock()
        private_folder(path.parent)
        if not path.exists():
            private_file(path)
        ended_uncleanly = _has_bytes(path.with_name(path.name + "-wal"))
        with translated(path):
            self._connection = sqlite3.connect(
                path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            self._make_ready(check=ended_uncleanly)
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
                self._roll_back()
                raise

    def fetch(self, sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a SELECT. Callers page long results, so that no read transaction stays open.

        Raises:
            StorageError: The file cannot be read.

        """
        with self._turn, translated(self.path):
            return self._connection.execute(sql, values).fetchall()

    def close(self) -> None:
        """Close the file; closing it again does nothing."""
        with self._turn, translated(self.path):
            self._connection.close()

    def _make_ready(self, *, check: bool) -> None:
        version = self._own_version()
        private_file(self.path)
        with self._turn, translated(self.path):
            self._connection.executescript(_SETTINGS + TEMPORARY)
        if check and self.path.stat().st_size <= _CHECKED_BYTES and self.fetch("PRAGMA quick_check(1)") != [("ok",)]:
            raise damaged_error(self.path)
        self._migrate(version)

    def _own_version(self) -> int:
        """Return the version of the file's schema; 0 for an empty file.

        Called before anything is written: the file may be another program's.
        """
        ((application_id,),) = self.fetch("PRAGMA application_id")
        ((version,),) = self.fetch("PRAGMA user_version")
        ((tables,),) = self.fetch("SELECT count(*) FROM sqlite_schema")
        if application_id != APPLICATION_ID and (application_id or tables):
            raise StorageError(
                f"{self.path} is a database, but not a journal of this importer.",
                "Name another file with --journal; this one was not changed.",
            )
        if version > len(MIGRATIONS):
            raise StorageError(
                f"The journal {self.path} was written by a newer version of the importer.",
                "Upgrade with `pip install --upgrade callbell-importer`, or name another file with --journal.",
            )
        return int(version)

    def _migrate(self, version: int) -> None:
        if version == len(MIGRATIONS):
            return
        migrations = "".join(MIGRATIONS[version:])
        marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {len(MIGRATIONS)};"
        with self._turn, translated(self.path):
            try:
                self._connection.executescript(f"BEGIN EXCLUSIVE; {migrations} {marks} COMMIT;")
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        """Roll the transaction back; after some errors SQLite has done so already."""
        with contextlib.suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")


def _require_sqlite() -> None:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise StorageError(
            f"This Python brings SQLite {sqlite3.sqlite_version}, and the journal needs 3.37 or newer.",
            "Install Python from python.org or your system's newer packages, then install the importer again with it.",
        )


def _has_bytes(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False
