"""pandas makes every value of a text file, and a row that it reads otherwise than it stands there is told."""

import csv
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importer.model.errors import InputError
from importer.model.plain_text import unescape
from importer.model.rows import Row
from importer.readers import open_reader
from importer.readers.options import InputOptions
from importer.readers.text.parse import parse_rows

READ_CSV: Callable[..., pd.DataFrame] = pd.read_csv
HEADER = ("Phone", "Name", "Note")


def rows_of(path: Path, content: str, delimiter: str = "auto") -> list[Row]:
    """Write the content to the path and return the rows read from it; a lone surrogate is a byte that is no text."""
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    options = InputOptions(delimiter=delimiter, encoding="utf-8")
    return [row for chunk in open_reader(str(path), options).chunks() for row in chunk]


def written(rows: list[list[str]], quoting: int, delimiter: str = ",") -> str:
    """Return the header and these rows as csv writes them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n")  # type: ignore[arg-type]  # one of csv's constants
    writer.writerows([list(HEADER), *rows])
    return text.getvalue()


def pandas_returns(monkeypatch: pytest.MonkeyPatch, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Let read_csv return what the change makes of it."""
    monkeypatch.setattr(pd, "read_csv", lambda *given, **named: change(READ_CSV(*given, **named)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a test's file goes."""
    return tmp_path / "contacts.csv"


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL], ids=["unquoted", "quoted"])
@pytest.mark.parametrize("count", [1, 3, 30_000])
@pytest.mark.parametrize("share", [0, 0.5, 1], ids=["first", "middle", "last"])
@pytest.mark.parametrize("column", range(3))
def test_a_row_follows_what_pandas_returns(
    path: Path, monkeypatch: pytest.MonkeyPatch, quoting: int, count: int, share: float, column: int
) -> None:
    """One cell of what `read_csv` returns is altered: that cell of that row is another, and nothing else."""
    altered = round((count - 1) * share)
    mark = str(600_000_000 + altered)

    def alter(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[frame[0] == mark, column] = "altered"
        return frame

    pandas_returns(monkeypatch, alter)
    table = [[str(600_000_000 + number), f"Ana {number}", "x"] for number in range(count)]
    rows = rows_of(path, written(table, quoting))
    table[altered][column] = "altered"
    assert [(row.number, row.cells, row.problems) for row in rows] == [
        (number, tuple(cells), ()) for number, cells in enumerate(table, 2)
    ]


def without_its_row(frame: pd.DataFrame) -> pd.DataFrame:
    """Lose a row."""
    return frame[frame[1] != "bad"]


def shifted_left(frame: pd.DataFrame) -> pd.DataFrame:
    """Lose a row's first cell."""
    bad = frame[1] == "bad"
    frame.loc[bad, frame.columns[:-1]] = frame.loc[bad, frame.columns[1:]].to_numpy()
    frame.loc[bad, frame.columns[-1]] = ""
    return frame


def cut_off(frame: pd.DataFrame) -> pd.DataFrame:
    """Lose a row's last cell, as pandas does where the first row is too wide."""
    frame.loc[frame[1] == "bad", frame.columns[-1]] = "x"
    return frame


def refused(frame: pd.DataFrame) -> pd.DataFrame:
    """Raise pandas' error."""
    if (frame[1] == "bad").any():
        raise pd.errors.ParserError("Error tokenizing data.")
    return frame


@pytest.mark.parametrize("change", [without_its_row, shifted_left, cut_off, refused])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL], ids=["unquoted", "quoted"])
@pytest.mark.parametrize("bad", [0, 17, 39])
def test_a_row_that_pandas_reads_otherwise_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[pd.DataFrame], pd.DataFrame], quoting: int, bad: int
) -> None:
    """It is no row to send, and shows its text; the rows around it are right and have their numbers."""
    pandas_returns(monkeypatch, change)
    table = [[str(number), "bad" if number == bad else "Ana", "x"] for number in range(40)]
    rows = rows_of(path, written(table, quoting))
    assert [(row.number, row.cells) for row in rows] == [
        (number, tuple(cells)) for number, cells in enumerate(table, 2)
    ]
    assert [(row.number, *(problem.code for problem in row.problems)) for row in rows if row.problems] == [
        (bad + 2, "row_uncertain")
    ]


def test_two_errors_of_pandas_that_leave_the_count_right_are_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row lost and another read twice: the rows between are not moved to other numbers."""

    def moved(frame: pd.DataFrame) -> pd.DataFrame:
        lost = frame[frame[1] != "lost"]
        return pd.concat([lost, frame[frame[1] == "double"]])

    pandas_returns(monkeypatch, moved)
    rows = rows_of(path, "Phone,Name\n1,a\n2,lost\n3,b\n4,c\n5,double\n")
    assert [(row.number, row.cells, bool(row.problems)) for row in rows] == [
        (2, ("1", "a"), False),
        (3, ("2", "lost"), True),
        (4, ("3", "b"), False),
        (5, ("4", "c"), False),
        (6, ("5", "double"), True),
    ]


def test_a_header_that_pandas_reads_otherwise_stops_the_reading(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The columns were mapped by it."""

    def alter(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.replace("Name", "Surname")

    pandas_returns(monkeypatch, alter)
    with pytest.raises(InputError, match="row 1, is read in two ways"):
        rows_of(path, "Phone,Name\n1,a\n")


@pytest.mark.parametrize(
    ("content", "header"),
    [
        (b"Pho\0ne,Name\n1,a\n", ("Pho\ufffdne", "Name")),
        ("\ufeffPhone,Name".encode("utf-16-le") + b"x", ("Phone", "Name\ufffd")),
        (b"\xef\xbb\xbfPhone,'=Name\xff\n1,a\n", ("Phone", "=Name\ufffd")),
    ],
)
def test_a_damaged_header_is_read_in_one_way(path: Path, content: bytes, header: tuple[str, ...]) -> None:
    """On opening and by pandas: what is no text in it is shown."""
    path.write_bytes(content)
    reader = open_reader(str(path), InputOptions())
    assert reader.sheet.header == header
    assert all(not row.problems for chunk in reader.chunks() for row in chunk)


def test_a_file_is_opened_without_pandas(path: Path) -> None:
    """Its header and delimiter are known at once; the rows, or `preload`, import it."""
    path.write_text("Phone,Name\n1,a\n")
    code = (
        "import sys; from importer.readers import open_reader, preload;"
        "from importer.readers.options import InputOptions;"
        "reader = open_reader(sys.argv[1], InputOptions()); print('pandas' in sys.modules);"
        "preload(); print('pandas' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)  # noqa: S603 - our own
    assert ran.stdout.split() == ["False", "True"]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("\ufeffa,b", "\ufeffa"),
        ("\ufeff\ufeff,b", "\ufeff\ufeff"),
        ('"\ufeffa",b', "\ufeffa"),
        ('\ufeff"a",b', '\ufeff"a"'),
    ],
)
def test_a_mark_in_the_middle_of_a_file_is_a_character(text: str, cell: str) -> None:
    """It would be taken for the file's own where a block begins with it."""
    assert parse_rows([text], [2], ",") == [(cell, "b")]


def test_rows_of_all_widths_are_parsed_in_their_order() -> None:
    """A wide one between narrow ones takes nothing from them."""
    table = [["x"] * width for width in (1, 3, 2, 300, 1, 7, 2, 64)]
    parsed = parse_rows([",".join(cells) for cells in table], [len(cells) for cells in table], ",")
    assert parsed == [tuple(cells) for cells in table]


def test_empty_cells_far_beyond_the_header_do_no_harm(path: Path) -> None:
    """Nor do they make pandas' table thousands of columns wide; a filled one among them is told."""
    rows = rows_of(path, f"Phone,Name\n1,a{',' * 5000}\n2,b{',' * 5000}x\n{',' * 5000}\n3,c\n")
    assert [(row.number, row.cells[:2], [problem.code for problem in row.problems]) for row in rows] == [
        (2, ("1", "a"), []),
        (3, ("2", "b"), ["width_wrong"]),
        (5, ("3", "c"), []),
    ]


CELL = st.text(
    st.sampled_from("a1 ñ'=\"+,;\n\0\udcff\ufeff\t\u2028\x1c") | st.characters(exclude_categories=["Cs"]), max_size=5
).map(lambda text: text.replace("\r", ""))


def expected(cells: list[str], number: int) -> tuple[int, tuple[str, ...], list[str]]:
    """Return number, cells and problems of a row of the table."""
    codes = ["encoding_invalid" for cell in cells[:3] if {"\0", "\udcff"} & {*cell}]
    cells = [unescape(cell).replace("\0", "\ufffd").replace("\udcff", "\ufffd") for cell in cells]
    if not "".join(cells[3:]).strip():
        cells = cells[:3]
    codes += ["width_wrong"] if len(cells) != 3 else []
    return number, (*cells, *[""] * (3 - len(cells))), codes


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    table=st.lists(st.lists(CELL, max_size=3) | st.lists(CELL, min_size=3, max_size=3) | st.lists(CELL, max_size=6)),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    block=st.sampled_from([1, 7, 60, 100_000]),
)
def test_any_rows_are_read_as_they_were_written(
    path: Path, table: list[list[str]], delimiter: str, quoting: int, block: int
) -> None:
    """Whatever the quotes, widths, blank lines, zeros and bytes that are no text, and wherever a block ends."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("importer.readers.text.scan._FIRST_BLOCK", block)
        patched.setattr("importer.readers.text.scan._BLOCK", block)
        rows = rows_of(path, written(table, quoting, delimiter), "tab" if delimiter == "\t" else delimiter)
    seen = [
        (row.number, row.cells, [problem.code for problem in row.problems if problem.code != "lines_swallowed"])
        for row in rows
    ]
    full = [(number, cells) for number, cells in enumerate(table, 2) if "".join(cells).strip()]
    assert seen == [expected(cells, number) for number, cells in full]
