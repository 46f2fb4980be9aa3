"""failed.csv or failed.xlsx: the rows to fix, in the input's form, so that the corrected file can be imported directly.

`check` writes the same as problems.csv or problems.xlsx, with the names of the wrong cells.
"""

import contextlib
import csv
import itertools
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePath

from importer.model.cell_names import column_letters
from importer.model.plain_text import encodable, escape, plain
from importer.model.protocols import ReportSource
from importer.model.rows import Sheet
from importer.model.runs import RowToFix
from importer.system.files import write_whole

ADDED_COLUMNS = ("import_status", "import_reason", "import_row")
CELLS_COLUMN = "import_cells"
"""The names of the wrong cells, such as `B17`; only in the files of `check`."""

_ANY_NAME = "Rows"
_LONGEST_CELL = 32_767  # Excel's own limit; XlsxWriter would leave a longer cell out
_LONGEST_STEM = 80  # file systems take 255 bytes, and a letter can be four


def write_failed(
    source: ReportSource, folder: Path, *, stem: str = "failed", with_cells: bool = False
) -> tuple[Path, ...]:
    """Write a file for each sheet that has rows to fix, and return their paths.

    One sheet: `failed.csv` or `failed.xlsx`; several: `failed-1-<name of the first file>.csv` and so on.

    Args:
        source: The run, as the journal yields it.
        folder: The run's own folder.
        stem: The beginning of the files' names.
        with_cells: Whether to name the wrong cells.

    Raises:
        StorageError: One cannot be written.

    """
    sheets = source.sheets()
    written: list[Path] = []
    for index, sheet in enumerate(sheets):
        rows = iter(source.rows_to_fix(index))
        first = next(rows, None)
        if first is None:
            continue
        path = folder / (stem + _file_ending(sheet, index, len(sheets)))
        with write_whole(path) as unfinished:
            table = _table(sheet, itertools.chain([first], rows), with_cells=with_cells)
            (_write_csv if sheet.delimiter else write_sheet)(unfinished, sheet, table)
        written.append(path)
    return tuple(written)


def _file_ending(sheet: Sheet, index: int, count: int) -> str:
    ending = ".csv" if sheet.delimiter else ".xlsx"
    if count == 1:
        return ending
    stem = PurePath(sheet.file).stem[:_LONGEST_STEM]
    return f"-{index + 1}-{''.join(sign if sign.isalnum() else '-' for sign in stem)}{ending}"


def _table(sheet: Sheet, rows: Iterable[RowToFix], *, with_cells: bool) -> Iterator[list[str]]:
    """Yield the header and the rows.

    A corrected file that fails again has our columns already: they are replaced, as headers must be unique. The excess
    cells of a row that is wider than its header come after them, visible to whoever fixes the row.
    """
    kept = [place for place, header in enumerate(sheet.header) if header not in (*ADDED_COLUMNS, CELLS_COLUMN)]
    yield [*(sheet.header[place] for place in kept), *ADDED_COLUMNS, *([CELLS_COLUMN] if with_cells else [])]
    for row in rows:
        own = [encodable(row.cells[place]) if place < len(row.cells) else "" for place in kept]
        cells = [_cells(sheet, row)] if with_cells else []
        beyond = map(encodable, row.cells[len(sheet.header) :])
        yield [*own, row.status.value, plain(row.reason), str(row.row), *cells, *beyond]


def _cells(sheet: Sheet, row: RowToFix) -> str:
    """Return the names of the wrong cells, such as `B17`; a problem may be about several columns."""
    wrong = [
        place
        for place, header in enumerate(sheet.header)
        if header and any(header == label or header in label.split(", ") for label in row.columns)
    ]
    return " ".join(f"{column_letters(place)}{row.row}" for place in wrong)


def _write_csv(path: Path, sheet: Sheet, table: Iterable[Sequence[str]]) -> None:
    """Write a file in the input's form: its delimiter, and the header in its row, which the config may name.

    It has a byte order mark, without which Excel does not read UTF-8.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write("\n" * (sheet.header_row - 1))
        writer = csv.writer(file, delimiter=sheet.delimiter, lineterminator="\n")
        writer.writerows(map(escape, row) for row in table)


def write_sheet(path: Path, sheet: Sheet, table: Iterable[Sequence[str]]) -> None:
    """Write the table as a workbook of one sheet, every cell a text, in constant memory.

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
                for number, row in enumerate(table, max(sheet.header_row - 1, 0)):
                    for column, text in enumerate(row):
                        if text:
                            written.write_string(number, column, text[:_LONGEST_CELL])
        except FileCreateError as error:
            raise OSError(*getattr(error.args[0], "args", ())) from error
