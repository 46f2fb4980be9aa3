"""Rows in doubt in the pool, in virtual time: when they are looked up, and that clocks which are set change nothing."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from importer.model.policy import Ambiguous, Policy
from importer.model.replies import Reply
from importer.model.requests import Request
from importer.model.stop import Stop
from importer.worker_pool.pool import CHECKPOINT_SECONDS, GRACE_SECONDS
from tests.support.pools import NEVER, NO_ANSWER, PoolStage, answer
from tests.support.virtual_time import START, run

SETTLE_SECONDS = 90.0
STOP = Stop(message="enough", hint="go on")
DAY = timedelta(days=1)


@dataclass(slots=True, kw_only=True)
class SetClock:
    """A time of day that somebody sets."""

    step: timedelta
    after_seconds: float

    def now(self) -> datetime:
        seconds = asyncio.get_running_loop().time()
        return START + timedelta(seconds=seconds) + (self.step if seconds >= self.after_seconds else timedelta())


def look_ups(it: PoolStage, seq: int) -> list[float]:
    """Return when a row was looked up."""
    path = f"contacts/phone/34600{seq:06}"
    return [at for at, _, asked in it.service.sent if asked == path]


def posts_of(it: PoolStage) -> Callable[[int], int]:
    """Return what counts a row's POSTs, from now on."""
    seen: list[str] = []
    before = it.service.odd

    def note(number: int, request: Request) -> Reply | Exception | None:
        if request.method == "POST":
            seen.append(request.body)
        return before(number, request)

    it.service.odd = note
    return lambda seq: sum(f"34600{seq:06}" in body for body in seen)


def once_in_doubt(seq: int) -> Callable[[int, Request], Reply | None]:
    """Return what leaves a row's first POST without an answer."""
    doubted: list[Request] = []

    def odd(_number: int, request: Request) -> Reply | None:
        if request.method == "POST" and f"34600{seq:06}" in request.body and not doubted:
            doubted.append(request)
            return NO_ANSWER
        return None

    return odd


@pytest.mark.parametrize("ago", [-DAY, timedelta(), timedelta(seconds=80), DAY])
def test_a_row_of_an_earlier_run_waits_from_the_start_of_this_one(ago: timedelta) -> None:
    """Set forward a day, the settle time would seem to be over; set back, the run would wait a day."""
    it = PoolStage(kind="create", rows=200)
    it.journal.rows[0] = replace(it.journal.rows[0], in_doubt=True, first_sent_at=START - ago)
    posts = posts_of(it)
    run(it.play())
    assert look_ups(it, 1)[0] == pytest.approx(SETTLE_SECONDS, abs=0.1)
    assert posts(1) == 0
    assert it.journal.recorded_at[198] < 2.0, "it holds up no other row"
    assert len(it.journal.statuses()) == 200


def test_rows_in_doubt_that_are_claimed_late_have_waited_already() -> None:
    """The time counts from the start of the run, not from when the row's turn comes."""
    it = PoolStage(kind="create", rows=30, rate=0.2)
    it.journal.rows[29] = replace(it.journal.rows[29], in_doubt=True, first_sent_at=START)
    run(it.play())
    sent = [at for at, _, _ in it.service.sent]
    assert max(later - earlier for earlier, later in itertools.pairwise(sent)) < 15.0
    assert look_ups(it, 30)[0] > SETTLE_SECONDS


@pytest.mark.parametrize("step", [-DAY, DAY])
@pytest.mark.parametrize("after_seconds", [0.5, 50.0])
def test_a_clock_that_is_set_during_a_run_changes_nothing(step: timedelta, after_seconds: float) -> None:
    """A row in doubt is looked up after the settle time, as the event loop counts it."""
    it = PoolStage(kind="create", rows=100)
    it.service.odd = once_in_doubt(2)
    posts = posts_of(it)

    async def play() -> None:
        pool = it.make()
        pool.clock = SetClock(step=step, after_seconds=after_seconds)
        await pool.run()

    run(play())
    (at,) = look_ups(it, 2)
    assert SETTLE_SECONDS <= at <= SETTLE_SECONDS + 1.0
    assert posts(2) == 1
    assert set(it.journal.statuses().values()) == {"created"}


def test_a_row_that_was_refused_before_is_looked_up_before_it_is_sent() -> None:
    """At once, and twice; then it is sent once."""
    it = PoolStage(kind="create", rows=1)
    it.journal.rows[0] = replace(it.journal.rows[0], in_doubt=True, was_refused=True, first_sent_at=START - DAY)
    it.service.odd = lambda _number, request: answer(404) if request.method == "GET" else None
    seconds = run(it.play())
    assert it.service.methods()[:3] == ["GET", "GET", "POST"]
    assert seconds < 10.0 + 3 * Policy().not_found_gap_seconds
    assert it.journal.statuses() == {1: "created"}
    assert it.journal.recorded[0].attempts == 1


def test_the_look_up_is_tested_though_its_sample_comes_after_the_first_doubt() -> None:
    """The first row is in doubt before any was created; the contact that is looked up for it is one made later."""
    it = PoolStage(kind="create", rows=5)
    it.service.odd = once_in_doubt(1)
    run(it.play())
    sampled = [seq for seq in range(2, 6) if look_ups(it, seq)]
    assert len(sampled) == 1
    assert look_ups(it, sampled[0])[0] < SETTLE_SECONDS


def test_a_row_in_doubt_is_not_sent_again_where_the_look_up_turned_out_blind() -> None:
    """Also where the first row of all is the one in doubt."""
    it = PoolStage(kind="create", rows=5)
    doubt = once_in_doubt(1)

    def odd(number: int, request: Request) -> Reply | None:
        return answer(404) if request.path.startswith("contacts/phone") else doubt(number, request)

    it.service.odd = odd
    posts = posts_of(it)
    run(it.play())
    assert posts(1) == 1
    assert it.journal.statuses()[1] == "in_doubt"


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_gateways_error_on_every_look_up_is_never_taken_as_not_there(status: int) -> None:
    """The row stays in doubt, and was sent once."""
    it = PoolStage(kind="create", rows=5, policy=Policy(longest_outage_seconds=1e9))
    doubt = once_in_doubt(2)

    def odd(number: int, request: Request) -> Reply | None:
        return answer(status) if request.path.startswith("contacts/phone/34600000002") else doubt(number, request)

    it.service.odd = odd
    posts = posts_of(it)
    run(it.play())
    assert posts(2) == 1
    assert it.journal.statuses()[2] == "in_doubt"


def test_a_claim_is_awaited_when_the_pool_winds_up() -> None:
    """Its rows are given back: else they would be in flight for ever, and in doubt in the next run."""
    it = PoolStage(kind="create", rows=5)
    it.journal.claim_seconds = 8.0
    seconds = run(it.play(lambda: it.pool.stop(STOP), 1.0))
    assert seconds >= 8.0
    assert it.journal.claimed == set(it.journal.statuses())
    assert it.journal.claimed == {1, 2, 3, 4, 5}
    assert set(it.journal.statuses().values()) == {"pending"}
    assert it.service.sent == []


def test_a_row_that_is_to_be_sent_again_unasked_is_given_back_in_doubt() -> None:
    """With `resend` nobody looked: it may be there."""
    it = PoolStage(kind="create", rows=2, policy=Policy(ambiguous=Ambiguous.RESEND))
    it.service.odd = once_in_doubt(2)
    posts = posts_of(it)
    run(it.play(lambda: it.pool.stop(STOP), 0.5))
    assert (posts(2), it.journal.statuses()) == (1, {1: "created", 2: "in_doubt"})


def test_the_first_stop_is_the_one_that_is_told() -> None:
    """An error after a stop by a person, and a stop after an error, change nothing."""
    for first, second in ((STOP, ValueError("later")), (ValueError("first"), STOP)):
        it = PoolStage(kind="create", rows=500)

        def stop(it: PoolStage = it, reasons: tuple[Any, ...] = (first, second)) -> None:
            for reason in reasons:
                it.pool.stop(reason)

        if isinstance(first, Exception):
            with pytest.raises(ValueError, match="first"):
                run(it.play(stop, 0.5))
        else:
            run(it.play(stop, 0.5))
        assert it.pool.stopped is first


def test_a_checkpoint_that_fails_ends_the_run_though_nothing_else_does() -> None:
    """With all rows waiting, only the write-often task meets the error."""
    it, full = PoolStage(kind="create", rows=1), OSError("the disk is full")
    it.service.odd = lambda _number, request: NO_ANSWER if request.method == "POST" else NEVER

    async def play() -> float:
        pool, loop = it.make(), asyncio.get_running_loop()
        loop.call_later(10.0, lambda: it.journal.fails.update(checkpoint=full))
        with pytest.raises(OSError, match="disk is full"):
            await pool.run()
        return loop.time()

    assert run(play()) == pytest.approx(10.0, abs=2 * CHECKPOINT_SECONDS)


def test_the_constants_are_as_documented() -> None:
    """A stop waits 25 s for what is in flight, and an outcome a tenth of a second for the disk."""
    assert (GRACE_SECONDS, CHECKPOINT_SECONDS, Policy().settle_seconds) == (25.0, 0.1, SETTLE_SECONDS)
