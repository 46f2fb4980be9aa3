"""The live display of a worker pool: how its run stands now, shown until it ends."""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, Self

from importer.commands.context import CommandContext
from importer.commands.exit_status import out_of_time
from importer.reports.progress import Snapshot, choose_progress
from importer.worker_pool.pool import WorkerPool
from importer.worker_pool.rate_limiter import RateLimiter

_SHOW_SECONDS = 0.25


async def show_pool(context: CommandContext, pool: WorkerPool[Any, Any], limiter: RateLimiter) -> None:
    """Keep the display up to date until cancelled, and once more then; stop a run that takes too long."""
    loop, run = asyncio.get_running_loop(), context.settings.run
    seconds, started = run.max_duration_seconds, loop.time()
    is_trial = run.sandbox or run.dry_run
    with choose_progress(context.stream, context.environment, time.monotonic, quiet=context.is_quiet) as progress:
        try:
            while True:
                progress.update(snapshot(pool, limiter, loop.time(), is_rehearsal=is_trial))
                await asyncio.sleep(_SHOW_SECONDS)
                if seconds and loop.time() >= started + seconds:
                    pool.stop(out_of_time(seconds))
        finally:
            progress.update(snapshot(pool, limiter, loop.time(), is_rehearsal=is_trial))


def snapshot(
    pool: WorkerPool[Any, Any], limiter: RateLimiter, loop_time: float, *, is_rehearsal: bool = False
) -> Snapshot:
    """Return how the run stands now."""
    return Snapshot(
        is_rehearsal=is_rehearsal,
        tally=pool.counters.tally(),
        read_all=pool.input_is_over,
        in_flight=limiter.in_flight,
        per_second=limiter.recent_rate(loop_time),
        limit=limiter.limit,
        held_seconds=max(limiter.paused_seconds(loop_time), pool.outage.next_probe_at - loop_time, 0.0),
    )


class PoolDisplay:
    """The live display of a pool for the time of a block, which a question can have taken away meanwhile."""

    def __init__(self, context: CommandContext, pool: WorkerPool[Any, Any], limiter: RateLimiter) -> None:
        self._show = partial(show_pool, context, pool, limiter)
        self._shown = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._shown.enter_async_context(in_background(self._show()))
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self._shown.aclose()

    @asynccontextmanager
    async def hidden(self) -> AsyncIterator[None]:
        """Take the display away for the time of a block."""
        await self.__aexit__()
        yield  # where the block raises, the run ends, and nothing is to be shown
        await self.__aenter__()


@asynccontextmanager
async def in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let a coroutine run until the block ends, which cancels it."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
