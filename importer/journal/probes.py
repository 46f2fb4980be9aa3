"""The probes of accounts (`doctor --probe`): their state before each request, and what they found out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
SELECT coalesce(sum(account IN (SELECT value FROM json_each(?))), 0), count(*)
FROM probes WHERE finished_at IS NULL
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbedAccount:
    """What a journal knows of an account and its probes, as far as reading tells."""

    match: AccountMatch
    answers: ProbeAnswers | None = None
    """Of the newest probe that found something out."""
    open_probes: int = 0
    """Probes of the account that were cut off."""
    other_open_probes: int = 0
    """The same of other accounts."""


def newest_answers(database: Database, account: str | int) -> ProbeAnswers | None:
    """Return what the newest probe of an account found out, by one of its names or its id; None: nothing yet."""
    key = {"id": account, "name": None} if isinstance(account, int) else {"id": None, "name": account}
    return _first_answers(database.fetch(_ANSWERS, key))


def read_account(journal: Path, identity: AccountIdentity) -> ProbedAccount:
    """Return what a journal of the newest schema knows of an account, without changing it.

    Raises:
        StorageError: It is no journal, or cannot be read.

    """
    with open_as_it_is(journal) as connection:
        match = match_account(lambda sql, values: connection.execute(sql, values).fetchall(), identity)
        ((own, every),) = connection.execute(_OPEN, (encode_json(match.ids),)).fetchall()
        key = {"id": match.ids[0] if match.ids else None, "name": None}
        answers = _first_answers(connection.execute(_ANSWERS, key).fetchall())
        return ProbedAccount(match=match, answers=answers, open_probes=own, other_open_probes=every - own)


def _first_answers(rows: Sequence[tuple[str]]) -> ProbeAnswers | None:
    return next((ProbeAnswers.from_json(text) for (text,) in rows), None)
