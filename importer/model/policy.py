"""The retry and timeout policy. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Ambiguous(StrEnum):
    """What to do with a row of which nobody can say whether it arrived."""

    RECONCILE = "reconcile"
    """Ask the service, and send it again if it is surely not there."""
    STRICT = "strict"
    """Ask the service, and leave it in doubt if it is not there."""
    RESEND = "resend"
    """Send it again without asking: it may be there twice then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The retry and timeout policy."""

    ambiguous: Ambiguous = Ambiguous.RECONCILE

    most_attempts: int = 6
    """Requests to create one contact before it is given up; those that a rate limit turned away do not count."""
    most_look_ups: int = 10
    """Unanswered look-ups of one row before it stays in doubt."""
    settle_seconds: float = 90.0
    """How long a row in doubt waits before the service is asked: it may still be working on the request."""
    not_found_gap_seconds: float = 5.0
    """Between the first "not found" and the second one, which is needed before a row is sent again."""
    backoff_cap_seconds: float = 60.0
    longest_hold_seconds: float = 900.0
    """A service that asks for a longer wait ends the run."""
    longest_outage_seconds: float = 1800.0
    """A service that does not answer for longer ends the run."""
    made_by_us_seconds: float = 5.0
    """How much older than our request a contact may be and still be its result (`Date` has whole seconds)."""


def backoff_seconds(number: int, cap_seconds: float, jitter: float) -> float:
    """Return how long to wait after the given failure (from 1), with full jitter.

    Source: AWS Architecture Blog, "Exponential Backoff And Jitter": uniform(0, min(cap, 2**number)).
    `jitter` is a number from 0.0 to 1.0.
    """
    return jitter * min(cap_seconds, 2.0 ** min(number, 30))
