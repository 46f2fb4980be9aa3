"""A service that keeps the pace: requests beside a worker pool go through the same rate limiter."""

import asyncio
from collections.abc import Callable

from importer.model.protocols import RequestLimiter, Service
from importer.model.replies import Reply
from importer.model.requests import Request


class PacedService(Service):
    """Makes each request when the rate limiter lets it leave.

    Args:
        service: That answers.
        limiter: The pool's; while the pool runs, only the pool may use it.
        jitter: Returns a number from 0.0 to 1.0.

    """

    def __init__(self, service: Service, limiter: RequestLimiter, jitter: Callable[[], float]) -> None:
        self._service = service
        self._limiter = limiter
        self._jitter = jitter
        self._turn = asyncio.Lock()  # `acquire` is for one caller at a time

    async def send(self, request: Request) -> Reply:
        """Make one request in its turn."""
        async with self._turn:
            await self._limiter.acquire()
        loop, reply = asyncio.get_running_loop(), None
        started = loop.time()
        try:
            reply = await self._service.send(request)
        finally:
            self._limiter.release(reply, loop.time() - started, self._jitter())
        return reply
