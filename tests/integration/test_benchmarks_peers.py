"""The comparison with peers: its table, its plot, and what it takes for the reason why a tool stopped."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.benchmarks.measuring import Cost
from tests.benchmarks.peers import KEPT
from tests.benchmarks.peers_figures import Cell, Figures, Run, read, table, write
from tests.benchmarks.peers_plot import plot
from tests.benchmarks.peers_tools import TOOLS, Service, Tool, rows_for, why_ended

_SVG = "{http://www.w3.org/2000/svg}"


def _run(arrived: int, span_seconds: float, *, throttled: int = 0, ended: str = "") -> Run:
    return Run(
        arrived=arrived,
        throttled=throttled,
        span_seconds=span_seconds,
        cpu_seconds=1.25,
        peak_mb=99.6,
        ended=ended,
    )


_FIGURES = Figures(
    machine="2 cores, linux, Python 3.11.0, 2026-11-24",
    versions="one 1.0",
    cells=(
        Cell(tool="ours", latency_ms=50, limit=300, rows=2911, runs=tuple(_run(2911, 10.0 * n) for n in (1, 0.5, 2))),
        Cell(tool="dies", latency_ms=50, limit=300, rows=600, runs=(_run(300, 0.5, throttled=1, ended="429"),)),
        Cell(tool="ours", latency_ms=50, limit=0, rows=101, runs=(_run(101, 0.01), _run(101, 0.01))),
        Cell(tool="<none>", latency_ms=50, limit=0, rows=101, why_not="no such package"),
    ),
)


def _texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{_SVG}text")]  # noqa: S314 - our own


def test_the_table_has_medians_and_their_spread() -> None:
    """A row of the table says the median, between which values all runs were, and the share of the limit."""
    row = "| 50 ms, 300/s | ours | 2,911 | 2,911 | 291 (146 to 582) | 97% | 0 | 1.2 | 100 |"
    assert row in table(_FIGURES).splitlines()


def test_a_tool_that_stopped_has_no_share_of_the_limit() -> None:
    """A tool that stopped is said to have, with how many rows had arrived, and has no share of the limit."""
    row = "| 50 ms, 300/s | dies | 600 | 300, then stopped: 429 | 598 |  | 1 | 1.2 | 100 |"
    assert row in table(_FIGURES).splitlines()


def test_a_tool_that_could_not_be_measured_stands_in_the_table() -> None:
    """A tool that could not be installed is in the table with the reason, not left out."""
    assert "| 50 ms, no limit | <none> | 101 | not measured: no such package |  |  |  |  |  |" in table(_FIGURES)


def test_the_plot_is_whole_and_shows_each_tool() -> None:
    """The plot is well-formed XML with each tool's name, each median, the machine, and who stopped or is missing."""
    texts = _texts(plot(_FIGURES))
    assert {*_FIGURES.tools, "291", "10,000", "stopped after 300 of 600 rows", "not measured"} <= set(texts)
    assert any(_FIGURES.machine in text for text in texts)


def test_a_tool_that_lost_rows_is_marked() -> None:
    """A tool that went on without some of its rows has a star at its bar, and the star is explained."""
    lossy = Cell(tool="lossy", latency_ms=0, limit=300, rows=200, runs=(_run(101, 1.0),))
    texts = _texts(plot(Figures(machine="m", versions="v", cells=(lossy,))))
    assert "100*" in texts
    assert any("* not all rows arrived" in text for text in texts)


def test_figures_that_were_kept_are_the_same(tmp_path: Path) -> None:
    """Figures come back from their file as they were, so that table and plot can be made again."""
    write(_FIGURES, tmp_path / "peers.json")
    assert read(tmp_path / "peers.json") == _FIGURES


@pytest.mark.parametrize("latency_ms", [0, 50, 200])
@pytest.mark.parametrize("tool", TOOLS)
def test_slow_tools_are_given_fewer_rows(tool: Tool, latency_ms: int) -> None:
    """No tool is given more rows than it can post in the time, by its requests in flight and the latency."""
    rows = rows_for(tool, Service(latency_ms=latency_ms, limit=300), seconds=10.0, most=3000)
    assert 1 <= rows <= 3000
    assert rows * latency_ms <= 10_000 * tool.in_flight


@pytest.mark.parametrize(
    ("exit_code", "complained", "why"),
    [
        (0, "a warning\n", ""),
        (1, "", "exit code 1"),
        (
            1,
            "x\nlib.errors.HTTPError: 429 Client Error for url: http://127.0.0.1:1/v1\n\n",
            "HTTPError: 429 Client Error",
        ),
        (-9, "x\n", "it took over 60 s"),
    ],
)
def test_why_a_tool_stopped_is_what_it_said_last(exit_code: int, complained: str, why: str) -> None:
    """The reason is the last line of the complaint, without addresses that mean nothing to a reader."""
    cost = Cost(
        seconds=60.2,
        cpu_seconds=1.0,
        peak_mb=1.0,
        said="",
        complained=complained,
        exit_code=exit_code,
        began_at=0.0,
    )
    assert why_ended(cost) == why


@pytest.mark.skipif(not KEPT.exists(), reason="no figures are kept yet")
def test_the_plot_in_the_readme_is_that_of_the_kept_figures() -> None:
    """What the README shows was drawn from the figures that lie beside it."""
    assert KEPT.with_suffix(".svg").read_text(encoding="utf-8") == plot(read(KEPT))
