"""The two libraries that read sheets, behind one face: a sheet becomes rows of values.

calamine is ten times as fast, holds the sheet in memory, knows no formats and no errors, and ends the whole process on
a sheet of two cells that are far apart. openpyxl in read-only mode streams, in little memory. So calamine gets the
sheets that are known to suit it, and openpyxl all others.
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell
from python_calamine import CalamineWorkbook

from importer.readers.cells import ErrorCell, text_of


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


class Openpyxl:
    """Values with errors and formats, in little memory."""

    def __init__(self, path: str, sheet: str) -> None:
        with ExitStack() as on_failure, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl leaves out, such as pictures; never cells
            self._file = on_failure.enter_context(Path(path).open("rb"))
            self._book = openpyxl.load_workbook(self._file, read_only=True, data_only=True, keep_links=False)
            self._sheet = self._book[sheet]
            on_failure.pop_all()
        self._sheet.reset_dimensions()  # a sheet's own word on its size may be wrong: too small, it hides rows

    def rows(self) -> Iterator[Sequence[object]]:
        """Yield the values of each row from row 1 on."""
        for cells in self._sheet.iter_rows():
            yield [_value(cell) for cell in cells]

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()
        self._file.close()


def _value(cell: Cell | MergedCell | ReadOnlyCell | EmptyCell) -> object:
    value = cell.value
    if value is None or cell.data_type == "s":
        return value
    if cell.data_type == "e":
        return ErrorCell(text=str(value))
    if cell.data_type == "n" and cell.number_format.startswith("00"):
        return text_of(value, cell.number_format)
    return value
