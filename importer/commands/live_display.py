"""The live display of a worker pool: how its run stands now, shown until it ends."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, Self

from importer.commands.context import CommandContext
from importer.commands.end.exit_status import out_of_time
from importer.reports.progress import Progress, choose_progress
from importer.reports.snapshot import Snapshot
from importer.worker_pool.counters import doubtful, waiting_seconds
from importer.worker_pool.pool import WorkerPool
from importer.worker_pool.rate_limiter import RateLimiter

_SHOW_SECONDS = 0.25


async def show_pool(
    context: CommandContext,
    pool: WorkerPool[Any, Any],
    limiter: RateLimiter,
    *,
    noun: str = "row",
    is_asking: Callable[[], bool] = lambda: False,
    vanishes: Callable[[], bool] = lambda: False,
) -> None:
    """Keep the display up to date until cancelled, and once more then; stop a run of rows that takes too long."""
    loop, run = asyncio.get_running_loop(), context.settings.run
    seconds, started = run.max_duration_seconds if noun == "row" else 0.0, loop.time()
    sending_since = 0.0

    def now() -> Snapshot:
        nonlocal sending_since
        loop_time = loop.time()
        sending_since = sending_since or (loop_time if pool.input_is_over else 0.0)
        is_fast = run.dry_run and loop_time > sending_since > 0
        return replace(
            snapshot(pool, limiter, loop_time),
            noun=noun,
            sends=not run.dry_run or pool.input_is_over,
            is_rehearsal=run.sandbox or run.dry_run,
            elapsed_seconds=loop_time - started,
            rows_per_second=pool.counters.done.total() / (loop_time - sending_since) if is_fast else 0.0,
            is_asking=is_asking(),
        )

    with context_progress(context) as progress:
        try:
            while True:
                progress.update(now())
                await asyncio.sleep(_SHOW_SECONDS)
                if seconds and loop.time() >= started + seconds:
                    pool.stop(out_of_time(seconds))
        finally:
            progress.update(now())
            if vanishes():
                progress.vanish()


def context_progress(context: CommandContext) -> Progress:
    """Return the progress that suits what the command was given."""
    is_log = context.logs_on_stream and not context.settings.run.quiet
    return choose_progress(context.stream, context.environment, time.monotonic, quiet=context.is_quiet, logs=is_log)


def snapshot(pool: WorkerPool[Any, Any], limiter: RateLimiter, loop_time: float) -> Snapshot:
    """Return how the run stands now."""
    outage, counters, waiting = pool.outage, pool.counters, doubtful(pool.queue.scheduled())
    failed, doubt = outage.last_probe or outage.last_failure, outage.last_doubt
    reason, failure_count = counters.commonest_failure()
    next_seconds, last_seconds = waiting_seconds(pool.queue.scheduled(), loop_time)
    return Snapshot(
        tally=counters.tally(),
        pending=counters.pending,
        read_all=pool.input_is_over,
        in_flight=limiter.in_flight,
        per_second=limiter.recent_rate(loop_time),
        rows_per_request=min(1.0, counters.done.total() / limiter.sent) if limiter.sent else 0.0,
        limit=limiter.limit,
        held_seconds=limiter.paused_seconds(loop_time),
        held_status=limiter.paused_by,
        probe_seconds=max(0.0, outage.next_probe_at - loop_time) if outage.gives_up_at else None,
        give_up_seconds=max(0.0, outage.gives_up_at - loop_time),
        outage_status=(failed.http_status or 0) if failed else 0,
        outage_reason=failed.message if failed else "",
        doubtful=waiting.rows,
        doubtful_seconds=max(0.0, waiting.due_at - loop_time),
        doubt=((doubt.message if doubt else "") or "no answer") if waiting.are_ours else "",
        next_seconds=next_seconds,
        last_seconds=last_seconds,
        failure=reason,
        failure_count=failure_count,
        is_stopping=pool.stopped is not None,
    )


class PoolDisplay:
    """The live display of a pool for the time of a block, which a question can have taken away meanwhile."""

    def __init__(self, context: CommandContext, pool: WorkerPool[Any, Any], limiter: RateLimiter) -> None:
        self._is_asking = False
        self._vanishes = False
        self._show = partial(
            show_pool,
            context,
            pool,
            limiter,
            is_asking=lambda: self._is_asking,
            vanishes=lambda: self._vanishes,
        )
        self._shown = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._shown.enter_async_context(in_background(self._show()))
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self._shown.aclose()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Show for the time of a block that the account is asked before anything is sent."""
        self._is_asking = True
        try:
            yield
        finally:
            self._is_asking = False

    @asynccontextmanager
    async def hidden(self) -> AsyncIterator[None]:
        """Take the display away for the time of a block."""
        self._vanishes = True
        await self.__aexit__()
        self._vanishes = False
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
