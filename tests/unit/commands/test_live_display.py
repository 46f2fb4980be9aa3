"""What the commands that send have in common."""

import asyncio

import pytest

from importer.commands.live_display import in_background, snapshot
from importer.model.replies import Reply
from importer.model.stop import Stop
from importer.reports.snapshot import Snapshot, seconds_left, waits
from importer.worker_pool.rate_limiter import RateLimiter
from tests.support.pools import NEVER, NO_ANSWER, ObedientService, PoolStage, answer
from tests.support.virtual_time import run


@pytest.mark.parametrize("fails", [False, True])
async def test_work_in_the_background_ends_with_its_block(fails: bool) -> None:  # noqa: FBT001 - a table of cases
    """Before the next statement runs, and also if the block raises."""
    begun, ended = asyncio.Event(), []

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def block() -> None:
        async with in_background(work()):
            await begun.wait()
            assert not ended
            if fails:
                raise ValueError

    if fails:
        with pytest.raises(ValueError):  # noqa: PT011 - no message to match
            await block()
    else:
        await block()
    assert ended


def seen(stage: PoolStage, limiter: RateLimiter, after_seconds: float, *, stops: bool = False) -> Snapshot:
    """Return how a pool stands so many seconds after its start."""
    found: list[Snapshot] = []

    def look() -> None:
        if stops:
            stage.pool.stop(Stop(message="Enough.", hint=""))
        found.append(snapshot(stage.pool, limiter, asyncio.get_running_loop().time()))

    run(stage.play(look, after_seconds))
    return found[0]


def stage_with(service: ObedientService, rows: int = 40) -> tuple[PoolStage, RateLimiter]:
    """Return a pool that creates, and its rate limiter."""
    limiter = RateLimiter(rate=300.0)
    return PoolStage(kind="create", rows=rows, service=service, limiter=limiter), limiter


def test_an_outage_is_told_with_its_reason_and_its_end() -> None:
    """As the pool sees it: when it probes, and when it gives up."""
    one = seen(*stage_with(ObedientService(odd=lambda _number, _request: NEVER)), after_seconds=120.0)
    (said,) = waits(one)
    assert said.startswith("Callbell does not answer (the connection was refused), next try in ")
    assert ", giving up in " in said
    assert not one.is_well


def test_rows_in_doubt_are_told_with_what_left_them_so() -> None:
    """One request got no answer, and is asked about later."""
    service = ObedientService(odd=lambda number, _request: NO_ANSWER if number == 5 else None)
    (said,) = waits(seen(*stage_with(service), after_seconds=30.0))
    assert said.startswith("1 row is in doubt after no clear answer (the connection broke off): Callbell is asked in ")


def test_how_long_rows_wait_is_known_while_nothing_leaves() -> None:
    """The time left of a run whose last rows wait is no dash."""
    service = ObedientService(odd=lambda number, _request: NO_ANSWER if number in (5, 9) else None)
    one = seen(*stage_with(service), after_seconds=30.0)
    assert 50.0 < one.next_seconds <= one.last_seconds < 61.0
    assert seconds_left(one) == one.last_seconds


def test_a_pause_is_told_with_the_status_that_asked_for_it() -> None:
    """A 429 with Retry-After."""
    throttled = answer(429, retry_after_seconds=7.0)
    service = ObedientService(odd=lambda number, _request: throttled if number == 5 else None)
    (said,) = waits(seen(*stage_with(service), after_seconds=2.0))
    assert said.startswith("429: waiting ")


def test_a_stop_tells_how_many_requests_are_under_way() -> None:
    """Until they are answered."""
    (said,) = waits(seen(*stage_with(ObedientService(latency_seconds=5.0)), after_seconds=7.0, stops=True))
    assert said.startswith("stopping: ")
    assert said.endswith(" under way")


def test_the_commonest_reason_of_failures_is_told_while_they_happen() -> None:
    """Not only at the end."""
    refused = answer(422, message="no such tag")
    one = seen(*stage_with(ObedientService(odd=lambda _number, _request: refused), rows=400), after_seconds=0.5)
    assert one.failure == "The service refused it: no such tag"
    assert one.failure_count == one.tally["failed"]


def test_rows_in_doubt_are_not_explained_by_a_request_that_never_left() -> None:
    """The service was gone afterwards, which is another reason."""

    def odd(number: int, _request: object) -> Reply | None:
        return None if number < 5 else NO_ANSWER if number == 5 else NEVER

    said = waits(seen(*stage_with(ObedientService(odd=odd)), after_seconds=30.0))
    assert any("(the connection was refused), next try" in one for one in said)
    assert any("after no clear answer (the connection broke off)" in one for one in said)
