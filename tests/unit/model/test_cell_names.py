"""Which cells of a row a problem is about, and what they are called."""

import pytest

from importer.model.cell_names import cells_of_several, wrong_places

HEADER = ("Nombre", "Tel, casa", "Móvil", "Fijo", "")


@pytest.mark.parametrize(
    ("column", "cells", "places"),
    [
        ("Móvil", ("Ana", "", "", ""), [2]),
        ("Móvil, Fijo", ("Ana", "", "12", " "), [2]),
        ("Móvil, Fijo", ("Ana", "", "", "34"), [3]),
        ("Fijo, Móvil", ("Ana", "", "12", "34"), [2, 3]),
        ("Fijo, Móvil", ("Ana", "", "", ""), [3]),
        ("Móvil, Fijo", ("Ana",), [2]),
        ("Tel, casa", ("Ana", "", "", ""), [1]),
        ("Móvil, Tel, casa", ("Ana", "12", "", ""), [1]),
        ("Otra", ("Ana", "", "", ""), []),
        ("", ("Ana", "", "", ""), []),
    ],
)
def test_of_several_columns_the_filled_cells_are_meant(column: str, cells: tuple[str, ...], places: list[int]) -> None:
    """Of a row that has none of them filled, that of the column that is named first."""
    assert wrong_places(HEADER, column, cells) == places


@pytest.mark.parametrize(
    ("column", "cells", "named"),
    [
        ("Móvil, Fijo", ("Ana", "", "12", "34"), "C7 D7"),
        ("Móvil, Fijo", None, "row 7"),
        ("Móvil", ("Ana", "", "12", "34"), ""),
        ("", None, ""),
    ],
)
def test_cells_are_named_where_the_column_does_not_tell_them(
    column: str, cells: tuple[str, ...] | None, named: str
) -> None:
    """Where a row's cells are not known, the row is named."""
    assert cells_of_several(HEADER, column, 7, cells) == named
