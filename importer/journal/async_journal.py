"""The journal for asyncio: every call to the file runs on one thread, in the order of the calls."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Generic, ParamSpec, TypeVar

from importer.journal.accounts import AccountMatch
from importer.journal.journal import Journal
from importer.journal.undo import RunUndo
from importer.model.deletion import Removed
from importer.model.journal_rows import Attempted, Intended, Pending, Recorded, WalkedContact
from importer.model.policy import Existing, OnConflict
from importer.model.rows import Entry, Sheet, Status
from importer.model.runs import RunRecord

_P = ParamSpec("_P")
_T = TypeVar("_T")
_Record = TypeVar("_Record")


class _WriteQueue(Generic[_Record]):
    """Runs calls one at a time and in order, and buffers records until one of them writes the records too.

    A call that is cancelled is carried out all the same.
    """

    def __init__(self, write: Callable[[Sequence[_Record]], None], executor: Executor | None) -> None:
        self._write = write
        self._executor = executor or ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")
        self._buffer: deque[_Record] = deque()

    def record(self, recorded: _Record) -> None:
        """Buffer an outcome; durable with the next `claim`, `checkpoint` or `finish`."""
        self._buffer.append(recorded)

    async def checkpoint(self) -> None:
        """Make durable what is buffered."""
        await self._call(self._with_buffer, self._write)

    async def _call(self, method: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        return await asyncio.shield(asyncio.wrap_future(self._executor.submit(method, *args, **kwargs)))

    def _with_buffer(self, write: Callable[[Sequence[_Record]], _T]) -> _T:
        """Write the records buffered so far, which stay buffered if it fails; on the journal's thread."""
        records = [self._buffer.popleft() for _ in range(len(self._buffer))]
        try:
            return write(records)
        except BaseException:
            self._buffer.extendleft(reversed(records))
            raise


class AsyncJournal(_WriteQueue[Recorded | Attempted | Intended]):
    """A `protocols.PipelineJournal`; rows of a cancelled `claim` are released.

    Args:
        journal: The open journal; nothing else may write to it until `close`.
        executor: Where its calls run: one at a time and in order. Left out: a thread of its own.

    """

    def __init__(self, journal: Journal, executor: Executor | None = None) -> None:
        super().__init__(journal.record, executor)
        self._journal = journal

    async def begin(
        self,
        record: RunRecord,
        account: AccountMatch | None = None,
        existing: Existing = Existing.SKIP,
        on_conflict: OnConflict = OnConflict.CALLBELL,
    ) -> None:
        """Insert a new run; see `Journal.begin`."""
        await self._call(self._journal.begin, record, account, existing, on_conflict)

    async def add_sheet(self, sheet: Sheet) -> int:
        """Insert the run's next sheet and return its index, from 0."""
        return await self._call(self._journal.add_sheet, sheet)

    async def recognise(self, marked: Sequence[tuple[int, bytes | None]]) -> Sequence[str | None]:
        """Find the next rows of the input that need not be mapped; see `PipelineJournal.recognise`."""
        return await self._call(self._journal.recognise, marked)

    async def enqueue(self, sheet_index: int, entries: Sequence[Entry]) -> Mapping[Status, int]:
        """Insert the next rows of the input; see `PipelineJournal.enqueue`."""
        return await self._call(self._journal.enqueue, sheet_index, entries)

    async def to_ask(self) -> tuple[int, int]:
        """Return how many pending rows have to be asked about, and by how many look-ups; see `Journal.to_ask`."""
        return await self._call(self._journal.to_ask)

    async def add_walked(self, contacts: Iterable[WalkedContact], *, several_channels: bool) -> None:
        """Take note of who is in the account; see `Journal.add_walked`."""
        await self._call(self._journal.add_walked, contacts, several_channels=several_channels)

    async def claim(self, count: int) -> Sequence[Pending]:
        """Return up to `count` pending rows, durably in flight; see `WorkJournal.claim`."""
        claimed = self._executor.submit(self._with_buffer, partial(self._journal.claim, count))
        try:
            return await asyncio.shield(asyncio.wrap_future(claimed))
        except asyncio.CancelledError:
            self._executor.submit(self._release, claimed)
            raise

    def record_attempt(self, attempted: Attempted | Intended) -> None:
        """Buffer a request that did not settle its row, or a PATCH before it leaves; durable as an outcome is."""
        self._buffer.append(attempted)

    async def learn(self, limit: float) -> None:
        """Store the rate limit that the run learned; see `Journal.learn`."""
        await self._call(self._journal.learn, limit)

    async def finish(self, record: RunRecord) -> None:
        """End the run and write what is buffered; see `Journal.finish`."""
        await self._call(self._with_buffer, partial(self._journal.finish, record))

    async def close(self) -> None:
        """Close the file, after every earlier call."""
        await self._call(self._journal.close)
        self._executor.shutdown(wait=False)

    def _release(self, claimed: Future[list[Pending]]) -> None:
        """Make rows pending again that nobody waits for; after the `claim`, on the same thread."""
        if not claimed.cancelled() and claimed.exception() is None:
            self._journal.release(claimed.result())


class AsyncUndo(_WriteQueue[Removed | Intended]):
    """A `protocols.WorkJournal`.

    Args:
        undo: The undo of one run; nothing else may write to it until `finish`.
        executor: Where its calls run: one at a time and in order. Left out: a thread of its own.

    """

    def __init__(self, undo: RunUndo, executor: Executor | None = None) -> None:
        super().__init__(undo.record, executor)
        self._undo = undo

    async def begin(self, name: str, folder: Path, at: datetime) -> None:
        """Insert an undo; see `RunUndo.begin`."""
        await self._call(self._undo.begin, name, folder, at)

    async def claim(self, count: int) -> Sequence[Pending]:
        """Return up to `count` contacts, durably about to be deleted."""
        return await self._call(self._with_buffer, partial(self._undo.claim, count))

    def record_attempt(self, attempted: Attempted | Intended) -> None:
        """Buffer a PATCH before it leaves, durable as an outcome is; an undo keeps no attempts."""
        if isinstance(attempted, Intended):
            self._buffer.append(attempted)

    async def finish(self, exit_code: int, at: datetime) -> None:
        """End the undo and write what is buffered; see `RunUndo.finish`."""
        await self._call(self._with_buffer, partial(self._undo.finish, exit_code, at))
        self._executor.shutdown(wait=False)
