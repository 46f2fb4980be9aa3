"""A service that is waited for: questions before the first row outlast an outage, as the worker pool's requests do."""

import asyncio
from functools import partial

from importer.model.errors import ServiceError
from importer.model.protocols import Service
from importer.model.replies import Arrival, Reply
from importer.model.requests import WHO_AM_I, Request
from importer.model.stop import CHECK_NETWORK, Stop
from importer.worker_pool.circuit_breaker import TOKEN_REFUSED, Outage, is_served

_HINT = f"{CHECK_NETWORK}, then run the same command again: nothing was sent."
_RATE_LIMITED = 429
"""Says when to ask again; who asks heeds that."""


class PatientService(Service):
    """Asks again what was not answered, once the service answers; requests that change something pass as they are.

    Args:
        service: That answers; requests may be made at the same time.
        outage: How long it is waited for, and what a display shows of it; None: that no connection comes about is told
            at once.

    """

    def __init__(self, service: Service, outage: Outage | None) -> None:
        self._service = service
        self._outage = outage
        self._turn = asyncio.Lock()
        self._recoveries = 0
        self._ended: ServiceError | None = None

    async def send(self, request: Request) -> Reply:
        """Make a request, and if the service does not serve it, once more when it answers again.

        Raises:
            ServiceError: It does not answer for too long, or refuses the token; so does each request after that.

        """
        recoveries = self._recoveries
        reply = await self._service.send(request)
        began_at = asyncio.get_running_loop().time() - reply.silent_seconds
        if request.is_change or is_served(reply) or reply.fatal or reply.http_status == _RATE_LIMITED:
            return reply
        if self._outage is None:
            if reply.arrival is Arrival.NEVER:
                raise _unreachable(reply)
            return reply
        async with self._turn:
            if self._ended:
                raise self._ended
            if recoveries == self._recoveries:  # else it answers again by now
                await self._wait(self._outage, reply, began_at)
        return await self._service.send(request)

    async def _wait(self, outage: Outage, reply: Reply, began_at: float) -> None:
        outage.last_failure = reply
        reason = await outage.wait_until_closed(partial(self._service.send, WHO_AM_I), began_at)
        if reason is not None:
            self._ended = _unreachable(outage.last_probe or reply, reason)
            raise self._ended
        self._recoveries += 1


def _unreachable(reply: Reply, reason: Stop | None = None) -> ServiceError:
    """Return the error that names what failed, and why it is waited for no longer."""
    if reason is TOKEN_REFUSED:
        return ServiceError(reason.message, reason.hint, code=reason.code)
    failed = reply.no_connection or f"Callbell does not answer ({reply.message})."
    if reason is None:
        return ServiceError(failed, _HINT)
    return ServiceError(f"{failed} {reason.message}", _HINT, code=reason.code)
