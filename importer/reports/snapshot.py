"""How a run stands at one moment, and the words for it: what is done, and what is waited for and why. Pure."""

import math
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from importer.model.deletion import Fate
from importer.model.phone_mask import unnumbered
from importer.model.plain_text import counted, duration, plain
from importer.model.rows import Status

_MANY_FAILED = 0.05
"""The share of the rows done from which on failures are no exception."""
_WOULD_BE = (Status.CREATED, Status.UPDATED, Fate.DELETED, Fate.RESTORED)
_TROUBLE = (Status.FAILED, Status.IN_DOUBT)
_UNAVAILABLE = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """How a run stands at one moment; seconds that are still to come are counted from it."""

    tally: Counter[Any]
    """How many of the rows that were read so far have each status (`Status`, or `Fate` of an undo)."""
    read_all: bool
    """Whether the input has been read to its end, and what comes before sending is done."""
    pending: StrEnum = Status.PENDING
    """The status of rows without an outcome."""
    noun: str = "row"
    in_flight: int = 0
    """Requests in flight."""
    per_second: float = 0.0
    """Requests per second, in the last seconds."""
    rows_per_request: float = 1.0
    """How many rows a request brought to their outcome so far; 0.0: none yet."""
    rows_per_second: float = 0.0
    """Rows per second so far, of a run that makes no requests for most of them; 0.0: of any other."""
    limit: float = 0.0
    """Requests per second that are allowed; 0.0: no limit."""
    sends: bool = True
    """Whether anything is sent at all; else what concerns sending is not shown."""
    is_rehearsal: bool = False
    """Whether nothing goes to the account itself."""
    elapsed_seconds: float = 0.0
    held_seconds: float = 0.0
    """How long sending is still paused; 0.0: it is not."""
    held_status: int = 0
    """The HTTP status that paused it."""
    probe_seconds: float | None = None
    """When the service is tried again that does not serve; None: it does."""
    give_up_seconds: float = 0.0
    """When the run ends if it still does not."""
    outage_status: int = 0
    """The HTTP status that it answers with; 0: it does not answer."""
    outage_reason: str = ""
    doubtful: int = 0
    """Rows that wait until the service can be asked whether they arrived."""
    doubtful_seconds: float = 0.0
    """When the first of them is asked about."""
    doubt: str = ""
    """What left them in doubt in this run; empty: an earlier run that was cut off."""
    next_seconds: float = 0.0
    """When the next of the rows has its turn that wait for it, whatever they wait for."""
    last_seconds: float = 0.0
    """When the last of them has it."""
    failure: str = ""
    """The reason of the first row that failed with the commonest code."""
    failure_count: int = 0
    """Rows that failed with that code."""
    is_stopping: bool = False
    is_asking: bool = False
    """Whether the account is asked what it has, before anything is sent."""
    asking: str = ""
    """What is asked before the first row; empty: the rows are worked on."""

    @property
    def read(self) -> int:
        """How many rows were read so far."""
        return self.tally.total()

    @property
    def done(self) -> int:
        """How many of them have what they are to get: their final status, if anything is sent."""
        return self.read - (self.tally[self.pending] if self.sends else 0)

    @property
    def is_well(self) -> bool:
        """Whether nothing is waited for, and failures are rare."""
        failed = sum(self.tally[status] for status in _TROUBLE)
        return not (self.read_all and waits(self)) and failed <= self.done * _MANY_FAILED


def clock_line(one: Snapshot) -> str:
    """Return the line whose parts keep their places: percent, time elapsed and left, and rows; in ASCII."""
    is_known = one.read_all and one.sends
    percent = f"{one.done * 100 // max(one.read, 1):>3} %" if is_known else ""
    left = seconds_left(one)
    ahead = f"  left {'-' if left is None else clock_time(math.ceil(left)):<7}" if is_known else ""
    return f"{percent:5}  elapsed {clock_time(one.elapsed_seconds):<7}{ahead}  {rows_text(one)}"


def rows_text(one: Snapshot) -> str:
    """Return how many rows are done, or have been read."""
    rows = counted(one.read, one.noun)
    return f"{one.done:,} of {rows}" if one.read_all else f"{rows} read"


def status_counts(one: Snapshot) -> tuple[str, ...]:
    """Return a fact for every status that has rows, in ASCII."""
    return tuple(f"{count:,} {_word(status, one)}" for status, count in _in_order(one) if count)


def request_pace(one: Snapshot) -> tuple[str, ...]:
    """Return how requests leave, in ASCII; nothing where none does."""
    limit = f" of {one.limit:g}" if one.limit else ""
    is_busy = bool(one.in_flight) or (one.sends and one.read_all and one.done < one.read)
    is_told = is_busy and not (one.rows_per_second and one.per_second < 1)
    rate = [f"{one.per_second:.0f}{limit} requests/s"] if is_told else []
    return (*rate, *([f"{one.in_flight} in flight"] if one.in_flight else []))


def waits(one: Snapshot) -> tuple[str, ...]:
    """Return sentences on what is waited for, and why; none while nothing is."""
    if one.is_stopping:
        return (f"stopping: {counted(one.in_flight, 'request')} under way",) if one.in_flight else ()
    said = []
    if one.probe_seconds is not None:
        said.append(
            outage_text(
                probe_seconds=one.probe_seconds,
                give_up_seconds=one.give_up_seconds,
                status=one.outage_status,
                reason=one.outage_reason,
            )
        )
    elif one.held_seconds > 0 and one.held_status:
        why = "503, Callbell asks for patience" if one.held_status == _UNAVAILABLE else f"{one.held_status}"
        said.append(f"{why}: waiting {_soon(one.held_seconds)}")
    elif one.held_seconds > 0:
        said.append(f"waiting {_soon(one.held_seconds)}")
    if not one.read_all and (one.is_asking or (one.sends and one.in_flight)):
        said.append("asking Callbell what it has already, before anything is sent")
    if one.doubtful:
        said.append(_doubtful(one))
    if not said and _is_idle(one):  # before a contact is made again, say, or asked for a second time
        said.append(_idle(one))
    return tuple(said)


def _is_idle(one: Snapshot) -> bool:
    """Tell whether rows are left and no request leaves, though the limit allows some each second."""
    is_slow = 0 < one.limit < 1
    return one.sends and one.read_all and one.done < one.read and not (one.in_flight or one.per_second or is_slow)


def outage_text(*, probe_seconds: float, give_up_seconds: float, status: int, reason: str) -> str:
    """Return a sentence on a service that does not serve, without its full stop.

    Args:
        probe_seconds: Until it is tried again.
        give_up_seconds: Until the run ends if it still does not.
        status: The HTTP status that it answers with; 0: it does not answer.
        reason: What it or the network says.

    """
    soon = f"next try in {_soon(probe_seconds)}, giving up in {_about(give_up_seconds)}"
    return f"Callbell {_trouble(status, reason)}, {soon}"


def failure_text(one: Snapshot) -> str:
    """Return how many rows failed with the commonest code, and the reason of the first; empty while none did."""
    if not one.failure_count:
        return ""
    example = ", such as" if one.failure_count > 1 else ""  # the reasons of one code differ in the values they name
    return f"{one.failure_count:,} failed{example}: {plain(one.failure)}"


def log_line(one: Snapshot) -> str:
    """Return all of it as a line of a log, where no whole phone number belongs; in ASCII but for others' words."""
    left = seconds_left(one)
    percent = [f"{one.done * 100 // max(one.read, 1)} %"] if one.read_all and one.sends else []
    ahead = [f"{duration(math.ceil(left))} left"] if left else []
    why = [unnumbered(failure_text(one))] if one.failure_count else []
    elapsed = [f"{duration(one.elapsed_seconds)} elapsed"] if one.elapsed_seconds else []
    said = (*percent, *status_counts(one), *request_pace(one), *elapsed, *ahead, *why, *waits(one))
    return " | ".join([rows_text(one), *said])


def seconds_left(one: Snapshot) -> float | None:
    """Return how long the rest will take, or None if it is not known yet."""
    rows_per_second = one.rows_per_second or one.per_second * one.rows_per_request
    if not one.read_all or not one.sends or one.is_stopping:
        return None
    if one.done >= one.read:
        return 0.0
    if one.probe_seconds is not None:
        return None
    if rows_per_second <= 0:
        return (one.last_seconds or None) if _is_idle(one) else None
    sending = one.held_seconds + (one.read - one.done) / rows_per_second
    return max(sending, one.last_seconds)


def clock_time(seconds: float) -> str:
    """Return the time as a clock shows it, such as `0:07` or `2:05:00`."""
    hours, minutes, rest = int(seconds) // 3600, int(seconds) // 60 % 60, int(seconds) % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _in_order(one: Snapshot) -> list[tuple[StrEnum, int]]:
    statuses: list[StrEnum] = [*Status, *(fate for fate in Fate if fate.value not in set(Status))]
    return [(status, one.tally[status]) for status in statuses if status != one.pending]


def _word(status: StrEnum, one: Snapshot) -> str:
    would = "would be " if one.is_rehearsal and status in _WOULD_BE else ""
    return would + status.value.replace("_", " ")


def _trouble(status: int, reason: str) -> str:
    said = plain(reason)
    if status:
        return f"answers with an error ({status}{f', {said}' if said else ''})"
    return f"does not answer ({said})" if said else "does not answer"


def _doubtful(one: Snapshot) -> str:
    rows = "1 row is" if one.doubtful == 1 else f"{one.doubtful:,} rows are"
    since = f"after no clear answer ({plain(one.doubt)})" if one.doubt else "since the last run was cut off"
    return f"{rows} in doubt {since}: Callbell is asked {_in(one.doubtful_seconds)}"


def _idle(one: Snapshot) -> str:
    """Return that rows wait, and how long."""
    left = one.read - one.done
    said = f"{counted(left, one.noun)} {'waits' if left == 1 else 'wait'}, so that nobody is made twice"
    return f"{said}: Callbell is asked {_in(one.next_seconds)}" if one.next_seconds else said


def _in(seconds: float) -> str:
    return f"in {_soon(seconds)}" if seconds > 0 else "now"


def _soon(seconds: float) -> str:
    return duration(max(1, math.ceil(seconds)))


def _about(seconds: float) -> str:
    minutes = math.floor(seconds / 60)
    return duration(minutes * 60).replace(" 0 s", "") if minutes else _soon(seconds)
