"""The counters: where rows stand."""

from importer.model.rows import Status
from importer.worker_pool.counters import Counters


def test_pending_are_those_without_an_outcome() -> None:
    """What was decided without a request keeps its status; what is given back stays pending."""
    counters = Counters(pending=Status.PENDING)
    counters.enqueued.update({Status.PENDING: 5, Status.INVALID: 2})
    counters.done.update({Status.CREATED: 2, Status.PENDING: 1})
    assert counters.tally() == {Status.PENDING: 3, Status.INVALID: 2, Status.CREATED: 2}
