"""Which rows of past runs are kept, so that a journal does not grow with every night. The counts of a run always stay.

    the last 7 runs of an account ........ every row
    up to 30 runs, or 30 days ............ all that did not find their contact as it was (unchanged, exists, duplicate)
    older ................................ those that changed something in Callbell, are in doubt or in conflict

So `undo` and the merge have what they need, and `retry` and `report` say what is not kept. A row stays too that a
contact, a later row or an update stands on: it has their name, their UUID and what was sent last, or before the update.
Each run is one transaction.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta

from importer.journal.database import Database, moment
from importer.journal.run_input import CONTACT_OF_ROW, RunKey, row_pieces
from importer.model.rows import CONFLICT

RUNS_WITH_ALL_ROWS, RUNS_WITH_OPEN_ROWS = 7, 30
DAYS_WITH_OPEN_ROWS = 30
_SEEN_EVERY = timedelta(days=7)
_FREE_PAGES = 4096
"""Free pages (16 MiB) that a file may always have: the next run fills them."""
# A run that was killed has no tally: the next run ends it, and it is left alone until then.
_RUNS = """
SELECT id, account, started_at, rows_kept, row_number() OVER (PARTITION BY account ORDER BY id DESC)
FROM runs WHERE tally IS NOT NULL ORDER BY id
"""
_LEVELS = ("all", "unsettled", "changes")
"""Of `runs.rows_kept`, from most rows to fewest."""
_SETTLED = "'unchanged', 'exists', 'duplicate'"
_STATUSES = {"unsettled": _SETTLED, "changes": f"{_SETTLED}, 'invalid', 'failed', 'unsent'"}
_STOOD_ON = (
    "CREATE TEMP TABLE IF NOT EXISTS stood_on (run INTEGER, seq INTEGER, PRIMARY KEY (run, seq)) WITHOUT ROWID",
    "DELETE FROM temp.stood_on",
    """
    INSERT OR IGNORE INTO temp.stood_on SELECT same_run, same_as FROM rows
    WHERE same_run IS NOT NULL AND same_as IS NOT NULL
    """,
    "INSERT OR IGNORE INTO temp.stood_on SELECT sent_run, sent_seq FROM changes WHERE sent_run IS NOT NULL",
)
_PART = "rows.run = :run AND rows.seq BETWEEN :first AND :last AND rows.status IN ({statuses})"
_SEEN = f"""
UPDATE contacts SET seen_at = :at FROM rows
WHERE {_PART} AND {CONTACT_OF_ROW} AND coalesce(contacts.seen_at, '') < :before
"""  # noqa: S608 - only constants
# Rows that were recognised or are invalid have no fingerprint, and nothing stands on them.
_DROP = f"""
DELETE FROM rows WHERE {_PART} AND code <> '{CONFLICT}' AND (fingerprint IS NULL OR NOT (
    EXISTS (SELECT 1 FROM contacts WHERE {CONTACT_OF_ROW} AND rows.seq IN (
        iif(sent_run = rows.run, sent_seq, 0), iif(row_run = rows.run, row_seq, 0)))
    OR EXISTS (SELECT 1 FROM temp.stood_on WHERE stood_on.run = rows.run AND stood_on.seq = rows.seq)
    OR EXISTS (SELECT 1 FROM changes WHERE changes.run = rows.run AND changes.seq = rows.seq)
    OR EXISTS (SELECT 1 FROM removals WHERE removals.run = rows.run AND removals.seq = rows.seq)
))
"""  # noqa: S608 - only constants
_DROPPED = "UPDATE runs SET rows_kept = :level, rows_dropped = rows_dropped + :count WHERE id = :run"
_KEPT_PAGES = "SELECT page_count, freelist_count FROM pragma_page_count, pragma_freelist_count"


def drop_settled_rows(database: Database, now: datetime, has_time: Callable[[], bool]) -> int:
    """Drop the rows of past runs that nothing needs any more, and return how many.

    Args:
        database: Whose lock is held.
        now: The time.
        has_time: Whether another run may be begun; what is left is for the next time.

    """
    todo = [
        (RunKey(run, account), started_at, wanted)
        for run, account, at, level, place in database.fetch(_RUNS)
        for started_at in [datetime.fromisoformat(at)]
        if _LEVELS.index(wanted := _level(place, started_at, now)) > _LEVELS.index(level)
    ]
    if not todo:
        return 0
    database.fetch("PRAGMA secure_delete = ON")
    with database.transaction() as connection:
        for statement in _STOOD_ON:
            connection.execute(statement)
    dropped = 0
    for key, started_at, level in todo:
        if not has_time():
            break
        with database.transaction() as connection:
            count = _drop(connection, key, started_at, level)
        dropped += count
    return dropped


def compact(database: Database, *, always: bool = False) -> None:
    """Give the disk back what more than half of the file does not need, and empty SQLite's log beside it.

    Args:
        database: Whose lock is held.
        always: Whether the file is written again in any case, so that no byte is left of what was deleted.

    """
    ((pages, free),) = database.fetch(_KEPT_PAGES)
    if always or (free > _FREE_PAGES and free * 2 > pages):
        database.fetch("VACUUM")
    database.fetch("PRAGMA wal_checkpoint(TRUNCATE)")


def unfinished_purges(database: Database) -> int:
    """Return how many purges of people were cut off."""
    ((count,),) = database.fetch("SELECT count(*) FROM forgotten_people WHERE finished_at IS NULL")
    return int(count)


def delete_orphans(connection: sqlite3.Connection, run: int) -> None:
    """Delete what is kept about rows of a run that are not there any more; within the caller's transaction."""
    for table in ("problems", "attempts", "changes", "removals"):
        connection.execute(
            f"DELETE FROM {table} WHERE run = ? AND seq NOT IN (SELECT seq FROM rows WHERE rows.run = {table}.run)",  # noqa: S608 - only constants
            (run,),
        )


def _level(place: int, started_at: datetime, now: datetime) -> str:
    """Return which rows are kept of the run that is the nth of its account, the newest first."""
    if place <= RUNS_WITH_ALL_ROWS:
        return "all"
    is_recent = place <= RUNS_WITH_OPEN_ROWS or now - started_at < timedelta(days=DAYS_WITH_OPEN_ROWS)
    return "unsettled" if is_recent else "changes"


def _drop(connection: sqlite3.Connection, key: RunKey, started_at: datetime, level: str) -> int:
    """Drop the rows of one run; what its contacts lose by it is when they were seen last."""
    values = asdict(key) | {"at": moment(started_at), "before": moment(started_at - _SEEN_EVERY)}
    count = 0
    for piece in row_pieces(connection, key.run):
        connection.execute(_SEEN.format(statuses=_SETTLED), values | piece)
        count += connection.execute(_DROP.format(statuses=_STATUSES[level]), values | piece).rowcount
    delete_orphans(connection, key.run)
    connection.execute(_DROPPED, values | {"level": level, "count": count})
    return count
