"""The line in which requests stand before they leave: fresh rows in the input's order, the others by their time."""

import heapq
import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from importer.worker_pool.create_decision import Attempt


class Ask(Enum):
    """What a request is for."""

    CREATE = auto()
    LOOK_UP = auto()
    SELF_TEST = auto()
    """A look-up of a contact that was surely just made: does the service's look-up show such ones?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The next request for one row."""

    seq: int
    attempt: Attempt
    ask: Ask = Ask.CREATE
    sent: int = 0
    """POSTs that left for it in this run."""


class Line:
    """Steps by the time at which they may leave; one that waits slows nobody else."""

    def __init__(self) -> None:
        self._fresh: deque[Step] = deque()
        self._waiting: list[tuple[float, int, Step]] = []
        self._order = itertools.count()

    @property
    def fresh(self) -> int:
        """How many fresh rows are at hand."""
        return len(self._fresh)

    @property
    def due_at(self) -> float | None:
        """When the first that waits may leave, by the loop's time; None if none waits."""
        return self._waiting[0][0] if self._waiting else None

    def add(self, step: Step) -> None:
        """Put a fresh row at the end."""
        self._fresh.append(step)

    def wait(self, step: Step, until: float) -> None:
        """Let a step wait until the loop's time is so late."""
        heapq.heappush(self._waiting, (until, next(self._order), step))

    def next(self, loop_time: float) -> Step | None:
        """Take out who may leave now: one whose wait is over, else the next fresh row, else nobody."""
        if self._waiting and self._waiting[0][0] <= loop_time:
            return heapq.heappop(self._waiting)[2]
        return self._fresh.popleft() if self._fresh else None

    def everyone(self) -> Iterator[Step]:
        """Yield all that stand in the line."""
        yield from self._fresh
        yield from (step for _, _, step in self._waiting)
