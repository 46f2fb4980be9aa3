"""What a pool writes: outcomes and attempts to the journal and to the log, and its counters."""

import logging
from dataclasses import dataclass, field
from typing import Generic

from importer.model.journal_rows import Attempted, Pending
from importer.model.phone_mask import masked, unnumbered
from importer.model.protocols import Clock, WorkJournal
from importer.model.replies import Reply
from importer.model.requests import Request
from importer.worker_pool.counters import Counters
from importer.worker_pool.operation import Operation, OutcomeT, RecordedT, StepT

_LOG = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Job(Generic[StepT, OutcomeT]):
    """A row that is worked on; it stands in the queue, or has a request in flight."""

    step: StepT = field(init=False)
    """What is to be requested next."""
    row: Pending | None = None
    """None: a step about no row."""
    attempts: int = 0
    """Requests for it that may have changed something."""
    otherwise: OutcomeT | None = None
    """Its outcome if the token is good, which is to be asked first; None: nothing is to be asked."""


class Recorder(Generic[StepT, OutcomeT, RecordedT]):
    """Records what becomes of rows; the log names them by number, and identifiers by their last digits."""

    def __init__(
        self, operation: Operation[StepT, OutcomeT, RecordedT], journal: WorkJournal[RecordedT], clock: Clock
    ) -> None:
        self._operation = operation
        self._journal = journal
        self._clock = clock
        self.counters = Counters(pending=operation.pending)
        self._is_verbose = _LOG.isEnabledFor(logging.DEBUG)

    def record(self, job: Job[StepT, OutcomeT], outcome: OutcomeT) -> None:
        """Record a row's outcome; nothing for a step about no row."""
        if job.row is None:
            return
        self.counters.done[outcome.status] += 1
        self._journal.record(self._operation.recorded(job.row, outcome, job.attempts, self._clock.now()))
        if self._is_verbose:
            status = "unsent" if outcome.status is self._operation.pending else outcome.status
            _LOG.debug("%s: %s %s", _name(job.row), status, unnumbered(outcome.detail))

    def record_attempt(self, job: Job[StepT, OutcomeT], request: Request, reply: Reply) -> None:
        """Record a request that did not settle its row; nothing for a step about no row."""
        if job.row is None:
            return
        reason = f"{'' if request.is_change else 'look-up: '}{reply.message}"
        at, attempt = self._clock.now(), job.attempts
        self._journal.record_attempt(
            Attempted(seq=job.row.seq, attempt=attempt, at=at, http_status=reply.http_status, reason=reason)
        )
        if self._is_verbose:
            _LOG.debug("%s: attempt %d: %s", _name(job.row), attempt, unnumbered(reason))


def _name(row: Pending) -> str:
    return f"row {row.row} ({masked(row.contact.identifier)})"
