"""What to do while the service is down: send nothing, and ask it a question that changes nothing until it answers."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from importer.model.replies import Reply
from importer.model.stop import Stop
from importer.worker_pool.circuit_breaker import Circuit, after_reply, after_retry, serves, wait_seconds
from importer.worker_pool.stop_decision import out_of_reach, token_refused


class Outage:
    """Keeps the circuit, and waits for the service while it is open.

    Args:
        ask_me: GET /auth/me.
        longest_seconds: After which the run ends.

    """

    def __init__(self, ask_me: Callable[[], Awaitable[Reply]], longest_seconds: float) -> None:
        self._ask_me = ask_me
        self._longest_seconds = longest_seconds
        self._circuit = Circuit()
        self.asks_again_at = 0.0
        """The loop time at which a service that is down will be asked again; 0.0: it is not known to be down."""

    @property
    def is_on(self) -> bool:
        """Whether nothing is to be sent now."""
        return self._circuit.is_open

    def heard(self, reply: Reply) -> None:
        """Take note of a reply."""
        self._circuit = after_reply(self._circuit, reply)

    def retries(self) -> None:
        """Take note of a row that is to be sent again."""
        self._circuit = after_retry(self._circuit)

    async def token_is_good(self) -> bool:
        """Ask whether the token is accepted; no answer at all is no proof against it."""
        return not _refuses_token(await self._ask_me())

    async def over(self) -> Stop | None:
        """Wait until the service answers, asking ever more seldom; return why the run has to end, if it has to."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        for number in itertools.count(1):
            self.asks_again_at = loop.time() + wait_seconds(number)
            await asyncio.sleep(wait_seconds(number))
            reply = await self._ask_me()
            if _refuses_token(reply):
                return token_refused()
            if serves(reply):
                break
            if (elapsed_seconds := loop.time() - started) >= self._longest_seconds:
                return out_of_reach(elapsed_seconds)
        self._circuit, self.asks_again_at = Circuit(), 0.0
        return None


def _refuses_token(reply: Reply) -> bool:
    return reply.http_status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
