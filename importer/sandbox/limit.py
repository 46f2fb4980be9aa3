"""The rate limit as the strictest service would keep it: a sliding window. Pure: the time is an argument."""

import math
from collections import deque


class SlidingWindow:
    """At most `rate` requests in any one second, wherever that second begins.

    The strictest reading of "300 requests per second": a pace that satisfies it satisfies fixed windows and token
    buckets as well, which the documentation does not tell apart.

    Args:
        rate: Requests per second; 0: every request is let in.
        count_refused: Whether a refused request takes a place in the window too, so that who keeps on asking
            stays out.

    """

    window_seconds = 1.0

    def __init__(self, rate: int, *, count_refused: bool = False) -> None:
        self._rate = rate
        self._count_refused = count_refused
        self._counted: deque[float] = deque()

    def admit(self, now_seconds: float) -> float:
        """Ask for a place for a request that comes now; times must not go back.

        Returns:
            0.0 if it is let in, else the seconds after which there is a place.

        """
        if not self._rate:
            return 0.0
        counted = self._counted
        while counted and counted[0] <= now_seconds - self.window_seconds:
            counted.popleft()
        admitted = len(counted) < self._rate
        if admitted or self._count_refused:
            counted.append(now_seconds)
        # With refused ones counted, a place is free when fewer than `rate` of them are left in the window.
        return 0.0 if admitted else counted[-self._rate] + self.window_seconds - now_seconds


class PeakRate:
    """The most events in any one second."""

    def __init__(self) -> None:
        self.most = 0
        self._recent: deque[float] = deque()

    def add(self, now_seconds: float) -> None:
        """Note an event that happens now; times must not go back."""
        recent = self._recent
        recent.append(now_seconds)
        while recent[0] <= now_seconds - SlidingWindow.window_seconds:
            recent.popleft()
        self.most = max(self.most, len(recent))


def whole_seconds(seconds: float) -> int:
    """Return what a `Retry-After` header says for this wait: whole seconds (RFC 9110, 10.2.3), at least one."""
    return max(1, math.ceil(seconds))
