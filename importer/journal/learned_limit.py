"""The rate limit that an account's last run learned, if it is lower than the configured one."""

import sqlite3

from importer.journal.database import Database

_LEARNED = """
SELECT limit_per_second FROM learned_limits AS found JOIN accounts ON accounts.id = found.account
WHERE accounts.name = ?
"""
_LEARN = """
INSERT INTO learned_limits (account, limit_per_second, learned_at) VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET limit_per_second = excluded.limit_per_second, learned_at = excluded.learned_at
"""


def load_learned_limit(database: Database, account: str) -> float:
    """Return the limit in requests per second; 0.0: none was learned."""
    return next((float(limit) for (limit,) in database.fetch(_LEARNED, (account,))), 0.0)


def store_learned_limit(connection: sqlite3.Connection, account: int, limit: float, at: str) -> None:
    """Store the limit, in requests per second; 0.0 deletes it; within the caller's transaction."""
    if limit:
        connection.execute(_LEARN, (account, limit, at))
    else:
        connection.execute("DELETE FROM learned_limits WHERE account = ?", (account,))
