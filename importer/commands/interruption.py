"""What the stop signals do to a command: end it in good order at the first, at once at the second."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator
from typing import Protocol

from importer.commands.exit_status import interrupted
from importer.model.stop import Stop
from importer.system.stop_signals import install_stop_handlers


class Stoppable(Protocol):
    """What a signal needs of a worker pool."""

    def stop(self, reason: Stop) -> None:
        """Send nothing more, and wait for what is in flight."""

    def hurry(self) -> None:
        """Wait no longer."""


class Interruption:
    """The stop signals that came so far. Until there is a pool, a signal cancels the task that listens.

    Args:
        hurries: Whether nothing in flight is waited for at the first signal already.

    """

    def __init__(self, *, hurries: bool = False) -> None:
        self.signalled: signal.Signals | None = None
        self.pool: Stoppable | None = None
        self._hurries = hurries
        self._task: asyncio.Task[object] | None = None

    def interrupt(self, number: signal.Signals) -> None:
        """Take note of a signal and stop the pool."""
        if self.pool:
            self.pool.stop(interrupted(number))
            if self._hurries or self.signalled is not None:
                self.pool.hurry()
        elif self._task:
            self._task.cancel()
        self.signalled = self.signalled or number

    @contextlib.contextmanager
    def by_signals(self) -> Iterator[None]:
        """Let the stop signals interrupt this task, for as long as the block runs."""
        self._task = asyncio.current_task()
        with install_stop_handlers(asyncio.get_running_loop(), self.interrupt):
            yield
