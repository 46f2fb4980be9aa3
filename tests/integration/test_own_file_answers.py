"""failed.xlsx and results.xlsx are read as the run that wrote them was told: who counts, and which column is which."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from importer.sandbox import Sandbox
from tests.support.commands import give, own_state, table

if os.name == "nt":
    pytest.skip("terminals are POSIX's", allow_module_level=True)
from tests.support.answered_terminal import on_a_terminal

SHORT = {5: "Sí", 9: "No", 14: "No", 20: "Sí"}
"""Rows of the list whose number is too short, and what they say in the column of consent."""
AGREED = 'with "Sí"? [Y/n]'
LAST = ("Import them?", "\n")
ALL = "All rows, whatever Acepta WhatsApp says, as in {}"
OF_WRITER = ALL.format("the run that wrote this file")


@pytest.fixture(autouse=True)
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Yield Callbell's stand-in; each test stands in a folder of its own, and has journal and token there."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("CALLBELL_IMPORTER_RATE", "0")
    with own_state(tmp_path, monkeypatch) as sandbox:
        yield sandbox


def listed(path: Path = Path("lista.xlsx")) -> Path:
    """Write a list of 30 customers, some of whom did not agree, and some of whose numbers are too short."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Nombre", "Móvil", "Acepta WhatsApp"])
    for row in range(30):
        agreed = SHORT.get(row, "No" if row % 3 == 0 else "Sí")
        sheet.append([f"Ana {row}", "+3460011" if row in SHORT else f"+346001112{row:02}", agreed])
    book.save(path)
    return path


def fixed(path: Path, count: int = 9, *, column: str = "Móvil", **other: str) -> Path:
    """Write right numbers into so many rows of a file whose number is too short; return the file."""
    book = load_workbook(path)
    sheet = next(one for one in book if one.title not in ("Import summary", "Import problems"))
    header = {cell.value: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        number = sheet.cell(row, header[column] or 0)
        if count and len(str(number.value or "")) < 12:
            number.value, count = f"+3460022233{row % 10}", count - 1
            for name, value in other.items():
                sheet.cell(row, header[name.replace("_", " ")] or 0).value = value
    book.save(path)
    return path


def answered(file: Path, answer: str, *options: str) -> None:
    """Import a list, with an answer to the question who counts."""
    ended = on_a_terminal("run", str(file), *options, answers=[(AGREED, f"{answer}\n"), LAST])
    assert (ended.exit_code, ended.unasked) == (1, 0 if "Import them?" in ended.shown else 1)


def found(name: str, folders: str = "reports/*") -> Path:
    """Return the newest report with this name."""
    return max(Path().glob(f"{folders}/{name}"), key=lambda path: path.stat().st_mtime_ns)


@pytest.mark.parametrize("name", ["failed.xlsx", "results.xlsx"])
def test_all_rows_count_again_where_all_did(service: Sandbox, name: str) -> None:
    """It is not asked who agreed, but told before anything is sent, with the command that names the list."""
    answered(listed(), "n")
    path = fixed(found(name))
    checked = on_a_terminal("check", str(path), answers=[]).shown
    ended = on_a_terminal("run", str(path), answers=[LAST])
    assert (ended.exit_code, ended.unasked, len(service.contacts)) == (0, 0, 30)
    told = f"{OF_WRITER}; to answer otherwise: callbell-importer init lista.xlsx "
    for shown in (checked, ended.shown.partition("Import them?")[0]):
        assert told in " ".join(shown.split())


def test_the_rehearsals_answer_counts_for_the_rows_to_fix_in_it_and_in_earnest(service: Sandbox) -> None:
    """Also for those that were to be fixed twice, where the run between them had nobody to ask about."""
    answered(listed(), "n", "--sandbox")
    failed = fixed(found("failed.xlsx", "reports/rehearsals/*"), 2)
    ended = on_a_terminal("run", str(failed), "--sandbox", answers=[LAST])
    assert (ended.exit_code, ended.unasked) == (1, 0)
    assert OF_WRITER in " ".join(ended.shown.split())
    again = fixed(found("failed.xlsx", "reports/rehearsals/*"))
    ended = on_a_terminal("run", str(again), answers=[LAST])
    assert (ended.exit_code, ended.unasked, len(service.contacts)) == (0, 0, 2)
    assert OF_WRITER in " ".join(ended.shown.split())


@pytest.mark.parametrize("options", [(), ("--yes",)])
def test_where_nobody_can_be_asked_no_row_is_left_out_that_was_not(service: Sandbox, options: Sequence[str]) -> None:
    """It is said that all count, by a run and by a check."""
    answered(listed(), "n")
    failed = fixed(found("failed.xlsx"))
    assert f"{OF_WRITER}." in give("check", failed).stderr
    said = give("run", failed, *options)
    assert f"{OF_WRITER}." in said.stderr
    assert (said.exit_code, len(service.contacts)) == (0, 30)


def test_whoever_is_said_not_to_agree_in_the_fixed_file_is_left_out_as_in_its_list(service: Sandbox) -> None:
    """Where only those count who agreed, a cell that says no now counts too, and it is told."""
    answered(listed(), "")
    assert len(service.contacts) == 17
    failed = fixed(found("failed.xlsx"), 1, Acepta_WhatsApp="No")
    said = give("run", fixed(failed), "--yes", "--json")
    assert 'Only "Sí" in Acepta WhatsApp, as in the run that wrote this file.' in said.stderr
    assert (said.summary["rows"]["left_out"], len(service.contacts)) == (1, 18)


def test_the_list_tells_who_counts_where_the_run_that_wrote_the_file_was_not_asked(service: Sandbox) -> None:
    """A run with --yes had nobody to ask; the list's next run had."""
    assert give("run", listed(), "--yes").exit_code == 1
    failed = fixed(found("failed.xlsx"))
    answered(Path("lista.xlsx"), "n")
    ended = on_a_terminal("run", str(failed), answers=[LAST])
    assert (ended.exit_code, ended.unasked, len(service.contacts)) == (0, 0, 30)
    assert ALL.format("the last run of its list") in " ".join(ended.shown.split())


def test_an_answer_about_the_file_itself_comes_first(service: Sandbox) -> None:
    """A new word in it was asked about."""
    answered(listed(), "n")
    failed = fixed(found("failed.xlsx"), 1, Acepta_WhatsApp="Nunca")
    answered(failed, "")
    assert len(service.contacts) == 26
    ended = on_a_terminal("run", str(fixed(failed)), answers=[LAST])
    assert (ended.exit_code, ended.unasked, len(service.contacts)) == (0, 0, 27)
    assert 'Only "Sí" in Acepta WhatsApp, as in the last run; ' in ended.shown


@pytest.mark.parametrize("options", [None, ("--yes",)])
def test_the_columns_are_those_of_the_run_that_wrote_the_file(service: Sandbox, options: Sequence[str] | None) -> None:
    """Though the list's answer is only proposed in its next run, and the few rows to fix would tell another one."""
    rows = [(f"+3460011122{n}", f"+3460022233{n}" if n else "12", f"Ana {n}") for n in range(10)]
    table(Path("a.csv"), [("Phone", "Tel", "Nombre"), *rows])
    assert on_a_terminal("run", "a.csv", answers=[("Enter: 1 ", "2\n"), LAST]).exit_code == 1
    failed = found("failed.csv")
    failed.write_text(failed.read_text("utf-8").replace(",12,", ",+34600222330,"), "utf-8")
    code = on_a_terminal("run", str(failed), answers=[LAST]).exit_code if options is None else None
    assert (give("run", failed, *options).exit_code if options else code) == 0
    assert {contact.identifier[:-1] for contact in service.contacts} == {"3460022233"}


def test_a_file_without_one_of_the_columns_is_looked_at_by_itself(service: Sandbox) -> None:
    """Somebody renamed it; what is left tells which it is."""
    table(Path("a.csv"), [("Móvil", "Nombre"), ("+34600111222", "Ana"), ("12", "Eva")])
    assert give("run", "a.csv", "--yes").exit_code == 1
    failed = found("failed.csv")
    failed.write_text(
        failed.read_text("utf-8").replace("Móvil", "Teléfono").replace("\n12,", "\n+34600111333,"), "utf-8"
    )
    assert give("run", failed, "--yes").exit_code == 0
    assert len(service.contacts) == 2


def test_a_check_of_the_rows_to_fix_names_the_list_to_choose_columns_of() -> None:
    """As a run does: a config is made for the list, not for the few rows of it."""
    table(Path("a.csv"), [("Móvil", "Nombre", "Zapatos"), ("+34600111222", "Ana", "38"), ("12", "Eva", "39")])
    assert give("run", "a.csv", "--yes").exit_code == 1
    told = "(make a custom field in Callbell, then: callbell-importer init a.csv)"
    for command in ("check", "run"):
        assert told in give(command, found("failed.csv")).stderr
