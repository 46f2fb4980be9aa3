"""The header of a sheet, and the blank rows below it."""

from collections.abc import Sequence

from importer.model.errors import InputError
from importer.model.rows import Row

ROWS_UNDER_TITLE = 50

_LEAST_ROWS_OF_TABLE = 2
MOST_COLUMNS = 16_384
"""As many as a spreadsheet program shows (Excel's specifications and limits)."""


class Blanks:
    """Leaves blank rows out, which have not a single character and are no rows, and counts them.

    A blank row is counted once a row that is not blank comes after it: what follows the last row of a sheet, such as a
    million formatted cells, is not part of the table.
    """

    def __init__(self) -> None:
        self.count = 0
        """Blank rows before the last row that was let through."""
        self._after = 0

    def left_out(self, rows: Sequence[Row | None]) -> list[Row]:
        """Return the rows that are not blank; None stands for one that is."""
        full = [row for row in rows if row is not None]
        after = next((place for place, row in enumerate(reversed(rows)) if row is not None), len(rows))
        if full:
            self.count += self._after + len(rows) - after - len(full)
            self._after = 0
        self._after += after
        return full


def header_of(path: str, cells: Sequence[str], header_row: int) -> tuple[str, ...]:
    """Return the headers, stripped; unnamed columns after the last named one are left off.

    Raises:
        InputError: No column has a name, or there are more than a spreadsheet program shows.

    """
    header = [cell.strip() for cell in cells]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise no_header(path, header_row)
    if len(header) > MOST_COLUMNS:
        raise InputError(
            f"{path} has {len(header):,} columns, more than the {MOST_COLUMNS:,} of a spreadsheet program.",
            "Check that its lines end where they should, and that the delimiter is right.",
        )
    return tuple(header)


def refuse_title(path: str, rows: Sequence[Sequence[str]], header_row: int) -> None:
    """Return if the header is one: more than a title over a wider table.

    Args:
        path: The file.
        rows: Its first rows, from row 1 on.
        header_row: Where the header should be.

    Raises:
        InputError: Its row has one filled cell, and rows below it have several; the sentence says which row has the
            header.

    """
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows[: header_row + ROWS_UNDER_TITLE]]
    below = filled[header_row:]
    if filled[header_row - 1] != 1 or sum(count > 1 for count in below) < _LEAST_ROWS_OF_TABLE:
        return
    seems = header_row + 1 + next(index for index, count in enumerate(below) if count > 1)
    raise InputError(
        f"Row {header_row} of {path} has one filled cell only, like a title, and the rows below have more.",
        f"The header seems to be row {seems}: say --header-row {seems}, or header_row = {seems} under [input] "
        "in the config.",
    )


def no_header(path: str, header_row: int) -> InputError:
    """Return the sentence for a sheet without a header where it should be."""
    return InputError(
        f"{path} has no header: row {header_row} is empty or not there.",
        "Write the columns' names in that row, or say which row has them: header_row under [input] in the config.",
    )
