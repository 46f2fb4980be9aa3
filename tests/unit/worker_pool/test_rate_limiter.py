"""How fast: the arithmetic, and requests that leave in virtual time."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.replies import Arrival, Reply
from importer.worker_pool.adaptive_rate import SHARE_OF_LIMIT
from importer.worker_pool.circuit_breaker import is_served
from importer.worker_pool.rate_limiter import (
    MOST_IN_FLIGHT,
    MOST_IN_FLIGHT_WITHOUT_LIMIT,
    RateLimiter,
    asked_pause_seconds,
    default_pause_seconds,
    in_flight_needed,
    planned_latency_seconds,
)
from tests.support.virtual_time import run


def answer(status: int, retry_after_seconds: float | None = None) -> Reply:
    """Return a whole response."""
    return Reply(arrival=Arrival.ANSWERED, http_status=status, retry_after_seconds=retry_after_seconds)


GOOD = answer(200)
THROTTLED = answer(429)
NEVER = Reply(arrival=Arrival.NEVER)
UNKNOWN = Reply(arrival=Arrival.UNKNOWN)


@dataclass(slots=True, kw_only=True)
class Traffic:
    """Requests that leave one after the other as the pace lets them, each with a reply after a while."""

    pace: RateLimiter
    reply_to: Callable[[int], Reply | None] = lambda _number: GOOD
    """The reply to a request, by its number from 1; None: it is given up."""
    latency_seconds: Callable[[int], float] = lambda _number: 0.05
    times: list[float] = field(default_factory=list)
    """When each request left."""
    most_in_flight: int = 0

    async def send(self, count: int) -> None:
        """Let so many requests leave, and wait for their replies."""
        async with asyncio.TaskGroup() as under_way:
            for _ in range(count):
                await self.pace.acquire()
                self.times.append(asyncio.get_running_loop().time())
                self.most_in_flight = max(self.most_in_flight, self.pace.in_flight)
                under_way.create_task(self._request(len(self.times)))

    async def _request(self, number: int) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        await asyncio.sleep(self.latency_seconds(number))
        self.pace.release(self.reply_to(number), loop.time() - started, 0.5)

    def gaps(self) -> list[float]:
        """Return the seconds between each request and the next."""
        return [later - earlier for earlier, later in itertools.pairwise(self.times)]


def traffic(rate: float = 300.0, concurrency: int = 0, **more: object) -> Traffic:
    """Return traffic at a rate."""
    return Traffic(pace=RateLimiter(rate=rate, concurrency=concurrency), **more)  # type: ignore[arg-type]  # the fields of Traffic


# The arithmetic


@pytest.mark.parametrize(
    ("rate", "latency_seconds", "needed"), [(300.0, 0.0, 8), (300.0, 0.05, 38), (300.0, 1.5, 908), (0.5, 0.1, 9)]
)
def test_in_flight_is_rate_times_latency_with_head_room(rate: float, latency_seconds: float, needed: int) -> None:
    """As many as leave while one is under way, twice over, and a few more."""
    assert in_flight_needed(rate, latency_seconds) == needed


@given(before=st.floats(0, 100), sample=st.floats(0, 100))
def test_latency_goes_up_at_once_and_down_slowly(before: float, sample: float) -> None:
    """What is planned with is never less than the last sample, and never more than the greater of the two."""
    seen = planned_latency_seconds(before, sample)
    assert sample <= seen <= max(before, sample) + 1e-9


@pytest.mark.parametrize(
    ("reply", "does"),
    [
        (GOOD, True),
        (answer(201), True),
        (answer(404), True),
        (answer(422), True),
        (THROTTLED, False),
        (answer(500), False),
        (answer(503), False),
        (NEVER, False),
        (UNKNOWN, False),
    ],
)
def test_a_service_serves_if_it_lets_a_request_in(reply: Reply, does: bool) -> None:  # noqa: FBT001 - a table of cases
    """A refusal of the row is service; a rate limit, an error and silence are none."""
    assert is_served(reply) is does


@pytest.mark.parametrize(
    ("reply", "jitter", "seconds"),
    [
        (GOOD, 1.0, 0.0),
        (answer(500), 1.0, 0.0),
        (answer(500, 30.0), 1.0, 0.0),
        (answer(503), 1.0, 0.0),
        (NEVER, 1.0, 0.0),
        (THROTTLED, 1.0, 0.0),
        (answer(429, 5.0), 0.0, 5.0),
        (answer(429, 5.0), 1.0, 5.6),
        (answer(503, 5.0), 0.0, 5.0),
        (answer(503, 60.0), 1.0, 61.0),
        (answer(429, 0.0), 0.0, 1.0),
        (answer(429, 0.0), 1.0, 1.2),
        (answer(429, 1.5), 0.0, 1.5),
        (answer(429, 8.0), 1.0, 8.9),
        (answer(429, 8.0), 0.5, 8.45),
        (answer(200, 5.0), 0.0, 0.0),
    ],
)
def test_who_asks_everyone_to_wait_and_for_how_long(reply: Reply, jitter: float, seconds: float) -> None:
    """Only 429 and 503 that say how long ask, and a second is the least."""
    assert asked_pause_seconds(reply, jitter) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("before", "sample", "planned"), [(0.0, 0.05, 0.05), (0.05, 1.0, 1.0), (1.0, 0.0, 0.98), (1.0, 0.5, 0.99)]
)
def test_latency_is_planned_from_the_last_replies(before: float, sample: float, planned: float) -> None:
    """A slow reply counts at once, a quick one with a fiftieth."""
    assert planned_latency_seconds(before, sample) == pytest.approx(planned)


@pytest.mark.parametrize(
    ("strikes", "jitter", "seconds"),
    [(0, 0.0, 1.0), (1, 0.0, 1.0), (1, 1.0, 1.1), (2, 0.0, 2.0), (6, 0.0, 32.0), (7, 0.0, 60.0), (7, 1.0, 66.0)],
)
def test_a_pause_without_a_time_doubles_up_to_a_minute(strikes: int, jitter: float, seconds: float) -> None:
    """With up to a tenth more, so that not everyone who was turned away comes back at once."""
    assert default_pause_seconds(strikes, jitter) == pytest.approx(seconds)


@given(strikes=st.integers(0, 100_000), jitter=st.floats(0, 1))
def test_a_hold_stays_between_one_second_and_about_a_minute(strikes: int, jitter: float) -> None:
    """However often it struck."""
    assert 1.0 <= default_pause_seconds(strikes, jitter) <= 66.0


# The rate


@pytest.mark.parametrize("rate", [1, 2, 5, 10, 20, 34, 50, 300, 1000])
@pytest.mark.parametrize("latency_seconds", [0.0, 0.2])
def test_the_rate_is_kept_and_never_passed(rate: int, latency_seconds: float) -> None:
    """At every rate 97 % of it are used, and no second of any beginning holds more requests than the limit."""
    it = traffic(rate=rate, latency_seconds=lambda _number: latency_seconds)
    count = min(2000, rate * 20)
    run(it.send(count))
    steady = it.times[len(it.times) // 5 :]
    assert (len(steady) - 1) / (steady[-1] - steady[0]) >= (SHARE_OF_LIMIT - 0.005) * rate
    assert all(later - earlier >= 1.0 for earlier, later in zip(it.times, it.times[rate:], strict=False))


def test_a_low_rate_is_kept_from_the_first_second() -> None:
    """Half a request a second leaves every two seconds and a little."""
    it = traffic(rate=0.5)
    run(it.send(10))
    assert it.gaps() == pytest.approx([2 / SHARE_OF_LIMIT] * 9, abs=1e-3)


def test_after_a_pause_there_is_no_burst() -> None:
    """Who sent nothing for a minute has saved nothing up: no second holds more than the limit."""
    it = traffic(rate=50)

    async def with_a_pause() -> None:
        await it.send(100)
        await asyncio.sleep(60)
        await it.send(200)

    run(with_a_pause())
    assert all(later - earlier >= 1.0 for earlier, later in zip(it.times, it.times[50:], strict=False))


@pytest.mark.parametrize(("rate", "at_once"), [(30.0, 1), (100.0, 2), (200.0, 3), (300.0, 4), (1000.0, 4)])
def test_a_burst_takes_a_third_of_what_the_rate_leaves_of_the_limit(rate: float, at_once: int) -> None:
    """Four at most: what arrives unevenly needs the rest."""
    it = traffic(rate=rate)

    async def with_a_pause() -> None:
        await it.send(20)
        await asyncio.sleep(60)
        await it.send(20)

    run(with_a_pause())
    assert it.times.count(it.times[20]) == at_once


def test_without_a_limit_only_the_width_limits() -> None:
    """With the rate off, 64 are in flight, and as many leave as their replies make room for."""
    it = traffic(rate=0.0)
    run(it.send(1000))
    assert it.most_in_flight == MOST_IN_FLIGHT_WITHOUT_LIMIT == 64
    assert it.times[-1] < 1.0


# How many in flight


@pytest.mark.parametrize("latency_seconds", [0.0, 0.05, 0.5, 0.8])
def test_as_many_are_in_flight_as_the_rate_needs(latency_seconds: float) -> None:
    """The pace lets in flight what the rate and the latency ask for, and not much more."""
    it = traffic(latency_seconds=lambda _number: latency_seconds)
    run(it.send(3000))
    assert 291 * latency_seconds <= it.most_in_flight <= in_flight_needed(291, latency_seconds + 0.01)


def test_a_service_that_slows_down_does_not_slow_the_rate() -> None:
    """From the second after a twenty-fold latency on, requests leave as fast as before."""
    it = traffic(latency_seconds=lambda number: 0.05 if number < 1000 else 1.0)
    run(it.send(3000))
    steady = it.times[1500:]
    assert (len(steady) - 1) / (steady[-1] - steady[0]) >= 0.965 * 300


def test_a_very_slow_service_meets_the_most() -> None:
    """More than 512 are never in flight, whatever the latency."""
    it = traffic(latency_seconds=lambda _number: 10.0)
    run(it.send(1200))
    assert it.most_in_flight == MOST_IN_FLIGHT == 512


@pytest.mark.parametrize("rate", [0.0, 300.0])
def test_concurrency_is_the_most(rate: float) -> None:
    """What the person sets is never passed, with a rate and without."""
    it = traffic(rate=rate, concurrency=5, latency_seconds=lambda _number: 1.0)
    run(it.send(50))
    assert it.most_in_flight == 5


# Feeling the way


@pytest.mark.parametrize("reply", [GOOD, answer(422)])
def test_the_first_request_goes_alone(reply: Reply) -> None:
    """Nobody follows before the first reply; then all do."""
    it = traffic(reply_to=lambda _number: reply, latency_seconds=lambda _number: 3.0)
    run(it.send(100))
    assert it.times[1] - it.times[0] >= 3.0
    assert it.times[99] - it.times[1] < 1.0


@pytest.mark.parametrize("reply", [NEVER, UNKNOWN, answer(500), None])
def test_nobody_follows_until_the_service_has_served_one(reply: Reply | None) -> None:
    """While the first ones get nothing, one at a time goes; after the first that is served, all do."""
    it = traffic(reply_to=lambda number: reply if number < 5 else GOOD, latency_seconds=lambda _number: 1.0)
    run(it.send(100))
    assert all(gap >= 1.0 for gap in it.gaps()[:5])
    assert it.times[99] - it.times[5] < 1.0


# Holds


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [(answer(429, 5.0), 5.3), (answer(503, 5.0), 5.3), (answer(429, 0.0), 1.1)],
)
def test_a_hold_is_for_everyone_and_one_feels_the_way(reply: Reply, seconds: float) -> None:
    """For as long as a 429 asks nobody leaves; then one request alone, and after its reply the others."""
    it = traffic(reply_to=lambda number: reply if number == 50 else GOOD)
    run(it.send(600))
    gaps = it.gaps()
    first = max(range(len(gaps)), key=gaps.__getitem__)
    assert it.times[49] + 0.05 + seconds <= it.times[first + 1] <= it.times[49] + 0.05 + seconds + 0.03
    assert gaps[first + 1] >= 0.05
    assert max(gaps[first + 2 :]) < 0.01


def test_a_later_shorter_pause_shortens_nothing() -> None:
    """A second one that is over before the first changes nothing; one that lasts longer counts."""
    it = traffic(
        reply_to=lambda number: {1: answer(429, 10.0), 2: answer(503, 2.0), 3: answer(429, 20.0)}[number],
        latency_seconds=lambda number: 0.1 * number,
    )

    async def pauses() -> None:
        loop = asyncio.get_running_loop()
        for number, left_seconds in ((1, 10.5), (2, 10.4), (3, 20.5)):
            it.pace.in_flight += 1
            await asyncio.sleep(0.1)
            it.pace.release(it.reply_to(number), 0.1 * number, 0.5)
            assert it.pace.paused_seconds(loop.time()) == pytest.approx(left_seconds)

    run(pauses())


def test_a_503_without_a_time_holds_nobody() -> None:
    """An error is about its request; only its row waits."""
    it = traffic(reply_to=lambda number: answer(503) if number == 50 else GOOD)
    run(it.send(600))
    assert max(it.gaps()[1:]) < 0.01


def test_many_429s_of_one_moment_are_one_strike() -> None:
    """A hundred that were in flight together hold for a second, not for a hundred doublings."""
    it = traffic(
        reply_to=lambda number: THROTTLED if 300 <= number < 400 else GOOD, latency_seconds=lambda _number: 0.5
    )
    run(it.send(600))
    held = [gap for gap in it.gaps()[1:] if gap > 0.6]
    assert len(held) == 1
    assert held[0] < 2.1


def test_429s_one_after_the_other_double_the_hold() -> None:
    """Each request that felt the way in vain doubles the wait; the first that is served takes it back to a second."""
    it = traffic(
        reply_to=lambda number: THROTTLED if 50 <= number < 400 or number == 800 else GOOD,
        latency_seconds=lambda _number: 0.0,
    )

    async def some() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(it.send(600), 160)

    run(some())
    held = [gap for gap in it.gaps() if gap > 0.5]
    assert held == pytest.approx([1.05, 2.1, 4.2, 8.4, 16.8, 33.6, 63.0], rel=0.02)
    assert it.pace._strikes > 5


def test_a_429_to_the_very_first_request_pauses_a_second() -> None:
    """Then two; nobody has gone before it."""
    it = traffic(reply_to=lambda number: THROTTLED if number <= 2 else GOOD, latency_seconds=lambda _number: 0.0)
    run(it.send(10))
    assert it.gaps()[:2] == pytest.approx([1.05, 2.1], abs=0.01)


def test_an_accepted_request_ends_the_doubling() -> None:
    """Two waves of 429s that are far apart hold for a second each."""
    waves = {*range(200, 240), *range(8000, 8040)}
    it = traffic(reply_to=lambda number: THROTTLED if number in waves else GOOD, latency_seconds=lambda _number: 0.2)
    run(it.send(9000))
    assert [gap for gap in it.gaps() if gap > 0.5] == pytest.approx([1.1, 1.1], abs=0.15)


def test_a_stray_429_costs_a_few_slots() -> None:
    """One among many holds nobody: three slots are left out."""
    it = traffic(reply_to=lambda number: THROTTLED if number in (50, 400) else GOOD)
    run(it.send(600))
    slot_seconds = 1 / (300 * SHARE_OF_LIMIT)
    assert sorted(it.gaps()[1:])[-2:] == pytest.approx([4 * slot_seconds] * 2, abs=slot_seconds * 0.5)


@pytest.mark.parametrize(("retry_after_seconds", "is_learned"), [(1.0, True), (None, False)])
def test_one_429_on_trial_that_asks_to_wait_lowers_the_rate(
    retry_after_seconds: float | None,
    is_learned: bool,  # noqa: FBT001 - a table of cases
) -> None:
    """Everyone waits anyway; one that asks for nothing may be a stray."""
    replies = {50: answer(429, 1.0), 100: answer(429, retry_after_seconds)}
    it = traffic(reply_to=lambda number: replies.get(number, GOOD))
    run(it.send(150))
    assert (it.pace.learned > 0.0) is is_learned


def test_what_was_learned_is_begun_with() -> None:
    """A run begins at the limit that the one before found out, never above its own, and tells what it found."""
    paces = [RateLimiter(rate=300.0, learned=learned) for learned in (0.0, 100.0, 500.0)]
    assert [round(pace.learned, 9) for pace in paces] == [0.0, 100.0, 0.0]
    it = Traffic(pace=paces[1])
    run(it.send(300))
    assert it.pace.recent_rate(it.times[-1]) == pytest.approx(97.0, rel=0.03)


def test_a_rate_below_the_limit_is_raised_after_half_a_minute() -> None:
    """By 2, 4 and 8 %, two seconds each, and not before."""
    it = Traffic(pace=RateLimiter(rate=100.0, learned=50.0))
    run(it.send(1900))
    before, after = (sum(second <= at < second + 1.0 for at in it.times) for second in (29.0, 34.5))
    assert before == pytest.approx(48.5, abs=1)
    assert after == pytest.approx(48.5 * 1.02 * 1.04 * 1.08, abs=1)


@pytest.mark.parametrize("share", [0.5, 0.58, 0.7, 0.8])
@pytest.mark.parametrize("rate", [2.0, 5.0, 20.0, 50.0])
def test_the_limit_is_kept_while_the_rate_climbs_to_it(rate: float, share: float) -> None:
    """A new rate gives nobody a second turn: what left at the old one counts in the same second."""
    sent = Traffic(pace=RateLimiter(rate=rate, learned=rate * share))
    run(sent.send(int(rate * 180)))
    assert sent.pace.recent_rate(sent.times[-1]) > 0.95 * SHARE_OF_LIMIT * rate
    assert all(later - first >= 1.0 for first, later in zip(sent.times, sent.times[int(rate) :], strict=False))


def test_what_the_service_says_of_its_limit_is_kept_to() -> None:
    """A limit in a reply's headers that is lower than ours is followed at once; without ours nothing is."""
    said = Reply(arrival=Arrival.ANSWERED, http_status=200, limit_per_second=50.0)
    it = traffic(reply_to=lambda _number: said)
    run(it.send(500))
    assert it.pace.recent_rate(it.times[-1]) == pytest.approx(50.0 * SHARE_OF_LIMIT, rel=0.03)
    free = traffic(rate=0.0, reply_to=lambda _number: said)
    run(free.send(500))
    assert free.pace.learned == 0.0
    assert free.times[-1] < 1.0


@pytest.mark.parametrize("rate", [0.0, 300.0])
def test_without_a_rate_429s_hold_all_the_same(rate: float) -> None:
    """With the limit off, each 429 without a time holds a second; there is no rate to learn."""
    it = traffic(rate=rate, reply_to=lambda number: THROTTLED if 100 < number <= 140 else GOOD)
    run(it.send(600))
    assert max(it.gaps()) >= 1.0


def test_a_late_reply_from_before_the_hold_opens_nothing() -> None:
    """A good reply to a request from before the hold does not end the feeling; one that left after it does."""
    it = traffic(reply_to=lambda number: answer(429, 1.0) if number == 50 else GOOD)
    it.latency_seconds = lambda number: 2.5 if it.times[number - 1] > 1.0 else {40: 3.0}.get(number, 0.05)
    run(it.send(200))
    gaps = it.gaps()
    feeler = next(index + 1 for index, gap in enumerate(gaps) if gap > 0.9)
    assert gaps[feeler] >= 2.5


def test_a_late_429_from_before_the_hold_is_no_strike() -> None:
    """A 429 that comes back late holds again, but does not double."""
    it = traffic(
        reply_to=lambda number: answer(429, 1.0) if number in (50, 51) else GOOD,
        latency_seconds=lambda number: 2.0 if number == 51 else 0.05,
    )
    run(it.send(600))
    assert it.pace._strikes == 0
    assert max(it.gaps()) < 1.2


def test_a_request_that_hangs_does_not_hold_up_who_feels_the_way() -> None:
    """After a hold one new request goes, though an old one is still waiting for its reply."""
    it = traffic(
        reply_to=lambda number: answer(429, 1.0) if number == 50 else GOOD,
        latency_seconds=lambda number: 60.0 if number == 40 else 0.05,
    )
    run(it.send(600))
    assert it.times[-1] < 10.0


def test_failures_among_successes_hold_nobody() -> None:
    """Nineteen failures in a row are bad luck."""
    it = traffic(reply_to=lambda number: GOOD if number % 20 == 1 else UNKNOWN)
    run(it.send(600))
    assert max(it.gaps()[1:]) < 0.01


async def until(it: Traffic, seconds: float) -> None:
    """Send for so long."""
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(it.send(1_000_000), seconds)


# Around it


async def wait_in_vain(pace: RateLimiter, times: int) -> None:
    """Ask for a slot and lose patience, again and again."""
    for _ in range(times):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pace.acquire(), 0.001)


@pytest.mark.parametrize("throttled", [False, True])
def test_who_gives_up_waiting_takes_nothing_along(throttled: bool) -> None:  # noqa: FBT001 - a table of cases
    """Fifty slots that were waited for in vain, at the rate or in a hold, do not make the next one later."""
    it = traffic(rate=5.0, latency_seconds=lambda _number: 0.0)
    it.reply_to = lambda number: answer(429, 2.0) if throttled and number == 10 else GOOD

    async def impatient() -> None:
        await it.send(10)
        await wait_in_vain(it.pace, 50)
        assert (it.pace.in_flight, it.pace.sent) == (0, 10)
        await it.send(1)

    run(impatient())
    assert it.gaps()[-1] == pytest.approx(2.15 if throttled else 0.2 / SHARE_OF_LIMIT, abs=0.01)


def test_who_gives_up_waiting_for_room_leaves_the_room() -> None:
    """With all places taken, slots are waited for in vain; the first reply makes room for exactly one."""

    async def impatient() -> None:
        pace = RateLimiter(rate=0.0, concurrency=2)
        await pace.acquire()
        pace.release(GOOD, 0.0, 0.5)
        await pace.acquire()
        await pace.acquire()
        await wait_in_vain(pace, 50)
        pace.release(GOOD, 0.0, 0.5)
        await pace.acquire()
        await wait_in_vain(pace, 1)
        assert pace.in_flight == 2

    run(impatient())


@pytest.mark.parametrize("rate", [10.0, 300.0, 1000.0])
def test_the_speed_is_shown_as_it_is(rate: float) -> None:
    """The requests of the last five seconds, per second, at the end of a long run."""
    it = traffic(rate=rate)
    run(it.send(round(rate * 10)))
    assert it.pace.recent_rate(it.times[-1]) == pytest.approx(rate * SHARE_OF_LIMIT, rel=0.03)
    assert it.pace.recent_rate(it.times[-1] + 2.5) == pytest.approx(rate * SHARE_OF_LIMIT / 2, rel=0.05)
    assert it.pace.recent_rate(it.times[-1] + 10.0) == 0.0
    assert it.pace.mean_rate() == pytest.approx(rate * SHARE_OF_LIMIT, rel=0.03)
    assert it.pace.mean_rate() == pytest.approx((len(it.times) - 1) / (it.times[-1] - it.times[0]), rel=1e-6)
    assert (it.pace.sent, it.pace.in_flight, it.pace.limit) == (round(rate * 10), 0, rate)


def test_the_time_in_which_a_person_is_asked_is_no_time_of_the_run() -> None:
    """The mean is that of the requests before and after, and their plot has no gap."""

    async def asked() -> None:
        await it.send(20)
        await asyncio.sleep(600.0)
        it.pace.leave_out(600.0)
        await it.send(20)

    it = traffic(rate=10.0)
    run(asked())
    assert it.pace.mean_rate() == pytest.approx(10.0 * SHARE_OF_LIMIT, rel=0.1)
    assert sum(it.pace.pace.counts) == 40
    assert len(it.pace.pace.counts) < 10


def test_the_speed_of_nothing_is_nothing() -> None:
    """Before the first request, and after only one, no speed is claimed that was not there."""
    it = traffic()
    assert (it.pace.recent_rate(100.0), it.pace.mean_rate()) == (0.0, 0.0)
    run(it.send(1))
    assert (it.pace.recent_rate(it.times[0]), it.pace.mean_rate()) == (1.0, 0.0)


def test_a_hold_tells_how_long_it_lasts() -> None:
    """The display can say that everyone waits, and for how long still."""
    it = traffic(reply_to=lambda _number: answer(429, 10.0))

    async def one() -> None:
        await it.send(1)
        now = asyncio.get_running_loop().time()
        assert it.pace.paused_seconds(now) == pytest.approx(10.5)
        assert it.pace.paused_seconds(now + 10.6) == 0.0

    run(one())


@pytest.mark.parametrize(("first_seconds", "second_seconds"), [(10.0, 2.0), (2.0, 10.0)])
def test_a_later_shorter_pause_shortens_none(first_seconds: float, second_seconds: float) -> None:
    """Whoever asked for the longest wait gets it, though another answer says less afterwards."""

    async def two() -> float:
        pace, loop = RateLimiter(rate=0.0, concurrency=3), asyncio.get_running_loop()
        await pace.acquire()
        pace.release(GOOD, 0.0, 0.0)
        for _ in range(2):
            await pace.acquire()
        for seconds in (first_seconds, second_seconds):
            pace.release(answer(429, seconds), 0.05, 0.0)
        await pace.acquire()
        return loop.time()

    assert run(two()) == pytest.approx(10.0, abs=0.01)
