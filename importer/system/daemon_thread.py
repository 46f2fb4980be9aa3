"""Blocking calls on threads that nobody has to wait for: neither the event loop nor the process's end."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

ValueT = TypeVar("ValueT")


async def in_daemon_thread(call: Callable[[], ValueT]) -> ValueT:
    """Return what a blocking call returns, or raise what it raises.

    If it is waited for no longer, it goes on until it ends or the process does. `asyncio.to_thread` would keep the
    process until the call ends: its threads are waited for.
    """
    return await asyncio.wrap_future(start_daemon_thread(call))


def start_daemon_thread(call: Callable[[], ValueT]) -> Future[ValueT]:
    """Begin a blocking call, and return the future of what it returns or raises, which cannot be cancelled."""
    future: Future[ValueT] = Future()
    future.set_running_or_notify_cancel()

    def run() -> None:
        try:
            value = call()
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            future.set_exception(error)
        else:
            future.set_result(value)

    threading.Thread(target=run, name="daemon call", daemon=True).start()
    return future
