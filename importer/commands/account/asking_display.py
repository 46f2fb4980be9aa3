"""What a person sees while the account is asked before the first row: that it is asked, and what is waited for."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from importer.commands.context import CommandContext
from importer.commands.live_display import in_background
from importer.model.plain_text import duration
from importer.model.replies import Arrival, Reply
from importer.reports.progress import LINE_EVERY_SECONDS, choose_progress, is_live
from importer.reports.snapshot import Snapshot, outage_text
from importer.system.logs import LOG
from importer.worker_pool.circuit_breaker import Outage

_SHOW_SECONDS = 0.25
_NOT_SHOWN_SECONDS = 1.0
"""Most accounts have answered by then, and nobody is shown what is gone at once."""
_ASKING = "asking Callbell which teams, channels and users the account has"


async def _no_probe() -> Reply:
    return Reply(arrival=Arrival.NEVER)


def outage_before_rows(context: CommandContext) -> Outage | None:
    """Return how long the service is waited for before the first row; None: on a terminal it is told at once."""
    if context.stream.isatty():
        return None
    return Outage(_no_probe, context.settings.service.max_outage_seconds)


@asynccontextmanager
async def asking_account(context: CommandContext, outage: Outage | None) -> AsyncIterator[None]:
    """Show for the time of a block that the account is asked, and what is waited for.

    Args:
        context: With where it is shown.
        outage: Of the service that is asked; None: it is not waited for.

    """
    async with in_background(_show_live(context) if outage is None else _tell_waits(context, outage)):
        yield


async def _show_live(context: CommandContext) -> None:
    """Keep a line up to date on a terminal, once it takes longer; it is gone afterwards."""
    started = time.monotonic()
    await asyncio.sleep(_NOT_SHOWN_SECONDS)
    if not is_live(context.stream, context.environment):
        context.tell(f"{_ASKING[:1].upper()}{_ASKING[1:]}.")
        return
    progress = choose_progress(
        context.stream, context.environment, time.monotonic, quiet=context.is_quiet, is_transient=True
    )
    with progress:
        while True:
            seconds = time.monotonic() - started
            progress.update(Snapshot(tally=Counter(), read_all=False, asking=_ASKING, elapsed_seconds=seconds))
            await asyncio.sleep(_SHOW_SECONDS)


async def _tell_waits(context: CommandContext, outage: Outage) -> None:
    """Write a line when the service does not answer, one every 30 s after that, and one at the end if it answers."""
    loop, began, due_at = asyncio.get_running_loop(), 0.0, 0.0
    try:
        while True:
            await asyncio.sleep(_SHOW_SECONDS)
            if outage.gives_up_at and (now := loop.time()) >= due_at:
                began, due_at = began or now, now + LINE_EVERY_SECONDS
                _say(context, f"{_outage_text(outage, now)}.")
    finally:
        if began and not outage.gives_up_at:
            _say(context, f"Callbell answers again, after {duration(loop.time() - began)}.")


def _outage_text(outage: Outage, loop_time: float) -> str:
    failed = outage.last_probe or outage.last_failure
    return outage_text(
        probe_seconds=max(0.0, outage.next_probe_at - loop_time),
        give_up_seconds=max(0.0, outage.gives_up_at - loop_time),
        status=(failed.http_status or 0) if failed else 0,
        reason=failed.message if failed else "",
    )


def _say(context: CommandContext, text: str) -> None:
    if LOG.hasHandlers():  # else Python writes it to standard error itself, where a quiet night says nothing
        LOG.warning("%s", text)
    context.tell(text)
