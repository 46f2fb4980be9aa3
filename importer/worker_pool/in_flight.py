"""The requests in flight, each a task of its own."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class RequestsInFlight:
    """Requests that have left and are not followed up yet.

    Args:
        ended: Told when one has ended, with the defect in which it ended, if it did.

    """

    def __init__(self, ended: Callable[[Exception | None], None]) -> None:
        self._ended = ended
        self._tasks: set[asyncio.Task[None]] = set()
        self._hurry = asyncio.Event()

    def __len__(self) -> int:
        """How many there are."""
        return len(self._tasks)

    @property
    def is_hurried(self) -> bool:
        """Whether nobody waits any longer."""
        return self._hurry.is_set()

    def start(self, request: Coroutine[Any, Any, None]) -> None:
        """Let one leave."""
        task = asyncio.create_task(request)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def hurry(self) -> None:
        """Wait no longer."""
        self._hurry.set()

    async def wait(self, grace_seconds: float) -> None:
        """Wait until all have ended, or the grace period has, or `hurry` is called; then cancel those that are left."""
        if not self._tasks:
            return
        requests = frozenset(self._tasks)  # as it is now: one that ends meanwhile takes itself out
        hurry = asyncio.create_task(self._hurry.wait())
        settled = asyncio.create_task(asyncio.wait(requests))
        await asyncio.wait({hurry, settled}, timeout=grace_seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in (hurry, *requests):
            task.cancel()
        await settled

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        defect = None if task.cancelled() else task.exception()
        self._ended(defect if defect is None or isinstance(defect, Exception) else RuntimeError(repr(defect)))
