"""Which row is the header, and blank rows below it."""

import itertools
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model.errors import InputError
from importer.model.rows import Row
from importer.readers import open_reader
from importer.readers.options import InputOptions
from importer.readers.rows_left_out import Blanks, Totals
from tests.support.commands import table
from tests.support.paths import PEOPLE_FILES
from tests.support.readers import read

Rows = Sequence[Sequence[str]]


def workbook(path: Path, rows: Rows) -> Path:
    """Write a workbook of texts."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append([cell or None for cell in row])
    book.save(path)
    return path


KINDS = pytest.mark.parametrize(("name", "write"), [("a.csv", table), ("a.xlsx", workbook)])
Write = Callable[[Path, Rows], Path]

OTHER_HEADERS = [
    (4, "Report\nOlmo Ltd,,Date: 01/11/2026\n,\nCode,Customer,Phone\n1,Rey,611223418"),
    (2, "Personal,,Contact,\nFirst name,Last name,Mobile,E-mail\nOlga,Paz,+34611223420,o@e.es"),
    (3, "Exported,2026-01-02\nTotal,120\nName,Phone\nAna,+34611223420\nLeo,+34611223421"),
    (2, "Personal,Personal,Contact\nNombre,Apellidos,Móvil\nOlga,Paz,+34611223420"),
    (3, "Tel. of the shop,+34981222333\n,\nNome,Cellulare\nAda,+393471234567\nBo,+393471234568"),
]


@KINDS
@pytest.mark.parametrize(("row", "lines"), OTHER_HEADERS)
def test_the_row_that_is_the_header_is_named(tmp_path: Path, name: str, write: Write, row: int, lines: str) -> None:
    """Not the first with two cells; and with that option the file is read."""
    rows = [line.split(",") for line in lines.splitlines()]
    path = write(tmp_path / name, rows)
    with pytest.raises(InputError) as caught:
        read(path)
    assert f"--header-row {row}," in caught.value.hint
    sheet, read_rows = read(path, header_row=row)
    assert sheet.header == tuple(rows[row - 1])
    assert [number for number, _, _ in read_rows] == list(range(row + 1, len(rows) + 1))


@KINDS
@pytest.mark.parametrize("lines", [lines for _, lines in OTHER_HEADERS if "+34" not in lines.splitlines()[0]])
def test_a_row_that_is_named_as_the_header_is_it(tmp_path: Path, name: str, write: Write, lines: str) -> None:
    """Whatever another row looks like; the sentence that asks says how to insist."""
    rows = [line.split(",") for line in lines.splitlines()]
    path = write(tmp_path / name, rows)
    with pytest.raises(InputError, match=r"does not look like|like a title") as caught:
        read(path)
    assert caught.value.hint.endswith("If it is row 1 nevertheless, say --header-row 1.")
    sheet, read_rows = read(path, header_row=1)
    assert sheet.header[0] == rows[0][0]
    assert read_rows[-1][0] == len(rows)


@KINDS
def test_a_named_row_must_be_there_and_hold_names(tmp_path: Path, name: str, write: Write) -> None:
    """An empty one is none, and a number or an address is a value of somebody, who would be lost."""
    path = write(tmp_path / name, [["", ""], ["+34611223420", "Olga"], ["Name", "Phone"], ["Leo", "+34611223421"]])
    for row, sentence in ((1, "row 1 is empty"), (2, "cell A2 holds"), (9, "row 9")):
        with pytest.raises(InputError, match=sentence):
            read(path, header_row=row)


@KINDS
def test_an_empty_first_row_names_the_header(tmp_path: Path, name: str, write: Write) -> None:
    """And the row is one that works."""
    path = write(tmp_path / name, [["", ""], ["Phone", "Name"], ["+34611223420", "Olga"]])
    with pytest.raises(InputError, match="row 1 is empty") as caught:
        read(path)
    assert "--header-row 2," in caught.value.hint
    assert read(path, header_row=2)[0].header == ("Phone", "Name")


@KINDS
@pytest.mark.parametrize(
    "rows",
    [
        [["Phone", "Name"], ["+34611223420", "Olga"], ["", ""], ["Total", "1 customers"]],
        [["Phone", "Name", "", "", ""], ["", "Ana", "Lugo", "Galicia", "email"], ["1", "Leo", "Vigo", "a", "phone"]],
        [["Puhelin", "Nimi"], ["+358401234567", "Aino"]],
        [["Phone"], ["+34611223420"], ["+34611223421"]],
        [["Name", "Phone", "2024", "2025"], ["Ana", "+34611223420", "12", "13"], ["Leo", "+34611223421", "1", "2"]],
        [["Name", "Phone", "2024-01-31", "31/12/2024", "2023-2024"], ["Ana", "+34611223420", "1", "", "2"]],
        [["col1", "col2"], ["Nombre propio", "+34611223420"], ["Ana", "+34611223421"]],
    ],
)
def test_a_header_in_its_place_is_believed(tmp_path: Path, name: str, write: Write, rows: Rows) -> None:
    """However few words it has that headers have."""
    sheet, _ = read(write(tmp_path / name, rows))
    assert sheet.header[0] == rows[0][0]


WITHOUT = [
    [["+34611223422", "Quim"], ["+34611223423", "Rita"]],
    [["Quim", "611 22 34 22"], ["Rita", "611 22 34 23"]],
    [["Quim", "q@example.com", "x"], ["Rita", "r@example.com", "y"]],
]


@KINDS
@pytest.mark.parametrize("rows", WITHOUT)
def test_a_table_without_a_header_is_told_and_read(tmp_path: Path, name: str, write: Write, rows: Rows) -> None:
    """The columns have letters as names, and the first row is a row."""
    path = write(tmp_path / name, rows)
    with pytest.raises(InputError, match=r"no header: cell [AB]1 holds") as caught:
        read(path)
    assert "--no-header" in caught.value.hint
    assert rows[0][0] not in f"{caught.value.message}{caught.value.hint}"
    sheet, read_rows = read(path, no_header=True)
    assert sheet.header == ("A", "B", "C")[: len(rows[0])]
    assert sheet.header_row == 0
    assert read_rows == [(number, tuple(row), ()) for number, row in enumerate(rows, 1)]


@KINDS
def test_rows_above_a_table_without_a_header_are_left_out(tmp_path: Path, name: str, write: Write) -> None:
    """The named row is the first then."""
    path = write(tmp_path / name, [["List", ""], *WITHOUT[0]])
    sheet, rows = read(path, no_header=True, header_row=2)
    assert (sheet.header, sheet.header_row) == (("A", "B"), 1)
    assert [number for number, _, _ in rows] == [2, 3]


@KINDS
def test_our_own_report_of_such_a_table_has_a_header(tmp_path: Path, name: str, write: Write) -> None:
    """failed.csv is read under the config of its source."""
    header = ["A", "B", "import_status", "import_reason", "import_row"]
    path = write(tmp_path / name, [header, ["+34611223422", "Quim", "failed", "x", "1"]])
    sheet, rows = read(path, no_header=True)
    assert (sheet.header, sheet.header_row) == (tuple(header), 1)
    assert [number for number, _, _ in rows] == [2]


@pytest.mark.parametrize(("name", "row"), [("title_total.csv", 4), ("two_headers.csv", 2)])
def test_peoples_headers_are_found(name: str, row: int) -> None:
    """Files that people really have."""
    with pytest.raises(InputError) as caught:
        open_reader(str(PEOPLE_FILES / name), InputOptions())
    assert f"--header-row {row}," in caught.value.hint


def test_peoples_file_without_a_header_is_told() -> None:
    """The same."""
    with pytest.raises(InputError, match=r"seems that .* has no header"):
        open_reader(str(PEOPLE_FILES / "noheader.csv"), InputOptions())


@given(st.lists(st.lists(st.booleans(), max_size=5), max_size=6))
def test_blank_rows_before_the_last_row_are_counted(chunks: list[list[bool]]) -> None:
    """However the rows come in chunks."""
    blanks = Blanks()
    full = [blanks.left_out([Row(number=1, cells=("x",)) if filled else None for filled in chunk]) for chunk in chunks]
    every = [filled for chunk in chunks for filled in chunk]
    assert [len(rows) for rows in full] == [sum(chunk) for chunk in chunks]
    while every and not every[-1]:
        every.pop()
    assert blanks.count == every.count(False)


TOTALS = [
    ["Total", "2 customers", "", "200.50"],
    ["", "TOTAL GENERAL", "", "1.234.567,89"],
    ["Suma:", "", "", "200"],
    ["Registros: 2", "", "", ""],
    ["Gesamtsumme", "", "", "200,50"],
]


@KINDS
@pytest.mark.parametrize("total", TOTALS)
def test_totals_below_a_table_are_no_rows_and_said(tmp_path: Path, name: str, write: Write, total: list[str]) -> None:
    """Also several of them, and with blank rows between."""
    rows = [["Code", "Name", "Phone", "Balance"], ["1", "Rey", "611223418", "120.50"], ["2", "Sol", "611223419", "80"]]
    for below in ([total], [["", "", "", ""], total], [["Subtotal", "", "", "1"], total]):
        path = write(tmp_path / name, [*rows, *below])
        with closing(open_reader(str(path), InputOptions())) as reader:
            assert [row.number for chunk in reader.chunks() for row in chunk] == [2, 3]
            (note,) = reader.sheet.notes
            assert "totals" in note
            assert str(len(rows) + len(below)) in note
            assert [row.number for chunk in reader.chunks() for row in chunk] == [2, 3]
            assert reader.sheet.notes == (note,)


@KINDS
@pytest.mark.parametrize(
    "rows",
    [
        [["Total", "", "3"], ["Leo", "611223419", ""]],
        [["Total Energies", "611223419", ""]],
        [["Total Shop", "total_shop", "gold"]],
        [["Totò", "", "t@example.com"]],
        [["Summers", "", "1"]],
        [["Rows and Co", "", "1"]],
    ],
)
def test_what_may_be_somebody_stays(tmp_path: Path, name: str, write: Write, rows: Rows) -> None:
    """Totals between rows, and whoever has a number, an address, or only the word in the name."""
    path = write(tmp_path / name, [["Name", "Phone", "Note"], ["Ana", "611223418", ""], *rows])
    sheet, read_rows = read(path)
    assert [number for number, _, _ in read_rows] == list(range(2, len(rows) + 3))
    assert sheet.notes == ()


@given(st.lists(st.lists(st.booleans(), max_size=5), max_size=6))
def test_only_the_last_rows_are_totals(chunks: list[list[bool]]) -> None:
    """However the rows come in chunks, none is lost and their order stays."""
    totals, numbers = Totals(), itertools.count(1)
    made = [
        [Row(number=next(numbers), cells=("Total", "") if total else ("x", "")) for total in chunk] for chunk in chunks
    ]
    every = [row for chunk in made for row in chunk]
    let_through = [row for chunk in made for row in totals.held_back(chunk)]
    while every and every[-1].cells[0] == "Total":
        every.pop()
    assert let_through == every
    assert bool(list(totals.notes())) == (sum(map(len, made)) > len(every))


def test_a_total_of_peoples_file_is_said() -> None:
    """Below two customers."""
    reader = open_reader(str(PEOPLE_FILES / "title_total.csv"), InputOptions(header_row=4))
    assert [row.cells[1] for chunk in reader.chunks() for row in chunk] == ["Talleres Rey", "Bar Sol"]
    assert "row 8" in reader.sheet.notes[0]


@KINDS
def test_a_named_row_with_a_phone_number_is_refused_with_the_row_that_is_the_header(
    tmp_path: Path, name: str, write: Write
) -> None:
    """Where none looks like it, there is no header."""
    people = [("Ana", "+34611223420", ""), ("Leo", "+34611223421", "Cádiz")]
    with pytest.raises(InputError, match="is not its header: cell B2 holds a phone number") as caught:
        read(write(tmp_path / name, [("Name", "Phone", "City"), *people]), header_row=2)
    assert caught.value.hint.startswith("The header seems to be row 1: say --header-row 1,")
    with pytest.raises(InputError, match="has no header: cell B2 holds a phone number"):
        read(write(tmp_path / name, [("Eva", "+34611223422", "Vigo"), *people]), header_row=2)
