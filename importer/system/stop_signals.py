"""Signals that ask a command to stop, on Windows and elsewhere: gracefully at the first, at once at the second."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Protocol

from importer.model.stop import Stop
from importer.system import runtime


class Stoppable(Protocol):
    """What a signal needs of a worker pool."""

    def stop(self, reason: Stop) -> None:
        """Send nothing more, and wait for what is in flight."""

    def hurry(self) -> None:
        """Wait no longer."""


class Interruption:
    """The stop signals of one command. Until there is a pool, a signal cancels the task that listens.

    Args:
        hurries: Whether nothing in flight is waited for at the first signal already.

    """

    def __init__(self, *, hurries: bool = False) -> None:
        self.signalled: signal.Signals | None = None
        """The first signal that came."""
        self.pool: Stoppable | None = None
        self.hurries = hurries
        self._task: asyncio.Task[object] | None = None

    @contextlib.contextmanager
    def by_signals(self) -> Iterator[None]:
        """Let the stop signals interrupt this task, for as long as the block runs."""
        self._task = asyncio.current_task()
        with install_stop_handlers(asyncio.get_running_loop(), self.interrupt):
            yield

    @contextlib.contextmanager
    def by_exception(self) -> Iterator[None]:
        """Leave Ctrl-C to the block, which ends by a KeyboardInterrupt: the task is not cancelled besides.

        The event loop gets to know of the signal too, but later: when what was opened is being closed.
        """
        task, self._task = self._task, None
        yield
        self._task = task

    def interrupt(self, number: signal.Signals) -> None:
        """Take note of a signal, and stop the pool or cancel the task."""
        if self.pool:
            by = "Ctrl-C" if number is signal.SIGINT else number.name
            self.pool.stop(Stop(message=f"The run was asked to stop ({by}).", hint="", code="interrupted"))
            if self.hurries or self.signalled is not None:
                self.pool.hurry()
        elif self._task:
            self._task.cancel()
        self.signalled = self.signalled or number


@contextlib.contextmanager
def install_stop_handlers(
    loop: asyncio.AbstractEventLoop, on_signal: Callable[[signal.Signals], object]
) -> Iterator[None]:
    """Call `on_signal` in the event loop for each stop signal, while the block runs.

    A signal that was ignored before stays ignored, as `nohup` wants. Only for the main thread.
    """
    before = {number: signal.getsignal(number) for number in stop_signals()}
    handled = [number for number, handler in before.items() if handler is not signal.SIG_IGN]

    def handle(number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(on_signal, signal.Signals(number))

    try:
        for number in handled:
            if runtime.WINDOWS:  # its event loops have no `add_signal_handler`
                signal.signal(number, handle)
            else:
                loop.add_signal_handler(number, on_signal, number)
        yield
    finally:
        for number in handled:
            if not runtime.WINDOWS:
                loop.remove_signal_handler(number)
            signal.signal(number, before[number] or signal.SIG_DFL)


def stop_signals() -> list[signal.Signals]:
    """Return the stop signals that this system has."""
    names = ("SIGINT", "SIGTERM", "SIGBREAK") if runtime.WINDOWS else ("SIGINT", "SIGTERM", "SIGHUP")
    return [signal.Signals(getattr(signal, name)) for name in names if hasattr(signal, name)]
