"""Which events the ending of a run is, from its summary alone. Pure.

| the run | event |
|---|---|
| could not begin, was stopped, or told to end (143): an exit code other than 0, 1 and 130 | failure |
| exit code 1, and rows failed, are in doubt or were not sent | failure |
| something is degraded | degraded |
| some problems are new since the last run | new |
| exit code 0 or 1, problems and none of these: they were there before | known |
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
    code = summary.get("exit_code")
    if code == _INTERRUPTED or is_declined(summary):
        return ()
    holds = {
        Event.FAILURE: code not in (_FINISHED, _NEEDS_PERSON)
        or (code == _NEEDS_PERSON and unsettled_rows(summary) > 0),
        Event.DEGRADED: bool(summary.get("degraded")),
        Event.NEW: code != _FINISHED and new_problems(summary) > 0,
    }
    found = tuple(event for event, is_so in holds.items() if is_so)
    is_well = code == _FINISHED and not problem_groups(summary)
    return found or ((Event.SUCCESS,) if is_well else (Event.KNOWN,))


def is_declined(summary: Mapping[str, object]) -> bool:
    """Tell whether a person answered that nothing is to be sent."""
    return table(summary, "error").get("code") == _DECLINED


def unsettled_rows(summary: Mapping[str, object]) -> int:
    """Return how many rows failed, are in doubt, or were not sent."""
    rows = table(summary, "rows")
    return sum(whole_number(rows.get(status)) for status in _UNSETTLED)


def new_problems(summary: Mapping[str, object]) -> int:
    """Return how many problems are new since the last run; where nobody compared, each one is."""
    return sum(whole_number(group.get("new", group.get("count"))) for group in problem_groups(summary))


def problem_groups(summary: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    """Return the groups of problems that somebody has to do something about."""
    return [group for group in tables(summary, "problems") if str(group.get("code")) not in NO_PROBLEMS]


# A summary is told of whatever its shape: a notice that fails over a missing key is a night that nobody hears of.


def table(summary: Mapping[str, object], key: str) -> Mapping[str, object]:
    """Return the table of a key; an empty one if there is none."""
    found = summary.get(key)
    return found if isinstance(found, Mapping) else {}


def tables(summary: Mapping[str, object], key: str) -> Sequence[Mapping[str, object]]:
    """Return the tables in the list of a key; none if there is no such list."""
    found = summary.get(key)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list | tuple) else []


def whole_number(value: object) -> int:
    """Return a whole number as it is, and 0 for all else."""
    return value if isinstance(value, int) else 0
