"""The header: which columns a sheet has."""

from collections.abc import Sequence

from importer.errors import InputError

MOST_COLUMNS = 16_384
"""As many as a spreadsheet program shows (Excel's specifications and limits)."""


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


def no_header(path: str, header_row: int) -> InputError:
    """Return the sentence for a sheet without a header where it should be."""
    return InputError(
        f"{path} has no header: row {header_row} is empty or not there.",
        "Write the columns' names in that row, or say which row has them: header_row under [input] in the config.",
    )
