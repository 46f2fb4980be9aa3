"""Text files: comma, semicolon, tab or bar between the cells.

    bytes -> decoded -> scanned: where rows end, their quotes and widths -> parsed by pandas -> compared -> rows

Every value is parsed by `pandas.read_csv`, from the first row on. Left to itself it would lose cells of rows with a
wrong width, drop blank lines, and swallow lines after a stray quote: `scan` finds that beforehand, and `parse` compares
what comes back with it. Opening a file needs no pandas; its header is compared with pandas' when the rows are read.
"""

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

from importer.model.errors import InputError
from importer.model.plain_text import unescape
from importer.model.rows import Row, Sheet
from importer.readers.files import FileState, refuse_no_text, unreadable
from importer.readers.header import ROWS_UNDER_TITLE, Header, find_header, first_row
from importer.readers.header_label import no_header
from importer.readers.options import InputOptions
from importer.readers.rows_left_out import Blanks, Totals, with_notes
from importer.readers.text import scan
from importer.readers.text.decode import NO_TEXT, UNDECODABLE, Encoding, decoded, shown_text
from importer.readers.text.encoding import damage_note, find_encoding, more_evidence, readable

_SAMPLE_BYTES = 1_048_576
_CHUNK_ROWS = 1_000
_LEAST_SHORT, _LEAST_SHORT_SHARE = 2, 0.2
_SHORT_NOTE = (
    "Rows end early where their last cells are empty: what wrote the file leaves these out, so they were read as empty."
)


def one_column() -> ModuleType:
    """Return the module for files that seem to have one column, which few files need."""
    from importer.readers.text import one_column as found  # noqa: PLC0415 - said above

    return found


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
        self._encoding = encoding = find_encoding(sample, options.encoding, further)
        characters = decoded(sample, encoding.codec, whole=len(sample) < _SAMPLE_BYTES).replace("\0", NO_TEXT)
        text = io.StringIO(characters, newline=None).read()
        delimiter = scan.find_delimiter(text, options.delimiter, first_row(options))
        sampled = scan.sample_rows(text, delimiter, first_row(options))
        self._is_wrapped = bool(within := _delimiter_in_quotes(text, sampled, delimiter, options))
        if within:
            delimiter, text = within, one_column().unwrapped(text)
            sampled = scan.sample_rows(text, delimiter, first_row(options))
        self._header, self._width = _header(path, sampled, options, delimiter, encoding)
        if len(self._header.names) == 1 and options.delimiter == "auto":
            one_column().refuse_other_delimiter(path, text, first_row(options))
        self._blanks = Blanks()
        self._pads_short = _leaves_empty_cells_out(sampled, self._header, delimiter)
        self._sheet = Sheet(
            file=path,
            header=self._header.names,
            header_row=self._header.row,
            encoding=encoding.codec,
            delimiter=delimiter,
            stamp=self._state.stamp,
            notes=(
                *encoding.notes,
                *damage_note(text),
                *([one_column().WRAPPED_NOTE] if self._is_wrapped else []),
                *([_SHORT_NOTE] if self._pads_short else []),
            ),
        )

    @property
    def sheet(self) -> Sheet:
        """What was found on opening, and once all rows were yielded, also what was left out at its end."""
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
        self._blanks, totals = Blanks(), Totals()
        try:
            with Path(self._path).open(encoding=self._sheet.encoding, errors=UNDECODABLE) as file:
                for rows in self._rows(file):
                    self._state.check(file.fileno())
                    for start in range(0, len(rows), _CHUNK_ROWS):
                        full = self._blanks.left_out(rows[start : start + _CHUNK_ROWS])
                        if full := totals.held_back(full):
                            yield full
            self._sheet = with_notes(self._sheet, totals.notes())
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

        lines = one_column().read_unwrapped(read) if self._is_wrapped else read
        maker = RowMaker(
            self._sheet, self._width, self._encoding, has_header=self._header.is_there, pads_short=self._pads_short
        )
        number = 1
        for block in scan.blocks(lines, self._sheet, width=self._width):
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


def _header(
    path: str, sample: scan.ScannedRows, options: InputOptions, delimiter: str, encoding: Encoding
) -> tuple[Header, int]:
    """Return the header, and how many cells its row has.

    pandas is not needed, and compared when the rows are read.
    """
    row = first_row(options)
    if not 1 <= row <= len(sample.rows):
        raise no_header(path, row)
    if not sample.widths[row - 1]:
        raise InputError(
            f'The header of {path}, in row {row}, has a quote (") that is not closed, or text after a closed one.',
            "Fix the quotes in that row: one that is part of a name is written twice.",
        )
    first = [
        [shown_text(readable(unescape(scan.unquoted(cell)), encoding)) for cell in scan.raw_cells(text, delimiter)]
        for text in sample.rows[: row + ROWS_UNDER_TITLE]
    ]
    (usual, _), *_ = Counter(filter(None, sample.widths[row - 1 :])).most_common(1)
    header = find_header(path, first, options, usual)
    return header, len(first[header.row - 1]) if header.is_there else usual


def _delimiter_in_quotes(text: str, sample: scan.ScannedRows, delimiter: str, options: InputOptions) -> str:
    """Return the delimiter of lines that are in quotes as a whole; empty where there are none."""
    if not any(width == 1 and row.startswith('"') for row, width in zip(sample.rows, sample.widths, strict=True)):
        return ""
    found: str = one_column().delimiter_if_wrapped(text, delimiter, options.delimiter, first_row(options))
    return found


def _leaves_empty_cells_out(sample: scan.ScannedRows, header: Header, delimiter: str) -> bool:
    """Return whether the file's writer leaves out empty cells at the ends of rows.

    Then many rows are short, and none that is not short ends with an empty cell.
    """
    width = len(header.names)
    rows = [
        (text, cells)
        for text, cells in zip(sample.rows[header.row :], sample.widths[header.row :], strict=True)
        if cells and text.strip(f'{delimiter} "')
    ]
    short = sum(cells < width for _, cells in rows)
    if short < max(_LEAST_SHORT, _LEAST_SHORT_SHARE * len(rows)) or short == len(rows):
        return False
    return not any(text.endswith((delimiter, f'{delimiter}""')) for text, cells in rows if cells >= width)
