"""The end of a run, planned or not: every row that is still open gets its final status."""

import sqlite3

from importer.journal.claim import RunKey
from importer.journal.column_values import encode_json, moment
from importer.model.runs import RunRecord

_IN_FLIGHT = "rows.run = :run AND rows.status IN ('pending', 'in_flight') AND rows.status = 'in_flight'"
_PENDING = "rows.run = :run AND rows.status IN ('pending', 'in_flight') AND rows.status = 'pending'"
_CONTACTS_IN_DOUBT = f"""
UPDATE contacts SET status = 'in_doubt', last_sent_at = :at FROM rows
WHERE {_IN_FLIGHT} AND contacts.account = :account AND contacts.source = rows.source
    AND contacts.channel = rows.channel AND contacts.identifier = rows.identifier
"""  # noqa: S608 - only constants
_ROWS_IN_DOUBT = f"""
UPDATE rows SET status = 'in_doubt', code = 'in_doubt', finished_at = :at,
    reason = 'it was sent, and the run ended before the answer came'
WHERE {_IN_FLIGHT}
"""  # noqa: S608 - only constants
_ROWS_STILL_IN_DOUBT = f"""
UPDATE rows SET status = 'in_doubt', code = 'in_doubt', finished_at = :at,
    reason = 'an earlier run sent it without an answer, and this run ended before it was looked up'
WHERE {_PENDING} AND rows.doubt_since IS NOT NULL
"""  # noqa: S608 - only constants
_ROWS_UNSENT = f"""
UPDATE rows SET status = 'unsent', code = 'unsent', finished_at = :at, reason = 'the run ended before its turn'
WHERE {_PENDING}
"""  # noqa: S608 - only constants
_TALLY = "SELECT status, count(*) FROM rows WHERE run = ? GROUP BY status"
_END = """
UPDATE runs SET finished_at = :finished_at, exit_code = :exit_code, blank = :blank, requests_sent = :requests_sent,
    requests_retried = :requests_retried, requests_throttled = :requests_throttled, rate_limit = :rate_limit,
    rate_achieved = :rate_achieved
WHERE id = :run
"""
_DEAD = "SELECT id, account FROM runs WHERE tally IS NULL"


def end_run(connection: sqlite3.Connection, key: RunKey, record: RunRecord, at: str) -> None:
    """Give the run's open rows their final status and update the run; within the caller's transaction."""
    ended = {
        "run": key.run,
        "finished_at": at if record.finished_at is None else moment(record.finished_at),
        "exit_code": record.exit_code,
        "blank": record.blank,
        "requests_sent": record.requests_sent,
        "requests_retried": record.requests_retried,
        "requests_throttled": record.requests_throttled,
        "rate_limit": record.rate_limit,
        "rate_achieved": record.rate_achieved,
    }
    connection.execute(_END, ended)
    _close(connection, key, at)


def end_dead_runs(connection: sqlite3.Connection, at: str) -> None:
    """Give the open rows of killed runs their final status; such a run has neither an end nor an exit code."""
    for run, account in connection.execute(_DEAD).fetchall():
        _close(connection, RunKey(run, account), at)


def _close(connection: sqlite3.Connection, key: RunKey, at: str) -> None:
    values = {"run": key.run, "account": key.account, "at": at}
    for statement in (_CONTACTS_IN_DOUBT, _ROWS_IN_DOUBT, _ROWS_STILL_IN_DOUBT, _ROWS_UNSENT):
        connection.execute(statement, values)
    counts = dict(connection.execute(_TALLY, (key.run,)).fetchall())
    connection.execute("UPDATE runs SET tally = ? WHERE id = ?", (encode_json(counts), key.run))
