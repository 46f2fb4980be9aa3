"""The journal's asynchronous face: every call to the file on one thread of its own, in the order of the calls."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import TypeVar

from importer.journal.store import Journal
from importer.model.journal_rows import Attempted, Pending, Recorded
from importer.model.rows import Entry, Sheet, Status
from importer.model.runs import RunRecord

_T = TypeVar("_T")


class ThreadedJournal:
    """A `protocols.PipelineJournal`.

    A call that is cancelled is carried out all the same; rows that a cancelled `claim` claimed are given back.

    Args:
        journal: The open journal; nothing else may write to it until `close`.
        executor: Where its calls run: one at a time and in order. Left out: a thread of its own.

    """

    def __init__(self, journal: Journal, executor: Executor | None = None) -> None:
        self._journal = journal
        self._executor = executor or ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")
        self._noted: deque[Recorded | Attempted] = deque()

    async def begin(self, record: RunRecord) -> None:
        """Write a new run down; see `Journal.begin`."""
        await self._call(lambda: self._journal.begin(record))

    async def add_sheet(self, sheet: Sheet) -> int:
        """Write the run's next sheet down and return its index, from 0."""
        return await self._call(lambda: self._journal.add_sheet(sheet))

    async def recognise(self, marked: Sequence[tuple[int, bytes | None]]) -> Sequence[str | None]:
        """Find the next rows of the input that need not be mapped; see `protocols.PipelineJournal.recognise`."""
        return await self._call(lambda: self._journal.recognise(marked))

    async def enqueue(self, sheet_index: int, entries: Sequence[Entry]) -> Mapping[Status, int]:
        """Write the next rows of the input down; see `protocols.PipelineJournal.enqueue`."""
        return await self._call(lambda: self._journal.enter(sheet_index, entries))

    async def claim(self, count: int) -> Sequence[Pending]:
        """Return up to `count` pending rows, durably in flight; see `protocols.WorkJournal.claim`."""
        taken = self._executor.submit(lambda: self._with_noted(lambda noted: self._journal.take(count, noted)))
        try:
            return await asyncio.shield(asyncio.wrap_future(taken))
        except asyncio.CancelledError:
            self._executor.submit(self._give_back, taken)
            raise

    def record(self, recorded: Recorded) -> None:
        """Note an outcome; durable with the next `claim`, `checkpoint` or `finish`."""
        self._noted.append(recorded)

    def record_attempt(self, attempted: Attempted) -> None:
        """Note a request that did not settle its row; durable with the next `claim`, `checkpoint` or `finish`."""
        self._noted.append(attempted)

    async def checkpoint(self) -> None:
        """Make durable what was noted."""
        await self._call(lambda: self._with_noted(self._journal.save))

    async def learn(self, limit: float) -> None:
        """Keep the rate limit that the run found out; see `Journal.learn`."""
        await self._call(lambda: self._journal.learn(limit))

    async def finish(self, record: RunRecord) -> None:
        """End the run with all that was noted; see `Journal.finish`."""
        await self._call(lambda: self._with_noted(lambda noted: self._journal.finish(record, noted)))

    async def close(self) -> None:
        """Let go of the file, after everything that was asked for before."""
        await self._call(self._journal.close)
        self._executor.shutdown(wait=False)

    async def _call(self, work: Callable[[], _T]) -> _T:
        return await asyncio.shield(asyncio.wrap_future(self._executor.submit(work)))

    def _with_noted(self, work: Callable[[Sequence[Recorded | Attempted]], _T]) -> _T:
        """Do the work with what was noted so far, which is kept if it fails; on the journal's thread."""
        noted = [self._noted.popleft() for _ in range(len(self._noted))]
        try:
            return work(noted)
        except BaseException:
            self._noted.extendleft(reversed(noted))
            raise

    def _give_back(self, taken: Future[list[Pending]]) -> None:
        """Make rows pending again that nobody waits for any more; after the `claim`, on the same thread."""
        if not taken.cancelled() and taken.exception() is None:
            self._journal.give_back(taken.result())
