"""Binary workbooks of Excel: what calamine reads of them, and what it hides."""

import math
import struct
from pathlib import Path

import pandas as pd
import pytest

from importer.model.errors import InputError
from tests.support.readers import altered, read
from tests.support.spreadsheets.binary_excel import cell, integer, number, record, row, text, wide, write_xlsb

HEADER = row(1, text(0, "Phone"), text(1, "Name"))
FORMATS: list[int | str] = ["00000", 14, "dd/mm/yyyy", 30, 57, 46, "[h]:mm", 22, "0.00", "[Red][=50]General"]


@pytest.mark.parametrize(
    ("value", "shown", "codes"),
    [
        (number(1, 34600111222), "34600111222", ()),
        (number(1, 7, 1), "00007", ()),
        (integer(1, 7, 1), "00007", ()),
        (integer(1, -5), "-5", ()),
        (cell(2, 1, struct.pack("<i", 1234 << 2 | 3)), "12.34", ()),
        (cell(2, 1, struct.pack("<d", 0.5)[4:]), "0.5", ()),
        (integer(1, 46084, 2), "2026-03-03", ()),
        (number(1, 46084, 2), "2026-03-03", ()),
        (integer(1, 46084, 3), "2026-03-03", ()),
        (integer(1, 46084, 4), "2026-03-03", ()),
        (number(1, 46084, 4), "2026-03-03", ()),
        (integer(1, 46084, 5), "2026-03-03", ()),
        (number(1, 46084.5, 5), "2026-03-03 12:00:00", ()),
        (cell(9, 1, struct.pack("<d", 46084), 5), "2026-03-03", ()),
        (integer(1, 2, 6), "48:00:00", ()),
        (integer(1, 2, 7), "48:00:00", ()),
        (number(1, 1.5, 7), "36:00:00", ()),
        (number(1, 46084.5, 8), "2026-03-03 12:00:00", ()),
        (integer(1, 46084, 9), "46084", ()),
        (integer(1, 50, 10), "50", ()),
        (integer(1, 5, 99), "5", ()),
        (number(1, 34600111222, 5), "34600111222", ()),
        (number(1, 34600111222, 3), "34600111222", ()),
        (cell(3, 1, b"\x2a"), "#N/A", ("cell_error",)),
        (cell(11, 1, b"\x07\0\0"), "#DIV/0!", ("cell_error",)),
        (number(1, math.nan), "#NUM!", ("cell_error",)),
        (cell(4, 1, b"\1"), "TRUE", ()),
        (cell(7, 1, struct.pack("<I", 1)), "añ", ()),
        (cell(7, 1, struct.pack("<I", 0)), "", ()),
        (cell(8, 1, wide("x")), "x", ()),
        (text(1, ""), "", ()),
        (text(1, "a\0b"), "a\0b", ("text_damaged",)),
    ],
)
def test_a_cell_says_what_excel_shows(tmp_path: Path, value: bytes, shown: str, codes: tuple[str, ...]) -> None:
    """Whole days that are kept as integers are days, also by the formats of East Asia."""
    rows = [HEADER, row(2, text(0, "1"), value), row(4, text(0, "2"))]
    path = write_xlsb(tmp_path / "a.xlsb", *rows, formats=FORMATS, shared=["", "añ"])
    assert read(path)[1] == [(2, ("1", shown), codes), (4, ("2", ""), ())]


def test_days_from_1904_are_days_from_1904(tmp_path: Path) -> None:
    """Whichever way they are kept."""
    rows = [HEADER, row(2, integer(0, 44622, 2), number(1, 44622, 2))]
    path = write_xlsb(tmp_path / "a.xlsb", *rows, formats=FORMATS, from_1904=True)
    assert read(path)[1] == [(2, ("2026-03-03", "2026-03-03"), ())]


def test_rows_of_errors_at_the_end_are_there(tmp_path: Path) -> None:
    """An error is nothing to calamine."""
    rows = [HEADER, row(2, text(0, "1")), row(5, cell(3, 1, b"\x2a")), row(6, cell(11, 0, b"\x17"))]
    assert read(write_xlsb(tmp_path / "a.xlsb", *rows))[1] == [
        (2, ("1", ""), ()),
        (5, ("", "#N/A"), ("cell_error",)),
        (6, ("#REF!", ""), ("cell_error",)),
    ]


def test_hidden_rows_and_merged_cells_are_told(tmp_path: Path) -> None:
    """As the sheet's records say; what the file does not tell is in a note."""
    merged = record(177, struct.pack("<I", 1)) + record(176, struct.pack("<IIII", 2, 3, 1, 1)) + record(178)
    rows = [HEADER, row(2, number(0, 2)), row(3, text(0, "ñ"), cell(1, 1, b""), hidden=True), row(4, text(0, "b"))]
    path = write_xlsb(tmp_path / "a.xlsb", *rows, after=merged)
    sheet, seen = read(path)
    assert seen == [(2, ("2", ""), ()), (3, ("ñ", ""), ()), (4, ("b", ""), ("cell_merged",))]
    assert sheet.notes[0] == "Whether a formula was ever calculated, an .xlsb does not tell."
    assert [found[0] for found in read(path, hidden_rows="skip")[1]] == [2, 4]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([row(1_048_576, number(16_383, 1))], "reaches over 1,048,576 rows and 16,384 columns"),
        ([row(1_048_577, number(0, 1))], "damaged"),
        ([row(2, number(16_384, 1))], "damaged"),
        ([row(2, cell(62, 0, b"\0" + wide("x")))], "cells of a rare kind"),
        ([row(2, record(17, wide("x")))], "cells of a rare kind"),
        ([row(2, cell(7, 0, struct.pack("<I", 9)))], "damaged"),
        ([row(n, *(cell(7, 0, bytes(4)) for _ in range(20))) for n in range(2, 400)], "reaches over"),
        ([record(5, bytes(9))[:-3]], "damaged"),
    ],
)
def test_a_sheet_that_cannot_be_read_as_it_is_is_refused(tmp_path: Path, rows: list[bytes], sentence: str) -> None:
    """Before calamine reads it."""
    path = write_xlsb(tmp_path / "a.xlsb", HEADER, *rows, shared=["x" * 30_000])
    with pytest.raises(InputError, match=sentence):
        read(path)


@pytest.mark.parametrize("place", [0, 1, 5, 9])
def test_a_row_follows_what_pandas_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int) -> None:
    """The header, the first row, one in the middle, the last."""
    path = write_xlsb(tmp_path / "a.xlsb", HEADER, *(row(n, number(0, n)) for n in range(2, 11)))
    monkeypatch.setattr(pd, "read_excel", altered(pd.read_excel, place))
    sheet, rows = read(path)
    seen = [sheet.header[0], *(found[1][0] for found in rows)]
    assert [index for index, cell in enumerate(seen) if cell == "altered"] == [place]
