"""Requests beside the pool keep the pace of the same rate limiter."""

import asyncio
from collections import Counter

import pytest

from importer.model.requests import WHO_AM_I, list_contacts
from importer.worker_pool.paced_service import PacedService
from importer.worker_pool.rate_limiter import RateLimiter
from tests.support import virtual_time
from tests.support.pools import ObedientService, answer


def test_no_second_has_more_requests_than_the_account_allows() -> None:
    """Also where many callers ask at once, and each has its answer."""

    async def main() -> None:
        service, limiter = ObedientService(latency_seconds=0.0), RateLimiter(rate=50.0)
        paced = PacedService(service, limiter, lambda: 0.5)
        replies = await asyncio.gather(*[paced.send(WHO_AM_I) for _ in range(300)])
        assert {reply.http_status for reply in replies} == {200}
        left = [at for at, _, _ in service.sent]
        assert max(Counter(int(at) for at in left).values()) <= 50
        assert (limiter.sent, limiter.in_flight) == (300, 0)

    virtual_time.run(main())


def test_a_429_holds_the_next_request() -> None:
    """As it holds the pool's."""

    async def main() -> None:
        throttled = answer(429, retry_after_seconds=7.0)
        service = ObedientService(odd=lambda number, _request: throttled if number == 1 else None)
        paced = PacedService(service, RateLimiter(rate=50.0), lambda: 0.5)
        assert (await paced.send(list_contacts())).http_status == 429
        await paced.send(list_contacts())
        assert service.sent[1][0] >= 7.0

    virtual_time.run(main())


def test_a_request_that_is_given_up_gives_its_place_back() -> None:
    """Else the pool that comes after would wait for it for ever."""

    async def main() -> None:
        limiter = RateLimiter(rate=50.0)
        paced = PacedService(ObedientService(hangs=lambda _request: True), limiter, lambda: 0.5)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5.0):
                await paced.send(WHO_AM_I)
        assert limiter.in_flight == 0

    virtual_time.run(main())
