"""Commands that import nothing when they start: each is forked from a process that has imported the importer.

A command takes a second of a core to start, nearly all of it for imports. The process that forks has no threads, which
a fork would lose, and a terminal, so that Python makes its standard streams as those of a terminal.
"""

import atexit
import fcntl
import gc
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Self

import importer
from importer.cli import main
from tests.support import no_gap
from tests.support.paths import ROOT

_PATIENCE_SECONDS = 60.0


class Forked:
    """A command on a terminal, in the folder where the test stands: what is needed of `subprocess.Popen`.

    Args:
        arguments: Of the command.
        environment: All of its variables.
        terminal: The descriptor.

    """

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], terminal: int) -> None:
        job = {"arguments": [*arguments], "environment": {**environment}, "folder": os.getcwd()}  # noqa: PTH109 - a text
        self._forking = _forking()
        socket.send_fds(self._forking, [b"\0"], [terminal])
        self._forking.sendall(json.dumps(job).encode() + b"\n")
        self._pid = _number(self._forking)
        self._exit_code: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.wait()

    def terminate(self) -> None:
        """Send SIGTERM."""
        os.kill(self._pid, signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        os.kill(self._pid, signal.SIGKILL)

    def wait(self, _seconds: float = _PATIENCE_SECONDS) -> int:
        """Return the exit code once the command has ended; of a signal, its number below zero."""
        if self._exit_code is None:
            self._exit_code = _number(self._forking)
        return self._exit_code


@cache
def _forking() -> socket.socket:
    """Start the process that forks, and return the connection to it; it ends when that is closed."""
    ours, theirs = socket.socketpair()
    ours.settimeout(_PATIENCE_SECONDS)
    its_terminal, terminal = os.openpty()
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "tests.support.forked_commands", f"{theirs.fileno()}"],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        pass_fds=[theirs.fileno()],
        cwd=ROOT,
        start_new_session=True,
    )

    def end() -> None:
        ours.close()
        process.wait()
        os.close(its_terminal)

    atexit.register(end)
    os.close(terminal)
    theirs.close()
    return ours


def _number(connection: socket.socket) -> int:
    """Return the next number: a line."""
    return int(b"".join(iter(lambda: connection.recv(1), b"\n")))


def _fork_for_each(connection: socket.socket) -> None:
    """Fork for each job, tell the process and how it ended; return in the forked processes alone."""
    while True:
        _, terminals, _, _ = socket.recv_fds(connection, 1, 1)
        if not terminals:
            sys.exit()
        job = json.loads(b"".join(iter(lambda: connection.recv(1), b"\n")))
        if not (pid := os.fork()):
            connection.close()
            _become(job["arguments"], job["environment"], job["folder"], terminals[0])
            return
        os.close(terminals[0])
        connection.sendall(f"{pid}\n".encode())
        connection.sendall(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n".encode())


def _become(arguments: list[str], environment: dict[str, str], folder: str, terminal: int) -> None:
    """Let this process be as the command's own would be before its first line."""
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    for stream in (0, 1, 2):
        os.dup2(terminal, stream)
    os.close(terminal)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    sys.argv[1:] = arguments


if __name__ == "__main__":
    sys.argv[0] = "-c"  # as a command that is started by itself has it
    for _module in pkgutil.walk_packages(importer.__path__, "importer."):
        if not _module.name.endswith("__main__"):
            import_module(_module.name)
    for _place in no_gap.MODULES:
        setattr(_place, "Policy", no_gap.POLICY)  # noqa: B010 - mypy lets no class be assigned to
    gc.freeze()
    _fork_for_each(socket.socket(fileno=int(sys.argv[1])))
    main()
