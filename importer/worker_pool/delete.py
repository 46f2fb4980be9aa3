"""The operation that deletes what a run created: GET, compare, and DELETE only what is as it was sent. Pure."""

from datetime import datetime

from importer.model.deletion import Deletion, Fate
from importer.model.journal_rows import Pending
from importer.model.policy import Policy
from importer.model.replies import Reply
from importer.model.requests import Request, delete_contact, get_contact
from importer.worker_pool.delete_decision import Compare, Delete, after_delete, after_get
from importer.worker_pool.operation import NextStep, SendLater

DeleteStep = Compare | Delete


class DeleteOperation:
    """Deletes the contact of each row, unless it was changed.

    Args:
        policy: The retry and timeout policy.

    """

    pending = Fate.UNSENT

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def first_step(self, row: Pending, now: datetime) -> NextStep[DeleteStep, Deletion]:  # noqa: ARG002 - the protocol's
        """GET it: it may have been changed, or deleted, by anybody."""
        return SendLater(step=Compare(uuid=row.uuid, sent=row.contact))

    def request(self, step: DeleteStep) -> Request:
        """Return the step's GET or DELETE."""
        return get_contact(step.uuid) if isinstance(step, Compare) else delete_contact(step.compare.uuid)

    def decide(self, step: DeleteStep, reply: Reply, jitter: float) -> NextStep[DeleteStep, Deletion]:
        """Return what follows from the reply; `delete_decision` has the table."""
        if isinstance(step, Compare):
            return after_get(reply, step, self._policy, jitter)
        return after_delete(reply, step.compare, self._policy, jitter)

    def self_test_step(self) -> DeleteStep | None:
        """Return None: nothing is tested."""
        return None

    def give_back(self, step: DeleteStep, *, is_in_flight: bool) -> Deletion | None:  # noqa: ARG002 - the protocol's
        """Return None: the journal has it in flight, so the next undo asks how it stands."""
        return None
