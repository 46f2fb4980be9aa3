"""Text files become rows, exactly."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importer.model.errors import InputError
from importer.model.plain_text import escape, unescape
from importer.model.protocols import Reader
from importer.model.rows import Row
from importer.readers import open_reader
from importer.readers.options import InputOptions
from tests.support.paths import PEOPLE_FILES


def opened(path: Path, content: str | bytes, **options: str | int) -> Reader:
    """Write the content to the path and open it."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_reader(str(path), InputOptions(**options))  # type: ignore[arg-type]  # each test gives the right types


def rows_of(reader: Reader) -> list[Row]:
    """Return all rows."""
    return [row for chunk in reader.chunks() for row in chunk]


def cells_of(reader: Reader) -> dict[int, tuple[str, ...]]:
    """Return the cells by row number."""
    return {row.number: row.cells for row in rows_of(reader)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a test's file goes."""
    return tmp_path / "contacts.csv"


def test_everything_stays_text(path: Path) -> None:
    """Nothing is taken for a number, a date or a missing value."""
    words = ("+34600111222", "0034", "007", "NA", "Null", "nan", "1e5", "1.50", "TRUE", " x ")
    reader = opened(path, f"{','.join('abcdefghij')}\n{','.join(words)}\n")
    assert cells_of(reader) == {2: words}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_row_numbers_are_those_of_a_spreadsheet_program(path: Path, line_end: str) -> None:
    """Blank lines count, a quoted cell of several lines is one row, and the last line needs no end."""
    lines = ["Phone,Name", "1,a", "", '2,"b', '""c"""', "  , ", "3,d"]
    reader = opened(path, line_end.join(lines))
    assert cells_of(reader) == {2: ("1", "a"), 4: ("2", 'b\n"c"'), 6: ("3", "d")}
    assert reader.blank_rows == 2


def test_a_header_may_stand_far_down(path: Path) -> None:
    """However long a report's preamble is."""
    reader = opened(path, "Report,\n" * 2999 + "Phone,Name\n1,a\n", header_row=3000)
    assert (reader.sheet.header, cells_of(reader)) == (("Phone", "Name"), {3001: ("1", "a")})


def test_blank_rows_after_the_last_row_are_not_counted(path: Path) -> None:
    """What follows the table is not part of it."""
    reader = opened(path, "Phone,Name\n1,a\n" + ",\n\n" * 1500)
    assert cells_of(reader) == {2: ("1", "a")}
    assert reader.blank_rows == 0


@pytest.mark.parametrize(
    ("line", "cells", "value"),
    [
        ("1,a,x,extra", ("1", "a", "x", "extra"), "extra"),
        ("1,a,x,,e2,e3,e4,e5", ("1", "a", "x", "", "e2", "e3", "e4", "e5"), "e2"),
        ("1,a", ("1", "a", ""), ""),
        ("1", ("1", "", ""), ""),
    ],
)
def test_a_row_of_wrong_width_is_told_and_not_shifted(
    path: Path, line: str, cells: tuple[str, ...], value: str
) -> None:
    """Each cell stays under its header, and the row says that it is too wide or too short, wherever it stands."""
    for lines in ([line, "2,b,y", "3,c,z"], ["2,b,y", line, "3,c,z"], ["2,b,y"] * 40 + [line]):
        (row,) = (row for row in rows_of(opened(path, "\n".join(["Phone,Name,Note", *lines]))) if row.problems)
        assert row.cells == cells
        assert [(problem.code, problem.column) for problem in row.problems] == [("width_wrong", "")]
        assert row.problems[0].value.startswith(value)
        assert row.number == lines.index(line) + 2


def test_a_row_much_wider_than_the_sample_is_told(path: Path) -> None:
    """Its cells are all there, for a person to fix, and that they are too many is said."""
    reader = opened(path, "Phone,Name\n" + "1,a\n" * 600 + "2,b,,,,,,x\n3,c\n")
    assert [row.number for row in rows_of(reader) if row.problems] == [602]
    assert cells_of(reader)[602] == ("2", "b", "", "", "", "", "", "x")


def test_empty_cells_after_the_last_header_do_no_harm(path: Path) -> None:
    """Delimiters at the ends of lines are no data, whether or not the header has them too."""
    for header in ("Phone,Name", "Phone,Name,,"):
        reader = opened(path, f"{header}\n1,a,\n2,b,,\n3,c,\n")
        assert reader.sheet.header == ("Phone", "Name")
        assert [(row.cells, row.problems) for row in rows_of(reader)] == [
            (("1", "a"), ()),
            (("2", "b"), ()),
            (("3", "c"), ()),
        ]


def test_headers_are_stripped_and_otherwise_kept(path: Path) -> None:
    """Double and missing names are for the mapping to judge; alignment is kept."""
    reader = opened(path, "\ufeff Phone ,Name,,Name\n1,a,b,c\n")
    assert reader.sheet.header == ("Phone", "Name", "", "Name")
    assert reader.sheet.encoding == "utf-8-sig"
    assert cells_of(reader) == {2: ("1", "a", "b", "c")}


def test_rows_above_the_header_are_skipped(path: Path) -> None:
    """Row numbers stay true under a title."""
    reader = opened(path, "Customers of 2026\n\nPhone;Name\n1;a,b\n", header_row=3)
    assert (reader.sheet.header, reader.sheet.header_row) == (("Phone", "Name"), 3)
    assert cells_of(reader) == {4: ("1", "a,b")}


def test_excels_separator_line_is_obeyed_and_not_counted(path: Path) -> None:
    """`sep=` names the delimiter, and a spreadsheet program does not show it."""
    reader = opened(path, "sep=^\r\nPhone^Name\r\n1^a,b;c\r\n")
    assert (reader.sheet.delimiter, cells_of(reader)) == ("^", {2: ("1", "a,b;c")})


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        ("Phone,Name\n1,a;b;c\n", ","),
        ("Phone;Name\n1;a,b,c\n2;d,e\n", ";"),
        ("Phone\tName\n1\ta,b\n", "\t"),
        ("Phone|Tags\n1|a,b\n", "|"),
        ('"Phone, with ; and |";Name;Note\n1;a;"x,y\nz,w"\n', ";"),
        ("Phone\n1\n", ","),
    ],
)
def test_the_delimiter_is_found(path: Path, content: str, delimiter: str) -> None:
    """The character that cuts header and rows evenly is it."""
    assert opened(path, content).sheet.delimiter == delimiter


@pytest.mark.parametrize(("wanted", "delimiter"), [("tab", "\t"), (":", ":"), (";", ";")])
def test_the_wanted_delimiter_wins(path: Path, wanted: str, delimiter: str) -> None:
    """Options overrule what the file looks like."""
    content = delimiter.join(("Phone,1", "Name,2")) + "\n" + delimiter.join(("1,2", "a,b")) + "\n"
    assert cells_of(opened(path, content, delimiter=wanted)) == {2: ("1,2", "a,b")}


TEXT = "Teléfono;Nombre\n1;Begoña Muñoz \N{EN DASH} «Ñandú»\n2;José\n"


@pytest.mark.parametrize(
    ("codec", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_found(path: Path, codec: str, found: str) -> None:
    """Marks, UTF-8, UTF-16 and Western text are told apart; only a guess is noted."""
    reader = opened(path, TEXT.encode(codec))
    assert reader.sheet.encoding == found
    assert cells_of(reader)[2] == ("1", "Begoña Muñoz \N{EN DASH} «Ñandú»")
    assert bool(reader.sheet.notes) == (codec in {"cp1252", "utf-16-le", "utf-16-be"})
    assert "cp1252" not in codec or ('"Begoña"' in reader.sheet.notes[0] and "--encoding" in reader.sheet.notes[0])


def test_cyrillic_is_not_taken_for_western(path: Path) -> None:
    """Accented letters side by side are another alphabet."""
    text = "Телефон;Имя\n" + "1;Анна Сергеевна Иванова\n2;Дмитрий Петров, любит кофе\n" * 5
    reader = opened(path, text.encode("cp1251"))
    assert cells_of(reader)[2] == ("1", "Анна Сергеевна Иванова")
    assert reader.sheet.notes


def test_the_wanted_encoding_wins(path: Path) -> None:
    """Options overrule the guess, and a mark at the start is still no character."""
    assert cells_of(opened(path, "Name\nЩит\n".encode("cp866"), encoding="cp866")) == {2: ("Щит",)}
    assert opened(path, "\ufeffName\n1\n", encoding="UTF8").sheet.header == ("Name",)


def test_bytes_that_are_no_text_are_told(path: Path) -> None:
    """A stray byte beyond the sample spoils its own row, by name of the column, and no other."""
    lines = [
        b"Phone,Name,Note\n",
        "1,ñ,é\n".encode() * 9,
        *[b"1,a," + b"x" * 500 + b"\n"] * 2500,
        b"2,Bego\xf1a,\xff\n",
        b"3,\xc3\xb1,ok",
    ]
    rows = rows_of(opened(path, b"".join(lines)))
    assert [(problem.code, problem.column) for row in rows for problem in row.problems] == [
        ("encoding_invalid", "Name"),
        ("encoding_invalid", "Note"),
    ]
    assert rows[-2].cells == ("2", "Bego\ufffda", "\ufffd")
    assert rows[-1].cells == ("3", "ñ", "ok")
    assert all("--encoding" in problem.message for problem in rows[-2].problems)


def test_a_few_stray_bytes_do_not_change_utf_8(path: Path) -> None:
    """A file that is UTF-8 but for one byte is not read as another encoding, which would spoil every name."""
    reader = opened(path, "Phone,Name\n1,Muñoz\n2,Núñez\n".encode() + b"3,Pe\xc3\n4,\0\n")
    assert (reader.sheet.encoding, len(reader.sheet.notes)) == ("utf-8", 1)
    assert [row.number for row in rows_of(reader) if row.problems] == [4, 5]


def test_the_apostrophe_of_our_own_reports_is_taken_off(path: Path) -> None:
    """What was made harmless on writing is as it was on reading; other apostrophes stay."""
    reader = opened(path, "'+Phone,Name,Note\n'=1,'t Hooft,''=x\n")
    assert reader.sheet.header == ("+Phone", "Name", "Note")
    assert cells_of(reader) == {2: ("=1", "'t Hooft", "'=x")}


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        (b"", {}, "is empty"),
        (b"\n\n", {}, "no header"),
        (b"a,b\n1,2\n", {"header_row": 9}, "row 9"),
        (b"a,b\n1,2\n", {"encoding": "klingon"}, "no encoding called klingon"),
        (b"a,b\n1,2\n", {"encoding": "zip"}, "no encoding called zip"),
        (b"a,b\n1,2\n", {"delimiter": "::"}, "one character"),
        (b"PK\x03\x04xx", {}, "workbook"),
        (b"," * 16_384 + b"x\n", {}, "16,385 columns"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(
    path: Path, content: bytes, options: dict[str, str | int], sentence: str
) -> None:
    """Each reason has its own words, and says what to do."""
    with pytest.raises(InputError, match=sentence) as caught:
        opened(path, content, **options)
    assert caught.value.hint


def test_a_file_that_goes_away_is_told(path: Path) -> None:
    """Rows are read later than the header; the file may be gone by then."""
    reader = opened(path, "a,b\n1,2\n")
    path.unlink()
    with pytest.raises(InputError, match="no file"):
        rows_of(reader)
    reader.close()


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\0\ufeff\r"), max_size=8)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
def test_any_table_reads_back_the_same(
    path: Path, rows: list[list[str]], delimiter: str, quoting: int, line_end: str, codec: str
) -> None:
    """Whatever Python's csv writes comes back cell for cell, each row with its place."""
    if line_end == "\r":  # csv leaves a line feed without quotes then, which makes of it a line end like any other
        quoting = csv.QUOTE_ALL
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, quoting=quoting, lineterminator=line_end)  # type: ignore[arg-type]  # one of csv's constants
    writer.writerows([["Phone", "Name", "Note"], *rows])
    reader = opened(path, written.getvalue().encode(codec))
    expected = {number: tuple(map(unescape, cells)) for number, cells in enumerate(rows, 2) if "".join(cells).strip()}
    assert reader.sheet.delimiter == delimiter
    assert all(not row.problems for row in rows_of(reader))
    assert cells_of(reader) == expected


@given(CELLS)
def test_what_reports_escape_is_read_as_it_was(text: str) -> None:
    """The reader's unescape is the reports' escape backwards."""
    assert unescape(escape(text)) == text


def test_empty_cells_that_a_writer_leaves_out_are_empty() -> None:
    """Rows of a file that people really have end early, and none ends with an empty cell."""
    reader = open_reader(str(PEOPLE_FILES / "short.csv"), InputOptions())
    assert [(row.cells, row.problems) for row in rows_of(reader)] == [
        (("+34611223451", "Ana", "Lugo", "a@e.es"), ()),
        (("+34611223452", "Leo", "Vigo", ""), ()),
        (("+34611223453", "Mar", "", ""), ()),
    ]
    assert len([note for note in reader.sheet.notes if "end early" in note]) == 1


@pytest.mark.parametrize(
    ("lines", "short"),
    [
        (["1,a,x", "2,b", "3,c", "4,d,"], [3, 4]),
        (["1,a,x", "2,b", '3,c,""', "4,d"], [3, 5]),
        ([*["1,a,x"] * 40, "2,b", "3,c"], [42, 43]),
        (["2,b", "3,c"], [2, 3]),
    ],
)
def test_other_short_rows_are_told(path: Path, lines: list[str], short: list[int]) -> None:
    """Where empty cells are written, or most rows are whole; the problem is of the row's end."""
    rows = rows_of(opened(path, "\n".join(["Phone,Name,Note", *lines])))
    assert [(row.number, row.problems[0].from_column) for row in rows if row.problems] == [(n, 2) for n in short]


@pytest.mark.parametrize(("end", "from_column"), [("4,Ma", 1), ("4", 0), ("4,", 1)])
def test_of_a_file_that_was_cut_the_last_cell_of_the_last_row_is_not_whole_either(
    path: Path, end: str, from_column: int
) -> None:
    """A number that lacks digits would be somebody else's; an export that is still being written looks the same."""
    (row,) = (one for one in rows_of(opened(path, f"Phone,Name,Note\n2,b,y\n3,c,z\n{end}")) if one.problems)
    assert (row.number, row.problems[0].from_column) == (4, from_column)
    assert "get the whole file" in row.problems[0].message


def test_a_short_last_row_with_a_line_end_is_no_cut_one(path: Path) -> None:
    """Its last cell is whole; nor is one cut where rows before it are short too."""
    for text in ("Phone,Name,Note\n2,b,y\n4,Ma\n", "Phone,Name,Note\n2,b\n3,c,\n4,Ma"):
        row = [one for one in rows_of(opened(path, text)) if one.problems][-1]
        assert row.problems[0].from_column == 2
        assert "get the whole file" not in row.problems[0].message
