"""Files that a real program wrote: each kind gives the same rows (see tests/support/spreadsheets/README.md)."""

from contextlib import closing, suppress
from pathlib import Path

import pytest

from importer.model.errors import InputError
from importer.model.protocols import Reader
from importer.model.rows import Row
from importer.readers import open_reader
from importer.readers.options import InputOptions
from tests.support.paths import SPREADSHEETS

WORKBOOKS = ["ods", "xlsx", "xls"]


def opened(name: str, sheet: str = "", hidden_rows: str = "read") -> Reader:
    """Open one of the files."""
    return open_reader(str(SPREADSHEETS / name), InputOptions(sheet=sheet, hidden_rows=hidden_rows))


def rows_of(reader: Reader) -> list[Row]:
    """Return all rows, and close the reader."""
    with closing(reader):
        return [row for chunk in reader.chunks() for row in chunk]


HEADER = ("Phone", "Name", "Code", "Since", "At", "Share", "Ok")
OTHER_ROWS = [
    Row(number=3, cells=("+34 600 111 223", "line one\nline two", "00123", "", "", "", "")),
    Row(number=5, cells=("0034600111224", "  two  spaces", "00007", "", "", "", "")),
]


@pytest.mark.parametrize("kind", WORKBOOKS)
def test_a_workbook_of_every_kind_says_the_same(kind: str) -> None:
    """Typed cells are the same text whatever the kind of file, zeros by format too."""
    reader = opened(f"contacts.{kind}")
    assert (reader.sheet.name, reader.sheet.header, reader.sheet.notes) == ("Contacts", HEADER, ())
    first = Row(number=2, cells=("34600111222", "José Muñoz", "00123", "2026-03-03", "14:05:00", "0.21", "TRUE"))
    assert rows_of(reader) == [first, *OTHER_ROWS]
    assert reader.blank_rows == 1


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter"),
    [
        ("contacts-utf-8.csv", "utf-8", ";"),
        ("contacts-windows.tsv", "cp1252", "\t"),
        ("contacts-utf-16.csv", "utf-16", ","),
    ],
)
def test_a_text_file_of_every_kind_says_the_same(name: str, encoding: str, delimiter: str) -> None:
    """The program's own export, in its three usual forms."""
    reader = opened(name)
    assert (reader.sheet.encoding, reader.sheet.delimiter, reader.sheet.header) == (encoding, delimiter, HEADER)
    first = Row(number=2, cells=("34600111222", "José Muñoz", "00123", "03/03/2026", "14:05", "21%", "TRUE"))
    assert rows_of(reader) == [first, *OTHER_ROWS]
    assert reader.blank_rows == 1


@pytest.mark.parametrize("kind", WORKBOOKS)
def test_what_is_odd_is_told_in_every_kind(kind: str) -> None:
    """Merged cells, errors, formulas, hidden rows, digits lost."""
    reader = opened(f"odd.{kind}")
    assert reader.sheet.name == "Rows"
    hidden, merged = reader.sheet.notes
    assert hidden.startswith("1 of its rows are hidden")
    assert "C1:D1" in merged
    rows = rows_of(reader)
    assert [(row.number, row.cells[1:], [problem.code for problem in row.problems]) for row in rows] == [
        (2, ("a", "North"), []),
        (3, ("b", ""), ["cell_merged"]),
        (4, ("c", ""), []),
        (5, ("#DIV/0!", ""), ["cell_error"]),
        (6, ("3", ""), []),
        (7, ("d", ""), ["digits_lost"]),
    ]
    assert "C2:C3" in rows[1].problems[0].message


@pytest.mark.parametrize("kind", WORKBOOKS)
def test_hidden_rows_are_left_out_if_that_is_wanted(kind: str) -> None:
    """The note says so, and the others keep their numbers."""
    reader = opened(f"odd.{kind}", hidden_rows="skip")
    assert "left out" in reader.sheet.notes[0]
    assert [row.number for row in rows_of(reader)] == [2, 3, 5, 6, 7]
    assert reader.blank_rows == 0


@pytest.mark.parametrize("kind", WORKBOOKS)
def test_several_sheets_are_listed(kind: str) -> None:
    """The person says which one is meant, in whatever letter case."""
    with pytest.raises(InputError, match='2 sheets with rows: "North", "South"'):
        opened(f"several.{kind}")
    assert [row.cells for row in rows_of(opened(f"several.{kind}", "South"))] == [("2", "b")]
    assert [row.cells for row in rows_of(opened(f"several.{kind}", "north"))] == [("1", "a")]


@pytest.mark.parametrize("kind", WORKBOOKS)
def test_a_hidden_sheet_is_read_when_named(kind: str) -> None:
    """And it is listed as hidden where a name is wrong."""
    reader = opened(f"odd.{kind}", "Secret")
    assert [row.cells for row in rows_of(reader)] == [("y",)]
    with pytest.raises(InputError) as caught:
        opened(f"odd.{kind}", "Nope")
    assert '"Secret" (hidden)' in caught.value.hint


@pytest.mark.parametrize("kind", WORKBOOKS)
@pytest.mark.parametrize("ending", [".xlsx", ".xls", ".ods", ".xlsb", ".xlsm"])
def test_the_name_does_not_say_the_kind(tmp_path: Path, kind: str, ending: str) -> None:
    """A file is what it is, whatever it is called."""
    path = tmp_path / f"renamed{ending}"
    path.write_bytes((SPREADSHEETS / f"several.{kind}").read_bytes())
    assert [row.cells for row in rows_of(open_reader(str(path), InputOptions(sheet="South")))] == [("2", "b")]


@pytest.mark.parametrize("kind", WORKBOOKS)
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_a_file_cut_short_is_one_sentence(tmp_path: Path, kind: str, share: float) -> None:
    """A download that broke off is no traceback."""
    whole = (SPREADSHEETS / f"contacts.{kind}").read_bytes()
    path = tmp_path / f"cut.{kind}"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(InputError, match="damaged"):
        rows_of(open_reader(str(path), InputOptions()))


@pytest.mark.parametrize("kind", WORKBOOKS)
def test_a_spoiled_byte_is_no_traceback(tmp_path: Path, kind: str) -> None:
    """Whichever byte it is: rows, or one sentence."""
    whole = (SPREADSHEETS / f"odd.{kind}").read_bytes()
    path = tmp_path / f"spoiled.{kind}"
    for at in range(0, len(whole), len(whole) // 60):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with suppress(InputError):
            rows_of(open_reader(str(path), InputOptions()))
