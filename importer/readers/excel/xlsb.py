"""Binary workbooks of Excel: .xlsb, zips of parts that are records instead of XML.

pandas reads them with calamine, which gives nothing for an error and a plain number for most whole days. So a look over
the records comes first. Source: [MS-XLSB], Excel (.xlsb) Binary File Format.
"""

import math
import struct
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel
from xlrd import error_text_from_code  # type: ignore[import-untyped]  # it has no types
from xlrd.sheet import unpack_RK  # type: ignore[import-untyped]  # the same

from importer.model.errors import InputError
from importer.readers.excel.cells import ErrorCell, text_of, zeros_in_front
from importer.readers.excel.extent import MOST_CELLS_HELD, MOST_COLUMNS, MOST_ROWS, Extent
from importer.readers.excel.extent_builder import ExtentBuilder
from importer.readers.excel.markup import MarkupError
from importer.readers.excel.pandas_sheet import PandasSheet
from importer.readers.excel.workbook import SheetPart, SheetRows, refuse_big
from importer.readers.excel.xlsx_parts import targets_of
from importer.readers.excel.zip_package import Package, damaged

_ROW, _MERGED, _FORMAT, _STYLE, _STYLES, _STYLES_END, _BOOK, _SHEET = 0, 176, 44, 47, 617, 618, 153, 156
_INTEGER, _NUMBERS, _ERRORS, _TEXTS = 2, frozenset({2, 5, 9}), frozenset({3, 11}), frozenset({6, 7, 8})
_CELLS, _SHARED, _SHARED_TEXT = range(2, 12), 7, 19
_UNREAD = frozenset({13, 14, 15, 16, 17, 18, 62})
"""Cells without a column, and texts in several fonts: calamine passes them over; no program is known to write them."""
_LOCAL_DATES = frozenset({*range(27, 37), *range(50, 59)})
"""Formats that are dates in the languages of East Asia (ECMA-376, part 1, 18.8.30), which calamine does not know."""
_MOST_BYTES_HELD = 100 * 1024**2
_MOST_CHARACTERS_HELD = 100 * 1024**2
"""Of all cells, each of which could repeat the one shared text."""


class XlsbWorkbook:
    """An opened .xlsb.

    Raises:
        InputError: It is damaged, or too big.

    """

    notes: Sequence[str] = ("Whether a formula was ever calculated, an .xlsb does not tell.",)

    def __init__(self, package: Package) -> None:
        self._package = package
        targets = targets_of(package, "xl/_rels/workbook.bin.rels")
        sheets, self._epoch = list[SheetPart](), WINDOWS_EPOCH
        for kind, content in self._records("xl/workbook.bin"):
            if kind == _SHEET:
                sheets.append(_sheet(content, targets))
            elif kind == _BOOK and content[0] & 1:
                self._epoch = MAC_EPOCH
        self.sheets: Sequence[SheetPart] = sheets
        self._formats = _formats(self._records("xl/styles.bin"))

    def has_values(self, sheet: SheetPart) -> bool:
        """Tell whether any cell of the sheet has a value."""
        return any(kind in _CELLS for kind, _ in self._records(sheet.part))

    def look(self, sheet: SheetPart) -> Extent:
        """Go over the sheet's records.

        Raises:
            InputError: Its cells are too many, or too far apart, to be held, or cannot be read.

        """
        shared = (text for kind, text in self._records("xl/sharedStrings.bin") if kind == _SHARED_TEXT)
        lengths = array("I", (struct.unpack_from("<I", text, 1)[0] for text in shared))
        seen, row, characters = ExtentBuilder(), 0, 0
        for kind, content in self._records(sheet.part):
            if kind in _UNREAD:
                raise InputError(
                    f"{self._package.path} has cells of a rare kind.", "Save it as .xlsx, and import that."
                )
            if kind == _ROW:
                row = struct.unpack_from("<I", content)[0] + 1
                if content[11] & 0x10:
                    seen.hidden.add(row)
            elif kind in _CELLS:
                length = struct.unpack_from("<I", content, 8)[0] if kind in _TEXTS else 1
                length = lengths[length] if kind == _SHARED else length
                characters += length
                self._see_cell(seen, kind, content, row, is_filled=length > 0)
            elif kind == _MERGED:
                first_row, last_row, first_column, last_column = struct.unpack_from("<IIII", content)
                seen.merge(first_row + 1, last_row + 1, first_column, last_column)
        extent = seen.extent()
        is_big = characters > _MOST_CHARACTERS_HELD or extent.rows * extent.columns > MOST_CELLS_HELD
        refuse_big(self._package.path, sheet, extent, is_big=is_big)
        return extent

    def opened(self, sheet: SheetPart, extent: Extent) -> SheetRows:
        """Return the sheet as pandas reads it.

        Raises:
            InputError: The zip is made to deceive.

        """
        if not self._package.is_straight:
            raise damaged(self._package.path)
        held = [name for name in self._package.names if name.endswith((".bin", ".rels", ".xml"))]
        is_big = sum(map(self._package.size, held)) > _MOST_BYTES_HELD
        refuse_big(self._package.path, sheet, extent, is_big=is_big)
        for name in held:
            for _ in self._package.blocks(name):  # unpacking shows whether there is as much as the zip says
                pass
        return PandasSheet(self._package.path, sheet.name, extent)

    def close(self) -> None:
        """Let go of the file; more than once does no harm."""
        self._package.close()

    def _records(self, part: str) -> Iterator[tuple[int, bytes]]:
        if self._package.size(part) > _MOST_BYTES_HELD:
            raise InputError(f"{self._package.path} is too big for a binary workbook.", "Save it as .xlsx or .csv.")
        return _records(b"".join(self._package.blocks(part)))

    def _see_cell(self, seen: ExtentBuilder, kind: int, content: bytes, row: int, *, is_filled: bool) -> None:
        column, style = struct.unpack_from("<II", content)
        if row > MOST_ROWS or column >= MOST_COLUMNS:
            raise MarkupError
        if is_filled:
            seen.fill(row, column)
        if kind in _ERRORS:
            seen.replace(row, column, ErrorCell(text=error_text_from_code.get(content[8], "#ERROR!")))
        elif kind in _NUMBERS:
            style &= 0xFFFFFF
            key, number_format = self._formats[style] if style < len(self._formats) else (0, "General")
            value = unpack_RK(content[8:12]) if kind == _INTEGER else struct.unpack_from("<d", content, 8)[0]
            if not math.isfinite(value):
                seen.replace(row, column, ErrorCell(text="#NUM!"))
            elif key in _LOCAL_DATES or (kind == _INTEGER and is_date_format(number_format)):
                with suppress(OverflowError, ValueError):  # a number that is no day stays one
                    is_duration = is_timedelta_format(number_format)
                    seen.replace(row, column, from_excel(value, self._epoch, timedelta=is_duration))
            elif zeros_in_front(number_format):
                seen.replace(row, column, text_of(value, number_format))


def _formats(records: Iterable[tuple[int, bytes]]) -> list[tuple[int, str]]:
    """Return id and text of the number format of each style, in their order."""
    texts, keys, in_styles = dict(BUILTIN_FORMATS), list[int](), False
    for kind, content in records:
        if kind in {_STYLES, _STYLES_END}:
            in_styles = kind == _STYLES
        elif kind == _STYLE and in_styles:
            keys.append(struct.unpack_from("<H", content, 2)[0])
        elif kind == _FORMAT:
            texts[struct.unpack_from("<H", content)[0]] = content[6:].decode("utf-16-le", "replace")
    return [(key, texts.get(key, "General")) for key in keys]


def _sheet(content: bytes, targets: dict[str, tuple[str, str]]) -> SheetPart:
    state, _, length = struct.unpack_from("<III", content)
    at = 12 + 2 * length
    target = targets.get(content[12:at].decode("utf-16-le"), ("", ""))[1]
    name = content[at + 4 : at + 4 + 2 * struct.unpack_from("<I", content, at)[0]].decode("utf-16-le")
    return SheetPart(name=name, visible=state == 0, part=target[1:] if target.startswith("/") else f"xl/{target}")


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of each record."""
    at = 0
    while at < len(content):
        kind, at = _packed(content, at, 2)
        length, at = _packed(content, at, 4)
        if at + length > len(content):
            raise MarkupError
        yield kind, content[at : at + length]
        at += length


def _packed(content: bytes, at: int, most: int) -> tuple[int, int]:
    """Return a number of seven bits a byte and at most so many bytes, and where it ends."""
    value = 0
    for place in range(most):
        value |= (content[at + place] & 0x7F) << (7 * place)
        if content[at + place] < 0x80:  # noqa: PLR2004 - the eighth bit: more to come
            break
    return value, at + place + 1
