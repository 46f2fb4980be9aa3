"""Blocking calls that nobody has to wait for."""

import asyncio
import threading

import pytest

from importer.system.daemon_thread import in_daemon_thread


async def test_it_returns_what_the_call_returns() -> None:
    """As if it had been called here."""
    assert await in_daemon_thread(lambda: 7) == 7


async def test_it_raises_what_the_call_raises() -> None:
    """The same exception."""

    def fail() -> None:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        await in_daemon_thread(fail)


def test_neither_loop_nor_process_waits_for_it() -> None:
    """The call goes on alone, and its end disturbs nobody."""
    go_on = threading.Event()

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(in_daemon_thread(lambda: go_on.wait(10)), 0.01)

    asyncio.run(give_up())
    (thread,) = [one for one in threading.enumerate() if one.name == "daemon call"]
    assert thread.daemon
    go_on.set()
    thread.join(10)
    assert not thread.is_alive()
