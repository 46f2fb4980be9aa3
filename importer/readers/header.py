"""The header of a sheet: the row that is named, or none where there is none."""

from collections.abc import Sequence
from dataclasses import dataclass

from importer.model.errors import InputError
from importer.readers.header_label import HEADER_WORD, is_label, no_header
from importer.readers.options import InputOptions

ROWS_UNDER_TITLE = 50

MOST_COLUMNS = 16_384
"""As many as a spreadsheet program shows (Excel's specifications and limits)."""
_OUR_COLUMN = "import_status"
"""In the header of our own failed.csv, wherever that of the file was from which it is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The header of a sheet."""

    names: tuple[str, ...]
    """The headers, stripped; the columns' letters where the sheet has none."""
    row: int
    """Its row number; where the sheet has none, that of the row above the first."""
    is_there: bool = True


def first_row(options: InputOptions) -> int:
    """Return the row where the header should be, or the first of a table without one."""
    return 1 if options.header_row is None else options.header_row


def find_header(path: str, rows: Sequence[Sequence[str]], options: InputOptions, width: int) -> Header:
    """Return the header, once it is clear that the named row is it, or that there is none.

    Args:
        path: The file.
        rows: Its first rows, from row 1 on.
        options: The row that is named for the header, and whether there is one at all.
        width: The number of columns, for a file without a header.

    Raises:
        InputError: That row is no header; the sentence says which row seems to be it, or that there seems to be none.

    """
    ours = next((number for number, cells in enumerate(rows, 1) if _OUR_COLUMN in cells), 0)
    row = ours or first_row(options)
    if options.no_header and not ours:
        from importer.model.cell_names import column_letters  # noqa: PLC0415 - few files have no header

        return Header(names=tuple(map(column_letters, range(width))), row=row - 1, is_there=False)
    cells = rows[row - 1] if row <= len(rows) else ()
    if not _is_plainly_header(cells):
        from importer.readers.header_search import refuse_other  # noqa: PLC0415 - few headers are in doubt

        refuse_other(path, rows, row, is_named=row == options.header_row)
    return Header(names=header_of(path, cells, row), row=row)


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


def _is_plainly_header(cells: Sequence[str]) -> bool:
    """Return whether a row is a header beyond doubt: different labels, one of them with a word that headers have."""
    return len(set(cells)) == len(cells) > 1 and all(map(is_label, cells)) and any(map(HEADER_WORD.search, cells))
