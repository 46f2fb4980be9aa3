"""Rows of a text file: what pandas parsed, with the problems that the scan and the header show."""

import re
from collections.abc import Sequence
from dataclasses import replace

from importer.model.cell_names import column_letters
from importer.model.errors import InputError
from importer.model.plain_text import unescape
from importer.model.rows import Problem, Row, Sheet
from importer.readers.header import header_of
from importer.readers.messages import quote_problem, unlike_problem, width_problem
from importer.readers.text.loose_cells import cut_loosely
from importer.readers.text.scan import ScannedRows

_MOST_TIMES_WIDER = 2
_LEAST_FAR_TOO_WIDE = 256
_Cells = tuple[str, ...]
_NO_TEXT = re.compile("[\ud800-\udfff]")


class RowMaker:
    """Makes the rows of one sheet.

    Args:
        sheet: The sheet, with its header.
        width: How many cells the header's row has: more than the header where it ends in unnamed columns.

    """

    def __init__(self, sheet: Sheet, width: int) -> None:
        self._sheet = sheet
        self._header = sheet.header
        self._far_too_wide = max(_MOST_TIMES_WIDER * width, _LEAST_FAR_TOO_WIDE)

    def rows(self, scanned: ScannedRows, first: int) -> list[Row | None]:
        """Return the rows of a block, None for each that is blank.

        Args:
            scanned: The block.
            first: The number of its first row.

        Raises:
            InputError: It has the header, and pandas reads that otherwise than it was found on opening.

        """
        parsed = self._parsed(scanned)
        header = self._sheet.header_row - first
        if 0 <= header < len(parsed):
            self._check_header(parsed[header])
        even = {*scanned.widths} == {len(self._header)} and not scanned.faults and None not in parsed
        if not even or "'" in scanned.text or not _is_text(scanned.text):
            return [self._row(scanned, place, cells, first + place) for place, cells in enumerate(parsed)]
        return [
            Row(number=number, cells=cells) if cells[0].strip() or "".join(cells).strip() else None
            for number, cells in enumerate(parsed, first)
            if cells is not None
        ]

    def _parsed(self, scanned: ScannedRows) -> list[_Cells | None]:
        """Return the cells that pandas parsed; None for rows whose quotes are broken, or far too many cells."""
        from importer.readers.text.parse import parse_rows  # noqa: PLC0415 - pandas: opening a file does without

        if min(scanned.widths) and max(scanned.widths) <= self._far_too_wide:  # nearly always
            return parse_rows(scanned.rows, scanned.widths, self._sheet.delimiter)
        rows, widths = list(scanned.rows), list(scanned.widths)
        for place, width in enumerate(widths):
            if width > self._far_too_wide:
                rows[place], widths[place] = self._without_blank_end(rows[place])
        whole = [place for place, width in enumerate(widths) if width]
        parsed: list[_Cells | None] = [None] * len(rows)
        found = parse_rows([rows[place] for place in whole], [widths[place] for place in whole], self._sheet.delimiter)
        for place, cells in zip(whole, found, strict=True):
            parsed[place] = cells
        return parsed

    def _without_blank_end(self, text: str) -> tuple[str, int]:
        """Return a row's text up to the last column of the header, and its width; 0 if there is anything after it."""
        loose = cut_loosely(text, self._sheet.delimiter)
        width = len(self._header)
        return text[: loose.ends[width - 1]], 0 if "".join(loose.cells[width:]).strip() else width

    def _check_header(self, cells: _Cells | None) -> None:
        if cells is None or header_cells(self._sheet.file, cells, self._sheet.header_row) != self._header:
            raise InputError(
                f"The header of {self._sheet.file}, in row {self._sheet.header_row}, is read in two ways.",
                "Take quotes and odd characters out of that row, or save the file again as .xlsx.",
            )

    def _row(self, scanned: ScannedRows, place: int, cells: _Cells | None, number: int) -> Row | None:
        fault = scanned.faults.get(place)
        if cells is not None and fault is None:
            return self._judged(cells, number)
        loose = cut_loosely(scanned.rows[place], self._sheet.delimiter)
        shown = loose.cells if cells is None else cells
        row = self._judged(shown, number) or Row(number=number, cells=tuple(shown))
        if fault is not None:
            column = next((index for index, cell in enumerate(cells or ()) if "\n" in cell), max(loose.wrong, 0))
            problem = quote_problem(fault, column, self._header, shown_text(shown[column]))
        elif row.problems:
            return row
        else:
            problem = unlike_problem(shown_text(scanned.rows[place]))
        return replace(row, problems=(problem, *row.problems))

    def _judged(self, cells: Sequence[str], number: int) -> Row | None:
        """Return a row of these cells, with a problem for each that is no text and for a wrong width."""
        width = len(self._header)
        text = "".join(cells)
        if not text.strip():
            return None
        if "'" in text:
            cells = [unescape(cell) for cell in cells]
        problems: list[Problem] = []
        if not _is_text(text):
            problems = [
                self._encoding_problem(index, cell) for index, cell in enumerate(cells[:width]) if _NO_TEXT.search(cell)
            ]
            cells = [shown_text(cell) for cell in cells]
        if len(cells) > width and not "".join(cells[width:]).strip():
            cells = cells[:width]
        if len(cells) != width:
            problems.append(width_problem(cells, width))
            cells = [*cells, *[""] * (width - len(cells))]
        return Row(number=number, cells=tuple(cells), problems=tuple(problems))

    def _encoding_problem(self, index: int, cell: str) -> Problem:
        name = self._header[index] or f"column {column_letters(index)}"
        return Problem(
            code="encoding_invalid",
            column=self._header[index],
            value=shown_text(cell),
            message=(
                f"The cell under {name} has bytes that are no text in {self._sheet.encoding}. "
                "Name the file's encoding with --encoding, or type the cell again."
            ),
        )


def header_cells(path: str, cells: Sequence[str], header_row: int) -> tuple[str, ...]:
    """Return the headers of a text file.

    Raises:
        InputError: No column has a name, or there are more than a spreadsheet program shows.

    """
    return header_of(path, [shown_text(unescape(cell)) for cell in cells], header_row)


def shown_text(cell: str) -> str:
    """Return the cell with a replacement character for each byte that is no text, so that it can be written."""
    return _NO_TEXT.sub("\ufffd", cell)


def _is_text(text: str) -> bool:
    try:
        text.encode()  # many times as fast as a search for lone surrogates
    except UnicodeEncodeError:
        return False
    return True
