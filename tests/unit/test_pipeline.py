"""The flow: rows of all sources in their order, each entered, whatever becomes of the sending."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import pytest

from importer.model.errors import ImporterError, InputError, StorageError
from importer.model.journal_rows import Attempted, Intended, Pending, Recorded
from importer.model.protocols import PipelineJournal, Reader
from importer.model.rows import Contact, Entry, InvalidRow, Problem, Row, Sheet, Status
from importer.pipeline import RowObserver, Source, enqueue_all, run_import

CHUNK_ROWS = 300
UNREADABLE = InputError("The file ends in the middle.", "Save it again.")
FULL = StorageError("The disk is full.", "Make room.")


class Rows(Reader):
    """A sheet of so many rows, which may break off after the last; rows are numbered from 2."""

    def __init__(self, count: int, error: Exception | None = None) -> None:
        self.count = count
        self.error = error
        self.read = 0

    @property
    def sheet(self) -> Sheet:
        return Sheet(file="contacts.csv", header=("Phone",))

    @property
    def blank_rows(self) -> int:
        return 0

    def chunks(self) -> Iterator[Sequence[Row]]:
        for start in range(0, self.count, CHUNK_ROWS):
            rows = [Row(number=n + 2, cells=(str(n),)) for n in range(start, min(start + CHUNK_ROWS, self.count))]
            self.read += len(rows)
            yield rows
        if self.error:
            raise self.error

    def close(self) -> None:
        """There is nothing to let go of."""


class Entered(PipelineJournal):
    """Keeps what is entered; fails at a row, if told to; recognises rows by their fingerprints."""

    def __init__(self, full_at: int = -1, known: Mapping[bytes | None, str] = MappingProxyType({})) -> None:
        self.entries: list[tuple[int, Entry]] = []
        self.offered: list[int] = []
        self.full_at = full_at
        self.known = known

    async def recognise(self, marked: Sequence[tuple[int, bytes | None]]) -> Sequence[str | None]:
        self.offered += [number for number, _ in marked]
        return [self.known.get(fingerprint) for _, fingerprint in marked]

    async def enqueue(self, sheet_index: int, entries: Sequence[Entry]) -> Mapping[Status, int]:
        if 0 <= self.full_at <= len(self.entries):
            raise FULL
        self.entries += [(sheet_index, entry) for entry in entries]
        return Counter(Status.INVALID if isinstance(e.mapped, InvalidRow) else Status.PENDING for e in entries)

    def rows(self) -> list[tuple[int, int]]:
        """Return the sheet and the number of each row, in their order."""
        return [(sheet_index, entry.row.number) for sheet_index, entry in self.entries]

    async def claim(self, count: int) -> Sequence[Pending]:
        raise NotImplementedError(count)

    def record(self, recorded: Recorded) -> None:
        raise NotImplementedError(recorded)

    def record_attempt(self, attempted: Attempted | Intended) -> None:
        raise NotImplementedError(attempted)

    async def checkpoint(self) -> None:
        raise NotImplementedError


@dataclass(slots=True, kw_only=True)
class Sending:
    """A pool that sends nothing and writes down what it is told."""

    hurried_after: int = -1
    """From this many rows on nobody waits any longer."""
    fails: Exception | None = None
    """With this, at once."""
    tally: Counter[Status] = field(default_factory=Counter)
    heard: list[str] = field(default_factory=list)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        self.heard.append("run")
        if self.fails:
            raise self.fails

    def enqueued(self, tally: Mapping[Status, int]) -> None:
        self.tally.update(tally)

    def input_over(self) -> None:
        self.heard.append("input over")

    @property
    def hurried(self) -> bool:
        return 0 <= self.hurried_after <= self.tally.total()


class Seen(RowObserver):
    """Keeps what it observes."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.recognised_rows: list[tuple[int, str]] = []

    def mapped(self, entries: Sequence[Entry]) -> None:
        self.entries += entries

    def recognised(self, row: int, identifier: str) -> None:
        self.recognised_rows.append((row, identifier))


def to_contact(row: Row) -> Contact | InvalidRow:
    """Map a row; every tenth is invalid."""
    if row.number % 10 == 0:
        return InvalidRow(problems=(Problem(code="phone_invalid", message="It is not a number."),))
    return Contact(identifier=row.cells[0], source="whatsapp", name="Ana")


def sources(*readers: Rows) -> list[Source]:
    """Return the readers as sources."""
    return [Source(sheet_index=n, reader=reader, to_contact=to_contact) for n, reader in enumerate(readers)]


def numbers(*counts: int) -> list[tuple[int, int]]:
    """Return the sheet and number of so many rows of each sheet."""
    return [(sheet_index, n + 2) for sheet_index, count in enumerate(counts) for n in range(count)]


async def test_every_row_is_entered_in_its_order() -> None:
    """The rows of all files are entered in the order of the files and of the rows, each with what it was mapped to."""
    journal, sender = Entered(), Sending()
    await run_import(sources(Rows(1234), Rows(0), Rows(77)), journal, sender)
    assert journal.rows() == numbers(1234, 0)[:1234] + [(2, n + 2) for n in range(77)]
    assert all(entry.mapped == to_contact(entry.row) for _, entry in journal.entries)
    assert sender.heard == ["input over", "run"]


async def test_the_sender_is_told_how_many_rows_came() -> None:
    """Its tally is the journal's: how many are pending, how many are invalid."""
    sender = Sending()
    await run_import(sources(Rows(1000)), Entered(), sender)
    assert sender.tally == {Status.PENDING: 900, Status.INVALID: 100}


async def test_no_rows_are_an_end_too() -> None:
    """Without a source, or with empty ones, the sender is told that the input is over."""
    for empty in ([], sources(Rows(0))):
        sender = Sending()
        await run_import(empty, Entered(), sender)
        assert sender.heard == ["input over", "run"]


@pytest.mark.parametrize(
    ("limit", "counts"),
    [(0, (700, 700)), (1, (1, 0)), (500, (500, 0)), (700, (700, 0)), (900, (700, 200)), (9000, (700, 700))],
)
async def test_a_limit_counts_across_the_files(limit: int, counts: tuple[int, int]) -> None:
    """The first rows of all files together are entered, and no file is read much further than that."""
    journal, first, second = Entered(), Rows(700), Rows(700)
    await enqueue_all(sources(first, second), journal, Sending(), limit)
    assert journal.rows() == numbers(*counts)
    assert first.read < counts[0] + 2 * CHUNK_ROWS
    assert second.read < counts[1] + 2 * CHUNK_ROWS


async def test_of_a_file_that_breaks_off_nothing_is_sent() -> None:
    """What was read before is entered as far as it was whole, the error is raised, and the sender never begins."""
    journal, sender = Entered(), Sending()
    with pytest.raises(InputError) as raised:
        await run_import(sources(Rows(1500, UNREADABLE), Rows(10)), journal, sender)
    assert raised.value is UNREADABLE
    assert sender.heard == []
    assert journal.rows() == numbers(1500)


async def test_rows_before_the_place_where_a_file_breaks_off_are_not_forgotten() -> None:
    """A file that breaks off within a chunk has the rows before that place entered: they were read."""
    journal = Entered()
    with pytest.raises(InputError):
        await run_import(sources(Rows(700, UNREADABLE)), journal, Sending())
    assert journal.rows() == numbers(700)


async def test_with_a_journal_that_cannot_be_written_nothing_is_sent() -> None:
    """Rows that cannot be entered end the run."""
    journal, sender = Entered(full_at=900), Sending()
    with pytest.raises(StorageError) as raised:
        await run_import(sources(Rows(5000)), journal, sender)
    assert raised.value is FULL
    assert sender.heard == []
    assert journal.rows() == numbers(900)


async def test_after_a_defect_nothing_is_sent() -> None:
    """An exception that nobody planned is raised as it is."""

    def broken(_row: Row) -> Contact:
        raise KeyError("a defect")

    sender = Sending()
    with pytest.raises(KeyError):
        await run_import([Source(sheet_index=0, reader=Rows(10), to_contact=broken)], Entered(), sender)
    assert sender.heard == []


async def test_a_sender_that_was_stopped_does_not_stop_the_reading() -> None:
    """After a signal each row is entered all the same, so that it gets its status."""
    journal, sender = Entered(), Sending()
    sender.stopping.set()
    await run_import(sources(Rows(1500), Rows(500)), journal, sender)
    assert journal.rows() == numbers(1500, 500)


async def test_what_comes_before_sending_knows_every_row() -> None:
    """It is done once, when all files are read, and before the sender begins."""
    journal, sender = Entered(), Sending()

    async def before() -> None:
        sender.heard.append(f"before: {len(journal.entries)} rows")

    await run_import(sources(Rows(700), Rows(50)), journal, sender, before_sending=before)
    assert sender.heard == ["before: 750 rows", "input over", "run"]


async def test_what_comes_before_sending_may_refuse_it() -> None:
    """Its error is raised, and nothing is sent."""
    sender = Sending()

    async def before() -> None:
        raise UNREADABLE

    with pytest.raises(InputError):
        await run_import(sources(Rows(10)), Entered(), sender, before_sending=before)
    assert sender.heard == []


async def test_a_stop_ends_what_comes_before_sending() -> None:
    """A signal does not wait for the end of a long walk; the sender then ends gracefully."""
    sender = Sending()

    async def before() -> None:
        try:
            sender.stopping.set()
            await asyncio.Event().wait()
        finally:
            sender.heard.append("cut off")

    await run_import(sources(Rows(10)), Entered(), sender, before_sending=before)
    assert sender.heard == ["cut off", "input over", "run"]


async def test_what_the_sender_raises_is_raised() -> None:
    """A sender that fails has every row entered, and its error is the run's."""
    journal = Entered()
    with pytest.raises(ImporterError) as raised:
        await run_import(sources(Rows(1500)), journal, Sending(fails=FULL))
    assert raised.value is FULL
    assert journal.rows() == numbers(1500)


async def test_in_a_hurry_the_reading_ends_early() -> None:
    """When nobody waits any longer, at most the chunk under way is entered, and the one after it read."""
    journal, endless = Entered(), Rows(1_000_000)
    await run_import(sources(endless, Rows(10)), journal, Sending(hurried_after=1000))
    assert 1000 <= len(journal.entries) < 1000 + CHUNK_ROWS
    assert endless.read <= len(journal.entries) + CHUNK_ROWS


async def test_what_is_recognised_is_not_mapped() -> None:
    """The journal is offered every row; those that it knows are told, and the others mapped, in their order."""
    journal, seen = Entered(known={b"3": "34600", b"301": "34601"}), Seen()
    source = Source(
        sheet_index=0,
        reader=Rows(CHUNK_ROWS + 2),
        to_contact=to_contact,
        fingerprint=lambda row: row.cells[0].encode() if row.number > 4 else None,
        observers=(seen,),
    )
    await enqueue_all([source], journal, Sending())
    assert journal.offered == list(range(2, CHUNK_ROWS + 4))
    assert seen.recognised_rows == [(5, "34600"), (CHUNK_ROWS + 3, "34601")]
    assert seen.entries == [entry for _, entry in journal.entries]
    assert [number for _, number in journal.rows()] == [n for n in journal.offered if n not in (5, CHUNK_ROWS + 3)]
    assert [entry.fingerprint for _, entry in journal.entries][:4] == [None, None, None, b"4"]


async def test_a_chunk_that_is_recognised_whole_is_entered_all_the_same() -> None:
    """The journal has to write it down, and its rows are counted."""
    journal, sender = Entered(known={b"0": "34600"}), Sending()
    source = Source(sheet_index=0, reader=Rows(1), to_contact=to_contact, fingerprint=lambda row: row.cells[0].encode())
    await enqueue_all([source], journal, sender)
    assert journal.entries == []
    assert journal.offered == [2]


async def test_a_run_that_is_cancelled_while_it_reads_sends_nothing() -> None:
    """The cancellation is raised as it is."""

    class Slow(Entered):
        """Never comes back from entering."""

        async def enqueue(self, sheet_index: int, entries: Sequence[Entry]) -> Mapping[Status, int]:
            entering.set()
            await asyncio.Event().wait()
            return await super().enqueue(sheet_index, entries)

    entering, sender = asyncio.Event(), Sending()
    task = asyncio.create_task(run_import(sources(Rows(10)), Slow(), sender))
    await entering.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sender.heard == []


async def test_a_run_that_is_cancelled_before_it_sends_leaves_nothing_behind() -> None:
    """What comes before sending is cancelled with it."""
    asking, sender = asyncio.Event(), Sending()

    async def before() -> None:
        asking.set()
        try:
            await asyncio.Event().wait()
        finally:
            sender.heard.append("cut off")

    task = asyncio.create_task(run_import(sources(Rows(10)), Entered(), sender, before_sending=before))
    await asking.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sender.heard == ["cut off"]
