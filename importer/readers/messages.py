"""What a person is told about a row or a file whose text does not fit."""

from collections.abc import Sequence

from importer.model.cell_names import column_letters
from importer.model.rows import Problem
from importer.readers.excel.cells import cell_name
from importer.readers.excel.extent import Area, Extent
from importer.readers.text.scan import QuoteFault

_MOST_SHOWN = 200
_QUOTE_MESSAGES = {
    "lines_swallowed": (
        "Lines {first} to {last} of the file came as this one row, because a quote opened under {name} is closed "
        "{later} lines later. If they are rows of their own, take that quote out; if they are one long cell, take its "
        "line breaks out."
    ),
    "quote_unclosed": (
        'Line {first} of the file opens a quote (") under {name} that is not closed. Close it or take it out; the '
        "lines after it were read as rows of their own."
    ),
    "quote_stray": (
        'Line {first} of the file has text after a closing quote (") under {name}. Take the quotes out, or write each '
        "one that is part of the cell twice and put the whole cell in quotes."
    ),
}


def quote_problem(fault: QuoteFault, place: int, header: Sequence[str], value: str) -> Problem:
    """Return what is wrong with the quotes of a row; lines are counted as a text editor does.

    Args:
        fault: What the scan found.
        place: The column, from 0.
        header: The headers.
        value: What the cell says.

    """
    first, last = fault.first_line, fault.last_line
    column, name = _column(place, header)
    message = _QUOTE_MESSAGES[fault.code].format(first=first, last=last, later=last - first, name=name)
    return Problem(code=fault.code, column=column, value=_shortened(value), message=message)


def encoding_problem(place: int, header: Sequence[str], value: str, encoding: str) -> Problem:
    """Return what is wrong with a cell that has bytes that are no text."""
    column, name = _column(place, header)
    return Problem(
        code="encoding_invalid",
        column=column,
        value=value,
        message=(
            f"The cell under {name} has bytes that are no text in {encoding}. "
            "Name the file's encoding with --encoding, or type the cell again."
        ),
    )


def unlike_problem(text: str) -> Problem:
    """Return what is wrong with a row of a text file that pandas does not read as the scan does."""
    return Problem(
        code="row_uncertain",
        value=_shortened(text),
        message=(
            "The row can be read in two ways, so it is not certain which cell is whose. "
            "Type it again without quotes and odd characters, or save the file as .xlsx."
        ),
    )


def width_problem(cells: Sequence[str], width: int) -> Problem:
    """Return what is wrong with a row that has not as many cells as the header."""
    if len(cells) < width:
        said = f"The row has {len(cells)} cells and the header has {width}, so it is not certain which are missing."
        return Problem(code="width_wrong", message=f"{said} Add the missing delimiters.")
    extra = next((cell for cell in cells[width:] if cell.strip()), "")
    return Problem(
        code="width_wrong",
        value=_shortened(extra),
        message=(
            f"The row has {len(cells)} cells and the header has {width}, so it is not certain which cell is whose. "
            "A cell that has the delimiter in its text must be in quotes."
        ),
    )


def merged_problem(column: str, cell: str, area: Area) -> Problem:
    """Return what is wrong with a cell that was merged into another."""
    first = str(area).partition(":")[0]
    return Problem(
        code="cell_merged",
        column=column,
        value=str(area),
        message=(
            f"Cell {cell} is merged with others ({area}), and what they show belongs to {first} only. "
            "Unmerge them, and write in each row what is meant there."
        ),
    )


def sheet_notes(extent: Extent, header_row: int, columns: int, *, skips_hidden: bool) -> tuple[str, ...]:
    """Return sentences about hidden rows and a merged header."""
    notes = []
    hidden = extent.hidden[header_row + 1 : extent.rows + 1].count(1)
    if hidden:
        fate = "is left out" if skips_hidden else "is read like any other"
        notes.append(f"{hidden:,} of its rows are hidden, by a filter or by hand; each {fate} (hidden_rows).")
    for area in sorted(extent.merged):
        if area.first_row <= header_row <= area.last_row and area.first_column < columns:
            name = cell_name(area.first_column, area.first_row)
            notes.append(f"The header has merged cells ({area}): their name belongs to {name} only.")
    return tuple(notes)


def _column(place: int, header: Sequence[str]) -> tuple[str, str]:
    """Return the header of a column, if it has one, and what a person calls it."""
    column = header[place] if place < len(header) else ""
    return column, column or f"column {column_letters(place)}"


def _shortened(cell: str) -> str:
    """Return a cell as a problem shows it: the beginning is enough to find it."""
    return cell if len(cell) <= _MOST_SHOWN else cell[: _MOST_SHOWN - 1] + "\N{HORIZONTAL ELLIPSIS}"
