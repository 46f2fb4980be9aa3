"""The small interfaces that the pipeline and the worker pool talk to, each with what it promises."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from importer.model.journal_rows import Attempted, Intended, OutcomeT, Pending, RecordedOutcome
from importer.model.replies import Outcome, Reply
from importer.model.requests import Request
from importer.model.rows import Entry, Row, Sheet, Status
from importer.model.rows_not_kept import KeptRows
from importer.model.runs import ProblemGroup, Result, RowToFix, RunRecord, ShownRow, ShownRows


class Reader(Protocol):
    """One opened sheet.

    Opening it has read no more than the header and what the guesses needed. Memory does not grow with the file.
    """

    @property
    def sheet(self) -> Sheet:
        """What was found on opening."""

    def chunks(self) -> Iterator[Sequence[Row]]:
        """Yield the rows in their order, some hundreds at a time, each exactly once; blank rows are only counted.

        A row that cannot be read comes with its `problems`; it is never left out.

        Raises:
            InputError: The file cannot be read any further.

        """

    @property
    def blank_rows(self) -> int:
        """Rows without a single character between the header and the last row yielded so far."""

    def close(self) -> None:
        """Close the file; more than once does no harm."""


class Clock(Protocol):
    """The time of day. Waiting is asyncio's own, so that a test's event loop can make time pass at once."""

    def now(self) -> datetime:
        """Return the time in UTC, with its time zone."""


class Service(Protocol):
    """The service, as the worker pool and the commands see it."""

    async def send(self, request: Request) -> Reply:
        """Make one request, never repeated by us; a failure is a value, never raised."""


class RequestLimiter(Protocol):
    """What the worker pool needs of the rate limiter."""

    async def acquire(self) -> None:
        """Wait until a request may leave, and count it as in flight. For one caller at a time."""

    def release(self, reply: Reply | None, seconds: float, jitter: float) -> None:
        """Take note of a reply and of how long it took; it is in flight no longer. None: it was given up."""


class WorkJournal(Protocol[OutcomeT]):
    """What the worker pool needs of the journal, whatever the operation.

    Raises (all methods):
        StorageError: It cannot be written; what it held before is whole.
    """

    async def claim(self, count: int) -> Sequence[Pending]:
        """Return up to `count` pending rows in input order, after making durable that they are in flight.

        Everything recorded before is durable too when this returns. Empty: nothing is pending now.
        """

    def record(self, recorded: RecordedOutcome[OutcomeT]) -> None:
        """Record an outcome; durable with the next `claim` or `checkpoint`."""

    def record_attempt(self, attempted: Attempted | Intended) -> None:
        """Record a request that did not settle its row, or a PATCH before it leaves; durable as `record` is."""

    async def checkpoint(self) -> None:
        """Make durable what was recorded."""


class PipelineJournal(WorkJournal[Outcome], Protocol):
    """What the pipeline needs besides. `record` of `Status.PENDING` gives a row back unsent."""

    async def recognise(self, marked: Sequence[tuple[int, bytes | None]]) -> Sequence[str | None]:
        """Find the next rows of the input that need not be mapped: an earlier run settled them exactly as they are.

        `enqueue` must be called next, with the others in their order, and writes all of them down.

        Args:
            marked: Each row's number and its `Entry.fingerprint`.

        Returns:
            The identifier under which each is known; None for those that have to be mapped.

        """

    async def enqueue(self, sheet_index: int, entries: Sequence[Entry]) -> Mapping[Status, int]:
        """Write the next rows of the input down, and return how many have which status, the recognised ones too.

        Invalid rows are `invalid`; a key that stands in an earlier row of this run is a `duplicate`; what an earlier
        run of the account sent is `unchanged`, or `exists` if its content differs; the rest is `pending`.
        """


class ReportSource(Protocol):
    """What the reports need of the journal, for one run; all in the input's order."""

    def record(self) -> RunRecord:
        """Return what is known of the run."""

    def sheets(self) -> Sequence[Sheet]:
        """Return the run's sheets, in the order in which they were given."""

    def tally(self) -> Mapping[Status, int]:
        """Return how many rows have each status; statuses that no row has are there with 0."""

    def kept(self) -> KeptRows:
        """Return which rows are only counted: the other methods do not have them, but for the tally."""

    def not_updated(self) -> int:
        """Return how many customers are in Callbell as they were, whose row is invalid, failed or was not sent."""

    def results(self) -> Iterator[Result]:
        """Yield every row; memory does not grow with their number."""

    def rows_to_fix(self, sheet_index: int) -> Iterator[RowToFix]:
        """Yield the sheet's rows whose status is in `NEEDS_PERSON`, or that are in conflict."""

    def shown_rows(self, sheet_index: int, which: ShownRows) -> Iterator[ShownRow]:
        """Yield the sheet's rows to show, with their cells; memory does not grow with their number."""

    def problems(self) -> Sequence[ProblemGroup]:
        """Return every problem of every invalid row, and every other row's code and reason, grouped, most first."""
