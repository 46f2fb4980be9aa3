"""A machine in virtual time whose power can go: nothing of the process runs on, and what is on its disk stays.

A process is a loop of its own. When the power goes, its folder is copied as the disk has it then (the database with its
write-ahead log, half-written reports), and the next process works in the copy: whatever the dead one's remains still do
while Python takes them apart, they do to a disk that nobody looks at any more.
"""

import asyncio
import contextlib
import gc
import shutil
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextvars import Context
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from tests.support.virtual_time import START, VirtualLoop

T = TypeVar("T")


class PowerCut(BaseException):
    """The process is dead; no `except Exception` may hear of it."""


class MachineLoop(VirtualLoop):
    """A virtual loop with one thread in all, whose power goes at a turn that is said before."""

    def __init__(self, seconds: float, cut: Callable[[], None]) -> None:
        super().__init__()
        self.seconds = seconds
        self.turns_left = -1
        """Turns of the loop before the power goes; -1: it stays."""
        self._cut = cut
        self.is_dead = False

    def _run_once(self) -> None:
        """Make one turn, as asyncio's own loop does, unless the power is gone."""
        if self.turns_left == 0 and not self.is_dead:
            self.cut_power()
        if self.is_dead:
            raise PowerCut
        self.turns_left -= 1
        super()._run_once()  # type: ignore[misc]  # asyncio's own, which the stubs leave out

    def cut_power(self) -> None:
        """Keep the disk as it is now; the loop ends with this turn."""
        self.is_dead = True
        self._cut()

    def call_soon_threadsafe(  # type: ignore[override]  # the stubs name the arguments' types one by one
        self, callback: Callable[..., object], *arguments: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """Call it soon: there is one thread, so nobody sleeps who has to be woken through a socket."""
        return self.call_soon(callback, *arguments, context=context)

    def run_in_executor(  # type: ignore[override]  # the stubs' type variables cannot be named here
        self, _executor: object, call: Callable[..., T], *arguments: Any
    ) -> "asyncio.Future[T]":
        """Do it at once: reading happens in one order with everything else."""
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(call(*arguments))
        except Exception as error:  # noqa: BLE001 - an executor hands every exception on
            done.set_exception(error)
        return done


class Machine:
    """A folder on a disk, and the time: what one process leaves to the next.

    Args:
        folder: Its disk.
        seconds: The time at which it is switched on.

    """

    def __init__(self, folder: Path, seconds: float = 0.0) -> None:
        self._disk = folder
        self._number = 0
        self.folder = folder / "0"
        self.folder.mkdir(parents=True)
        self.seconds = seconds
        self._kept: Path | None = None

    def run(
        self, main: Callable[[MachineLoop], Coroutine[Any, Any, T]], on_cut: Callable[[], None] = lambda: None
    ) -> T | None:
        """Run a process until it ends, or the power is cut.

        Args:
            main: Makes the process's coroutine; it may set the loop's `turns_left`.
            on_cut: Called when the power goes.

        Returns:
            What it returned; None: the power went.

        """

        def cut() -> None:
            on_cut()
            self._keep()

        loop = MachineLoop(self.seconds, cut)
        loop.set_exception_handler(lambda *_: None)  # the remains of dead tasks complain to nobody
        try:
            return loop.run_until_complete(main(loop))
        except PowerCut:
            return None
        finally:
            self.seconds = loop.seconds
            _take_apart(loop)
            self._switch_on_again()

    def now(self) -> datetime:
        """Return the time while no process runs."""
        return START + timedelta(seconds=self.seconds)

    def _keep(self) -> None:
        self._number += 1
        self._kept = self._disk / str(self._number)
        shutil.copytree(self.folder, self._kept, ignore=shutil.ignore_patterns("*-shm"))

    def _switch_on_again(self) -> None:
        if self._kept:
            shutil.rmtree(self.folder)
            self.folder, self._kept = self._kept, None


def _take_apart(loop: MachineLoop) -> None:
    """Close what never ended; whatever it does then, and says of it, is of no interest."""
    with _silence():
        for task in asyncio.all_tasks(loop):
            coroutine = task.get_coro()
            with contextlib.suppress(BaseException):
                if coroutine is not None:
                    coroutine.close()
        if loop.is_dead:
            gc.collect(0)
        loop.close()


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    before = sys.unraisablehook
    sys.unraisablehook = lambda _: None
    try:
        yield
    finally:
        sys.unraisablehook = before
