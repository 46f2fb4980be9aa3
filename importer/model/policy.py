"""The retry and timeout policy. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Ambiguous(StrEnum):
    """What to do with a row that may or may not have arrived."""

    RECONCILE = "reconcile"
    """Look it up, and send it again if it is surely not there."""
    STRICT = "strict"
    """Look it up, and leave it in doubt if it is not there."""
    RESEND = "resend"
    """Send it again without a look-up: it may then exist twice."""


class Existing(StrEnum):
    """What to do with a contact that the account has already."""

    SKIP = "skip"
    """Ask before each POST, and leave it as it is."""
    UPDATE = "update"
    """Ask before each POST, and PATCH what the sheet changed."""
    CREATE = "create"
    """POST unasked: for accounts where that is known to be safe."""


class OnConflict(StrEnum):
    """Whose value stays where both the sheet and a person in Callbell changed a field."""

    CALLBELL = "callbell"
    SHEET = "sheet"


class FailOn(StrEnum):
    """Which rows that are invalid or in conflict make a run end with exit code 1."""

    ANY = "any"
    NEW = "new"
    """Those that were not so in the last run of the same import."""


class Gone(StrEnum):
    """What to do with a contact that was deleted in Callbell."""

    REPORT = "report"
    RECREATE = "recreate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The retry and timeout policy, and what to do with contacts that are there already."""

    ambiguous: Ambiguous = Ambiguous.RECONCILE
    existing: Existing = Existing.SKIP
    on_conflict: OnConflict = OnConflict.CALLBELL
    gone: Gone = Gone.REPORT
    tags: tuple[str, ...] = ()
    """Those of every row: they say nothing of what is in a row's own cells."""

    most_attempts: int = 6
    """Requests to create one contact before it fails; those refused by the rate limit do not count."""
    most_look_ups: int = 10
    """Unanswered look-ups of one row before it stays in doubt."""
    settle_seconds: float = 90.0
    """How long a row in doubt waits before the service is asked: it may still be working on the request."""
    not_found_gap_seconds: float = 5.0
    """Between the first "not found" and the second one, which is needed before a row is sent again."""
    backoff_cap_seconds: float = 60.0
    longest_hold_seconds: float = 900.0
    """The run ends if the service asks for a longer wait."""
    longest_outage_seconds: float = 1800.0
    """The run ends if the service does not answer for longer."""


def backoff_seconds(number: int, cap_seconds: float, jitter: float) -> float:
    """Return the exponential backoff after the given failure (from 1), with full jitter.

    Source: AWS Architecture Blog, "Exponential Backoff And Jitter": uniform(0, min(cap, 2**number)).
    `jitter` is a number from 0.0 to 1.0.
    """
    return jitter * min(cap_seconds, 2.0 ** min(number, 30))
