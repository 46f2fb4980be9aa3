"""Files that seem to have one column: lines in quotes as a whole, and unusual delimiters."""

from pathlib import Path

import pytest

from importer.model.errors import InputError
from tests.support.paths import PEOPLE_FILES
from tests.support.readers import read


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a test's file goes."""
    return tmp_path / "contacts.csv"


ROWS = [(2, ("+34611223405", "Gil, Eva", "Lugo"), ()), (3, ("+34611223406", "Fran", "Vigo"), ())]


def test_peoples_file_of_wrapped_lines_is_read() -> None:
    """As its lines say, with a note."""
    sheet, rows = read(PEOPLE_FILES / "wholeline.csv")
    assert (sheet.header, sheet.delimiter, rows) == (("Phone", "Name", "City"), ",", ROWS)
    assert "in quotes as a whole" in sheet.notes[0]


@pytest.mark.parametrize(
    "content",
    [
        'Phone,Name,City\n"+34611223405,""Gil, Eva"",Lugo"\n+34611223406,Fran,Vigo\n',
        '"Phone;Name;City"\n"+34611223405;Gil, Eva;Lugo"\n"+34611223406;Fran;Vigo"',
        '"Phone\tName\tCity"\r\n"+34611223405\tGil, Eva\tLugo"\r\n"+34611223406\tFran\tVigo"\r\n',
        'sep=,\n"Phone,Name,City"\n"+34611223405,""Gil, Eva"",""Lugo"""\n"+34611223406,Fran,Vigo"\n',
        '"Phone,Name,City"\n"+34611223405,""Gil, Eva"",Lugo"\n+34611223406,Fran,Vigo\n',
    ],
)
def test_lines_in_quotes_as_a_whole_are_unwrapped(path: Path, content: str) -> None:
    """All of them, or those alone that had quotes."""
    path.write_text(content, encoding="utf-8", newline="")
    sheet, rows = read(path)
    assert (sheet.header, rows) == (("Phone", "Name", "City"), ROWS)
    assert len(sheet.notes) == 1


def test_a_long_file_of_wrapped_lines_is_read_in_pieces(path: Path) -> None:
    """No line is cut where a piece ends."""
    lines = "".join(f'"+346000{number:05},""Gil, Eva"",x{number}"\n' for number in range(20_000))
    path.write_text(f'"Phone,Name,City"\n{lines}', encoding="utf-8")
    _, rows = read(path)
    assert rows == [(n + 2, (f"+346000{n:05}", "Gil, Eva", f"x{n}"), ()) for n in range(20_000)]


@pytest.mark.parametrize(
    ("content", "first"),
    [
        ('"Phone","Name"\n"1","a, b"\n"2",""\n', ("1", "a, b")),
        ('"Name"\n"Gil, Eva"\n"Paz, Leo"\n', ("Gil, Eva",)),
        ('Name,Phone\nAna,1\n"Gil, Eva",2\n"Sol, Leo",3\n', ("Ana", "1")),
        ('Phone,Name\n1,"Eva ""la, de"" Lugo"\n', ("1", 'Eva "la, de" Lugo')),
    ],
)
def test_cells_in_quotes_stay_cells(path: Path, content: str, first: tuple[str, ...]) -> None:
    """What a comma in quotes is part of is not cut."""
    path.write_text(content, encoding="utf-8")
    sheet, rows = read(path)
    assert rows[0][1] == first
    assert sheet.notes == ()


@pytest.mark.parametrize(
    ("content", "option"),
    [
        ("Phone:Name\n+34611223405:Eva\n+34611223406:Fran\n", '--delimiter ":"'),
        ("Phone Name\n+34611223405 Eva\n+34611223406 Fran\n", '--delimiter " "'),
        ("Phone^Name^City\n1^Eva^Lugo\n2^Fran^Vigo\n", '--delimiter "^"'),
    ],
)
def test_another_delimiter_is_named(path: Path, content: str, option: str) -> None:
    """It is used where a person says so."""
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="one column only") as caught:
        read(path)
    assert option in caught.value.hint
    assert read(path, delimiter=option[-2])[0].header[:2] == ("Phone", "Name")
    assert len(read(path, delimiter=",")[0].header) == 1


def test_columns_of_a_fixed_width_are_named(path: Path) -> None:
    """No delimiter is between them."""
    path.write_text("Phone         Name\n+34611223405  Eva\n+34611223406  Fran\n", encoding="utf-8")
    with pytest.raises(InputError, match="fixed width"):
        read(path)


@pytest.mark.parametrize(
    "content",
    ["Phone\n+34 611 223 405\n", "Full name\nEva Gil\nLeo Paz\n", "Time\n10:30\n", "Phone number\n611223405\n"],
)
def test_one_column_may_be_one_column(path: Path, content: str) -> None:
    """A sign in some of its cells is no delimiter."""
    path.write_text(content, encoding="utf-8")
    assert len(read(path)[0].header) == 1
