"""Text into rows, every quote judged: none may swallow the lines after it without a word.

    text -> blocks of whole rows -> even: no quote, every row as wide as the next
                                 -> uneven: its rows, cut one by one, with what is wrong with their quotes

A quoted cell may have line breaks. But a quote that somebody typed and never closed looks like the beginning of one, up
to the next quote, which may be thousands of lines on. So a cell is believed only if its quotes are exact (RFC 4180, as
`csv.reader(strict=True)` has it), and not if the lines it takes in look like rows of the file themselves.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

LONGEST_ROW = 4 * 1024**2
"""Characters; a longer line is no row of a table."""

LONGEST_OPEN = 512 * 1024
"""Characters; a quote that is open for longer, over several lines, is not meant."""

_BLOCK = 131_072
_MOST_EVEN_COLUMNS = 16_384

csv.field_size_limit(2**31 - 1)  # csv's own limit is shorter than a long note; LONGEST_ROW is ours


class Trouble(Enum):
    """What is wrong with a row's quotes."""

    UNCLOSED = "a quote is opened and not closed; what follows was read as rows of their own"
    STRAY = "there is text after a closing quote"
    SWALLOWED = "a quoted cell takes in lines that look like rows"


@dataclass(frozen=True, slots=True)
class TextRow:
    """One row as the text has it."""

    cells: Sequence[str]
    trouble: Trouble | None = None
    first_line: int = 0
    """Counted as a text editor does, from 1; told only where there is trouble."""
    last_line: int = 0
    place: int = 0
    """The column, from 0, of the quote that is wrong."""


@dataclass(frozen=True, slots=True)
class EvenRows:
    """Rows that are lines, all of one width, their quotes sound."""

    text: str
    rows: int
    columns: int
    cells: list[list[str]] | None = None
    """What csv made of them where there are quotes; None: still to be cut at the delimiter."""

    def cut(self, delimiter: str) -> list[list[str]]:
        """Return the rows' cells."""
        if self.cells is not None:
            return self.cells
        return [line.split(delimiter) for line in self.text[:-1].split("\n")]


class LineTooLongError(ValueError):
    """A line without an end, or nearly; `args[0]` is its number."""


class RowsOfText:
    """The rows of a text, a block at a time, in memory that does not grow with it.

    Args:
        read: Returns about so many characters more, line ends as line feeds; an empty text at the end.
        delimiter: One character.
        width: The header's number of cells, by which lines that look like rows are known; 0 where it is not known yet.
        first_line: The number of the text's first line.

    """

    def __init__(self, read: Callable[[int], str], delimiter: str, width: int = 0, first_line: int = 1) -> None:
        self._read = read
        self._delimiter = delimiter
        self._width = width
        self._line = first_line
        self._loose_cell = re.compile(rf'"((?:[^"]|"")*+)"(?={re.escape(delimiter)}|\Z)|([^{re.escape(delimiter)}]*)')

    def blocks(self) -> Iterator[EvenRows | list[TextRow]]:
        """Yield the rows, each exactly once.

        Raises:
            LineTooLongError: A line is longer than a row may be.

        """
        left, at_end = "", False
        while not at_end:
            text = self._read(max(_BLOCK, len(left)))  # ever more, or a long cell would be gone over too often
            at_end = not text
            left += text
            if at_end and left and not left.endswith("\n"):
                left += "\n"
            end = left.rfind("\n") + 1
            if len(left) - end > LONGEST_ROW:
                raise LineTooLongError(self._line + left.count("\n"))
            if not end:
                continue
            if '"' in left[:end]:
                rows, used = self._judged(left[:end], at_end=at_end)
                if rows:
                    yield rows
            else:
                used = end
                yield self._unquoted(left[:end])
            left = left[used:]

    def _unquoted(self, text: str) -> EvenRows | list[TextRow]:
        lines = text[:-1].split("\n")
        self._line += len(lines)
        delimiters = {line.count(self._delimiter) for line in lines}
        if len(delimiters) == 1 and max(delimiters) < _MOST_EVEN_COLUMNS:
            return EvenRows(text, len(lines), delimiters.pop() + 1)
        return [TextRow(line.split(self._delimiter)) for line in lines]

    def _judged(self, text: str, *, at_end: bool) -> tuple[EvenRows | list[TextRow], int]:
        """Return the rows, and how much of the text they are: the last may need more."""
        try:
            found = list(csv.reader(io.StringIO(text), delimiter=self._delimiter, strict=True))
        except csv.Error:
            found = []
        lines = text.count("\n")
        if len(found) == lines:  # so every line is a row: nearly always
            self._line += lines
            widths = set(map(len, found))
            if len(widths) == 1:
                return EvenRows(text, lines, widths.pop(), found), len(text)
            return [TextRow(cells) for cells in found], len(text)
        return self._one_by_one(_lines(text), at_end=at_end)

    def _one_by_one(self, lines: list[str], *, at_end: bool) -> tuple[list[TextRow], int]:
        rows: list[TextRow] = []
        start = 0
        while start < len(lines):
            first = start
            reader = csv.reader(
                (lines[index] for index in range(first, len(lines))), delimiter=self._delimiter, strict=True
            )
            try:
                for cells in reader:
                    end = first + reader.line_num
                    rows.append(self._whole_row(cells, lines[start:end], start))
                    start = end
            except csv.Error as error:
                used = first + reader.line_num
                ran_out = used == len(lines) and "end of data" in str(error)
                if ran_out and not at_end and sum(map(len, lines[start:])) <= LONGEST_OPEN:
                    break
                rows.append(self._broken_row(lines[start], start, alone=used == start + 1 and not ran_out))
                start += 1
        self._line += start
        return rows, sum(map(len, lines[:start]))

    def _whole_row(self, cells: list[str], lines: Sequence[str], start: int) -> TextRow:
        if len(lines) == 1 or not self._look_like_rows(lines):
            return TextRow(cells)
        place = next(index for index, cell in enumerate(cells) if "\n" in cell)
        first = self._line + start
        return TextRow(cells, Trouble.SWALLOWED, first, first + len(lines) - 1, place)

    def _broken_row(self, line: str, start: int, *, alone: bool) -> TextRow:
        cells, place = self._loosely(line)
        number = self._line + start
        return TextRow(cells, Trouble.STRAY if alone else Trouble.UNCLOSED, number, number, place)

    def _look_like_rows(self, lines: Sequence[str]) -> bool:
        """Tell whether the lines of one row are each as wide as the header: the first, the last, and most between."""
        if self._width < 2:  # noqa: PLR2004 - any line is one cell wide
            return False
        first, _ = self._loosely(lines[0])
        last, _ = self._loosely('"' + lines[-1])
        inner = [line.count(self._delimiter) + 1 for line in lines[1:-1] if line.strip()]
        return (
            len(first) == self._width
            and len(last) + last[0].count(self._delimiter) == self._width
            and 2 * inner.count(self._width) >= len(inner)
        )

    def _loosely(self, line: str) -> tuple[list[str], int]:
        """Return the cells of a line whose quotes are wrong, and which is the first that is: it keeps its quotes."""
        line = line.removesuffix("\n")
        cells: list[str] = []
        wrong = -1
        at = 0
        while at <= len(line):
            found = self._loose_cell.match(line, at)
            assert found is not None  # noqa: S101 - the pattern matches the empty text
            if found[1] is None:
                if wrong < 0 and found[2].startswith('"'):
                    wrong = len(cells)
                cells.append(found[2])
            else:
                cells.append(found[1].replace('""', '"'))
            at = found.end() + 1
        return cells, max(wrong, 0)


def _lines(text: str) -> list[str]:
    return [line + "\n" for line in text[:-1].split("\n")]
