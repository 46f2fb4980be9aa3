"""Workbooks become rows, exactly."""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter  # type: ignore[import-untyped]  # has no types

from importer.model.errors import InputError
from importer.model.protocols import Reader
from importer.model.rows import Row
from importer.readers import open_reader
from importer.readers.excel.openpyxl_sheet import OpenpyxlSheet
from importer.readers.excel.pandas_sheet import PandasSheet
from importer.readers.options import InputOptions

Table = Sequence[Sequence[object]]


def rows_of(reader: Reader) -> list[Row]:
    """Return all rows."""
    return [row for chunk in reader.chunks() for row in chunk]


def saved(path: Path, table: Table, change: Callable[[openpyxl.Workbook], None] | None = None) -> str:
    """Write a workbook of one sheet with openpyxl."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in table:
        sheet.append(list(row))
    if change:
        change(book)
    book.save(path)
    return str(path)


Opener = Callable[..., Reader]


@pytest.fixture
def opened() -> Iterator[Opener]:
    """Return what opens a workbook for the length of a test."""
    readers = []

    def open_it(path: str | Path, sheet: str = "", header_row: int | None = None) -> Reader:
        readers.append(open_reader(str(path), InputOptions(sheet=sheet, header_row=header_row)))
        return readers[-1]

    yield open_it
    for reader in readers:
        reader.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a test's workbook goes."""
    return tmp_path / "customers.xlsx"


TYPED: Table = [
    ["Phone", "Name", "Since", "At", "Ok"],
    [34600111222, " Ana ", date(2026, 3, 3), datetime(2026, 3, 3, 14, 5), True],  # noqa: DTZ001 - cells have no time zone
    ["+34600111223", "NA", None, None, False],
    [None, "  ", None, None, None],
    ["007", "'x", date(1999, 12, 31), None, None],
    [None, None, None, None, None],
]
TYPED_ROWS = [
    Row(number=2, cells=("34600111222", " Ana ", "2026-03-03", "2026-03-03 14:05:00", "TRUE")),
    Row(number=3, cells=("+34600111223", "NA", "", "", "FALSE")),
    Row(number=5, cells=("007", "'x", "1999-12-31", "", "")),
]


@pytest.mark.parametrize("zero_format", [False, True])
def test_both_libraries_read_the_same(opened: Opener, path: Path, *, zero_format: bool) -> None:
    """Typed cells are text in the same words, whichever library suits the sheet."""

    def change(book: openpyxl.Workbook) -> None:
        if zero_format:
            book.worksheets[0]["Z1"] = 7
            book.worksheets[0]["Z1"].number_format = "000"

    reader = opened(saved(path, TYPED, change))
    assert isinstance(reader._engine, PandasSheet)  # type: ignore[attr-defined]  # on purpose
    assert reader.sheet.header[:5] == ("Phone", "Name", "Since", "At", "Ok")
    assert [Row(number=row.number, cells=row.cells[:5], problems=row.problems) for row in rows_of(reader)] == TYPED_ROWS
    assert reader.blank_rows == 1
    reader.close()
    reader.close()


def test_the_1904_date_system_is_obeyed(opened: Opener, path: Path) -> None:
    """A day is the same day in a workbook made on an old Mac."""
    book = xlsxwriter.Workbook(str(path), {"date_1904": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Phone", "Since"])
    sheet.write(1, 0, "1")
    sheet.write_datetime(1, 1, date(2026, 3, 3), book.add_format({"num_format": "dd/mm/yyyy"}))
    book.close()
    assert [row.cells for row in rows_of(opened(str(path)))] == [("1", "2026-03-03")]


def test_leading_zeros_of_a_format_are_kept(opened: Opener, path: Path) -> None:
    """A cell shown as 00123 says 00123."""

    def change(book: openpyxl.Workbook) -> None:
        book.worksheets[0]["A2"].number_format = "00000"

    assert rows_of(opened(saved(path, [["Code"], [123]], change)))[0].cells == ("00123",)


def test_cells_that_are_wrong_are_told_by_name(opened: Opener, path: Path) -> None:
    """Errors, formulas never calculated, and numbers that lost digits."""
    table: Table = [["Phone", "Name"], ["#N/A", "a"], ["=1+1", "b"], [5212345678901234, "c"], [None, "=A1"], ["1", "d"]]
    rows = rows_of(opened(saved(path, table)))
    found = [
        (row.number, problem.code, problem.column, problem.message.split()[1])
        for row in rows
        for problem in row.problems
    ]
    assert found == [
        (2, "cell_error", "Phone", "A2"),
        (3, "formula_uncalculated", "Phone", "A3"),
        (4, "digits_lost", "Phone", "A4"),
        (5, "formula_uncalculated", "Name", "B5"),
    ]
    assert [row.number for row in rows] == [2, 3, 4, 5, 6]


def test_formulas_have_their_stored_value(opened: Opener, path: Path) -> None:
    """What the spreadsheet program calculated last, an empty text too."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Phone", "Name"])
    sheet.write_formula(1, 0, "=34600111222+0", None, 34600111222)
    sheet.write_formula(1, 1, '=""', None, "x")
    book.close()
    repacked(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v>x</v>", b"<v></v>"))
    assert rows_of(opened(str(path))) == [Row(number=2, cells=("34600111222", ""))]


def test_a_table_that_does_not_begin_at_a1_keeps_its_places(opened: Opener, path: Path) -> None:
    """Row numbers and columns are the sheet's own."""

    def change(book: openpyxl.Workbook) -> None:
        sheet = book.worksheets[0]
        sheet["B3"], sheet["C3"], sheet["B5"], sheet["E5"] = "Phone", "Name", "1", "stray"

    reader = opened(saved(path, [], change), header_row=3)
    assert reader.sheet.header == ("", "Phone", "Name")
    assert rows_of(reader) == [Row(number=5, cells=("", "1", "", "", "stray"))]
    assert reader.blank_rows == 1


def test_the_only_visible_sheet_with_rows_is_taken(opened: Opener, path: Path) -> None:
    """Hidden and empty sheets are passed over."""

    def change(book: openpyxl.Workbook) -> None:
        book.create_sheet("Hidden").append(["x"])
        book["Hidden"].sheet_state = "hidden"
        book.create_sheet("Empty")

    assert opened(saved(path, TYPED, change)).sheet.name == "Sheet"
    assert opened(str(path), sheet="Hidden").sheet.header == ("x",)


def test_the_sheets_that_our_reports_add_are_passed_over(opened: Opener, path: Path) -> None:
    """Where both are, so that results.xlsx can be given again; one alone is a sheet of somebody's own."""

    def change(book: openpyxl.Workbook) -> None:
        for name in ("Import summary", "Import problems"):
            book.create_sheet(name).append(["x"])

    assert opened(saved(path, TYPED, change)).sheet.name == "Sheet"
    saved(path, TYPED, lambda book: book.create_sheet("Import summary").append(["x"]))
    with pytest.raises(InputError, match='"Sheet", "Import summary"'):
        opened(str(path))


@pytest.mark.parametrize(
    ("wanted", "sentence", "hint"),
    [("", '2 sheets with rows: "Sheet", "More"', "--sheet"), ("Nope", 'no sheet "Nope"', '"Sheet", "More"')],
)
def test_an_unclear_sheet_is_asked_about(opened: Opener, path: Path, wanted: str, sentence: str, hint: str) -> None:
    """The sheets there are listed, with the option that names one."""
    saved(path, TYPED, lambda book: book.create_sheet("More").append(["x"]))
    with pytest.raises(InputError, match=sentence) as caught:
        opened(str(path), sheet=wanted)
    assert hint in caught.value.hint


def test_two_cells_far_apart_are_read_in_little_memory(opened: Opener, path: Path) -> None:
    """The corners of the sheet do not make it big: calamine, which would end the process, is not asked."""

    def change(book: openpyxl.Workbook) -> None:
        book.worksheets[0]["XFD900"] = "far"

    reader = opened(saved(path, [["Phone", "Name"], ["1", "a"]], change))
    assert isinstance(reader._engine, OpenpyxlSheet)  # type: ignore[attr-defined]  # on purpose
    assert [row.cells for row in rows_of(reader)] == [("1", "a")]


def test_a_wrong_word_on_the_sheets_size_hides_no_row(opened: Opener, path: Path) -> None:
    """Programs that write `<dimension ref="A1"/>` are many."""
    saved(path, [["Phone", "Name"], ["#N/A", "a"], ["2", "b"]])
    repacked(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'ref="A1:B3"', b'ref="A1"'))
    assert [row.number for row in rows_of(opened(str(path)))] == [2, 3]


def repacked(path: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    """Change one part of the workbook."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, change(content) if name == part else content)


def test_a_bomb_is_refused_before_it_is_unpacked(opened: Opener, path: Path) -> None:
    """What the zip says of its own sizes is enough."""
    saved(path, TYPED)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package, package.open("xl/media/x.bin", "w") as part:
        for _ in range(80):
            part.write(bytes(1024**2))
    with pytest.raises(InputError, match="would unpack to 84 MB"):
        opened(str(path))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"Phone,Name\n1,a\n", "a text file such as CSV"),
        (b"<html><table>", "web page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "damaged"),
        (b"", "is empty"),
    ],
)
def test_what_is_no_workbook_is_one_sentence(opened: Opener, path: Path, content: bytes, sentence: str) -> None:
    """Each kind has its own words, and says what to do."""
    path.write_bytes(content)
    with pytest.raises(InputError, match=sentence) as caught:
        opened(str(path))
    assert caught.value.hint


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("xl/workbook.xml", b"<workbook"),
        ("xl/workbook.xml", b""),
        ("xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row><c r="),
        ("xl/styles.xml", b"<styleSheet"),
    ],
)
def test_a_damaged_workbook_is_one_sentence(opened: Opener, path: Path, part: str, content: bytes) -> None:
    """Whatever the libraries raise, a person reads what to do; both ways of reading are tried."""
    for table in (TYPED, [["Phone"], ["#N/A"]]):
        saved(path, table)
        repacked(path, part, lambda _: content)
        with pytest.raises(InputError):
            rows_of(opened(str(path)))


def test_a_workbook_without_rows_is_told(opened: Opener, path: Path) -> None:
    """No sheet, no header, no row of that number: one sentence each."""
    with pytest.raises(InputError, match="no header"):
        opened(saved(path, []))
    with pytest.raises(InputError, match="no header"):
        opened(saved(path, TYPED), header_row=0)
    with pytest.raises(InputError, match="no visible sheet"):
        opened(saved(path, [], lambda book: book.create_sheet("Empty") and None))


def test_rows_come_in_chunks(opened: Opener, path: Path) -> None:
    """Some hundreds at a time, so that memory does not grow with the file."""
    reader = opened(saved(path, [["Phone"], *[[str(n)] for n in range(2500)]]))
    assert [len(chunk) for chunk in reader.chunks()] == [1000, 1000, 500]
    assert len(rows_of(reader)) == 2500


def test_blank_formatted_rows_to_the_end_of_the_sheet_are_nothing(opened: Opener, path: Path) -> None:
    """They are neither rows nor blank rows."""
    saved(path, [["Phone"], ["1"], [None], ["#N/A"]])
    blank = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(5, 5000))
    repacked(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</sheetData>", blank + b"</sheetData>"))
    reader = opened(path)
    assert [row.number for row in rows_of(reader)] == [2, 4]
    assert reader.blank_rows == 1
