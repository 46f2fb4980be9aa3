"""Counts of a worker pool: rows per status, requests, the reasons of failures, and rows whose arrival is unknown."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from importer.model.journal_rows import RowOutcome
from importer.model.rows import Status
from importer.worker_pool.queue import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubtful:
    """Rows that wait until the service can be asked whether their requests arrived."""

    rows: int
    due_at: float
    """The loop time at which the first is asked about; 0.0 without any."""
    are_ours: bool
    """Whether this run sent one of them."""


def doubtful(scheduled: Iterable[tuple[float, Job[Any, Any]]]) -> Doubtful:
    """Return the rows in doubt among the scheduled ones."""
    waiting = [(due_at, job) for due_at, job in scheduled if job.is_doubtful]
    due_at = min((due_at for due_at, _ in waiting), default=0.0)
    return Doubtful(rows=len(waiting), due_at=due_at, are_ours=any(job.attempts for _, job in waiting))


def waiting_seconds(scheduled: Iterable[tuple[float, Job[Any, Any]]], loop_time: float) -> tuple[float, float]:
    """Return in how many seconds the first and the last of the scheduled rows are due; 0.0: now, or there are none."""
    due = [due_at - loop_time for due_at, _ in scheduled]
    return max(0.0, min(due, default=0.0)), max(0.0, max(due, default=0.0))


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

    failures: Counter[str] = field(default_factory=Counter)
    """Rows that failed, by the code of their failure."""
    failure_reasons: dict[str, str] = field(default_factory=dict)
    """The reason of the first row with each code."""

    def record(self, outcome: RowOutcome) -> None:
        """Count a row with its outcome."""
        self.done[outcome.status] += 1
        if outcome.status == Status.FAILED:  # or the failed one of another operation: the word is the same
            self.failures[outcome.detail] += 1
            self.failure_reasons.setdefault(outcome.detail, outcome.reason)

    def commonest_failure(self) -> tuple[str, int]:
        """Return the reason for which most rows failed, and how many did; an empty text and 0 without any."""
        for code, count in self.failures.most_common(1):
            return self.failure_reasons[code], count
        return "", 0

    def without_given_back(self) -> Self:
        """Return the counts for another pool that works on the rows that this one gave back."""
        done = Counter({status: count for status, count in self.done.items() if status != self.pending})
        return replace(self, done=done)

    def tally(self) -> Counter[Any]:
        """Return how many of the enqueued rows have each status now."""
        tally = self.enqueued + self.done
        tally[self.pending] -= self.done.total()
        return tally
