"""What a person is told about merged cells and hidden rows of a sheet."""

from importer.model.rows import Problem
from importer.readers.excel.cells import cell_name
from importer.readers.excel.extent import Area, Extent


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
