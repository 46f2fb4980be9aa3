"""Sheets that openpyxl reads: values with errors and formats, in little memory (why: `importer.readers.engines`)."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell

from importer.readers.cells import ErrorCell, text_of


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
