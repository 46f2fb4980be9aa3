"""The queue of what is to be requested: what is due before fresh rows, and what waits holds up nothing else."""

import heapq
import itertools
import math
from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

_T = TypeVar("_T")

AT_ONCE = -math.inf
"""A due time before all others."""


class StepQueue(Generic[_T]):
    """Fresh entries in their order, and scheduled ones by their due time, which is the event loop's."""

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
