"""Old workbooks of Excel: .xls, read by pandas with xlrd, which tells formats, errors and hidden rows too.

xlrd holds far more than a file has: a link over a range is an object for each of its cells, and each cell that is only
formatted is a cell. So records that say nothing about values are hidden from it. Sources: [MS-CFB], [MS-XLS].
"""

import io
import struct
import warnings
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pandas as pd
import xlrd  # type: ignore[import-untyped]  # it has no types
from openpyxl.styles.numbers import is_timedelta_format
from xlrd.compdoc import CompDoc  # type: ignore[import-untyped]  # the same

from importer.model.errors import InputError
from importer.readers.excel.cells import ErrorCell, cell_name, formatted, zeros_in_front
from importer.readers.excel.extent import MOST_AREAS, Extent
from importer.readers.excel.extent_builder import ExtentBuilder
from importer.readers.excel.pandas_sheet import PandasSheet
from importer.readers.excel.workbook import SheetPart, SheetRows, refuse_big
from importer.readers.excel.zip_package import damaged, has_password
from importer.readers.files import OLDEST, OLE

_MOST_BYTES = 24 * 1024**2
_MOST_CELLS, _MOST_FILLED = 2_000_000, 1_100_000
"""Cells, and those of them with something in them, so that reading stays under 300 MB: 65,536 rows of 16 texts took
252 MB, of 30 cells of which one was filled 145 MB (November 2026)."""
_OTHERS = {"worddocument": "a Word document", "powerpoint document": "a PowerPoint presentation"}
_DIRECTORY, _CHILD, _STREAM = 48, 76, 2
"""Where the header has the directory's first sector, and the directory the root's first child; a kind of entry."""

_BOF, _EOF, _PASSWORD, _CODE_PAGE, _CONTINUED, _SHEET = 0x0809, 0x000A, 0x002F, 0x0042, 0x003C, 0x0085
_TEXTS, _FORMAT, _STYLE, _ROW, _MERGED, _SEVERAL = 0x00FC, 0x041E, 0x00E0, 0x0208, 0x00E5, 0x00BD
_DAYS_FROM_1904 = 0x0022
_FORMULAS = frozenset({0x0006, 0x0206, 0x0406})
_AFTER_FORMULAS = frozenset({0x0207, 0x04BC, 0x0221, 0x0236, 0x0037})
_CELLS = _FORMULAS | {0x0203, 0x0204, 0x00FD, 0x027E, 0x00D6, 0x0205, _SEVERAL}
_SHOWN = (
    _CELLS | _AFTER_FORMULAS | {_BOF, _EOF, _CODE_PAGE, _DAYS_FROM_1904, _SHEET, _TEXTS, _FORMAT, _STYLE, _ROW, _MERGED}
)
_HIDDEN = b"\xff\x0f"
"""A kind of record that there is not."""
_MOST = {_STYLE: 16_384, _FORMAT: 16_384, _SHEET: 4_096, _MERGED: MOST_AREAS, _TEXTS: 1_500_000}
"""Of which xlrd makes objects."""


class XlsWorkbook:
    """An opened .xls.

    Raises:
        InputError: It is too big, too old, has a password, or is another program's.
        Exception: It is damaged: whatever xlrd raises.

    """

    def __init__(self, path: str) -> None:
        self._path = path
        stream = bytearray(_workbook_stream(path))
        if stream.startswith(OLDEST):
            raise InputError(f"{path} is of Excel 4 or older, too old to be read.", "Save it as .xlsx or .csv.")
        parts = _gone_over(path, stream)
        options = {"formatting_info": True, "on_demand": True, "ragged_rows": True, "logfile": _Silence()}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pandas means to take xlrd out some day
            self._file = pd.ExcelFile(io.BytesIO(stream), engine="xlrd", engine_kwargs=options)
        self._book = cast("Any", self._file.book)  # xlrd has no types
        if self._book.encoding == "iso-8859-1":  # xlrd's guess for Excel 5 without a code page
            self._book.encoding = "cp1252"
        self._parts = [parts[start] for start in self._book._sh_abs_posn]  # noqa: SLF001 - told nowhere else
        states = self._book._sheet_visibility  # noqa: SLF001 - else each sheet would have to be loaded
        self.sheets: Sequence[SheetPart] = [
            SheetPart(name=name, visible=state == 0, part=str(place))
            for place, (name, state) in enumerate(zip(self._book.sheet_names(), states, strict=True))
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
        part, held = self._parts[int(sheet.part)], self._book.sheet_by_index(int(sheet.part))
        is_big = held.nrows * held.ncols > _MOST_CELLS or part.cells > _MOST_FILLED
        refuse_big(self._path, sheet, Extent(rows=held.nrows, columns=held.ncols), is_big=is_big)
        if held.nrows and held.row_len(0) < held.ncols:  # pandas takes no more columns than the first row has
            held.put_cell(0, held.ncols - 1, xlrd.XL_CELL_EMPTY, "", -1)
        if part.empty_results:
            which = f"{part.empty_results:,} of its formulas give an empty text, or were never calculated"
            self.notes = (f"{which} ({part.first_empty_result} for one): an .xls does not tell which.",)
        seen = ExtentBuilder()
        _see_cells(seen, self._book, held)
        for row, its_look in held.rowinfo_map.items():
            if its_look.hidden:
                seen.hidden.add(row + 1)
        for first_row, end_row, first_column, end_column in held.merged_cells:
            seen.merge(first_row + 1, end_row, first_column, end_column - 1)
        extent = seen.extent()
        refuse_big(self._path, sheet, extent, is_big=False)
        return extent

    def opened(self, sheet: SheetPart, extent: Extent) -> SheetRows:
        """Return the sheet as pandas reads it."""
        return PandasSheet(self._file, int(sheet.part), extent)

    def close(self) -> None:
        """Close what it holds; closing it twice does no harm."""
        self._file.close()
        self._book.release_resources()


def _workbook_stream(path: str) -> bytes:
    """Return the records of the workbook that the file is, not of one that is embedded in it."""
    if Path(path).stat().st_size > _MOST_BYTES:
        raise InputError(f"{path} is too big for an old workbook.", "Save it as .xlsx or .csv.")
    content = Path(path).read_bytes()
    if not content.startswith(OLE):
        return content  # as it was before there were containers
    streams = _root_streams(content)
    if "encryptedpackage" in streams:
        raise has_password(path)
    for name in ("workbook", "book"):
        if name in streams:
            return _content(*streams[name])
    for name, kind in _OTHERS.items():
        if name in streams:
            raise InputError(f"{path} is {kind}.", "Open it in its own program, and save it as .xlsx or .csv.")
    raise damaged(path)


def _root_streams(content: bytes) -> dict[str, tuple[Any, Any]]:
    """Return the streams of the container's root folder by name, with the container: others are embedded objects'.

    xlrd follows the tree of entries without an end if it goes in a circle. So it is given a root without children.
    """
    root = 512 + (struct.unpack_from("<I", content, _DIRECTORY)[0] << min(content[30], 20))
    to_see = list(struct.unpack_from("<i", content, root + _CHILD))
    container = CompDoc(content[: root + _CHILD] + b"\xff" * 4 + content[root + _CHILD + 4 :], _Silence())
    streams, seen = dict[str, tuple[Any, Any]](), set[int]()
    while to_see:
        number = to_see.pop()
        if number >= 0 and number not in seen:
            seen.add(number)
            entry = container.dirlist[number]
            to_see += [entry.left_DID, entry.right_DID]
            if entry.etype == _STREAM:
                streams.setdefault(entry.name.casefold(), (container, entry))
    return streams


def _content(container: Any, entry: Any) -> bytes:  # noqa: ANN401 - xlrd has no types
    """Return what is in a stream; xlrd follows a chain of small sectors without an end if it goes in a circle."""
    held, base, table, width = container.mem, 512, container.SAT, container.sec_size
    if entry.tot_size < container.min_size_std_stream:
        held, base, table, width = container.SSCS, 0, container.SSAT, container.short_sec_size
    at, sectors = entry.first_SID, dict[int, bytes]()
    while at >= 0 and at not in sectors and len(sectors) * width < entry.tot_size:
        sectors[at] = held[base + at * width : base + (at + 1) * width]
        at = table[at]
    found = b"".join(sectors.values())
    if len(found) < entry.tot_size:
        raise EOFError
    return found[: entry.tot_size]


@dataclass(slots=True)
class _Part:
    """What the records of a sheet say."""

    cells: int = 0
    """Those with something in them."""
    empty_results: int = 0
    """Formulas whose result is a text without a character."""
    first_empty_result: str = ""

    def add(self, kind: int, content: bytes) -> None:
        """Take note of a record of cells."""
        self.cells += (len(content) - 6) // 6 if kind == _SEVERAL else 1
        if kind in _FORMULAS and content[6] == 3 and content[12:14] == b"\xff\xff":  # noqa: PLR2004 - an empty text
            row, column = struct.unpack_from("<HH", content)
            self.first_empty_result = self.first_empty_result or cell_name(column, row + 1)
            self.empty_results += 1


def _gone_over(path: str, stream: bytearray) -> dict[int, _Part]:
    """Hide the records that say nothing about values, and return each part by its place: a sheet, a chart in it.

    Raises:
        InputError: They have a password, or are more than any spreadsheet program writes.

    """
    parts, open_parts, counts = dict[int, _Part](), list[_Part](), Counter[int]()
    at, is_shown = 0, False
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        content = bytes(stream[at + 4 : at + 4 + length])
        if kind == _PASSWORD:  # what follows is encrypted
            raise has_password(path)
        if kind == _BOF:
            open_parts.append(parts.setdefault(at, _Part()))
        elif kind == _EOF and open_parts:
            open_parts.pop()
        elif kind in _CELLS and open_parts:
            open_parts[-1].add(kind, content)
        elif kind in _MOST:
            size = {_MERGED: length // 8, _TEXTS: int.from_bytes(content[4:8], "little")}
            counts[kind] += size.get(kind, 1)
            if counts[kind] > _MOST[kind]:
                raise damaged(path)
        is_shown = is_shown if kind == _CONTINUED else kind in _SHOWN
        if not is_shown:
            stream[at : at + 2] = _HIDDEN
        at += 4 + length
    return parts


class _Silence(io.TextIOBase):
    """Where xlrd's remarks about odd files go."""

    def write(self, text: str) -> int:
        """Pass over it."""
        return len(text)


def _see_cells(seen: ExtentBuilder, book: Any, sheet: Any) -> None:  # noqa: ANN401 - xlrd has no types
    """Take note of what xlrd knows of cells and pandas does not pass on."""
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
                number_format = formats.get(sheet.cell_xf_index(row, column), "")
                if is_timedelta_format(number_format):
                    with suppress(OverflowError):
                        seen.replace(row + 1, column, timedelta(days=value))  # pandas makes a date of it
                elif number_format:
                    seen.replace(row + 1, column, formatted(value, number_format))
