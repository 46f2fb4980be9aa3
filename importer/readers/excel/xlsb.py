"""Binary workbooks of Excel: .xlsb, zips of parts that are records instead of XML.

As with `importer.readers.excel.xls`, calamine reads them after a walk over the records. Source: [MS-XLSB].
"""

import struct
from collections.abc import Iterable, Iterator, Sequence

from importer.readers.excel.cells import zeros_in_front
from importer.readers.excel.engines import Calamine, Engine
from importer.readers.excel.extent import MOST_AREAS, MOST_COLUMNS, MOST_ROWS, Area, Extent, HiddenRows
from importer.readers.excel.markup import MarkupError
from importer.readers.excel.workbook import SheetPart
from importer.readers.excel.xls import ERRORS, refuse_big
from importer.readers.excel.xlsx_parts import targets_of
from importer.readers.excel.zip_package import Package, damaged

_ROW, _SHEET, _MERGED, _FORMAT = 0, 156, 176, 44
_STYLES, _STYLES_END, _STYLE = 617, 618, 47
_STYLE_BITS = 0xFFFFFF
_ERROR, _FORMULA_ERROR, _FIRST_CELL, _LAST_CELL = 3, 11, 2, 11
_MOST_BYTES_HELD = 100 * 1024**2
_LONGEST_RECORD = 16 * 1024**2


class XlsbWorkbook:
    """An opened .xlsb.

    Raises:
        InputError: It is damaged.
        MarkupError: The same.

    """

    def __init__(self, package: Package) -> None:
        self._package = package
        targets = targets_of(package, "xl/_rels/workbook.bin.rels")
        self.sheets: Sequence[SheetPart] = [
            _sheet(content, targets) for kind, content in _records(package.blocks("xl/workbook.bin")) if kind == _SHEET
        ]
        self._zeros = _zero_styles(_records(package.blocks("xl/styles.bin")))
        self.notes: Sequence[str] = ()

    def has_values(self, sheet: SheetPart) -> bool:
        """Tell whether any cell of the sheet has a value; stops at the first."""
        return any(_FIRST_CELL <= kind <= _LAST_CELL for kind, _ in _records(self._package.blocks(sheet.part)))

    def look(self, sheet: SheetPart) -> Extent:
        """Go over the sheet's records."""
        row, last_row, columns = 0, 0, 0
        hidden, merged = HiddenRows(), list[Area]()
        errors, zeros = dict[int, dict[int, str]](), dict[int, dict[int, str]]()
        for kind, content in _records(self._package.blocks(sheet.part)):
            if kind == _ROW:
                row = struct.unpack_from("<I", content)[0] + 1
                if content[11] & 0x10:
                    hidden.add(row)
            elif _FIRST_CELL <= kind <= _LAST_CELL:
                column, style = struct.unpack_from("<II", content)
                if number_format := self._zeros.get(style & _STYLE_BITS):
                    zeros.setdefault(row, {})[column] = number_format
                last_row, columns = max(last_row, row), max(columns, column + 1)
                if kind in {_ERROR, _FORMULA_ERROR}:
                    errors.setdefault(row, {})[column] = ERRORS.get(content[8], "#ERROR!")
            elif kind == _MERGED and len(merged) < MOST_AREAS:
                first_row, last, first_column, last_column = struct.unpack_from("<IIII", content)
                merged.append(Area(first_row + 1, last + 1, first_column, last_column))
        if last_row > MOST_ROWS or columns > MOST_COLUMNS:
            raise MarkupError
        return Extent(
            rows=last_row, columns=columns, errors=errors, zeros=zeros, hidden=hidden.found(), merged=tuple(merged)
        )

    def opened(self, sheet: SheetPart, extent: Extent) -> Engine:
        """Return calamine.

        Raises:
            InputError: The sheet's cells are too many, or too far apart, to be held; or the zip is made to deceive.

        """
        refuse_big(self._package.path, sheet, extent)
        if not self._package.is_straight:
            raise damaged(self._package.path)
        held = [name for name in self._package.names if name.endswith((".bin", ".rels", ".xml"))]
        if sum(map(self._package.size, held)) > _MOST_BYTES_HELD:
            refuse_big(self._package.path, sheet, Extent(rows=MOST_ROWS, columns=MOST_COLUMNS))
        for name in held:
            for _ in self._package.blocks(name):  # unpacking shows whether there is as much as the zip says
                pass
        return Calamine(self._package.path, sheet.name, extent)

    def close(self) -> None:
        """Let go of the file; more than once does no harm."""
        self._package.close()


def _zero_styles(records: Iterable[tuple[int, bytes]]) -> dict[int, str]:
    """Return the styles, by their places, whose numbers are shown with zeros in front, with their formats."""
    formats: dict[int, str] = {}
    styles: list[int] = []
    in_styles = False
    for kind, content in records:
        if kind in {_STYLES, _STYLES_END}:
            in_styles = kind == _STYLES
        elif kind == _STYLE and in_styles:
            styles.append(struct.unpack_from("<H", content, 2)[0])
        elif kind == _FORMAT:
            formats[struct.unpack_from("<H", content)[0]] = content[6:].decode("utf-16-le", "replace")
    return {place: text for place, key in enumerate(styles) if zeros_in_front(text := formats.get(key, "General"))}


def _sheet(content: bytes, targets: dict[str, tuple[str, str]]) -> SheetPart:
    state, _, length = struct.unpack_from("<III", content)
    at = 12 + 2 * length
    relation = content[12:at].decode("utf-16-le")
    name_length = struct.unpack_from("<I", content, at)[0]
    name = content[at + 4 : at + 4 + 2 * name_length].decode("utf-16-le")
    target = targets.get(relation, ("", ""))[1]
    return SheetPart(name=name, visible=state == 0, part=target[1:] if target.startswith("/") else f"xl/{target}")


def _records(blocks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of each record; both begin with numbers of seven bits a byte."""
    left = b""
    for block in blocks:
        left += block
        at = 0
        while found := _record(left, at):
            kind, start, end = found
            yield kind, left[start:end]
            at = end
        left = left[at:]
        if len(left) > _LONGEST_RECORD:
            raise MarkupError


def _record(text: bytes, at: int) -> tuple[int, int, int] | None:
    """Return kind, start and end of the record at a place; None if it is not there whole."""
    if len(text) - at < 6 and len(text) - at < _least(text, at):  # noqa: PLR2004 - the longest beginning
        return None
    kind = text[at]
    at += 1
    if kind & 0x80:
        kind = (kind & 0x7F) | ((text[at] & 0x7F) << 7)
        at += 1
    length = 0
    for place in range(4):
        length |= (text[at] & 0x7F) << (7 * place)
        at += 1
        if not text[at - 1] & 0x80:
            break
    return (kind, at, at + length) if at + length <= len(text) else None


def _least(text: bytes, at: int) -> int:
    """Return how many bytes the beginning of the record at a place takes at least, as far as it is there."""
    if at >= len(text):
        return 1
    start = at + (2 if text[at] & 0x80 else 1)
    count = 1
    while start + count <= len(text) and text[start + count - 1] & 0x80 and count < 4:  # noqa: PLR2004 - four at most
        count += 1
    return start + count - at
