"""Requests in flight: how long they are waited for."""

import asyncio

import pytest

from importer.worker_pool.in_flight import RequestsInFlight
from tests.support.virtual_time import run


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
            loop.call_later(hurry_after_seconds, requests.hurry)
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
