"""What the signals that ask a command to stop do."""

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from importer.model.stop import Stop
from importer.system import runtime
from importer.system.stop_signals import Interruption, install_stop_handlers

posix_only = pytest.mark.skipif(
    os.name == "nt", reason="Windows has no signal that a process can send itself for a graceful stop"
)


@posix_only
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
async def test_a_stop_signal_is_told_in_the_loop(name: str) -> None:
    """Each stop signal reaches `on_signal`, and the handler of before is back after the block."""
    number = signal.Signals[name]
    before = signal.getsignal(number)
    told: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()
    with install_stop_handlers(asyncio.get_running_loop(), told.set_result):
        os.kill(os.getpid(), number)
        assert await told == number
    assert signal.getsignal(number) == before


@posix_only
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
async def test_an_ignored_signal_stays_ignored(name: str) -> None:
    """What `nohup` ignores does not stop the run: it gets no handler, before, during and after the block."""
    number = signal.Signals[name]
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with install_stop_handlers(asyncio.get_running_loop(), lambda _: None):
            assert signal.getsignal(number) is signal.SIG_IGN
            handled = {other for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if other != number}
            assert not any(signal.getsignal(other) is signal.SIG_IGN for other in handled)
        assert signal.getsignal(number) is signal.SIG_IGN
    finally:
        signal.signal(number, before)


async def test_windows_hands_signals_to_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the loop has no signal handlers, the interpreter's own call the loop."""
    installed: dict[int, Callable[..., Any]] = {}
    monkeypatch.setattr(runtime, "WINDOWS", True)
    monkeypatch.setattr(signal, "signal", installed.__setitem__)
    told: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()
    with install_stop_handlers(asyncio.get_running_loop(), told.set_result):
        installed[signal.SIGINT](signal.SIGINT, None)
        assert await told == signal.SIGINT
    assert installed[signal.SIGINT] == signal.getsignal(signal.SIGINT)


class Pool:
    """Keeps what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def stop(self, reason: Stop) -> None:
        self.asked.append(reason.message)

    def hurry(self) -> None:
        self.asked.append("hurry")


def test_the_first_signal_stops_the_pool_and_the_second_hurries_it() -> None:
    """The first one is remembered, and its name is told."""
    interruption, pool = Interruption(), Pool()
    interruption.pool = pool
    interruption.interrupt(signal.SIGINT)
    assert pool.asked == ["The run was asked to stop (Ctrl-C)."]
    interruption.interrupt(signal.SIGTERM)
    assert pool.asked[1:] == ["The run was asked to stop (SIGTERM).", "hurry"]
    assert interruption.signalled is signal.SIGINT


def test_a_command_that_sends_nothing_hurries_at_once() -> None:
    """There is nothing in flight to be waited for."""
    interruption, pool = Interruption(hurries=True), Pool()
    interruption.pool = pool
    interruption.interrupt(signal.SIGINT)
    assert pool.asked[-1] == "hurry"


class Heard(Interruption):
    """Tells when a signal has come through the event loop."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = asyncio.Event()

    def interrupt(self, number: signal.Signals) -> None:
        super().interrupt(number)
        self.heard.set()


@posix_only
async def test_a_signal_before_there_is_a_pool_cancels_the_task() -> None:
    """The task learns of it at the next thing it waits for; also after a question that was answered."""
    interruption = Interruption()
    with interruption.by_signals():
        with interruption.by_exception():
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(asyncio.CancelledError):
            await asyncio.Event().wait()
    assert interruption.signalled is signal.SIGTERM


@posix_only
async def test_a_block_that_ctrl_c_ends_by_itself_is_not_cancelled_besides() -> None:
    """What was opened before can be closed, though closing waits for something."""
    interruption, closed = Heard(), []

    async def question() -> None:
        try:
            with interruption.by_exception():
                os.kill(os.getpid(), signal.SIGINT)
                raise KeyboardInterrupt
        finally:
            await interruption.heard.wait()
            closed.append(True)

    with interruption.by_signals(), pytest.raises(KeyboardInterrupt):
        await question()
    assert closed
