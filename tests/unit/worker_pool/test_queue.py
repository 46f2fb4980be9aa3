"""The queue: what is due goes first, and what waits holds up nothing else; the requests in flight; the counters."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.errors import StorageError
from importer.model.journal_rows import Attempted, Intended, Pending, RecordedOutcome
from importer.model.rows import Contact, Status
from importer.worker_pool.counters import Counters
from importer.worker_pool.queue import AT_ONCE, GOOD_SECONDS, Claims, Job, RequestsInFlight, StepQueue
from tests.support.virtual_time import run

CONTACT = Contact(identifier="34600111222", source="whatsapp", name="Ana")


def popped(queue: StepQueue[str], loop_time: float) -> list[str]:
    """Return all that may leave at a time, in its order."""
    found = []
    while queue.is_ready(loop_time):
        found.append(queue.pop(loop_time))
    return found


def test_fresh_entries_keep_their_order() -> None:
    """The input's."""
    queue: StepQueue[str] = StepQueue()
    for entry in "cab":
        queue.add(entry)
    assert (queue.fresh, queue.due_at) == (3, None)
    assert popped(queue, 0.0) == ["c", "a", "b"]


def test_what_is_due_goes_before_fresh_entries_and_what_is_not_waits() -> None:
    """What follows at once goes before everything, two of one time in the order in which they came."""
    queue: StepQueue[str] = StepQueue()
    queue.add("fresh")
    for entry, due_at in {"later": 9.0, "due": 2.0, "due too": 2.0, "now": AT_ONCE}.items():
        queue.schedule(entry, due_at)
    assert sorted(queue) == ["due", "due too", "fresh", "later", "now"]
    assert popped(queue, 3.0) == ["now", "due", "due too", "fresh"]
    assert queue.due_at == 9.0
    assert popped(queue, 9.0) == ["later"]


def test_an_empty_queue_has_nothing_to_pop() -> None:
    """Nor has one in which everything waits."""
    queue: StepQueue[str] = StepQueue()
    queue.schedule("later", 1.0)
    assert not queue.is_ready(0.5)
    with pytest.raises(IndexError):
        queue.pop(0.5)


@given(st.lists(st.floats(0, 100)), st.integers(0, 5))
def test_nothing_is_lost_or_early(times: list[float], fresh: int) -> None:
    """Scheduled entries come in the order of their due times, whatever the order in which they were scheduled."""
    queue: StepQueue[float] = StepQueue()
    for at in times:
        queue.schedule(at, at)
    for _ in range(fresh):
        queue.add(-1.0)
    found = []
    while queue.is_ready(50.0):
        found.append(queue.pop(50.0))
    assert found == sorted(at for at in times if at <= 50.0) + [-1.0] * fresh
    assert sorted(queue) == sorted(at for at in times if at > 50.0)


class Rows:
    """A journal that has rows, and notes how many were asked for."""

    def __init__(self, rows: int = 0, error: Exception | None = None) -> None:
        self.left = rows
        self.error = error
        self.asked: list[int] = []

    async def claim(self, count: int) -> Sequence[Pending]:
        self.asked.append(count)
        await asyncio.sleep(1.0)
        if self.error:
            raise self.error
        taken = min(count, self.left)
        self.left -= taken
        return [Pending(seq=seq, row=seq, contact=CONTACT) for seq in range(taken)]

    def record(self, recorded: RecordedOutcome[Any]) -> None:
        """Not called."""

    def record_attempt(self, attempted: Attempted | Intended) -> None:
        """Not called."""

    async def checkpoint(self) -> None:
        """Not called."""


class Claiming:
    """Claims, and what they told."""

    def __init__(self, journal: Rows, rate: float) -> None:
        self.begun: list[Pending] = []
        self.ended: list[Exception | None] = []
        self.claims = Claims(journal=journal, rate=rate, begin=self.begun.append, ended=self.ended.append)


@pytest.mark.parametrize(
    ("rate", "count", "most_at_hand"), [(300.0, 30, 75), (100.0, 10, 25), (10.0, 2, 2), (1.0, 2, 0), (0.0, 200, 200)]
)
def test_rows_for_a_tenth_of_a_second_are_claimed_while_few_are_at_hand(
    rate: float, count: int, most_at_hand: int
) -> None:
    """Two at least; few are those of a quarter of a second. Without a rate, 200 of each."""

    async def play() -> None:
        journal = Rows(1000)
        claims = Claiming(journal, rate).claims
        claims.top_up(most_at_hand + 1)
        await claims.wait()
        assert journal.asked == []
        claims.top_up(most_at_hand)
        await claims.wait()
        assert journal.asked == [count]

    run(play())


def test_one_claim_goes_on_at_a_time_until_no_row_is_pending() -> None:
    """It is over when a claim got none, and goes on when more rows come."""

    async def play() -> None:
        journal = Rows(3)
        claiming = Claiming(journal, 20.0)
        claims = claiming.claims
        assert not claims.is_over
        for pending in (2, 3, 3):
            for _ in range(3):
                claims.top_up(0)
                assert not claims.is_over
                await asyncio.sleep(0)
            await claims.wait()
            await asyncio.sleep(0)
            assert len(claiming.begun) == pending
        assert claims.is_over
        claims.top_up(0)
        await claims.wait()
        assert (journal.asked, claiming.ended) == ([2, 2, 2], [None] * 3)
        claims.more()
        assert not claims.is_over
        journal.left = 1
        claims.top_up(0)
        await claims.wait()
        assert (len(claiming.begun), claims.is_over) == (4, False)

    run(play())


def test_rows_that_come_while_none_is_found_are_claimed() -> None:
    """What is enqueued during a claim is not taken for claimed."""

    async def play() -> None:
        claiming = Claiming(Rows(0), 20.0)
        claiming.claims.top_up(0)
        await asyncio.sleep(0.5)
        claiming.claims.more()
        await claiming.claims.wait()
        assert not claiming.claims.is_over

    run(play())


def test_the_error_of_a_claim_is_told() -> None:
    """Whoever waits for the claim does not get it."""

    async def play() -> None:
        full = StorageError("The disk is full.")
        claiming = Claiming(Rows(error=full), 20.0)
        await claiming.claims.wait()
        claiming.claims.top_up(0)
        await claiming.claims.wait()
        await asyncio.sleep(0)
        assert claiming.ended == [full]

    run(play())


def test_a_request_that_ends_just_as_the_waiting_begins_does_no_harm() -> None:
    """Its end is known by then, and not yet noted."""

    async def play() -> None:
        ended: list[Exception | None] = []
        requests = RequestsInFlight(ended.append)
        requests.start(asyncio.sleep(0))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await requests.wait(25.0)
        assert (len(requests), ended) == (0, [None])

    run(play())


@pytest.mark.parametrize(("hurry_after_seconds", "seconds"), [(None, 25.0), (7.0, 7.0)])
def test_waiting_ends_with_the_grace_period_or_at_once(hurry_after_seconds: float | None, seconds: float) -> None:
    """Those that are left are cancelled, and have ended when it returns."""

    async def play() -> None:
        loop, ended = asyncio.get_running_loop(), list[Exception | None]()
        requests = RequestsInFlight(ended.append)
        requests.start(asyncio.sleep(1.0))
        requests.start(asyncio.sleep(1e9))
        if hurry_after_seconds is not None:
            loop.call_later(hurry_after_seconds, requests.give_up)
        await requests.wait(25.0)
        assert loop.time() == pytest.approx(seconds, abs=0.01)
        await asyncio.sleep(0)
        assert (len(requests), ended) == (0, [None, None])

    run(play())


def test_a_defect_is_told() -> None:
    """An exception as itself, and what is no `Exception` as one."""

    class Odd(BaseException):
        """Not an `Exception`."""

    async def fail(error: BaseException) -> None:
        raise error

    async def play() -> None:
        ended: list[Exception | None] = []
        requests = RequestsInFlight(ended.append)
        requests.start(fail(ZeroDivisionError()))
        requests.start(fail(Odd()))
        await requests.wait(25.0)
        await asyncio.sleep(0)
        assert [type(error) for error in ended] == [ZeroDivisionError, RuntimeError]

    run(play())


def test_pending_are_those_without_an_outcome() -> None:
    """What was decided without a request keeps its status; what is given back stays pending."""
    counters = Counters(pending=Status.PENDING)
    counters.enqueued.update({Status.PENDING: 5, Status.INVALID: 2})
    counters.done.update({Status.CREATED: 2, Status.PENDING: 1})
    assert counters.tally() == {Status.PENDING: 3, Status.INVALID: 2, Status.CREATED: 2}


@pytest.mark.parametrize(("seconds", "step"), [(0.0, "patch"), (GOOD_SECONDS, "patch"), (GOOD_SECONDS + 0.1, "get")])
def test_a_step_that_waited_too_long_is_replaced_by_its_question(seconds: float, step: str) -> None:
    """What an answer said may not hold any more: a `Retry-After` or an outage holds up requests for many minutes."""

    async def waited() -> str:
        job: Job[str, Any] = Job()
        job.going_by_answer("get").step = "patch"
        return job.renewed(asyncio.get_running_loop().time() + seconds).step

    assert run(waited()) == step


def test_a_question_is_asked_once_and_what_goes_by_none_is_sent() -> None:
    """Only the step that went by the answer is replaced."""

    async def waited() -> tuple[str, str]:
        job: Job[str, Any] = Job()
        job.going_by_answer("get").step = "patch"
        first = job.renewed(1000.0).step
        job.step = "post"
        return first, job.renewed(2000.0).step

    assert run(waited()) == ("get", "post")
