"""Quotes: a cell of several lines is one, and a stray quote swallows nothing without a word."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importer.model.errors import InputError
from importer.model.rows import Row, Sheet
from importer.readers import open_reader
from importer.readers.options import InputOptions
from importer.readers.text.parse import parse_rows
from importer.readers.text.scan import LONGEST_ROW, blocks


def rows_of(path: Path, content: str) -> list[Row]:
    """Write the content to the path and return the rows read from it."""
    path.write_text(content, encoding="utf-8", newline="")
    return [row for chunk in open_reader(str(path), InputOptions()).chunks() for row in chunk]


def seen(rows: list[Row]) -> list[tuple[int, tuple[str, ...], tuple[str, ...]]]:
    """Return number, cells and problem codes of each row."""
    return [(row.number, row.cells, tuple(problem.code for problem in row.problems)) for row in rows]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a test's file goes."""
    return tmp_path / "contacts.csv"


UNCLOSED, STRAY, SWALLOWED = ("quote_unclosed",), ("quote_stray",), ("lines_swallowed",)

CASES = {
    "never closed": (
        '1,"a,x\n2,b,y\n3,c,z\n',
        [(2, ("1", '"a', "x"), UNCLOSED), (3, ("2", "b", "y"), ()), (4, ("3", "c", "z"), ())],
    ),
    "never closed, on the last line": ('1,a,x\n2,"b,y', [(2, ("1", "a", "x"), ()), (3, ("2", '"b', "y"), UNCLOSED)]),
    "closed lines later, with text after it": (
        '1,"a,x\n2,b,y\n3,"c",z\n4,d,w\n',
        [
            (2, ("1", '"a', "x"), UNCLOSED),
            (3, ("2", "b", "y"), ()),
            (4, ("3", "c", "z"), ()),
            (5, ("4", "d", "w"), ()),
        ],
    ),
    "closed lines later, at a cell's end": (
        '1,"a,x\n2,b,y\n3,5",z\n4,d,w\n',
        [(2, ("1", "a,x\n2,b,y\n3,5", "z"), SWALLOWED), (3, ("4", "d", "w"), ())],
    ),
    "closed on the next line": (
        '1,"a,x\n2,b",y\n3,c,z\n',
        [(2, ("1", "a,x\n2,b", "y"), SWALLOWED), (3, ("3", "c", "z"), ())],
    ),
    "text after a closed quote": ('1,"a" b,x\n2,c,y\n', [(2, ("1", '"a" b', "x"), STRAY), (3, ("2", "c", "y"), ())]),
    "a quote within a cell": ('1,5" pipe,x\n2,b"",y\n', [(2, ("1", '5" pipe', "x"), ()), (3, ("2", 'b""', "y"), ())]),
    "doubled quotes": ('1,"a ""b"" c",""\n', [(2, ("1", 'a "b" c', ""), ())]),
    "an address of several lines": (
        '1,"Calle Mayor, 5\n28001 Madrid\n\nSpain",x\n2,b,y\n',
        [(2, ("1", "Calle Mayor, 5\n28001 Madrid\n\nSpain", "x"), ()), (3, ("2", "b", "y"), ())],
    ),
    "quotes not doubled in a cell of several lines": (
        '1,"he said\n"yes" to me",x\n2,b,y\n',
        [
            (2, ("1", '"he said', ""), (*UNCLOSED, "width_wrong")),
            (3, ('"yes" to me"', "x", ""), (*STRAY, "width_wrong")),
            (4, ("2", "b", "y"), ()),
        ],
    ),
    "two strays": (
        '1,"a,x\n2,b,y\n3,"c,z\n4,d,w\n',
        [
            (2, ("1", '"a', "x"), UNCLOSED),
            (3, ("2", "b", "y"), ()),
            (4, ("3", '"c', "z"), UNCLOSED),
            (5, ("4", "d", "w"), ()),
        ],
    ),
    "whole rows in quotes before it": (
        '"1","Smith, Ann","x\n2,b,y\n3,c,z\n',
        [(2, ("1", "Smith, Ann", '"x'), UNCLOSED), (3, ("2", "b", "y"), ()), (4, ("3", "c", "z"), ())],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_no_quote_swallows_a_row_without_a_word(path: Path, case: str) -> None:
    """Each line is in a row, each row under its number, and what is wrong is said where it is."""
    content, expected = CASES[case]
    assert seen(rows_of(path, "Phone,Name,Note\n" + content)) == expected


def test_the_problem_names_the_line_and_the_column(path: Path) -> None:
    """Lines are a text editor's: the cell of two lines before counts twice."""
    rows = rows_of(path, 'Phone,Name,Note\n1,"a\nb",x\n2,"b,y\n3,c,z\n4,"d,y\n5,e",z\n')
    problems = [problem for row in rows for problem in row.problems]
    assert [(problem.code, problem.column, problem.value) for problem in problems] == [
        ("quote_unclosed", "Name", '"b'),
        ("lines_swallowed", "Name", "d,y\n5,e"),
    ]
    assert "Line 4 of the file" in problems[0].message
    assert "Lines 6 to 7 of the file" in problems[1].message
    assert [row.number for row in rows] == [2, 3, 4, 5]


def test_a_quote_in_the_header_is_told(path: Path) -> None:
    """Without its header nothing can be made of a file."""
    with pytest.raises(InputError, match=r"The header of .* row 1, has a quote"):
        rows_of(path, 'Phone,"Name,Note\n1,a,x\n')


@pytest.mark.parametrize("rows_before", [0, 4000, 9000])
def test_a_quote_open_for_too_long_is_not_believed(path: Path, rows_before: int) -> None:
    """What follows comes as rows, and memory stays small, however far the end of the file is."""
    lines = [f"{number},name {number},note" for number in range(120_000)]
    lines[rows_before] = f'{rows_before},"name,note'
    rows = rows_of(path, "\n".join(["Phone,Name,Note", *lines]))
    assert [row.number for row in rows] == list(range(2, 120_002))
    assert [(row.number, row.problems[0].code) for row in rows if row.problems] == [(rows_before + 2, "quote_unclosed")]


def test_cells_of_many_characters_are_read(path: Path) -> None:
    """A note of 200,000 characters, and one of many lines across blocks."""
    long, lines = "x" * 200_000, "\n".join(["a line"] * 60_000)
    rows = rows_of(path, f'Phone,Name\n1,{long}\n2,"{long}"\n3,"{lines}"\n4,b\n')
    assert [(row.number, row.cells[1], row.problems) for row in rows] == [
        (2, long, ()),
        (3, long, ()),
        (4, lines, ()),
        (5, "b", ()),
    ]


def test_a_line_without_an_end_is_one_sentence(path: Path) -> None:
    """It is read only as far as a row may be long."""
    with pytest.raises(InputError, match=r"Line 3 of .* characters"):
        rows_of(path, "Phone,Name\n1,a\n2," + "x" * (LONGEST_ROW + 200_000))


PIECES = st.lists(st.sampled_from(['"', '""', ",", "\n", "a", "1", " ", "ñ"]), max_size=40).map("".join)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=PIECES)
def test_every_character_is_in_some_row(path: Path, text: str) -> None:
    """Whatever the quotes, no letter or digit is lost, and rows have the numbers 1, 2, 3 and on."""
    rows = rows_of(path, "Phone,Name,Note\n" + text)
    read = "".join(cell for row in rows for cell in row.cells)
    for character in ("a", "1", "ñ"):
        assert read.count(character) == text.count(character)
    numbers = [row.number for row in rows]
    assert numbers == sorted(set(numbers))


@settings(max_examples=100, deadline=None)
@given(
    table=st.lists(st.lists(st.text('a",\n ', max_size=6), min_size=2, max_size=4), min_size=1, max_size=6),
    size=st.integers(1, 30),
)
def test_the_cuts_between_blocks_do_not_matter(table: list[list[str]], size: int) -> None:
    """However few characters come at a time, the rows are those that csv wrote."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(table)
    source = io.StringIO(written.getvalue())
    rows: list[list[str]] = []
    for block in blocks(lambda _: source.read(size), Sheet(file="x.csv", header=("a",), delimiter=",")):
        rows += [list(cells or ()) for cells in parse_rows(block.rows, block.widths, ",")]
    assert rows == table


def test_the_first_rows_come_before_a_large_file_is_read() -> None:
    """So few characters that they are parsed in a few milliseconds; then ever more at a time."""
    source = io.StringIO("34600000001,Ana\n" * 100_000)
    read: list[int] = []
    for block in blocks(source.read, Sheet(file="x.csv", header=("a", "b"), delimiter=",")):
        assert len(block.rows) > 1_000 or not read
        read.append(source.tell())
    assert read[0] < 20_000
    assert len(read) < 20


@settings(max_examples=300, deadline=None)
@given(lines=st.lists(st.text('"",a', max_size=12), min_size=1, max_size=3), quoted=st.booleans())
def test_lines_without_a_fault_are_as_wide_as_csv_says(lines: list[str], quoted: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    """Also where all of them begin and end with a quote, which is proven without csv."""
    lines = [f'"{line}"' if quoted else line for line in lines]
    source = io.StringIO("\n".join([*lines, ""]))
    for block in blocks(source.read, Sheet(file="x.csv", header=("a",), delimiter=",")):
        for place, (row, width) in enumerate(zip(block.rows, block.widths, strict=True)):
            if place not in block.faults:
                (cells,) = csv.reader([f"{line}\n" for line in row.split("\n")], strict=True)
                assert width == (len(cells) or 1)
