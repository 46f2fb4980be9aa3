"""The sandbox's behaviour, where the documentation leaves it open or a test wants it worse."""

from dataclasses import dataclass, field
from enum import StrEnum

from importer.sandbox.account import DEFAULT_ACCOUNT, AccountSetup
from importer.sandbox.faults import Faults


class Duplicates(StrEnum):
    """What POST does for a contact that exists: the three behaviours that the documentation leaves open."""

    SECOND = "second"
    """Makes a second contact."""
    REFUSE = "refuse"
    """Refuses with 422."""
    RETURN = "return"
    """Answers 200 with the existing one, unchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxOptions:
    """All options of a sandbox."""

    account: AccountSetup = DEFAULT_ACCOUNT
    rate_limit: int = 300
    """Requests per second and token, in a strict sliding window; 0: no limit."""
    count_refused: bool = False
    """Whether requests answered with 429 count against the limit too."""
    retry_after: bool = False
    """Whether a 429 for the rate says `Retry-After`; the documentation does not promise it."""
    duplicates: Duplicates = Duplicates.SECOND
    """The worst case is the default: a contact that is sent twice exists twice, so that no mistake is hidden."""
    created_status: int = 200
    """Of the answer to a POST that made a contact; 201: then `undo` knows that it did. With 200 nothing proves it."""
    latency_seconds: float = 0.0
    """The delay of every answer; the call was carried out before it."""
    visible_after_seconds: float = 0.0
    """How long a look-up by phone number does not find a new contact; `math.inf`: it never does."""
    faults: Faults = field(default_factory=Faults)
