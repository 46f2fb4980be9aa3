"""An undo in the journal: what a run created, what of it is about to be deleted, and what became of each contact."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from importer.journal.column_values import maybe_moment, moment, storable
from importer.journal.database import Database
from importer.model.deletion import TAKEN_BACK, Fate, RemovalResult, Removed
from importer.model.journal_rows import Attempted, Pending
from importer.model.payload import from_json

_T = TypeVar("_T")

_PAGE_ROWS = 1000
_TAKEN_BACK_SQL = ", ".join(f"'{fate}'" for fate in sorted(TAKEN_BACK))
_CREATED = "rows.run = :run AND rows.status = 'created' AND rows.uuid <> ''"
_OPEN = "run = :run AND status IN ('pending', 'in_flight')"
_TALLY = f"""
SELECT coalesce(removals.status, 'pending'), count(*) FROM rows LEFT JOIN removals USING (run, seq)
WHERE {_CREATED} GROUP BY 1
"""  # noqa: S608 - the part is written above
# An undo that was broken off goes on with what it left; else what was kept or failed gets another chance.
_ANY_OPEN = f"SELECT EXISTS (SELECT 1 FROM removals WHERE {_OPEN})"  # noqa: S608 - the part is written above
_TO_DO = f"""
FROM rows LEFT JOIN removals USING (run, seq)
WHERE {_CREATED} AND coalesce(removals.status, '') NOT IN ({_TAKEN_BACK_SQL})
    AND (NOT :goes_on OR removals.status IN ('pending', 'in_flight'))
"""
_FIRST = f"SELECT rows.number, rows.identifier, rows.name {_TO_DO} ORDER BY rows.seq LIMIT :count"
_COUNT = f"SELECT count(*) {_TO_DO}"
_OPEN_ALL = f"""
INSERT INTO removals (run, seq, status, reason)
SELECT rows.run, rows.seq, 'pending', '' {_TO_DO}
ON CONFLICT DO UPDATE SET status = 'pending', http_status = NULL, reason = '', finished_at = NULL
"""
_NEXT = """
SELECT removals.seq, rows.number, rows.uuid, coalesce(sent.payload, rows.payload)
FROM removals JOIN rows USING (run, seq)
-- A row that an earlier run sent, and this one found by looking it up, is as that run sent it.
LEFT JOIN contacts ON rows.attempts = 0 AND contacts.account = :account AND contacts.source = rows.source
    AND contacts.channel = rows.channel AND contacts.identifier = rows.identifier AND contacts.uuid = rows.uuid
LEFT JOIN rows AS sent ON sent.run = contacts.sent_run AND sent.seq = contacts.sent_seq
WHERE removals.run = :run AND removals.status = 'pending'
    AND removals.status IN ('pending', 'in_flight') -- as the index open_removals says it
ORDER BY removals.seq LIMIT :count
"""
_LEAVES = "UPDATE removals SET status = 'in_flight' WHERE run = :run AND seq = :seq"
_SETTLES = """
UPDATE removals SET status = :status, http_status = :http_status, reason = :reason, finished_at = :at
WHERE run = :run AND seq = :seq
"""
# Only what this run made: a later one may have made the contact again, with another UUID.
_FORGET = """
DELETE FROM contacts WHERE account = :account AND (source, channel, identifier, uuid) = (
    SELECT source, channel, identifier, uuid FROM rows WHERE run = :run AND seq = :seq
)
"""
_BEGIN = "INSERT INTO undos (name, run, report_dir, started_at) VALUES (:name, :run, :report_dir, :at) RETURNING id"
_END = "UPDATE undos SET finished_at = :at, exit_code = :exit_code WHERE id = :undo"
_GIVE_BACK = f"UPDATE removals SET status = 'pending' WHERE {_OPEN} AND status = 'in_flight'"  # noqa: S608 - the part is written above
_RESULTS = f"""
SELECT rows.seq, rows.sheet, rows.number, rows.identifier, rows.name, rows.uuid, coalesce(removals.status, 'pending'),
    coalesce(removals.reason, ''), removals.finished_at
FROM rows LEFT JOIN removals USING (run, seq)
WHERE {_CREATED} AND rows.seq > :after ORDER BY rows.seq LIMIT :count
"""  # noqa: S608 - the part is written above


@dataclass(slots=True)
class RunUndo:
    """What the journal holds of the contacts that one run created; every method is one transaction.

    Raises (all methods):
        StorageError: The file cannot be read or written; what it held before is whole.
    """

    database: Database
    run: int
    _account: int = 0
    _undo: int = 0

    def __post_init__(self) -> None:
        ((self._account,),) = self.database.fetch("SELECT account FROM runs WHERE id = ?", (self.run,))

    def tally(self) -> Mapping[Fate, int]:
        """Return how many of the contacts have each fate; those that no contact has are there with 0."""
        tally = dict.fromkeys(Fate, 0)
        for status, count in self.database.fetch(_TALLY, {"run": self.run}):
            tally[_fate(status)] += count
        return tally

    def to_do(self) -> int:
        """Return how many contacts `begin` would open."""
        ((count,),) = self.database.fetch(_COUNT, self._scope())
        return int(count)

    def first(self, count: int) -> list[tuple[int, str, str]]:
        """Return row number, identifier and name of the first contacts that `begin` would open."""
        return self.database.fetch(_FIRST, self._scope() | {"count": count})

    def begin(self, name: str, folder: Path, at: datetime) -> None:
        """Write an undo down, and open what is to be deleted: what an undo before it left, else all that is there."""
        line = self._scope() | {"name": name, "report_dir": storable(str(folder)), "at": moment(at)}
        with self.database.transaction() as connection:
            ((self._undo,),) = connection.execute(_BEGIN, line).fetchall()
            connection.execute(_OPEN_ALL, line)

    def take(self, count: int) -> list[Pending]:
        """Return up to `count` contacts, after making durable that they are about to be deleted."""
        with self.database.transaction() as connection:
            found = connection.execute(_NEXT, {"run": self.run, "account": self._account, "count": count}).fetchall()
            connection.executemany(_LEAVES, [{"run": self.run, "seq": seq} for seq, *_ in found])
        return [
            Pending(seq=seq, row=number, uuid=uuid, contact=from_json(payload)) for seq, number, uuid, payload in found
        ]

    def save(self, removed: Sequence[Removed]) -> None:
        """Write outcomes down; what is not there any more is forgotten, so that a later run makes it anew."""
        with self.database.transaction() as connection:
            for one in removed:
                self._settle(connection, one)

    def finish(self, exit_code: int, at: datetime) -> None:
        """Write down how the undo ended; what was begun and not decided is asked about by the next one."""
        line = {"run": self.run, "undo": self._undo, "exit_code": exit_code, "at": moment(at)}
        with self.database.transaction() as connection:
            connection.execute(_GIVE_BACK, line)
            connection.execute(_END, line)

    def results(self) -> Iterator[RemovalResult]:
        """Yield every contact that the run created, in its input's order; memory does not grow with their number."""
        after = 0
        line: dict[str, object] = {"run": self.run, "count": _PAGE_ROWS}
        while page := self.database.fetch(_RESULTS, line | {"after": after}):
            after = page[-1][0]
            yield from map(_result, page)

    def _scope(self) -> dict[str, object]:
        ((goes_on,),) = self.database.fetch(_ANY_OPEN, {"run": self.run})
        return {"run": self.run, "goes_on": goes_on}

    def _settle(self, connection: sqlite3.Connection, removed: Removed) -> None:
        line = {
            "run": self.run,
            "account": self._account,
            "seq": removed.seq,
            "status": removed.fate.value,
            "http_status": removed.http_status,
            "reason": storable(removed.reason),
            "at": moment(removed.at),
        }
        connection.execute(_SETTLES, line)
        if removed.fate in TAKEN_BACK:
            connection.execute(_FORGET, line)


class ThreadedUndo:
    """A `protocols.WorkJournal`: every call on one thread of its own, in the order of the calls.

    A call that is cancelled is carried out all the same.

    Args:
        undo: What there is to take back; nothing else may write to it until `finish`.
        executor: Where its calls run: one at a time and in order. Left out: a thread of its own.

    """

    def __init__(self, undo: RunUndo, executor: Executor | None = None) -> None:
        self._undo = undo
        self._executor = executor or ThreadPoolExecutor(max_workers=1, thread_name_prefix="undo")
        self._noted: deque[Removed] = deque()

    async def begin(self, name: str, folder: Path, at: datetime) -> None:
        """Write an undo down; see `RunUndo.begin`."""
        await self._call(lambda: self._undo.begin(name, folder, at))

    async def claim(self, count: int) -> Sequence[Pending]:
        """Return up to `count` contacts, durably about to be deleted."""
        return await self._call(lambda: self._saved(lambda: self._undo.take(count)))

    def record(self, removed: Removed) -> None:
        """Note an outcome; durable with the next `claim`, `checkpoint` or `finish`."""
        self._noted.append(removed)

    def record_attempt(self, attempted: Attempted) -> None:
        """Do nothing: an undo keeps no attempts."""

    async def checkpoint(self) -> None:
        """Make outcomes durable."""
        await self._call(lambda: self._saved(lambda: None))

    async def finish(self, exit_code: int, at: datetime) -> None:
        """Write down how the undo ended, after everything that was asked for before."""
        await self._call(lambda: self._saved(lambda: self._undo.finish(exit_code, at)))
        self._executor.shutdown(wait=False)

    def _saved(self, work: Callable[[], _T]) -> _T:
        """Do the work after writing what was noted so far, which is kept if that fails; on the journal's thread."""
        if noted := [self._noted.popleft() for _ in range(len(self._noted))]:
            try:
                self._undo.save(noted)
            except BaseException:
                self._noted.extendleft(reversed(noted))
                raise
        return work()

    async def _call(self, work: Callable[[], _T]) -> _T:
        return await asyncio.shield(asyncio.wrap_future(self._executor.submit(work)))


def undo_names(database: Database) -> set[str]:
    """Return the names of all undos."""
    return {name for (name,) in database.fetch("SELECT name FROM undos")}


def _fate(status: str) -> Fate:
    return Fate.UNSENT if status in {"pending", "in_flight"} else Fate(status)


def _result(columns: tuple[Any, ...]) -> RemovalResult:
    _, sheet, number, identifier, name, uuid, status, reason, at = columns
    fate = _fate(status)
    return RemovalResult(
        sheet_index=sheet,
        row=number,
        identifier=identifier,
        name=name,
        uuid=uuid,
        fate=fate,
        reason="the undo ended before its turn" if fate is Fate.UNSENT else reason,
        finished_at=maybe_moment(at),
    )
