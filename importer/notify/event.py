"""Which events the ending of a run is, from its summary alone. Pure.

| the run | events |
|---|---|
| exit code 0 | success |
| exit code 1: rows failed, are in doubt or were not sent | failure |
| exit code 1: something is degraded | degraded |
| exit code 1: some problems are new since the last run | new |
| exit code 1: none of these, so the problems were there before | known |
| exit code 130: a person interrupted it, who is there and knows | none |
| any other exit code: it could not begin, was stopped, or told to end (143) | failure |

Several of the events of exit code 1 may come together; the worst stands first.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from importer.model.rows import Status
from importer.model.runs import NO_PROBLEMS

_FINISHED, _NEEDS_PERSON, _INTERRUPTED = 0, 1, 130
_UNSETTLED = (Status.FAILED, Status.IN_DOUBT, Status.UNSENT)


class Event(StrEnum):
    """What can be told of a run."""

    FAILURE = "failure"
    DEGRADED = "degraded"
    NEW = "new"
    KNOWN = "known"
    """Problems, and none of them is new."""
    SUCCESS = "success"


IN_FORCE: Final = (Event.FAILURE, Event.DEGRADED, Event.NEW)
"""The events that are told where nobody says which."""


def events_of(summary: Mapping[str, object]) -> tuple[Event, ...]:
    """Return the events of a run that ended, the worst first.

    Args:
        summary: The object that `--json` prints; where nothing ran: `command`, `exit_code` and `error`.

    """
    code = summary.get("exit_code")
    if code in (_FINISHED, _INTERRUPTED):
        return () if code else (Event.SUCCESS,)
    if code != _NEEDS_PERSON:
        return (Event.FAILURE,)
    holds = {
        Event.FAILURE: unsettled_rows(summary) > 0,
        Event.DEGRADED: bool(summary.get("degraded")),
        Event.NEW: new_problems(summary) > 0,
    }
    return tuple(event for event, is_so in holds.items() if is_so) or (Event.KNOWN,)


def unsettled_rows(summary: Mapping[str, object]) -> int:
    """Return how many rows failed, are in doubt, or were not sent."""
    rows = summary.get("rows")
    return sum(rows.get(status, 0) for status in _UNSETTLED) if isinstance(rows, Mapping) else 0


def new_problems(summary: Mapping[str, object]) -> int:
    """Return how many problems are new since the last run; where nobody compared, each one is."""
    return sum(int(group.get("new", group.get("count", 0))) for group in problem_groups(summary))


def problem_groups(summary: Mapping[str, object]) -> Sequence[Mapping[str, int]]:
    """Return the groups of problems that somebody has to do something about."""
    groups = summary.get("problems")
    found = groups if isinstance(groups, list | tuple) else ()
    return [group for group in found if group.get("code") not in NO_PROBLEMS]
