"""What was measured of us and of the peers: kept as JSON, and told as a Markdown table."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of one tool, by what the service saw of it."""

    arrived: int
    """Contacts that the service took."""
    throttled: int
    """Requests that it answered with 429."""
    span_seconds: float
    """From the first request to the last."""
    cpu_seconds: float
    """All of the process, its start too."""
    peak_mb: float
    ended: str = ""
    """Why it stopped before its end, if it did."""

    @property
    def rows_per_second(self) -> float:
        """Contacts taken, from the first request to the last."""
        return max(0, self.arrived - 1) / self.span_seconds if self.span_seconds else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One tool against one service, several times."""

    tool: str
    latency_ms: int
    limit: int
    """Requests per second that the service lets in; 0: all."""
    rows: int
    runs: tuple[Run, ...] = ()
    why_not: str = ""
    """Why it was not measured, if it was not."""

    @property
    def rows_per_second(self) -> list[float]:
        """Of each run."""
        return [run.rows_per_second for run in self.runs]

    @property
    def arrived(self) -> int:
        """Of the rows, how many are in the service after a run: the median."""
        return round(statistics.median(run.arrived for run in self.runs)) if self.runs else 0

    @property
    def stopped(self) -> bool:
        """Whether most runs ended before all rows had arrived."""
        return sum(bool(run.ended) for run in self.runs) * 2 > len(self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All that was measured in one go."""

    machine: str
    versions: str
    cells: tuple[Cell, ...]

    @property
    def tools(self) -> list[str]:
        """The tools, in the order in which they were measured."""
        return list(dict.fromkeys(cell.tool for cell in self.cells))


def write(figures: Figures, path: Path) -> None:
    """Keep the figures, so that table and plot can be made again from them."""
    path.write_text(json.dumps(asdict(figures), indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> Figures:
    """Return the figures that were kept."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    return Figures(**kept | {"cells": tuple(map(_cell, kept["cells"]))})


def _cell(kept: dict[str, Any]) -> Cell:
    return Cell(**kept | {"runs": tuple(Run(**run) for run in kept["runs"])})


def table(figures: Figures) -> str:
    """Return the Markdown table: medians, and between which values all runs were."""
    lines = [
        "| service | tool | rows given | arrived | rows/s | of the limit | 429s | CPU, s | peak MB |",
        "|---|---|---|---|---|---|---|---|---|",
        *(f"| {' | '.join(_row(cell))} |" for cell in figures.cells),
        "",
        f"{figures.machine}; {figures.versions}",
    ]
    return "\n".join(lines)


def _row(cell: Cell) -> Sequence[str]:
    service = f"{cell.latency_ms} ms, {f'{cell.limit}/s' if cell.limit else 'no limit'}"
    if not cell.runs:
        return service, cell.tool, f"{cell.rows:,}", f"not measured: {cell.why_not}", *[""] * 5
    share = f"{statistics.median(cell.rows_per_second) / cell.limit:.0%}" if cell.limit and not cell.stopped else ""
    return (
        service,
        cell.tool,
        f"{cell.rows:,}",
        f"{cell.arrived:,}" + (f", then stopped: {cell.runs[-1].ended}" if cell.stopped else ""),
        _spread(cell.rows_per_second),
        share,
        _spread([run.throttled for run in cell.runs]),
        _spread([run.cpu_seconds for run in cell.runs], digits=1),
        _spread([run.peak_mb for run in cell.runs]),
    )


def _spread(values: Sequence[float], digits: int = 0) -> str:
    """Return the median, and between which values all were, unless that is the same."""
    said = {f"{value:.{digits}f}" for value in values}
    return said.pop() if len(said) == 1 else spread(values, digits)
