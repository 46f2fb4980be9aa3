"""A workbook with several filled sheets: asked about on a terminal, refused with their names elsewhere."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.support.commands import give, results

LAST = ("Import them? [Y/n] ", "\n")
REHEARSALS = Path("reports/rehearsals")
Cells = Sequence[object]

MONTHS: list[Cells] = [("Mes", "Total"), *((f"2026-{month:02}", month * 100) for month in range(1, 10))]
PEOPLE: list[Cells] = [
    ("Nombre", "Móvil", "Ciudad"),
    *((f"Ana {number}", f"+3460011122{number}", "Cádiz") for number in range(8)),
]
ORDERS: list[Cells] = [("Pedido", "Teléfono"), *((f"P-{number}", f"+3460011122{number % 8}") for number in range(20))]
SUPPLIERS: list[Cells] = [("Empresa", "Teléfono"), ("Sol SL", "+34911222333"), ("Mar SL", "+34911222334")]
WORKBOOK: dict[str, list[Cells]] = {"Resumen": MONTHS, "Pedidos": ORDERS, "Clientes": PEOPLE, "Proveedores": SUPPLIERS}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in a folder of one's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def workbook(path: str, sheets: Mapping[str, Sequence[Cells]]) -> None:
    """Write a workbook of these sheets."""
    book = Workbook()
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    del book["Sheet"]
    book.save(path)


def on_a_terminal(*arguments: str, answers: Sequence[tuple[str, str]]) -> tuple[int, int, str]:
    """Give the command on a terminal; return its exit code, the answers that nobody asked for, and what is shown."""
    if os.name == "nt":
        pytest.skip("terminals are POSIX's")
    from tests.support import answered_terminal  # noqa: PLC0415 - of POSIX alone

    ended = answered_terminal.on_a_terminal(*arguments, answers=answers)
    return ended.exit_code, ended.unasked, ended.shown


def test_enter_takes_the_sheet_of_the_customers() -> None:
    """The one with the most different phone numbers, in which each stands once; each is shown with what it holds."""
    workbook("libro.xlsx", WORKBOOK)
    code, unasked, shown = on_a_terminal("run", "libro.xlsx", "--sandbox", answers=[("Enter: 3 ", "\n"), LAST])
    assert (code, unasked) == (0, 0)
    assert shown.replace("\r", "").index("libro.xlsx has 4 sheets with rows. Which one is to be imported?\n") >= 0
    assert "  1 Resumen       9 rows  Mes, Total\n" in shown
    assert "  3 Clientes      8 rows  Nombre, Móvil, Ciudad\n" in shown
    assert len(results(REHEARSALS)) == 8


def test_another_sheet_is_chosen_by_its_number_or_its_name() -> None:
    """What is neither is asked about again. The answer holds for the next run of the file, which says so."""
    workbook("libro.xlsx", WORKBOOK)
    answers = [("Enter: 3 ", "9\n"), ("Enter: 3 ", "4\n"), LAST]
    code, unasked, shown = on_a_terminal("run", "libro.xlsx", "--sandbox", answers=answers)
    assert (code, unasked) == (0, 0)
    assert 'There is no sheet "9".' in shown
    assert len(results(REHEARSALS)) == 2
    code, unasked, shown = on_a_terminal("run", "libro.xlsx", "--sandbox", answers=[LAST])
    assert (code, unasked) == (0, 0)
    assert 'libro.xlsx: sheet "Proveedores" is read, as you said before.' in shown
    code, unasked, shown = on_a_terminal("check", "libro.xlsx", answers=[])
    assert (code, unasked) == (0, 0)
    assert 'sheet "Proveedores" is read, as you said before.' in shown
    workbook("otro.xlsx", WORKBOOK)
    answers = [("Enter: 3 ", "PROVEEDORES\n"), ("Import them? [Y/n] ", "n\n")]
    assert on_a_terminal("run", "otro.xlsx", "--sandbox", answers=answers)[:2] == (3, 0)
    answers = [("Enter: 3 ", "\n"), LAST]
    assert on_a_terminal("run", "otro.xlsx", "--sandbox", answers=answers)[:2] == (0, 0)


def test_an_answer_that_is_a_number_and_another_sheets_name_is_the_number() -> None:
    """It is what is asked for."""
    workbook("libro.xlsx", {"Resumen": MONTHS, "1": PEOPLE[:3], "2": PEOPLE})
    answers = [("Enter: 3 ", "2\n"), LAST]
    assert on_a_terminal("run", "libro.xlsx", "--sandbox", answers=answers)[:2] == (0, 0)
    assert len(results(REHEARSALS)) == 2


def test_the_command_after_a_rehearsal_names_the_sheet() -> None:
    """So that the same rows are sent."""
    workbook("libro.xlsx", WORKBOOK)
    shown = on_a_terminal("run", "libro.xlsx", "--sandbox", answers=[("Enter: 3 ", "\n"), LAST])[2]
    assert "callbell-importer run libro.xlsx --sheet Clientes" in shown


def test_check_takes_the_likeliest_sheet_and_says_so() -> None:
    """It asks nothing."""
    workbook("libro.xlsx", WORKBOOK)
    code, _, shown = on_a_terminal("check", "libro.xlsx", answers=[])
    assert code == 0
    words = " ".join(shown.split())
    assert (
        'libro.xlsx: of its 4 sheets with rows "Clientes" is read, which looks like the customers\' (8 rows).' in words
    )


def test_init_asks_and_writes_the_sheet_into_the_config() -> None:
    """What a run was told is proposed first."""
    workbook("libro.xlsx", WORKBOOK)
    answers = [("Enter: 3 ", "\n"), ("none: ", "\n"), ("[Y/n] ", "\n")]
    assert on_a_terminal("init", "libro.xlsx", answers=answers)[:2] == (0, 0)
    assert '\nsheet = "Clientes"\n' in Path("config.toml").read_text(encoding="utf-8")
    Path("config.toml").unlink()
    assert on_a_terminal("run", "libro.xlsx", "--sandbox", answers=[("Enter: 3 ", "4\n"), LAST])[:2] == (0, 0)
    answers = [("Enter: 4, as before ", "\n"), ("[Y/n] ", "\n")]
    assert on_a_terminal("init", "libro.xlsx", answers=answers)[:2] == (0, 0)
    assert '\nsheet = "Proveedores"\n' in Path("config.toml").read_text(encoding="utf-8")


def test_elsewhere_the_sheets_are_listed() -> None:
    """Nothing is guessed where nobody can be asked, whatever was answered before."""
    workbook("libro.xlsx", WORKBOOK)
    on_a_terminal("run", "libro.xlsx", "--sandbox", answers=[("Enter: 3 ", "\n"), LAST])
    for command in (["run", "--sandbox"], ["run", "--sandbox", "--yes"], ["check"], ["init"]):
        said = give(command[0], "libro.xlsx", *command[1:])
        assert said.exit_code == 3
        assert '4 sheets with rows: "Resumen", "Pedidos", "Clientes", "Proveedores"' in said.stderr
        assert 'Say which is meant: --sheet "Resumen".' in said.stderr


def test_what_was_answered_about_a_sheet_says_nothing_of_another() -> None:
    """Each has its own header's row."""
    titled: list[Cells] = [("Lista",), (), ("Nombre", "Móvil"), *(tuple(row)[:2] for row in PEOPLE[1:])]
    more: list[Cells] = [("Lista",), ("Nombre", "Móvil"), *(tuple(row)[:2] for row in PEOPLE[1:5])]
    workbook("libro.xlsx", {"Uno": titled, "Dos": more})
    is_it = "Is it? [Y/n] "
    answers = [("Enter: 1 ", "\n"), (is_it, "\n"), LAST]
    assert on_a_terminal("run", "libro.xlsx", "--sandbox", answers=answers)[:2] == (0, 0)
    assert on_a_terminal("run", "libro.xlsx", "--sandbox", answers=[LAST])[:2] == (0, 0)
    answers = [(is_it, "\n"), LAST]
    assert on_a_terminal("run", "libro.xlsx", "--sandbox", "--sheet", "Dos", answers=answers)[:2] == (0, 0)
    assert len(results(REHEARSALS)) == 4


def test_each_of_several_workbooks_is_asked_about() -> None:
    """The answer to one does not count for another."""
    workbook("a.xlsx", WORKBOOK)
    workbook("b.xlsx", {"Clients": PEOPLE[:1] + PEOPLE[5:], "Totals": MONTHS})
    answers = [("Enter: 3 ", "4\n"), ("Enter: 1 ", "\n"), LAST]
    assert on_a_terminal("run", "a.xlsx", "b.xlsx", "--sandbox", answers=answers)[:2] == (0, 0)
    assert len(results(REHEARSALS)) == 2 + 4


def test_a_sheet_without_a_table_is_shown_and_not_proposed() -> None:
    """A page of notes, say."""
    workbook("libro.xlsx", {"Notas": [(), (), ("Llamar a Ana",)], "Clientes": PEOPLE})
    shown = on_a_terminal("run", "libro.xlsx", "--sandbox", answers=[("Enter: 2 ", "\n"), LAST])[2]
    assert "  1 Notas     " in shown


def test_where_the_sheet_that_was_read_is_empty_by_now_it_is_told_which_one_is_read() -> None:
    """The only one with rows needs no question; of the run after that, it is no news."""
    workbook("libro.xlsx", {"Clientes": PEOPLE, "Proveedores": SUPPLIERS})
    answers = [("Enter: 1 ", "\n"), LAST]
    assert on_a_terminal("run", "libro.xlsx", "--sandbox", answers=answers)[:2] == (0, 0)
    workbook("libro.xlsx", {"Clientes": [], "Proveedores": SUPPLIERS})
    for is_told in (True, False):
        code, unasked, shown = on_a_terminal("run", "libro.xlsx", "--sandbox", answers=[LAST])
        assert (code, unasked) == (0, 0)
        said = '"Proveedores" is read, the only sheet that has rows and is not hidden; before it was "Clientes".'
        assert (said in " ".join(shown.split())) is is_told
