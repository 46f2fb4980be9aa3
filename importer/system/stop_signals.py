"""Signals that ask a run to stop, on Windows and elsewhere."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

from importer.system import platform


@contextlib.contextmanager
def install_stop_handlers(
    loop: asyncio.AbstractEventLoop, on_signal: Callable[[signal.Signals], object]
) -> Iterator[None]:
    """Call `on_signal` in the loop when the person or the system asks to stop, for as long as the block runs.

    A signal that was ignored before stays so: `nohup` means what it says. Only for the main thread.
    """
    install = _install_windows if platform.WINDOWS else _install_posix
    before = {number: signal.getsignal(number) for number in _stop_signals()}
    heeded = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    try:
        for number in heeded:
            install(loop, number, on_signal)
        yield
    finally:
        for number in heeded:
            if not platform.WINDOWS:
                loop.remove_signal_handler(number)
            signal.signal(number, before[number] or signal.SIG_DFL)


@contextlib.contextmanager
def silent_end() -> Iterator[None]:
    """Let Ctrl-C end the process without a word once the block is over: nothing is left to be put in order.

    While the interpreter ends, Python's own handler would raise KeyboardInterrupt where nobody catches it.
    """
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.SIG_DFL)


def _stop_signals() -> list[signal.Signals]:
    """Return those of the stop signals that this system has."""
    names = ("SIGINT", "SIGTERM", "SIGBREAK") if platform.WINDOWS else ("SIGINT", "SIGTERM", "SIGHUP")
    return [signal.Signals(getattr(signal, name)) for name in names if hasattr(signal, name)]


def _install_posix(
    loop: asyncio.AbstractEventLoop, number: signal.Signals, on_signal: Callable[[signal.Signals], object]
) -> None:
    loop.add_signal_handler(number, on_signal, number)


def _install_windows(
    loop: asyncio.AbstractEventLoop, number: signal.Signals, on_signal: Callable[[signal.Signals], object]
) -> None:
    """Windows' event loops have no `add_signal_handler`."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(on_signal, number)

    signal.signal(number, handle)
