"""The first sheet of results.xlsx: what became of the rows, what to do next, two charts, and the options used."""

from collections.abc import Sequence
from typing import Any

from importer.model.own_names import SUMMARY_SHEET
from importer.model.plain_text import encodable, plain
from importer.model.runs import RunRecord
from importer.reports.run_summary import RunSummary, pace_points
from importer.reports.workbook_style import LONGEST_CELL, STATUS_COLOURS, Style, line_height

_WIDTHS, _LAST_COLUMN = (22, 12, 46, 3), 2
_COMMAND_SHARE = 0.7
"""Of the characters that a line holds, those that it holds of a command, which has wider letters and longer words."""
_FIRST_CHART_ROW, _CHART_COLUMN, _CHART_ROWS = 4, 4, 17
_PACE_TITLE = "Requests per second"


def write_summary(
    book: Any,  # noqa: ANN401 - XlsxWriter is untyped
    worksheet: Any,  # noqa: ANN401 - the same
    style: Style,
    summary: RunSummary,
    notes: Sequence[str],
    links: Sequence[tuple[str, str]],
) -> None:
    """Write the sheet.

    Args:
        book: The workbook.
        worksheet: The sheet, which is empty.
        style: The workbook's formats.
        summary: What it says.
        notes: What a person should know of the sheets with the rows.
        links: What it leads to: texts, each with its place in the workbook.

    """
    lines = _Lines(worksheet, style)
    worksheet.hide_gridlines(2)
    for column, width in enumerate(_WIDTHS):
        worksheet.set_column(column, column, width)
    _write_head(lines, style, summary, links)
    lines.heading("Rows")
    first_count = lines.row
    for status, count, meaning in summary.counts:
        lines.add([(summary.word(status), style.status[status]), (count, style.count), (meaning, style.meaning)])
    _add_bars(book, worksheet, summary, first_count)
    _write_texts(lines, style, summary, notes)
    last_printed = lines.row = max(lines.row, _FIRST_CHART_ROW + 2 * _CHART_ROWS)
    if pace_points(summary.record)[1]:  # below the charts, which show it: the table is not printed
        _add_pace(book, worksheet, style, summary.record, lines)
    worksheet.set_landscape()
    worksheet.set_paper(9)  # A4
    worksheet.fit_to_pages(1, 0)
    worksheet.print_area(0, 0, last_printed, 12)


def _write_head(lines: "_Lines", style: Style, summary: RunSummary, links: Sequence[tuple[str, str]]) -> None:
    """Write what was imported, what became of the customers, and links to what needs a person."""
    lines.add([(summary.title, style.title)])
    if summary.notice:
        lines.add([(summary.notice, style.notice)])
    lines.add([(summary.headline, style.lead)])
    if summary.left_out:
        lines.add([(summary.left_out, None)])
    lines.add([(summary.ended, None)])
    for text, place in links:
        lines.link(text, place)


def _write_texts(lines: "_Lines", style: Style, summary: RunSummary, notes: Sequence[str]) -> None:
    """Write what to do next, what is not there, how the run was, and its options."""
    lines.heading("What to do next")
    for sentence, command in summary.steps:
        lines.wide(sentence, style.wrapped)
        for line in command.splitlines():
            lines.wide(line, style.command)
    if notes:
        lines.heading("What is not in this workbook")
        for note in notes:
            lines.wide(note, style.wrapped)
    lines.heading("The run")
    for name, value in summary.facts:
        lines.wide(value, style.wrapped, name)
    if summary.options:
        lines.heading("Options used")
        for name, value in summary.options:
            lines.wide(value, style.wrapped, name)


class _Lines:
    """The sheet's lines, written from the top."""

    def __init__(self, worksheet: Any, style: Style) -> None:  # noqa: ANN401 - XlsxWriter is untyped
        self._worksheet = worksheet
        self._style = style
        self.row = 0

    def add(self, cells: Sequence[tuple[str | float, Any]]) -> None:
        """Write a line: values with their formats; texts are never formulas."""
        for column, (value, form) in enumerate(cells):
            if isinstance(value, str):
                self._worksheet.write_string(self.row, column, _cell(value), form)
            else:
                self._worksheet.write_number(self.row, column, value, form)
        self.row += 1

    def link(self, text: str, place: str) -> None:
        """Write a link to a place in the workbook."""
        self._worksheet.write_url(self.row, 0, place, self._style.link, _cell(text))
        self.row += 1

    def wide(self, text: str, form: Any, name: str = "") -> None:  # noqa: ANN401 - XlsxWriter is untyped
        """Write a text over the sheet's width, wrapped, after a name if it has one."""
        first = 1 if name else 0
        text = _cell(text)
        width = sum(_WIDTHS[first : _LAST_COLUMN + 1]) * (_COMMAND_SHARE if form is self._style.command else 1)
        self._worksheet.set_row(self.row, line_height(text, int(width)))
        if name:
            self._worksheet.write_string(self.row, 0, _cell(name), self._style.wrapped)
        self._worksheet.merge_range(self.row, first, self.row, _LAST_COLUMN, "", form)
        self._worksheet.write_string(self.row, first, text, form)
        self.row += 1

    def heading(self, text: str) -> None:
        """Leave a line free, and write a heading."""
        self.row += 1
        form = self._style.heading
        self.add([(text, form), ("", form), ("", form)])


def _cell(text: str) -> str:
    return encodable(plain(text))[:LONGEST_CELL]


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
    lines.heading(_PACE_TITLE)
    names = (unit.capitalize(), "Sent", *(["Limit"] if record.rate_limit else []))
    lines.add([(name, style.right) for name in names])
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
