"""The first sheet of results.xlsx: what became of the rows, what to do next, two charts, and the options used."""

from collections.abc import Sequence
from typing import Any

from importer.model.own_names import SUMMARY_SHEET
from importer.model.plain_text import encodable, plain
from importer.model.runs import RunRecord
from importer.reports.run_summary import RunSummary, pace_points
from importer.reports.workbook_style import STATUS_COLOURS, Style

_FIRST_CHART_ROW, _CHART_COLUMN, _CHART_ROWS = 4, 4, 17
_PACE_TITLE = "Requests per second"


def write_summary(
    book: Any,  # noqa: ANN401 - XlsxWriter is untyped
    worksheet: Any,  # noqa: ANN401 - the same
    style: Style,
    summary: RunSummary,
    notes: Sequence[str],
) -> None:
    """Write the sheet.

    Args:
        book: The workbook.
        worksheet: The sheet, which is empty.
        style: The workbook's formats.
        summary: What it says.
        notes: What a person should know of the sheets with the rows.

    """
    lines = _Lines(worksheet)
    worksheet.hide_gridlines(2)
    worksheet.set_column(0, 0, 22)
    worksheet.set_column(1, 1, 12)
    worksheet.set_column(2, 2, 46)
    worksheet.set_column(3, 3, 3)
    lines.add([(summary.title, style.title)])
    lines.add([(summary.headline, style.lead)])
    lines.add([(summary.ended, None)])
    lines.heading("Rows", style.heading)
    first_count = lines.row
    for status, count, meaning in summary.counts:
        lines.add([(status.value, style.status[status]), (count, style.count), (meaning, None)])
    _add_bars(book, worksheet, summary, first_count)
    lines.heading("What to do next", style.heading)
    for sentence, command in summary.steps:
        lines.add([(sentence, None)])
        for line in command.splitlines():
            lines.add([(line, style.command)])
    if notes:
        lines.heading("What is not in this workbook", style.heading)
        for note in notes:
            lines.add([(note, None)])
    lines.heading("The run", style.heading)
    for name, value in summary.facts:
        lines.add([(name, None), (value, None)])
    if summary.options:
        lines.heading("Options used", style.heading)
        for name, value in summary.options:
            lines.add([(name, None), (value, None)])
    last_shown = lines.row
    if summary.record.pace:
        _add_pace(book, worksheet, style, summary.record, lines)
    worksheet.set_landscape()
    worksheet.set_paper(9)  # A4
    worksheet.fit_to_pages(1, 0)
    worksheet.print_area(0, 0, max(last_shown, _FIRST_CHART_ROW + 2 * _CHART_ROWS), 12)


class _Lines:
    """The sheet's lines, written from the top."""

    def __init__(self, worksheet: Any) -> None:  # noqa: ANN401 - XlsxWriter is untyped
        self._worksheet = worksheet
        self.row = 0

    def add(self, cells: Sequence[tuple[str | float, Any]]) -> None:
        """Write a line: values with their formats; texts are never formulas."""
        for column, (value, form) in enumerate(cells):
            if isinstance(value, str):
                self._worksheet.write_string(self.row, column, encodable(plain(value))[:32_767], form)
            else:
                self._worksheet.write_number(self.row, column, value, form)
        self.row += 1

    def heading(self, text: str, form: Any) -> None:  # noqa: ANN401 - XlsxWriter is untyped
        """Leave a line free, and write a heading."""
        self.row += 1
        self.add([(text, form), ("", form), ("", form)])


def _add_bars(book: Any, worksheet: Any, summary: RunSummary, first: int) -> None:  # noqa: ANN401 - XlsxWriter is untyped
    """Add the chart of the rows by status."""
    counts = summary.counts
    if not counts:
        return
    last = first + len(counts) - 1
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "categories": [SUMMARY_SHEET, first, 0, last, 0],
            "values": [SUMMARY_SHEET, first, 1, last, 1],
            "points": [{"fill": {"color": STATUS_COLOURS[status]}} for status, _, _ in counts],
            "data_labels": {"value": True, "num_format": "#,##0"},
            "gap": 40,
        }
    )
    chart.set_title({"name": "Rows by status", "overlay": False, "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "line": {"none": True}, "major_tick_mark": "none"})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    chart.set_size({"width": 560, "height": 320})
    worksheet.insert_chart(_FIRST_CHART_ROW, _CHART_COLUMN, chart, {"description": "Rows by status"})


def _add_pace(book: Any, worksheet: Any, style: Style, record: RunRecord, lines: _Lines) -> None:  # noqa: ANN401 - XlsxWriter is untyped
    """Add the chart of requests per second against the limit, and below all else what it shows."""
    unit, points = pace_points(record)
    lines.heading(_PACE_TITLE, style.heading)
    lines.add([(unit.capitalize(), None), ("Sent", None), *([("Limit", None)] if record.rate_limit else [])])
    first = lines.row
    for at, rate in points:
        limit = [(record.rate_limit, style.rate)] if record.rate_limit else []
        lines.add([(at, style.rate), (rate, style.rate), *limit])
    last = lines.row - 1
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    series = [("sent", 1, {"color": "#2F7EC0", "width": 2})]
    series += [("limit", 2, {"color": "#D64545", "width": 1.5, "dash_type": "dash"})] if record.rate_limit else []
    for name, column, line in series:
        chart.add_series(
            {
                "name": name,
                "categories": [SUMMARY_SHEET, first, 0, last, 0],
                "values": [SUMMARY_SHEET, first, column, last, column],
                "line": line,
            }
        )
    chart.set_title({"name": _PACE_TITLE, "overlay": False, "name_font": {"size": 12}})
    chart.set_x_axis({"name": unit, "min": 0, "major_gridlines": {"visible": False}})
    chart.set_y_axis(
        {"min": 0, "line": {"none": True}, "major_gridlines": {"visible": True, "line": {"color": "#E0E0E0"}}}
    )
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 560, "height": 320})
    place = (_FIRST_CHART_ROW + _CHART_ROWS, _CHART_COLUMN)
    worksheet.insert_chart(*place, chart, {"description": f"{_PACE_TITLE} over the run"})
