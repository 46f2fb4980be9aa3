"""Text files: comma, semicolon, tab or bar between the cells.

    bytes -> decoded -> a mark before each line's end -> pandas, in chunks -> rows with their true numbers and widths

pandas does the parsing, but left to itself it loses cells of rows with a wrong width; `importer.readers.marked` says
how that is kept from happening.
"""

import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from importer.errors import InputError
from importer.escaping import unescape
from importer.model import Problem, Row, Sheet
from importer.readers.blanks import Blanks
from importer.readers.cells import column_letters
from importer.readers.delimiter import find_delimiter, sample_rows, without_declaration
from importer.readers.encoding import UNDECODABLE, decoded, find_encoding
from importer.readers.files import unreadable
from importer.readers.header import header_of, no_header
from importer.readers.marked import MARK, MarkedLines, without_marks
from importer.readers.options import InputOptions

_SAMPLE_BYTES = 1_048_576
_CHUNK_ROWS = 1_000
_MOST_EXTRA_COLUMNS = 64
_NO_TEXT = re.compile("[\ud800-\udfff]")
_NOT_TEXT = {
    b"PK\x03\x04": "a workbook or another zip file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF document",
}
_ROW_OF_OPEN_QUOTE = re.compile(r"EOF inside string starting at row (\d+)")


class CsvReader:
    """A text file, opened: its encoding, delimiter and header are known, its rows not yet read.

    Cells are as the file has them, but for the apostrophe of `importer.escaping`, and line breaks inside quotes, which
    are all line feeds. A row is blank if it has nothing but white space.

    Raises:
        InputError: It is no text file, or has no header where it should be.

    """

    def __init__(self, path: str, options: InputOptions) -> None:
        self._path = path
        sample = _sample(path)
        encoding = find_encoding(sample, options.encoding)
        text = io.StringIO(decoded(sample, encoding.codec), newline=None).read()
        delimiter = find_delimiter(text, options.delimiter, options.header_row)
        rows = sample_rows(without_declaration(text), delimiter)
        if not 1 <= options.header_row <= len(rows):
            raise no_header(path, options.header_row)
        header = header_of(path, [_shown(unescape(cell)) for cell in rows[options.header_row - 1]], options.header_row)
        widest = max(map(len, rows[options.header_row - 1 :]))
        self._columns = min(max(widest, len(header)), len(header) + _MOST_EXTRA_COLUMNS) + 1
        self._blanks = Blanks()
        self._sheet = Sheet(
            file=path,
            header=header,
            header_row=options.header_row,
            encoding=encoding.codec,
            delimiter=delimiter,
            notes=(encoding.note,) if encoding.note else (),
        )

    @property
    def sheet(self) -> Sheet:
        """What was found on opening."""
        return self._sheet

    @property
    def blank_rows(self) -> int:
        """Rows without a single character between the header and the last row yielded so far."""
        return self._blanks.count

    def chunks(self) -> Iterator[Sequence[Row]]:
        """Yield the rows in their order, from the first, each exactly once.

        Raises:
            InputError: The file cannot be read any further, or a quote is opened and never closed.

        """
        self._blanks = Blanks()
        try:
            with Path(self._path).open(encoding=self._sheet.encoding, errors=UNDECODABLE) as file:
                for frame in self._frames(MarkedLines(file, self._sheet.delimiter, self._columns)):
                    yield self._rows(frame)
        except OSError as error:
            raise unreadable(self._path, error) from error
        except ValueError as error:  # pandas' and the codecs' errors are of this kind
            raise self._cannot_go_on(error) from error

    def close(self) -> None:
        """Do nothing: the file is open only while `chunks` goes through it."""

    def _frames(self, lines: MarkedLines) -> Iterator[pd.DataFrame]:
        columns = range(self._columns)
        with pd.read_csv(
            lines,  # type: ignore[call-overload]  # the stubs ask for more methods than pandas uses
            sep=self._sheet.delimiter,
            header=None,
            names=columns,
            usecols=columns,  # without it, a row wider than the first one stops pandas
            index_col=False,
            dtype=object,  # Python's own texts, whether or not pyarrow is installed
            na_filter=False,
            skip_blank_lines=False,
            encoding_errors="surrogatepass",
            engine="c",
            chunksize=_CHUNK_ROWS,
        ) as frames:
            yield from frames

    def _rows(self, frame: pd.DataFrame) -> list[Row]:
        columns: list[Sequence[str]] = [frame[column].tolist() for column in frame.columns]
        spoiled = [index for index, column in enumerate(columns) if not _is_text(column)]
        cells_of_rows = zip(*map(self._mended, columns), strict=True)
        rows = (
            self._row(number, cells, spoiled)
            for number, cells in enumerate(cells_of_rows, frame.index[0])
            if number > self._sheet.header_row
        )
        return self._blanks.left_out(rows)

    def _mended(self, column: Sequence[str]) -> Sequence[str]:
        """Return the column's cells as the file means them; that most have nothing to mend is quick to see."""
        text = "".join(column)
        if f"{MARK}\n" in text:
            column = [without_marks(cell, self._sheet.delimiter) for cell in column]
        return [unescape(cell) for cell in column] if "'" in text else column

    def _row(self, number: int, cells: tuple[str, ...], spoiled: Sequence[int]) -> Row | None:
        width = len(self._sheet.header)
        if cells[width] == MARK and not spoiled:
            own = cells[:width]
            return Row(number=number, cells=own) if "".join(own).strip() else None
        end = cells.index(MARK) if MARK in cells else self._columns
        if end < self._columns and not "".join(cells[:end]).strip():
            return None
        return self._odd_row(number, cells, end, spoiled)

    def _odd_row(self, number: int, cells: tuple[str, ...], end: int, spoiled: Sequence[int]) -> Row:
        """Return a row that may have a wrong width or bytes that are no text; its cells end at `end`."""
        width = len(self._sheet.header)
        own = cells[: min(end, width)] + ("",) * (width - end)
        extra = cells[width:end]
        problems = [
            self._encoding_problem(index, own[index])
            for index in spoiled
            if index < width and _NO_TEXT.search(own[index])
        ]
        if end < width or end == self._columns or "".join(extra).strip():
            problems.append(self._width_problem(extra, end))
        return Row(number=number, cells=tuple(map(_shown, own)), problems=tuple(problems))

    def _width_problem(self, extra: Sequence[str], end: int) -> Problem:
        width = len(self._sheet.header)
        at_least = "at least " if end == self._columns else ""
        advice = (
            "Put quotes around a cell that has the delimiter in it, or take the extra cells away."
            if end > width
            else "Check that no cell is missing and no line break has cut the row."
        )
        return Problem(
            code="width_wrong",
            value=_shown(self._sheet.delimiter.join(extra)),
            message=f"The row has {at_least}{end} cells, but the header has {width}. {advice}",
        )

    def _encoding_problem(self, index: int, cell: str) -> Problem:
        name = self._sheet.header[index] or f"column {column_letters(index)}"
        return Problem(
            code="encoding_invalid",
            column=self._sheet.header[index],
            value=_shown(cell),
            message=(
                f"The cell under {name} has bytes that are no text in {self._sheet.encoding}. "
                "Name the file's encoding with --encoding, or type the cell again."
            ),
        )

    def _cannot_go_on(self, error: ValueError) -> InputError:
        if found := _ROW_OF_OPEN_QUOTE.search(str(error)):
            return InputError(
                f'{self._path} has a quote (") in row {found[1]} that is never closed, so its rows cannot be told.',
                "Close the quote, or write a quote that is part of a cell twice.",
            )
        return InputError(
            f"{self._path} cannot be read as text in {self._sheet.encoding}.",
            "Save it again as CSV in UTF-8, or name its encoding with --encoding.",
        )


def _sample(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            sample = file.read(_SAMPLE_BYTES)
    except OSError as error:
        raise unreadable(path, error) from error
    kind = next((kind for magic, kind in _NOT_TEXT.items() if sample.startswith(magic)), "")
    if kind:
        raise InputError(f"{path} is {kind}, although its name ends like a text file's.", "Save it as .xlsx or .csv.")
    return sample


def _is_text(column: Sequence[str]) -> bool:
    try:
        "".join(column).encode()  # many times as fast as looking for lone surrogates
    except UnicodeEncodeError:
        return False
    return True


def _shown(cell: str) -> str:
    """Return the cell with a replacement character for each byte that is no text, so that it can be written down."""
    return _NO_TEXT.sub("\ufffd", cell)
