"""What the importer costs beyond its requests: throughput beside a bare aiohttp loop, CPU at 300/s, peak memory."""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from importer.worker_pool.rate_limiter import MOST_IN_FLIGHT_WITHOUT_LIMIT
from tests.benchmarks.measuring import command, customers, importing, machine, spread, summary, tell
from tests.benchmarks.service import running

_TIMES = 3
_LATENCIES = (0.0, 0.2)


def main(rows: int = 10_000, most_rows: int = 0) -> None:
    """Print the figures; `most_rows` for the memory of a long file, such as 1,000,000 (that takes minutes)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours, bare, peaks = _without_limit(folder, rows)
        shares = [one / other for one, other in zip(ours, bare, strict=True)]
        tell(f"no limit, {rows:,} rows: ours, rows/s    {spread(ours, 0)}")
        tell(f"a bare aiohttp loop, rows/s          {spread(bare, 0)}")
        tell(f"ours of the bare loop's              {spread([100 * share for share in shares], 0)} %")
        tell(f"peak memory, MB                      {spread(peaks, 0)}")
        for latency_seconds in _LATENCIES:
            _at_the_limit(folder, latency_seconds)
        if most_rows:
            tell(f"peak memory with {most_rows:,} rows, MB  {_once(folder, most_rows)[1]:.0f}")
    tell(machine())


def _without_limit(folder: Path, rows: int) -> tuple[Sequence[float], Sequence[float], Sequence[float]]:
    """Return the rows per second of ours and of the floor, one after the other, and our peaks of memory."""
    ours, bare = [], []
    for _ in range(_TIMES):
        ours.append(_once(folder, rows))
        with running() as service:
            floor = Path(__file__).with_name("bare.py")
            command([sys.executable, floor, service.base_url, str(rows), str(MOST_IN_FLIGHT_WITHOUT_LIMIT)])
        bare.append(_rows_per_second(service.seen))
    return [speed for speed, _ in ours], bare, [peak for _, peak in ours]


def _once(folder: Path, rows: int) -> tuple[float, float]:
    place = Path(tempfile.mkdtemp(dir=folder))
    with running() as service:
        cost = importing(customers(place / "contacts.csv", rows), place, service.base_url, "--rate", "0")
    return _rows_per_second(service.seen), cost.peak_mb


def _rows_per_second(seen: dict[str, float]) -> float:
    """From the first request to the last: starting and reporting are other figures."""
    return seen["requests"] / (seen["last_at"] - seen["first_at"])


def _at_the_limit(folder: Path, latency_seconds: float, rows: int = 3000, limit: int = 300) -> None:
    """Print the share of the limit in the steady part, and the CPU that a second of sending takes."""
    speeds, cores, refused = [], [], 0
    idle = _cpu_seconds(folder, latency_seconds, limit, rows=30)[0]
    for _ in range(_TIMES):
        cpu_seconds, seen, throttled = _cpu_seconds(folder, latency_seconds, limit, rows=rows)
        speeds.append(100 * seen["steady_per_second"] / limit)
        cores.append(100 * (cpu_seconds - idle) / (seen["last_at"] - seen["first_at"]))
        refused += throttled
    tell(f"at {limit}/s, {latency_seconds * 1000:.0f} ms: of the limit          {spread(speeds)} %, {refused} 429s")
    tell(f"at {limit}/s, {latency_seconds * 1000:.0f} ms: of one core           {spread(cores)} % (start-up left out)")


def _cpu_seconds(folder: Path, latency_seconds: float, limit: int, *, rows: int) -> tuple[float, dict[str, float], int]:
    place = Path(tempfile.mkdtemp(dir=folder))
    with running(latency_seconds, limit) as service:
        cost = importing(customers(place / "contacts.csv", rows), place, service.base_url)
    return cost.cpu_seconds, service.seen, summary(cost)["requests"]["throttled"]
