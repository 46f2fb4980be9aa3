"""A command on a terminal of its own, 80 columns wide, whose questions are answered as they come.

It is a process of its own, and on Linux a forked one: see `forked_commands`.
"""

import contextlib
import fcntl
import os
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from tests.support.forked_commands import Forked
from tests.support.paths import ROOT

PATIENCE_SECONDS = 60
_PATIENCE_FOR_INTERRUPT_SECONDS = 2
_CTRL_C = "\x03"
SIGTERM = "SIGTERM"
"""In place of keys: the signal is sent."""
_OWN_TERMINAL = """
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from importer.cli import main
main()
"""
"""Only where the terminal is the process's own is Ctrl-C a signal, and what is typed hidden."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command on a terminal ended."""

    exit_code: int
    shown: str
    """All that the terminal showed."""
    unasked: int
    """How many of the answers nobody asked for."""


def _next_output(terminal: int, interrupt: Callable[[], object] | None) -> bytes:
    """Return what is shown next; who interrupted does it again, as people do.

    The interpreter does not see a signal that comes between a question and its read before the next key.
    """
    while interrupt and not select.select([terminal], [], [], _PATIENCE_FOR_INTERRUPT_SECONDS)[0]:
        interrupt()
    if not select.select([terminal], [], [], PATIENCE_SECONDS)[0]:
        raise AssertionError("it says nothing more, and does not end: maybe it asks what was not expected")
    return os.read(terminal, 4096)


def _started(arguments: Sequence[str], environment: Mapping[str, str], terminal: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-c", _OWN_TERMINAL, *arguments],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=environment,
        start_new_session=True,
    )


def on_a_terminal(
    *arguments: str,
    answers: Sequence[tuple[str, str]],
    environment: Mapping[str, str] | None = None,
    afresh: bool = False,
) -> Ended:
    """Give the command, and answer each question once the words of its end are shown.

    Args:
        arguments: Of the command.
        answers: In the order of the questions, the end of each and the keys.
        environment: Variables besides those that are set.
        afresh: Whether the interpreter is started for it, as it is for people.

    """
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb", **(environment or {})}
    start = Forked if sys.platform == "linux" and not afresh else _started
    with (
        start(arguments, variables, theirs) as process,
        contextlib.ExitStack() as ended,
    ):
        os.close(theirs)
        shown, seen, left = b"", 0, list(answers)
        again: Callable[[], object] | None = None
        ended.callback(process.kill)  # whoever waits for an answer would wait for ever
        with contextlib.suppress(OSError):  # Linux's way to say that the other end is closed
            while block := _next_output(ours, again):
                shown += block
                while left and (place := shown.find(left[0][0].encode(), seen)) >= 0:
                    words, keys = left.pop(0)
                    seen = place + len(words.encode())
                    give = process.terminate if keys == SIGTERM else partial(os.write, ours, keys.encode())
                    give()
                    again = give if keys in (SIGTERM, _CTRL_C) else None
        code = process.wait(PATIENCE_SECONDS)
        ended.pop_all()
    os.close(ours)
    text = shown.decode("utf-8", "replace").replace("\r\n", "\n")
    return Ended(exit_code=code, shown=text, unasked=len(left))
