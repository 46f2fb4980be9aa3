"""Old workbooks of Excel: values as xlrd and pandas read them, and what pandas hides."""

import math
import struct
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest

from importer.model.errors import InputError
from importer.model.rows import Sheet
from tests.support.paths import SPREADSHEETS
from tests.support.readers import Rows, altered
from tests.support.readers import read as read_file
from tests.support.spreadsheets.old_excel import (
    begin,
    cell,
    container,
    formula,
    label,
    number,
    record,
    workbook,
)

HEADER = label(0, 0, "Phone") + label(0, 1, "Name")
OLD_HEADER = label(0, 0, b"Phone") + label(0, 1, b"Name")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ERROR, EMPTY = b"\x02\0\x2a\0\0\0\xff\xff", b"\x03\0\0\0\0\0\xff\xff"


def read(path: Path, stream: bytes, **options: str | int) -> tuple[Sheet, Rows]:
    """Return what is found on opening a workbook of this stream, and its rows with their problems' codes."""
    path.write_bytes(container({"Workbook": stream}))
    return read_file(path, **options)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a test's file goes."""
    return tmp_path / "a.xls"


@pytest.mark.parametrize(
    ("cells", "shown", "codes"),
    [
        (number(1, 1, 34600111222), "34600111222", ()),
        (number(1, 1, 0.1), "0.1", ()),
        (number(1, 1, 5212345678901234), "5212345678901234", ("digits_lost",)),
        (number(1, 1, 7, 16), "00007", ()),
        (number(1, 1, 46084, 17), "2026-03-03", ()),
        (number(1, 1, 1.5, 18), "36:00:00", ()),
        (number(1, 1, 0.25, 18), "06:00:00", ()),
        (number(1, 1, 50, 19), "50", ()),
        (number(1, 1, 0.586805555, 20), "14:05:00", ()),
        (cell(0x0205, 1, 1, b"\x2a\1"), "#N/A", ("cell_error",)),
        (cell(0x0205, 1, 1, b"\1\0"), "TRUE", ()),
        (formula(1, 1, ERROR), "#N/A", ("cell_error",)),
        (formula(1, 1, struct.pack("<d", 7), 0x0406), "7", ()),
        (formula(1, 1, struct.pack("<d", 7), 0x0206), "7", ()),
        (formula(1, 1, bytes(6) + b"\xff\xff") + record(0x0207, b"\1\0\0x"), "x", ()),
        (number(1, 1, math.nan), "#NUM!", ("cell_error",)),
        (number(1, 1, -math.inf), "#NUM!", ("cell_error",)),
        (label(1, 1, "ñ € \U0001f600"), "ñ € \U0001f600", ()),
        (label(1, 1, "a\0b"), "a\0b", ("text_damaged",)),
        (cell(0x0204, 1, 1, b"\3\0\0mpg"), "mpg", ()),
    ],
)
@pytest.mark.parametrize("code_page", [1200, 1252, None])
def test_a_cell_says_what_excel_shows(
    path: Path, cells: bytes, shown: str, codes: tuple[str, ...], code_page: int | None
) -> None:
    """Whatever the record of the code page says, which means nothing since Excel 97."""
    formats = ["00000", "dd/mm/yyyy", "[h]:mm", "[Red][=50]General", "h:mm"]
    stream = workbook(HEADER + number(1, 0, 1) + cells + number(2, 0, 2), code_page=code_page, formats=formats)
    assert read(path, stream)[1] == [(2, ("1", shown), codes), (3, ("2", ""), ())]


def test_rows_of_errors_at_the_end_are_there(path: Path) -> None:
    """An error is nothing to pandas."""
    stream = workbook(HEADER + number(1, 0, 1) + cell(0x0205, 4, 1, b"\x07\1"))
    assert read(path, stream)[1] == [(2, ("1", ""), ()), (5, ("", "#DIV/0!"), ("cell_error",))]


@pytest.mark.parametrize(("code_page", "text"), [(1252, "„€“ ñ"), (None, "„€“ ñ"), (1251, "Привет"), (32769, "€")])
def test_texts_of_excel_5_are_in_their_code_page(path: Path, code_page: int | None, text: str) -> None:
    """That of Western Europe if the file names none; 0x80 to 0x9F are signs, not control characters."""
    encoding = "cp1251" if code_page == 1251 else "cp1252"
    stream = workbook(OLD_HEADER + label(1, 1, text.encode(encoding)), version=0x0500, code_page=code_page)
    path.write_bytes(container({"Book": stream}))
    assert read_file(path)[1] == [(2, ("", text), ())]


def test_a_text_longer_than_a_record_comes_whole(path: Path) -> None:
    """It goes on in the next record, where it may change to the other width."""
    text = "x" * 9_000 + "ñ" * 200
    first, rest = text[:8_000].encode("latin-1"), text[8_000:].encode("utf-16-le")
    shared = struct.pack("<IIHB", 1, 1, len(text), 0) + first
    more = record(0x00FC, shared) + record(0x003C, b"\1" + rest)
    stream = workbook(HEADER + cell(0x00FD, 1, 0, struct.pack("<I", 0)), more=more)
    assert read(path, stream)[1] == [(2, (text, ""), ())]


def test_hidden_rows_and_merged_cells_are_told(path: Path) -> None:
    """As the sheet's records say."""
    hidden = record(0x0208, struct.pack("<HHHHHHI", 2, 0, 2, 255, 0, 0, 0x20))
    merged = record(0x00E5, struct.pack("<HHHHH", 1, 1, 2, 1, 1))
    stream = workbook(hidden + HEADER + label(1, 1, "a") + number(2, 0, 2) + number(3, 0, 3) + merged)
    expected: Rows = [(2, ("", "a"), ()), (3, ("2", ""), ("cell_merged",)), (4, ("3", ""), ())]
    sheet, rows = read(path, stream)
    assert (rows, len(sheet.notes)) == (expected, 1)
    assert [row[0] for row in read(path, stream, hidden_rows="skip")[1]] == [2, 4]


def test_formulas_with_an_empty_result_are_counted_in_a_note(path: Path) -> None:
    """Nothing in the file says whether they were calculated."""
    sheet, rows = read(path, workbook(HEADER + number(1, 0, 1) + formula(1, 1, EMPTY)))
    assert rows == [(2, ("1", ""), ())]
    assert sheet.notes == (
        "1 of its formulas give an empty text, or were never calculated (B2 for one): an .xls does not tell which.",
    )


def test_only_the_visible_sheet_with_values_is_meant(path: Path) -> None:
    """Another that is only formatted does not count."""
    blank = cell(0x0201, 5, 5, b"")
    assert read(path, workbook(blank, HEADER + number(1, 0, 1)))[0].name == "S2"
    with pytest.raises(InputError, match='2 sheets with rows: "S1", "S2"'):
        read(path, workbook(HEADER, HEADER))


def test_a_chart_in_a_sheet_and_one_of_its_own_hold_no_rows(path: Path) -> None:
    """Their cells are what they draw."""
    chart = begin(32) + number(9, 9, 9) + record(0x000A)
    assert read(path, workbook(HEADER + chart + number(1, 0, 1)))[1] == [(2, ("1", ""), ())]


def test_rows_may_have_more_cells_than_the_first(path: Path) -> None:
    """A title above the header, cells right of the last header: each is where it was."""
    wide = number(2, 0, 1) + number(2, 1, 2) + number(2, 4, 3) + number(3, 0, 4)
    title = label(0, 0, "Customers") + label(1, 0, "Phone") + label(1, 1, "Name")
    sheet, rows = read(path, workbook(title + wide), header_row=2)
    assert (sheet.header, rows) == (("Phone", "Name"), [(3, ("1", "2", "", "", "3"), ()), (4, ("4", ""), ())])
    with pytest.raises(InputError, match="like a title") as caught:
        read(path, workbook(title + wide))
    assert "--header-row 2" in caught.value.hint
    assert read(path, workbook(HEADER + number(1, 255, 1)))[1] == []
    assert read(path, workbook(HEADER + number(9, 0, 1) + number(9, 9, 2)))[1] == [(10, ("1", *[""] * 8, "2"), ())]


def test_the_workbook_of_an_embedded_object_is_not_the_files_own(path: Path) -> None:
    """The root's is, in any case of letters; a Word document with one in it is a Word document."""
    own, other = workbook(HEADER + number(1, 0, 1)), workbook(HEADER + number(1, 0, 2))
    path.write_bytes(container({"MBD01/Workbook": other, "WORKBOOK": own, "WordDocument": b"x"}))
    assert read_file(path)[1] == [(2, ("1", ""), ())]
    path.write_bytes(container({"MBD01/Workbook": other, "WordDocument": b"x"}))
    with pytest.raises(InputError, match="is a Word document"):
        read_file(path)


def test_a_directory_that_goes_in_a_circle_or_doubles_its_ways_ends(path: Path) -> None:
    """Each of its entries is seen once."""
    content = container(
        {f"s{place:02}": b"" for place in range(40)} | {"Workbook": workbook(HEADER + label(1, 0, "1"))}
    )
    for place in range(40):
        at = content.index(f"s{place:02}".encode("utf-16-le").ljust(64, b"\0"))
        ways = (place + 2, place + 2) if place % 10 else (1, place + 2)
        content = content[: at + 68] + struct.pack("<II", *ways) + content[at + 76 :]
    path.write_bytes(content)
    assert read_file(path)[1] == [(2, ("1", ""), ())]


def beginning(*, shift: int = 9, directory: int = 1, fats: tuple[int, ...] = (0,), more: int = 0xFFFFFFFE) -> bytes:
    """Return the beginning of a container, and eight sectors of zeros."""
    header = OLE + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, shift, 6) + bytes(10)
    header += struct.pack("<IIIIIIIII", 1, directory, 0, 4096, 0xFFFFFFFE, 0, more, 0, 0)
    header = header[:76] + struct.pack("<109I", *fats, *[0xFFFFFFFF] * (109 - len(fats)))
    return header + struct.pack("<128I", *[0xFFFFFFFE] * 128) + bytes(512 * 8)


@pytest.mark.parametrize(
    "content",
    [
        OLE,
        beginning(shift=3),
        beginning(directory=500),
        beginning(fats=(0,) * 100),
        beginning(more=3),
        beginning(more=9_999),
    ],
)
def test_a_damaged_container_is_told(path: Path, content: bytes) -> None:
    """Sectors that are not there, or more lists of them than the file has room for."""
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        read_file(path)


@pytest.mark.parametrize("is_circle", [False, True])
def test_a_workbook_of_small_sectors_is_read_unless_they_go_in_a_circle(path: Path, *, is_circle: bool) -> None:
    """Streams under 4,096 bytes are kept in the root's own stream, whose sectors have 64 bytes."""
    stream = workbook(HEADER + label(1, 0, "1"))
    content = bytearray(container({"Workbook": b"", "Small": stream.ljust(512, b"\0"), "Table": b""}))
    entries = {
        name: content.index(name.encode("utf-16-le").ljust(64, b"\0")) for name in ("Root Entry", "Small", "Table")
    }
    starts = {name: struct.unpack_from("<I", content, at + 116)[0] for name, at in entries.items()}
    own = content.index("Workbook".encode("utf-16-le").ljust(64, b"\0"))
    struct.pack_into("<II", content, own + 116, 0, len(stream))
    struct.pack_into("<II", content, entries["Root Entry"] + 116, starts["Small"], 4096)
    table = [*range(1, 64), 0xFFFFFFFE] if not is_circle else [0] * 64
    struct.pack_into("<128I", content, 512 + starts["Table"] * 512, *table, *[0xFFFFFFFF] * 64)
    struct.pack_into("<II", content, 60, starts["Table"], 8)
    path.write_bytes(content)
    if is_circle:
        with pytest.raises(InputError, match="damaged"):
            read_file(path)
    else:
        assert read_file(path)[1] == [(2, ("1", ""), ())]


@pytest.mark.parametrize(("kind", "length"), [(0x0009, 4), (0x0209, 6), (0x0409, 6)])
def test_a_workbook_before_excel_5_is_too_old(path: Path, kind: int, length: int) -> None:
    """In a container or, as it was then, without one; the sentence says what to do."""
    stream = record(kind, struct.pack("<HHH", 0, 16, 0)[:length]) + record(0x000A)
    for content in (stream, container({"Book": stream})):
        path.write_bytes(content)
        with pytest.raises(InputError, match="too old") as caught:
            read_file(path)
        assert ".xlsx" in caught.value.hint


AREA = struct.pack("<HHHH", 0, 65535, 0, 255)
LINK = record(0x01B8, AREA + bytes(24))


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (number(65535, 255, 1), "reaches over 65,536 rows and 256 columns"),
        (record(0x00E5, b"\1\0" + AREA), "reaches over 65,536 rows and 256 columns"),
        (record(0x00BD, struct.pack("<HH1536xH", 9, 0, 255)) * 4_400, "reaches over 10 rows and 256 columns"),
        (record(0x00E5, b"\0\4" + AREA * 1000) * 101, "damaged"),
        (record(0x00E0, bytes(20)) * 17_000, "damaged"),
        (number(1, 300, 1), "damaged"),
        (record(0x0006, bytes(5)), "damaged"),
    ],
)
def test_a_sheet_that_xlrd_would_hold_in_more_memory_than_there_is_is_refused(
    path: Path, cells: bytes, sentence: str
) -> None:
    """Before xlrd loads it."""
    with pytest.raises(InputError, match=sentence):
        read(path, workbook(HEADER + cells))


def test_what_is_no_value_is_not_held(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Links over a whole sheet, formatted cells without a value, another sheet of any size: they cost nothing."""
    blanks = b"".join(record(0x00BE, struct.pack("<HH256HH", row, 0, *[15] * 256, 255)) for row in range(5_000))
    stream = workbook(HEADER + number(1, 0, 1) + LINK * 50 + blanks, number(65535, 255, 1))
    assert read(path, stream, sheet="S1")[1] == [(2, ("1", ""), ())]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("place", [0, 1, 5, 9])
def test_a_row_follows_what_pandas_returns(path: Path, monkeypatch: pytest.MonkeyPatch, place: int) -> None:
    """The header, the first row, one in the middle, the last."""
    monkeypatch.setattr(pd, "read_excel", altered(pd.read_excel, place))
    sheet, rows = read(path, workbook(HEADER + b"".join(number(row, 0, row) for row in range(1, 10))))
    seen = [sheet.header[0], *(row[1][0] for row in rows)]
    assert [index for index, text in enumerate(seen) if text == "altered"] == [place]


def test_what_xlwt_writes_is_read() -> None:
    """It leaves its formulas without a value, of which the first is named."""
    sheet, rows = read_file(SPREADSHEETS / "xlwt.xls")
    assert "(E2 for one)" in sheet.notes[0]
    assert rows[0] == (2, ("34600111223", "José €", "2026-03-01", "00007", "", "36:00:00"), ())
    assert [(row[0], row[2]) for row in rows[1:]] == [(3, ()), (6, ()), (7, ()), (8, ()), (9, ("cell_merged",))]


@pytest.mark.parametrize("cut", range(0, 2_000, 97))
def test_a_file_that_is_cut_or_spoilt_anywhere_is_told(path: Path, cut: int) -> None:
    """Whatever xlrd raises becomes a sentence."""
    whole = (SPREADSHEETS / "contacts.xls").read_bytes()
    for content in (whole[: cut * 3], whole[: 512 + cut] + b"\xff" * 8 + whole[520 + cut :]):
        path.write_bytes(content)
        with suppress(InputError):  # and nothing else
            read_file(path)


def test_rows_may_be_wider_than_the_first(path: Path) -> None:
    """A title in one cell above the table, or cells right of the last header, as many a file has them."""
    title = label(0, 0, "Customers")
    table = label(1, 0, "Phone") + label(1, 1, "Name") + number(2, 0, 1) + label(2, 1, "a") + label(3, 3, "aside")
    sheet, rows = read(path, workbook(title + table), header_row=2)
    assert sheet.header == ("Phone", "Name")
    assert rows == [(3, ("1", "a"), ())]
    assert read(path, workbook(HEADER + number(1, 0, 1) + label(1, 3, "aside")))[1] == [(2, ("1", "", "", "aside"), ())]
