"""Writers of workbooks: each writes tables of cells to its kinds of file, and says which kinds of cells it cannot."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import xlsxwriter  # type: ignore[import-untyped]  # it has no types
import xlwt  # type: ignore[import-untyped]  # the same
from odf import dc, office, table, text  # type: ignore[import-untyped]  # the same
from odf.opendocument import OpenDocumentSpreadsheet  # type: ignore[import-untyped]  # the same
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter

from tests.support.cell_kinds import Cell, Kind, Look, Table, serial_of

_DAYS_TO_1904 = 1462
_XLWT_CODES = {"#N/A": 42, "#DIV/0!": 7}


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """A library or program that writes workbooks."""

    write: Callable[[Path, Sequence[Table]], None]
    ending: str
    cannot: Mapping[str, str]
    """The kinds of cells that it cannot write, with the reasons; `merged` and `hidden` cells too."""

    def can(self, kind: Kind) -> bool:
        """Tell whether it can write the kind of cell."""
        return kind.name not in self.cannot


def openpyxl_writes(path: Path, tables: Sequence[Table]) -> None:
    """Write an .xlsx with openpyxl, as it does without options."""
    _openpyxl(path, tables)


def iso_dates(path: Path, tables: Sequence[Table]) -> None:
    """Write an .xlsx with openpyxl whose days and times are ISO texts."""
    _openpyxl(path, tables, iso_dates=True)


def _openpyxl(path: Path, tables: Sequence[Table], *, iso_dates: bool = False) -> None:
    book = openpyxl.Workbook(iso_dates=iso_dates)
    book.remove(book.worksheets[0])
    for one in tables:
        sheet: Any = book.create_sheet(one.name)
        for row, column, cell in one.cells:
            _openpyxl_cell(sheet.cell(row + 1, column + 1), cell)
        for area in one.merged:
            first_row, first_column, last_row, last_column = (place + 1 for place in area)
            sheet.merge_cells(None, first_row, first_column, last_row, last_column)
        for row in one.hidden_rows:
            sheet.row_dimensions[row + 1].hidden = True
        for column in one.hidden_columns:
            sheet.column_dimensions[get_column_letter(column + 1)].hidden = True
    book.save(path)


def _openpyxl_cell(target: Any, cell: Cell) -> None:
    if cell.formula:
        target.value = f"={cell.formula}"
    elif cell.error:
        target.value, target.data_type = cell.error, "e"
    elif isinstance(cell.value, str):
        target.value, target.data_type = cell.value, "s"  # else "=1+1" is a formula
    else:
        target.value = cell.value
    if cell.number_format != "General":
        target.number_format = cell.number_format
    if cell.look is Look.RICH:
        start, rest = str(cell.value).split(" ", 1)
        target.value = CellRichText(TextBlock(InlineFont(b=True), start), f" {rest}")
    elif cell.look is Look.LINK:
        target.hyperlink = cell.value
    elif cell.look is Look.COMMENT:
        target.comment = Comment("a comment", "somebody")


def xlsxwriter_writes(path: Path, tables: Sequence[Table]) -> None:
    """Write an .xlsx with XlsxWriter, as it does without options."""
    _xlsxwriter(path, tables, {})


def constant_memory_writes(path: Path, tables: Sequence[Table]) -> None:
    """Write an .xlsx with XlsxWriter in constant memory: all texts stand in their cells."""
    _xlsxwriter(path, tables, {"constant_memory": True})


def days_from_1904(path: Path, tables: Sequence[Table]) -> None:
    """Write an .xlsx with XlsxWriter whose days are counted from 1904, as on old Macs."""
    _xlsxwriter(path, tables, {"date_1904": True})


def _xlsxwriter(path: Path, tables: Sequence[Table], options: Mapping[str, bool]) -> None:
    book = xlsxwriter.Workbook(path, {**options, "default_date_format": "yyyy-mm-dd"})
    for one in tables:
        sheet = book.add_worksheet(one.name)
        for row in one.hidden_rows:
            sheet.set_row(row, None, None, {"hidden": True})
        for column in one.hidden_columns:
            sheet.set_column(column, column, None, None, {"hidden": True})
        covered = {(area[0], area[1]): area for area in one.merged}
        for row, column, cell in one.cells:
            if area := covered.get((row, column)):
                sheet.merge_range(*area, "")
            _xlsxwriter_cell(book, sheet, row, column, cell)
    book.close()


def _xlsxwriter_cell(book: Any, sheet: Any, row: int, column: int, cell: Cell) -> None:
    form = book.add_format({"num_format": cell.number_format}) if cell.number_format != "General" else None
    place = (row, column)
    if cell.look is Look.COMMENT:
        sheet.write_comment(*place, "a comment")
    match cell.value:
        case _ if cell.formula:
            sheet.write_formula(*place, f"={cell.formula}", form, _xlsxwriter_result(book, cell))
        case str() if cell.look is Look.RICH:
            start, rest = cell.value.split(" ", 1)
            sheet.write_rich_string(*place, book.add_format({"bold": True}), start, f" {rest}")
        case str() if cell.look is Look.LINK:
            sheet.write_url(*place, cell.value)
        case str():
            sheet.write_string(*place, cell.value, form)
        case bool():
            sheet.write_boolean(*place, cell.value, form)
        case int() | float():
            sheet.write_number(*place, cell.value, form)
        case date() | time() | timedelta():
            sheet.write_datetime(*place, cell.value, form)
        case None:
            sheet.write_blank(*place, None, form)  # nothing, without a format


def _xlsxwriter_result(book: Any, cell: Cell) -> object:
    if isinstance(cell.value, date | time | timedelta):
        return serial_of(cell.value) - (_DAYS_TO_1904 if book.date_1904 and isinstance(cell.value, date) else 0)
    return cell.error or (cell.value if cell.is_calculated else "")


def xlwt_writes(path: Path, tables: Sequence[Table]) -> None:
    """Write an .xls with xlwt."""
    book = xlwt.Workbook(encoding="utf-8")
    for one in tables:
        sheet = book.add_sheet(one.name, cell_overwrite_ok=True)
        merged = {(area[0], area[1]): area for area in one.merged}
        for row, column, cell in one.cells:
            if area := merged.get((row, column)):
                sheet.merge(area[0], area[2], area[1], area[3])
            _xlwt_cell(sheet, row, column, cell)
        for row in one.hidden_rows:
            sheet.row(row).hidden = True
        for column in one.hidden_columns:
            sheet.col(column).hidden = True
    book.save(str(path))


def _xlwt_cell(sheet: Any, row: int, column: int, cell: Cell) -> None:
    form = _xlwt_style(cell.number_format)
    if cell.formula:
        sheet.write(row, column, xlwt.Formula(cell.formula.replace(",", ";")), form)
    elif cell.error:
        sheet.row(row).set_cell_error(column, _XLWT_CODES[cell.error], form)
    elif cell.look is Look.RICH:
        start, rest = str(cell.value).split(" ", 1)
        sheet.write_rich_text(row, column, [(start, xlwt.easyfont("bold on")), f" {rest}"], form)
    elif isinstance(cell.value, timedelta):
        sheet.write(row, column, cell.serial, form)
    else:
        sheet.write(row, column, cell.value, form)


_STYLES: dict[str, Any] = {}


def _xlwt_style(number_format: str) -> Any:
    if number_format not in _STYLES:
        _STYLES[number_format] = xlwt.easyxf(num_format_str=number_format)
    return _STYLES[number_format]


def odfpy_writes(path: Path, tables: Sequence[Table]) -> None:
    """Write an .ods with odfpy, with what LibreOffice shows for each cell."""
    book = OpenDocumentSpreadsheet()
    for one in tables:
        sheet = table.Table(name=one.name)
        width = len(one.header)
        cells = {(row, column): cell for row, column, cell in one.cells}
        merged = {(area[0], area[1]): area for area in one.merged}
        for column in range(width):
            collapsed = {"visibility": "collapse"} if column in one.hidden_columns else {}
            sheet.addElement(table.TableColumn(**collapsed))
        for row in range(len(one.rows) + 1):
            line = table.TableRow(**({"visibility": "collapse"} if row in one.hidden_rows else {}))
            for column in range(width):
                line.addElement(_odf_cell(cells.get((row, column), Cell()), merged.get((row, column))))
            sheet.addElement(line)
        book.spreadsheet.addElement(sheet)
    book.save(str(path))


def _odf_cell(cell: Cell, area: tuple[int, int, int, int] | None) -> Any:
    attributes: dict[str, object] = {}
    if area:
        attributes = {"numberrowsspanned": area[2] - area[0] + 1, "numbercolumnsspanned": area[3] - area[1] + 1}
    if cell.formula:
        attributes["formula"] = f"of:={cell.formula}"
    if cell.is_calculated:
        attributes |= _odf_value(cell)
    made = table.TableCell(**attributes)
    if cell.look is Look.COMMENT:
        note = office.Annotation()
        note.addElement(dc.Creator(text="somebody"))
        note.addElement(text.P(text="a comment"))
        made.addElement(note)
    if cell.is_calculated and (shown := _odf_shown(cell)):
        for paragraph in shown.split("\n"):
            made.addElement(_odf_paragraph(paragraph, cell.look))
    return made


def _odf_value(cell: Cell) -> dict[str, object]:
    match cell.value:
        case bool():
            found = {"valuetype": "boolean", "booleanvalue": str(cell.value).lower()}
        case int() | float():
            kind = "percentage" if "%" in cell.number_format else "currency" if "$" in cell.number_format else "float"
            found = {"valuetype": kind, "value": repr(cell.value)}
        case date():
            found = {"valuetype": "date", "datevalue": cell.value.isoformat()}
        case time():
            found = {"valuetype": "time", "timevalue": f"PT{cell.value:%HH%MM%SS}"}
        case timedelta():
            seconds = int(cell.value.total_seconds())
            duration = f"PT{seconds // 3600}H{seconds // 60 % 60}M{seconds % 60}S"
            found = {"valuetype": "time", "timevalue": duration}
        case str() | None:  # ODF has no kind of value for errors: LibreOffice says so in an attribute of its own
            found = {"valuetype": "string"} if isinstance(cell.value, str) or cell.error else {}
    return dict(found)


def _odf_shown(cell: Cell) -> str:
    """Return what LibreOffice shows in the cell."""
    match cell.number_format, cell.value:
        case zeros, int() if not zeros.strip("0"):
            shown = f"{cell.value:0{len(zeros)}}"
        case '"+34 "000000000', int():
            shown = f"+34 {cell.value:09}"
        case "0%", float():
            shown = f"{cell.value:.0%}"
        case "#,##0", int():
            shown = f"{cell.value:,}"
        case "0.00E+00", int() | float():
            shown = f"{cell.value:.2E}"
        case _, bool():
            shown = str(cell.value).upper()
        case _, None:
            shown = cell.error
        case _:
            shown = str(cell.value)
    return shown


def _odf_paragraph(shown: str, look: Look) -> Any:
    paragraph = text.P()
    if look is Look.LINK:
        paragraph.addElement(text.A(href=shown, text=shown))
    elif look is Look.RICH:
        start, rest = shown.split(" ", 1)
        paragraph.addElement(text.Span(text=start))
        paragraph.addText(f" {rest}")
    else:
        _add_spaced(paragraph, shown)
    return paragraph


def _add_spaced(paragraph: Any, shown: str) -> None:
    """Add text with its spaces and tabs as elements: an .ods shows one of several spaces."""
    for piece in re.findall(r"\t| +|[^\t ]+", shown):
        if piece == "\t":
            paragraph.addElement(text.Tab())
        elif piece.startswith(" "):
            paragraph.addElement(text.S(c=len(piece)))
        else:
            paragraph.addText(piece)


def pandas_writes(path: Path, tables: Sequence[Table]) -> None:
    """Write an .ods with pandas, which has values, and no formats."""
    with pd.ExcelWriter(path, engine="odf") as book:
        for one in tables:
            rows = [one.header, *([kind.cell.value for kind in kinds] for kinds in one.rows)]
            even = zip(*zip_longest(*rows), strict=True)
            pd.DataFrame(even, dtype=object).to_excel(book, sheet_name=one.name, header=False, index=False)


_RESULTS = ("number", "decimal", "text", "boolean", "date", "zeros", "empty text", "#N/A", "#DIV/0!")
_NO_RESULTS = dict.fromkeys((f"formula: {name}" for name in _RESULTS), "writes formulas without results")
_NO_FORMULAS = dict.fromkeys((*_NO_RESULTS, "formula: uncalculated"), "writes values only")
_NO_ERRORS = dict.fromkeys(("error: #N/A", "error: #DIV/0!"), "writes an error only as a formula's result")
_NO_COMMENTS = dict.fromkeys(("comment", "comment alone"), "writes no comments")
_NO_FORMATS = dict.fromkeys(("zeros by format", "prefix by format"), "writes no formats of numbers")
_OPENPYXL_CANNOT = _NO_RESULTS | {
    "escape": "writes an escape as it is, which means the character",
    "only spaces": "does not say that they are to be kept",
}
_XLSXWRITER_CANNOT = _NO_ERRORS | {
    "formula: empty text": "writes a formula with an empty result as one without a result",
}
_SHARED_ONLY = {"inline text": "keeps texts in their cells only where it uses constant memory"}

WRITERS: Mapping[str, Writer] = {
    "openpyxl.xlsx": Writer(write=openpyxl_writes, ending=".xlsx", cannot=_OPENPYXL_CANNOT),
    "openpyxl, ISO dates.xlsx": Writer(write=iso_dates, ending=".xlsx", cannot=_OPENPYXL_CANNOT),
    "XlsxWriter.xlsx": Writer(write=xlsxwriter_writes, ending=".xlsx", cannot=_XLSXWRITER_CANNOT | _SHARED_ONLY),
    "XlsxWriter, constant memory.xlsx": Writer(write=constant_memory_writes, ending=".xlsx", cannot=_XLSXWRITER_CANNOT),
    "XlsxWriter, from 1904.xlsx": Writer(
        write=days_from_1904,
        ending=".xlsx",
        cannot=_XLSXWRITER_CANNOT | _SHARED_ONLY | {"old date": "has no days before 1904"},
    ),
    "xlwt.xls": Writer(
        write=xlwt_writes,
        ending=".xls",
        cannot=_NO_RESULTS
        | _NO_COMMENTS
        | {"link": "writes links as formulas only", "inline text": "an .xls has no other texts in its cells"},
    ),
    "odfpy.ods": Writer(
        write=odfpy_writes,
        ending=".ods",
        cannot={"inline text": "an .ods has no other texts in its cells"}
        | dict.fromkeys(_NO_ERRORS, "OpenDocument has errors as results of formulas only"),
    ),
    "pandas.ods": Writer(
        write=pandas_writes,
        ending=".ods",
        cannot=_NO_FORMULAS
        | _NO_ERRORS
        | _NO_COMMENTS
        | _NO_FORMATS
        | {
            "tab": "writes a tab as it is, which means a space",
            "duration": "writes a number",
            "rich text": "writes plain texts only",
            "link": "writes plain texts only",
            "inline text": "an .ods has no other texts in its cells",
            "formatted": "writes no formats",
            "merged": "writes no merged cells",
            "hidden": "hides nothing",
        },
    ),
}
