"""The flow of an import, talking to ports only."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from importer.model import Contact, Entry, InvalidRow, Row, Status
from importer.ports import PipelineJournal, Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An opened sheet, and how its rows become contacts."""

    sheet_index: int
    reader: Reader
    to_contact: Callable[[Row], Contact | InvalidRow]


class Listener(Protocol):
    """Who is told what is entered."""

    def entered(self, tally: Mapping[Status, int]) -> None:
        """More rows were entered, so many with each status."""

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

        files | read | map | enter (pending in the journal) | pool: take -> slot -> send -> decide -> write down

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
    """Read and map every row, and write it down, reading and mapping on another thread.

    Raises:
        ImporterError: A file could not be read on, or the journal not written.

    """
    count = 0
    for source in sources:
        chunks = _mapped(source)
        while (entries := await asyncio.to_thread(next, chunks, None)) is not None:
            chunk = entries[: limit - count] if limit else entries
            listener.entered(await journal.enter(source.sheet_index, chunk))
            count += len(chunk)
            if listener.hurried or (limit and count >= limit):
                return


def _mapped(source: Source) -> Iterator[Sequence[Entry]]:
    """Yield the reader's own chunks, so that what was read before a file breaks off is entered."""
    for rows in source.reader.chunks():
        yield [Entry(row=row, mapped=source.to_contact(row)) for row in rows]
