"""A title above the header: asked about on a terminal, refused with the whole command elsewhere."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.support.commands import give, results, table

ASKED = "Is it? [Y/n] "
WHICH = "nothing is read: "
TITLED = [("Clientes 2026", "", ""), ("", "", ""), ("Nombre", "Teléfono", "Ciudad")]
PEOPLE = [(f"Ana {number}", f"+3460011122{number}", "Cádiz") for number in range(5)]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in a folder of one's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def titled_workbook(path: str) -> None:
    """Write a workbook with two sheets that have a title above the header."""
    book = Workbook()
    for name in ("Clientes", "Proveedores"):
        sheet = book.create_sheet(name)
        for row in [*TITLED, *PEOPLE]:
            sheet.append([cell or None for cell in row])
    del book["Sheet"]
    book.save(path)


def test_elsewhere_the_refusal_has_the_whole_command() -> None:
    """With the file and all options that were given, for each command that reads a file."""
    titled_workbook("Clientes 2026.xlsx")
    given = ["Clientes 2026.xlsx", "--sheet", "Clientes", "--country", "ES", "--tag", "VIP", "--tag", "De la web"]
    whole = "'Clientes 2026.xlsx' --sheet Clientes --country ES --tag VIP --tag 'De la web'"
    for command, own in (("run", ["--sandbox"]), ("check", []), ("init", [])):
        said = give(command, *given, *own)
        assert said.exit_code == 3
        options = "".join(f" {one}" for one in own)
        assert f"\n  callbell-importer {command} {whole}{options} --header-row 3\n" in said.stderr
    said = give("init", *given, "--config", "otro.toml", "--force")
    assert "'Clientes 2026.xlsx' --config otro.toml --force --sheet Clientes" in said.stderr


def test_the_command_that_is_named_works() -> None:
    """All rows are read."""
    table(Path("a.csv"), [*TITLED, *PEOPLE])
    said = give("run", "a.csv", "--sandbox")
    command = next(line for line in said.stderr.splitlines() if line.startswith("  callbell-importer run"))
    assert give(*command.split()[1:], "--yes").exit_code == 0
    assert len(results(Path("reports/rehearsals"))) == len(PEOPLE)


def on_a_terminal(*arguments: str, answers: Sequence[tuple[str, str]]) -> tuple[int, int, str]:
    """Give the command on a terminal; return its exit code, the answers that nobody asked for, and what is shown."""
    if os.name == "nt":
        pytest.skip("terminals are POSIX's")
    from tests.support import answered_terminal  # noqa: PLC0415 - of POSIX alone

    ended = answered_terminal.on_a_terminal(*arguments, answers=answers)
    return ended.exit_code, ended.unasked, ended.shown


@pytest.mark.parametrize("file", ["a.csv", "a.xlsx"])
def test_on_a_terminal_enter_takes_the_row_that_is_proposed(file: str) -> None:
    """Of a text file, and of one sheet among several."""
    if file == "a.csv":
        table(Path(file), [*TITLED, *PEOPLE])
    else:
        titled_workbook(file)
    sheet = [] if file == "a.csv" else ["--sheet", "Clientes"]
    answers = [(ASKED, "\n"), ("Import them? [Y/n]", "\n")]
    code, unasked, shown = on_a_terminal("run", file, *sheet, "--sandbox", answers=answers)
    assert (code, unasked) == (0, 0)
    assert "Row 3 looks like the header: Nombre, Teléfono, Ciudad\nIs it? [Y/n]" in shown
    assert [row["row"] for row in results(Path("reports/rehearsals"))] == ["4", "5", "6", "7", "8"]


def test_each_of_several_files_has_its_own_row() -> None:
    """The answer to one does not count for another."""
    table(Path("a.csv"), [*TITLED, *PEOPLE[:2]])
    table(Path("b.csv"), [TITLED[2], *PEOPLE[2:]])
    answers = [(ASKED, "s\n"), ("Import them? [Y/n]", "\n")]
    assert on_a_terminal("run", "a.csv", "b.csv", "--sandbox", answers=answers)[:2] == (0, 0)
    assert [row["row"] for row in results(Path("reports/rehearsals"))] == ["4", "5", "2", "3", "4"]


def test_another_row_can_be_named() -> None:
    """One that is no header is asked for again; Enter names none, and nothing is done."""
    for file in ("a.csv", "b.csv"):
        table(Path(file), [("Lista", "", ""), ("Nombre", "Tel", "Ciudad"), ("Nombre", "Teléfono", "Ciudad"), *PEOPLE])
    answers = [(ASKED, "no\n"), (WHICH, "99\n"), (WHICH, "two\n"), (WHICH, "3\n"), ("Import them? [Y/n]", "\n")]
    code, unasked, shown = on_a_terminal("run", "a.csv", "--sandbox", answers=answers)
    assert (code, unasked) == (0, 0)
    assert "row 99 is empty or not there" in shown
    code, unasked, shown = on_a_terminal("run", "b.csv", "--sandbox", answers=[(ASKED, "n\n"), (WHICH, "\n")])
    assert (code, unasked) == (3, 0)
    assert "callbell-importer run b.csv --sandbox --header-row 2" in shown


def test_a_run_takes_the_row_that_was_said_before() -> None:
    """For the same file, and says so; where the row is no header any more, it is asked about again."""
    header = ("Nombre", "Teléfono", "Ciudad")
    table(Path("a.csv"), [("Lista", "", ""), ("Nombre", "Tel", "Ciudad"), header, *PEOPLE])
    last = ("Import them? [Y/n]", "\n")
    assert on_a_terminal("run", "a.csv", "--sandbox", answers=[(ASKED, "3\n"), last])[:2] == (0, 0)
    code, unasked, shown = on_a_terminal("run", "a.csv", "--sandbox", answers=[last])
    assert (code, unasked) == (0, 0)
    assert "row 3 is read as the header, as you said before: Nombre, Teléfono,\nCiudad." in shown
    table(Path("a.csv"), [("Lista", "", ""), header])
    assert on_a_terminal("run", "a.csv", "--sandbox", answers=[(ASKED, "\n")])[1] == 0


def test_init_writes_the_row_into_the_config() -> None:
    """As it was answered."""
    table(Path("a.csv"), [*TITLED, *PEOPLE])
    answers = [(ASKED, "\n"), ("none: ", "\n"), ("[Y/n] ", "\n")]
    assert on_a_terminal("init", "a.csv", answers=answers)[:2] == (0, 0)
    assert "\nheader_row = 3\n" in Path("config.toml").read_text(encoding="utf-8")
    assert give("run", "a.csv", "--sandbox", "--yes").exit_code == 0


def test_init_proposes_the_row_that_a_run_was_told() -> None:
    """Enter takes it."""
    table(Path("a.csv"), [("Lista", "", ""), ("Nombre", "Tel", "Ciudad"), ("Nombre", "Teléfono", "Ciudad"), *PEOPLE])
    answers = [(ASKED, "3\n"), ("Import them? [Y/n]", "\n")]
    assert on_a_terminal("run", "a.csv", "--sandbox", answers=answers)[:2] == (0, 0)
    answers = [("Row 3 was the header before: Nombre, Teléfono, Ciudad\r\nIs it? [Y/n] ", "\n"), ("none: ", "\n")]
    assert on_a_terminal("init", "a.csv", answers=[*answers, ("[Y/n] ", "\n")])[:2] == (0, 0)
    assert "\nheader_row = 3\n" in Path("config.toml").read_text(encoding="utf-8")


def test_check_on_a_terminal_takes_the_row_and_says_so() -> None:
    """It asks nothing: the row that looks like the header, or that a run was told."""
    table(Path("a.csv"), [("Lista", "", ""), ("Nombre", "Tel", "Ciudad"), ("Nombre", "Teléfono", "Ciudad"), *PEOPLE])
    _, unasked, shown = on_a_terminal("check", "a.csv", answers=[])
    assert unasked == 0
    assert "row 2 is read as the header, which looks like it: Nombre, Tel, Ciudad." in shown
    answers = [(ASKED, "3\n"), ("Import them? [Y/n]", "\n")]
    assert on_a_terminal("run", "a.csv", "--sandbox", answers=answers)[:2] == (0, 0)
    code, unasked, shown = on_a_terminal("check", "a.csv", answers=[])
    assert (code, unasked) == (0, 0)
    assert "row 3 is read as the header, as you said before: Nombre, Teléfono,\nCiudad." in shown


def test_check_takes_the_likeliest_row_of_each_of_several_files() -> None:
    """What was found in the first file says nothing of the second."""
    table(Path("a.csv"), [*TITLED, *PEOPLE])
    table(Path("b.csv"), [*TITLED[::2], *PEOPLE])
    exit_code, unasked, shown = on_a_terminal("check", "a.csv", "b.csv", answers=[])
    assert (exit_code, unasked) == (0, 0), shown
    for file, row in (("a.csv", 3), ("b.csv", 2)):
        assert f"{file}: row {row} is read as the header, which looks like it" in shown


@pytest.mark.parametrize(
    "above",
    [
        [TITLED[0]],
        [*TITLED[:2], ("Persona", "Contacto", "Lugar")],
    ],
)
def test_a_header_that_has_moved_is_asked_about_again(above: Sequence[tuple[str, str, str]]) -> None:
    """In the row that was said before is a customer by now, or the name of a group of columns."""
    last = ("Import them? [Y/n]", "\n")
    table(Path("a.csv"), [*TITLED, *PEOPLE])
    assert on_a_terminal("run", "a.csv", "--sandbox", answers=[(ASKED, "\n"), last])[:2] == (0, 0)
    table(Path("a.csv"), [*above, TITLED[-1], *PEOPLE])
    answers = [(ASKED, f"{len(above) + 1}\n"), last]
    code, unasked, shown = on_a_terminal("run", "a.csv", "--sandbox", answers=answers)
    assert (code, unasked) == (0, 0)
    assert "as you said before" not in shown


CONFIG = """
[input]
sheet = "Clientes"
header_row = 3
{header}
[contact]
country = "ES"
[columns]
identifier = "Teléfono"
name = "Nombre"
"""
NAMED = 'header = ["Nombre", "Teléfono", "Ciudad"]'


def workbook_of_two_forms(path: str, other: Sequence[str]) -> None:
    """Write a workbook with a title in its first sheet alone."""
    book = Workbook()
    first, second = book.worksheets[0], book.create_sheet("Antiguos")
    first.title = "Clientes"
    for sheet, rows in ((first, [*TITLED, *PEOPLE]), (second, [other, *PEOPLE])):
        for row in rows:
            sheet.append([cell or None for cell in row])
    book.save(path)


def test_the_header_row_of_a_config_is_of_its_own_sheet() -> None:
    """Another one with the same columns in another row is read all the same, and that is said."""
    workbook_of_two_forms("a.xlsx", TITLED[-1])
    Path("config.toml").write_text(CONFIG.format(header=NAMED), encoding="utf-8")
    said = give("run", "a.xlsx", "--sheet", "Antiguos", "--config", "config.toml", "--sandbox", "--yes")
    assert said.exit_code == 0
    assert "a.xlsx: row 1 is read as the header, which has the config's columns (its row 3 is of another" in said.stderr
    assert len(results(Path("reports/rehearsals"))) == len(PEOPLE)
    assert give("run", "a.xlsx", "--config", "config.toml", "--sandbox", "--yes").exit_code == 0


@pytest.mark.parametrize(
    ("header", "other", "option"),
    [
        ("", TITLED[-1], ()),
        (NAMED, ("Nombre", "Teléfono", "Población"), ()),
        (NAMED, TITLED[-1], ("--header-row", "3")),
    ],
)
def test_a_named_row_that_is_no_header_leads_to_the_row_that_is(
    header: str, other: Sequence[str], option: Sequence[str]
) -> None:
    """With the sheet and the whole command, where the config does not know these columns, or a person said the row."""
    workbook_of_two_forms("a.xlsx", other)
    Path("config.toml").write_text(CONFIG.format(header=header), encoding="utf-8")
    said = give("check", "a.xlsx", "--sheet", "Antiguos", "--config", "config.toml", *option)
    assert said.exit_code == 3
    assert 'Row 3 of a.xlsx (sheet "Antiguos") is not its header: cell B3 holds a phone number.' in said.stderr
    assert "check a.xlsx --sheet Antiguos --header-row 1\n" in said.stderr
