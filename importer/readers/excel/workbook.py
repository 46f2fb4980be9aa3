"""Workbooks of sheets: one protocol for the three kinds of file, and which sheet is meant."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from importer.model.errors import InputError, SeveralSheetsError
from importer.model.own_names import OWN_SHEETS
from importer.readers.excel.extent import MOST_ODD_CELLS, Extent

_MOST_LISTED, LONGEST_NAME = 20, 255
"""Sheets in a sentence, and characters of a sheet's name: Excel takes 31, LibreOffice any number."""


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
        """Close what it holds."""


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
        """Close the file; closing it twice does no harm."""


def chosen(workbook: Workbook, path: str, wanted: str) -> SheetPart:
    """Return the sheet that is named, else the only visible one that has rows and is not of our own making.

    Raises:
        InputError: There is no such sheet, or several that could be meant; the sentence lists them.

    """
    sheets = workbook.sheets
    if wanted:
        same = [sheet for sheet in sheets if sheet.name == wanted] or [
            sheet for sheet in sheets if sheet.name.strip().casefold() == wanted.strip().casefold()
        ]
        if len(same) == 1:
            return same[0]
        raise InputError(
            f'{path} has no sheet "{wanted}".', f"Its sheets: {_listed(sheets)}. Name one with --sheet NAME."
        )
    visible = [sheet for sheet in sheets if sheet.visible]
    if {sheet.name for sheet in visible} > OWN_SHEETS:  # a results.xlsx of ours
        visible = [sheet for sheet in visible if sheet.name not in OWN_SHEETS]
    filled = [sheet for sheet in visible if len(visible) == 1 or workbook.has_values(sheet)]
    if len(filled) > 1:
        raise SeveralSheetsError(
            f"{path} has {len(filled)} sheets with rows: {_listed(filled)}.",
            f'Say which is meant: --sheet "{filled[0].name}".',
            sheets=[sheet.name for sheet in filled],
        )
    if not filled:
        raise InputError(
            f"{path} has no visible sheet with rows.", f"Its sheets: {_listed(sheets)}. Name one with --sheet NAME."
        )
    return filled[0]


def _listed(sheets: Sequence[SheetPart]) -> str:
    names = [f'"{sheet.name}"' + ("" if sheet.visible else " (hidden)") for sheet in sheets]
    more = len(names) - _MOST_LISTED
    return ", ".join(names[:_MOST_LISTED]) + (f" and {more:,} more" if more > 0 else "")


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
