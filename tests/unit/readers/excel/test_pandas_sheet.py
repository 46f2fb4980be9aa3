"""pandas parses every value of a workbook, and what it leaves out is filled in or flagged."""

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from importer.model.rows import Row
from importer.readers import open_reader
from importer.readers.excel import xlsx
from importer.readers.excel.extent import Extent
from importer.readers.excel.pandas_sheet import PandasSheet
from importer.readers.options import InputOptions

ROWS = 2_500
Change = Callable[[pd.DataFrame], object]


@pytest.fixture
def path(tmp_path: Path) -> str:
    """Write a workbook of 2,500 rows."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Contacts")
    sheet.append(["Phone", "Name", "Points"])
    for number in range(2, ROWS + 2):
        sheet.append([f"+34600{number:06}", f"Ana {number}", number])
    book.save(tmp_path / "customers.xlsx")
    return str(tmp_path / "customers.xlsx")


def rows_of(path: str) -> list[Row]:
    """Return all rows."""
    with closing(open_reader(path, InputOptions())) as reader:
        return [row for chunk in reader.chunks() for row in chunk]


def alter(monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    """Change what `pandas.read_excel` returns."""
    read_excel = pd.read_excel

    def altered(*args: object, **options: object) -> pd.DataFrame:
        frame: pd.DataFrame = read_excel(*args, **options)  # type: ignore[call-overload]  # as it was called
        change(frame)
        return frame

    monkeypatch.setattr(pd, "read_excel", altered)


@pytest.mark.parametrize("number", [2, 3, 1_000, 1_001, ROWS, ROWS + 1])
def test_a_row_follows_what_pandas_returns(path: str, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """An altered cell of `read_excel` is an altered cell of that row, whichever row: nobody else parses."""

    def change(frame: pd.DataFrame) -> None:
        frame.iloc[number - 1, 1] = "altered"

    before = rows_of(path)
    alter(monkeypatch, change)
    after = rows_of(path)
    assert [row for row in after if row not in before] == [
        Row(number=number, cells=(f"+34600{number:06}", "altered", str(number)))
    ]
    assert len(after) == ROWS


@pytest.mark.parametrize("number", [2, 1_500, ROWS + 1])
def test_a_cell_that_pandas_leaves_out_is_a_problem_of_its_row(
    path: str, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """The row has as many filled cells in the file as the look counted."""

    def change(frame: pd.DataFrame) -> None:
        frame.iloc[number - 1, 1] = ""

    alter(monkeypatch, change)
    flagged = [row for row in rows_of(path) if row.problems]
    assert [(row.number, row.problems[0].code) for row in flagged] == [(number, "cells_differ")]
    assert "3 filled cells" in flagged[0].problems[0].message


def test_rows_that_pandas_leaves_out_or_makes_up_are_problems(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows at the end that are not returned are rows with a problem, and so are those that are not in the file."""
    alter(monkeypatch, lambda frame: frame.drop(frame.index[-2:], inplace=True))  # noqa: PD002 - changes what is returned
    rows = rows_of(path)
    assert [(row.number, row.problems[0].code) for row in rows if row.problems] == [
        (ROWS, "cells_differ"),
        (ROWS + 1, "cells_differ"),
    ]
    assert len(rows) == ROWS


def test_an_empty_row_that_pandas_fills_is_a_problem(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that the look did not see is not believed."""
    alter(monkeypatch, lambda frame: frame.__setitem__(7, ["x"] * len(frame)))
    assert all(row.problems for row in rows_of(path))


def test_a_library_that_panics_says_nothing_and_another_reads_the_file(
    path: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its own words to standard error are held back; what others print there meanwhile comes when all is well."""

    class PanicException(BaseException):
        """What pyo3 raises: no `Exception`."""

    def panics(*_: object, **__: object) -> pd.DataFrame:
        os.write(2, b"thread '<unnamed>' panicked at src/lib.rs")
        raise PanicException

    before = rows_of(path)
    monkeypatch.setattr(pd, "read_excel", panics)
    assert rows_of(path) == before
    assert capfd.readouterr().err == ""
    alter_nothing = pd.DataFrame([["Phone"], ["1"]], dtype=object)

    def speaks(*_: object, **__: object) -> pd.DataFrame:
        os.write(2, b"words of another thread")
        return alter_nothing.copy()

    monkeypatch.setattr(pd, "read_excel", speaks)
    PandasSheet(path, 0, Extent(rows=2, columns=1))
    assert capfd.readouterr().err == "words of another thread"


def test_a_sheet_can_be_read_again(path: str) -> None:
    """Values are let go while they are read; they are parsed again when they are wanted again."""
    sheet = PandasSheet(path, "Contacts", Extent(rows=ROWS + 1, columns=3))
    first = next(iter(sheet.rows()))
    assert [first, *list(sheet.rows())[1:]] == list(sheet.rows())
    assert len(list(sheet.rows())) == ROWS + 1
    sheet.close()
    sheet.close()


def test_a_sheet_too_big_for_pandas_is_streamed_with_the_same_rows(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`read_excel` has no chunks: openpyxl reads what it could not hold."""
    before = rows_of(path)
    monkeypatch.setattr(xlsx, "MOST_CELLS_HELD", 3 * ROWS)

    def unwanted(*_: object) -> PandasSheet:
        raise AssertionError

    monkeypatch.setattr(xlsx, "PandasSheet", unwanted)
    assert rows_of(path) == before
