"""The circuit breaker (closed, open, half-open probe), and the replies that end the run.

    closed --(20 requests in a row not served, or the retry budget spent)--> open
    open --(1, 2, 4 .. 60 s)--> half-open: one probe, GET /auth/me --(answered)--> closed, --(not answered)--> open

While it is open nothing is sent but the probe, which changes nothing. All decisions are pure; `Outage` applies them.

Sources: Nygard, "Release It!" (the circuit breaker); Google, "Site Reliability Engineering", chapter 21 (a retry budget
of a tenth of the requests).
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from importer.model.plain_text import counted, duration
from importer.model.policy import Policy
from importer.model.replies import Arrival, Reply
from importer.model.stop import CHECK_ADDRESS, CHECK_CLOCK, Stop

MOST_FAILURES = 20
"""Requests in a row that were not served: it is down, not hiccuping."""
_BUDGET = 20.0
_MOST_BUDGET = 100.0
_RETRIES_PER_SERVED = 0.1
_LONGEST_WAIT_SECONDS = 60.0
_LEAST_ANSWER_SECONDS = 5.0
"""A slow answer gets so long, also where the longest outage is over before: a probe that is cut off changes nothing."""
_NO_ANSWER = Reply(arrival=Arrival.UNKNOWN, message="no answer in time")
TOKEN_REFUSED = Stop(
    message="The service refused the token.",
    hint="Take a new token from Callbell's settings, then run the same command again: it goes on.",
    code="token_refused",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitBreaker:
    """What the last replies say of the service."""

    failures: int = 0
    """Requests in a row that were not served."""
    budget: float = _BUDGET
    """Retries that may still be made."""

    @property
    def is_open(self) -> bool:
        """Whether nothing is to be sent before the service has answered a question that changes nothing."""
        return self.failures >= MOST_FAILURES or self.budget < 1.0


def is_served(reply: Reply) -> bool:
    """Return whether the reply is a success for the breaker: any status below 500 except 408 and 429."""
    status = reply.http_status or 0
    return reply.arrival is Arrival.ANSWERED and status < 500 and status not in (408, 429)  # noqa: PLR2004 - HTTP's numbers


def after_reply(circuit: CircuitBreaker, reply: Reply) -> CircuitBreaker:
    """Return the circuit breaker after a reply; a 429 does not change it."""
    if reply.http_status == 429:  # noqa: PLR2004 - HTTP's number
        return circuit
    if is_served(reply):
        return replace(circuit, failures=0, budget=min(_MOST_BUDGET, circuit.budget + _RETRIES_PER_SERVED))
    return replace(circuit, failures=circuit.failures + 1)


def after_retry(circuit: CircuitBreaker) -> CircuitBreaker:
    """Return the circuit after it was decided to send a row again."""
    return replace(circuit, budget=circuit.budget - 1.0)


def probe_wait_seconds(number: int) -> float:
    """Return how long to wait before the service is asked whether it is there, from 1: 1, 2, 4 .. 60 s."""
    return min(_LONGEST_WAIT_SECONDS, 2.0 ** min(number - 1, 10))


def cut_wait_seconds(number: int, left_seconds: float) -> float:
    """Return how long to wait before a probe, from 1, where the run ends after so many seconds: never beyond that."""
    return min(probe_wait_seconds(number), max(0.0, left_seconds))


def stop_for(reply: Reply, policy: Policy) -> Stop | None:
    """Return why the whole run has to end, if the reply says so."""
    if reply.fatal:
        return Stop(
            message=f"Callbell cannot be reached safely: {reply.message}.",
            hint=f"{CHECK_CLOCK}. Then run the same command again: it goes on.",
            code="unreachable",
        )
    wait_seconds = reply.retry_after_seconds or 0.0
    match reply.http_status:
        case 401:
            return TOKEN_REFUSED
        case 404 | 405 | 300 | 301 | 302 | 303 | 304 | 305 | 306 | 307 | 308:
            return Stop(
                message=f"What answers is not Callbell, or not where it should be: status {reply.http_status}.",
                hint=CHECK_ADDRESS,
                code="wrong_address",
            )
        case 429 | 503 if wait_seconds > policy.longest_hold_seconds:
            return Stop(
                message=f"The service asks to wait {wait_seconds / 60:.0f} minutes before the next request.",
                hint="Run the same command again after that: it goes on where it stopped.",
                code="asked_to_wait",
            )
        case _:
            return None


def refuses_token(reply: Reply) -> bool:
    """Tell whether the reply to GET /auth/me refuses the token; no answer at all does not."""
    return reply.http_status in (401, 403)


def _about(seconds: float) -> str:
    return duration(seconds) if seconds < 60 else counted(round(seconds / 60), "minute")  # noqa: PLR2004 - a minute's


class Outage:
    """Holds the circuit breaker; while it is open, makes one half-open probe at a time.

    Args:
        probe: Makes GET /auth/me.
        longest_seconds: After which the run ends.

    """

    def __init__(self, probe: Callable[[], Awaitable[Reply]], longest_seconds: float) -> None:
        self._probe = probe
        self._longest_seconds = longest_seconds
        self._breaker = CircuitBreaker()
        self._answered_at = 0.0
        self._silent_since: float | None = None
        self.next_probe_at = 0.0
        """The loop time of the next probe; 0.0 while the circuit breaker is closed."""
        self.gives_up_at = 0.0
        """The loop time at which the run ends if the service still does not answer; 0.0 while it is closed."""
        self.last_failure: Reply | None = None
        """The last reply to a row's request that was not served; None: there was none."""
        self.last_doubt: Reply | None = None
        """The last of them after which nobody can say whether the request arrived."""
        self.last_probe: Reply | None = None
        """The last probe's reply that was not served; None: the circuit breaker is closed, or no probe was made yet."""

    @property
    def is_open(self) -> bool:
        """Whether nothing is to be sent now."""
        return self._breaker.is_open

    def record(self, reply: Reply, now: float) -> None:
        """Record a reply that came at this loop time; where none came, that it is not waited for any longer."""
        if not is_served(reply):
            self.last_failure = reply
            self.last_doubt = self.last_doubt if reply.arrival is Arrival.NEVER else reply
        self._breaker = after_reply(self._breaker, reply)
        if not self._breaker.failures:
            self._answered_at, self._silent_since = now, None
            return
        began = max(self._answered_at, now - reply.silent_seconds)
        self._silent_since = began if self._silent_since is None else min(self._silent_since, began)

    def record_retry(self) -> None:
        """Record that a row is sent again."""
        self._breaker = after_retry(self._breaker)

    async def wait_until_closed(
        self, probe: Callable[[], Awaitable[Reply]] | None = None, began_at: float | None = None
    ) -> Stop | None:
        """Probe the service after longer and longer waits until it answers; return why the run ends, if it does.

        Args:
            probe: Makes GET /auth/me in another way than usual; None: as usual.
            began_at: The loop time at which the request began that was not answered; None: what was recorded tells.

        """
        loop = asyncio.get_running_loop()
        started = self._silent_since if began_at is None else began_at
        started = loop.time() if started is None else started
        self.gives_up_at = started + self._longest_seconds
        if began_at is not None and began_at < loop.time() and loop.time() >= self.gives_up_at:
            return _out_of_reach(loop.time() - started)  # that request asked it long enough
        for number in itertools.count(1):
            wait_seconds = cut_wait_seconds(number, self.gives_up_at - loop.time())
            self.next_probe_at = loop.time() + wait_seconds
            await asyncio.sleep(wait_seconds)
            reply = await self._answer(probe or self._probe)
            if refuses_token(reply):
                return TOKEN_REFUSED
            if is_served(reply):
                break
            self.last_probe = reply
            if (elapsed_seconds := loop.time() - started) >= self._longest_seconds:
                return _out_of_reach(elapsed_seconds)
        self._breaker, self.last_probe = CircuitBreaker(), None
        self._answered_at, self._silent_since = loop.time(), None
        self.next_probe_at = self.gives_up_at = 0.0
        return None

    async def _answer(self, probe: Callable[[], Awaitable[Reply]]) -> Reply:
        """Return the reply to a probe, which is not waited for beyond the longest outage."""
        least = asyncio.get_running_loop().time() + _LEAST_ANSWER_SECONDS
        try:
            async with asyncio.timeout_at(max(self.gives_up_at, least)):
                return await probe()
        except TimeoutError:
            return _NO_ANSWER


def _out_of_reach(seconds: float) -> Stop:
    return Stop(
        message=f"The service has not answered for {_about(seconds)}.",
        hint="Run the same command again when Callbell answers: it goes on.",
        code="unreachable",
    )
