"""Workbooks of LibreOffice and its kin: .ods (OpenDocument 1.3, part 3).

pandas reads them with calamine, which holds all sheets whole, passes over tabs and line breaks, and takes no file that
is laid out in lines. So it is given a copy of the one sheet: values as they are, and texts as they are shown. Rows and
cells that are alike are written once with their number: a few bytes can stand for a million rows.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element, TreeBuilder
from xml.sax.saxutils import quoteattr

import pandas as pd

from importer.model.errors import InputError
from importer.readers.excel.cells import ErrorCell, UncalculatedCell, duration_of, shown_in_front, text_of
from importer.readers.excel.extent import MOST_ROWS, Extent
from importer.readers.excel.extent_builder import ExtentBuilder
from importer.readers.excel.markup import LONGEST_TEXT, MarkupError, listened, local
from importer.readers.excel.pandas_sheet import PandasSheet
from importer.readers.excel.workbook import LONGEST_NAME, SheetPart, SheetRows, refuse_big
from importer.readers.excel.zip_package import Package, damaged, has_password
from importer.readers.header import MOST_COLUMNS

_MOST_CELLS = 850_000
"""Of one sheet, repeated ones and gaps too, so that reading stays under 300 MB: 960,000 took 294 (November 2026)."""
_MOST_CHARACTERS, _CHARACTERS_OF_TAG = 4 * 1024**2, 32
"""Of one row, and what a tag of it counts for."""
_NUMBERS = frozenset({"float", "percentage", "currency"})
_NOT_SHOWN = frozenset({"annotation", "table"})
_START = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:body><office:spreadsheet><table:table
table:name="S">"""
_END = "</table:table></office:spreadsheet></office:body></office:document-content>"
_WHITE_SPACE = re.compile(r"[ \t\r\n]+")
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_ERROR = re.compile(r"#(?:N/A|DIV/0!|VALUE!|REF!|NAME\?|NUM!|NULL!)|Err:5\d\d")
"""What formulas that went wrong show; only LibreOffice says of such a text that it is an error."""
_MARKS = {"s": "\x01", "tab": "\x02", "line-break": "\x03"}  # no XML has these characters
_MEANT = str.maketrans("\x01\x02\x03", " \t\n")


class OdsWorkbook:
    """An opened .ods.

    Raises:
        InputError: It is damaged, or has a password.
        MarkupError: The same.

    """

    notes: tuple[str, ...] = ()

    def __init__(self, package: Package) -> None:
        self._package = package
        self._copy = io.BytesIO()
        if any(b"encryption-data" in block for block in package.blocks("META-INF/manifest.xml")):
            raise has_password(package.path)
        content = _Content()
        self._filled = {part for part, _, row in content.rows(package) if len(row)}
        self.sheets = content.sheets
        if not self.sheets:
            raise damaged(package.path)

    def has_values(self, sheet: SheetPart) -> bool:
        """Tell whether any cell of the sheet has a value."""
        return sheet.part in self._filled

    def look(self, sheet: SheetPart) -> Extent:
        """Go over the sheet's XML, and make the copy.

        Raises:
            InputError: It stands for more cells than can be held.

        """
        seen, end, columns = ExtentBuilder(), 1, 0
        self._copy = io.BytesIO()
        with zipfile.ZipFile(self._copy, "w", zipfile.ZIP_DEFLATED) as copy:
            copy.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            copy.writestr("META-INF/manifest.xml", "<manifest/>")
            with copy.open("content.xml", "w") as xml:
                xml.write(_START.encode())
                for part, first, row in _Content().rows(self._package):
                    count = _count(row, "rows-repeated")
                    if part == sheet.part and row.get("visibility") in {"collapse", "filter"}:
                        seen.hidden.add(first, count)
                    if part == sheet.part and len(row):
                        columns = max(columns, sum(_count(cell, "columns-repeated") for cell in row))
                        _refuse_many(self._package.path, sheet, (first + count - 1) * columns)
                        gap = _row_xml("", first - end) if first > end else ""
                        end = first + count
                        xml.write((gap + _row_xml(_copied_row(row, range(first, end), seen), count)).encode())
                xml.write(_END.encode())
        extent = seen.extent()
        refuse_big(self._package.path, sheet, extent, is_big=False)
        return extent

    def opened(self, sheet: SheetPart, extent: Extent) -> SheetRows:  # noqa: ARG002 - it was copied by the look
        """Return the sheet as pandas reads it."""
        return PandasSheet(pd.ExcelFile(self._copy, engine="calamine"), 0, extent)

    def close(self) -> None:
        """Close the file; closing it twice does no harm."""
        self._package.close()


def _refuse_many(path: str, sheet: SheetPart, cells: int) -> None:
    if cells > _MOST_CELLS:
        raise InputError(
            f'The sheet "{sheet.name}" of {path} stands for {cells:,} cells, too many to be read.',
            "Delete what is right of the table and below it and save it again, or save it as .xlsx or .csv.",
        )


class _Content:
    """Listens to a `content.xml`, and cuts out its rows as small trees, whose names have no prefixes."""

    def __init__(self) -> None:
        self.sheets: list[SheetPart] = []
        self._tree, self._open = TreeBuilder(), list[Element]()
        self._row: Element | None = None
        self._rows: list[tuple[str, int, Element]] = []
        self._tables = self._characters = self._next_row = 0
        self._hidden_styles = set[str | None]()

    def rows(self, package: Package) -> Iterator[tuple[str, int, Element]]:
        """Yield part of the sheet, row number and cells of each row, without the empty cells at its end.

        Raises:
            MarkupError: The XML is broken, or has more rows, columns or characters than any spreadsheet program takes.

        """
        for _ in listened(package.blocks("content.xml"), self):
            yield from self._rows
            self._rows.clear()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Start-element handler."""
        says = {local(key): value for key, value in attributes.items()}
        if attributes.get("calcext:value-type") == "error":  # its other type is that of a text
            says["value-type"] = "error"
        element = self._tree.start(local(name), says)
        self._open.append(element)
        self._characters += _CHARACTERS_OF_TAG
        mark = _MARKS.get(element.tag, "")
        self.text(mark * min(int(says.get("c", 1)), LONGEST_TEXT) if mark else "")
        if element.tag == "table":
            self._tables += 1  # one may stand in another's cell
            if self._tables == 1:
                visible, part = says.get("style-name") not in self._hidden_styles, str(len(self.sheets))
                self.sheets.append(SheetPart(name=says.get("name", "")[:LONGEST_NAME], visible=visible, part=part))
                self._next_row = 1
        elif element.tag == "table-row" and self._tables == 1:
            self._row = element if self._row is None else self._row

    def end(self, name: str) -> None:
        """End-element handler."""
        element = self._tree.end(local(name))
        self._open.pop()
        if element.tag == "table":
            self._tables -= 1
        elif element.tag == "table-properties" and element.get("display") == "false":
            self._hidden_styles.add(self._open[-1].get("name"))
        if element is self._row:
            self._add(element)
        if self._row is None and self._open:
            del self._open[-1][:]
            self._characters = 0

    def text(self, text: str) -> None:
        """Character handler."""
        self._characters += len(text)
        if self._characters > _MOST_CHARACTERS:
            raise MarkupError
        self._tree.data(text)

    def _add(self, row: Element) -> None:
        if sum(_count(cell, "columns-repeated") for cell in row) > MOST_COLUMNS:
            raise MarkupError
        while len(row) and _copied(row[-1]) == ("", None):
            del row[-1]
        self._rows.append((self.sheets[-1].part, self._next_row, row))
        self._next_row += _count(row, "rows-repeated")
        if self._next_row > MOST_ROWS + 1:
            raise MarkupError
        self._row = None


def _count(element: Element, of: str) -> int:
    return max(int(element.get(f"number-{of}", 1)), 1)


def _shown(cell: Element) -> str:
    """Return what a cell shows, a line for each paragraph, with white space as the format says (6.1.2)."""
    lines = (_WHITE_SPACE.sub(" ", "".join(_pieces(line))).strip(" ") for line in cell.findall("p"))
    return "\n".join(lines).translate(_MEANT)


def _pieces(element: Element) -> Iterator[str]:
    if element.tag not in _NOT_SHOWN:
        yield element.text or ""
        for child in element:
            yield from _pieces(child)
            yield child.tail or ""


def _copied_row(row: Element, numbers: range, seen: ExtentBuilder) -> str:
    """Return the cells of a row as calamine is to have them, and take note of what it cannot tell."""
    copied, column = "", 0
    for cell in row:
        end = column + _count(cell, "columns-repeated")
        rows, columns = _count(cell, "rows-spanned"), _count(cell, "columns-spanned")
        if rows > 1 or columns > 1:
            seen.merge(numbers[0], numbers[0] + rows - 1, column, column + columns - 1)
        value, instead = _copied(cell)
        for number in numbers if value or instead else ():
            seen.fill(number, column, end - column)
            for place in range(column, end) if instead else ():
                seen.replace(number, place, instead)
        copied += f'<table:table-cell {value} table:number-columns-repeated="{end - column}"/>'
        column = end
    return copied


def _copied(cell: Element) -> tuple[str, ErrorCell | UncalculatedCell | None]:
    """Return the attributes that give calamine the cell's value, and what takes the place of a value there is not."""
    kind, shown = cell.get("value-type", ""), _shown(cell)
    value = cell.get("value" if kind in _NUMBERS else f"{kind}-value", "")
    is_error = kind == "error" or ("formula" in cell.attrib and _ERROR.fullmatch(shown))
    if is_error or (kind in _NUMBERS and not _NUMBER.fullmatch(value)):
        return "", ErrorCell(text=shown or "#NUM!")
    if kind in _NUMBERS and "formula" in cell.attrib and shown.isalpha() and float(value) in {0, 1}:
        kind, value = "boolean", str(float(value) == 1).lower()  # as LibreOffice writes those of an .xlsx
    if kind in _NUMBERS:
        shown = shown_in_front(float(value), shown)
        if not shown:
            return f'office:value-type="float" office:value="{value}"', None
    elif kind in {"boolean", "date"}:
        return f'office:value-type="{kind}" office:{kind}-value={quoteattr(value)}', None
    elif kind == "time":
        duration = duration_of(value)
        shown = value if duration is None else text_of(duration)
    elif "formula" in cell.attrib and not shown and kind != "string":
        return "", UncalculatedCell()
    else:
        shown = value or shown
    return f'office:value-type="string" office:string-value={quoteattr(shown)}' if shown else "", None


def _row_xml(cells: str, count: int) -> str:
    return f'<table:table-row table:number-rows-repeated="{count}">{cells}</table:table-row>'
