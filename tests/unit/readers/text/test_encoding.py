"""Encodings, line ends, and what else old systems write."""

from pathlib import Path

import pytest

from importer.model.errors import InputError
from importer.model.protocols import Reader
from importer.readers import open_reader
from importer.readers.files import FileState
from importer.readers.options import InputOptions
from importer.readers.text.scan import LONGEST_ROW


def opened(path: Path, content: bytes, encoding: str = "auto", delimiter: str = "auto") -> Reader:
    """Write the content to the path and open it."""
    path.write_bytes(content)
    return open_reader(str(path), InputOptions(encoding=encoding, delimiter=delimiter))


def cells_of(reader: Reader) -> list[tuple[str, ...]]:
    """Return the cells of all rows."""
    return [row.cells for chunk in reader.chunks() for row in chunk]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a test's file goes."""
    return tmp_path / "contacts.csv"


SPANISH = "Teléfono;Nombre;Ciudad\n600111222;José Muñoz;Cádiz\n600111223;Begoña Núñez;Málaga\n"
FRENCH = "Téléphone;Prénom;Ville\n0612345678;Éloïse;Besançon\n0612345679;Hélène d’Arc;Nîmes\n"  # noqa: RUF001 - as old Macs and Word write it
GERMAN = "Telefon;Name;Straße\n0171;Jürgen Größer;Königsallee\n0172;Bärbel Öz;Äußere Str.\n"
JAPANESE = "電話;名前\n09012345678;さとう たろう\n09012345679;スズキ ハナコ\n"
RUSSIAN = "Телефон;Имя\n79161234567;Анна Сергеевна\n79161234568;Дмитрий Петров\n"
KOREAN = "전화;이름\n01012345678;김민수\n01012345679;이영희\n"


@pytest.mark.parametrize(
    ("text", "codec", "found"),
    [
        (SPANISH, "cp1252", "cp1252"),
        (FRENCH, "cp1252", "cp1252"),
        (GERMAN, "cp1252", "cp1252"),
        (SPANISH, "latin-1", "cp1252"),
        (SPANISH, "mac-roman", "mac-roman"),
        (FRENCH, "mac-roman", "mac-roman"),
        (GERMAN, "mac-roman", "mac-roman"),
        (JAPANESE, "shift_jis", "cp932"),
        (RUSSIAN, "utf-16-le", "utf-16-le"),
        (RUSSIAN, "utf-16-be", "utf-16-be"),
        (JAPANESE, "utf-16-le", "utf-16-le"),
        (SPANISH, "utf-16-be", "utf-16-be"),
        (SPANISH, "utf-32-le", "utf-32-le"),
        (JAPANESE, "utf-32-be", "utf-32-be"),
        (RUSSIAN, "utf-32-le", "utf-32-le"),
        (JAPANESE, "iso2022_jp", "iso2022_jp_ext"),
        (KOREAN, "iso2022_kr", "iso2022_kr"),
    ],
)
def test_a_guess_is_right_and_told(path: Path, text: str, codec: str, found: str) -> None:
    """The whole text is as it was written, and a note says how it was read."""
    reader = opened(path, text.encode(codec))
    assert reader.sheet.encoding == found
    assert [";".join(cells) for cells in cells_of(reader)] == text.splitlines()[1:]
    assert len(reader.sheet.notes) == 1


def test_the_macs_of_old_end_lines_with_cr(path: Path) -> None:
    """Where the letters alone could be of either, the line ends tell."""
    text = "Name;Tel\rGarcía;600111222\r"
    assert cells_of(opened(path, text.encode("mac-roman"))) == [("García", "600111222")]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("wanted", ["cp1252", "utf-8", "latin-1"])
def test_a_mark_is_stronger_than_the_option(path: Path, codec: str, wanted: str) -> None:
    """A mark is never there by chance: a failed.csv comes back right under a config made for its source."""
    reader = opened(path, SPANISH.encode(codec), encoding=wanted)
    assert cells_of(reader)[0] == ("600111222", "José Muñoz", "Cádiz")
    assert reader.sheet.header[0] == "Teléfono"
    agrees = (codec, wanted) == ("utf-8-sig", "utf-8")
    assert [wanted in note for note in reader.sheet.notes] == ([] if agrees else [True])


def test_the_evidence_may_be_far_from_the_beginning(path: Path) -> None:
    """A megabyte of plain letters says nothing about the encoding; the first accents do."""
    content = b"Tel;Name\n" + b"600111222;Ana\n" * 150_000 + "600111223;José Muñoz\n".encode("cp1252")
    reader = opened(path, content)
    assert reader.sheet.encoding == "cp1252"
    assert cells_of(reader)[-1] == ("600111223", "José Muñoz")


def test_escapes_may_be_far_from_the_beginning(path: Path) -> None:
    """All of their bytes are ASCII too."""
    content = b"Tel;Name\n" + b"600111222;Ana\n" * 150_000 + "600111223;山田\n".encode("iso2022_jp")
    reader = opened(path, content)
    assert cells_of(reader)[-1] == ("600111223", "山田")


def test_an_encoding_that_python_lacks_is_refused(path: Path) -> None:
    """Its bytes are ASCII, and would be sent as signs."""
    with pytest.raises(InputError, match="ISO-2022"):
        opened(path, b"Tel;Name\n1;\x1b$)A\x0eMuUE\x0f\n")


@pytest.mark.parametrize(
    "text", ["Phone,Name\n1,Jos\ufffd\n", "Phone,Name\n1,ñ\n2,Jos\ufffd \ufffdlvarez\n", "Tel\ufffd,N\n1,a\n"]
)
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_letters_that_were_lost_before_are_told(path: Path, text: str, codec: str) -> None:
    """A program that did not know the encoding wrote U+FFFD in their place."""
    (note,) = opened(path, text.encode(codec)).sheet.notes
    assert "Letters were lost" in note
    count = text.count(chr(0xFFFD))
    assert f"{count} {'sign' if count == 1 else 'signs'} \ufffd" in note
    assert f"line {text[: text.index(chr(0xFFFD))].count(chr(10)) + 1}" in note


def test_line_ends_may_be_mixed(path: Path) -> None:
    """Each of the three ends a row."""
    assert cells_of(opened(path, b"a,b\r\n1,x\n2,y\r3,z\r\n\n4,w")) == [("1", "x"), ("2", "y"), ("3", "z"), ("4", "w")]


def test_zero_bytes_spoil_their_own_row_only(path: Path) -> None:
    """They are told, and no row ends at them."""
    reader = opened(path, b"a,b\n1,x\n2,\0y\0\n3,z\n" + b"4,w\n" * 20)
    rows = [row for chunk in reader.chunks() for row in chunk]
    assert [(row.number, row.problems[0].code) for row in rows if row.problems] == [(3, "encoding_invalid")]
    assert rows[1].cells == ("2", "\ufffdy\ufffd")


def test_a_wanted_delimiter_has_no_accent(path: Path) -> None:
    """The library cuts at one byte."""
    with pytest.raises(InputError, match="one character"):
        opened(path, "a§b\n1§2\n".encode(), delimiter="§")


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".txt", ".CSV"])
def test_the_ending_does_not_say_the_delimiter(tmp_path: Path, ending: str) -> None:
    """Tabs and others are found by reading."""
    for delimiter in "\t;,|":
        content = delimiter.join(("Phone", "Name")) + "\n" + delimiter.join(("1", "a")) + "\n"
        assert cells_of(opened(tmp_path / f"x{ending}", content.encode())) == [("1", "a")]


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ("Customers 2026\n\nPhone,Name\n1,a\n2,b\n", 3),
        ("Export;;\nPhone;Name;Note\n1;a;x\n2;b;y\n", 2),
        ("Report\nmade on Monday\nPhone\tName\n1\ta\n2\tb\n", 3),
    ],
)
def test_a_title_is_no_header(path: Path, content: str, row: int) -> None:
    """The sentence says which row the header seems to be, and that row works."""
    with pytest.raises(InputError, match="like a title") as caught:
        opened(path, content.encode())
    assert f"--header-row {row}" in caught.value.hint
    reader = open_reader(str(path), InputOptions(header_row=row))
    assert [r.number for chunk in reader.chunks() for r in chunk] == [row + 1, row + 2]


def test_a_file_of_one_column_has_no_title(path: Path) -> None:
    """Nothing below its header is wider."""
    assert cells_of(opened(path, b"Phone\n1\n2\n")) == [("1",), ("2",)]


def test_many_empty_columns_and_rows_are_nothing(path: Path) -> None:
    """Delimiters to the right of the table and below it."""
    reader = opened(path, b"Phone,Name,,,\n1,a,,,\n,,,,\n2,b,,,\n" + b",,,,\n" * 3000)
    assert cells_of(reader) == [("1", "a"), ("2", "b")]
    assert reader.blank_rows == 1


def test_delimiters_without_end_are_one_row(path: Path) -> None:
    """A row of a hundred thousand cells is too wide, and that is all."""
    reader = opened(path, b"Phone,Name\n1,a\n2,b" + b",x" * 100_000 + b"\n3,c\n")
    rows = [row for chunk in reader.chunks() for row in chunk]
    assert [(row.number, len(row.cells), len(row.problems)) for row in rows] == [(2, 2, 0), (3, 100_002, 1), (4, 2, 0)]


@pytest.mark.parametrize("change", ["grow", "shrink", "replace"])
def test_a_file_that_changes_while_it_is_read_is_told(path: Path, change: str) -> None:
    """What was read is true, and the run stops before a row that may be half of one."""
    lines = b"".join(b"%d,name of somebody\n" % number for number in range(50_000))
    reader = opened(path, b"Phone,Name\n" + lines)
    chunks = reader.chunks()
    first = next(chunks)
    if change == "grow":
        with path.open("ab") as file:
            file.write(b"1,more\n")
    elif change == "shrink":
        with path.open("r+b") as file:
            file.truncate(600_000)
    else:
        other = path.with_name("other")
        other.write_bytes(b"Phone,Name\n2,b\n")
        other.replace(path)
        chunks = reader.chunks()
    with pytest.raises(InputError, match="was changed while it was being read"):
        list(chunks)
    assert first[0].cells == ("0", "name of somebody")


def test_a_file_that_goes_away_has_no_state(path: Path) -> None:
    """Asking for it is one sentence."""
    with pytest.raises(InputError, match="There is no file"):
        FileState(str(path))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.7", "a PDF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old file of Excel or another Office program"),
        (b"PK\x03\x04", "a workbook or another zip"),
        (b"<!DOCTYPE html><table>", "a web page or XML"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"a,b\n" + b"x" * (LONGEST_ROW + 200_000), "Line 2 of"),
    ],
)
def test_what_is_no_text_file_is_one_sentence(path: Path, content: bytes, sentence: str) -> None:
    """Each kind has its own words, and says what to do."""
    with pytest.raises(InputError, match=sentence) as caught:
        list(opened(path, content).chunks())
    assert caught.value.hint
