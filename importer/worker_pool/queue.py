"""The rows of a pool: claimed ahead of their turn, in the queue, and in flight."""

import asyncio
import heapq
import itertools
import math
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, Self, TypeVar

from importer.model.journal_rows import OutcomeT, Pending
from importer.model.protocols import WorkJournal
from importer.worker_pool.operation import StepT

_T = TypeVar("_T")

AT_ONCE = -math.inf
"""A due time before all others."""
GOOD_SECONDS = 5.0
"""How long a step may go by an answer: a `Retry-After` or an outage holds up requests for many minutes."""
_CLAIM_SECONDS = 0.1
_CLAIM_WITHOUT_LIMIT = 200
_RESERVE_SECONDS = 0.25
"""Rows at hand for a slow disk: commits of up to 91 ms were seen on 2026-11-23; each costs a look-up after a crash."""


@dataclass(slots=True, kw_only=True)
class Job(Generic[StepT, OutcomeT]):
    """A row that is worked on; it stands in the queue, or has a request in flight."""

    step: StepT = field(init=False)
    """What is to be requested next."""
    row: Pending | None = None
    """None: a step about no row."""
    instead: StepT | None = None
    """What is requested in its place after `good_until`; None: the step does not go by an answer."""
    good_until: float = math.inf
    """The event loop's time until which the answer that the step goes by is new enough."""
    attempts: int = 0
    """Requests for it that may have changed something."""
    otherwise: OutcomeT | None = None
    """Its outcome if the token is good, which is to be asked first; None: nothing is to be asked."""
    is_doubtful: bool = False
    """Whether it waits until the service can be asked whether its request arrived."""
    left_at: float | None = None
    """The event loop's time at which its request left; None: none is answered or in flight."""

    @property
    def figures(self) -> dict[str, int | None]:
        """For the log: how many attempts there were, and how many milliseconds its last request has taken until now."""
        now = asyncio.get_running_loop().time()
        return {"attempt": self.attempts, "ms": None if self.left_at is None else round((now - self.left_at) * 1000)}

    @property
    def may_have_arrived(self) -> bool:
        """Whether a request for it has left without an answer, in this run or in an earlier one that was cut off."""
        return self.attempts > 0 or (self.row is not None and self.row.in_doubt and not self.row.was_refused)

    def going_by_answer(self, instead: StepT | None) -> Self:
        """Return the job after noting that its next step goes by an answer that just came.

        Args:
            instead: What is requested if that answer is too old when the request may leave.

        """
        self.instead, self.good_until = instead, asyncio.get_running_loop().time() + GOOD_SECONDS
        return self

    def renewed(self, loop_time: float) -> Self:
        """Return the job as its request leaves: it asks again where the answer that its step goes by is too old."""
        if self.instead is not None and loop_time > self.good_until and self.otherwise is None:
            self.step = self.instead
        self.instead, self.left_at = None, loop_time
        return self


class StepQueue(Generic[_T]):
    """What is due before fresh entries, which keep their order; what waits for its due time holds up nothing else.

    Due times are the event loop's.
    """

    def __init__(self) -> None:
        self._fresh: deque[_T] = deque()
        self._scheduled: list[tuple[float, int, _T]] = []
        self._order = itertools.count()

    @property
    def fresh(self) -> int:
        """How many fresh entries there are."""
        return len(self._fresh)

    @property
    def due_at(self) -> float | None:
        """The due time of the first scheduled entry; None without any."""
        return self._scheduled[0][0] if self._scheduled else None

    def scheduled(self) -> Iterator[tuple[float, _T]]:
        """Yield the scheduled entries with their due times, in no order."""
        return ((due_at, entry) for due_at, _, entry in self._scheduled)

    def add(self, entry: _T) -> None:
        """Append a fresh entry."""
        self._fresh.append(entry)

    def schedule(self, entry: _T, due_at: float) -> None:
        """Schedule an entry for the given loop time."""
        heapq.heappush(self._scheduled, (due_at, next(self._order), entry))

    def is_ready(self, loop_time: float) -> bool:
        """Tell whether `pop` would return an entry."""
        return bool(self._fresh) or (bool(self._scheduled) and self._scheduled[0][0] <= loop_time)

    def pop(self, loop_time: float) -> _T:
        """Pop the first scheduled entry that is due, else the next fresh one.

        Raises:
            IndexError: None `is_ready`.

        """
        if self._scheduled and self._scheduled[0][0] <= loop_time:
            return heapq.heappop(self._scheduled)[2]
        return self._fresh.popleft()

    def __iter__(self) -> Iterator[_T]:
        """Yield all entries."""
        yield from self._fresh
        yield from (entry for _, _, entry in self._scheduled)


def watched_task(work: Coroutine[Any, Any, None], ended: Callable[[Exception | None], None]) -> asyncio.Task[None]:
    """Start a task that nobody awaits for its result; `ended` is told the error in which it ended, if it did."""

    def tell(task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        ended(error if error is None or isinstance(error, Exception) else RuntimeError(repr(error)))

    task = asyncio.create_task(work)
    task.add_done_callback(tell)
    return task


@dataclass(slots=True, kw_only=True)
class Claims:
    """Rows that are claimed ahead of their turn: their intent is on disk, so that no request waits for the disk."""

    journal: WorkJournal[Any]
    """Where they are pending."""
    rate: float
    """Requests per second, 0.0 for no limit: how many rows to have at hand."""
    begin: Callable[[Pending], None]
    """Told each row that was claimed."""
    ended: Callable[[Exception | None], None]
    """Told when a claim has ended, with the error in which it ended, if it did."""
    _claiming: asyncio.Task[None] | None = None
    _are_exhausted: bool = False

    @property
    def is_over(self) -> bool:
        """Whether no row is pending now, as far as is known."""
        return self._are_exhausted and not self._is_claiming

    def more(self) -> None:
        """Take note that more rows may be pending."""
        self._are_exhausted = False

    def top_up(self, at_hand: int) -> None:
        """Claim more rows if few are at hand."""
        if not (self._is_claiming or self._are_exhausted) and at_hand <= self._rows_of(_RESERVE_SECONDS):
            self._claiming = watched_task(self._claim(), self.ended)

    async def wait(self) -> None:
        """Wait for the claim that is under way, if one is."""
        if self._claiming:
            await asyncio.wait({self._claiming})

    async def checkpoint_often(self, interval_seconds: float) -> None:
        """Make outcomes durable soon, until cancelled: one that is lost costs a look-up."""
        while True:
            await asyncio.sleep(interval_seconds)
            await self.journal.checkpoint()

    async def _claim(self) -> None:
        self._are_exhausted = True  # before asking: what is enqueued meanwhile says otherwise
        for row in await self.journal.claim(max(2, self._rows_of(_CLAIM_SECONDS))):
            self._are_exhausted = False
            self.begin(row)

    @property
    def _is_claiming(self) -> bool:
        return self._claiming is not None and not self._claiming.done()

    def _rows_of(self, seconds: float) -> int:
        return round(self.rate * seconds) if self.rate else _CLAIM_WITHOUT_LIMIT


class RequestsInFlight:
    """Requests that have left and are not followed up yet.

    Args:
        ended: Told when one has ended, with the defect in which it ended, if it did.

    """

    def __init__(self, ended: Callable[[Exception | None], None]) -> None:
        self._ended = ended
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """How many there are."""
        return len(self._tasks)

    def start(self, request: Coroutine[Any, Any, None]) -> None:
        """Let one leave."""
        task = watched_task(request, self._ended)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def wait(self, grace_seconds: float) -> None:
        """Wait until all have ended, or the grace period has; then give up those that are left."""
        if self._tasks:
            requests = frozenset(self._tasks)  # as it is now: one that ends meanwhile takes itself out
            await asyncio.wait(requests, timeout=grace_seconds)
            self.give_up()
            await asyncio.wait(requests)

    def give_up(self) -> None:
        """Cancel all of them: their rows are given back."""
        for task in self._tasks:
            task.cancel()
