"""Workbooks as odd programs write them, and what is no workbook at all."""

import itertools
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter  # type: ignore[import-untyped]  # it has no types
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from importer.model.errors import InputError
from importer.model.rows import Row, Sheet
from importer.readers import open_reader
from importer.readers.excel import xlsx
from importer.readers.excel.pandas_sheet import PandasSheet
from importer.readers.excel.xlsx_look import look_over
from importer.readers.excel.zip_package import Package
from importer.readers.options import InputOptions
from tests.support.spreadsheets.old_excel import container

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def rows_of(path: Path, **options: str | int) -> list[Row]:
    """Return all rows of a file."""
    reader = open_reader(str(path), InputOptions(**options))  # type: ignore[arg-type]  # each test gives the right types
    with closing(reader):
        return [row for chunk in reader.chunks() for row in chunk]


def sheet_of(path: Path) -> Sheet:
    """Return what is found on opening a file."""
    reader = open_reader(str(path), InputOptions())
    reader.close()
    return reader.sheet


def seen(path: Path, **options: str | int) -> list[tuple[int, tuple[str, ...], tuple[str, ...]]]:
    """Return number, cells and problem codes of each row."""
    return [(row.number, row.cells, tuple(p.code for p in row.problems)) for row in rows_of(path, **options)]


def zipped(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    """Write a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def book(
    path: Path, sheet: str | bytes, *, texts: str = "", styles: str = "", properties: str = "", folder: str = "xl"
) -> Path:
    """Write a workbook whose one sheet has this XML, with an XML of shared texts and one of styles."""
    types = {"worksheet": "sheet.xml", "sharedStrings": "sharedStrings.xml", "styles": "styles.xml"}
    relations = "".join(
        f'<Relationship Id="r{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(types.items())
    )
    return zipped(
        path,
        {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
            "_rels/.rels": (
                f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" '
                f'Type="{RELATIONS}/officeDocument" Target="{folder}/workbook.xml"/></Relationships>'
            ),
            f"{folder}/workbook.xml": (
                f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{properties}'
                '<sheets><sheet name="S" sheetId="1" r:id="r0"/></sheets></workbook>'
            ),
            f"{folder}/_rels/workbook.xml.rels": (
                f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>'
            ),
            f"{folder}/sheet.xml": sheet,
            f"{folder}/sharedStrings.xml": texts or f'<sst xmlns="{MAIN}"/>',
            f"{folder}/styles.xml": styles or f'<styleSheet xmlns="{MAIN}"/>',
        },
    )


def sheet(*rows: str, namespace: str = MAIN, after: str = "") -> str:
    """Return the XML of a sheet."""
    return f'<worksheet xmlns="{namespace}"><sheetData>{"".join(rows)}</sheetData>{after}</worksheet>'


def text(place: str, value: str) -> str:
    """Return a cell with a text of its own."""
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


HEADER = f'<row r="1">{text("A1", "Phone")}{text("B1", "Name")}</row>'
PRESERVED = '<t xml:space="preserve">'
ROW_OF_A2 = f'<row r="2">{text("A2", "{}")}</row>'
FORMATS = (
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="170" formatCode="00000;[Red]-00000"/>'
    '<numFmt numFmtId="171" formatCode="&quot;+34 &quot;000000000"/><numFmt numFmtId="172" formatCode="[h]:mm:ss"/>'
    '<numFmt numFmtId="173" formatCode="#,##0.00 [$€-C0A]"/></numFmts><cellXfs>'
    '<xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="171"/><xf numFmtId="14"/><xf numFmtId="172"/>'
    '<xf numFmtId="9"/><xf numFmtId="173"/><xf numFmtId="21"/></cellXfs></styleSheet>'
)
CASES: dict[str, tuple[str | bytes, list[tuple[int, tuple[str, ...], tuple[str, ...]]]]] = {
    "cells without places": (
        sheet(HEADER, '<row><c t="str"><v>1</v></c><c t="str"><v>a</v></c></row>'),
        [(2, ("1", "a"), ())],
    ),
    "a prefix of its own": (
        sheet(HEADER, f'<row r="2">{text("A2", "1")}{text("B2", "a")}</row>')
        .replace("<", "<x:")
        .replace("<x:/", "</x:")
        .replace("xmlns=", "xmlns:x="),
        [(2, ("1", "a"), ())],
    ),
    "the strict namespace": (
        sheet(HEADER, f'<row r="2">{text("A2", "1")}{text("B2", "a")}</row>', namespace=STRICT),
        [(2, ("1", "a"), ())],
    ),
    "single quotes": (sheet(HEADER, "<row r='2'><c r='A2'><v>1</v></c></row>"), [(2, ("1", ""), ())]),
    "utf-16": (
        ('<?xml version="1.0" encoding="UTF-16"?>' + sheet(HEADER, f'<row r="2">{text("A2", "ñ")}</row>')).encode(
            "utf-16"
        ),
        [(2, ("ñ", ""), ())],
    ),
    "comments and cdata": (
        sheet(HEADER, f'<!-- <row r="9"/> --><row r="2">{text("A2", "<![CDATA[<1>]]>")}</row>'),
        [(2, ("<1>", ""), ())],
    ),
    "an escaped carriage return": (
        sheet(HEADER, f'<row r="2">{text("A2", "1_x000D_&#10;2")}{text("B2", "_x005F_x000D_")}</row>'),
        [(2, ("1\r\n2", "_x000D_"), ())],
    ),
    "an escaped half of a character": (
        sheet(HEADER, f'<row r="2">{text("A2", "1_xD83D__xDE00_")}{text("B2", "a_xD83D_b")}</row>'),
        [(2, ("1\U0001f600", "a\ufffdb"), ())],
    ),
    "runs and pronunciation": (
        sheet(
            HEADER,
            '<row r="2"><c r="A2" t="inlineStr"><is><r><t>12</t></r><r><rPr><b/></rPr><t>34</t></r>'
            "<rPh><t>no</t></rPh></is></c></row>",
        ),
        [(2, ("1234", ""), ())],
    ),
    "gaps": (
        sheet(HEADER, f'<row r="4">{text("B4", "a")}</row>', f'<row r="6">{text("A6", "1")}</row>'),
        [(4, ("", "a"), ()), (6, ("1", ""), ())],
    ),
    "rows in disorder": (
        sheet(f'<row r="3">{text("A3", "3")}</row>', HEADER, f'<row r="2">{text("A2", "2")}</row>'),
        [(2, ("2", ""), ()), (3, ("3", ""), ())],
    ),
    "cells in disorder": (
        sheet(HEADER, f'<row r="2">{text("B2", "a")}{text("A2", "1")}</row>'),
        [(2, ("1", "a"), ())],
    ),
    "an error and a formula without a value": (
        sheet(
            HEADER,
            '<row r="2"><c r="A2" t="e"><f>NA()</f><v>#N/A</v></c><c r="B2"><f>A1</f></c></row>',
            '<row r="3"><c r="A3" t="str"><f>""</f><v></v></c><c r="B3" t="str"><f>A1</f><v>Phone</v></c></row>',
        ),
        [(2, ("#N/A", ""), ("cell_error", "formula_uncalculated")), (3, ("", "Phone"), ())],
    ),
    "numbers": (
        sheet(
            HEADER,
            '<row r="2"><c r="A2"><v>3.4600111222E10</v></c><c r="B2"><v>0.1</v></c></row>',
            '<row r="3"><c r="A3"><v>1234567890123456</v></c><c r="B3"><v>-5</v></c></row>',
            '<row r="4"><c r="A4" t="b"><v>1</v></c><c r="B4" t="d"><v>2026-03-03T00:00:00</v></c></row>',
        ),
        [
            (2, ("34600111222", "0.1"), ()),
            (3, ("1234567890123456", "-5"), ("digits_lost",)),
            (4, ("TRUE", "2026-03-03"), ()),
        ],
    ),
    "formats": (
        sheet(
            HEADER,
            '<row r="2"><c r="A2" s="1"><v>123</v></c><c r="B2" s="2"><v>600111222</v></c></row>',
            '<row r="3"><c r="A3" s="3"><v>46084</v></c><c r="B3" s="4"><v>1.5</v></c></row>',
            '<row r="4"><c r="A4" s="5"><v>0.21</v></c><c r="B4" s="6"><v>1234.5</v></c></row>',
            '<row r="5"><c r="A5" s="3"><v>34600111222</v></c><c r="B5" s="7"><v>0.5</v></c></row>',
            '<row r="6"><c r="A6" s="99"><v>7</v></c><c r="B6" s="1"><v>-7</v></c></row>',
        ),
        [
            (2, ("00123", "+34 600111222"), ()),
            (3, ("2026-03-03", "36:00:00"), ()),
            (4, ("0.21", "1234.5"), ()),
            (5, ("34600111222", "12:00:00"), ()),
            (6, ("7", "-7"), ()),
        ],
    ),
    "white space": (
        sheet(
            HEADER,
            f'<row r="2">{text("A2", " 1 ").replace("<t>", PRESERVED)}{text("B2", chr(0xA0))}</row>',
            f'<row r="3">{text("A3", "  ")}</row>',
        ),
        [(2, (" 1 ", "\xa0"), ())],
    ),
    "merged rows": (
        sheet(
            HEADER,
            *(f'<row r="{n}">{text(f"A{n}", str(n))}</row>' for n in (2, 3, 4)),
            after='<mergeCells><mergeCell ref="B2:B3"/><mergeCell ref="D1:F9"/></mergeCells>',
        ),
        [(2, ("2", ""), ()), (3, ("3", ""), ("cell_merged",)), (4, ("4", ""), ())],
    ),
    "merged across": (
        sheet(
            HEADER, f'<row r="2">{text("A2", "North")}</row>', after='<mergeCells><mergeCell ref="A2:B2"/></mergeCells>'
        ),
        [(2, ("North", ""), ("cell_merged",))],
    ),
    "a cell beyond the header": (
        sheet(HEADER, f'<row r="2">{text("A2", "1")}{text("D2", "x")}</row>', f'<row r="3">{text("D3", "x")}</row>'),
        [(2, ("1", "", "", "x"), ())],
    ),
}


def take(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away the choice between the ways to read a sheet: all must say the same of what they can read."""
    if way == "refused by calamine":

        def refused(*_: object) -> PandasSheet:
            raise ValueError

        monkeypatch.setattr(xlsx, "PandasSheet", refused)
    if way == "streamed":
        monkeypatch.setattr(xlsx, "MOST_CELLS_HELD", 0)
    if way == "odd":
        monkeypatch.setattr(xlsx, "look_over", lambda *args: replace(look_over(*args), is_plain=False))


WAYS = ["calamine", "refused by calamine", "streamed", "odd"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES)
def test_an_odd_sheet_is_read_exactly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str, way: str) -> None:
    """Whichever way it is read; where one way cannot, the next is taken."""
    take(way, monkeypatch)
    content, expected = CASES[case]
    path = book(tmp_path / "odd.xlsx", content, styles=FORMATS if case == "formats" else "")
    assert seen(path) == expected


def test_shared_texts_are_found_wherever_they_are(tmp_path: Path) -> None:
    """Places count from 0; one that is not there is a damaged file."""
    shared = '<row r="2"><c r="A2" t="s"><v>{}</v></c><c r="B2" t="s"><v>1</v></c></row>'
    texts = f'<sst xmlns="{MAIN}"><si><t>x_x000D_y</t></si><si><r><t>a</t></r><r><t>ñ</t></r></si></sst>'
    assert seen(book(tmp_path / "a.xlsx", sheet(HEADER, shared.format(0)), texts=texts)) == [(2, ("x\ry", "añ"), ())]
    for place in ("2", "-1", "x"):
        with pytest.raises(InputError, match="damaged"):
            rows_of(book(tmp_path / "b.xlsx", sheet(HEADER, shared.format(place)), texts=texts))


def test_the_workbooks_parts_may_have_other_names(tmp_path: Path) -> None:
    """What points to them is followed."""
    path = book(tmp_path / "a.xlsx", sheet(HEADER, f'<row r="2">{text("A2", "1")}</row>'), folder="office")
    assert seen(path) == [(2, ("1", ""), ())]


@pytest.mark.parametrize("flag", ["1", "true"])
def test_days_from_1904_are_days_from_1904(tmp_path: Path, flag: str) -> None:
    """Also where the file is streamed."""
    rows = sheet(HEADER, '<row r="2"><c r="A2" s="3"><v>44622</v></c><c r="B2" s="1"><v>5</v></c></row>')
    path = book(tmp_path / "a.xlsx", rows, styles=FORMATS, properties=f'<workbookPr date1904="{flag}"/>')
    assert seen(path) == [(2, ("2026-03-03", "00005"), ())]


RENAMINGS: dict[str, Callable[[str], str]] = {
    "capitals": str.upper,
    "small letters": str.lower,
    "backslashes": lambda name: name.replace("/", "\\"),
    "a slash in front": lambda name: f"/{name}",
}


@pytest.mark.parametrize("renamed", RENAMINGS.values(), ids=RENAMINGS)
def test_the_names_of_parts_may_be_written_in_any_way(tmp_path: Path, renamed: Callable[[str], str]) -> None:
    """In any case of letters, and with backslashes; shared texts and formats are found all the same."""
    rows = sheet(HEADER, '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" s="3"><v>46084</v></c></row>')
    made = book(tmp_path / "a.xlsx", rows, texts=f'<sst xmlns="{MAIN}"><si><t>007</t></si></sst>', styles=FORMATS)
    with zipfile.ZipFile(made) as package:
        parts = {renamed(name): package.read(name) for name in package.namelist()}
    assert seen(zipped(tmp_path / "b.xlsx", parts)) == [(2, ("007", "2026-03-03"), ())]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_every_part_may_be_in_utf_16(tmp_path: Path, encoding: str) -> None:
    """XML says its encoding itself."""
    rows = sheet(HEADER, '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" s="3"><v>46084</v></c></row>')
    made = book(tmp_path / "a.xlsx", rows, texts=f'<sst xmlns="{MAIN}"><si><t>ñ</t></si></sst>', styles=FORMATS)
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    declared = '<?xml version="1.0" encoding="UTF-16"?>' if encoding.startswith("utf-16") else ""
    with zipfile.ZipFile(made) as package:
        parts = {name: (mark + declared + package.read(name).decode()).encode(encoding) for name in package.namelist()}
    assert seen(zipped(tmp_path / "b.xlsx", parts)) == [(2, ("ñ", "2026-03-03"), ())]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_a_sheet_of_any_encoding_has_values(tmp_path: Path, encoding: str) -> None:
    """So that it is not passed over for another sheet."""
    declared = '<?xml version="1.0" encoding="UTF-16"?>' if encoding != "utf-8" else ""
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    for value, has_values in (("<v>1</v>", True), ("<v><![CDATA[1]]></v>", True), ("", False)):
        rows = sheet(f'<row r="1"><c r="A1">{value}</c></row>')
        package = Package(str(book(tmp_path / "a.xlsx", (mark + declared + rows).encode(encoding))))
        with closing(xlsx.XlsxWorkbook(package)) as workbook:
            assert workbook.has_values(workbook.sheets[0]) == has_values


@pytest.mark.parametrize("way", WAYS)
def test_references_may_be_in_small_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """Also those of merged cells."""
    take(way, monkeypatch)
    rows = sheet(
        HEADER,
        '<row r="2"><c r="a2"><v>1</v></c><c r="b2"><v>2</v></c></row>',
        '<row r="3"><c r="a3"><v>1</v></c></row>',
        after='<mergeCells><mergeCell ref="b2:b3"/></mergeCells>',
    )
    assert seen(book(tmp_path / "a.xlsx", rows)) == [(2, ("1", "2"), ()), (3, ("1", ""), ("cell_merged",))]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("value", ["NaN", "nan", "INF", "-INF", "1e400"])
def test_what_is_no_number_is_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, value: str) -> None:
    """It is the problem of its cell."""
    take(way, monkeypatch)
    rows = sheet(HEADER, f'<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>{value}</v></c></row>')
    assert seen(book(tmp_path / "a.xlsx", rows)) == [(2, ("1", "#NUM!"), ("cell_error",))]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("bad", ["2026-13-45", "2026-02-30T00:00:00", "soon", "25:00:00"])
def test_a_date_that_is_none_is_a_problem_of_its_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, bad: str
) -> None:
    """The others of the file are read."""
    take(way, monkeypatch)
    rows = sheet(
        HEADER,
        f'<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="d"><v>{bad}</v></c></row>',
        '<row r="3"><c r="A3"><v>2</v></c><c r="B3" t="d"><v>2026-03-03T10:00:00Z</v></c></row>',
        '<row r="4"><c r="A4"><v>3</v></c><c r="B4" t="d"><v>2026-03-03</v></c></row>',
    )
    assert seen(book(tmp_path / "a.xlsx", rows)) == [
        (2, ("1", bad), ("cell_error",)),
        (3, ("2", "2026-03-03 10:00:00"), ()),
        (4, ("3", "2026-03-03"), ()),
    ]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("count", [1, 3])
def test_rows_of_formulas_without_a_value_are_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, count: int
) -> None:
    """Though they are the last ones, or all: openpyxl writes formulas so, and calamine leaves such rows out."""
    take(way, monkeypatch)
    made = openpyxl.Workbook()
    contacts = made.active
    assert contacts is not None
    contacts.append(["Phone", "Name"])
    for _ in range(count):
        contacts.append(['="34"&"600111222"', "=1+1"])
    made.save(tmp_path / "a.xlsx")
    codes = ("formula_uncalculated",) * 2
    assert seen(tmp_path / "a.xlsx") == [(number, ("", ""), codes) for number in range(2, 2 + count)]


@pytest.mark.parametrize("way", WAYS)
def test_rows_of_errors_are_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """Though they are the last ones."""
    take(way, monkeypatch)
    error = '<row r="{0}"><c r="A{0}" t="e"><v>#N/A</v></c></row>'
    path = book(tmp_path / "a.xlsx", sheet(HEADER, error.format(2), error.format(4)))
    assert seen(path) == [(2, ("#N/A", ""), ("cell_error",)), (4, ("#N/A", ""), ("cell_error",))]


@pytest.mark.parametrize("way", WAYS)
def test_a_text_with_a_zero_character_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """A library made it of something else."""
    take(way, monkeypatch)
    path = book(tmp_path / "a.xlsx", sheet(HEADER, f'<row r="2">{text("A2", "m_x0000_p")}{text("B2", "a")}</row>'))
    assert [row[2] for row in seen(path)] == [("text_damaged",)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("blank", ["", "<t/>", "<t></t>", "<t> </t>", "<t>&#10;</t>", None])
def test_cells_that_are_blank_texts_are_no_lost_cells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, blank: str | None
) -> None:
    """Programs write them for values that are missing; first, between others, and last."""
    take(way, monkeypatch)
    cells = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>{n % 3}</v></c><c r="B{n}" t="s"><v>1</v></c>'
        f'<c r="C{n}" t="str"><v></v></c><c r="D{n}" t="inlineStr"><is><t> </t></is></c><c r="E{n}"/></row>'
        for n in range(2, 8)
    )
    item = "<si/>" if blank is None else f"<si>{blank}</si>"
    texts = f'<sst xmlns="{MAIN}">{item}<si><t>a</t></si>{item}</sst>'
    rows = seen(book(tmp_path / "a.xlsx", sheet(HEADER, cells), texts=texts))
    assert [(row[0], row[1][1], row[2]) for row in rows] == [(number, "a", ()) for number in range(2, 8)]


def test_dates_of_styles_elsewhere_are_dates(tmp_path: Path) -> None:
    """Calamine looks for styles under one name only; a built-in format of East Asia is a date, too."""
    rows = sheet(HEADER, '<row r="2"><c r="A2"><v>1</v></c><c r="B2" s="1"><v>46084</v></c></row>')
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="{{}}"/></cellXfs></styleSheet>'
    for number, folder in itertools.product((14, 27, 36, 50, 58), ("xl", "office")):
        path = book(tmp_path / "a.xlsx", rows, styles=styles.format(number), folder=folder)
        assert seen(path) == [(2, ("1", "2026-03-03"), ())]


def test_a_workbook_that_holds_a_document_is_a_workbook(tmp_path: Path) -> None:
    """What else is in the zip does not count where there is a workbook."""
    made = book(tmp_path / "a.xlsx", sheet(HEADER, f'<row r="2">{text("A2", "1")}</row>'))
    for other in ("word/document.xml", "ppt/presentation.xml", "content.xml", "index.xml"):
        with zipfile.ZipFile(made) as package:
            parts = {name: package.read(name) for name in package.namelist()}
        assert seen(zipped(tmp_path / "b.xlsx", {other: b"<x/>"} | parts)) == [(2, ("1", ""), ())]


def test_hidden_rows_are_counted_and_may_be_left_out(tmp_path: Path) -> None:
    """Those above the header and blank ones below the table are not of interest."""
    rows = [f'<row r="{n}" hidden="1">{text(f"A{n}", str(n))}</row>' for n in (2, 3)]
    path = book(
        tmp_path / "a.xlsx", sheet(HEADER, *rows, f'<row r="4">{text("A4", "4")}</row>', '<row r="9" hidden="1"/>')
    )
    assert [note.split(",")[0] for note in sheet_of(path).notes] == ["2 of its rows are hidden"]
    assert [row[0] for row in seen(path)] == [2, 3, 4]
    assert [row[0] for row in seen(path, hidden_rows="skip")] == [4]


def test_a_title_is_no_header(tmp_path: Path) -> None:
    """The sentence names the row that seems to be it."""
    rows = [f'<row r="{n}">{text(f"A{n}", "x")}{text(f"B{n}", "y")}</row>' for n in (3, 4, 5)]
    path = book(tmp_path / "a.xlsx", sheet(f'<row r="1">{text("A1", "Customers")}</row>', *rows))
    with pytest.raises(InputError, match="like a title") as caught:
        rows_of(path)
    assert "--header-row 3" in caught.value.hint
    assert [row[0] for row in seen(path, header_row=3)] == [4, 5]


def test_what_openpyxl_can_write_is_read(tmp_path: Path) -> None:
    """Rich text, links, apostrophes before a cell, very hidden sheets, headers twice and none."""
    path = tmp_path / "a.xlsx"
    made = openpyxl.Workbook()
    contacts = made.active
    assert contacts is not None
    contacts.append(["Phone", "Name", "", "Name"])
    contacts.append(["34600111222", CellRichText("An", TextBlock(InlineFont(b=True), "a")), "x", "007"])
    contacts["A2"].quotePrefix = True
    contacts["B2"].hyperlink = "https://example.com"
    made.create_sheet("Secret").append(["x"])
    made["Secret"].sheet_state = "veryHidden"
    made.save(path)
    assert seen(path) == [(2, ("34600111222", "Ana", "x", "007"), ())]


def test_a_sheet_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    """Also a workbook may be saved by somebody meanwhile."""
    path = book(tmp_path / "a.xlsx", sheet(HEADER, f'<row r="2">{text("A2", "1")}</row>'))
    reader = open_reader(str(path), InputOptions())
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(InputError, match="was changed while"):
        list(reader.chunks())
    reader.close()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


PASSWORD = struct.pack("<HHHH", 0x0809, 4, 0x0600, 5) + struct.pack("<HHH", 0x002F, 2, 0)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (container({"EncryptedPackage": b"x" * 4096}), "protected by a password"),
        (container({"Workbook": PASSWORD}), "protected by a password"),
        (container({"WordDocument": b"x" * 4096}), "a Word document"),
        (container({"PowerPoint Document": b"x" * 4096}), "a PowerPoint presentation"),
        (container({"Other": b"x" * 4096}), "damaged"),
        (container({"Workbook": b"x" * 4096}), "damaged"),
        (OLE, "damaged"),
        (OLE + b"x" * 600, "damaged"),
        (b"<html><body><table><tr><td>Phone</td></tr></table>", "a web page or XML"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "a web page or XML"),
        (b"\xef\xbb\xbf\n<table border=1>", "a web page or XML"),
        (b"Phone\tName\n1\ta\n", "a text file such as CSV"),
        ("Phone\tName\n".encode("utf-16"), "a text file such as CSV"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"{\\rtf1", "a text document"),
        (b"\x89PNG\r\n", "a picture"),
        (b"\0\1\2\3", "no workbook, or damaged"),
        (b"PK\x03\x04" + b"\0" * 100, "damaged"),
    ],
)
@pytest.mark.parametrize("ending", [".xlsx", ".xls"])
def test_what_is_no_workbook_is_told_by_its_kind(tmp_path: Path, content: bytes, sentence: str, ending: str) -> None:
    """The sentence says what it is, and what to do."""
    path = tmp_path / f"customers{ending}"
    path.write_bytes(content)
    with pytest.raises(InputError, match=sentence) as caught:
        rows_of(path)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (["word/document.xml"], "a Word document"),
        (["ppt/presentation.xml"], "a PowerPoint presentation"),
        (["Index/Document.iwa"], "Numbers"),
        (["photo.jpg"], "a zip file, but no workbook"),
        (["content.xml", "mimetype"], "no spreadsheet"),
        (["[Content_Types].xml"], "damaged"),
        (["[Content_Types].xml", "xl/workbook.bin"], "binary workbook"),
    ],
)
def test_another_programs_zip_is_told_by_its_kind(tmp_path: Path, parts: Sequence[str], sentence: str) -> None:
    """The sentence says what it is, and what to do."""
    path = zipped(tmp_path / "a.xlsx", dict.fromkeys(parts, b""))
    with pytest.raises(InputError, match=sentence) as caught:
        rows_of(path)
    assert caught.value.hint


VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=8),
    st.integers(-(10**14), 10**14),
    st.booleans(),
    st.none(),
    st.dates(date(1901, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["00123", "+34600111222", "=1+1", "TRUE", "1e5", "_x000D_", "#N/A", " x "]),
)


def shown(value: object) -> str:
    """Return what a value is to be read as."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case date():
            return value.isoformat()
        case _:
            return str(value)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.lists(st.lists(VALUES, min_size=3, max_size=3), max_size=6), zeros=st.booleans())
def test_any_table_of_xlsxwriter_reads_back_the_same(tmp_path: Path, table: list[list[object]], *, zeros: bool) -> None:
    """Whichever way it is read: a format of zeros anywhere sends it the slow way."""
    path = tmp_path / "a.xlsx"
    made = xlsxwriter.Workbook(str(path))
    contacts = made.add_worksheet()
    day = made.add_format({"num_format": "yyyy-mm-dd"})
    contacts.write_row(0, 0, ["Phone", "Name", "Note"])
    if zeros:
        contacts.write_number(0, 5, 1, made.add_format({"num_format": "000"}))
    for number, row in enumerate(table, 1):
        for column, value in enumerate(row):
            match value:
                case str():
                    contacts.write_string(number, column, value)
                case bool():
                    contacts.write_boolean(number, column, value)
                case date():
                    contacts.write_datetime(number, column, value, day)
                case int():
                    contacts.write_number(number, column, value)
                case _:
                    pass
    made.close()
    expected = [(number, tuple(map(shown, row)), ()) for number, row in enumerate(table, 2)]
    width = 6 if zeros else 3
    assert [(n, cells[:3], codes) for n, cells, codes in seen(path)] == [
        row for row in expected if "".join(row[1]).strip()
    ]
    assert len(sheet_of(path).header) == width


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.lists(st.lists(VALUES.filter(lambda value: "_x" not in str(value)), min_size=2, max_size=2), max_size=5)
)
def test_any_table_of_openpyxl_reads_back_the_same(tmp_path: Path, table: list[list[object]]) -> None:
    """Cell for cell, each row with its number; openpyxl itself writes `_x000D_` wrongly."""
    path = tmp_path / "a.xlsx"
    made = openpyxl.Workbook()
    contacts = made.active
    assert contacts is not None
    contacts.append(["Phone", "Name"])
    for number, row in enumerate(table, 2):
        for column, value in enumerate(row, 1):
            cell = contacts.cell(number, column)
            cell.value = value  # type: ignore[assignment]  # it takes them all
            if isinstance(value, str):
                cell.data_type = "s"
    made.save(path)
    expected = [(number, tuple(map(shown, row)), ()) for number, row in enumerate(table, 2)]
    assert seen(path) == [row for row in expected if "".join(row[1]).strip()]


def test_moments_are_to_the_second(tmp_path: Path) -> None:
    """A day's fraction is seldom exact."""
    path = tmp_path / "a.xlsx"
    made = openpyxl.Workbook()
    contacts = made.active
    assert contacts is not None
    contacts.append(["At", "Zeros"])
    contacts.append([datetime(2026, 3, 3, 14, 4, 59), 1])  # noqa: DTZ001 - cells have no time zone
    contacts["B2"].number_format = "00"
    made.save(path)
    assert seen(path) == [(2, ("2026-03-03 14:04:59", "01"), ())]


@pytest.mark.parametrize("name", ["customers.xlsx", "customers.xlsb", "customers.xls"])
@pytest.mark.parametrize("part", ["XL/Workbook.bin", "xl/workbook.bin", "xl\\workbook.bin"])
def test_a_binary_workbook_is_refused_with_what_to_do(tmp_path: Path, name: str, part: str) -> None:
    """An .xlsb, whatever it is called: its dates would come as serial numbers, and its errors as nothing."""
    path = tmp_path / name
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr(part, b"\x83\x01\x00")
    with pytest.raises(InputError, match=r"binary workbook \(\.xlsb\)") as refused:
        open_reader(str(path), InputOptions())
    assert "save it as .xlsx" in str(refused.value.hint)
