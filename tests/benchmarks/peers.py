"""Ours, a bare aiohttp loop and peers from PyPI, at 0, 50 and 200 ms, at a limit of 300 and without: table and plot.

    python -m tests.benchmarks peers [ROWS] [TIMES]

The service is a process of its own, on loopback. Each peer is used as its documentation says, by a script in
`peer_scripts` that tells how; where it can have more requests in flight, it has as many as ours has without a limit.
Rows per second are from the first request to the last. Without a limit all are given three times as many rows, and who
has one request in flight is given as few as take no longer than the others. Figures are medians of several runs; the
tools take turns, so that all meet the same machine. What was measured is written to `peers.json` and the plot to
`peers.svg`, in the current folder. With 0 ROWS nothing is measured: table and plot are made from the `peers.json` that
lies beside this module.
"""

from pathlib import Path

from tests.benchmarks.measuring import machine, tell
from tests.benchmarks.peers_environment import NotInstalledError, environment
from tests.benchmarks.peers_figures import Cell, Figures, Run, read, table, write
from tests.benchmarks.peers_plot import plot
from tests.benchmarks.peers_tools import TOOLS, Service, Tool, rows_for, run

KEPT = Path(__file__).with_name("peers.json")
_LATENCIES_MS = (0, 50, 200)
_LIMIT = 300
_TIMES_ROWS_WITHOUT_LIMIT = 3


def main(rows: int = 2000, times: int = 3) -> None:
    """Measure, print the table, and write the plot."""
    figures = measured(rows, times) if rows else read(KEPT)
    if rows:
        write(figures, Path("peers.json"))
    Path("peers.svg").write_text(plot(figures), encoding="utf-8")
    tell(table(figures))


def measured(rows: int, times: int) -> Figures:
    """Measure all tools against all services, in turns."""
    began_on = machine()
    pythons, why_not, versions = _environments()
    pairs = [
        (Service(latency_ms=latency_ms, limit=limit), tool)
        for limit in (_LIMIT, 0)
        for latency_ms in _LATENCIES_MS
        for tool in TOOLS
    ]
    runs: dict[tuple[Service, Tool], list[Run]] = {pair: [] for pair in pairs}
    for time_number in range(times):
        for service, tool in pairs:
            if tool.package not in why_not:
                runs[service, tool].append(run(tool, service, _rows(tool, service, rows), pythons))
                tell(f"{time_number + 1} of {times}: {tool.name}, {service}, {runs[service, tool][-1]}")
    cells = [
        Cell(
            tool=tool.name,
            latency_ms=service.latency_ms,
            limit=service.limit,
            rows=_rows(tool, service, rows),
            runs=tuple(runs[service, tool]),
            why_not=why_not.get(tool.package, ""),
        )
        for service, tool in pairs
    ]
    return Figures(machine=began_on, versions=versions, cells=tuple(cells))


def _rows(tool: Tool, service: Service, rows: int) -> int:
    most = rows if service.limit else rows * _TIMES_ROWS_WITHOUT_LIMIT
    return rows_for(tool, service, seconds=rows / _LIMIT, most=most)


def _environments() -> tuple[dict[str, Path], dict[str, str], str]:
    """Return each peer's Python, why others have none, and the versions."""
    pythons: dict[str, Path] = {}
    why_not: dict[str, str] = {}
    versions = []
    for package in dict.fromkeys(tool.package for tool in TOOLS if tool.package):
        try:
            pythons[package], version = environment(package)
            versions.append(f"{package} {version}")
        except NotInstalledError as error:
            why_not[package] = str(error)
    return pythons, why_not, ", ".join(versions)
