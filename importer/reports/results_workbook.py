"""results.xlsx: a run for people. A summary with charts, the input's rows with what became of them, the problems.

It can be corrected and given to `run` as it is: the input's columns come first, in their order, and the names of our
own columns and sheets are known (`importer.model.own_names`). So that this is right whatever is left out, a row is
there with all of its cells or not at all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePath
from typing import Any

from importer.model.cell_names import cell_names
from importer.model.own_names import (
    CELLS_COLUMN,
    OWN_SHEETS,
    PROBLEMS_SHEET,
    REASON_COLUMN,
    ROW_COLUMN,
    STATUS_COLUMN,
    STEP_COLUMN,
    SUMMARY_SHEET,
    UUID_COLUMN,
)
from importer.model.person import FORGOTTEN
from importer.model.plain_text import counted, plain
from importer.model.protocols import ReportSource
from importer.model.rows import Sheet
from importer.model.runs import ProblemGroup, ShownRow, ShownRows
from importer.reports.failed_rows import kept_places, wrong_cells
from importer.reports.problem_groups import first_rows, group_sentence
from importer.reports.report_advice import RetryCommands, row_step
from importer.reports.report_options import InputCells
from importer.reports.row_ranges import RowRanges
from importer.reports.run_summary import RunSummary
from importer.reports.summary_sheet import write_summary
from importer.reports.workbook_style import Style, Table, line_height, named_sheet, new_workbook

MOST_WITH_UNCHANGED, MOST_WITH_ALL_CHANGES = 20_000, 200_000
"""Rows of a run up to which its unchanged rows are shown, and up to which all others are."""
_MOST_SHEET_ROWS = 1_000_000  # Excel has 1,048,576
_MOST_LINKS = 20_000  # a sheet of Excel takes 65,530, and XlsxWriter keeps them in memory
_LONGEST_LINK = 2_000
_MOST_LEADS = 10
"""Of the links from the summary to sheets of the input: beyond these it is no summary any more."""
_LONGEST_SHEET_NAME = 31
_MESSAGE_WIDTH = 90
_REASON_WIDTH, _STEP_WIDTH = 60, 48
_ADDED = (STATUS_COLUMN, REASON_COLUMN, STEP_COLUMN, CELLS_COLUMN, UUID_COLUMN, ROW_COLUMN)
"""In the order in which a person needs them, as those at the end may be beyond the screen."""
_REASON, _STEP, _UUID = map(_ADDED.index, (REASON_COLUMN, STEP_COLUMN, UUID_COLUMN))
_LEFT_OUT = {
    ShownRows.EVERY: "",
    ShownRows.CHANGED: f"Rows that are unchanged are left out, as the run has more than {MOST_WITH_UNCHANGED:,}.",
    ShownRows.TO_FIX: f"Only rows that need a person are here, as the run has more than {MOST_WITH_ALL_CHANGES:,}.",
}


class CellsGoneError(Exception):
    """Rows would be missing in a workbook that is to be whole, as nothing has their cells any more."""


def write_results_workbook(
    path: Path, source: ReportSource, summary: RunSummary, input_cells: InputCells, *, is_whole: bool = False
) -> Sequence[str]:
    """Write the workbook, and return what it does not have; memory does not grow with the number of rows.

    Args:
        path: The workbook; a temporary folder is created beside it.
        source: The run.
        summary: What its first sheet says.
        input_cells: Reads the input again, where the journal does not keep a row's cells.
        is_whole: Whether it is written only if no row's cells are missing.

    Raises:
        CellsGoneError: It would not be whole.
        OSError: It cannot be written.
        StorageError: The journal cannot be read.

    """
    which = shown_rows(sum(summary.tally.values()))
    notes, sheets = list[str](), list[tuple[_RowSheet, str]]()
    with new_workbook(path) as book:
        style = Style(book)
        first = book.add_worksheet(SUMMARY_SHEET)
        for index, sheet in enumerate(source.sheets()):
            own = named_sheet(book, sheet_name(sheet), [*OWN_SHEETS])
            rows = _RowSheet(sheet=sheet, style=style, about=summary, commands=RetryCommands.of(summary.record))
            rows.write(own, _with_cells(source.shown_rows(index, which), partial(input_cells, index)))
            if is_whole and rows.lacks_cells:
                raise CellsGoneError
            notes += rows.notes()
            sheets.append((rows, own.get_name()))
        problems = book.add_worksheet(PROBLEMS_SHEET)
        write_problems(problems, style, summary.groups, source.sheets())
        told = [note for note in (summary.not_kept, _LEFT_OUT[which], *notes) if note]
        write_summary(book, first, style, summary, told, _links(sheets, summary))
    return notes


def _links(sheets: "Sequence[tuple[_RowSheet, str]]", summary: RunSummary) -> list[tuple[str, str]]:
    """Return what the summary leads to, each with its place: the first rows that need a person, and the problems."""
    links = []
    for one, name in sheets:
        if one.needed:
            which = "The row that needs you" if one.needed == 1 else f"The {one.needed:,} rows that need you"
            links.append((f'{which}: sheet "{name}", from row {one.first_needed + 1}', _place(name, one.first_needed)))
    if not links:
        links = [(f'The rows: sheet "{name}"', _place(name, 0)) for _, name in sheets]
    links = links[:_MOST_LEADS]
    if any(summary.groups.values()):
        links.append((f'The problems in groups: sheet "{PROBLEMS_SHEET}"', _place(PROBLEMS_SHEET, 0)))
    return links


def _place(sheet: str, row: int) -> str:
    """Return the address of a row's first cell, for a link within the workbook."""
    quoted = sheet.replace("'", "''")
    return f"internal:'{quoted}'!A{row + 1}"


def shown_rows(total: int) -> ShownRows:
    """Return which rows of a run with so many are shown."""
    if total <= MOST_WITH_UNCHANGED:
        return ShownRows.EVERY
    return ShownRows.CHANGED if total <= MOST_WITH_ALL_CHANGES else ShownRows.TO_FIX


def sheet_name(sheet: Sheet) -> str:
    """Return what the sheet with the rows is called: as in the input, so that `sheet` of the config finds it again."""
    name = sheet.name or PurePath(sheet.file).stem
    return "".join(sign for sign in name if sign.isprintable() and sign not in "[]:*?/\\")[:_LONGEST_SHEET_NAME].strip(
        "'"
    )


def _with_cells(
    rows: Iterator[ShownRow], read_again: Callable[[], Iterator[tuple[int, tuple[str, ...]]]]
) -> Iterator[ShownRow]:
    """Yield the rows with the cells that the journal does not keep; without any where the input has none for it."""
    again: Iterator[tuple[int, tuple[str, ...]]] | None = None
    number, cells = 0, tuple[str, ...]()
    for row in rows:
        if row.cells is not None:
            yield row
            continue
        again = again or read_again()
        while number < row.result.row and (found := next(again, None)):
            number, cells = found
        yield row._replace(cells=cells) if number == row.result.row else row


@dataclass(slots=True, kw_only=True)
class _RowSheet:
    """The worksheet with the rows of one sheet of the input."""

    sheet: Sheet
    style: Style
    about: RunSummary
    commands: RetryCommands
    needed: int = 0
    """How many of its rows need a person."""
    first_needed: int = 0
    """The index of the first of them."""
    _links: int = 0
    _without_cells: RowRanges = field(default_factory=RowRanges)
    _forgotten: RowRanges = field(default_factory=RowRanges)
    _beyond: int = 0

    def write(self, worksheet: Any, rows: Iterator[ShownRow]) -> None:  # noqa: ANN401 - XlsxWriter is untyped
        """Write the header and the rows."""
        style, kept = self.style, kept_places(self.sheet)
        ours = [name for name in _ADDED if name != UUID_COLUMN or not self.about.record.is_rehearsal]
        header = [*(self.sheet.header[place] for place in kept), *ours]
        formats = [style.header] * len(kept) + [style.own_header]
        table = Table(worksheet, header, max(self.sheet.header_row - 1, 0), formats)
        for row in rows:
            if FORGOTTEN in (row.result.code, row.result.reason):  # given again, it would be a row without values
                self._forgotten.add(row.result.row)
            elif row.cells is None:
                self._without_cells.add(row.result.row)
            elif table.rows >= _MOST_SHEET_ROWS:
                self._beyond += 1
            else:
                self._add(table, row, row.cells, kept)
        widths = {len(kept) + _REASON: _REASON_WIDTH, len(kept) + _STEP: _STEP_WIDTH}
        table.finish(len(kept), style.text, widths)

    def _add(self, table: Table, row: ShownRow, cells: Sequence[str], kept: Sequence[int]) -> None:
        style, result = self.style, row.result
        if result.needs_person:
            self.first_needed = self.first_needed if self.needed else table.row
            self.needed += 1
        wrong = wrong_cells(self.sheet, row.columns, cells) if row.columns else []
        own = [cells[place] if place < len(cells) else "" for place in kept]
        marked = [place for place, one in enumerate(kept) if one in wrong]
        step = row_step(result, self.commands)
        reason = plain(result.reason)
        said = (self.about.word(result.status), reason, step, cell_names(marked, table.row + 1))
        formats = (
            [style.wrong if place in wrong else style.text for place in kept] if wrong else [style.text] * len(kept)
        )
        # A sandbox makes UUIDs and addresses up.
        uuid, href = ([], "") if self.about.record.is_rehearsal else ([result.uuid], result.href)
        is_link = href.startswith("https://") and bool(result.uuid) and len(href) <= _LONGEST_LINK
        link = (len(kept) + _UUID, href) if is_link and self._links < _MOST_LINKS else None
        self._links += link is not None
        told = (style.status[result.status], style.wrapped, style.wrapped, style.step)
        beyond = cells[len(self.sheet.header) :]
        if len(reason) > _REASON_WIDTH or len(step) > _STEP_WIDTH:
            height = max(line_height(reason, _REASON_WIDTH), line_height(step, _STEP_WIDTH))
            table.sheet.set_row(table.row, height)
        ours = [*said, *uuid, str(result.row)]
        table.add([*own, *ours, *beyond], [*formats, *told, style.link if link else style.own, style.own], link, marked)

    @property
    def lacks_cells(self) -> bool:
        """Whether rows are left out, as nothing has their cells any more."""
        return self._without_cells.count > 0

    def notes(self) -> Iterator[str]:
        """Yield what a person should know of rows that are not there."""
        file = plain(self.sheet.file)
        if self.lacks_cells:
            yield (
                f"{counted(self._without_cells.count)} of {file} left out of results.xlsx, as the file is gone or was"
                f" changed since: {self._without_cells.text}. results.csv has what became of them."
            )
        if self._forgotten.count:
            yield (
                f"{counted(self._forgotten.count)} of {file} left out of results.xlsx, forgotten by a purge:"
                f" {self._forgotten.text}."
            )
        if self._beyond:
            yield f"{counted(self._beyond)} of {file}: left out, as a sheet has no room for them."


def write_problems(
    worksheet: Any,  # noqa: ANN401 - XlsxWriter is untyped
    style: Style,
    groups_by_kind: Mapping[str, Sequence[ProblemGroup]],
    sheets: Sequence[Sheet],
) -> None:
    """Write the sheet of grouped problems, most rows first."""
    header = ("Rows", "Column", "What is wrong, and what to do", "First rows", "Code", "Kind")
    table = Table(worksheet, header, 0, [style.header])
    for kind, groups in groups_by_kind.items():
        for group in groups:
            first = first_rows(group, sheets, "...")
            message = plain(group_sentence(group))
            worksheet.set_row(table.row, line_height(message, _MESSAGE_WIDTH))
            texts = (f"{group.count:,}", plain(group.column), message, first, group.code, kind)
            table.add(texts, [style.step, style.step, style.wrapped, style.step, style.own])
    table.finish(0, None)
