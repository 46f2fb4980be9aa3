"""The probes of accounts (`doctor --probe`): their state before each request, and what they found out."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from importer.journal.accounts import AccountMatch, match_account
from importer.journal.backup import open_as_it_is
from importer.journal.database import Database, encode_json, moment, storable
from importer.model.account import AccountIdentity
from importer.model.probe import ProbeAnswers

_BEGIN = "INSERT INTO probes (account, state, started_at) VALUES (?, ?, ?) RETURNING id"
_WRITE = "UPDATE probes SET state = ? WHERE id = ?"
_FINISH = "UPDATE probes SET state = '', answers = ?, finished_at = ? WHERE id = ?"
_UNFINISHED = "SELECT id, state FROM probes WHERE account = ? AND finished_at IS NULL ORDER BY id"
_ANSWERS = """
SELECT answers FROM probes WHERE answers IS NOT NULL AND account IN (
    SELECT id FROM accounts WHERE id = :id OR name = :name UNION SELECT account FROM account_names WHERE name = :name
) ORDER BY id DESC LIMIT 1
"""
_OPEN = """
SELECT coalesce(sum(account IN (SELECT value FROM json_each(?))), 0), count(*) FROM probes WHERE finished_at IS NULL
"""


class ProbeLog:
    """The probes of one account; every method is one transaction, durable when it returns.

    Raises (all methods):
        StorageError: The file cannot be read or written; what it held before is intact.
    """

    def __init__(self, database: Database, account: int, now: Callable[[], datetime]) -> None:
        self._database = database
        self._account = account
        self._now = now

    def begin(self, state: str) -> int:
        """Insert a probe and return its id."""
        with self._database.transaction() as connection:
            values = (self._account, storable(state), moment(self._now()))
            ((probe,),) = connection.execute(_BEGIN, values).fetchall()
        return int(probe)

    def write(self, probe: int, state: str) -> None:
        """Replace the state of a probe: before a request leaves that the state tells of."""
        with self._database.transaction() as connection:
            connection.execute(_WRITE, (storable(state), probe))

    def finish(self, probe: int, answers: ProbeAnswers | None) -> None:
        """End a probe that left nothing behind, and forget its number.

        Args:
            probe: Its id.
            answers: What it found out; None: nothing.

        """
        with self._database.transaction() as connection:
            connection.execute(_FINISH, (answers.to_json() if answers else None, moment(self._now()), probe))

    def unfinished(self) -> list[tuple[int, str]]:
        """Return id and state of the probes that were cut off, the oldest first."""
        return self._database.fetch(_UNFINISHED, (self._account,))


def newest_answers(database: Database, account: str | int) -> ProbeAnswers | None:
    """Return what the newest probe of an account found out, by one of its names or its id; None: nothing yet."""
    key = {"id": account, "name": None} if isinstance(account, int) else {"id": None, "name": account}
    return next((ProbeAnswers.from_json(text) for (text,) in database.fetch(_ANSWERS, key)), None)


def look_up_account(journal: Path, identity: AccountIdentity) -> tuple[AccountMatch, int, int]:
    """Return what a journal of the newest schema knows of an account, without changing it.

    Returns:
        The account, how many of its probes were cut off, and how many of all accounts were.

    Raises:
        StorageError: It is no journal, or cannot be read.

    """
    with open_as_it_is(journal) as connection:
        match = match_account(lambda sql, values: connection.execute(sql, values).fetchall(), identity)
        ((own, every),) = connection.execute(_OPEN, (encode_json(match.ids),)).fetchall()
        return match, int(own), int(every)
