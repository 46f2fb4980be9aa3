"""How the stand-in behaves, where the documentation leaves it open or a test wants it worse."""

from dataclasses import dataclass, field
from enum import StrEnum

from importer.sandbox.account import DEFAULT_ACCOUNT, AccountSetup
from importer.sandbox.faults import Faults


class Duplicates(StrEnum):
    """What a POST does for a contact that is there already: the three answers that the documentation leaves open."""

    SECOND = "second"
    """Makes a second contact."""
    REFUSE = "refuse"
    """Refuses with 422."""
    RETURN = "return"
    """Answers 200 with the one that is there, unchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxOptions:
    """Everything about a stand-in that can be chosen."""

    account: AccountSetup = DEFAULT_ACCOUNT
    rate_limit: int = 300
    """Requests per second and token, in a strict sliding window; 0: no limit."""
    count_refused: bool = False
    """Whether requests answered with 429 count against the limit too."""
    retry_after: bool = False
    """Whether a 429 for the rate says `Retry-After`; the documentation does not promise it."""
    duplicates: Duplicates = Duplicates.SECOND
    """The unkindest is the default: a contact that is sent twice is there twice, and no mistake is hidden."""
    latency_seconds: float = 0.0
    """How long every answer is on its way back; what was asked has happened before."""
    visible_after_seconds: float = 0.0
    """How long a look-up by phone number cannot see a new contact yet; `math.inf`: never."""
    faults: Faults = field(default_factory=Faults)
