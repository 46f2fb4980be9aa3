"""The result of the look over a sheet before it is parsed: used range, merged cells, hidden rows, error cells."""

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from importer.readers.excel.cells import cell_name, column_index

MOST_ROWS = 1_048_576
"""As many as a spreadsheet program shows (Excel's specifications and limits)."""

MOST_CELLS_HELD = 1_000_000
"""Of calamine, so that it stays under 300 MB: 0.8 million cells took 107 MB, 2.5 million 346 MB (November 2026)."""

MOST_AREAS = 100_000
MOST_ODD_CELLS = 200_000
"""Cells of one sheet that are told one by one: about 100 bytes each."""

_MOST_COUNTED = 65_535
_AREA = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7}):\$?([A-Z]{1,3})\$?([0-9]{1,7})")


@dataclass(frozen=True, slots=True, order=True)
class Area:
    """Cells that were merged into one; rows from 1, columns from 0, the last ones included."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int

    def __str__(self) -> str:
        return f"{cell_name(self.first_column, self.first_row)}:{cell_name(self.last_column, self.last_row)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What the look found."""

    rows: int
    """The last row that has a cell with something in it: cells that are only formatted are passed over."""
    columns: int
    """The number of columns up to the last one that has such a cell."""
    is_plain: bool = True
    """Every cell says its own place, as all common programs write it, and no part of the look is uncertain."""
    in_order: bool = True
    """No row comes after one below it."""
    zeros: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    """Row number to column, from 0, to the format of a number that is shown with zeros in front."""
    replaced: Mapping[int, Mapping[int, object]] = field(default_factory=dict)
    """Row number to column, from 0, to the value of a cell that the library is known to get wrong.

    Among them are errors, and formulas whose value the file does not have."""
    hidden: bytes = b""
    """One byte per row number: 1 where the row is hidden, by hand or by a filter; may be shorter than the sheet."""
    merged: tuple[Area, ...] = ()
    filled: "array[int]" = field(default_factory=lambda: array("H"))
    """The number of filled cells by row number, errors and formulas without a value among them; what is parsed is
    compared with it. Empty where the look does not count them, as `FilledCells` does."""

    @property
    def odd_cells(self) -> int:
        """How many cells `zeros` and `replaced` hold."""
        return sum(map(len, (*self.zeros.values(), *self.replaced.values())))

    def is_hidden(self, row: int) -> bool:
        """Tell whether the row is hidden."""
        return row < len(self.hidden) and bool(self.hidden[row])


class FilledCells:
    """Counts the filled cells of each row."""

    def __init__(self) -> None:
        self._counts = np.zeros(MOST_ROWS + 2, dtype=np.int32)  # what is never written takes no memory

    def add(self, row: int, count: int = 1) -> None:
        """Count more cells of a row; those below the last that a sheet can have are passed over."""
        self._counts[min(row, MOST_ROWS + 1)] += count

    def add_all(self, rows: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> None:
        """Count a cell of each of the rows, which are at least one and may repeat."""
        rows = np.minimum(rows, MOST_ROWS + 1)
        first = rows.min()
        more = np.bincount(rows - first)
        self._counts[first : first + len(more)] += more.astype(np.int32)

    def found(self) -> "array[int]":
        """Return one number per row number, in two bytes each."""
        counts = self._counts[: MOST_ROWS + 1]
        end = np.flatnonzero(counts).max(initial=-1) + 1
        return array("H", np.clip(counts[:end], 0, _MOST_COUNTED).astype(np.uint16).tobytes())


class HiddenRows:
    """Gathers hidden rows in a byte each."""

    def __init__(self) -> None:
        self._rows = np.zeros(MOST_ROWS + 1, dtype=np.uint8)

    def add(self, row: int, count: int = 1) -> None:
        """Take note of hidden rows; those below the last that a sheet can have are passed over."""
        self._rows[row : row + count] = 1

    def found(self) -> bytes:
        """Return one byte per row number."""
        return self._rows.tobytes().rstrip(b"\0")


def area_of(text: str) -> Area | None:
    """Return the area that a text such as `B2:C5` names; None for a single cell or anything else."""
    found = _AREA.fullmatch(text)
    if not found:
        return None
    return Area(int(found[2]), int(found[4]), column_index(found[1]), column_index(found[3]))


class CoveredCells:
    """Which cells of a row lie in a merged area and are not its first: their value belongs to another cell."""

    def __init__(self, areas: Sequence[Area]) -> None:
        self._coming = iter(sorted(areas))
        self._next = next(self._coming, None)
        self._open: list[Area] = []

    def of_row(self, row: int, columns: int) -> Iterator[tuple[int, Area]]:
        """Yield the covered ones of the first columns, with their areas; rows are asked about from first to last."""
        while self._next is not None and self._next.first_row <= row:
            self._open.append(self._next)
            self._next = next(self._coming, None)
        if self._open:
            self._open = [area for area in self._open if area.last_row >= row]
        for area in self._open:
            first = area.first_column + (1 if area.first_row == row else 0)
            for column in range(first, min(area.last_column + 1, columns)):
                yield column, area
