"""The operation of a dry run: what a run would do with each row, found out by GETs alone. Pure.

    a POST ............ Final(created)
    a PATCH ........... Final(updated), with the fields that it would change
    all else .......... as `import_operation` decides, without waiting

Nothing is changed in the account. A run that follows does just that, as long as nothing changes in between and the
service serves its requests.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from importer.model.journal_rows import Pending
from importer.model.policy import Policy
from importer.model.replies import Outcome, Reply
from importer.model.requests import Request
from importer.model.rows import Contact, Status
from importer.worker_pool.import_operation import ImportDecision, ImportOperation, ImportStep
from importer.worker_pool.operation import Final, SendLater, SendNow
from importer.worker_pool.retry_decision import Post
from importer.worker_pool.update import Patch, updated
from importer.worker_pool.update_outcomes import CHANGED

_WOULD_CHANGE = "A run would change: "
_MOST_SAMPLES = 2
"""Requests of each kind that are kept to be shown."""


class DryRun(ImportOperation):
    """Foretells the outcome of each row; the arguments are those of `ImportOperation`."""

    def __init__(self, policy: Policy, refusal: Callable[[Contact], Outcome | None] = lambda _contact: None) -> None:
        # Rows in doubt are looked up at once: a dry run sends nothing, so it need not wait until that is safe.
        super().__init__(replace(policy, settle_seconds=0.0, not_found_gap_seconds=0.0), refusal)
        self.changes = 0
        """How many requests of a run would change something."""
        self.fields: Counter[str] = Counter()
        """How many contacts each field would be changed of."""
        self.samples: list[Request] = []
        """Some of them, just as they would be made."""

    def first_step(self, row: Pending, now: datetime, run_seconds: float) -> ImportDecision:
        """Return how a run would begin with a row."""
        return self._foretold(super().first_step(row, now, run_seconds))

    def decide(self, step: ImportStep, reply: Reply, jitter: float) -> ImportDecision:
        """Return what follows from the reply to a GET."""
        return self._foretold(super().decide(step, reply, jitter))

    def self_test_step(self) -> ImportStep | None:
        """Return None: nothing is created, so there is nothing to be looked up."""
        return None

    def _foretold(self, decision: ImportDecision) -> ImportDecision:
        """Return the outcome of a row whose next request would change something; any other decision as it is."""
        if not isinstance(decision, SendLater | SendNow):
            return decision
        match decision.step:
            case Post():
                return self._final(decision.step, Outcome(status=Status.CREATED))
            case Patch(merge=merge):
                self.fields.update(merge.change.after.keys())
                told = updated(decision.step)
                return self._final(decision.step, replace(told, reason=told.reason.replace(CHANGED, _WOULD_CHANGE, 1)))
            case _:
                return decision

    def _final(self, step: Post | Patch, outcome: Outcome) -> Final[Outcome]:
        request = self.request(step)
        self.changes += 1
        if sum(one.method == request.method for one in self.samples) < _MOST_SAMPLES:
            self.samples.append(request)
        return Final(outcome=outcome)
