"""The end of each line made visible, so that pandas cannot lose it.

pandas' parser pads a row that is too short and cuts or shifts one that is too long, without a word. So every line gets
one more cell before its end, the mark: the column where it arrives is the width of the row. Inside quotes the mark is
only text, and is taken out again.
"""

from typing import TextIO

from importer.readers.delimiter import without_declaration
from importer.readers.encoding import NO_TEXT

MARK = "\ufdd0"
"""A character that Unicode keeps for use inside programs (a noncharacter), so that no text has it."""


class MarkedLines:
    """A text file as pandas is to read it.

    Before its first line comes one of empty cells, which tells pandas how many columns to read, and makes the places
    of the rows that follow their row numbers. Excel's `sep=;` line is left out, as spreadsheet programs do.

    Args:
        file: The decoded text, with every line end as a line feed.
        delimiter: One character.
        columns: How many columns pandas is to read, the mark's included.

    """

    def __init__(self, file: TextIO, delimiter: str, columns: int) -> None:
        self._file = file
        self._mark = f"{delimiter}{MARK}\n"
        self._ahead = delimiter * (columns - 1) + "\n"
        self._unfinished = False
        self._started = False

    def read(self, size: int = -1) -> str:
        """Return about so many characters more; an empty text at the end."""
        text = self._file.read(size)
        if not self._started:
            self._started = True
            return self._ahead + self._marked(without_declaration(text))
        if not text and self._unfinished:
            self._unfinished = False
            return self._mark
        return self._marked(text)

    def __iter__(self) -> "MarkedLines":
        return self

    def __next__(self) -> str:
        """Never called: pandas takes for a file only what can be iterated over."""
        raise StopIteration

    def _marked(self, text: str) -> str:
        if text:
            self._unfinished = not text.endswith("\n")
        if "\0" in text or MARK in text:
            text = text.replace("\0", NO_TEXT).replace(MARK, NO_TEXT)
        return text.replace("\n", self._mark)


def without_marks(cell: str, delimiter: str) -> str:
    """Return a quoted cell of several lines as the file has it."""
    return cell.replace(f"{delimiter}{MARK}\n", "\n")
