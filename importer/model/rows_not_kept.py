"""Why the journal has not every row of a past run, and what that means: said where the journal is not known."""

from dataclasses import dataclass
from datetime import datetime

RUNS_WITH_ALL_ROWS = 7
"""The last runs of an account, of which the journal keeps every row."""
RUNS_WITH_OPEN_ROWS, DAYS_WITH_OPEN_ROWS = 30, 30
"""Those of which it keeps what `retry` sends: whichever are more."""
_SETTLED = f"""
of runs before the last {RUNS_WITH_ALL_ROWS}, the journal drops rows that changed nothing in Callbell. A report that is
written now leaves them out; undo and retry do not need them.
"""
_OPEN = f"""
of runs older than {DAYS_WITH_OPEN_ROWS} days, and before the last {RUNS_WITH_OPEN_ROWS}, the journal keeps only rows
that changed something in Callbell, are in doubt or in conflict. retry cannot send the others again.
"""


def counted_only_text(dropped: int, *, is_retry_whole: bool) -> str:
    """Return how many rows are only counted, why, and what cannot be done with them.

    Args:
        dropped: How many rows are not there any more.
        is_retry_whole: Whether all are there that `retry` sends again.

    """
    why = " ".join((_SETTLED if is_retry_whole else _OPEN).split())
    return f"{dropped:,} of its rows {'is' if dropped == 1 else 'are'} only counted now: {why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRows:
    """Which rows of a run the journal has not any more: they are counted only."""

    dropped: int = 0
    is_retry_whole: bool = True
    """Whether all are there that `retry` sends again."""
    forgotten_at: datetime | None = None
    """When the run was purged; None: its rows were dropped because nothing needed them, or all are there."""

    def lines(self) -> list[str]:
        """Return it as a sentence; nothing if all rows are there."""
        if self.forgotten_at:
            when = f"{self.forgotten_at:%Y-%m-%d}"
            lost = f"{self.dropped:,} of its rows {'is' if self.dropped == 1 else 'are'} only counted"
            return [f"The run was forgotten on {when} (purge): {lost}."]
        return [counted_only_text(self.dropped, is_retry_whole=self.is_retry_whole)] if self.dropped else []
