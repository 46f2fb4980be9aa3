"""The adaptive rate: lowered after a 429, raised step by step after success. Pure: times are arguments, of any clock.

    at the known rate --(one 429)--> a few slots later
                      --(429s now and then, over 0.05 % of a minute)--> 1 % slower
                      --(many within a second)--> pause; then on trial at the same rate
    on trial --(refused within a second)--> 97 % of what was accepted in it
             --(refused later)--> the rate that was sure, or 5 % slower
             --(ten seconds without)--> at the known rate
    slower than allowed for 30 s, then 60 s --> 2 % more, 4 % more, 8 % more .. until refused or at the top

What is accepted in the second after a pause is a window's limit. A token bucket accepts more than its rate then, for it
has filled up meanwhile; it takes a few trials. Gains of under 5 % are given back when a climb ends: that close to its
limit a service refuses what arrives unevenly.
"""

import math
from dataclasses import dataclass, replace

SHARE_OF_LIMIT = 0.97
"""Of the known limit, from the start. Measured: the most at which a strict sliding window refuses nothing."""
STRAY_SLOTS = 3
"""What a single 429 costs."""
_STRAYS_SHARE = 0.0005
_FEWEST_STRAYS = 3
_MINUTE_SECONDS = 60.0
_MANY_SHARE = 0.1
"""Of a second's requests. A service that was held up itself refuses some when it goes on: that is no new limit."""
_TRIAL_SECONDS = 10.0
_WINDOW_SECONDS = 1.0
_SPREAD_SECONDS = 3.0
"""429s that all came within so long had one cause, and do not count as now and then."""
_STRIKES_ON_TRIAL = 2
_SLOWER = 0.99
_MUCH_SLOWER = 0.95
_FIRST_STEP = 0.02
_STAGE_SECONDS = 2.0
_FIRST_REST_SECONDS = 30.0
_LONGEST_REST_SECONDS = 60.0
"""A climb that fails costs two or three 429s; one that comes late costs what the service would have allowed."""
_GAIN = 1.05
_LEAST_RATE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptiveRate:
    """The rate, and what it was learned from."""

    most: float
    """Requests per second that are never passed."""
    rate: float
    """Requests per second now."""
    sure: float
    """The last rate that stood its time: where a climb that fails goes back to."""
    refused_at: tuple[float, ...] = ()
    """When the 429s of the last minute came."""
    trial_until: float = -math.inf
    """After a pause and after each step up, a few 429s tell of the rate."""
    strikes: int = 0
    """429s of the trial."""
    step: float = 0.0
    """How much the next step up is; 0.0: no climb is under way."""
    climb_at: float = math.inf
    """When to go a step up."""
    rest_seconds: float = _FIRST_REST_SECONDS
    """Before the next climb."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateVerdict:
    """The decision after a 429 without `Retry-After`: the new rate, and whether every request pauses."""

    adaptive: AdaptiveRate
    pause: bool = False
    """Whether everyone waits until the service's window is empty; else a few slots are left out."""


def initial_rate(limit: float, learned: float = 0.0) -> AdaptiveRate:
    """Return the adaptive rate of a run that begins.

    Args:
        limit: Requests per second that the account allows.
        learned: The limit that an earlier run found, 0.0 if it found no other; `limit` is never passed.

    """
    most = limit * SHARE_OF_LIMIT
    rate = min(most, learned * SHARE_OF_LIMIT) if learned > 0 else most
    return AdaptiveRate(most=most, rate=rate, sure=rate)


def limit_to_remember(one: AdaptiveRate) -> float:
    """Return the limit that was found, for the next run; 0.0 where it is the known one."""
    return one.sure / SHARE_OF_LIMIT if one.sure < one.most else 0.0


def after_announcement(one: AdaptiveRate, limit: float, now: float) -> AdaptiveRate:
    """Return the adaptive rate after the service itself said how many requests per second it allows."""
    rate = limit * SHARE_OF_LIMIT
    return one if rate >= one.rate else _settled(one, rate, now)


def after_first_success(one: AdaptiveRate, now: float) -> AdaptiveRate:
    """Return the adaptive rate when the first request was served."""
    return _settled(one, one.rate, now)


def after_pause(one: AdaptiveRate, now: float) -> AdaptiveRate:
    """Return the adaptive rate when the first request after a pause was served: on trial, and no climb goes on."""
    return replace(_settled(one, one.sure if one.step else one.rate, now), trial_until=now + _TRIAL_SECONDS)


def raised(one: AdaptiveRate, now: float) -> AdaptiveRate:
    """Return the rate raised by one step, at most to the known limit; to be called from `climb_at` on."""
    if one.rate >= one.most:
        rest_seconds = _FIRST_REST_SECONDS if one.rate >= one.sure * _GAIN else one.rest_seconds
        return replace(one, sure=one.rate, step=0.0, climb_at=math.inf, rest_seconds=rest_seconds)
    step = one.step or _FIRST_STEP
    return replace(
        one,
        rate=min(one.most, one.rate * (1.0 + step)),
        sure=one.sure if one.step else one.rate,
        step=step * 2,
        climb_at=now + _STAGE_SECONDS,
        trial_until=now + _STAGE_SECONDS,
        strikes=0,
        rest_seconds=one.rest_seconds if one.step else min(_LONGEST_REST_SECONDS, one.rest_seconds * 2),
    )


def after_429(one: AdaptiveRate, now: float, *, accepted: int, since_seconds: float, told: bool = False) -> RateVerdict:
    """Decide about a 429.

    Args:
        one: The adaptive rate so far.
        now: When it came.
        accepted: Requests that were accepted since the last pause.
        since_seconds: How long after that the refused request left.
        told: Whether the service said how long to wait, so that everyone does anyway.

    """
    recent = (*(at for at in one.refused_at if at > now - _MINUTE_SECONDS), now)
    noted = replace(one, refused_at=recent, strikes=one.strikes + 1)
    if now < one.trial_until:
        if noted.strikes < _STRIKES_ON_TRIAL and not told:
            return RateVerdict(adaptive=noted)
        return _failed(noted, now, accepted, since_seconds)
    strays = max(_FEWEST_STRAYS, math.ceil(one.rate * _MINUTE_SECONDS * _STRAYS_SHARE))
    if sum(at > now - _WINDOW_SECONDS for at in recent) > max(_FEWEST_STRAYS, one.rate * _MANY_SHARE):
        return RateVerdict(adaptive=replace(noted, rest_seconds=_FIRST_REST_SECONDS), pause=True)
    if len(recent) <= strays or recent[0] > now - _SPREAD_SECONDS:
        return RateVerdict(adaptive=noted)
    return RateVerdict(adaptive=_settled(noted, one.rate * _SLOWER, now))


def _failed(one: AdaptiveRate, now: float, accepted: int, since_seconds: float) -> RateVerdict:
    """Decide about a rate that did not stand its trial."""
    if one.step:
        before = one.rate / (1.0 + one.step / 2)
        return RateVerdict(adaptive=_settled(one, before if before >= one.sure * _GAIN else one.sure, now))
    if since_seconds < _WINDOW_SECONDS:
        return RateVerdict(adaptive=_settled(one, min(one.rate * _SLOWER, accepted * SHARE_OF_LIMIT), now), pause=True)
    rate = one.sure if one.sure < one.rate else one.rate * _MUCH_SLOWER
    return RateVerdict(adaptive=_settled(one, rate, now), pause=True)


def _settled(one: AdaptiveRate, rate: float, now: float) -> AdaptiveRate:
    """Return the adaptive rate at a rate that it keeps for a while."""
    kept = min(one.most, max(_LEAST_RATE, rate))
    return replace(
        one,
        rate=kept,
        sure=min(one.sure, kept),
        refused_at=(),
        strikes=0,
        step=0.0,
        climb_at=now + one.rest_seconds if kept < one.most else math.inf,
    )
