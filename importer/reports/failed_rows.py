"""failed.csv or failed.xlsx: the rows to fix, in the input's form, so that the corrected file can be imported directly.

`check` writes the same as problems.csv or problems.xlsx, with the names of the wrong cells.
"""

import csv
import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path, PurePath

from importer.model.cell_names import cell_names, wrong_places
from importer.model.own_names import CELLS_COLUMN, OWN_COLUMNS, REASON_COLUMN, ROW_COLUMN, STATUS_COLUMN
from importer.model.plain_text import encodable, escape, plain
from importer.model.protocols import ReportSource
from importer.model.rows import Sheet
from importer.model.runs import RowToFix
from importer.reports.workbook_style import Style, Table, named_sheet, new_workbook
from importer.system.files import write_whole

ADDED_COLUMNS = (STATUS_COLUMN, REASON_COLUMN, ROW_COLUMN)
_Line = tuple[Sequence[str], Sequence[int]]
"""The cells of a line, and the places of those that are wrong."""
_LONGEST_STEM = 80  # file systems take 255 bytes, and a letter can be four


def write_failed(
    source: ReportSource, folder: Path, *, stem: str = "failed", with_cells: bool = False, stays: Collection[str] = ()
) -> tuple[Path, ...]:
    """Write a file for each sheet that has rows to fix, and return their paths, with those that stay.

    One sheet: `failed.csv` or `failed.xlsx`; several: `failed-1-<name of the first file>.csv` and so on.

    Args:
        source: The run, as the journal yields it.
        folder: The run's own folder.
        stem: The beginning of the files' names.
        with_cells: Whether to name the wrong cells.
        stays: Names of files in the folder that are not written again.

    Raises:
        StorageError: One cannot be written.

    """
    sheets = source.sheets()
    written: list[Path] = []
    for index, sheet in enumerate(sheets):
        path = folder / (stem + _file_ending(sheet, index, len(sheets)))
        if path.name in stays:
            written.append(path)
            continue
        rows = iter(source.rows_to_fix(index))
        first = next(rows, None)
        if first is None:
            continue
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


def _table(sheet: Sheet, rows: Iterable[RowToFix], *, with_cells: bool) -> Iterator[_Line]:
    """Yield the header and the rows.

    A corrected file that fails again has our columns already: they are replaced, as headers must be unique. The excess
    cells of a row that is wider than its header come after them, visible to whoever fixes the row.
    """
    kept = kept_places(sheet)
    yield [*(sheet.header[place] for place in kept), *ADDED_COLUMNS, *([CELLS_COLUMN] if with_cells else [])], ()
    for row in rows:
        own = [encodable(row.cells[place]) if place < len(row.cells) else "" for place in kept]
        wrong = wrong_cells(sheet, row.columns, row.cells)
        cells = [cell_names(wrong, row.row)] if with_cells else []
        beyond = map(encodable, row.cells[len(sheet.header) :])
        marked = [place for place, one in enumerate(kept) if one in wrong]
        yield [*own, row.status.value, plain(row.reason), str(row.row), *cells, *beyond], marked


def kept_places(sheet: Sheet) -> list[int]:
    """Return the indexes of the columns that are the input's own: ours are replaced where a file of ours was read."""
    return [place for place, header in enumerate(sheet.header) if header.casefold() not in OWN_COLUMNS]


def wrong_cells(sheet: Sheet, columns: Sequence[str], cells: Sequence[str]) -> list[int]:
    """Return the indexes of a row's cells that its problems are about."""
    return sorted({place for column in columns for place in wrong_places(sheet.header, column, cells)})


def _write_csv(path: Path, sheet: Sheet, table: Iterable[_Line]) -> None:
    """Write a file in the input's form: its delimiter, and the header in its row, which the config may name.

    It has a byte order mark, without which Excel does not read UTF-8.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write("\n" * (sheet.header_row - 1))
        writer = csv.writer(file, delimiter=sheet.delimiter, lineterminator="\n")
        writer.writerows(map(escape, row) for row, _ in table)


def write_sheet(path: Path, sheet: Sheet, table: Iterable[_Line]) -> None:
    """Write the table as a workbook of one sheet, every cell a text, in constant memory; wrong cells are coloured.

    Args:
        path: The workbook; a temporary folder is created beside it.
        sheet: Its name, and the row of its header, are taken over.
        table: The rows, the header first.

    Raises:
        OSError: It cannot be written.

    """
    rows = iter(table)
    header, _ = next(rows)
    own = sum(name not in OWN_COLUMNS for name in header)
    with new_workbook(path) as book:
        style = Style(book)
        headers = [style.header] * own + [style.own_header]
        written = Table(named_sheet(book, sheet.name), header, max(sheet.header_row - 1, 0), headers)
        formats = [style.text] * own + [style.step]
        for row, wrong in rows:
            coloured = [style.wrong if place in wrong else style.text for place in range(own)] if wrong else []
            written.add(row, [*coloured, style.step] if wrong else formats, marked=wrong)
        written.finish(own, style.text)
