"""Text files: comma, semicolon, tab or bar between the cells.

    bytes -> decoded -> rows found, their quotes judged -> pandas, or csv where there are quotes or odd widths -> rows

pandas does the parsing of long files where nothing can go wrong: rows without a quote, all of one width. Left to itself
it would lose cells of rows with a wrong width, and take lines in after a stray quote; `quotes` sees to that. To import
it takes a quarter to half a second and 45 MB (November 2026), which a long file does not feel; the first rows, and
files that have not many more, do without.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from importer.model.cell_names import column_letters
from importer.model.errors import InputError
from importer.model.formula_escape import unescape
from importer.model.rows import Problem, Row, Sheet
from importer.readers.blank_rows import Blanks
from importer.readers.file_kinds import refuse_no_text
from importer.readers.files import FileState, unreadable
from importer.readers.header import header_of, no_header, refuse_title
from importer.readers.messages import line_too_long, quote_problem, width_problem
from importer.readers.options import InputOptions
from importer.readers.text.delimiter import declaration_length, find_delimiter, sample_rows
from importer.readers.text.encoding import NO_TEXT, UNDECODABLE, decoded, find_encoding, more_evidence
from importer.readers.text.quotes import EvenRows, LineTooLongError, RowsOfText, TextRow

_SAMPLE_BYTES = 1_048_576
_CHUNK_ROWS = 1_000
_WITHOUT_PANDAS_ROWS = 150_000
_NO_TEXT = re.compile("[\ud800-\udfff]")


class CsvReader:
    """A text file, opened: its encoding, delimiter and header are known, its rows not yet read.

    Cells are as the file has them, but for the apostrophe of `importer.model.formula_escape`, and line breaks inside
    quotes, which are all line feeds. A row is blank if it has nothing but white space. A row that is too wide keeps
    all its cells.

    Raises:
        InputError: It is no text file, or has no header where it should be.

    """

    def __init__(self, path: str, options: InputOptions) -> None:
        self._path = path
        self._state = FileState(path)
        sample, further = _sample(path)
        encoding = find_encoding(sample, options.encoding, further)
        text = io.StringIO(decoded(sample, encoding.codec), newline=None).read()
        delimiter = find_delimiter(text, options.delimiter, options.header_row)
        rows = sample_rows(text, delimiter, options.header_row)
        if not 1 <= options.header_row <= len(rows):
            raise no_header(path, options.header_row)
        header = _header(path, rows[options.header_row - 1], options.header_row)
        refuse_title(path, [row.cells for row in rows], options.header_row)
        self._width_of_file = len(rows[options.header_row - 1].cells)
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
            InputError: The file cannot be read any further, or was changed meanwhile.

        """
        self._blanks = Blanks()
        try:
            with Path(self._path).open(encoding=self._sheet.encoding, errors=UNDECODABLE) as file:
                for rows in self._rows(_Characters(file)):
                    self._state.check(file.fileno())
                    for start in range(0, len(rows), _CHUNK_ROWS):
                        if full := self._blanks.left_out(rows[start : start + _CHUNK_ROWS]):
                            yield full
        except OSError as error:
            raise unreadable(self._path, error) from error
        except LineTooLongError as error:
            raise line_too_long(self._path, error.args[0]) from error
        except ValueError as error:  # pandas' and the codecs' errors are of this kind
            raise InputError(
                f"{self._path} cannot be read as text in {self._sheet.encoding}.",
                "Save it again as CSV in UTF-8, or name its encoding with --encoding.",
            ) from error

    def close(self) -> None:
        """Do nothing: the file is open only while `chunks` goes through it."""

    def _rows(self, characters: "_Characters") -> Iterator[list[Row | None]]:
        number = 1
        found = RowsOfText(characters.read, self._sheet.delimiter, self._width_of_file, characters.first_line)
        for block in found.blocks():
            if isinstance(block, EvenRows):
                rows = self._even(block, number)
                number += block.rows
            else:
                rows = [self._text_row(row, place) for place, row in enumerate(block, number)]
                number += len(block)
            yield rows[max(self._sheet.header_row + 1 - (number - len(rows)), 0) :]

    def _even(self, block: EvenRows, first: int) -> list[Row | None]:
        if "'" in block.text or not _is_text(block.text) or block.columns != len(self._sheet.header):
            return [self._row(cells, number) for number, cells in enumerate(self._cut(block, first), first)]
        return [
            Row(number=number, cells=tuple(cells)) if "".join(cells).strip() else None
            for number, cells in enumerate(self._cut(block, first), first)
        ]

    def _cut(self, block: EvenRows, first: int) -> Iterable[Sequence[str]]:
        if block.cells is not None or first <= _WITHOUT_PANDAS_ROWS:
            return block.cut(self._sheet.delimiter)
        import pandas as pd  # noqa: PLC0415 - said above

        columns = range(block.columns)
        frame = pd.read_csv(
            io.StringIO(block.text),
            sep=self._sheet.delimiter,
            header=None,
            names=columns,
            index_col=False,
            dtype=object,  # Python's own texts, whether or not pyarrow is installed
            na_filter=False,
            quoting=csv.QUOTE_NONE,
            skip_blank_lines=False,
            encoding_errors="surrogatepass",
            engine="c",
        )
        return zip(*(frame[column].tolist() for column in columns), strict=True)

    def _text_row(self, row: TextRow, number: int) -> Row | None:
        if row.trouble is None:
            return self._row(row.cells, number)
        read = self._row(row.cells, number) or Row(number=number, cells=tuple(row.cells))
        problem = quote_problem(row, self._sheet.header, [_shown(cell) for cell in row.cells])
        return Row(number=number, cells=read.cells, problems=(problem, *read.problems))

    def _row(self, cells: Sequence[str], number: int) -> Row | None:
        header = self._sheet.header
        width = len(header)
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
            cells = [_shown(cell) for cell in cells]
        if len(cells) > width and not "".join(cells[width:]).strip():
            cells = cells[:width]
        if len(cells) != width:
            problems.append(width_problem(cells, width))
            cells = [*cells, *[""] * (width - len(cells))]
        return Row(number=number, cells=tuple(cells), problems=tuple(problems))

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


class _Characters:
    """The text of a file, without its mark and Excel's `sep=;` line, which spreadsheet programs do not show."""

    def __init__(self, file: io.TextIOWrapper) -> None:
        self._file = file
        start = file.read(64)
        skipped = declaration_length(start)
        self._ahead = start[skipped:]
        self.first_line = 1 + start[:skipped].count("\n")

    def read(self, size: int) -> str:
        """Return about so many characters more; what no text has is made visible."""
        text, self._ahead = self._ahead + self._file.read(size), ""
        return text.replace("\0", NO_TEXT) if "\0" in text else text


def _sample(path: str) -> tuple[bytes, bytes]:
    try:
        with Path(path).open("rb") as file:
            sample = file.read(_SAMPLE_BYTES)
            refuse_no_text(path, sample)
            return sample, more_evidence(sample, file)
    except OSError as error:
        raise unreadable(path, error) from error


def _header(path: str, row: TextRow, number: int) -> tuple[str, ...]:
    if row.trouble is not None:
        raise InputError(
            f'The header of {path}, in row {number}, has a quote (") that is not closed, or text after a closed one.',
            "Mend the quotes in that row: one that is part of a name is written twice.",
        )
    return header_of(path, [_shown(unescape(cell)) for cell in row.cells], number)


def _is_text(text: str) -> bool:
    try:
        text.encode()  # many times as fast as looking for lone surrogates
    except UnicodeEncodeError:
        return False
    return True


def _shown(cell: str) -> str:
    """Return the cell with a replacement character for each byte that is no text, so that it can be written down."""
    return _NO_TEXT.sub("\ufffd", cell)
