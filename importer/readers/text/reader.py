"""Text files: comma, semicolon, tab or bar between the cells.

    bytes -> decoded -> scanned: where rows end, their quotes and widths -> parsed by pandas -> compared -> rows

Every value is parsed by `pandas.read_csv`, from the first row on. Left to itself it would lose cells of rows with a
wrong width, drop blank lines, and swallow lines after a stray quote: `scan` finds that beforehand, and `parse` compares
what comes back with it. Opening a file needs no pandas; its header is compared with pandas' when the rows are read.
"""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from importer.model.errors import InputError
from importer.model.plain_text import unescape
from importer.model.rows import Row, Sheet
from importer.readers.files import FileState, refuse_no_text, unreadable
from importer.readers.header import ROWS_UNDER_TITLE, Blanks, header_of, no_header, refuse_title
from importer.readers.options import InputOptions
from importer.readers.text import scan
from importer.readers.text.encoding import NO_TEXT, UNDECODABLE, decoded, find_encoding, more_evidence, shown_text

_SAMPLE_BYTES = 1_048_576
_CHUNK_ROWS = 1_000


class CsvReader:
    """A text file, opened: its encoding, delimiter and header are known, its rows not yet read.

    Cells are as the file has them, but for the apostrophe of `importer.model.plain_text`, and line breaks inside
    quotes, which are all line feeds. A row is blank if it has nothing but white space. A row that is too wide keeps
    all its cells.

    Raises:
        InputError: It is no text file, or has no header where it should be.

    """

    def __init__(self, path: str, options: InputOptions) -> None:
        self._path = path
        self._state = FileState(path)
        sample, further = _sample(path)
        codec, note = find_encoding(sample, options.encoding, further)
        characters = decoded(sample, codec, whole=len(sample) < _SAMPLE_BYTES).replace("\0", NO_TEXT)
        text = io.StringIO(characters, newline=None).read()
        delimiter = scan.find_delimiter(text, options.delimiter, options.header_row)
        sampled = scan.sample_rows(text, delimiter, options.header_row)
        header, self._width = _header(path, sampled, options.header_row, delimiter)
        self._blanks = Blanks()
        self._sheet = Sheet(
            file=path,
            header=header,
            header_row=options.header_row,
            encoding=codec,
            delimiter=delimiter,
            notes=(note,) if note else (),
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
                for rows in self._rows(file):
                    self._state.check(file.fileno())
                    for start in range(0, len(rows), _CHUNK_ROWS):
                        if full := self._blanks.left_out(rows[start : start + _CHUNK_ROWS]):
                            yield full
        except OSError as error:
            raise unreadable(self._path, error) from error
        except UnicodeError as error:
            raise InputError(
                f"{self._path} cannot be read as text in {self._sheet.encoding}.",
                "Save it again as CSV in UTF-8, or name its encoding with --encoding.",
            ) from error

    def close(self) -> None:
        """Do nothing: the file is open only while `chunks` goes through it."""

    def _rows(self, file: io.TextIOWrapper) -> Iterator[list[Row | None]]:
        from importer.readers.text.parse import RowMaker  # noqa: PLC0415 - pandas: opening a file does without

        def read(size: int) -> str:
            return file.read(size).replace("\0", NO_TEXT)

        maker, number = RowMaker(self._sheet, self._width), 1
        for block in scan.blocks(read, self._sheet, width=self._width):
            rows = maker.rows(block, number)
            yield rows[max(self._sheet.header_row + 1 - number, 0) :]
            number += len(rows)


def _sample(path: str) -> tuple[bytes, bytes]:
    try:
        with Path(path).open("rb") as file:
            sample = file.read(_SAMPLE_BYTES)
            refuse_no_text(path, sample)
            return sample, more_evidence(sample, file)
    except OSError as error:
        raise unreadable(path, error) from error


def _header(path: str, sample: scan.ScannedRows, header_row: int, delimiter: str) -> tuple[tuple[str, ...], int]:
    """Return the header, and how many cells its row has; pandas is not needed, and compared when the rows are read."""
    if not 1 <= header_row <= len(sample.rows):
        raise no_header(path, header_row)
    if not sample.widths[header_row - 1]:
        raise InputError(
            f'The header of {path}, in row {header_row}, has a quote (") that is not closed, '
            "or text after a closed one.",
            "Fix the quotes in that row: one that is part of a name is written twice.",
        )
    first = [
        [shown_text(unescape(scan.unquoted(cell))) for cell in scan.raw_cells(text, delimiter)]
        for text in sample.rows[: header_row + ROWS_UNDER_TITLE]
    ]
    header = header_of(path, first[header_row - 1], header_row)
    refuse_title(path, first, header_row)
    return header, len(first[header_row - 1])
