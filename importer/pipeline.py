"""The flow of an import, from files to the worker pool; it talks to protocols only.

    files | read | recognise | map | enqueue | preflight, presence | worker pool | report
            `------- `enqueue_all` --------'   `before_sending`      `sender`      (by the command, afterwards)

Rows stream through in the reader's chunks. A row that an earlier run settled exactly as it is now is recognised, and
need not be mapped: in a file that is imported every night that is nearly every row. The journal is the queue between
reading and sending, on disk, so memory does not grow with the file. Sending waits for the reading: only when all rows
are known can it be asked what they need of the account, and who of them is there, before anything is changed; and of a
file that breaks off in the middle nothing is sent.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Protocol

from importer.model.protocols import PipelineJournal, Reader
from importer.model.rows import Contact, Entry, InvalidRow, Row, Status
from importer.system.logs import log_enqueued

_MarkedRow = tuple[Row, bytes | None]
"""A row with its fingerprint (`Entry.fingerprint`)."""


class RowObserver(Protocol):
    """Sees the rows of one sheet in their order, one chunk after the other, each row once."""

    def mapped(self, entries: Sequence[Entry]) -> None:
        """Rows were mapped; called on the thread that maps."""

    def recognised(self, row: int, identifier: str) -> None:
        """The row of this number was recognised, under this identifier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An opened sheet, and how its rows become contacts."""

    sheet_index: int
    """As the journal numbers the run's sheets, from 0."""
    reader: Reader
    to_contact: Callable[[Row], Contact | InvalidRow]
    fingerprint: Callable[[Row], bytes | None] | None = None
    """None: no row is recognised, every row is mapped."""
    observers: Sequence[RowObserver] = ()


class QueueListener(Protocol):
    """Is told what is enqueued."""

    def enqueued(self, tally: Mapping[Status, int]) -> None:
        """More rows were enqueued, so many with each status."""

    @property
    def hurried(self) -> bool:
        """Whether a second stop signal asked for an immediate shutdown: the input is not read to its end either."""


class Sender(QueueListener, Protocol):
    """What the flow needs of the worker pool."""

    async def run(self) -> None:
        """Send what is enqueued until nothing is pending, or until it is stopped."""

    def input_over(self) -> None:
        """No more rows will come, and sending may begin."""

    @property
    def stopping(self) -> asyncio.Event:
        """Set when it is stopped, which may be before it runs."""


async def run_import(
    sources: Sequence[Source],
    journal: PipelineJournal,
    sender: Sender,
    limit: int = 0,
    before_sending: Callable[[], Coroutine[Any, Any, None]] | None = None,
) -> None:
    """Enqueue the rows of all sources, then let the worker pool send them until each has its final status.

    A stopped sender does not stop the reading: each row of the input gets its status, be it `unsent`.

    Args:
        sources: In the order in which their files were given.
        journal: With a run that has begun.
        sender: The worker pool.
        limit: Only the first rows; 0: all.
        before_sending: Done between the two; cancelled when the sender is stopped.

    Raises:
        ImporterError: A file could not be read on, the journal not written, or what comes before sending says that
            nothing is to be sent. Nothing was.

    """
    await enqueue_all(sources, journal, sender, limit)
    if before_sending:
        await _unless_stopped(before_sending(), sender)
    sender.input_over()
    await sender.run()


async def _unless_stopped(work: Coroutine[Any, Any, None], sender: Sender) -> None:
    """Do something, or stop doing it as soon as the sender is stopped.

    Raises:
        ImporterError: What the work raises.

    """
    stopped, working = asyncio.create_task(sender.stopping.wait()), asyncio.create_task(work)
    try:
        await asyncio.wait({stopped, working}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
    finally:
        stopped.cancel()
        working.cancel()
        await asyncio.wait({stopped, working})


async def enqueue_all(
    sources: Sequence[Source], journal: PipelineJournal, listener: QueueListener, limit: int = 0
) -> None:
    """Read every row, map those that are not recognised, and write all of them to the journal.

    Reading and mapping are on another thread. A chunk is read while the one before it is enqueued.

    Raises:
        ImporterError: A file could not be read on, or the journal not written.

    """
    count = 0
    for source in sources:
        async with aclosing(_read_ahead(source)) as chunks:
            async for chunk in chunks:
                rows = chunk[: limit - count] if limit else chunk
                unknown = await _recognise(source, journal, rows) if source.fingerprint else rows
                entries = await asyncio.to_thread(_map, source, unknown) if unknown else []
                tally = await journal.enqueue(source.sheet_index, entries)
                log_enqueued(entries, tally)
                listener.enqueued(tally)
                count += len(rows)
                if listener.hurried or (limit and count >= limit):
                    return


async def _recognise(source: Source, journal: PipelineJournal, rows: Sequence[_MarkedRow]) -> Sequence[_MarkedRow]:
    """Return the rows that have to be mapped."""
    unknown = []
    known = await journal.recognise([(row.number, fingerprint) for row, fingerprint in rows])
    for marked, identifier in zip(rows, known, strict=True):
        if identifier is None:
            unknown.append(marked)
        else:
            for observer in source.observers:
                observer.recognised(marked[0].number, identifier)
    return unknown


def _map(source: Source, rows: Sequence[_MarkedRow]) -> Sequence[Entry]:
    """Return what the mapping makes of rows."""
    entries = [Entry(row=row, mapped=source.to_contact(row), fingerprint=fingerprint) for row, fingerprint in rows]
    for observer in source.observers:
        observer.mapped(entries)
    return entries


async def _read_ahead(source: Source) -> AsyncGenerator[Sequence[_MarkedRow], None]:
    """Yield the reader's own chunks, so that what was read before a file breaks off is enqueued."""
    chunks = _marked(source)
    reading = asyncio.create_task(asyncio.to_thread(next, chunks, None))
    try:
        while (rows := await reading) is not None:
            reading = asyncio.create_task(asyncio.to_thread(next, chunks, None))
            yield rows
    finally:
        await asyncio.wait({reading})  # a thread cannot be cancelled, and the file must not be closed under it


def _marked(source: Source) -> Iterator[Sequence[_MarkedRow]]:
    """Yield the reader's chunks with the rows' fingerprints."""
    for rows in source.reader.chunks():
        yield [(row, source.fingerprint(row) if source.fingerprint else None) for row in rows]
