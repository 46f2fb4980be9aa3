"""What the look saw is laid over what was parsed, and compared with it."""

from array import array

import pytest

from importer.readers.excel.cells import ErrorCell, UncalculatedCell
from importer.readers.excel.extent import Extent, FilledCells
from importer.readers.excel.overlay import FlaggedRow, proven_rows


def test_errors_and_formulas_and_zeros_are_laid_over() -> None:
    """Also right of what was parsed, and in rows that were not."""
    extent = Extent(
        rows=3,
        columns=3,
        replaced={1: {2: ErrorCell(text="#N/A"), 1: UncalculatedCell()}, 3: {0: ErrorCell(text="#REF!")}},
        zeros={2: {0: "000"}},
    )
    assert list(proven_rows([["a"], (7, "b")], extent)) == [
        ["a", UncalculatedCell(), ErrorCell(text="#N/A")],
        ["007", "b"],
        [ErrorCell(text="#REF!")],
    ]


@pytest.mark.parametrize(
    ("values", "filled", "is_flagged"),
    [
        (("a", "b"), 2, False),
        (("a", "", None), 1, False),
        (("a", " \n"), 1, False),
        (("a", ""), 2, True),
        (("a", "b"), 1, True),
        ((), 1, True),
    ],
)
def test_a_row_with_other_cells_than_the_look_counted_is_flagged(
    values: tuple[object, ...], filled: int, *, is_flagged: bool
) -> None:
    """White space is no filled cell, as the look does not count it."""
    counts = FilledCells()
    counts.add(1, filled)
    (row,) = proven_rows([values], Extent(rows=1, columns=2, filled=counts.found()))
    assert isinstance(row, FlaggedRow) == is_flagged
    assert list(row) == list(values)


def test_rows_that_were_not_parsed_are_flagged() -> None:
    """Each that has something in it; without counts nothing is compared."""
    rows = list(proven_rows([["a"]], Extent(rows=3, columns=1, filled=array("H", [0, 1, 0, 2]))))
    assert [isinstance(row, FlaggedRow) for row in rows] == [False, False, True]
    assert list(proven_rows([["a"]], Extent(rows=3, columns=1))) == [["a"]]


def test_rows_of_cells_without_a_value_are_not_flagged() -> None:
    """An empty text at the end of a table is a cell in openpyxl's files, and no library returns its row."""
    rows = list(proven_rows([["a"]], Extent(rows=3, columns=1, filled=array("H", [0, 1]))))
    assert [isinstance(row, FlaggedRow) for row in rows] == [False, False, False]


def test_digits_that_are_lost_are_told_whatever_the_format() -> None:
    """A number of 16 digits in a format of 16 zeros is no text: its last digits are gone."""
    extent = Extent(rows=1, columns=2, zeros={1: {0: "0" * 16, 1: "0" * 16}})
    assert list(proven_rows([[1234567890123456, 7]], extent)) == [[1234567890123456, "0000000000000007"]]
