"""What to do while the service is down: send nothing but GET /auth/me, which changes nothing, until it answers."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable

from importer.model.replies import Reply
from importer.model.stop import Stop
from importer.worker_pool.circuit_breaker import CircuitBreaker, after_reply, after_retry, is_served, probe_wait_seconds
from importer.worker_pool.stop_decision import out_of_reach, refuses_token, token_refused


class Outage:
    """Holds the circuit breaker, and waits for the service while it is open.

    Args:
        probe: Makes GET /auth/me.
        longest_seconds: After which the run ends.

    """

    def __init__(self, probe: Callable[[], Awaitable[Reply]], longest_seconds: float) -> None:
        self._probe = probe
        self._longest_seconds = longest_seconds
        self._breaker = CircuitBreaker()
        self.next_probe_at = 0.0
        """The loop time of the next probe; 0.0 while the circuit breaker is closed."""

    @property
    def is_open(self) -> bool:
        """Whether nothing is to be sent now."""
        return self._breaker.is_open

    def record(self, reply: Reply) -> None:
        """Record a reply."""
        self._breaker = after_reply(self._breaker, reply)

    def record_retry(self) -> None:
        """Record that a row is sent again."""
        self._breaker = after_retry(self._breaker)

    async def wait_until_closed(self) -> Stop | None:
        """Probe the service after longer and longer waits until it answers; return why the run ends, if it does."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        for number in itertools.count(1):
            self.next_probe_at = loop.time() + probe_wait_seconds(number)
            await asyncio.sleep(probe_wait_seconds(number))
            reply = await self._probe()
            if refuses_token(reply):
                return token_refused()
            if is_served(reply):
                break
            if (elapsed_seconds := loop.time() - started) >= self._longest_seconds:
                return out_of_reach(elapsed_seconds)
        self._breaker, self.next_probe_at = CircuitBreaker(), 0.0
        return None
