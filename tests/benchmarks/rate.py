"""The share of the limit that a run keeps against the sandbox, which lets 300 requests in any second through.

    python -m tests.benchmarks rate

The sandbox is a process of its own. The steady part is what lies between the first and the last tenth of the requests.
"""

import asyncio
import csv
import multiprocessing
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

from importer.sandbox import Sandbox, SandboxOptions
from tests.benchmarks.measuring import importing, machine, spread, summary, tell

_LIMIT = 300
_LATENCIES_SECONDS = (0.0, 0.05, 0.2)


def main(rows: int = 3000, times: int = 3) -> None:
    """Print the share of the limit and the 429s, at each latency."""
    tell(machine())
    for latency_seconds in _LATENCIES_SECONDS:
        shares, throttled = zip(*(_one(rows, latency_seconds) for _ in range(times)), strict=True)
        tell(
            f"{rows:,} rows at {latency_seconds * 1000:3.0f} ms: {spread(shares, 1)} % of the limit, 429s: {throttled}"
        )


def _one(rows: int, latency_seconds: float) -> tuple[float, int]:
    """Return the share of the limit in the steady part of one run, and its 429s."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=_serve, args=(there, latency_seconds))
    server.start()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "contacts.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(
                [("Phone", "Name"), *((f"+34{600_000_000 + n}", f"Name {n}") for n in range(rows))]
            )
        cost = importing(folder / "contacts.csv", folder, here.recv())
    here.send("stop")
    times: list[float] = here.recv()
    server.join()
    steady = times[len(times) // 10 : -len(times) // 10]
    share = (len(steady) - 1) / (steady[-1] - steady[0]) / _LIMIT * 100
    return share, summary(cost)["requests"]["throttled"]


def _serve(there: Connection, latency_seconds: float) -> None:
    """Serve until told to stop, then tell when each request came."""

    async def serve() -> None:
        async with Sandbox(SandboxOptions(rate_limit=_LIMIT, latency_seconds=latency_seconds)) as sandbox:
            there.send(sandbox.base_url)
            await asyncio.to_thread(there.recv)
            there.send(list(sandbox.traffic.arrival_times))

    asyncio.run(serve())
