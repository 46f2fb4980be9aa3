"""What a pool did so far, for the display, the summary and the exit code."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(slots=True, kw_only=True)
class Counters:
    """Counts of rows and requests; the keys are the operation's statuses (`Status`, or `Fate` of an undo)."""

    pending: StrEnum
    """The status of rows without an outcome."""
    enqueued: Counter[Any] = field(default_factory=Counter)
    """Rows as the journal has enqueued them: pending, or decided without a request."""
    done: Counter[Any] = field(default_factory=Counter)
    """Rows per outcome that the pool recorded."""
    retried: int = 0
    """Requests that may change something and were made again."""
    throttled: int = 0
    """Requests that the rate limit turned away."""

    def tally(self) -> Counter[Any]:
        """Return how many of the enqueued rows have each status now."""
        tally = self.enqueued + self.done
        tally[self.pending] -= self.done.total()
        return tally
