"""Old workbooks of Excel: .xls, read by pandas with xlrd, which tells formats, errors and hidden rows too.

xlrd is not given the file, but the workbook's records as `importer.readers.excel.xls_records` leaves them.
"""

import io
import struct
import warnings
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pandas as pd
import xlrd  # type: ignore[import-untyped]  # it has no types
from openpyxl.styles.numbers import is_timedelta_format

from importer.model.errors import InputError
from importer.readers.excel.cells import ErrorCell, cell_name, zeros_in_front
from importer.readers.excel.extent import Extent
from importer.readers.excel.extent_builder import ExtentBuilder
from importer.readers.excel.ole import OleError, OleFile
from importer.readers.excel.pandas_sheet import PandasSheet
from importer.readers.excel.workbook import SheetPart, SheetRows, refuse_big
from importer.readers.excel.xls_records import XlsRecords, XlsRecordsError
from importer.readers.excel.zip_package import damaged, has_password
from importer.readers.files import OLE

_MOST_BYTES, _MOST_TEXT_BYTES = 64 * 1024**2, 24 * 1024**2
_MOST_CELLS, _MOST_FILLED = 2_000_000, 1_100_000
"""Cells, and those of them with something in them, so that reading stays under 300 MB: 65,536 rows of 16 texts took
252 MB, of 30 cells of which one was filled 145 MB (November 2026)."""
_OTHERS = {"WordDocument": "a Word document", "PowerPoint Document": "a PowerPoint presentation"}


class XlsWorkbook:
    """An opened .xls.

    Raises:
        InputError: It is damaged, too big, too old, has a password, or is another program's.

    """

    def __init__(self, path: str) -> None:
        self._path = path
        try:
            records = XlsRecords(_workbook_stream(path))
        except (OleError, XlsRecordsError, struct.error, IndexError) as error:
            raise damaged(path) from error
        if records.has_password:
            raise has_password(path)
        if records.is_too_old:
            raise InputError(f"{path} is of Excel 4 or older, too old to be read.", "Save it as .xlsx or .csv.")
        if not records.sheets:
            raise damaged(path)
        if records.text_bytes > _MOST_TEXT_BYTES:
            raise _too_big(path)
        self._parts = [records.parts[at] for at, _ in records.sheets]
        self._file = _opened(records)
        self._book = cast("Any", self._file.book)  # xlrd has no types
        self.sheets: Sequence[SheetPart] = [
            SheetPart(name=name, visible=visible, part=str(place))
            for place, (name, (_, visible)) in enumerate(zip(self._book.sheet_names(), records.sheets, strict=True))
        ]
        self.notes: Sequence[str] = ()

    def has_values(self, sheet: SheetPart) -> bool:
        """Tell whether any cell of the sheet has a value."""
        return self._parts[int(sheet.part)].cells > 0

    def look(self, sheet: SheetPart) -> Extent:
        """Go over the sheet as xlrd holds it.

        Raises:
            InputError: Its cells are too many, or too far apart, to be held.

        """
        part = self._parts[int(sheet.part)]
        is_big = part.rows * part.columns > _MOST_CELLS or part.cells > _MOST_FILLED
        refuse_big(self._path, sheet, Extent(rows=part.rows, columns=part.columns), is_big=is_big)
        if part.empty_results:
            cell = cell_name(*part.first_empty_result)
            which = f"{part.empty_results:,} of its formulas give an empty text, or were never calculated"
            self.notes = (f"{which} ({cell} for one): an .xls does not tell which.",)
        extent = _seen(self._book, int(sheet.part))
        refuse_big(self._path, sheet, extent, is_big=False)
        return extent

    def opened(self, sheet: SheetPart, extent: Extent) -> SheetRows:
        """Return the sheet as pandas reads it."""
        return PandasSheet(self._file, int(sheet.part), "xlrd", extent)

    def close(self) -> None:
        """Let go of what it holds; more than once does no harm."""
        self._file.close()
        self._book.release_resources()


def _too_big(path: str) -> InputError:
    return InputError(f"{path} is too big for an old workbook.", "Save it as .xlsx or .csv.")


def _workbook_stream(path: str) -> bytes:
    """Return the records of the workbook that the file is, not of one that is embedded in it."""
    if Path(path).stat().st_size > _MOST_BYTES:
        raise _too_big(path)
    content = Path(path).read_bytes()
    if not content.startswith(OLE):
        return content  # as it was before there were containers
    container = OleFile(content)
    if container.stream("EncryptedPackage"):
        raise has_password(path)
    if stream := container.stream("Workbook") or container.stream("Book"):
        return stream
    for name, kind in _OTHERS.items():
        if container.stream(name):
            raise InputError(f"{path} is {kind}.", "Open it in its own program, and save it as .xlsx or .csv.")
    raise damaged(path)


def _opened(records: XlsRecords) -> pd.ExcelFile:
    """Return pandas' file; no sheet is loaded before it is asked for."""
    has_encoding = records.has_code_page or records.is_unicode
    options = {
        "formatting_info": True,
        "on_demand": True,
        "logfile": _Silence(),
        "encoding_override": None if has_encoding else "cp1252",
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas means to take xlrd out some day
        return pd.ExcelFile(io.BytesIO(records.for_xlrd()), engine="xlrd", engine_kwargs=options)


class _Silence(io.TextIOBase):
    """Where xlrd's remarks about odd files go."""

    def write(self, text: str) -> int:
        """Pass over it."""
        return len(text)


def _seen(book: Any, place: int) -> Extent:  # noqa: ANN401 - xlrd has no types
    """Return what xlrd knows of a sheet and pandas does not pass on."""
    sheet, seen = book.sheet_by_index(place), ExtentBuilder()
    texts = [book.format_map[xf.format_key].format_str for xf in book.xf_list]
    formats = {style: text for style, text in enumerate(texts) if zeros_in_front(text) or is_timedelta_format(text)}
    for row in range(sheet.nrows):
        types = sheet.row_types(row)
        has_errors = xlrd.XL_CELL_ERROR in types
        for column, value in enumerate(sheet.row_values(row)):
            if value == "":
                continue
            seen.fill(row + 1, column)
            if has_errors and types[column] == xlrd.XL_CELL_ERROR:
                seen.replace(row + 1, column, ErrorCell(text=xlrd.error_text_from_code.get(value, "#ERROR!")))
            elif formats and types[column] in {xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE}:
                _see_number(seen, row + 1, column, value, formats.get(sheet.cell_xf_index(row, column), ""))
    for row, look in sheet.rowinfo_map.items():
        if look.hidden:
            seen.hidden.add(row + 1)
    for first_row, end_row, first_column, end_column in sheet.merged_cells:
        seen.merge(first_row + 1, end_row, first_column, end_column - 1)
    return seen.extent()


def _see_number(seen: ExtentBuilder, row: int, column: int, value: float, number_format: str) -> None:
    """Take note of a number that is shown otherwise than pandas gives it; its format is empty for others."""
    if is_timedelta_format(number_format):
        with suppress(OverflowError):
            seen.replace(row, column, timedelta(days=value))  # pandas makes a date of it
    elif number_format:
        seen.show_zeros(row, column, number_format)
