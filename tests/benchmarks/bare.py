"""The floor: a bare aiohttp loop that posts so many rows, with so many in flight: `bare.py URL ROWS CONCURRENCY`."""

import asyncio
import json
import sys
from collections.abc import Iterator

import aiohttp


async def post_all(base_url: str, rows: int, concurrency: int) -> None:
    """Post every row once, as fast as the service answers."""
    numbers = iter(range(rows))

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        await asyncio.gather(*(_worker(http, base_url, numbers) for _ in range(concurrency)))


async def _worker(http: aiohttp.ClientSession, base_url: str, numbers: Iterator[int]) -> None:
    headers = {"Authorization": "Bearer sandbox-token", "Content-Type": "application/json"}
    for number in numbers:
        contact = {"identifier": f"34{600_000_000 + number}", "source": "whatsapp", "name": f"Name {number}"}
        body = json.dumps(contact | {"tags": ["VIP"]}).encode()
        async with http.post(f"{base_url}/contacts", data=body, headers=headers) as response:
            json.loads(await response.read())


if __name__ == "__main__":
    asyncio.run(post_all(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
