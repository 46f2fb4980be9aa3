"""Deliveries: all at once, bounded, tried again where it helps, and ended by a signal."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable

import pytest

from importer.notify.delivery import Delivery, DeliveryError, DeliveryResult, deliver_all


def delivery(
    deliver: Callable[[], Awaitable[None]], *, limit_seconds: float = 10.0, has_retries: bool = True
) -> Delivery:
    """Return a delivery to somebody."""
    return Delivery(receiver="somebody", deliver=deliver, limit_seconds=limit_seconds, has_retries=has_retries)


class Tries:
    """Fails so many times, and counts.

    Args:
        failures: Before it succeeds.
        again: Whether a failure may be tried again.

    """

    def __init__(self, failures: int, *, again: bool = True) -> None:
        self.failures = failures
        self.again = again
        self.count = 0

    async def __call__(self) -> None:
        self.count += 1
        if self.count <= self.failures:
            raise DeliveryError(f"failure {self.count}", again=self.again)


@pytest.mark.parametrize(
    ("tries", "has_retries", "count", "failure"),
    [
        (Tries(0), True, 1, ""),
        (Tries(2), True, 3, ""),
        (Tries(9), True, 3, "failure 3"),
        (Tries(9, again=False), True, 1, "failure 1"),
        (Tries(9), False, 1, "failure 1"),
    ],
)
def test_tries(tries: Tries, has_retries: bool, count: int, failure: str) -> None:  # noqa: FBT001 - a parameter of the test
    """Three at most, where it may help."""
    assert deliver_all([delivery(tries, has_retries=has_retries)]) == [
        DeliveryResult(receiver="somebody", failure=failure)
    ]
    assert tries.count == count


def test_nobody_is_told_nothing() -> None:
    """Not even an event loop is made."""
    assert deliver_all([]) == []


async def _forever() -> None:
    await asyncio.Event().wait()


def test_one_that_hangs_keeps_nobody_else() -> None:
    """It is given up on after its own limit."""
    reached = Tries(0)
    results = deliver_all([delivery(_forever, limit_seconds=0.05), delivery(reached)])
    assert [result.failure for result in results] == ["not done within 0.05 s", ""]
    assert reached.count == 1


def test_a_defect_stops_nothing_and_shows_no_secret() -> None:
    """Only its kind is told."""

    async def fail() -> None:
        raise RuntimeError("https://hooks.example.com/s3cret")

    (result,) = deliver_all([delivery(fail)])
    assert result.failure == "a defect of the importer (RuntimeError)"


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_at_once(number: signal.Signals) -> None:
    """Nothing is raised: the process ends as it would have without notices, its handlers as they were."""
    before = signal.getsignal(number)

    async def interrupted() -> None:
        os.kill(os.getpid(), number)
        await _forever()

    results = deliver_all([delivery(interrupted), delivery(_forever)])
    assert [result.failure for result in results] == ["interrupted", "interrupted"]
    assert signal.getsignal(number) is before


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
def test_at_the_beginning_a_signal_is_the_commands_own() -> None:
    """Who presses Ctrl-C while the beginning is told wants no run."""

    async def interrupted() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await _forever()

    with pytest.raises(KeyboardInterrupt):
        deliver_all([delivery(interrupted)], is_at_end=False)
