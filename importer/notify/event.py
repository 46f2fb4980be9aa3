"""Which events the ending of a run is, from its summary alone. Pure.

| the run | event |
|---|---|
| could not begin, was stopped, or told to end (143): an exit code other than 0, 1 and 130 | failure |
| exit code 1, and rows failed, are in doubt or were not sent | failure |
| something is degraded | degraded |
| some problems are new since the last run | new |
| exit code 1 and none of these: the problems were there before | known |
| exit code 0 and none of these | success |
| a person interrupted it (exit code 130), or answered that nothing is to be sent: who is there knows | none |

Several may come together; the worst stands first.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from importer.model.rows import Status
from importer.model.runs import NO_PROBLEMS

_FINISHED, _NEEDS_PERSON, _INTERRUPTED = 0, 1, 130
_DECLINED = "declined"
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
    code, error = summary.get("exit_code"), summary.get("error")
    is_declined = isinstance(error, Mapping) and error.get("code") == _DECLINED
    if code == _INTERRUPTED or is_declined:
        return ()
    holds = {
        Event.FAILURE: code not in (_FINISHED, _NEEDS_PERSON)
        or (code == _NEEDS_PERSON and unsettled_rows(summary) > 0),
        Event.DEGRADED: bool(summary.get("degraded")),
        Event.NEW: code != _FINISHED and new_problems(summary) > 0,
    }
    found = tuple(event for event, is_so in holds.items() if is_so)
    return found or ((Event.SUCCESS,) if code == _FINISHED else (Event.KNOWN,))


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
