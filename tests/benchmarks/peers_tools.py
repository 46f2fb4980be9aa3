"""The tools that are compared, the services that they post to, and one run of one against the other."""

import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from importer.worker_pool.rate_limiter import MOST_IN_FLIGHT_WITHOUT_LIMIT, in_flight_needed
from tests.benchmarks.measuring import Cost, command, customers, importing
from tests.benchmarks.peers_figures import Run
from tests.benchmarks.service import running

_MANY = MOST_IN_FLIGHT_WITHOUT_LIMIT
_LONGEST_SECONDS = 60.0
_LONGEST_REASON = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """Who posts the rows."""

    name: str
    in_flight: int
    """Most requests in flight; ours and the bare loop have what the limit needs, where there is one."""
    package: str = ""
    """What pip installs; empty: it is ours."""
    script: str = ""


_OURS = Tool(name="callbell-importer", in_flight=_MANY)
_BARE = Tool(name="bare aiohttp loop", in_flight=_MANY)
TOOLS = (
    _OURS,
    _BARE,
    Tool(name=f"drt-core, {_MANY} syncs", in_flight=_MANY, package="drt-core", script="drt_sync.py"),
    Tool(name="drt-core, 1 sync", in_flight=1, package="drt-core", script="drt_sync.py"),
    Tool(name=f"dlt, {_MANY} workers", in_flight=_MANY, package="dlt", script="dlt_destination.py"),
    Tool(name="singer-sdk target", in_flight=1, package="singer-sdk", script="singer_target.py"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the tools post to."""

    latency_ms: int
    limit: int
    """Requests per second that it lets in; 0: all."""


def rows_for(tool: Tool, service: Service, *, seconds: float, most: int) -> int:
    """Return how many rows a tool is given: no more than can be posted in the time, with its requests in flight."""
    if not service.latency_ms:
        return most
    return max(1, min(most, round(seconds * tool.in_flight * 1000 / service.latency_ms)))


def run(tool: Tool, service: Service, rows: int, pythons: Mapping[str, Path]) -> Run:
    """Let a tool post rows to a service of its own.

    Args:
        tool: Who posts.
        service: To whom.
        rows: How many.
        pythons: Each package's own Python.

    """
    with tempfile.TemporaryDirectory() as name, running(service.latency_ms / 1000, service.limit) as there:
        file = customers(Path(name, "contacts.csv"), rows)
        if tool is _OURS:
            cost = importing(file, file.parent, there.base_url, "--rate", str(service.limit))
        elif tool is _BARE:
            cost = _bare(service, rows, there.base_url)
        else:
            cost = _peer(tool, service, file, pythons[tool.package], there.base_url)
    return Run(
        arrived=there.seen["contacts"],
        throttled=there.seen["throttled"],
        span_seconds=there.seen["last_at"] - there.seen["first_at"],
        cpu_seconds=cost.cpu_seconds,
        peak_mb=cost.peak_mb,
        ended=why_ended(cost) if there.seen["contacts"] < rows else "",
    )


def _bare(service: Service, rows: int, base_url: str) -> Cost:
    needed = in_flight_needed(service.limit, service.latency_ms / 1000) if service.limit else _BARE.in_flight
    script = Path(__file__).with_name("bare.py")
    return command([sys.executable, script, base_url, str(rows), str(needed), str(service.limit)])


def _peer(tool: Tool, service: Service, file: Path, python: Path, base_url: str) -> Cost:
    script = Path(__file__).parent / "peer_scripts" / tool.script
    place = file.with_name("place")
    place.mkdir()
    arguments: list[str | Path] = [python, script, file, base_url, str(service.limit), str(tool.in_flight), place]
    return command(arguments, longest_seconds=_LONGEST_SECONDS, may_fail=True)


def why_ended(cost: Cost) -> str:
    """Return why a command stopped, by the last that it complained of: empty if it ended well."""
    if cost.exit_code < 0:
        return f"it took over {cost.seconds:.0f} s"
    lines = [line.strip() for line in cost.complained.splitlines() if line.strip()]
    if not cost.exit_code or not lines:
        return f"exit code {cost.exit_code}" if cost.exit_code else ""
    # Neither addresses of the moment nor the module of an exception are of interest.
    return re.sub(r"^(\w+\.)+(?=\w+:)", "", re.sub(r"( for url)?:? *https?://\S+", "", lines[-1]))[:_LONGEST_REASON]
