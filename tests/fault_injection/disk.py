"""The part `disk`: the Nth call to SQLite fails, as on a full, broken, shared or damaged disk."""

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from tests.fault_injection.faults import CALM
from tests.fault_injection.findings import Findings
from tests.fault_injection.scenario import Scenario
from tests.fault_injection.scenario_of_seed import scenario
from tests.fault_injection.undo import UndoScenario, one_of_the_runs

T = TypeVar("T")

MOST_CALLS = 200
UNDO = "undo-"
"""Before the names of the failures in an undo."""
_STORAGE_EXIT = 4
_SEEDS = range(7, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A way in which a call to SQLite fails."""

    code: int
    message: str
    lasts: bool = True
    """Whether all calls fail from then on, but those that undo."""
    commits: bool = False
    """Only commits are counted, and the one that fails has been carried out: nobody can tell."""


FAILURES = {
    "full": Failure(code=sqlite3.SQLITE_FULL, message="database or disk is full"),
    "io": Failure(code=sqlite3.SQLITE_IOERR_WRITE, message="disk I/O error"),
    "busy": Failure(code=sqlite3.SQLITE_BUSY, message="database is locked", lasts=False),
    "corrupt": Failure(code=sqlite3.SQLITE_CORRUPT, message="database disk image is malformed"),
    "committed": Failure(code=sqlite3.SQLITE_IOERR_FSYNC, message="disk I/O error", lasts=False, commits=True),
}


@dataclass(slots=True)
class Disk:
    """Counts the calls, and fails the one that it is told."""

    failure: Failure
    left: int
    has_failed: bool = False

    def around(self, sql: str, call: Callable[[], T]) -> T:
        """Make the call, or fail it."""
        if sql == "ROLLBACK" or (self.failure.commits and sql != "COMMIT"):
            return call()
        self.left -= 1
        if self.left > 0 or (self.left < 0 and not self.failure.lasts):
            return call()
        self.has_failed = True
        if self.failure.commits:
            call()
        error = sqlite3.OperationalError(self.failure.message)
        error.sqlite_errorcode = self.failure.code
        raise error


def fail_everywhere(only: str = "", most: int = MOST_CALLS, step: int = 1) -> Findings:
    """Fail each of the first calls, in each way, and check what comes of it.

    Args:
        only: Those whose name begins so, such as `full` or `undo-busy:17`; empty: all.
        most: Calls.
        step: From one call that fails to the next.

    """
    findings, failed = Findings("disk"), Counter[str]()
    kinds = {f"{prefix}{kind}": failure for prefix in ("", UNDO) for kind, failure in FAILURES.items()}
    for kind, failure in kinds.items():
        for nth in range(1, most + 1, step):
            name = f"{kind}:{nth}"
            if f"{name}:".startswith(f"{only}:" if only else ""):
                disk, seed = Disk(failure, nth), _SEEDS[nth % len(_SEEDS)]
                case = partial(_fail, disk, seed, is_undo=kind.startswith(UNDO))
                findings.add(name, f"disk --only {name}", case)
                failed[kind] += disk.has_failed
    findings.say(f"{failed.total()} calls that failed: " + ", ".join(f"{kind} {failed[kind]}" for kind in kinds))
    return findings


def _fail(disk: Disk, seed: int, *, is_undo: bool) -> Sequence[str]:
    with scenario(seed, stormy=True) as it:
        if not is_undo:
            _command(disk, it, it)
            return it.check()
        it.process(weather=CALM)
        if undo := one_of_the_runs(it):
            _command(disk, it, undo)
        return it.wrong


def _command(disk: Disk, it: Scenario, command: Scenario | UndoScenario) -> None:
    """Give the command on the failing disk, then until all is done."""
    it.around_process = lambda: _failing(disk)
    ended = command.process()
    it.around_process = contextlib.nullcontext
    if disk.has_failed and (ended is None or ended.error is None or ended.exit_code != _STORAGE_EXIT):
        it.wrong.append(f"the disk failed, and the command ended so: {ended}")
    command.finish()


@contextlib.contextmanager
def _failing(disk: Disk) -> Iterator[None]:
    """Put the failing disk under every connection that is made.

    In place of `sqlite3.connect`: no real disk fails on command, and the journal takes its connection from nobody.
    """

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            return disk.around(sql, lambda: sqlite3.Connection.execute(self, sql, *values))

        def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:
            return disk.around(sql, lambda: sqlite3.Connection.executemany(self, sql, *values))

        def executescript(self, sql: str) -> sqlite3.Cursor:
            return disk.around(sql, lambda: sqlite3.Connection.executescript(self, sql))

    connect = sqlite3.connect
    sqlite3.connect = partial(connect, factory=Connection)  # type: ignore[assignment]  # said above
    try:
        yield
    finally:
        sqlite3.connect = connect
