"""How a run ends: the exit code, and the limits that a person set. Pure."""

import signal
from collections.abc import Callable, Mapping
from datetime import timedelta

from importer.model.errors import ImporterError
from importer.model.rows import TO_RETRY, Status
from importer.model.stop import Stop

DEFECT = 70
INTERRUPTED = 130
TERMINATED = 143
_ENOUGH_TO_TELL = 20
"""Rows that must have been tried before a share of failures means anything."""


def exit_code(
    tally: Mapping[Status, int],
    stopped: Stop | Exception | None,
    signalled: signal.Signals | None,
    *,
    conflicts: int = 0,
    new: int | None = None,
    is_degraded: bool = False,
) -> int:
    """Return the exit code of a run.

    Args:
        tally: How many rows have each status.
        stopped: Why the pool stopped before its end, if it did.
        signalled: The signal that asked it to stop, if one did.
        conflicts: How many rows are in conflict: they are in Callbell, and need a person all the same.
        new: How many rows that are invalid or in conflict were not so before, if these alone count; None: all count.
        is_degraded: Whether the run as a whole is not as it should be: too few rows, say.

    """
    if signalled is not None:
        return INTERRUPTED if signalled is signal.SIGINT else TERMINATED
    match stopped:
        case ImporterError():
            return stopped.exit_code
        case Stop():
            return 5
        case _:
            fixable = tally.get(Status.INVALID, 0) + conflicts if new is None else new
            others = sum(tally.get(status, 0) for status in TO_RETRY - {Status.INVALID})
            return int(is_degraded or fixable + others > 0)


def early_end(stopped: Stop | Exception | None) -> tuple[str, str]:
    """Return why a run ended early, and what to do about it; empty texts if it did not."""
    return (stopped.message, stopped.hint) if isinstance(stopped, Stop | ImporterError) else ("", "")


def out_of_time(seconds: float) -> Stop:
    """Return why a run ends that took as long as it may."""
    given = timedelta(seconds=seconds)
    return Stop(
        message=f"The run has taken the time that --max-duration gives it: {given}.", hint="", code="out_of_time"
    )


def failure_limit(most: str) -> Callable[[Mapping[Status, int]], Stop | None]:
    """Return what tells, from the rows done, whether too many failed.

    Args:
        most: `N` rows, or `N%` of the rows done once there are twenty; empty: any number may fail.

    """
    if not most:
        return lambda _done: None
    number = float(most.removesuffix("%"))
    reason = Stop(
        message=f"More rows failed than --max-failures {most} allows.",
        hint="See the reasons in the report, and fix them first.",
        code="too_many_failures",
    )

    def too_many(done: Mapping[Status, int]) -> Stop | None:
        failed, tried = done.get(Status.FAILED, 0), sum(done.values())
        if most.endswith("%"):
            return reason if tried >= _ENOUGH_TO_TELL and failed * 100 > number * tried else None
        return reason if failed > number else None

    return too_many
