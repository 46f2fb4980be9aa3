"""The floor: a bare aiohttp loop that posts so many rows: `bare.py URL ROWS CONCURRENCY [REQUESTS_PER_SECOND]`.

With a limit it waits for an `AsyncLimiter` at 97 % of it, two requests at a time: set that way, aiolimiter keeps clear
of a strict service's refusals. It hears no reply: a row that is refused is lost.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import Iterator

import aiohttp
from aiolimiter import AsyncLimiter

_SHARE_OF_LIMIT = 0.97
_BURST = 2


async def post_all(base_url: str, rows: int, concurrency: int, limit: float = 0.0) -> None:
    """Post every row once, as fast as the service answers, or as a limit allows."""
    numbers = iter(range(rows))
    slots = AsyncLimiter(_BURST, _BURST / (limit * _SHARE_OF_LIMIT)) if limit else contextlib.nullcontext()

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        await asyncio.gather(*(_worker(http, base_url, numbers, slots) for _ in range(concurrency)))


async def _worker(
    http: aiohttp.ClientSession,
    base_url: str,
    numbers: Iterator[int],
    slots: contextlib.AbstractAsyncContextManager[None],
) -> None:
    headers = {"Authorization": "Bearer sandbox-token", "Content-Type": "application/json"}
    for number in numbers:
        contact = {"identifier": f"34{600_000_000 + number}", "source": "whatsapp", "name": f"Name {number}"}
        body = json.dumps(contact | {"tags": ["VIP"]}).encode()
        async with slots:
            pass
        async with http.post(f"{base_url}/contacts", data=body, headers=headers) as response:
            json.loads(await response.read())


if __name__ == "__main__":
    asyncio.run(post_all(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *map(float, sys.argv[4:])))
