"""The flow of an import, talking to ports only."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from importer.model.protocols import PipelineJournal, Reader
from importer.model.rows import Contact, Entry, InvalidRow, Row, Status
from importer.system.logs import log_enqueued

MarkedRow = tuple[Row, bytes | None]
"""A row with its fingerprint (`Entry.fingerprint`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An opened sheet, and how its rows become contacts."""

    sheet_index: int
    reader: Reader
    to_contact: Callable[[Row], Contact | InvalidRow]
    fingerprint: Callable[[Row], bytes | None] | None = None
    """None: every row is to be mapped."""
    recognised: Callable[[int, str], None] = lambda _number, _identifier: None
    """Told the number and the identifier of each row that is not mapped, because an earlier run settled it so."""

    def marked(self) -> Iterator[Sequence[MarkedRow]]:
        """Yield the reader's chunks with the rows' fingerprints."""
        fingerprint = self.fingerprint or (lambda _: None)
        for rows in self.reader.chunks():
            yield [(row, fingerprint(row)) for row in rows]

    def mapped(self, rows: Sequence[MarkedRow]) -> Sequence[Entry]:
        """Return what the mapping makes of rows."""
        return [Entry(row=row, mapped=self.to_contact(row), fingerprint=fingerprint) for row, fingerprint in rows]


class Listener(Protocol):
    """Who is told what is entered."""

    def enqueued(self, tally: Mapping[Status, int]) -> None:
        """More rows were enqueued, so many with each status."""

    @property
    def hurried(self) -> bool:
        """Whether nobody waits any longer: not even for the input to be read to its end."""


class Sender(Listener, Protocol):
    """What the flow needs of the pool."""

    async def run(self) -> None:
        """Send what is entered until the input is over and nothing is pending, or until it is stopped."""

    def input_over(self) -> None:
        """No more rows will come."""

    def stop(self, reason: Exception) -> None:
        """Send nothing more."""


async def run_import(sources: Sequence[Source], journal: PipelineJournal, sender: Sender, limit: int = 0) -> None:
    """Bring the rows of all sources to their ends.

        files | read | recognise | map | enqueue (journal) | pool: claim -> rate limit -> send -> decide -> record

    What an earlier run settled exactly so is recognised and need not be mapped: in a file that is given every night
    that is nearly every row.

    Reading does not wait for sending: the journal is the queue between them, on disk, so memory does not grow with
    the file, the file is let go of early, and how many rows there are is soon known. A stopped sender does not stop
    the reading: each row of the input gets its status, be it `unsent`.

    Args:
        sources: In the order in which their files were given.
        journal: With a run that has begun.
        sender: The pool.
        limit: Only the first rows; 0: all.

    Raises:
        ImporterError: A file could not be read on, or the journal not written. It is raised after the sender has ended,
            so that what was sent is written down.

    """
    sending = asyncio.create_task(sender.run())
    try:
        await enter_all(sources, journal, sender, limit)
    except asyncio.CancelledError:
        sending.cancel()  # else it would go on to the end of what is entered
        raise
    except Exception as error:
        sender.stop(error)
        raise
    finally:
        sender.input_over()
        await sending


async def enter_all(sources: Sequence[Source], journal: PipelineJournal, listener: Listener, limit: int = 0) -> None:
    """Read every row, map those that are not recognised, and write all of them down.

    Reading and mapping are on another thread. A chunk is read while the one before it is written down.

    Raises:
        ImporterError: A file could not be read on, or the journal not written.

    """
    count = 0
    for source in sources:
        async with aclosing(_read_ahead(source)) as chunks:
            async for rows in chunks:
                chunk = rows[: limit - count] if limit else rows
                listener.enqueued(await _enter(source, journal, chunk))
                count += len(chunk)
                if listener.hurried or (limit and count >= limit):
                    return


async def _enter(source: Source, journal: PipelineJournal, rows: Sequence[MarkedRow]) -> Mapping[Status, int]:
    unknown = rows
    if source.fingerprint:
        known = await journal.recognise([(row.number, fingerprint) for row, fingerprint in rows])
        unknown = [row for row, identifier in zip(rows, known, strict=True) if identifier is None]
        for (row, _), identifier in zip(rows, known, strict=True):
            if identifier is not None:
                source.recognised(row.number, identifier)
    entries = await asyncio.to_thread(source.mapped, unknown) if unknown else []
    tally = await journal.enqueue(source.sheet_index, entries)
    log_enqueued(entries, tally)
    return tally


async def _read_ahead(source: Source) -> AsyncGenerator[Sequence[MarkedRow], None]:
    """Yield the reader's own chunks, so that what was read before a file breaks off is entered."""
    chunks = source.marked()
    reading = asyncio.create_task(asyncio.to_thread(next, chunks, None))
    try:
        while (rows := await reading) is not None:
            reading = asyncio.create_task(asyncio.to_thread(next, chunks, None))
            yield rows
    finally:
        await asyncio.wait({reading})  # a thread cannot be called back, and the file must not be closed under it
