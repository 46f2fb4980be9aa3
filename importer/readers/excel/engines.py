"""How a sheet becomes rows of values, and calamine, the fast way.

calamine is ten times as fast as openpyxl, but holds the sheet in memory, knows no formats and no errors, and ends the
whole process on a sheet of two cells that are far apart. So it gets only the sheets that are known to suit it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from importer.readers.excel.cells import ErrorCell, UncalculatedCell, text_of
from importer.readers.excel.extent import Extent
from importer.readers.excel.workbook import SheetRows as Engine

__all__ = ["Calamine", "CalamineError", "Engine"]


class Calamine:
    """Values without formats, fast; what the look found is laid over them, as calamine gives nothing for an error.

    Args:
        path: The workbook.
        sheet: The sheet's name.
        extent: What the look found.

    """

    def __init__(self, path: str, sheet: str, extent: Extent) -> None:
        self._extent = extent
        with _panics_told(), Path(path).open("rb") as file:
            self._book = CalamineWorkbook.from_filelike(file)  # by its content; from_path would go by its name
            self._sheet = self._book.get_sheet_by_name(sheet)

    def rows(self) -> Iterator[Sequence[object]]:
        """Yield the values of each row from row 1 on."""
        _, first_column = self._sheet.start or (0, 0)  # only the rows before the table are given, not the columns
        margin: list[object] = [None] * first_column
        odd = {*self._extent.errors, *self._extent.uncalculated, *self._extent.zeros}
        for number, values in enumerate(self._sheet.iter_rows(), 1):
            whole: Sequence[object] = [*margin, *values] if margin else values
            yield self._laid_over(number, whole) if number in odd else whole

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()

    def _laid_over(self, row: int, values: Sequence[object]) -> Sequence[object]:
        errors, uncalculated = self._extent.errors.get(row, {}), self._extent.uncalculated.get(row, frozenset())
        whole: list[object] = [*values, *[None] * (max(*errors, *uncalculated, 0, 0) + 1 - len(values))]
        for column, number_format in self._extent.zeros.get(row, {}).items():
            if column < len(whole):
                whole[column] = text_of(whole[column], number_format)
        for column, shown in errors.items():
            whole[column] = ErrorCell(text=shown)
        for column in uncalculated:
            whole[column] = UncalculatedCell()
        return whole


@contextmanager
def _panics_told() -> Iterator[None]:
    """Raise a ValueError where calamine breaks off in the middle, which its kind of exception hides from `except`."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise ValueError(str(error)) from error
        raise
