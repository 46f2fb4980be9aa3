"""A plot of the peers' figures as SVG, written by hand: two panels of grouped bars, for light and dark pages alike."""

import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from tests.benchmarks.peers_figures import Cell, Figures

_WIDTH, _HEIGHT = 960, 760
_LEFT, _RIGHT = 70, 20
_PANEL_HEIGHT = 230
_TOPS = (118, 440)
_LIMIT_TOP = 340.0
_LOWEST, _HIGHEST = 1.0, 25_000.0
"""Of the axis without a limit, which is logarithmic."""
_COLOURS = ("#1f5fbf", "#8a93a0", "#d9741a", "#f0b273", "#2b8a5f", "#9a4fb0")
_INK, _FAINT, _GRID = "#1b1f24", "#57606a", "#d8dee4"
_HALO = 'paint-order="stroke" stroke="#ffffff" stroke-width="4" stroke-linejoin="round"'
"""Keeps what is written clear of lines behind it."""
_SHARE_OF_GROUP = 0.86
_GAP = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """One half of the plot."""

    title: str
    top: float
    cells: Sequence[Cell]
    ticks: Sequence[float]
    height_of: Callable[[float], float]
    """From rows per second to a share of the panel's height, 0.0 to 1.0."""
    limit: int

    @property
    def bottom(self) -> float:
        return self.top + _PANEL_HEIGHT

    def y(self, rows_per_second: float) -> float:
        """Return where a value lies."""
        return self.bottom - _PANEL_HEIGHT * min(1.0, max(0.0, self.height_of(rows_per_second)))


def plot(figures: Figures) -> str:
    """Return the plot as SVG."""
    tools = figures.tools
    parts = [*_frame(figures), *_legend(tools)]
    for panel in _panels(figures):
        parts += [*_axes(panel), *_bars(panel, tools)]
    return "\n".join([*parts, "</svg>", ""])


def _panels(figures: Figures) -> Iterator[_Panel]:
    limited = [cell for cell in figures.cells if cell.limit]
    limit = limited[0].limit if limited else 0
    yield _Panel(
        title=f"The service lets {limit} requests a second in (dashed line)",
        top=_TOPS[0],
        cells=limited,
        ticks=(0, 100, 200, 300),
        height_of=lambda value: value / _LIMIT_TOP,
        limit=limit,
    )
    yield _Panel(
        title="The service has no limit (logarithmic)",
        top=_TOPS[1],
        cells=[cell for cell in figures.cells if not cell.limit],
        ticks=(1, 10, 100, 1000, 10_000),
        height_of=lambda value: math.log10(max(value, _LOWEST) / _LOWEST) / math.log10(_HIGHEST / _LOWEST),
        limit=0,
    )


def _text(x: float, y: float, text: str, more: str = "", *, size: float = 12, colour: str = _INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" {more}>{escape(text)}</text>'


def _line(x: tuple[float, float], y: tuple[float, float], colour: str, more: str = "") -> str:
    return f'<line x1="{x[0]:.1f}" x2="{x[1]:.1f}" y1="{y[0]:.1f}" y2="{y[1]:.1f}" stroke="{colour}" {more}/>'


def _frame(figures: Figures) -> Iterator[str]:
    font = "font-family=\"system-ui, 'Segoe UI', Helvetica, Arial, sans-serif\""
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}"'
        f' viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" {font}>'
    )
    yield "<title>Rows a second of callbell-importer, a bare aiohttp loop, and peers</title>"
    # White of its own: what is dark on light stays so on a dark page.
    yield f'<rect width="{_WIDTH}" height="{_HEIGHT}" rx="8" fill="#ffffff"/>'
    yield _text(_LEFT, 34, "One contact per request: how many rows a second arrive", 'font-weight="600"', size=18)
    lost = any(cell.runs and not cell.stopped and cell.arrived < cell.rows for cell in figures.cells)
    how = "Medians, and lines from the lowest to the highest run" + (" (* not all rows arrived)" if lost else "")
    yield _text(_LEFT, _HEIGHT - 34, f"{how}. {figures.machine}.", size=11)
    yield _text(_LEFT, _HEIGHT - 16, figures.versions, size=11, colour=_FAINT)


def _legend(tools: Sequence[str]) -> Iterator[str]:
    x = float(_LEFT)
    for tool, colour in zip(tools, _COLOURS, strict=False):
        yield f'<rect x="{x:.1f}" y="54" width="12" height="12" rx="2" fill="{colour}"/>'
        yield _text(x + 17, 64.5, tool)
        x += 17 + 6.6 * len(tool) + 16


def _axes(panel: _Panel) -> Iterator[str]:
    right = _WIDTH - _RIGHT
    yield _text(_LEFT, panel.top - 14, panel.title, 'font-weight="600"', size=13)
    for tick in panel.ticks:
        yield _line((_LEFT, right), (panel.y(tick), panel.y(tick)), _GRID)
        yield _text(_LEFT - 8, panel.y(tick) + 4, f"{tick:,}", 'text-anchor="end"', size=11, colour=_FAINT)
    middle = panel.top + _PANEL_HEIGHT / 2
    turned = f'text-anchor="middle" transform="rotate(-90 18 {middle:.1f})"'
    yield _text(18, middle, "rows a second", turned, colour=_FAINT)
    if panel.limit:
        yield _line((_LEFT, right), (panel.y(panel.limit),) * 2, "#c0262d", 'stroke-width="1.5" stroke-dasharray="6 4"')
    yield _line((_LEFT, right), (panel.bottom, panel.bottom), _INK)


def _bars(panel: _Panel, tools: Sequence[str]) -> Iterator[str]:
    latencies = list(dict.fromkeys(cell.latency_ms for cell in panel.cells))
    group = (_WIDTH - _LEFT - _RIGHT) / max(1, len(latencies))
    slot = group * _SHARE_OF_GROUP / max(1, len(tools))
    for number, latency_ms in enumerate(latencies):
        left = _LEFT + group * (number + (1 - _SHARE_OF_GROUP) / 2)
        label = f"{latency_ms} ms until the service answers"
        yield _text(_LEFT + group * (number + 0.5), panel.bottom + 20, label, 'text-anchor="middle"')
        for cell in panel.cells:
            if cell.latency_ms == latency_ms:
                place = tools.index(cell.tool)
                x = left + slot * place + _GAP / 2
                yield from _bar(panel, cell, x, slot - _GAP, _COLOURS[place % len(_COLOURS)])


def _bar(panel: _Panel, cell: Cell, x: float, width: float, colour: str) -> Iterator[str]:
    middle = x + width / 2
    if not cell.runs or cell.stopped:
        said = f"stopped after {cell.arrived:,} of {cell.rows:,} rows" if cell.runs else "not measured"
        turned = f'transform="rotate(-90 {middle + 4:.1f} {panel.bottom - 8:.1f})"'
        yield _text(middle + 4, panel.bottom - 8, said, f"{turned} {_HALO}", size=11, colour=colour)
        return
    speeds = cell.rows_per_second
    top = panel.y(statistics.median(speeds))
    yield f'<rect x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" height="{panel.bottom - top:.1f}" fill="{colour}"/>'
    lowest, highest = panel.y(min(speeds)), panel.y(max(speeds))
    if lowest - highest > 1:
        yield _line((middle, middle), (lowest, highest), _INK, 'stroke-width="1.2"')
    value = f"{statistics.median(speeds):,.0f}" + ("*" if cell.arrived < cell.rows else "")
    yield _text(middle, min(top, highest) - 5, value, f'text-anchor="middle" {_HALO}', size=11)
