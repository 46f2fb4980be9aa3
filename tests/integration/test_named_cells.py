"""The wrong cells are named alike on the screen and in each file, also where several columns feed a field."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from importer.sandbox import Sandbox
from tests.support.commands import customers, give, own_place, table

NUMBERS = {
    2: ("+34600111222", ""),
    3: ("", "+34912345678"),
    4: ("60011", ""),
    5: ("", "9123"),
    6: ("60012", "9124"),
    7: ("", ""),
    8: ("+34600111223", "+34912345679"),
}
"""The mobile and the landline of each row."""
COLUMN = 'column "Móvil, Teléfono fijo"'


@pytest.fixture(autouse=True)
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Each test stands in a folder of its own, with a journal there."""
    with own_place(tmp_path, monkeypatch) as sandbox:
        yield sandbox


def listed(path: Path = Path("a.xlsx")) -> Path:
    """Write a list with two columns of phones."""
    book = Workbook()
    assert book.active is not None
    book.active.append(["Nombre", "Ciudad", "Móvil", "Teléfono fijo"])
    for row, numbers in NUMBERS.items():
        book.active.append([f"Ana {row}", "Cádiz", *numbers])
    book.save(path)
    return path


def cells_in(path: Path, sheet: str = "") -> dict[str, object]:
    """Return the number of each row of the list, with the cells that a workbook names for it."""
    with closing(load_workbook(path)) as book:
        header, *rows = (book[sheet] if sheet else book.active).values  # type: ignore[union-attr]
    places = [header.index(name) for name in ("import_row", "import_cells")]
    return {str(row[places[0]]): row[places[1]] for row in rows if row[places[1]]}


WRONG = {"4": "C4", "5": "D5", "6": "C6 D6", "7": "C7"}


@pytest.mark.parametrize("command", ["check", "run"])
def test_of_two_columns_the_filled_cells_are_named(command: str) -> None:
    """On the screen, in check.txt, problems.xlsx and results.xlsx; where both are empty, the first."""
    said = give(command, listed(), "--country", "ES")
    shown = said.stdout + said.stderr
    assert f"C4, D5, C6 D6 (phone_too_short, {COLUMN})" in shown
    assert f"C7 (phone_missing, {COLUMN})" in shown
    (folder,) = Path("reports").iterdir()
    if command == "check":
        assert cells_in(folder / "problems.xlsx") == WRONG
    else:
        assert cells_in(folder / "results.xlsx", "Sheet") == WRONG
        html = (folder / "report.html").read_text(encoding="utf-8")
        assert all(f">{cells}<" in html for cells in WRONG.values())


def test_in_failed_xlsx_only_the_cells_that_are_wrong_are_coloured() -> None:
    """It has no column with their names."""
    give("run", listed(), "--country", "ES")
    (failed,) = Path("reports").glob("*/failed.xlsx")
    with closing(load_workbook(failed)) as book:
        sheet = book.active
        assert sheet is not None
        plain = sheet["A2"].fill.fgColor.rgb
        coloured = [cell.coordinate for row in sheet["A2:D5"] for cell in row if cell.fill.fgColor.rgb != plain]
    assert coloured == ["C2", "D3", "C4", "D4", "C5"]


def test_of_several_files_each_cell_is_named_after_its_file() -> None:
    """Where one of them has one column of phones only, it is another group."""
    said = give("check", listed(), listed(Path("b.xlsx")), customers(Path("c.csv")), "--country", "ES")
    assert f"a.xlsx C4, D5, C6 D6, b.xlsx C4, D5, ... (phone_too_short, {COLUMN})" in said.stdout + said.stderr


def test_what_is_worth_a_look_names_cells_too() -> None:
    """Of rows that an earlier run sent, whose cells are not looked at again, a run names the row."""
    rows = [("Nombre", "Móvil", "Teléfono"), ("Ana", "+5215512345678", ""), ("Eva", "", "+525512345679")]
    said = give("run", table(Path("a.csv"), rows))
    assert 'C3 (phone_both_forms, column "Móvil, Teléfono")' in said.stderr
    said = give("run", table(Path("a.csv"), [*rows, ("Luz", "", "+525512345680")]))
    assert 'row 3, C4 (phone_both_forms, column "Móvil, Teléfono")' in said.stderr
