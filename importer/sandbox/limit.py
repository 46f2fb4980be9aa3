"""The strictest form of a rate limit: a sliding window. Pure: the time is an argument."""

import math
from collections import deque


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
