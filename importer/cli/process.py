"""The process: where it begins and how it ends, and its standard streams, which may be closed, full, or read by nobody.

It imports nothing heavy, so that `--version` is answered at once.
"""

import contextlib
import gc
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TextIO

from importer import __version__
from importer.model.errors import StorageError, error_json
from importer.model.plain_text import plain_lines, wrapped_text
from importer.system import standalone
from importer.system.shell import as_typed, importer_name
from importer.system.terminal import line_width

_ENDS_SILENTLY = ("SIGTERM", "SIGHUP", "SIGBREAK")
"""Signals that end a process, where the system has them; SIGINT is a KeyboardInterrupt already."""
INTERRUPTED_TEXT = "Interrupted. The same command goes on."
VERSION = f"callbell-importer {__version__}"


class Terminated(KeyboardInterrupt):
    """The process was told to end."""


def main() -> None:
    """Run the command line."""
    open_missing_streams()
    if sys.argv[1:] == ["--version"]:
        put_out(f"{VERSION}\n")
        sys.exit(0)
    if standalone.is_standalone():
        standalone.find_certificates(os.environ)
    # Collect garbage less often: neither imports nor rows leave much. Measured on 2026-11-23, 2 cores, limit off, in
    # pairs, with a full collection and gc.freeze() before the first row besides: 2,620 to 3,548, 1,690 to 2,852 and
    # 1,821 to 2,739 rows/s.
    gc.set_threshold(50_000, 20, 50)
    try:
        with raised_when_told_to_end():
            _imported_app()(prog_name=importer_name())
    finally:
        # From here on Ctrl-C ends the process without a word. Nothing is left to be put in order, and Python's own
        # handler would raise KeyboardInterrupt where nobody catches it.
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.SIG_DFL)


def _imported_app() -> Callable[..., object]:
    """Return the command line; an interruption while it is imported ends the process as it would later."""
    try:
        from importer.cli.command_line import app  # noqa: PLC0415 - typer takes longer than all of --version
    except KeyboardInterrupt as error:
        exit_code = interrupted_exit_code(error)
        say(INTERRUPTED_TEXT)
        if "--json" in sys.argv:
            import json  # noqa: PLC0415 - nearly never

            told = error_json(exit_code, message=INTERRUPTED_TEXT)
            put_out(json.dumps({"command": None, "exit_code": exit_code, "error": told}, indent=2) + "\n")
        sys.exit(exit_code)
    return app


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
