"""Deliver notices to all receivers at once: each bounded in time, tried again where that helps; a signal ends it."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from importer.system.stop_signals import install_stop_handlers

PAUSES_SECONDS = (1.0, 2.0)
"""Before the second and the third try."""


class DeliveryError(Exception):
    """A notice could not be delivered.

    Args:
        reason: The end of a sentence; no secret is in it.
        again: Whether it surely did not arrive, and may at another try.
        is_unreadable: Whether its secret is in a file that whoever gives the command may not read.

    """

    def __init__(self, reason: str, *, again: bool = False, is_unreadable: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again
        self.is_unreadable = is_unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One notice to one receiver."""

    receiver: str
    """Such as `webhook (hooks.slack.com)`; no secret is in it."""
    deliver: Callable[[], Awaitable[None]]
    """Tries once; raises `DeliveryError`."""
    limit_seconds: float
    """For all tries together."""
    has_retries: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryResult:
    """What became of a notice."""

    receiver: str
    failure: str = ""
    """Why it was not delivered, as the end of a sentence; empty: it was."""
    is_unreadable: bool = False
    """Whether its secret is in a file that whoever gives the command may not read."""


def deliver_all(deliveries: Sequence[Delivery], *, is_at_end: bool = True) -> list[DeliveryResult]:
    """Deliver notices, all at once; return what became of each. Only for the main thread.

    Args:
        deliveries: What is delivered to whom.
        is_at_end: Whether the command has ended: then a stop signal ends the deliveries at once, and the process ends
            as it would have without them. Before, a signal is the command's own: it is interrupted.

    """
    return asyncio.run(_deliver_all(deliveries, is_at_end=is_at_end)) if deliveries else []


async def _deliver_all(deliveries: Sequence[Delivery], *, is_at_end: bool) -> list[DeliveryResult]:
    tasks = [asyncio.create_task(_delivered(one)) for one in deliveries]

    def end(_number: signal.Signals) -> None:
        for task in tasks:
            task.cancel()

    with install_stop_handlers(asyncio.get_running_loop(), end) if is_at_end else contextlib.nullcontext():
        await asyncio.wait(tasks)
    return [
        DeliveryResult(receiver=one.receiver, failure="interrupted") if task.cancelled() else task.result()
        for one, task in zip(deliveries, tasks, strict=True)
    ]


async def _delivered(one: Delivery) -> DeliveryResult:
    """Return what became of a notice."""
    failed = partial(DeliveryResult, receiver=one.receiver)
    try:
        async with asyncio.timeout(one.limit_seconds):
            await _with_retries(one.deliver, PAUSES_SECONDS if one.has_retries else ())
    except TimeoutError:
        return failed(failure=f"not done within {one.limit_seconds:g} s")
    except DeliveryError as error:
        return failed(failure=error.reason, is_unreadable=error.is_unreadable)
    except Exception as error:  # noqa: BLE001 - whatever it is, the run is what it was
        return failed(failure=f"a defect of the importer ({type(error).__name__})")
    return DeliveryResult(receiver=one.receiver)


async def _with_retries(deliver: Callable[[], Awaitable[None]], pauses_seconds: Sequence[float]) -> None:
    """Try, and try again after each pause while that may help."""
    for pause_seconds in pauses_seconds:
        try:
            return await deliver()
        except DeliveryError as error:
            if not error.again:
                raise
        await asyncio.sleep(pause_seconds)
    return await deliver()
