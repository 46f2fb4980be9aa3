"""Plots as SVG within a page: bars of counts, and a line against a limit; its style, light or dark, is the page's."""

import math
from collections.abc import Sequence
from html import escape

_WIDTH, _BAR_HEIGHT, _LABEL_WIDTH, _COUNT_WIDTH = 640, 30, 100, 90
_LETTER_WIDTH = 9.2
_LINE_HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 300, 52, 12, 16, 44
_TICKS = 5


def bars(title: str, counts: Sequence[tuple[str, int, str]]) -> str:
    """Return a bar for each name, with its count and colour.

    Args:
        title: What it shows, for those who cannot see it.
        counts: Names, counts and colours.

    """
    most = max((count for _, count, _ in counts), default=0) or 1
    left = max([_LABEL_WIDTH, *(round(len(name) * _LETTER_WIDTH) + 12 for name, _, _ in counts)])
    room = _WIDTH - left - _COUNT_WIDTH
    parts = []
    for place, (name, count, colour) in enumerate(counts):
        y, width = place * _BAR_HEIGHT, max(count / most * room, 2.0)
        middle = y + _BAR_HEIGHT / 2
        parts.append(
            f'<text x="{left - 8}" y="{middle:.1f}" text-anchor="end" dy=".35em">{escape(name)}</text>'
            f'<rect x="{left}" y="{y + 4}" width="{width:.1f}" height="{_BAR_HEIGHT - 8}" rx="3" '
            f'fill="{escape(colour)}"/>'
            f'<text x="{left + width + 8:.1f}" y="{middle:.1f}" dy=".35em">{count:,}</text>'
        )
    return _svg(title, max(len(counts), 1) * _BAR_HEIGHT, "".join(parts))


def rate_line(title: str, points: Sequence[tuple[float, float]], unit: str, limit: float) -> str:
    """Return a line through the points, and a dashed one at the limit.

    Args:
        title: What it shows, for those who cannot see it.
        points: Time and value, in the order of time.
        unit: Of the time.
        limit: 0.0: there is none.

    """
    last = max((at for at, _ in points), default=0.0) or 1.0
    most = max(max((value for _, value in points), default=0.0), limit) * 1.08 or 1.0
    right, bottom = _WIDTH - _RIGHT, _LINE_HEIGHT - _BOTTOM

    def at_x(at: float) -> float:
        return _LEFT + at / last * (right - _LEFT)

    def at_y(value: float) -> float:
        return bottom - value / most * (bottom - _TOP)

    parts = [
        f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{at_y(value):.1f}" y2="{at_y(value):.1f}"/>'
        f'<text x="{_LEFT - 6}" y="{at_y(value):.1f}" text-anchor="end" dy=".35em">{value:g}</text>'
        for value in ticks(most)
    ]
    parts += [f'<text x="{at_x(at):.1f}" y="{bottom + 20}" text-anchor="middle">{at:g}</text>' for at in ticks(last)]
    parts.append(f'<text x="{right}" y="{_LINE_HEIGHT - 3}" text-anchor="end">{escape(unit)}</text>')
    path = " ".join(f"{at_x(at):.1f},{at_y(value):.1f}" for at, value in points)
    if points:
        ends = f"{at_x(points[-1][0]):.1f},{bottom} {at_x(points[0][0]):.1f},{bottom}"
        parts.append(f'<polygon class="area" points="{path} {ends}"/><polyline class="line" points="{path}"/>')
    if limit:
        y = at_y(limit)
        parts.append(f'<line class="limit" x1="{_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="limit-name" x="{right}" y="{y - 5:.1f}" text-anchor="end">limit {limit:g}</text>')
    return _svg(title, _LINE_HEIGHT, "".join(parts))


def ticks(most: float) -> list[float]:
    """Return round numbers from 0 to the greatest, about five."""
    size = 10.0 ** math.floor(math.log10(most / _TICKS))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor * _TICKS >= most)
    return [round(step * place, 10) for place in range(int(most / step) + 1)]


def _svg(title: str, height: int, content: str) -> str:
    label = escape(title)
    return f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{label}"><title>{label}</title>{content}</svg>'
