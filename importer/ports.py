"""The small interfaces that the pipeline and the pool talk to, each with what it promises."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from importer.model import Contact, Entry, Outcome, Reply, Row, Sheet, Status


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
        """Let go of the file; more than once does no harm."""


class Clock(Protocol):
    """The time of day. Waiting is asyncio's own, so that a test's event loop can make time pass at once."""

    def now(self) -> datetime:
        """Return the time in UTC, with its time zone."""


class Service(Protocol):
    """The calls that the pool makes: one request each, never repeated; failures are values, never raised."""

    async def create(self, contact: Contact) -> Reply:
        """POST the contact."""

    async def find(self, contact: Contact) -> Reply:
        """Ask for the contact by its identifier, in its channel: 200 with it, or 404."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A row that may be sent: the journal says on disk that it is about to be."""

    seq: int
    """The row's place in the input, from 1, across all files of the run."""
    row: int
    """The number that a spreadsheet program shows."""
    contact: Contact
    in_doubt: bool = False
    """An earlier run may have sent it: it is to be looked up before it is sent."""
    first_sent_at: datetime | None = None
    """When the earlier run first sent it; only where `in_doubt`."""
    last_sent_at: datetime | None = None
    """The time after which no run sent it; only where `in_doubt`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An outcome on its way into the journal."""

    seq: int
    outcome: Outcome
    attempts: int
    """Requests that were sent to create this contact in this run."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempted:
    """A request that did not settle its row, on its way into the journal."""

    seq: int
    attempt: int
    """From 1."""
    at: datetime
    http_status: int | None = None
    reason: str = ""


class Slots(Protocol):
    """What the pool needs of the pace."""

    async def slot(self) -> None:
        """Wait until a request may leave, and count it as in flight. For one caller at a time."""

    def heard(self, reply: Reply | None, seconds: float, jitter: float) -> None:
        """Take note of a reply and of how long it took, and give its slot back; None: it was given up."""


class PoolJournal(Protocol):
    """What the pool needs of the journal.

    Raises (all methods):
        StorageError: It cannot be written; what it held before is whole.
    """

    async def take(self, count: int) -> Sequence[Pending]:
        """Return up to `count` pending rows in input order, after making durable that they are in flight.

        Everything recorded before is durable too when this returns. Empty: nothing is pending now.
        """

    def record(self, recorded: Recorded) -> None:
        """Note an outcome; durable with the next `take` or `flush`. `Status.PENDING` gives a row back unsent."""

    def note_attempt(self, attempted: Attempted) -> None:
        """Note a request that did not settle its row; durable with the next `take` or `flush`."""

    async def flush(self) -> None:
        """Make durable what was recorded and noted."""


class PipelineJournal(PoolJournal, Protocol):
    """What the pipeline needs besides."""

    async def recognise(self, marked: Sequence[tuple[int, bytes | None]]) -> Sequence[str | None]:
        """Find the next rows of the input that need not be mapped: an earlier run settled them exactly as they are.

        `enter` must be called next, with the others in their order, and writes all of them down.

        Args:
            marked: Each row's number and its `Entry.fingerprint`.

        Returns:
            The identifier under which each is known; None for those that have to be mapped.

        """

    async def enter(self, sheet_index: int, entries: Sequence[Entry]) -> Mapping[Status, int]:
        """Write the next rows of the input down, and return how many have which status, the recognised ones too.

        Invalid rows are `invalid`; a key that stands in an earlier row of this run is a `duplicate`; what an earlier
        run of the account sent is `unchanged`, or `exists` if its content differs; the rest is `pending`.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """What the journal knows of a run."""

    name: str
    """Such as `20261123-020000-contacts`: UTC, so that names sort by time."""
    command: str
    """`run` or `retry`."""
    account: str
    """Under which the journal remembers contacts: base URL and account name."""
    files: tuple[str, ...]
    """As the person wrote them, made absolute."""
    options: Mapping[str, object]
    """The options that were given on the command line, so that `retry` can repeat them; no secret is an option."""
    report_dir: str
    """The absolute path of the run's own reports folder."""
    started_at: datetime
    finished_at: datetime | None = None
    exit_code: int | None = None
    input_fingerprint: bytes = b""
    """Stands for files, mapping and options: a run that is given the same again has nothing to do; empty: unknown."""
    blank: int = 0
    """Blank rows of the input, which are not rows."""
    requests_sent: int = 0
    requests_retried: int = 0
    requests_throttled: int = 0
    rate_limit: float = 0.0
    """Requests per second that the account allows; 0.0: no limit."""
    rate_achieved: float = 0.0
    """Requests per second from the first request to the last."""


class Result(NamedTuple):
    """A row of the input with its last word: a tuple, as there may be a million of them."""

    sheet_index: int
    """The place of its sheet in `sheets()`, from 0."""
    row: int
    """The number that a spreadsheet program shows."""
    identifier: str
    name: str
    status: Status
    uuid: str = ""
    href: str = ""
    http_status: int | None = None
    code: str = ""
    column: str = ""
    reason: str = ""
    attempts: int = 0
    finished_at: datetime | None = None

    @property
    def outcome(self) -> Outcome:
        """Return the last word alone."""
        return Outcome(
            status=self.status,
            uuid=self.uuid,
            href=self.href,
            http_status=self.http_status,
            code=self.code,
            column=self.column,
            reason=self.reason,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RowToMend:
    """A row that is not where it should be, with its input's own cells."""

    row: int
    cells: tuple[str, ...]
    status: Status
    reason: str
    columns: tuple[str, ...] = ()
    """The columns that its problems are about, as the problems name them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemGroup:
    """Rows that have the same thing wrong in the same column."""

    code: str
    column: str
    message: str
    """The sentence of the first of them."""
    count: int
    rows: tuple[int, ...]
    """The first 20 row numbers."""


class ReportSource(Protocol):
    """What the reports need of the journal, for one run; all in the input's order."""

    def record(self) -> RunRecord:
        """Return what is known of the run."""

    def sheets(self) -> Sequence[Sheet]:
        """Return the run's sheets, in the order in which they were given."""

    def tally(self) -> Mapping[Status, int]:
        """Return how many rows have each status; statuses that no row has are there with 0."""

    def results(self) -> Iterator[Result]:
        """Yield every row; memory does not grow with their number."""

    def rows_to_mend(self, sheet_index: int) -> Iterator[RowToMend]:
        """Yield the sheet's rows whose status is in `TO_RETRY`."""

    def problems(self) -> Sequence[ProblemGroup]:
        """Return every problem of every invalid row, and every other row's code and reason, grouped, most first."""
