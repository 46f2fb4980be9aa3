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
from typing import Any

import pandas
from openpyxl.styles.numbers import is_timedelta_format
from xlrd import (  # type: ignore[import-untyped]  # it has no types
    XL_CELL_DATE,
    XL_CELL_ERROR,
    XL_CELL_NUMBER,
    error_text_from_code,
)

from importer.model.errors import InputError
from importer.readers.excel.cells import cell_name, zeros_in_front
from importer.readers.excel.extent import (
    MOST_CELLS_HELD,
    MOST_ODD_CELLS,
    Area,
    Extent,
    FilledCells,
    HiddenRows,
)
from importer.readers.excel.ole import OleError, OleFile
from importer.readers.excel.pandas_sheet import PandasSheet
from importer.readers.excel.workbook import SheetPart, SheetRows, too_big
from importer.readers.excel.xls_records import XlsRecords, XlsRecordsError
from importer.readers.excel.zip_package import damaged, has_password

_MOST_BYTES = 64 * 1024**2
_MOST_FILLED = 1_100_000
"""Filled cells, so that reading stays under 300 MB: 65,536 rows of 16 texts took 252 MB (November 2026)."""
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
            raise InputError(f"{path} was written for Excel 4 or an older one: too old.", "Save it as .xlsx or .csv.")
        if not records.sheets:
            raise damaged(path)
        self._parts = [records.parts[at] for at, _ in records.sheets]
        self._file = _opened(records)
        self._book = self._file.book
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
        if part.rows * part.columns > MOST_CELLS_HELD or part.cells > _MOST_FILLED:
            raise too_big(self._path, sheet, part.rows, part.columns)
        if part.without_result:
            self.notes = (
                f"{part.without_result:,} of its formulas have an empty result, {cell_name(*part.first_without_result)} "
                "for one. Whether they were ever calculated, an .xls does not tell.",
            )
        extent = _Look(self._book, int(sheet.part)).extent()
        if extent.odd_cells > MOST_ODD_CELLS:
            raise too_big(self._path, sheet, part.rows, part.columns)
        return extent

    def opened(self, sheet: SheetPart, extent: Extent) -> SheetRows:
        """Return the sheet as pandas reads it."""
        return PandasSheet(self._file, int(sheet.part), "xlrd", extent)

    def close(self) -> None:
        """Let go of what it holds; more than once does no harm."""
        self._file.close()
        self._book.release_resources()


def _workbook_stream(path: str) -> bytes:
    """Return the records of the workbook that the file is, not of one that is embedded in it."""
    if Path(path).stat().st_size > _MOST_BYTES:
        raise InputError(f"{path} is too big for an old workbook.", "Save it as .xlsx or .csv.")
    container = OleFile(Path(path).read_bytes())
    if container.stream("EncryptedPackage") is not None:
        raise has_password(path)
    stream = container.stream("Workbook") or container.stream("Book")
    if not stream:
        for name, kind in _OTHERS.items():
            if container.stream(name) is not None:
                raise InputError(f"{path} is {kind}.", "Open it in its own program, and save it as .xlsx or .csv.")
        raise damaged(path)
    return stream


def _opened(records: XlsRecords) -> pandas.ExcelFile:
    """Return pandas' file; no sheet is loaded before it is asked for."""
    options = {
        "formatting_info": True,
        "on_demand": True,
        "logfile": _Silence(),
        "encoding_override": None if records.has_code_page or records.is_unicode else "cp1252",
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas means to take xlrd out some day
        return pandas.ExcelFile(io.BytesIO(records.for_xlrd()), engine="xlrd", engine_kwargs=options)


class _Silence(io.TextIOBase):
    """Where xlrd's remarks about odd files go."""

    def write(self, text: str) -> int:
        """Pass over it."""
        return len(text)


class _Look:
    """Gathers what xlrd knows of a sheet and pandas does not pass on.

    Args:
        book: xlrd's, which has no types.
        place: The sheet's, from 0.

    """

    def __init__(self, book: Any, place: int) -> None:  # noqa: ANN401 - as said
        self._sheet = book.sheet_by_index(place)
        texts = ((style, book.format_map[xf.format_key].format_str) for style, xf in enumerate(book.xf_list))
        self._formats = {style: text for style, text in texts if zeros_in_front(text) or is_timedelta_format(text)}
        self._errors: dict[int, dict[int, str]] = {}
        self._zeros: dict[int, dict[int, str]] = {}
        self._durations: dict[int, dict[int, object]] = {}

    def extent(self) -> Extent:
        """Return what was gathered."""
        filled, hidden, rows, columns = FilledCells(), HiddenRows(), 0, 0
        for row in range(self._sheet.nrows):
            places = [column for column, value in enumerate(self._sheet.row_values(row)) if value != ""]
            if places:
                filled.add(row + 1, len(places))
                rows, columns = row + 1, max(columns, places[-1] + 1)
                self._add_special(row, places)
        for row, look in self._sheet.rowinfo_map.items():
            if look.hidden:
                hidden.add(row + 1)
        return Extent(
            rows=rows,
            columns=columns,
            errors=self._errors,
            zeros=self._zeros,
            replaced=self._durations,
            hidden=hidden.found(),
            merged=tuple(Area(top + 1, below, left, right - 1) for top, below, left, right in self._sheet.merged_cells),
            filled=filled.found(),
        )

    def _add_special(self, row: int, places: Sequence[int]) -> None:
        """Take note of a row's errors, and of its numbers that are shown otherwise than pandas gives them."""
        types = self._sheet.row_types(row)
        if XL_CELL_ERROR in types:
            self._errors[row + 1] = {
                column: error_text_from_code.get(self._sheet.cell_value(row, column), "#ERROR!")
                for column in places
                if types[column] == XL_CELL_ERROR
            }
        for column in places if self._formats else ():
            number_format = self._formats.get(self._sheet.cell_xf_index(row, column))
            if number_format is None or types[column] not in {XL_CELL_NUMBER, XL_CELL_DATE}:
                continue
            if zeros_in_front(number_format):
                self._zeros.setdefault(row + 1, {})[column] = number_format
            else:
                with suppress(OverflowError):
                    duration = timedelta(days=self._sheet.cell_value(row, column))
                    self._durations.setdefault(row + 1, {})[column] = duration
