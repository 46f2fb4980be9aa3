"""Find where the rows of a text begin and end, and prove their quotes and widths before pandas parses them.

    text -> blocks of whole rows -> each row: its text, how many cells it has, what is wrong with its quotes

A quoted cell may have line breaks. But a quote that was typed and never closed looks like the beginning of one, up to
the next quote, which may be thousands of lines further on: pandas would swallow the lines between. So the quotes of a
cell must be exact (RFC 4180, as `csv.reader(strict=True)` has it), and the lines of a row must not look like rows
themselves. csv proves and counts only; the values are pandas' (`importer.readers.text.parse`).
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from importer.readers.text.loose_cells import cut_loosely

LONGEST_ROW = 4 * 1024**2
"""Characters; a longer line is no row of a table."""

LONGEST_OPEN = 512 * 1024
"""Characters; a quote that is open for longer, over several lines, is a mistake."""

_BLOCK = 524_288
"""Characters: some thousands of rows, so that what each call of pandas costs is little beside them."""

csv.field_size_limit(2**31 - 1)  # csv's own limit is shorter than a long note; LONGEST_ROW is ours


class Trouble(Enum):
    """What is wrong with a row's quotes."""

    UNCLOSED = "a quote is opened and not closed; the lines after it are rows of their own"
    STRAY = "there is text after a closing quote"
    SWALLOWED = "a quoted cell takes in lines that look like rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteFault:
    """Where the quotes of a row are wrong, and how."""

    trouble: Trouble
    first_line: int
    """Counted as a text editor does, from 1."""
    last_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedRows:
    """Whole rows, in their order."""

    text: str
    """All of it."""
    rows: Sequence[str]
    """The text of each row, without its line end."""
    widths: Sequence[int]
    """How many cells each row has; 0 where its quotes are broken."""
    faults: Mapping[int, QuoteFault] = field(default_factory=lambda: MappingProxyType({}))
    """By the row's place in this block, from 0."""


class LineTooLongError(ValueError):
    """A line without an end, or nearly; `args[0]` is its number."""


class RowScanner:
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

    def blocks(self) -> Iterator[ScannedRows]:
        """Yield the rows, each exactly once.

        Raises:
            LineTooLongError: A line is longer than a row may be.

        """
        left, at_end = "", False
        while not at_end:
            text = self._read(max(_BLOCK, len(left)))  # ever more, or a long cell would be scanned too often
            at_end = not text
            left += text
            if at_end and left and not left.endswith("\n"):
                left += "\n"
            end = left.rfind("\n") + 1
            if len(left) - end > LONGEST_ROW:
                raise LineTooLongError(self._line + left.count("\n"))
            if not end:
                continue
            found = self._scanned(left[:end], at_end=at_end)
            left = left[len(found.text) :]
            if found.rows:
                yield found

    def _scanned(self, text: str, *, at_end: bool) -> ScannedRows:
        """Return the rows of the text; those at its end that need more of it are left off."""
        lines = text[:-1].split("\n")
        if '"' not in text:
            self._line += len(lines)
            return ScannedRows(text=text, rows=lines, widths=[line.count(self._delimiter) + 1 for line in lines])
        try:
            widths = [len(cells) or 1 for cells in csv.reader(lines, delimiter=self._delimiter, strict=True)]
        except csv.Error:
            widths = []
        if len(widths) == len(lines):  # so every line is a row: nearly always
            self._line += len(lines)
            return ScannedRows(text=text, rows=lines, widths=widths)
        return self._one_by_one([line + "\n" for line in lines], at_end=at_end)

    def _one_by_one(self, lines: list[str], *, at_end: bool) -> ScannedRows:
        ends: list[int] = []
        widths: list[int] = []
        faults: dict[int, QuoteFault] = {}
        start = 0
        while start < len(lines):
            first = start
            reader = csv.reader(
                (lines[index] for index in range(first, len(lines))), delimiter=self._delimiter, strict=True
            )
            try:
                for cells in reader:
                    end = first + reader.line_num
                    if end > start + 1 and self._look_like_rows(lines[start:end]):
                        faults[len(ends)] = self._fault(Trouble.SWALLOWED, start, end)
                    ends.append(end)
                    widths.append(len(cells) or 1)
                    start = end
            except csv.Error as error:
                used = first + reader.line_num
                ran_out = used == len(lines) and "end of data" in str(error)
                if ran_out and not at_end and sum(map(len, lines[start:])) <= LONGEST_OPEN:
                    break
                trouble = Trouble.STRAY if used == start + 1 and not ran_out else Trouble.UNCLOSED
                faults[len(ends)] = self._fault(trouble, start, start + 1)
                ends.append(start + 1)
                widths.append(0)
                start += 1
        self._line += start
        rows = ["".join(lines[begin:end])[:-1] for begin, end in zip([0, *ends], ends, strict=False)]
        return ScannedRows(text="".join(lines[:start]), rows=rows, widths=widths, faults=faults)

    def _fault(self, trouble: Trouble, start: int, end: int) -> QuoteFault:
        return QuoteFault(trouble=trouble, first_line=self._line + start, last_line=self._line + end - 1)

    def _look_like_rows(self, lines: Sequence[str]) -> bool:
        """Tell whether the lines of one row are each as wide as the header: the first, the last, and most between."""
        if self._width < 2:  # noqa: PLR2004 - any line is one cell wide
            return False
        first = cut_loosely(lines[0][:-1], self._delimiter).cells
        last = cut_loosely('"' + lines[-1][:-1], self._delimiter).cells
        inner = [line.count(self._delimiter) + 1 for line in lines[1:-1] if line.strip()]
        return (
            len(first) == self._width
            and len(last) + last[0].count(self._delimiter) == self._width
            and 2 * inner.count(self._width) >= len(inner)
        )
