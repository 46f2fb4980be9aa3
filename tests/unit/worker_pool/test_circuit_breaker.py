"""When the circuit opens, and when not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.replies import Arrival, Reply
from importer.worker_pool.circuit_breaker import (
    MOST_FAILURES,
    CircuitBreaker,
    Outage,
    after_reply,
    after_retry,
    is_served,
    probe_wait_seconds,
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
            outage.record(BAD)
        assert outage.is_open
        assert await outage.wait_until_closed() is None
        assert not outage.is_open
        assert outage._breaker == CircuitBreaker()
        for _ in range(MOST_FAILURES - 1):
            outage.record(BAD)
        assert not outage.is_open

    run(play())
