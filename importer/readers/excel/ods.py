"""Workbooks of LibreOffice and its kin: .ods (OpenDocument 1.3, part 3).

pandas reads them with calamine, which holds all sheets whole, passes over tabs and line breaks, and takes no file that
is laid out in lines. So it is given a copy of the one sheet: values as they are, and texts as they are shown.
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
from importer.readers.excel.cells import ErrorCell, UncalculatedCell, text_of
from importer.readers.excel.extent import Extent
from importer.readers.excel.extent_builder import ExtentBuilder
from importer.readers.excel.ods_content import OdsCell, OdsContent, OdsRow
from importer.readers.excel.pandas_sheet import PandasSheet
from importer.readers.excel.workbook import SheetPart, SheetRows, refuse_big
from importer.readers.excel.zip_package import Package, damaged, has_password

_MOST_CELLS = 850_000
"""Of one sheet, repeated ones and gaps too, so that reading stays under 300 MB: 960,000 took 294 (November 2026)."""
_NUMBERS = frozenset({"float", "percentage", "currency"})
_OTHERS = frozenset({"boolean", "date", "time"})
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
        self._copy = io.BytesIO()
        if any(b"encryption-data" in block for block in package.blocks("META-INF/manifest.xml")):
            raise has_password(package.path)
        content = OdsContent()
        for _ in content.rows(package.blocks("content.xml")):
            pass
        self._filled = content.filled
        if not content.names:
            raise damaged(package.path)
        self.sheets: Sequence[SheetPart] = [
            SheetPart(name=name, visible=not hidden, part=str(place))
            for place, (name, hidden) in enumerate(zip(content.names, content.hidden_tables, strict=True))
        ]

    def has_values(self, sheet: SheetPart) -> bool:
        """Tell whether any cell of the sheet has a value."""
        return int(sheet.part) in self._filled

    def look(self, sheet: SheetPart) -> Extent:
        """Go over the sheet's XML, and make the copy.

        Raises:
            InputError: It stands for more cells than can be held.

        """
        seen, content = ExtentBuilder(), OdsContent(int(sheet.part))
        self._copy = io.BytesIO()
        with zipfile.ZipFile(self._copy, "w", zipfile.ZIP_DEFLATED) as copy:
            copy.writestr("mimetype", _MIME_TYPE)
            copy.writestr("META-INF/manifest.xml", "<manifest/>")
            with copy.open("content.xml", "w") as xml:
                xml.write(_START.encode())
                end, columns = 1, 0
                for row in content.rows(self._package.blocks("content.xml")):
                    if row.is_hidden:
                        seen.hidden.add(row.number, row.count)
                    if not row.cells:
                        continue
                    columns = max(columns, sum(cell.count for cell in row.cells))
                    self._refuse_many((row.number + row.count - 1) * columns, sheet)
                    gap = _row_xml("", row.number - end) if row.number > end else ""
                    end = row.number + row.count
                    xml.write((gap + _row_xml(_copied_cells(row, seen), row.count)).encode())
                xml.write(_END.encode())
        extent = seen.extent()
        refuse_big(self._package.path, sheet, extent, is_big=False)
        return extent

    def opened(self, sheet: SheetPart, extent: Extent) -> SheetRows:  # noqa: ARG002 - it was copied by the look
        """Return the sheet as pandas reads it."""
        return PandasSheet(pd.ExcelFile(self._copy, engine="calamine"), 0, "calamine", extent)

    def close(self) -> None:
        """Let go of the file; more than once does no harm."""
        self._package.close()

    def _refuse_many(self, cells: int, sheet: SheetPart) -> None:
        if cells > _MOST_CELLS:
            raise InputError(
                f'The sheet "{sheet.name}" of {self._package.path} stands for {cells:,} cells, too many to be read.',
                "Delete what is right of the table and below it and save it again, or save it as .xlsx or .csv.",
            )


def _copied_cells(row: OdsRow, seen: ExtentBuilder) -> str:
    """Return the cells of a row as calamine is to have them, and take note of what it cannot tell."""
    copied, column = [], 0
    for cell in row.cells:
        says = cell.attributes
        rows, columns = int(says.get("number-rows-spanned", 1)), int(says.get("number-columns-spanned", 1))
        if rows > 1 or columns > 1:
            seen.merge(row.number, row.number + rows - 1, column, column + columns - 1)
        value, instead = _copied(cell)
        for number in range(row.number, row.number + row.count) if value or instead else ():
            seen.fill(number, column, cell.count)
            for place in range(column, column + cell.count) if instead else ():
                seen.replace(number, place, instead)
        copied.append(f'<table:table-cell {value} table:number-columns-repeated="{cell.count}"/>')
        column += cell.count
    return "".join(copied)


def _copied(cell: OdsCell) -> tuple[str, ErrorCell | UncalculatedCell | None]:
    """Return the attributes that give calamine the cell's value, and what takes the place of a value there is not."""
    says, kind, shown = cell.attributes, cell.attributes.get("value-type", ""), cell.shown
    value = says.get("value" if kind in _NUMBERS else f"{kind}-value", "")
    if cell.is_error:
        return "", ErrorCell(text=shown or "#N/A")
    if kind in _NUMBERS:
        if not _is_number(value):
            return "", ErrorCell(text=shown or "#NUM!")
        if not _has_zeros(shown, float(value)):
            return f'office:value-type="float" office:value={quoteattr(value)}', None
    elif kind in _OTHERS:
        shown = _long_duration(value) if kind == "time" else ""
        if not shown:
            return f'office:value-type="{kind}" office:{kind}-value={quoteattr(value)}', None
    elif "formula" in says and not shown and kind != "string":
        return "", UncalculatedCell()
    else:
        shown = value or shown
    return f'office:value-type="string" office:string-value={quoteattr(shown)}' if shown else "", None


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _has_zeros(shown: str, value: float) -> bool:
    """Tell whether a number is shown with zeros in front, which calamine would take off."""
    return shown.isascii() and shown.isdecimal() and shown.startswith("0") and int(shown) == value


def _long_duration(text: str) -> str:
    """Return what a duration shows that is no time of a day, for which calamine gives its code."""
    with suppress(ValueError):
        duration = pd.Timedelta(text.replace(",", ".")).to_pytimedelta()
        return "" if timedelta() <= duration < timedelta(days=1) else text_of(duration)
    return ""


def _row_xml(cells: str, count: int) -> str:
    return f'<table:table-row table:number-rows-repeated="{count}">{cells}</table:table-row>'
