"""The rate limiter: requests per second, pauses after a 429 or `Retry-After`, and the limit of requests in flight.

The arithmetic is in pure functions; `RateLimiter` applies it on the running event loop's clock.
"""

import asyncio
import math
from collections import deque

from aiolimiter import AsyncLimiter

from importer.model.replies import Reply
from importer.worker_pool import adaptive_rate
from importer.worker_pool.adaptive_rate import AdaptiveRate
from importer.worker_pool.circuit_breaker import is_served
from importer.worker_pool.pace import Pace

BURST = 4
"""Most requests that may leave at once, to make up for moments in which the program was held up. Measured: with 2 a
busy machine uses 95 to 97 % of 300 a second, with 4 97 %; `AsyncLimiter(300, 1)` sends 599 in its first second."""
_SHARE_OF_ROOM = 1 / 3
MOST_IN_FLIGHT = 512
MOST_IN_FLIGHT_WITHOUT_LIMIT = 64
"""Where no rate tells how many are needed: about what a loopback server can use, and what a stop has to wait for."""
_LONGEST_PAUSE_SECONDS = 60.0
_SHORTEST_PAUSE_SECONDS = 1.0
_HEAD_ROOM = 2.0
_SPARE = 8
_DECAY = 0.98
_WINDOW_SECONDS = 5.0


def in_flight_needed(rate: float, latency_seconds: float) -> int:
    """Return how many requests must be in flight for the rate (Little's law: rate times latency, and head-room)."""
    return math.ceil(rate * latency_seconds * _HEAD_ROOM) + _SPARE


def planned_latency_seconds(before: float, sample: float) -> float:
    """Return the latency to plan with: up at once with a slow reply, down slowly with quick ones."""
    return max(sample, before * _DECAY + sample * (1 - _DECAY))


def asked_pause_seconds(reply: Reply, jitter: float) -> float:
    """Return how long the service asks everyone to wait, 0.0 if it does not.

    Never less than a second: that long it takes until what was sent before leaves the service's window.

    Args:
        reply: A reply; only 429 and 503 with `Retry-After` ask.
        jitter: From 0.0 to 1.0.

    """
    if reply.retry_after_seconds is None or reply.http_status not in (429, 503):
        return 0.0
    asked_seconds = max(_SHORTEST_PAUSE_SECONDS, reply.retry_after_seconds)
    return asked_seconds + jitter * min(1.0, 0.1 + 0.1 * asked_seconds)


def default_pause_seconds(strikes: int, jitter: float) -> float:
    """Return how long everyone waits where nobody says how long: a second at first, doubled each time, up to 60.

    The limit's window is undocumented; a second is the unit that it is written in.
    """
    return min(_LONGEST_PAUSE_SECONDS, 2.0 ** min(max(strikes, 1) - 1, 10)) * (1.0 + 0.1 * jitter)


class RateLimiter:
    """Lets requests leave, one `acquire` each, at the rate that the account allows.

    Until the first reply there is one request in flight: an error that every row would meet costs one row. The same
    after a pause: one request probes before the others follow. Only a reply to a request that left after the pause
    tells anything about the time after it.

    Args:
        rate: Requests per second that the account allows; 0.0: no limit.
        concurrency: Most requests in flight; 0: as many as the rate needs.
        learned: The limit that an earlier run found out, in requests per second; 0.0: none but `rate`, which is never
            passed.

    """

    def __init__(self, *, rate: float = 300.0, concurrency: int = 0, learned: float = 0.0) -> None:
        self.limit = rate
        self._adaptive = adaptive_rate.initial_rate(rate, learned) if rate else None
        self._limiter = _limiter(self._adaptive.rate) if self._adaptive else None
        self._most = concurrency or (MOST_IN_FLIGHT if rate else MOST_IN_FLIGHT_WITHOUT_LIMIT)
        self._latency_seconds = 0.0
        self._is_probing = True
        self._before = 0  # requests in flight that left before the pause ended
        self._strikes = 0
        self._skipped = 0  # slots to be left out
        self._paused_until = 0.0
        self.paused_by = 0
        """The HTTP status that asked for the last pause; 0: there was none."""
        self._opened_at = 0.0
        self._accepted = 0  # requests that the rate limit let in since then
        self._changed = asyncio.Event()
        self._departures: deque[float] = deque()
        self._first_at = 0.0
        self._last_at = 0.0
        self.pace = Pace()
        self.sent = 0
        """Requests that left so far."""
        self.in_flight = 0
        """Requests without a reply yet."""

    @property
    def learned(self) -> float:
        """The limit that was found out, in requests per second; 0.0: none but the known one."""
        return adaptive_rate.limit_to_remember(self._adaptive) if self._adaptive else 0.0

    async def acquire(self) -> None:
        """Wait until a request may leave, and count it as in flight; `release` gives the place back.

        For one caller at a time: a pool has one task that lets requests leave.
        """
        loop = asyncio.get_running_loop()
        while True:
            while self.in_flight >= self._allowed():
                self._changed.clear()
                await self._changed.wait()
            if wait_seconds := self.paused_seconds(loop.time()):
                await asyncio.sleep(wait_seconds)
                continue
            if self._limiter is not None:
                await self._limiter.acquire()
                if self._skipped:
                    self._skipped -= 1
                    continue
            if not self.paused_seconds(loop.time()):  # a pause may have begun while we waited for the limiter
                break
        self._depart(loop.time())

    def release(self, reply: Reply | None, seconds: float, jitter: float) -> None:
        """Take note of a reply, and of how long it took; None: the request was given up without one."""
        self.in_flight -= 1
        self._changed.set()
        loop_time = asyncio.get_running_loop().time()
        sent_at = loop_time - seconds
        if left_before := sent_at < self._paused_until:
            self._before = max(0, self._before - 1)
        if reply is None:
            return
        self._latency_seconds = planned_latency_seconds(self._latency_seconds, seconds)
        pause_seconds = asked_pause_seconds(reply, jitter)
        if reply.http_status == 429:  # noqa: PLR2004 - HTTP's number
            if left_before:
                pause_seconds = pause_seconds or default_pause_seconds(1, jitter)
            else:
                pause_seconds = self._after_429(sent_at, loop_time, pause_seconds, jitter)
        elif not left_before and is_served(reply):
            self._after_success(reply, loop_time)
        if pause_seconds:
            self.paused_by = reply.http_status or 0
            self._pause_until(loop_time + pause_seconds)

    def paused_seconds(self, loop_time: float) -> float:
        """Return how long everyone still has to wait; 0.0 without a pause."""
        return max(0.0, self._paused_until - loop_time)

    def recent_rate(self, loop_time: float) -> float:
        """Return the requests per second that left in the last five seconds."""
        since = loop_time - _WINDOW_SECONDS
        return sum(at > since for at in self._departures) / min(_WINDOW_SECONDS, max(1.0, loop_time - self._first_at))

    def mean_rate(self) -> float:
        """Return the requests per second from the first request to the last; 0.0 for fewer than two."""
        span_seconds = self._last_at - self._first_at
        return (self.sent - 1) / span_seconds if span_seconds > 0 else 0.0

    def leave_out(self, seconds: float) -> None:
        """Take time in which nothing could leave, as a person was asked, out of the mean rate and the pace."""
        self._first_at += seconds
        self._last_at += seconds

    def _allowed(self) -> int:
        if self._is_probing:
            return self._before + 1
        if self._adaptive is None:
            return self._most
        return min(self._most, in_flight_needed(self._adaptive.rate, self._latency_seconds))

    def _after_success(self, reply: Reply, loop_time: float) -> None:
        """Record a success; raise the rate if it is due."""
        if self._is_probing and reply.http_status == 403:  # noqa: PLR2004 - HTTP's number
            return  # the token may be bad: the answer to GET /auth/me, which is next, opens the way
        if self._is_probing:
            self._is_probing, self._strikes, self._accepted, self._opened_at = False, 0, 0, loop_time
            begin = adaptive_rate.after_pause if self._paused_until else adaptive_rate.after_first_success
            if self._adaptive is not None:
                self._adapt(begin(self._adaptive, loop_time))
        self._accepted += 1
        if self._adaptive is not None:
            if reply.limit_per_second is not None:
                self._adapt(adaptive_rate.after_announcement(self._adaptive, reply.limit_per_second, loop_time))
            if loop_time >= self._adaptive.climb_at:
                self._adapt(adaptive_rate.raised(self._adaptive, loop_time))

    def _after_429(self, sent_at: float, now: float, asked_seconds: float, jitter: float) -> float:
        """Take note of a 429 to a request that left after the last pause; return how long everyone has to wait."""
        if self._is_probing or self._adaptive is None:
            self._strikes += 1
            return asked_seconds or default_pause_seconds(self._strikes, jitter)
        since_seconds, told = sent_at - self._opened_at, bool(asked_seconds)
        verdict = adaptive_rate.after_429(
            self._adaptive, now, accepted=self._accepted, since_seconds=since_seconds, told=told
        )
        self._adapt(verdict.adaptive)
        if asked_seconds:
            return asked_seconds
        if verdict.pause:
            self._strikes = 1
            return default_pause_seconds(1, jitter)
        self._skipped += adaptive_rate.STRAY_SLOTS
        return 0.0

    def _adapt(self, decided: AdaptiveRate) -> None:
        if self._adaptive is None or decided.rate != self._adaptive.rate:
            self._limiter = _limiter(decided.rate)
            self._skipped += int(self._limiter.max_rate)  # a new bucket has room for a burst that has just left
        self._adaptive = decided

    def _pause_until(self, loop_time: float) -> None:
        self._paused_until = max(self._paused_until, loop_time)
        self._skipped = 0
        self._is_probing, self._before = True, self.in_flight

    def _depart(self, loop_time: float) -> None:
        if not self.sent:
            self._first_at = loop_time
        self._last_at = loop_time
        self._departures.append(loop_time)
        while self._departures[0] <= loop_time - _WINDOW_SECONDS:
            self._departures.popleft()
        self.pace.add(loop_time - self._first_at)
        self.sent += 1
        self.in_flight += 1


def _limiter(rate: float) -> AsyncLimiter:
    # A bucket lets its burst through on top of its rate: it may take a third of what the rate leaves of the limit, for
    # what arrives unevenly needs the rest.
    room = rate / adaptive_rate.SHARE_OF_LIMIT - rate
    burst = min(BURST, 1 + int(room * _SHARE_OF_ROOM))
    return AsyncLimiter(burst, burst / rate)
