"""Gathers what a look sees of a sheet, cell by cell, in bounded memory."""

from importer.readers.excel.extent import MOST_AREAS, MOST_ODD_CELLS, Area, Extent, FilledCells, HiddenRows


class ExtentBuilder:
    """What was seen so far; rows from 1, columns from 0."""

    def __init__(self) -> None:
        self.hidden = HiddenRows()
        self._rows = self._columns = self._odd_cells = 0
        self._filled = FilledCells()
        self._replaced: dict[int, dict[int, object]] = {}
        self._merged: list[Area] = []

    def fill(self, row: int, column: int, count: int = 1) -> None:
        """Take note of filled cells side by side."""
        self._rows, self._columns = max(self._rows, row), max(self._columns, column + count)
        self._filled.add(row, count)

    def replace(self, row: int, column: int, value: object) -> None:
        """Take note of what stands in the place of a cell's value that the library gets wrong."""
        if self._odd_cells <= MOST_ODD_CELLS:
            self._odd_cells += 1
            self._replaced.setdefault(row, {})[column] = value

    def merge(self, first_row: int, last_row: int, first_column: int, last_column: int) -> None:
        """Take note of cells that were merged; those after the hundred thousandth area are passed over."""
        if len(self._merged) < MOST_AREAS:
            self._merged.append(Area(first_row, last_row, first_column, last_column))

    def extent(self) -> Extent:
        """Return what was seen."""
        return Extent(
            rows=self._rows,
            columns=self._columns,
            replaced=self._replaced,
            hidden=self.hidden.found(),
            merged=tuple(self._merged),
            filled=self._filled.found(),
        )
