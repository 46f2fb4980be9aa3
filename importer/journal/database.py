"""The SQLite file: opened, checked, brought up to date, and spoken to by one connection, one caller at a time.

After a process or a machine dies, SQLite brings the file back to its last commit by itself, with checksums; so a whole
check, which reads every page, is made only after such an end, and only of a journal so small that nobody notices.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from importer.journal.schema import APPLICATION_ID, MIGRATIONS, TEMPORARY
from importer.journal.sqlite_errors import damaged, translated
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
PRAGMA cache_size = -8192; -- KiB; measured: more makes nothing faster, and memory grows by it with the input
PRAGMA temp.cache_size = -4096; -- a million keys in it took no longer than with twice as much (November 2026)
PRAGMA wal_autocheckpoint = 4000; -- pages of 4 KiB: those that change often are copied less often
PRAGMA trusted_schema = OFF;
"""


class Database:
    """The one connection to the file.

    Args:
        path: Of the file; made, with its folder, where it is missing.
        rehearsal: Nothing is to last: all that is written is forgotten on closing.

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
        """Yield the connection; what the block does is done whole and durable, or not at all.

        Raises:
            StorageError: It cannot be done; what the file held before is whole.

        """
        with self._turn, translated(self.path):
            if self._rehearsal and not self._connection.in_transaction:
                raise RuntimeError("the rehearsal is over")  # a savepoint of its own would last
            self._connection.execute("SAVEPOINT step" if self._rehearsal else "BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("RELEASE step" if self._rehearsal else "COMMIT")
            except BaseException:
                self._roll_back()
                raise

    def fetch(self, sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
        """Return all that a SELECT finds; long answers are asked for in pages, so that no reader is ever left open.

        Raises:
            StorageError: The file cannot be read.

        """
        with self._turn, translated(self.path):
            return self._connection.execute(sql, values).fetchall()

    def close(self) -> None:
        """Let go of the file; more than once does no harm."""
        with self._turn, translated(self.path):
            self._connection.close()

    def _make_ready(self, *, check: bool) -> None:
        version = self._own_version()
        private_file(self.path)
        with self._turn, translated(self.path):
            self._connection.executescript(_SETTINGS + TEMPORARY)
        if check and self.path.stat().st_size <= _CHECKED_BYTES and self.fetch("PRAGMA quick_check(1)") != [("ok",)]:
            raise damaged(self.path)
        self._migrate(version)

    def _own_version(self) -> int:
        """Return how many steps made the file what it is; 0 for one that is empty still.

        Asked before anything is written: the file may be another program's.
        """
        ((application_id,),) = self.fetch("PRAGMA application_id")
        ((version,),) = self.fetch("PRAGMA user_version")
        ((tables,),) = self.fetch("SELECT count(*) FROM sqlite_schema")
        if application_id != APPLICATION_ID and (application_id or tables):
            raise StorageError(
                f"{self.path} is a database, but not a journal of this importer.",
                "Name another file with --journal; this one was left as it is.",
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
        steps = "".join(MIGRATIONS[version:])
        marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {len(MIGRATIONS)};"
        with self._turn, translated(self.path):
            try:
                self._connection.executescript(f"BEGIN EXCLUSIVE; {steps} {marks} COMMIT;")
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        """Undo what was begun; SQLite has done so already after some errors."""
        with contextlib.suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")


def _require_sqlite() -> None:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise StorageError(
            f"This Python brings SQLite {sqlite3.sqlite_version}, and the journal needs 3.37 or newer.",
            "Install Python from python.org or your system's newer packages, and the importer anew with it.",
        )


def _has_bytes(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False
