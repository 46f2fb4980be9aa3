"""The names of cells, as in spreadsheet programs: the letters of a column, and which cells of a row are wrong."""

from collections.abc import Iterable, Sequence


def column_letters(place: int) -> str:
    """Return the letters of the column with this index from 0: `A`, `B`, ... `AA`."""
    before, letter = divmod(place, 26)
    return (column_letters(before - 1) if before else "") + chr(ord("A") + letter)


def cell_names(places: Iterable[int], row: int) -> str:
    """Return the names of a row's cells, such as `B17 C17`."""
    return " ".join(f"{column_letters(place)}{row}" for place in places)


def wrong_places(header: Sequence[str], column: str, cells: Sequence[str]) -> list[int]:
    """Return the indexes of a row's cells that a problem is about: of several columns the filled ones, else the first.

    Args:
        header: Of the sheet.
        column: Of the problem: a header, or several with commas between them.
        cells: Of the row.

    """
    if not column or column in header:
        return [place for place, name in enumerate(header) if column and name == column]
    named = {place: f", {column}, ".find(f", {name}, ") for place, name in enumerate(header) if name}
    places = sorted((place for place, at in named.items() if at >= 0), key=lambda place: named[place])
    filled = [place for place in places if place < len(cells) and cells[place].strip()]
    return sorted(filled) or places[:1]


def cells_of_several(header: Sequence[str], column: str, row: int, cells: Sequence[str] | None) -> str:
    """Return the names of a row's cells that a problem of several columns is about; empty: it is of one, or of none.

    Args:
        header: Of the sheet.
        column: Of the problem.
        row: The row's number.
        cells: Of the row; None: they are not known, so that the row is named.

    """
    if column in header or not (places := wrong_places(header, column, cells or ())):
        return ""
    return cell_names(places, row) if cells is not None else f"row {row}"
