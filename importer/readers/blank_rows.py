"""Blank rows: rows without a single character, which are counted but are no rows."""

from collections.abc import Sequence

from importer.model.rows import Row


class Blanks:
    """Leaves blank rows out and counts them.

    A blank row is counted once a row that is not blank comes after it: what follows the last row of a sheet, such as a
    million formatted cells, is not part of the table.
    """

    def __init__(self) -> None:
        self.count = 0
        """Blank rows before the last row that was let through."""
        self._since_last_row = 0

    def left_out(self, rows: Sequence[Row | None]) -> list[Row]:
        """Return the rows that are not blank; None stands for one that is."""
        full = [row for row in rows if row is not None]
        if not full:
            self._since_last_row += len(rows)
            return full
        after = next(place for place, row in enumerate(reversed(rows)) if row is not None)
        self.count += self._since_last_row + len(rows) - len(full) - after
        self._since_last_row = after
        return full
