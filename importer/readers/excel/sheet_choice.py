"""Which sheet of a workbook is meant."""

from collections.abc import Sequence

from importer.model.errors import InputError
from importer.readers.excel.workbook import SheetPart, Workbook

_MOST_LISTED = 20


def chosen(workbook: Workbook, path: str, wanted: str) -> SheetPart:
    """Return the sheet that is named, else the only visible one that has rows.

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
    filled = [sheet for sheet in visible if len(visible) == 1 or workbook.has_values(sheet)]
    if len(filled) > 1:
        raise InputError(
            f"{path} has {len(filled)} sheets with rows: {_listed(filled)}.",
            f'Say which is meant: --sheet "{filled[0].name}".',
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
