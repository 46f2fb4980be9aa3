"""Write a table as a workbook of one sheet, every cell a text, with XlsxWriter."""

import contextlib
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

_ANY_NAME = "Rows"
_LONGEST_CELL = 32_767  # Excel's own limit; XlsxWriter would leave a longer cell out


def write_sheet(path: Path, name: str, table: Iterable[Sequence[str]], *, first_row: int) -> None:
    """Write the table row by row, in constant memory.

    A cell that begins with `=` is written as a text, not as a formula.

    Args:
        path: The workbook; a temporary folder is created beside it.
        name: The sheet's name.
        table: The rows, the header first.
        first_row: The header's row number as a spreadsheet program shows it.

    Raises:
        OSError: It cannot be written.

    """
    # Imported late: few runs write a workbook.
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - said above; untyped
    from xlsxwriter.exceptions import FileCreateError  # type: ignore[import-untyped]  # noqa: PLC0415 - the same

    with (
        tempfile.TemporaryDirectory(dir=path.parent, ignore_cleanup_errors=True) as folder,
        contextlib.ExitStack() as at_the_end,
    ):
        try:
            with xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": folder}) as book:
                book.use_zip64()
                sheet = _add_sheet(book, name)
                at_the_end.callback(sheet.row_data_fh.close)  # after a failure XlsxWriter leaves it open
                _fill(sheet, table, first_row - 1)
        except FileCreateError as error:
            raise OSError(*getattr(error.args[0], "args", ())) from error


def _fill(sheet: Any, table: Iterable[Sequence[str]], first: int) -> None:  # noqa: ANN401 - XlsxWriter has no types
    for number, row in enumerate(table, first):
        for column, text in enumerate(row):
            if text:
                sheet.write_string(number, column, text[:_LONGEST_CELL])


def _add_sheet(book: Any, name: str) -> Any:  # noqa: ANN401 - the same
    """Add the sheet under its name, or under another if XlsxWriter does not accept it."""
    from xlsxwriter.exceptions import XlsxWriterException  # noqa: PLC0415 - as above

    try:
        return book.add_worksheet(name or None)
    except XlsxWriterException:
        return book.add_worksheet(_ANY_NAME)
