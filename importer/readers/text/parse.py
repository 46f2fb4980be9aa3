"""Parse rows whose ends and widths are proven: the one place where pandas makes the values of a text file.

pandas drops blank lines, moves columns and swallows lines without an error. So each row is given to it with a mark
of its own behind its last cell: where the mark comes back tells where pandas saw that row end. A block that comes back
otherwise is parsed again in halves, down to the rows in question.

Import this module late: pandas takes a quarter to half a second, which `importer.readers.preload` hides.
"""

import functools
import io
import itertools
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from importer.model.errors import InputError
from importer.model.plain_text import counted, unescape
from importer.model.rows import Problem, Row, Sheet
from importer.readers.header import header_of
from importer.readers.text.decode import Encoding, is_text, shown_text
from importer.readers.text.encoding import readable
from importer.readers.text.problems import CUT, MISSING, WHOSE, row_problem
from importer.readers.text.scan import QuoteFault, ScannedRows, raw_cells, unquoted

_DIGITS = str.maketrans("0123456789", "ÀÁÂÃÄÅÆÇÈÉ")  # of a mark: no delimiter is one, since delimiters are ASCII

Cells = tuple[str, ...]


class RowMaker:
    """Makes the rows of one sheet, with the problems that the scan and the header show.

    Args:
        sheet: The sheet, with its header.
        width: How many cells the header's row has: more than the header where it ends in unnamed columns.
        encoding: How the text was decoded.
        has_header: Whether the header is a row, which is compared.
        pads_short: Whether empty cells are left out at the ends of rows.

    """

    def __init__(self, sheet: Sheet, width: int, encoding: Encoding, *, has_header: bool, pads_short: bool) -> None:
        self._sheet = sheet
        self._readable = functools.partial(readable, encoding=encoding)
        self._has_header = has_header
        self._pads_short = pads_short
        self._has_short_rows = False
        self._far_too_wide = 2 * width  # a wider row would make pandas' table of the whole block as wide

    def rows(self, scanned: ScannedRows, first: int) -> list[Row | None]:
        """Return the rows of a block, None for each that is blank.

        Args:
            scanned: The block.
            first: The number of its first row.

        Raises:
            InputError: The header is among them, and pandas reads it otherwise than it was found on opening.

        """
        sheet, rows, widths = self._sheet, scanned.rows, scanned.widths
        if max(widths) > self._far_too_wide:
            rows, widths = zip(*map(self._narrowed, rows, widths), strict=True)
        parsed = parse_rows(rows, widths, sheet.delimiter)
        header = sheet.header_row - first
        if 0 <= header < len(parsed) and self._has_header:
            self._check_header(parsed[header])
        even = {*widths} == {len(sheet.header)} and not scanned.faults and None not in parsed
        if not even or not is_text(scanned.text):
            last = first + len(parsed) - 1 if scanned.lacks_line_end else 0
            return [
                self._row(number, text, cells, scanned.faults.get(number - first), is_last=number == last)
                for number, text, cells in zip(itertools.count(first), scanned.rows, parsed, strict=False)
            ]
        escaped = "'" in scanned.text
        return [
            Row(number=number, cells=tuple(map(unescape, cells)) if escaped else cells)
            if cells[0].strip() or "".join(cells).strip()
            else None
            for number, cells in enumerate(parsed, first)
            if cells is not None
        ]

    def _narrowed(self, text: str, width: int) -> tuple[str, int]:
        """Return a row's text and width; of one far too wide, what is under the header, or 0 if there is more."""
        if width <= self._far_too_wide:
            return text, width
        raw, width = raw_cells(text, self._sheet.delimiter), len(self._sheet.header)
        blank_after = not any(unquoted(cell).strip() for cell in raw[width:])
        return self._sheet.delimiter.join(raw[:width]), width if blank_after else 0

    def _check_header(self, cells: Cells | None) -> None:
        file, header_row = self._sheet.file, self._sheet.header_row
        seen = cells and header_of(file, [shown_text(self._readable(unescape(cell))) for cell in cells], header_row)
        if seen != self._sheet.header:
            raise InputError(
                f"The header of {file}, in row {header_row}, is read in two ways.",
                "Take quotes and odd characters out of that row, or save the file again as .xlsx.",
            )

    def _row(
        self, number: int, text: str, cells: Cells | None, fault: QuoteFault | None, *, is_last: bool
    ) -> Row | None:
        """Return a row of these cells, or of the text where there are none, with all its problems; None if blank."""
        header = self._sheet.header
        problems: list[Problem] = []
        raw = raw_cells(text, self._sheet.delimiter) if fault or cells is None else []
        seen = list(map(unquoted, raw)) if cells is None else cells
        if not raw and not "".join(seen).strip():
            return None
        if fault:
            wrong = (i for i, cell in enumerate(seen) if "\n" in cell or (cell == raw[i] and cell.startswith('"')))
            place = next(wrong, 0)
            lines = {"first": fault.first_line, "last": fault.last_line, "later": fault.last_line - fault.first_line}
            problems.append(row_problem(fault.code, shown_text(seen[place]), header, place, **lines))
        shown = [self._readable(unescape(cell)) for cell in seen]
        if not is_text(text):
            problems += [
                row_problem("encoding_invalid", shown_text(cell), header, place, encoding=self._sheet.encoding)
                for place, cell in enumerate(shown[: len(header)])
                if not is_text(cell)
            ]
            shown = [shown_text(cell) for cell in shown]
        if not any(map(str.strip, shown[len(header) :])):
            shown = shown[: len(header)]
        if len(shown) < len(header) and self._pads_short:
            shown += [""] * (len(header) - len(shown))
        if len(shown) != len(header):
            is_cut = is_last and not self._has_short_rows
            self._has_short_rows |= self._sheet.header_row < number and len(shown) < len(header)
            problems.append(_width_problem(shown, len(header), is_cut=is_cut))
            shown += [""] * (len(header) - len(shown))
        if cells is None and not problems:
            problems.append(row_problem("row_uncertain", shown_text(text)))
        return Row(number=number, cells=tuple(shown), problems=tuple(problems))


def _width_problem(shown: Sequence[str], width: int, *, is_cut: bool) -> Problem:
    """Return the problem of a row that is wider or narrower than its header.

    Args:
        shown: The row's cells.
        width: How many the header has.
        is_cut: Whether the file ends with the row, the only short one, without a line end: its last cell is cut too.

    """
    extra = next(filter(str.strip, shown[width:]), "")
    unclear = WHOSE if extra else CUT if is_cut else MISSING
    told = row_problem("width_wrong", extra, cells=counted(len(shown), "cell"), width=width, unclear=unclear)
    return told if extra else replace(told, from_column=len(shown) - is_cut)


def parse_rows(rows: Sequence[str], widths: Sequence[int], delimiter: str) -> list[Cells | None]:
    """Return the cells of each row; None for a row that pandas does not read as wide as it is.

    Args:
        rows: The text of each row, without its line end; its quotes are exact.
        widths: How many cells each has; 0: it is not to be parsed, and comes as None.
        delimiter: The ASCII character between the cells.

    """
    if 0 not in widths:  # nearly always
        return _compared(rows, widths, delimiter)
    whole = [(row, width) for row, width in zip(rows, widths, strict=True) if width]
    parsed = iter(_compared([row for row, _ in whole], [width for _, width in whole], delimiter) if whole else ())
    return [next(parsed) if width else None for width in widths]


def _compared(rows: Sequence[str], widths: Sequence[int], delimiter: str) -> list[Cells | None]:
    most, marks = max(widths), _marks(1 << len(rows).bit_length())[: len(rows)]
    even = min(widths) == most
    padded = rows if even else [row + delimiter * (most - width) for row, width in zip(rows, widths, strict=True)]
    columns = _columns(padded, marks, most, delimiter)
    if len(columns) == most + 1 and columns.pop() == marks:
        if even:
            return list(zip(*columns, strict=True))
        measured = list(zip(zip(*columns, strict=True), widths, strict=True))
        if not any(width < most and any(cells[width:]) for cells, width in measured):
            return [cells[:width] for cells, width in measured]
    if len(rows) == 1:
        return [None]
    half = len(rows) // 2
    return _compared(rows[:half], widths[:half], delimiter) + _compared(rows[half:], widths[half:], delimiter)


def _columns(rows: Sequence[str], marks: Sequence[str], width: int, delimiter: str) -> list[list[str]]:
    """Return what pandas makes of the rows, by column; nothing where it refuses them."""
    text = "".join([f"{row}{delimiter}{mark}\n" for row, mark in zip(rows, marks, strict=True)])
    if text.startswith("\ufeff"):  # in the middle of a file it is a character, but pandas drops the first of a text
        text = "\ufeff" + text
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=None,
            names=range(width + 1),
            index_col=False,
            dtype=object,  # Python's own texts, whether or not pyarrow is installed
            na_filter=False,
            skip_blank_lines=False,
            encoding_errors="surrogatepass",
            engine="c",
            low_memory=False,
        )
    except ValueError:  # what pandas raises for a text that it cannot parse
        return []
    return [frame[column].tolist() for column in frame.columns]


@functools.cache  # for a few sizes
def _marks(count: int) -> list[str]:
    return " ".join(map(str, range(count))).translate(_DIGITS).split()
