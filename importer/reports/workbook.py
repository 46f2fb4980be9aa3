"""Write a table as a workbook of one sheet, every cell a text, with XlsxWriter."""

import contextlib
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from importer.model.rows import Sheet

_ANY_NAME = "Rows"
_LONGEST_CELL = 32_767  # Excel's own limit; XlsxWriter would leave a longer cell out


def write_sheet(path: Path, sheet: Sheet, table: Iterable[Sequence[str]]) -> None:
    """Write the table row by row, in constant memory.

    A cell that begins with `=` is written as a text, not as a formula.

    Args:
        path: The workbook; a temporary folder is created beside it.
        sheet: Its name, and the row of its header, are taken over.
        table: The rows, the header first.

    Raises:
        OSError: It cannot be written.

    """
    # Imported late: few runs write a workbook.
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - said above; untyped
    from xlsxwriter.exceptions import FileCreateError, XlsxWriterException  # type: ignore[import-untyped]  # noqa: PLC0415 - the same

    with (
        tempfile.TemporaryDirectory(dir=path.parent, ignore_cleanup_errors=True) as folder,
        contextlib.ExitStack() as at_the_end,
    ):
        try:
            with xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": folder}) as book:
                book.use_zip64()
                try:
                    written = book.add_worksheet(sheet.name or None)
                except XlsxWriterException:  # it does not accept the name
                    written = book.add_worksheet(_ANY_NAME)
                at_the_end.callback(written.row_data_fh.close)  # after a failure XlsxWriter leaves it open
                for number, row in enumerate(table, sheet.header_row - 1):
                    for column, text in enumerate(row):
                        if text:
                            written.write_string(number, column, text[:_LONGEST_CELL])
        except FileCreateError as error:
            raise OSError(*getattr(error.args[0], "args", ())) from error
