"""Rate limits as services keep them, on a clock that is an argument: what a pace has to get along with."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

Limit = Callable[[float], float]
"""Requests per second that are permitted at a time."""


class Door(Protocol):
    """Lets requests in, or turns them away."""

    def wait_seconds(self, now: float) -> float:
        """Return 0.0 for a request that is let in, else after how long one would be; times do not go back."""


@dataclass(slots=True)
class FixedWindow:
    """So many in each window of the clock."""

    limit: Limit
    window_seconds: float = 1.0
    _window: int = -1
    _count: int = 0

    def wait_seconds(self, now: float) -> float:
        window = math.floor(now / self.window_seconds)
        if window != self._window:
            self._window, self._count = window, 0
        if self._count >= self.limit(now) * self.window_seconds:
            return (window + 1) * self.window_seconds - now
        self._count += 1
        return 0.0


class SlidingLog:
    """So many in any second, wherever it begins."""

    def __init__(self, limit: Limit, *, count_refused: bool = False) -> None:
        self._limit = limit
        self._count_refused = count_refused
        self._log: deque[float] = deque()

    def wait_seconds(self, now: float) -> float:
        log, most = self._log, round(self._limit(now))
        while log and log[0] <= now - 1.0:
            log.popleft()
        let_in = len(log) < most
        if let_in or self._count_refused:
            log.append(now)
        return 0.0 if let_in else log[-most] + 1.0 - now


@dataclass(slots=True)
class TokenBucket:
    """So many a second, and a second's worth saved up."""

    limit: Limit
    _level: float = math.inf
    _at: float = 0.0

    def wait_seconds(self, now: float) -> float:
        rate = self.limit(now)
        self._level = min(rate, self._level + (now - self._at) * rate)
        self._at = now
        if self._level < 1.0:
            return (1.0 - self._level) / rate
        self._level -= 1.0
        return 0.0


def steady(_now: float) -> float:
    """300 a second, as it is documented."""
    return 300.0


def stepping(seconds: float) -> Limit:
    """300, then 100, then 300 again, a third of the time each."""
    return lambda now: 100.0 if seconds / 3 <= now < seconds * 2 / 3 else 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of service."""

    name: str
    door: Callable[[Limit], Door]
    retry_after: bool = False
    """Whether a 429 says how long to wait, in whole seconds."""
    steps: bool = False
    """Whether the limit falls to a third in the middle."""
    jitter_seconds: float = 0.001
    """Standard deviation of the way there."""


def _every_kind() -> tuple[Kind, ...]:
    doors: dict[str, Callable[[Limit], Door]] = {
        "fixed window": FixedWindow,
        "sliding log": SlidingLog,
        "token bucket": TokenBucket,
        "60 s window": lambda limit: FixedWindow(limit, 60.0),
    }
    kinds = [
        Kind(name=f"{name}{', Retry-After' * said}", door=door, retry_after=said)
        for name, door in doors.items()
        for said in (False, True)
    ]
    counting: Callable[[Limit], Door] = lambda limit: SlidingLog(limit, count_refused=True)  # noqa: E731 - a table's line
    return (
        *kinds,
        Kind(name="refused ones counted", door=counting),
        Kind(name="refused ones counted, Retry-After", door=counting, retry_after=True),
        Kind(name="300 to 100 to 300", door=SlidingLog, steps=True),
        Kind(name="300 to 100 to 300, Retry-After", door=SlidingLog, steps=True, retry_after=True),
        Kind(name="jitter of 6 ms", door=SlidingLog, jitter_seconds=0.006),
        Kind(name="jitter of 30 ms", door=SlidingLog, jitter_seconds=0.030),
    )


KINDS = _every_kind()
"""The fourteen."""
EXTRA = (
    Kind(name="bucket, 300 to 100 to 300", door=TokenBucket, steps=True),
    Kind(name="bucket, 300 to 100 to 300, Retry-After", door=TokenBucket, steps=True, retry_after=True),
    Kind(name="fixed, 300 to 100 to 300", door=FixedWindow, steps=True),
    Kind(name="fixed, 300 to 100 to 300, Retry-After", door=FixedWindow, steps=True, retry_after=True),
    Kind(name="counted, 300 to 100 to 300", door=lambda limit: SlidingLog(limit, count_refused=True), steps=True),
    Kind(name="jitter of 30 ms, Retry-After", door=SlidingLog, jitter_seconds=0.030, retry_after=True),
)
"""What is harder still: limits that fall, behind every door."""
