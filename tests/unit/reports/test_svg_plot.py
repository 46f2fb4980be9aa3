"""Plots as SVG."""

from xml.etree import ElementTree as ET

import pytest

from importer.reports.svg_plot import bars, rate_line, ticks


@pytest.mark.parametrize("most", [0.3, 1.0, 7.0, 324.0, 12_000.0])
def test_ticks_are_round_and_few(most: float) -> None:
    """From nothing to the greatest, whatever its size."""
    found = ticks(most)
    assert found[0] == 0.0
    assert 2 <= len(found) <= 6
    assert found[-1] <= most


def test_bars_have_names_and_counts() -> None:
    """What cannot be seen is read out, and no name can be markup."""
    plot = bars("Rows & status", [("<b>created", 3995, "#2E9E5B"), ("invalid", 0, "#D64545")])
    root = ET.fromstring(plot)  # noqa: S314 - our own text
    assert root.attrib["aria-label"] == "Rows & status"
    assert [text.text for text in root.iter("text")] == ["<b>created", "3,995", "invalid", "0"]


def test_the_line_stays_under_its_limit() -> None:
    """The limit is drawn where there is one."""
    plot = rate_line("Requests", [(0.5, 100.0), (1.5, 300.0)], "seconds", 300.0)
    root = ET.fromstring(plot)  # noqa: S314 - our own text
    (limit,) = [line for line in root.iter("line") if line.attrib["class"] == "limit"]
    (line,) = root.iter("polyline")
    heights = [float(point.split(",")[1]) for point in line.attrib["points"].split()]
    assert heights[1] == float(limit.attrib["y1"]) < heights[0]
    assert "limit" not in rate_line("Requests", [], "seconds", 0.0)
