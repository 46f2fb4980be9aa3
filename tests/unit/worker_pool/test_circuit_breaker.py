"""When the circuit opens, and when not."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.policy import Policy
from importer.model.replies import Arrival, Reply
from importer.model.stop import CHECK_ADDRESS, CHECK_CLOCK, Stop
from importer.worker_pool.circuit_breaker import (
    MOST_FAILURES,
    TOKEN_REFUSED,
    CircuitBreaker,
    Outage,
    after_reply,
    after_retry,
    cut_wait_seconds,
    is_served,
    probe_wait_seconds,
    refuses_token,
    stop_for,
)
from tests.support.virtual_time import run

GOOD = Reply(arrival=Arrival.ANSWERED, http_status=201)
BAD = Reply(arrival=Arrival.UNKNOWN)
THROTTLED = Reply(arrival=Arrival.ANSWERED, http_status=429)


@pytest.mark.parametrize(
    ("reply", "served"),
    [
        (GOOD, True),
        (Reply(arrival=Arrival.ANSWERED, http_status=422), True),
        (Reply(arrival=Arrival.ANSWERED, http_status=404), True),
        (Reply(arrival=Arrival.ANSWERED, http_status=408), False),
        (Reply(arrival=Arrival.ANSWERED, http_status=500), False),
        (Reply(arrival=Arrival.NEVER), False),
        (THROTTLED, False),
        (BAD, False),
    ],
)
def test_a_refusal_is_a_service_that_is_there(reply: Reply, served: bool) -> None:  # noqa: FBT001 - a table of cases
    """Whoever refuses a row is there; whoever breaks off, times out or answers 5xx is not."""
    assert is_served(reply) is served


def test_twenty_failures_in_a_row_open_it() -> None:
    """Nineteen do not, and one success begins the count anew."""
    circuit = CircuitBreaker()
    for _ in range(MOST_FAILURES - 1):
        circuit = after_reply(circuit, BAD)
    assert not circuit.is_open
    assert after_reply(circuit, BAD).is_open
    assert not after_reply(after_reply(circuit, GOOD), BAD).is_open


def test_a_rate_limit_is_no_failure() -> None:
    """A 429 leaves the circuit as it was."""
    assert after_reply(CircuitBreaker(failures=5), THROTTLED) == CircuitBreaker(failures=5)


@given(st.lists(st.booleans(), min_size=200, max_size=400))
def test_the_budget_is_a_tenth_of_what_was_served(retries: list[bool]) -> None:
    """However they are mixed, the circuit is open once retries outrun a tenth of the successes and the first twenty."""
    circuit = CircuitBreaker()
    for retry in retries:
        circuit = after_retry(circuit) if retry else after_reply(circuit, GOOD)
    spent, served = sum(retries), len(retries) - sum(retries)
    if spent > 20 + served * 0.1:
        assert circuit.is_open
    if spent == 0:
        assert not circuit.is_open


def test_the_retry_budget_is_twenty_at_first_and_a_hundred_at_most() -> None:
    """Each retry costs one, each served request gives back a tenth."""
    assert CircuitBreaker() == CircuitBreaker(failures=0, budget=20.0)
    assert MOST_FAILURES == 20
    assert after_retry(CircuitBreaker()).budget == 19.0
    assert after_reply(CircuitBreaker(), GOOD).budget == pytest.approx(20.1)
    assert after_reply(CircuitBreaker(budget=99.95), GOOD).budget == 100.0
    assert not CircuitBreaker(budget=1.0).is_open
    assert CircuitBreaker(budget=0.99).is_open


ADDRESS = CHECK_ADDRESS
CLOCK = f"{CHECK_CLOCK}. Then run the same command again: it goes on."
LATER = "Run the same command again after that: it goes on where it stopped."
CODES = {
    ADDRESS: "wrong_address",
    CLOCK: "unreachable",
    LATER: "asked_to_wait",
    TOKEN_REFUSED.hint: "token_refused",
}


def answer(status: int, retry_after_seconds: float | None = None) -> Reply:
    """Return a whole response."""
    return Reply(arrival=Arrival.ANSWERED, http_status=status, retry_after_seconds=retry_after_seconds)


@pytest.mark.parametrize(
    ("reply", "message", "hint"),
    [
        (
            Reply(arrival=Arrival.NEVER, message="its certificate is not good", fatal=True),
            "Callbell cannot be reached safely: its certificate is not good.",
            CLOCK,
        ),
        (answer(401), TOKEN_REFUSED.message, TOKEN_REFUSED.hint),
        *(
            (answer(status), f"What answers is not Callbell, or not where it should be: status {status}.", ADDRESS)
            for status in (404, 405, *range(300, 309))
        ),
        (answer(429, 901.0), "The service asks to wait 15 minutes before the next request.", LATER),
        (answer(503, 7200.0), "The service asks to wait 120 minutes before the next request.", LATER),
    ],
)
def test_what_stops_a_run_says_what_to_do(reply: Reply, message: str, hint: str) -> None:
    """Every row would meet the same."""
    assert stop_for(reply, Policy()) == Stop(message=message, hint=hint, code=CODES[hint])


@pytest.mark.parametrize(
    "reply",
    [
        *(answer(status) for status in (200, 299, 309, 400, 402, 403, 406, 409, 422, 429, 500, 503)),
        answer(429, 900.0),
        answer(500, 901.0),
        BAD,
    ],
)
def test_what_another_row_may_not_meet_stops_nothing(reply: Reply) -> None:
    """Nor does a wait of a quarter of an hour, or one that no rate limit asks for."""
    assert stop_for(reply, Policy()) is None


def test_a_refused_token_says_where_to_take_another() -> None:
    """401 and 403 to the question who it is; nothing else says so."""
    assert TOKEN_REFUSED.message == "The service refused the token."
    assert TOKEN_REFUSED.hint.startswith("Take a new token from Callbell's settings")
    refused = [status for status in range(100, 600) if refuses_token(answer(status))]
    assert refused == [401, 403]
    assert not refuses_token(BAD)


def probed(*replies: Reply, longest_seconds: float = 1800.0) -> tuple[Stop | None, list[float], Outage]:
    """Return how an outage ends whose probes get these replies, and when each probe was made; the last one stays."""
    times: list[float] = []

    async def probe() -> Reply:
        times.append(round(asyncio.get_running_loop().time(), 3))
        assert round(outage.next_probe_at, 3) == times[-1]
        return replies[min(len(times), len(replies)) - 1]

    outage = Outage(probe, longest_seconds)
    for _ in range(MOST_FAILURES):
        outage.record(BAD, 0.0)
    assert outage.is_open
    return run(outage.wait_until_closed()), times, outage


def test_an_outage_ends_with_the_first_probe_that_is_served() -> None:
    """After it the circuit is closed as at the start, with all of its budget."""
    ended, times, outage = probed(BAD, answer(500), GOOD)
    assert (ended, times) == (None, [1.0, 3.0, 7.0])
    assert (outage.is_open, outage.next_probe_at) == (False, 0.0)
    for _ in range(MOST_FAILURES - 1):
        outage.record(BAD, 0.0)
    assert not outage.is_open
    outage.record(GOOD, 0.0)
    for _ in range(19):
        outage.record_retry()
    assert not outage.is_open
    outage.record_retry()
    assert outage.is_open


def test_an_outage_that_lasts_ends_the_run() -> None:
    """When the longest time is reached, not before; and a refused token ends it at once."""
    ended, times, _ = probed(BAD, longest_seconds=15.0)
    assert times == [1.0, 3.0, 7.0, 15.0]
    assert ended == Stop(
        message="The service has not answered for 15 s.",
        hint="Run the same command again when Callbell answers: it goes on.",
        code="unreachable",
    )
    ended, times, _ = probed(BAD)
    assert ended is not None
    assert ended.message == "The service has not answered for 30 minutes."
    assert times[-1] == 1800.0
    assert probed(answer(403))[:2] == (TOKEN_REFUSED, [1.0])


def test_the_last_wait_is_cut_to_what_is_left() -> None:
    """An outage of 20 s at most ends after 20 s, with a last question then."""
    ended, times, _ = probed(BAD, longest_seconds=20.0)
    assert ended is not None
    assert (times, ended.message) == ([1.0, 3.0, 7.0, 15.0, 20.0], "The service has not answered for 20 s.")
    assert [cut_wait_seconds(5, left) for left in (100.0, 5.0, 0.0, -1.0)] == [16.0, 5.0, 0.0, 0.0]


def test_an_outage_begins_with_the_first_request_that_was_not_answered() -> None:
    """It was waited for before the circuit breaker opened; what was answered in between ends what was before."""

    async def probe() -> Reply:
        return BAD

    async def play(*, answered_at: float) -> tuple[Stop | None, float]:
        loop, outage = asyncio.get_running_loop(), Outage(probe, 50.0)
        await asyncio.sleep(30.0)
        outage.record(replace(BAD, silent_seconds=30.0), loop.time())
        if answered_at:
            outage.record(GOOD, answered_at)
        for _ in range(MOST_FAILURES):
            outage.record(replace(BAD, silent_seconds=30.0), loop.time())
        return await outage.wait_until_closed(), round(loop.time(), 3)

    ended, at = run(play(answered_at=0.0))
    assert ended is not None
    assert (at, ended.message) == (50.0, "The service has not answered for 50 s.")
    ended, at = run(play(answered_at=20.0))
    assert ended is not None
    assert (at, ended.message) == (70.0, "The service has not answered for 50 s.")


def test_a_probe_without_an_answer_is_not_waited_for_beyond_the_longest_outage() -> None:
    """But for the 5 s that a slow answer gets."""

    async def probe() -> Reply:
        await asyncio.sleep(30.0)
        return BAD

    async def play(longest_seconds: float) -> float:
        outage = Outage(probe, longest_seconds)
        assert await outage.wait_until_closed() is not None
        return round(asyncio.get_running_loop().time(), 3)

    assert run(play(20.0)) == 20.0
    assert run(play(3.0)) == 6.0


def test_it_is_asked_ever_more_seldom() -> None:
    """The questions come after 1, 2, 4 .. 60 s."""
    assert [probe_wait_seconds(number) for number in (1, 2, 3, 6, 7, 8, 1000)] == [1, 2, 4, 32, 60, 60, 60]


@pytest.mark.parametrize("spent", [0, 15])
def test_after_an_outage_the_circuit_is_as_new(spent: int) -> None:
    """All failures are forgotten, and the retry budget is whole: one more failure opens nothing."""

    async def probe() -> Reply:
        return GOOD

    async def play() -> None:
        outage = Outage(probe, 600.0)
        for _ in range(spent):
            outage.record_retry()
        for _ in range(MOST_FAILURES):
            outage.record(BAD, 0.0)
        assert outage.is_open
        assert await outage.wait_until_closed() is None
        assert not outage.is_open
        assert outage._breaker == CircuitBreaker()
        for _ in range(MOST_FAILURES - 1):
            outage.record(BAD, 0.0)
        assert not outage.is_open

    run(play())
