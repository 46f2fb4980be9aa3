"""Workbooks of LibreOffice and its kin: .ods (OpenDocument 1.3, part 3).

pandas reads them with calamine, which holds every sheet whole, knows neither tabs nor line breaks nor white space, and
wants the file just so. So it is given a copy of the one sheet: the values as they are, each text as it is shown.
"""

import io
import math
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from xml.sax.saxutils import quoteattr

import pandas as pd

from importer.model.errors import InputError
from importer.readers.excel.cells import ErrorCell, UncalculatedCell
from importer.readers.excel.extent import MOST_AREAS, MOST_ODD_CELLS, Area, Extent, FilledCells, HiddenRows
from importer.readers.excel.markup import MarkupError
from importer.readers.excel.ods_content import VALUES, OdsCell, OdsContent, OdsRow
from importer.readers.excel.pandas_sheet import PandasSheet
from importer.readers.excel.workbook import SheetPart, SheetRows
from importer.readers.excel.zip_package import Package, damaged, has_password

_MOST_CELLS = 1_000_000
"""Of one sheet, repeated ones and gaps too, so that it stays under 300 MB."""
_NUMBERS = frozenset({"float", "percentage", "currency"})
_MIME_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table")
)
_START = f'<office:document-content {_NAMESPACES}><office:body><office:spreadsheet><table:table table:name="S">'
_END = "</table:table></office:spreadsheet></office:body></office:document-content>"


class OdsWorkbook:
    """An opened .ods.

    Raises:
        InputError: It is damaged, or has a password.
        MarkupError: The same.

    """

    notes: Sequence[str] = ()

    def __init__(self, package: Package) -> None:
        self._package = package
        if any(b"encryption-data" in block for block in package.blocks("META-INF/manifest.xml")):
            raise has_password(package.path)
        content = OdsContent()
        self._filled = {row.table for row in content.rows(package.blocks("content.xml")) if row.cells}
        if not content.names:
            raise damaged(package.path)
        self._copy = io.BytesIO()
        self.sheets: Sequence[SheetPart] = [
            SheetPart(name=name, visible=not hidden, part=str(place))
            for place, (name, hidden) in enumerate(zip(content.names, content.hidden_tables, strict=True))
        ]

    def has_values(self, sheet: SheetPart) -> bool:
        """Tell whether any cell of the sheet has a value."""
        return int(sheet.part) in self._filled

    def look(self, sheet: SheetPart) -> Extent:
        """Go over the sheet's XML.

        Raises:
            InputError: It stands for more cells than can be held.

        """
        content, look, number = OdsContent(int(sheet.part)), _Look(self._package.path, sheet.name), 1
        self._copy = io.BytesIO()
        with zipfile.ZipFile(self._copy, "w", zipfile.ZIP_DEFLATED) as copy:
            copy.writestr("mimetype", _MIME_TYPE)
            copy.writestr("META-INF/manifest.xml", "<manifest/>")
            with copy.open("content.xml", "w") as xml:
                xml.write(_START.encode())
                for row in content.rows(self._package.blocks("content.xml")):
                    if row.cells:
                        gap = _row_xml("", row.number - number) if row.number > number else ""
                        xml.write((gap + _row_xml(look.cells_xml(row), row.count)).encode())
                        number = row.number + row.count
                    if row.is_hidden:
                        look.hidden.add(row.number, row.count)
                xml.write(_END.encode())
        return look.extent()

    def opened(self, sheet: SheetPart, extent: Extent) -> SheetRows:
        """Return the sheet as pandas reads it."""
        return PandasSheet(pd.ExcelFile(self._copy, engine="calamine"), 0, "calamine", extent)

    def close(self) -> None:
        """Let go of the file; more than once does no harm."""
        self._package.close()


class _Look:
    """Gathers what the rows of a sheet tell, and copies their cells.

    Args:
        path: The file, for messages.
        sheet: The sheet's name, for messages.

    """

    def __init__(self, path: str, sheet: str) -> None:
        self.hidden = HiddenRows()
        self._path = path
        self._sheet = sheet
        self._filled = FilledCells()
        self._rows = self._columns = self._special = 0
        self._zeros: dict[int, dict[int, str]] = {}
        self._replaced: dict[int, dict[int, object]] = {}
        self._merged: list[Area] = []

    def cells_xml(self, row: OdsRow) -> str:
        """Return the cells of a row that has some, as calamine is to have them.

        Raises:
            InputError: The sheet stands for more cells than can be held.

        """
        self._rows = row.number + row.count - 1
        self._columns = max(self._columns, sum(cell.count for cell in row.cells))
        if self._rows * self._columns > _MOST_CELLS:
            raise self._too_big(self._rows * self._columns)
        copied, column = [], 0
        for cell in row.cells:
            self._add_area(row, cell, column)
            written = "" if cell.is_empty else self._filled_cell(row, cell, column)
            copied.append(f'<table:table-cell {written} table:number-columns-repeated="{cell.count}"/>')
            column += cell.count
        return "".join(copied)

    def extent(self) -> Extent:
        """Return what was gathered."""
        return Extent(
            rows=self._rows,
            columns=self._columns,
            zeros=self._zeros,
            replaced=self._replaced,
            hidden=self.hidden.found(),
            merged=tuple(self._merged),
            filled=self._filled.found(),
        )

    def _filled_cell(self, row: OdsRow, cell: OdsCell, column: int) -> str:
        """Return the attributes of a cell with something in it, and take note of what calamine cannot tell."""
        written = _written(cell)
        special, zeros = _special(cell), _zeros(cell)
        if not (written or special):
            return ""
        for number in range(row.number, row.number + row.count):
            self._filled.add(number, cell.count)
            for place in range(column, column + cell.count) if special or zeros else ():
                self._special += 1
                if special:
                    self._replaced.setdefault(number, {})[place] = special
                else:
                    self._zeros.setdefault(number, {})[place] = zeros
        if self._special > MOST_ODD_CELLS:
            raise self._too_big(self._special)
        return written

    def _add_area(self, row: OdsRow, cell: OdsCell, column: int) -> None:
        rows, columns = (int(cell.attributes.get(f"number-{kind}-spanned", 1)) for kind in ("rows", "columns"))
        if rows > 1 or columns > 1:
            self._merged.append(Area(row.number, row.number + rows - 1, column, column + columns - 1))
            if len(self._merged) > MOST_AREAS:
                raise MarkupError

    def _too_big(self, cells: int) -> InputError:
        return InputError(
            f'The sheet "{self._sheet}" of {self._path} stands for {cells:,} cells, too many to be read.',
            "Delete what is right of the table and below it, and save the file again; or save it as .xlsx or .csv.",
        )


def _written(cell: OdsCell) -> str:
    """Return the value of a cell as attributes; a text is what the cell shows."""
    says, kind = cell.attributes, cell.attributes.get("value-type", "")
    if _is_error(cell):
        return ""
    if kind in _NUMBERS:
        return f'office:value-type="float" office:value={quoteattr(says.get("value", ""))}'
    if kind in {"boolean", "date", "time"}:
        return f'office:value-type="{kind}" office:{kind}-value={quoteattr(says.get(f"{kind}-value", ""))}'
    text = says.get("string-value") or cell.shown
    return f'office:value-type="string" office:string-value={quoteattr(text)}' if text else ""


def _special(cell: OdsCell) -> object:
    """Return the value of a cell whose value calamine does not give as it is; None for others."""
    says, kind = cell.attributes, cell.attributes.get("value-type", "")
    if _is_error(cell):
        return ErrorCell(text=cell.shown or "#N/A")
    if kind == "time":
        with suppress(ValueError):
            duration = pd.Timedelta(says.get("time-value", "").replace(",", ".")).to_pytimedelta()
            return None if timedelta() <= duration < timedelta(days=1) else duration
    is_uncalculated = "formula" in says and not says.keys() & VALUES
    return UncalculatedCell() if is_uncalculated and not cell.shown else None


def _is_error(cell: OdsCell) -> bool:
    """Tell whether a cell shows an error, or is a number that is none."""
    if cell.attributes.get("value-type") not in _NUMBERS:
        return cell.is_error
    try:
        return cell.is_error or not math.isfinite(float(cell.attributes.get("value", "")))
    except ValueError:
        return True


def _zeros(cell: OdsCell) -> str:
    """Return the number format of a cell that shows its number with zeros in front."""
    shown = cell.shown
    is_number = cell.attributes.get("value-type") in _NUMBERS and not _is_error(cell)
    has_zeros = is_number and shown.isascii() and shown.isdecimal() and shown.startswith("0")
    return "0" * len(shown) if has_zeros and float(cell.attributes["value"]) == int(shown) else ""


def _row_xml(cells: str, count: int) -> str:
    return f'<table:table-row table:number-rows-repeated="{count}">{cells}</table:table-row>'
