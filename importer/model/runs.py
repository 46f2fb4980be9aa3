"""A run, its rows as the journal stores them, and groups of rows with the same problem: values for reports."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from enum import Enum
from typing import Final, NamedTuple

from importer.model.rows import CONFLICT, NEEDS_PERSON, Status

REPORT_KINDS = ("csv", "xlsx", "html")
"""The reports that `[run] reports` chooses from: results.csv, results.xlsx and report.html."""
NO_PROBLEMS: Final = frozenset({Status.DUPLICATE.value, Status.UNSENT.value, Status.EXISTS.value, "differs"})
"""Codes of rows that nobody has to do anything about: they are where they should be, or `retry` sends them."""
OF_SANDBOX: Final = "sandbox "
"""The beginning of what the account of a sandbox within a run is called."""
DECLINED: Final = "declined"
"""What the journal keeps among the options of a run that a person did not want to be sent."""
CONSENT: Final = "consent"
"""What it keeps there of answers on who agreed to be written to: for each sheet header to `only` and `seen`."""
LIST: Final = "list"
"""What it keeps there of a run of a file of our own making: the `file` of the list, and how that was read."""
NUMBERS_OF: Final = "numbers_of"
"""What it keeps there of a run that got the country of its numbers from its config or a variable: that country."""
WAITED: Final = "waited_seconds"
"""What it keeps there of a run that asked a person: how long its questions waited for their answers."""
RUN_STAMP = re.compile(r"[0-9]{8}-[0-9]{6}-")
"""How the names of runs begin, and those of their folders."""
TOO_FEW_ROWS, CONSENT_NEW, CONSENT_UNCLEAR = "too_few_rows", "consent_new", "consent_unclear"


class Degradation(NamedTuple):
    """Why a run that came to its end is not as it should be, whatever became of its rows."""

    code: str
    """A short stable word, such as `too_few_rows`."""
    message: str
    """A sentence with what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """A run, as `runs` lists it."""

    name: str
    """Such as `20261123-020000-contacts`, by the clock on the wall where it was made."""
    command: str
    """`run` or `retry`."""
    account: str
    """The key of the account in the journal: base URL and account name."""
    files: tuple[str, ...]
    """As the person wrote them, made absolute."""
    options: Mapping[str, object]
    """The options of the command line, so that `retry` can repeat them; no secret is an option."""
    report_dir: str
    """The absolute path of the run's own reports folder."""
    started_at: datetime
    series: str = ""
    """A hash by which runs of the same import are known: its files, sheet and config; empty: it is compared with none.
    """
    offset_minutes: int | None = None
    """How far that clock was from UTC, east of Greenwich more than 0; None: not known, and the name is in UTC."""
    finished_at: datetime | None = None
    exit_code: int | None = None
    blank: int = 0
    """Blank rows of the input; they are not counted as rows."""
    left_out: int = 0
    """Rows that `[input.where]` leaves out; they are not counted as rows either."""
    requests_sent: int = 0
    requests_retried: int = 0
    requests_throttled: int = 0
    rate_limit: float = 0.0
    """Requests per second that the account allows; 0.0: no limit."""
    rate_achieved: float = 0.0
    """Requests per second from the first request to the last."""
    pace_seconds: float = 1.0
    """The length of an interval of `pace`."""
    pace: tuple[int, ...] = ()
    """Requests that left in each interval from the first request on; empty: none did, or it is not known."""
    compared_with: str = ""
    """The name of the run before it of the same import; empty: there was none, so all of its problems are new."""
    gone: int = 0
    """Problems of that run that this one had no more."""
    degraded: tuple[Degradation, ...] = ()
    """What was not as it should be with the run as a whole."""
    conflicts: int = 0
    """Rows in conflict, as the journal counted them when the run ended."""

    def local(self, moment: datetime, zone: tzinfo | None = None) -> datetime:
        """Return a time as the clock on the wall showed it; where that is not known, as it does in a zone.

        Args:
            moment: The time.
            zone: None: that of this computer.

        """
        if self.offset_minutes is None:
            return moment.astimezone(zone)
        return moment.astimezone(timezone(timedelta(minutes=self.offset_minutes)))

    @property
    def waited_seconds(self) -> float:
        """How long its questions waited for a person."""
        waited = self.options.get(WAITED)
        return waited if isinstance(waited, int | float) else 0.0

    @property
    def seconds(self) -> float | None:
        """How long it took, to the millisecond, without the time that its questions waited; None: it has not ended."""
        if self.finished_at is None:
            return None
        return round(max(0.0, (self.finished_at - self.started_at).total_seconds() - self.waited_seconds), 3)

    @property
    def is_declined(self) -> bool:
        """Whether a person was asked if it is to be sent, and did not say yes: no request was sent of its rows."""
        return self.options.get(DECLINED) is True

    @property
    def is_whole(self) -> bool:
        """Whether it was neither cut off nor declined."""
        return self.finished_at is not None and not self.is_declined

    @property
    def is_rehearsal(self) -> bool:
        """Whether it went to a sandbox within the run, so that nothing was sent to Callbell."""
        return self.account.startswith(OF_SANDBOX)


class PastUndo(NamedTuple):
    """An undo of a run."""

    started_at: datetime
    exit_code: int | None
    """None: it goes on still, or was killed."""
    report_dir: str


class Result(NamedTuple):
    """A row of the input with its status: a tuple, as there may be a million of them."""

    sheet_index: int
    """The index of its sheet in `sheets()`."""
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
    def needs_person(self) -> bool:
        """Whether a person has to do something about it."""
        return self.status in NEEDS_PERSON or self.code == CONFLICT


class ShownRows(Enum):
    """Which rows of a sheet are shown to a person."""

    EVERY = "all of them"
    CHANGED = "all but those that are unchanged since an earlier run"
    TO_FIX = "only those that need a person"


class ShownRow(NamedTuple):
    """A row with its cells, for reports that show them."""

    result: Result
    cells: tuple[str, ...] | None
    """As they were read; None: the journal does not keep them, as nothing has to be done about the row."""
    columns: tuple[str, ...] = ()
    """The headers of the columns that its problems are about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowToFix:
    """A row that a person has to fix, with its cells as they were read."""

    row: int
    cells: tuple[str, ...]
    status: Status
    reason: str
    columns: tuple[str, ...] = ()
    """The headers of the columns that its problems are about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemGroup:
    """Rows with the same problem in the same column."""

    code: str
    column: str
    message: str
    """The sentence of the first of them."""
    count: int
    rows: tuple[int, ...]
    """The first 20 row numbers."""
    sheets: tuple[int, ...] = ()
    """Of each of these, which of the run's sheets it is in; empty: it is not known, or there is one sheet."""
    cells: tuple[str, ...] = ()
    """Of each of these, the names of its cells, such as `C17 D17`, where several columns are meant; empty: one is."""
    new: int = 0
    """How many of the rows did not have it in the last run of the same import; 0 also of what is no problem."""
    varies: bool = False
    """Whether rows have other sentences, with other numbers or values: then `message` is only that of the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A run's problems, compared with those of the last run of the same import."""

    compared_with: str = ""
    """That run's name; empty: there was none, and all problems are new."""
    gone: int = 0
    """Problems of that run that are not there any more."""
    new_rows: int = 0
    """Rows that are invalid or in conflict, and were not so for the same reason."""
    conflicts: int = 0
    """Rows in conflict, new or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierRuns:
    """What the runs before it of the same import tell a run about what is usual."""

    rows_read: tuple[int, ...] = ()
    """Rows of the last finished ones that had any, at most five, the last first."""
    headers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The paths of the last one's files, each with its column headers."""
    headers_before: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The same of the run before the last, where the last one's header had changed: it may have been repaired since."""


def conflict_count(problems: Iterable[ProblemGroup]) -> int:
    """Return how many rows are in conflict, which need a person though they are in Callbell."""
    return sum(group.count for group in problems if group.code == CONFLICT)
