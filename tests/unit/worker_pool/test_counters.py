"""What a worker pool counts for those who watch it."""

from dataclasses import replace

from importer.model.journal_rows import Pending
from importer.model.replies import Outcome
from importer.model.rows import Contact, Status
from importer.worker_pool.counters import Counters, doubtful
from importer.worker_pool.queue import Job, StepQueue


def failed(code: str, reason: str) -> Outcome:
    """Return the outcome of a row that failed."""
    return Outcome(status=Status.FAILED, code=code, reason=reason)


def test_the_commonest_failure_is_told_with_its_first_reason() -> None:
    """Reasons that differ by a number are one kind, so that memory does not grow with the rows."""
    counters = Counters(pending=Status.PENDING)
    assert counters.commonest_failure() == ("", 0)
    for outcome in (failed("a", "no 1"), failed("b", "no 2"), failed("b", "no 3"), Outcome(status=Status.CREATED)):
        counters.record(outcome)
    assert counters.commonest_failure() == ("no 2", 2)
    assert counters.done == {Status.FAILED: 3, Status.CREATED: 1}


def test_rows_in_doubt_are_told_with_the_time_of_the_first_look_up() -> None:
    """And whether it was this run that sent one."""
    contact = Contact(identifier="34600111222", source="whatsapp", name="Ana")
    row = Pending(seq=1, row=2, contact=contact, in_doubt=True)
    queue: StepQueue[Job[object, Outcome]] = StepQueue()
    queue.schedule(Job(row=row, is_doubtful=True), 90.0)
    queue.schedule(Job(row=row, is_doubtful=True), 80.0)
    queue.schedule(Job(), 5.0)
    found = doubtful(queue.scheduled())
    assert (found.rows, found.due_at, found.are_ours) == (2, 80.0, False)
    assert doubtful([(1.0, Job(row=row, attempts=1, is_doubtful=True))]).are_ours


def test_a_row_that_was_refused_is_in_no_doubt() -> None:
    """It is looked up before it is sent again, and nothing of an earlier run is under way."""
    contact = Contact(identifier="34600111222", source="whatsapp", name="Ana")
    refused = Pending(seq=1, row=2, contact=contact, in_doubt=True, was_refused=True)
    assert not Job[object, Outcome](row=refused).may_have_arrived
    assert Job[object, Outcome](row=replace(refused, was_refused=False)).may_have_arrived
