"""The adaptive rate: what it decides, and how its rates fare against services of every kind, in virtual time."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.worker_pool.adaptive_rate import (
    SHARE_OF_LIMIT,
    AdaptiveRate,
    after_429,
    after_announcement,
    after_first_success,
    after_pause,
    initial_rate,
    limit_to_remember,
    raised,
)
from importer.worker_pool.rate_limiter import RateLimiter
from tests.support.servers import KINDS, Kind
from tests.support.terminal import drive

TOP = 300.0 * SHARE_OF_LIMIT


def on_trial(rate: float = TOP, **more: float) -> AdaptiveRate:
    """Return a governor that went on after a hold at second 100."""
    return after_pause(AdaptiveRate(most=TOP, rate=rate, sure=more.get("sure", rate)), 100.0)


def many(one: AdaptiveRate, count: int, now: float, apart_seconds: float = 0.01) -> AdaptiveRate:
    """Return the adaptive rate after so many 429s."""
    for number in range(count):
        one = after_429(one, now + number * apart_seconds, accepted=1000, since_seconds=20.0).adaptive
    return one


def test_a_run_begins_at_the_known_limit() -> None:
    """97 % of the known limit at once; with something learned, 97 % of that; never more than the known limit."""
    assert initial_rate(300.0).rate == TOP
    assert initial_rate(300.0, 100.0).rate == pytest.approx(97.0)
    assert initial_rate(300.0, 400.0).rate == TOP
    assert initial_rate(0.2).rate == pytest.approx(0.194)


def test_what_was_learned_is_the_limit_and_not_the_rate() -> None:
    """The next run gets the limit that was found, and nothing where it is the known one."""
    assert limit_to_remember(initial_rate(300.0, 100.0)) == pytest.approx(100.0)
    assert limit_to_remember(initial_rate(300.0)) == 0.0


def test_a_run_begins_without_a_past() -> None:
    """Not one 429, no trial, no climb, and a rest of 30 s before the first climb."""
    one = initial_rate(300.0)
    assert one == AdaptiveRate(
        most=TOP, rate=TOP, sure=TOP, refused_at=(), trial_until=-math.inf, strikes=0, step=0.0, rest_seconds=30.0
    )
    verdict = after_429(one, 5.0, accepted=0, since_seconds=5.0)
    assert (verdict.adaptive.refused_at, verdict.adaptive.strikes, verdict.pause) == ((5.0,), 1, False)


def test_a_few_429s_are_strays() -> None:
    """Nine of a minute's 17,460 requests change nothing."""
    one = after_first_success(initial_rate(300.0), 0.0)
    verdicts = [after_429(one := many(one, 1, 20.0 + n), 20.5 + n, accepted=1, since_seconds=9.0) for n in range(4)]
    assert {(v.pause, v.adaptive.rate) for v in verdicts} == {(False, TOP)}


def test_429s_now_and_then_are_a_rate_just_too_high() -> None:
    """More than a twentieth of a percent, spread over a minute, cost one percent and no hold."""
    one = many(after_first_success(initial_rate(300.0), 0.0), 10, 20.0, apart_seconds=2.0)
    assert one.rate == pytest.approx(TOP * 0.99)
    assert one.climb_at == pytest.approx(38.0 + 30.0)


def test_strays_of_an_hour_ago_are_forgotten() -> None:
    """429s that are more than a minute apart never add up."""
    assert many(after_first_success(initial_rate(300.0), 0.0), 100, 20.0, apart_seconds=61.0).rate == TOP


@pytest.mark.parametrize(("rate", "strays"), [(10.0, 3), (100.0, 3), (101.0, 4), (TOP, 9)])
def test_how_many_of_a_minute_are_strays(rate: float, strays: int) -> None:
    """A twentieth of a percent of a minute's requests, rounded up, and three at least."""
    known = after_first_success(AdaptiveRate(most=TOP, rate=rate, sure=rate), 0.0)
    assert many(known, strays, 20.0, apart_seconds=5.0).rate == rate
    assert many(known, strays + 1, 20.0, apart_seconds=5.0).rate == pytest.approx(rate * 0.99)


def test_a_429_counts_for_a_minute() -> None:
    """One that is a minute old does not, one that is nearly so does."""
    for age_seconds, rate in ((60.0, TOP), (59.9, TOP * 0.99)):
        one = after_429(after_first_success(initial_rate(300.0), 0.0), 10.0, accepted=1, since_seconds=9.0).adaptive
        one = many(one, 9, 10.0 + age_seconds - 8 * 2.0, apart_seconds=2.0)
        assert one.rate == pytest.approx(rate)


def test_429s_of_three_seconds_have_one_cause() -> None:
    """Twenty of them change nothing; when they are spread over more, the rate is too high."""
    one = after_first_success(initial_rate(300.0), 0.0)
    assert many(one, 20, 20.0, apart_seconds=2.9 / 19).rate == TOP
    assert many(one, 20, 20.0, apart_seconds=3.1 / 19).rate == pytest.approx(TOP * 0.99)
    assert many(one, 11, 20.0, apart_seconds=0.3).rate == pytest.approx(TOP * 0.99)  # the first is three seconds old


@pytest.mark.parametrize(("rate", "most"), [(10.0, 3), (30.0, 3), (40.0, 4), (TOP, 29)])
def test_how_many_of_a_second_pause_everyone(rate: float, most: int) -> None:
    """More than a tenth of its requests, and more than three."""
    one = many(after_first_success(AdaptiveRate(most=TOP, rate=rate, sure=rate), 0.0), most - 1, 20.0, 0.001)
    at_most = after_429(one, 20.5, accepted=1, since_seconds=9.0)
    assert not at_most.pause
    assert not after_429(
        at_most.adaptive, 21.6, accepted=1, since_seconds=9.0
    ).pause  # the others are over a second old
    more = after_429(at_most.adaptive, 20.6, accepted=1, since_seconds=9.0)
    assert more.pause
    assert more.adaptive.rest_seconds == 30.0


def test_a_429_of_a_second_ago_is_of_another_moment() -> None:
    """Three and a fourth within the second pause everyone; exactly a second later they do not."""
    three = many(after_first_success(AdaptiveRate(most=TOP, rate=10.0, sure=10.0), 0.0), 3, 20.0, apart_seconds=0.0)
    for now, pause in ((20.999, True), (21.0, False)):
        assert after_429(three, now, accepted=1, since_seconds=9.0).pause is pause


def test_a_trial_lasts_ten_seconds() -> None:
    """Two 429s fail it; after its end the same are strays, and a 429 of before counts no more."""
    for now, pause in ((109.9, True), (110.0, False)):
        one = after_429(on_trial(), now, accepted=9, since_seconds=9.0).adaptive
        assert after_429(one, now, accepted=9, since_seconds=9.0).pause is pause
    one = after_429(on_trial(), 101.0, accepted=9, since_seconds=1.0).adaptive
    assert (one.strikes, one.refused_at) == (1, (101.0,))
    again = after_pause(one, 102.0)
    assert (again.strikes, again.refused_at, again.trial_until) == (0, (), 112.0)


def test_what_was_accepted_tells_the_limit_within_a_second_only() -> None:
    """At a second or more the count tells nothing; and what it tells never raises the rate."""
    for since_seconds, rate in ((0.99, 97.0), (1.0, TOP * 0.95)):
        verdict = after_429(on_trial(), 101.0, accepted=100, since_seconds=since_seconds, told=True)
        assert verdict.adaptive.rate == pytest.approx(rate)
    verdict = after_429(on_trial(), 100.9, accepted=1000, since_seconds=0.9, told=True)
    assert verdict.adaptive.rate == pytest.approx(TOP * 0.99)


def test_a_rate_is_never_less_than_half_a_request_a_second() -> None:
    """Nobody would see that anything goes on; and it can be climbed from."""
    verdict = after_429(on_trial(), 100.1, accepted=0, since_seconds=0.1, told=True)
    assert (verdict.adaptive.rate, verdict.adaptive.sure) == (0.5, 0.5)
    assert verdict.adaptive.climb_at == pytest.approx(130.1)


def test_a_rate_below_the_top_climbs_after_its_rest() -> None:
    """After 30 s at first, then 60 s, never longer; at the top there is nothing to climb to."""
    assert after_first_success(initial_rate(300.0), 5.0).climb_at == math.inf
    one = after_first_success(initial_rate(300.0, 100.0), 5.0)
    assert one.climb_at == 35.0
    for rest_seconds in (60.0, 60.0):
        one = raised(one, 35.0)
        assert (one.rest_seconds, one.climb_at, one.trial_until, one.strikes) == (rest_seconds, 37.0, 37.0, 0)
        one = after_pause(one, 36.0)
        assert one.climb_at == 36.0 + rest_seconds


def test_many_429s_at_once_hold() -> None:
    """When a tenth of a second's requests is refused the limit has changed; fewer may be a service that was held up."""
    one = many(after_first_success(initial_rate(300.0), 0.0), 29, 20.0)
    assert one.rate == TOP
    assert not after_429(one, 22.0, accepted=1, since_seconds=9.0).pause
    verdict = after_429(one, 20.5, accepted=1000, since_seconds=9.0)
    assert (verdict.pause, verdict.adaptive.rate) == (True, TOP)


@pytest.mark.parametrize(("told", "strikes"), [(False, 2), (True, 1)])
def test_what_a_second_accepts_after_a_hold_is_the_limit(told: bool, strikes: int) -> None:  # noqa: FBT001 - a table of cases
    """A hundred accepted, then 429s within a second: 97 a second; one is enough where it holds everyone anyway."""
    one = on_trial()
    for _ in range(strikes - 1):
        one = after_429(one, 100.34, accepted=100, since_seconds=0.34, told=told).adaptive
        assert one.rate == TOP
    verdict = after_429(one, 100.35, accepted=100, since_seconds=0.35, told=told)
    assert verdict.pause
    assert verdict.adaptive.rate == pytest.approx(97.0)


def test_who_is_refused_later_goes_slower() -> None:
    """Past the first second the count tells nothing: 5 % slower, or back to what was sure."""
    for sure, rate in ((TOP, TOP * 0.95), (120.0, 120.0)):
        verdict = after_429(on_trial(sure=sure), 104.0, accepted=900, since_seconds=4.0, told=True)
        assert verdict.adaptive.rate == pytest.approx(rate)


def test_a_climb_doubles_its_steps_up_to_the_top() -> None:
    """2 %, 4 %, 8 % more and so on, two seconds each, never above the top, where it ends."""
    one, rates, now = after_first_success(initial_rate(300.0, 100.0), 0.0), [], 30.0
    while one.climb_at < math.inf:
        assert one.climb_at == now
        one = raised(one, now)
        rates.append(one.rate)
        now += 2.0
    assert rates[:3] == pytest.approx([97 * 1.02, 97 * 1.02 * 1.04, 97 * 1.02 * 1.04 * 1.08])
    assert (rates[-1], one.sure, limit_to_remember(one), one.rest_seconds) == (TOP, TOP, 0.0, 30.0)
    assert one.step == 0.0


def test_only_the_first_step_of_a_climb_makes_the_next_rest_longer() -> None:
    """The others belong to the same climb."""
    begun = raised(after_first_success(initial_rate(300.0, 100.0), 0.0), 30.0)
    assert begun.rest_seconds == 60.0
    assert raised(replace(begun, rest_seconds=30.0), 32.0).rest_seconds == 30.0


def test_a_climb_of_a_few_percent_to_the_top_is_no_discovery() -> None:
    """Who gets back up by 1 % waits twice as long the next time."""
    one = raised(raised(after_first_success(initial_rate(300.0, 297.0), 0.0), 30.0), 32.0)
    assert (one.rate, one.rest_seconds) == (TOP, 60.0)


@pytest.mark.parametrize(("steps", "rate"), [(1, 97.0), (2, 97.0), (3, 97 * 1.02 * 1.04)])
def test_a_climb_that_fails_goes_back_and_rests_longer(steps: int, rate: float) -> None:
    """A step that is refused is taken back; gains of under 5 % are too; the next climb is twice as long away."""
    one = after_first_success(initial_rate(300.0, 100.0), 0.0)
    for step in range(steps):
        one = raised(one, 30.0 + 2 * step)
    now = 30.5 + 2 * steps - 2
    one = after_429(one, now, accepted=1000, since_seconds=30.0).adaptive
    verdict = after_429(one, now + 0.1, accepted=1000, since_seconds=30.0)
    assert not verdict.pause
    assert verdict.adaptive.rate == pytest.approx(rate)
    assert verdict.adaptive.sure == pytest.approx(97.0)
    assert verdict.adaptive.climb_at == pytest.approx(now + 0.1 + 60.0)


def test_a_hold_in_the_middle_of_a_climb_ends_it() -> None:
    """Whoever had to wait goes on at the rate that was sure."""
    one = after_pause(raised(after_first_success(initial_rate(300.0, 100.0), 0.0), 30.0), 40.0)
    assert one.rate == pytest.approx(97.0)
    assert one.step == 0.0


def test_what_the_service_announces_is_a_top() -> None:
    """An announced limit lowers the rate, and never raises it."""
    one = after_first_success(initial_rate(300.0), 0.0)
    assert after_announcement(one, 100.0, 5.0).rate == pytest.approx(97.0)
    assert after_announcement(one, 400.0, 5.0) is one


@given(
    st.lists(
        st.tuples(st.sampled_from(["refused", "told", "climb", "resumed", "announced"]), st.floats(0, 40)), max_size=60
    ),
    st.floats(0.1, 1000),
)
def test_the_rate_is_always_between_the_least_and_the_most(events: list[tuple[str, float]], limit: float) -> None:
    """Whatever happens in whatever order, the rate never passes 97 % of the limit and never ends."""
    one, now = after_first_success(initial_rate(limit), 0.0), 0.0
    for event, later in events:
        now += later
        match event:
            case "climb":
                one = raised(one, now)
            case "resumed":
                one = after_pause(one, now)
            case "announced":
                one = after_announcement(one, later + 0.01, now)
            case _:
                one = after_429(one, now, accepted=int(later), since_seconds=later / 10, told=event == "told").adaptive
        assert 0 < min(0.5, limit * SHARE_OF_LIMIT) <= one.rate <= one.most == limit * SHARE_OF_LIMIT
        assert one.sure <= one.most


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.steps], ids=lambda kind: kind.name)
def test_the_limit_is_used_and_kept_to_by_every_kind_of_service(kind: Kind) -> None:
    """Over 96 % of what is permitted is used, 429s are rare, and no Retry-After is passed."""
    seconds, converged_seconds = (100.0, 30.0) if kind.jitter_seconds > 0.01 else (10.0, 3.0)
    driven = drive(lambda: RateLimiter(rate=300.0), kind, seconds, converged_seconds=converged_seconds)
    assert driven.utilisation >= 0.96
    assert driven.refused_share <= 0.001
    assert driven.inside_hold == 0


def test_a_limit_that_changes_is_followed() -> None:
    """From 300 down to 100 and up again: a minute after each change over 96 % of what is permitted is used."""
    (kind,) = (kind for kind in KINDS if kind.steps and not kind.retry_after)
    driven = drive(lambda: RateLimiter(rate=300.0), kind, 300.0)
    assert driven.utilisation >= 0.96
    assert driven.refused_share <= 0.002  # of a climb in 25 s; in ten minutes it is a tenth
    assert driven.refused < 150
