"""Request statistics, and the strictest form of a rate limit: a sliding window. The time is an argument."""

import math
from array import array
from collections import Counter, deque

from importer.sandbox.faults import Fault


class SlidingWindow:
    """At most `rate` requests in any one second, wherever that second begins.

    The strictest reading of "300 requests per second": a rate that satisfies it satisfies fixed windows and token
    buckets too; the documentation does not say which of them the service has.

    Args:
        rate: Requests per second; 0: no limit.
        count_refused: Whether refused requests count too, so that a client that does not slow down stays refused.

    """

    window_seconds = 1.0

    def __init__(self, rate: int, *, count_refused: bool = False) -> None:
        self._rate = rate
        self._count_refused = count_refused
        self._counted: deque[float] = deque()

    def admit(self, now_seconds: float) -> float:
        """Admit or refuse a request that arrives now; times must not decrease.

        Returns:
            0.0 if it is admitted, else the seconds until a request would be.

        """
        if not self._rate:
            return 0.0
        counted = self._counted
        while counted and counted[0] <= now_seconds - self.window_seconds:
            counted.popleft()
        admitted = len(counted) < self._rate
        if admitted or self._count_refused:
            counted.append(now_seconds)
        # With refused requests counted, one is admitted when fewer than `rate` of them are left in the window.
        return 0.0 if admitted else counted[-self._rate] + self.window_seconds - now_seconds


class PeakRate:
    """The most events in any one second."""

    def __init__(self) -> None:
        self.most = 0
        self._recent: deque[float] = deque()

    def add(self, now_seconds: float) -> None:
        """Count an event that happens now; times must not decrease."""
        recent = self._recent
        recent.append(now_seconds)
        while recent[0] <= now_seconds - SlidingWindow.window_seconds:
            recent.popleft()
        self.most = max(self.most, len(recent))


def whole_seconds(seconds: float) -> int:
    """Return the `Retry-After` header for this wait: whole seconds (RFC 9110, 10.2.3), at least one."""
    return max(1, math.ceil(seconds))


class Traffic:
    """Statistics since the sandbox started; times are of its own timer, in seconds."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        """Per call, such as `POST /contacts`, whatever its outcome; unknown paths under `unknown`."""
        self.arrival_times: array[float] = array("d")
        """The arrival of each request with a valid token, refused ones included."""
        self.unauthorized = 0
        """Requests answered 401."""
        self.throttled = 0
        """Requests answered 429 because of the rate; those of a fault are in `faults`."""
        self.faults: Counter[Fault] = Counter()
        self.in_flight = 0
        self.most_in_flight = 0
        """The most requests in flight at once."""
        self.accepted = PeakRate()
        """Counts requests answered neither 401 nor 429."""

    @property
    def most_in_one_second(self) -> int:
        """The most requests accepted within any one second."""
        return self.accepted.most

    def arrive(self, call: str) -> None:
        """Count a request that arrives."""
        self.requests[call] += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)

    def leave(self) -> None:
        """Count a request that was answered, or whose client disconnected."""
        self.in_flight -= 1
