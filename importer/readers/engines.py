"""The two libraries that read sheets, behind one face: a sheet becomes rows of values.

calamine is ten times as fast, holds the sheet in memory, knows no formats and no errors, and ends the whole process on
a sheet of two cells that are far apart. openpyxl in read-only mode streams, in little memory. So calamine gets the
sheets that are known to suit it, and openpyxl all others.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from python_calamine import CalamineWorkbook


class Engine(Protocol):
    """An opened sheet."""

    def rows(self) -> Iterator[Sequence[object]]:
        """Yield the values of each row from row 1 on, gaps too; each call begins again."""

    def close(self) -> None:
        """Let go of the file."""


class Calamine:
    """Values without formats, fast."""

    def __init__(self, path: str, sheet: str) -> None:
        self._book = CalamineWorkbook.from_path(path)
        self._sheet = self._book.get_sheet_by_name(sheet)

    def rows(self) -> Iterator[Sequence[object]]:
        """Yield the values of each row from row 1 on."""
        _, first_column = self._sheet.start or (0, 0)  # only the rows before the table are given, not the columns
        margin: list[object] = [None] * first_column
        for values in self._sheet.iter_rows():
            yield margin + values if margin else values

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()
