"""Old workbooks of Excel: .xls.

calamine reads them, but lays a sheet out whole, and gives nothing for an error and no hidden rows. So a walk over the
file's records comes first. Source: [MS-XLS], Excel Binary File Format.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from importer.model.errors import InputError
from importer.readers.excel.cells import zeros_in_front
from importer.readers.excel.engines import Calamine, Engine
from importer.readers.excel.extent import MOST_AREAS, MOST_CELLS_HELD, MOST_ODD_CELLS, Area, Extent, HiddenRows
from importer.readers.excel.ole import OleError, OleFile
from importer.readers.excel.workbook import SheetPart
from importer.readers.excel.zip_package import damaged, has_password

_MOST_BYTES = 64 * 1024**2
_SHEET, _FORMAT, _STYLE, _PASSWORD, _END, _START = 0x0085, 0x041E, 0x00E0, 0x002F, 0x000A, 0x0809
_ROW, _MERGED, _FORMULA, _ERROR, _SEVERAL = 0x0208, 0x00E5, 0x0006, 0x0205, 0x00BD
_CELLS = frozenset({0x0203, 0x0204, 0x00FD, 0x027E, 0x00D6, _ERROR, _FORMULA})
ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_OTHERS = {"WordDocument": "a Word document", "PowerPoint Document": "a PowerPoint presentation"}


class XlsWorkbook:
    """An opened .xls.

    Raises:
        InputError: It is damaged, too big, has a password, or is another program's.

    """

    def __init__(self, path: str) -> None:
        self._path = path
        try:
            container = OleFile(path)
            self._refuse_others(container.names)
            stream = "Workbook" if "Workbook" in container.names else "Book"
            if Path(path).stat().st_size > _MOST_BYTES:
                raise InputError(f"{path} is too big for an old workbook.", "Save it as .xlsx or .csv.")
            self._records = container.stream(stream)
        except (OleError, struct.error) as error:
            raise damaged(path) from error
        self._has_wide_names = stream == "Workbook"  # since Excel 97
        self._formats: dict[int, str] = {}
        self._styles: list[int] = []
        sheets = [sheet for kind, content in self._walk(0) if (sheet := self._met(kind, content))]
        if not sheets:
            raise damaged(path)
        self.sheets: Sequence[SheetPart] = sheets
        self._zeros = {
            style: text
            for style, key in enumerate(self._styles)
            if zeros_in_front(text := self._formats.get(key, "General"))
        }
        self.notes: Sequence[str] = ()

    def has_values(self, sheet: SheetPart) -> bool:
        """Tell whether any cell of the sheet has a value."""
        return self.look(sheet).rows > 0

    def look(self, sheet: SheetPart) -> Extent:
        """Go over the sheet's records."""
        look = _Look(self._zeros)
        for kind, content in self._walk(int(sheet.part)):
            look.see(kind, content)
        return look.extent()

    def opened(self, sheet: SheetPart, extent: Extent) -> Engine:
        """Return calamine.

        Raises:
            InputError: The sheet's cells are too many, or too far apart, to be held.

        """
        refuse_big(self._path, sheet, extent)
        return Calamine(self._path, sheet.name, extent)

    def close(self) -> None:
        """Let go of what it holds."""
        self._records = b""

    def _refuse_others(self, names: frozenset[str]) -> None:
        if "EncryptedPackage" in names:
            raise has_password(self._path)
        for name, kind in _OTHERS.items():
            if name in names:
                raise InputError(
                    f"{self._path} is {kind}.", "Open it in its own program, and save it as .xlsx or .csv."
                )
        if not {"Workbook", "Book"} & names:
            raise damaged(self._path)

    def _met(self, kind: int, content: bytes) -> SheetPart | None:
        """Take note of a record of the workbook itself; return the sheet that it tells of."""
        if kind == _PASSWORD:
            raise has_password(self._path)
        if kind == _FORMAT:
            self._formats[struct.unpack_from("<H", content)[0]] = self._text(content, 2)
        elif kind == _STYLE:
            self._styles.append(struct.unpack_from("<H", content, 2)[0])
        if kind != _SHEET or len(content) < 8 or content[5] != 0:  # noqa: PLR2004 - charts and macros are no sheets
            return None
        start, state = struct.unpack_from("<IB", content)
        return SheetPart(name=self._text(content, 7, short=True), visible=state & 3 == 0, part=str(start))

    def _text(self, content: bytes, at: int, *, short: bool = False) -> str:
        """Return the text after its length, which takes two bytes since Excel 97 unless it is short."""
        if not self._has_wide_names:
            return content[at if short else at + 1 :].decode("cp1252", "replace")
        at += 0 if short else 2
        return content[at + 1 :].decode("utf-16-le" if content[at] & 1 else "latin-1", "replace")

    def _walk(self, start: int) -> Iterator[tuple[int, bytes]]:
        """Yield kind and content of the records from one place to the end of its part."""
        records, at, depth = self._records, start, 0
        while at + 4 <= len(records):
            kind, length = struct.unpack_from("<HH", records, at)
            yield kind, records[at + 4 : at + 4 + length]
            depth += (kind == _START) - (kind == _END)  # charts within a sheet have parts of their own
            if kind == _END and depth <= 0:
                return
            at += 4 + length
        raise damaged(self._path)


class _Look:
    """Gathers what the records of a sheet tell."""

    def __init__(self, zeros: Mapping[int, str]) -> None:
        self._zero_styles = zeros
        self._zeros: dict[int, dict[int, str]] = {}
        self._odd_cells = 0
        self._rows = 0
        self._columns = 0
        self._hidden = HiddenRows()
        self._merged: list[Area] = []
        self._errors: dict[int, dict[int, str]] = {}
        self._depth = 0

    def see(self, kind: int, content: bytes) -> None:
        """Take note of a record."""
        self._depth += (kind == _START) - (kind == _END)
        if self._depth != 1:
            return
        if kind in _CELLS:
            row, column, style = struct.unpack_from("<HHH", content)
            self._reach(row, column)
            self._note_zeros(row, column, style)
            if (error := _error(kind, content)) and self._odd_cells <= MOST_ODD_CELLS:
                self._odd_cells += 1
                self._errors.setdefault(row + 1, {})[column] = error
        elif kind == _SEVERAL:
            row, column = struct.unpack_from("<HH", content)
            self._reach(row, struct.unpack_from("<H", content, len(content) - 2)[0])
            for place, at in enumerate(range(4, len(content) - 7, 6)):
                self._note_zeros(row, column + place, struct.unpack_from("<H", content, at)[0])
        elif kind == _ROW and content[12] & 0x20:
            self._hidden.add(struct.unpack_from("<H", content)[0] + 1)
        elif kind == _MERGED and len(self._merged) < MOST_AREAS:
            for at in range(2, len(content) - 7, 8):
                first_row, last_row, first_column, last_column = struct.unpack_from("<HHHH", content, at)
                self._merged.append(Area(first_row + 1, last_row + 1, first_column, last_column))

    def extent(self) -> Extent:
        """Return what was gathered."""
        return Extent(
            rows=self._rows,
            columns=self._columns,
            errors=self._errors,
            zeros=self._zeros,
            hidden=self._hidden.found(),
            merged=tuple(self._merged),
        )

    def _note_zeros(self, row: int, column: int, style: int) -> None:
        if style in self._zero_styles and self._odd_cells <= MOST_ODD_CELLS:
            self._odd_cells += 1
            self._zeros.setdefault(row + 1, {})[column] = self._zero_styles[style]

    def _reach(self, row: int, column: int) -> None:
        self._rows = max(self._rows, row + 1)
        self._columns = max(self._columns, column + 1)


def refuse_big(path: str, sheet: SheetPart, extent: Extent) -> None:
    """Return if calamine can hold the sheet.

    Raises:
        InputError: It cannot.

    """
    if extent.rows * extent.columns > MOST_CELLS_HELD or extent.odd_cells > MOST_ODD_CELLS:
        raise InputError(
            f'The sheet "{sheet.name}" of {path} reaches over {extent.rows:,} rows and {extent.columns:,} columns, '
            "too many to be read from this kind of file.",
            "Save it as .xlsx or .csv, and import that.",
        )


def _error(kind: int, content: bytes) -> str:
    if kind == _ERROR and content[7]:
        return ERRORS.get(content[6], "#ERROR!")
    if kind == _FORMULA and content[12:14] == b"\xff\xff" and content[6] == 2:  # noqa: PLR2004 - the kind of an error
        return ERRORS.get(content[8], "#ERROR!")
    return ""
