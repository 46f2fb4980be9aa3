"""The process: which signals end it, and its standard streams, which may be closed, full, or read by nobody.

It imports nothing heavy, so that `--version` is answered at once.
"""

import contextlib
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TextIO

from importer import __version__
from importer.model.errors import StorageError
from importer.model.plain_text import plain_lines, wrapped_text
from importer.system.shell import as_typed
from importer.system.terminal import line_width

_ENDS_SILENTLY = ("SIGTERM", "SIGHUP", "SIGBREAK")
"""Signals that end a process, where the system has them; SIGINT is a KeyboardInterrupt already."""
INTERRUPTED_TEXT = "Interrupted. The same command goes on."
VERSION = f"callbell-importer {__version__}"


class Terminated(KeyboardInterrupt):
    """The process was told to end."""


@contextlib.contextmanager
def raised_when_told_to_end() -> Iterator[None]:
    """Raise `Terminated` in the block for a signal that would end the process; event loops have handlers of their own.

    A signal that was ignored before stays ignored, as `nohup` wants. Outside the main thread nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in _ENDS_SILENTLY if hasattr(signal, name)]
    changed = [one for one in numbers if signal.getsignal(one) is signal.SIG_DFL]
    for number in changed:
        signal.signal(number, terminate)
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, signal.SIG_DFL)


def terminate(_number: int, _frame: FrameType | None) -> None:
    """Raise `Terminated`, as the handler of a signal."""
    raise Terminated


def interrupted_exit_code(error: KeyboardInterrupt) -> int:
    """Return the exit code of an interruption: 130 for Ctrl-C, 143 for any other signal."""
    return 143 if isinstance(error, Terminated) else 130


def open_missing_streams() -> None:
    """Open the standard streams that were closed by whoever started this process, on the null device."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115 - stays open


def is_terminal() -> bool:
    """Tell whether a person can be asked: both questions and answers need a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def say(text: str) -> None:
    """Write to standard error; an error there is ignored, because there is nobody left to tell."""
    try:
        safe = plain_lines(as_typed(text))  # names of files are in it, which may hold terminal escapes
        sys.stderr.write(f"{wrapped_text(safe, line_width(sys.stderr))}\n")
        sys.stderr.flush()
    except OSError:
        _detach(sys.stderr)


def put_out(text: str) -> None:
    """Write to standard output, in UTF-8 whatever the system's default; its reader may stop early.

    Raises:
        StorageError: It cannot be written, because the disk is full for instance.

    """
    try:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _detach(sys.stdout)
    except OSError as error:
        _detach(sys.stdout)
        raise StorageError(f"Standard output cannot be written: {error.strerror}.", code="output_unwritable") from error


def _detach(stream: TextIO) -> None:
    """Send what is left in the stream to the null device: Python would fail once more on it when it ends."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
