"""Tables of two encodings that were joined: each line is read in its own, or told."""

from pathlib import Path

import pytest

from tests.support.readers import read


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a test's file goes."""
    return tmp_path / "contacts.csv"


@pytest.mark.parametrize(
    ("codec", "name", "fallback"),
    [
        ("cp1252", "Begoña", "Windows-1252"),
        ("cp1252", "Hélène Lefèvre", "Windows-1252"),
        ("cp1250", "Łukasz Świątek", "Windows-1250"),
        ("cp1251", "Анна Сергеевна", "Windows-1251"),
    ],
)
def test_lines_of_two_encodings_are_read_each_in_its_own(path: Path, codec: str, name: str, fallback: str) -> None:
    """And a note says which line is otherwise, and how a word of it reads."""
    path.write_bytes("Phone,Name\n1,José García\n".encode() + f"2,{name}\n".encode(codec) + "3,Núñez\n".encode())
    sheet, rows = read(path)
    assert sheet.encoding == "utf-8"
    assert [cells[1] for _, cells, _ in rows] == ["José García", name, "Núñez"]
    assert not any(codes for _, _, codes in rows)
    (note,) = sheet.notes
    assert "line 3" in note
    assert fallback in note
    assert any(word in note for word in name.split())


def test_more_lines_may_be_of_the_other_encoding(path: Path) -> None:
    """One line in UTF-8 is enough, since no other encoding looks like it."""
    lines = "".join(f"{number},Begoña Peña\n" for number in range(2, 40)).encode("cp1252")
    path.write_bytes("Phone,Name\n1,José\n".encode() + lines)
    _, rows = read(path)
    assert {cells[1] for _, cells, _ in rows} == {"José", "Begoña Peña"}


def test_a_header_may_be_of_the_other_encoding(path: Path) -> None:
    """It is read once on opening and once with the rows, the same."""
    path.write_bytes("Teléfono,Año\n".encode("cp1252") + "1,José García\n".encode())
    sheet, rows = read(path)
    assert sheet.header == ("Teléfono", "Año")
    assert rows == [(2, ("1", "José García"), ())]


def test_what_gives_no_words_is_told_and_not_sent(path: Path) -> None:
    """A letter that was cut in half is none of another encoding."""
    path.write_bytes("Phone,Name\n1,José\n1,José\n1,José\n".encode() + b"2,Bego\xf1a\n3,Garc\xc3\n4,Gar\xa4a\n")
    _, rows = read(path)
    assert [codes for _, _, codes in rows] == [*[()] * 4, ("encoding_invalid",), ("encoding_invalid",)]
    assert rows[4][1] == ("3", "Garc\ufffd")


def test_stray_bytes_that_were_not_announced_are_told(path: Path) -> None:
    """Beyond the file's beginning nobody could be asked whether the guess is right."""
    path.write_bytes("Phone,Name\n1,José\n".encode() + b"1,a\n" * 300_000 + b"2,Bego\xf1a\n")
    sheet, rows = read(path)
    assert sheet.notes == ()
    assert rows[-1] == (300_003, ("2", "Bego\ufffda"), ("encoding_invalid",))
