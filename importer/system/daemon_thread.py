"""Blocking calls on threads that nobody has to wait for: neither the event loop nor the process's end."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

ValueT = TypeVar("ValueT")


async def in_daemon_thread(call: Callable[[], ValueT]) -> ValueT:
    """Return what a blocking call returns, or raise what it raises.

    If it is waited for no longer, it goes on until it ends or the process does. `asyncio.to_thread` would keep the
    process until the call ends: its threads are waited for.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[ValueT] = loop.create_future()

    def settle(act: Callable[[], None]) -> None:
        if not future.done():
            act()

    def run() -> None:
        try:
            value = call()
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            failure = error
            act: Callable[[], None] = lambda: future.set_exception(failure)  # noqa: E731 - one of two
        else:
            act = lambda: future.set_result(value)  # noqa: E731 - the other
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(settle, act)

    threading.Thread(target=run, name="daemon call", daemon=True).start()
    return await future
