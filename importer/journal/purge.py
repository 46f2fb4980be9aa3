"""Forget people's data: that of old runs, or of one person. Which contacts exist stays known, by a keyed hash.

    old run ........... its rows are deleted, but for those that are open and those that a contact in use stands on
    contact in use .... a row that is kept has its number, or a run had it since
    other contact ..... its number becomes a keyed hash, and what was sent is forgotten
    one person ........ their rows are emptied in every run, their contact is hashed, and the hash is put on a list

Open is what may still be under way: pending, in flight, in doubt, or an undo that has not ended. That is never purged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from importer.journal.database import Database, maybe_moment, moment
from importer.journal.forgotten import add_hash_function
from importer.journal.keyed_hash import made_hash
from importer.journal.retention import compact, delete_orphans
from importer.journal.run_input import ROW_KEY
from importer.model.rows import FINGERPRINT_BYTES

_OLD = "started_at < :before AND tally IS NOT NULL"
_OLD_RUNS = f"""
SELECT name, report_dir FROM runs WHERE {_OLD} AND forgotten_at IS NULL ORDER BY id
"""  # noqa: S608 - only constants
_UNDOS = """
SELECT undos.report_dir FROM undos JOIN runs ON runs.id = undos.run
WHERE runs.name = ? AND undos.finished_at IS NOT NULL
"""
OPEN_REMOVAL = """EXISTS (
    SELECT 1 FROM removals WHERE removals.run = rows.run AND removals.seq = rows.seq
        AND removals.status IN ('pending', 'in_flight')
)"""
"""Whether an undo of a row has not ended."""
_OPEN_ROW = f"(rows.status IN ('pending', 'in_flight', 'in_doubt') OR {OPEN_REMOVAL})"
_TABLES = (
    """CREATE TEMP TABLE IF NOT EXISTS used (
        account INTEGER, source TEXT, channel TEXT, identifier TEXT,
        PRIMARY KEY (account, source, channel, identifier)
    ) WITHOUT ROWID""",
    "CREATE TEMP TABLE IF NOT EXISTS kept (run INTEGER, seq INTEGER, PRIMARY KEY (run, seq)) WITHOUT ROWID",
    "DELETE FROM temp.used",
    "DELETE FROM temp.kept",
)
_CONTACT_KEY = "contacts.account, contacts.source, contacts.channel, contacts.identifier"
_STAYS = (
    # the keys of rows that are not old, or open
    f"""
    INSERT OR IGNORE INTO temp.used SELECT runs.account, {ROW_KEY} FROM rows JOIN runs ON runs.id = rows.run
    WHERE NOT ({_OLD}) OR {_OPEN_ROW}
    """,  # noqa: S608 - only constants
    """
    INSERT OR IGNORE INTO temp.used SELECT account, source, channel, identifier FROM contacts
    WHERE is_forgotten = 0 AND (max(coalesce(seen_at, ''), last_sent_at) >= :before
        OR status IN ('in_flight', 'in_doubt'))
    """,
    # the rows that these contacts, and rows that are not old, stand on
    f"""
    INSERT OR IGNORE INTO temp.kept SELECT rows.run, rows.seq FROM rows JOIN runs ON runs.id = rows.run
    WHERE {_OLD} AND {_OPEN_ROW}
    """,  # noqa: S608 - only constants
    f"""
    INSERT OR IGNORE INTO temp.kept SELECT same_run, same_as FROM rows JOIN runs ON runs.id = rows.run
    WHERE same_run IS NOT NULL AND same_as IS NOT NULL AND (NOT ({_OLD}) OR {_OPEN_ROW})
    """,  # noqa: S608 - only constants
    f"""
    INSERT OR IGNORE INTO temp.kept SELECT sent_run, sent_seq FROM contacts
    WHERE ({_CONTACT_KEY}) IN (SELECT account, source, channel, identifier FROM temp.used)
    """,  # noqa: S608 - only constants
    f"""
    INSERT OR IGNORE INTO temp.kept SELECT row_run, row_seq FROM contacts
    WHERE row_run IS NOT NULL AND row_seq IS NOT NULL
        AND ({_CONTACT_KEY}) IN (SELECT account, source, channel, identifier FROM temp.used)
    """,  # noqa: S608 - only constants
    # a row that stays has its number: so has its contact
    f"""
    INSERT OR IGNORE INTO temp.used SELECT runs.account, {ROW_KEY} FROM temp.kept
    CROSS JOIN rows USING (run, seq) JOIN runs ON runs.id = rows.run
    """,  # noqa: S608 - only constants
)
HIDE = f"""
    identifier = keyed_hash(identifier), is_forgotten = 1, fingerprint = zeroblob({FINGERPRINT_BYTES}),
    row_fingerprint = NULL, row_run = NULL, row_seq = NULL, sent_run = 0, sent_seq = 0, is_sent = 0
"""
"""What becomes of a contact whose number is forgotten."""
# Before its row is gone: a contact that was refused may have been made all the same.
_HIDE_CONTACTS = f"""
UPDATE contacts SET is_to_ask = is_to_ask OR (status = 'failed' AND EXISTS (
        SELECT 1 FROM rows WHERE rows.run = sent_run AND rows.seq = sent_seq AND http_status BETWEEN 400 AND 499
    )), {HIDE}
WHERE is_forgotten = 0 AND ({_CONTACT_KEY}) NOT IN (SELECT account, source, channel, identifier FROM temp.used)
"""  # noqa: S608 - only constants
_OLD_TO_DROP = f"""
SELECT id FROM runs WHERE {_OLD} AND (
    EXISTS (SELECT 1 FROM rows WHERE run = runs.id AND (run, seq) NOT IN (SELECT run, seq FROM temp.kept))
    OR EXISTS (SELECT 1 FROM changes WHERE run = runs.id)
)
"""  # noqa: S608 - only constants
"""The old runs that have more than what stays, so that a night's work does not grow with the number of runs."""
_DELETE_ROWS = "DELETE FROM rows WHERE run = ? AND (run, seq) NOT IN (SELECT run, seq FROM temp.kept)"
# The values before an update are for an undo, which is over for an old run.
_DELETE_CHANGES = f"""
DELETE FROM changes WHERE run = ? AND seq NOT IN (
    SELECT seq FROM rows WHERE rows.run = changes.run AND {_OPEN_ROW}
)
"""  # noqa: S608 - only constants
_COUNT = "UPDATE runs SET rows_dropped = rows_dropped + ? WHERE id = ?"
_MARK = f"UPDATE runs SET forgotten_at = :at WHERE {_OLD} AND forgotten_at IS NULL"  # noqa: S608 - only constants
_OPEN_LEFT = f"SELECT count(*) FROM rows JOIN runs ON runs.id = rows.run WHERE {_OLD} AND {_OPEN_ROW}"  # noqa: S608 - only constants
_FIRST_AFTER = (
    f"SELECT started_at FROM runs WHERE {_OLD} AND forgotten_at IS NULL ORDER BY started_at LIMIT 1 OFFSET :skip"  # noqa: S608 - only constants
)
_MOVED = "SELECT DISTINCT moved_to FROM sheets WHERE moved_to <> '' ORDER BY moved_to"
_BACKUPS = "SELECT path, made_at FROM backups ORDER BY made_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class OldRun:
    """A run whose data is to be forgotten."""

    name: str
    report_dirs: tuple[str, ...]
    """Its own folder, and those of its undos."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgedRuns:
    """What was forgotten of old runs."""

    rows: int
    contacts: int
    """Whose numbers are hashes now."""
    open_rows: int
    """Rows of these runs that are kept, because they are open."""


class JournalPurge:
    """Old runs of a journal; every method is one transaction.

    Raises (all methods):
        StorageError: The file cannot be read or written; what it held before is intact.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def old_runs(self, before: datetime) -> Sequence[OldRun]:
        """Return the runs that began before a time, have ended and are not forgotten yet, the oldest first."""
        found = self._database.fetch(_OLD_RUNS, {"before": moment(before)})
        undos = {name: [folder for (folder,) in self._database.fetch(_UNDOS, (name,))] for name, _ in found}
        return [OldRun(name=name, report_dirs=(folder, *undos[name])) for name, folder in found]

    def forget_runs(self, before: datetime) -> PurgedRuns:
        """Forget the rows of runs that began before a time, and the contacts that are not in use."""
        values = {"before": moment(before)}
        self._database.fetch("PRAGMA secure_delete = ON")
        with self._database.transaction() as connection:
            made_hash(connection)
            add_hash_function(connection)
            for statement in (*_TABLES, *_STAYS):
                connection.execute(statement, values)
            contacts = connection.execute(_HIDE_CONTACTS).rowcount
            rows = 0
            for (run,) in connection.execute(_OLD_TO_DROP, values).fetchall():
                connection.execute(_DELETE_CHANGES, (run,))
                count = connection.execute(_DELETE_ROWS, (run,)).rowcount
                connection.execute(_COUNT, (count, run))
                delete_orphans(connection, run)
                rows += count
            ((open_rows,),) = connection.execute(_OPEN_LEFT, values).fetchall()
        return PurgedRuns(rows=rows, contacts=contacts, open_rows=open_rows)

    def mark_forgotten(self, before: datetime, at: datetime) -> None:
        """Write down that the runs are forgotten: when no byte of them is left in the file or SQLite's log."""
        with self._database.transaction() as connection:
            connection.execute(_MARK, {"before": moment(before), "at": moment(at)})

    def compact(self) -> None:
        """Write the file again without what was deleted, and empty SQLite's log."""
        compact(self._database, always=True)

    def nth_old(self, before: datetime, count: int) -> datetime | None:
        """Return when the run began that comes after so many that are to be forgotten; None: there are no more."""
        found = self._database.fetch(_FIRST_AFTER, {"before": moment(before), "skip": count})
        return next((maybe_moment(at) for (at,) in found), None)

    def undo_folders(self) -> Sequence[str]:
        """Return the reports' folders of all undos."""
        return [folder for (folder,) in self._database.fetch("SELECT report_dir FROM undos")]

    def moved_files(self) -> Sequence[Path]:
        """Return where the files are that were moved when they were done."""
        return [Path(path) for (path,) in self._database.fetch(_MOVED)]

    def backups(self) -> Sequence[tuple[Path, str]]:
        """Return where copies of the journal were put, and when."""
        return [(Path(path), at) for path, at in self._database.fetch(_BACKUPS)]
