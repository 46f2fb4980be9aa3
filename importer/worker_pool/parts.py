"""What a worker pool is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic

from importer.model.protocols import Clock, RequestLimiter, Service, WorkJournal
from importer.model.stop import Stop
from importer.worker_pool.operation import Operation, OutcomeT, RecordedT, StepT


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolParts(Generic[StepT, OutcomeT, RecordedT]):
    """What a pool works with."""

    operation: Operation[StepT, OutcomeT, RecordedT]
    service: Service
    journal: WorkJournal[RecordedT]
    rate_limiter: RequestLimiter
    clock: Clock
    jitter: Callable[[], float]
    """Returns a number from 0.0 to 1.0."""
    rate: float
    """Requests per second that the account allows, 0.0 for no limit: how many rows to claim at a time."""
    longest_outage_seconds: float
    """A service that does not answer for longer ends the run."""
    too_many_failures: Callable[[Mapping[Any, int]], Stop | None] = lambda _done: None
    """Told after each row how many got which status in this run."""
