"""How long the questions of a run waited for a person: it is no time that the run took."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from importer.model.protocols import Clock
from importer.model.runs import WAITED, RunRecord
from importer.worker_pool.rate_limiter import RateLimiter


@dataclass(slots=True)
class QuestionTime:
    """Sums up how long a run's questions waited."""

    seconds: float = 0.0

    @contextlib.contextmanager
    def counted(self, clock: Clock, limiter: RateLimiter | None = None) -> Iterator[None]:
        """Count the time of the block, in which a person is asked.

        Args:
            clock: Tells the time.
            limiter: Whose requests wait meanwhile; None: none was sent yet.

        """
        began_at = clock.now()
        try:
            yield
        finally:
            seconds = (clock.now() - began_at).total_seconds()
            self.seconds += seconds
            if limiter is not None:
                limiter.leave_out(seconds)

    def noted(self, record: RunRecord) -> RunRecord:
        """Return the run as the journal keeps it: with the time, if somebody was asked."""
        if not self.seconds:
            return record
        return replace(record, options={**record.options, WAITED: round(self.seconds, 3)})
