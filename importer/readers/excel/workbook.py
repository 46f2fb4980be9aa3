"""Workbooks of sheets, whatever program wrote them: one face for the four kinds of file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from importer.model.errors import InputError
from importer.readers.excel.extent import MOST_ODD_CELLS, Extent


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPart:
    """One sheet of a workbook."""

    name: str
    visible: bool
    part: str
    """Where the workbook keeps it: the name of its XML in the zip, say."""


class SheetRows(Protocol):
    """An opened sheet."""

    def rows(self) -> Iterator[Sequence[object]]:
        """Yield the values of each row from row 1 on, gaps too; each call begins again.

        A value is None or an empty text (no value), a text, a number, a boolean, a date or time, an `ErrorCell` or an
        `UncalculatedCell`. A row that may not be right is a `FlaggedRow`.
        """

    def close(self) -> None:
        """Let go of what it holds."""


class Workbook(Protocol):
    """An opened workbook."""

    @property
    def sheets(self) -> Sequence[SheetPart]:
        """Its sheets, in their order."""

    @property
    def notes(self) -> Sequence[str]:
        """Sentences about what this kind of file does not tell."""

    def has_values(self, sheet: SheetPart) -> bool:
        """Tell whether any cell of the sheet has a value."""

    def look(self, sheet: SheetPart) -> Extent:
        """Return what can be known of the sheet before it is read."""

    def opened(self, sheet: SheetPart, extent: Extent) -> SheetRows:
        """Return how to read the sheet; `extent` is what `look` said of it."""

    def close(self) -> None:
        """Let go of the file; more than once does no harm."""


def refuse_big(path: str, sheet: SheetPart, extent: Extent, *, is_big: bool) -> None:
    """Return if the sheet can be held as a whole.

    Args:
        path: The file, for the message.
        sheet: The sheet.
        extent: What the look found.
        is_big: It has more cells than its library can hold.

    Raises:
        InputError: Its cells are too many or too far apart, or too many of them are special.

    """
    if is_big or extent.odd_cells > MOST_ODD_CELLS:
        raise InputError(
            f'The sheet "{sheet.name}" of {path} reaches over {extent.rows:,} rows and {extent.columns:,} columns, '
            "too many to be read from this kind of file.",
            "Save it as .xlsx or .csv, and import that.",
        )
