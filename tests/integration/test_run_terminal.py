"""What `run` asks on a terminal, and that Enter is an answer to each of its questions."""

import json
import os
import re
import shlex
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from importer.model.runs import NUMBERS_OF
from importer.sandbox import Fault, FaultKind, Faults, Sandbox, Scripted
from importer.sandbox.calls import Asked
from tests.support.commands import NO_LIMIT, TOKEN, customers, give, read, results, serving, table

if os.name == "nt":
    pytest.skip("terminals are POSIX's", allow_module_level=True)
from tests.support.answered_terminal import SIGTERM, on_a_terminal

YES_NO = "[Y/n]"
TOKEN_ASKED = "then Enter: "  # noqa: S105 - the end of a question
KEEP_ASKED = "Keep it? [Y/n]"
BAD = {11: "12345", 500: "sin móvil", 1500: "600 11 22", 3999: "6001112223344"}
"""Rows of the workbook that have no right number."""


@pytest.fixture(autouse=True)
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Yield Callbell's stand-in; each test stands in a folder of its own, and has journal and token there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("CALLBELL_IMPORTER_RATE", "0")
    with serving() as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        yield sandbox


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the token."""
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def spanish_workbook(path: Path, rows: int) -> None:
    """Write a shop owner's workbook: numbers without a country code, as cells of text and of numbers."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Clientes"
    sheet.append(["Nombre", "Apellidos", "Móvil", "Correo", "Ciudad"])
    for row in range(rows):
        phone = f"6{row:04}{row * 7919 % 10000:04}"
        written = (phone, int(phone), f"{phone[:3]} {phone[3:6]} {phone[6:]}")[row % 3]
        city = ("Madrid", "Sevilla", "Cádiz")[row % 3]
        first = ("María", "Begoña", "Íñigo", "José", "Núria", "Lucía", "Iván")[row % 7]
        last = f"{('García', 'Muñoz', 'Peña')[row % 3]} {('López', 'Ibáñez')[row % 2]} {chr(65 + row % 26)}."
        sheet.append([first, last, BAD.get(row, written), f"c{row}@example.com", city])
    book.save(path)


@pytest.mark.usefixtures("token")
def test_a_spanish_workbook_is_imported_by_enter_alone(service: Sandbox) -> None:
    """4,000 rows, no config, no options: two questions, and all but the bad rows are created."""
    spanish_workbook(Path("clientes.xlsx"), 4_000)
    ended = on_a_terminal("run", "clientes.xlsx", answers=[(YES_NO, "\n")] * 4, afresh=True)
    assert ended.exit_code == 1
    assert ended.unasked == 2
    assert "3,996 of 4,000 numbers are right for Spain. Are they Spanish? [Y/n]" in ended.shown
    assert "  name           from {Nombre} {Apellidos}\n" in ended.shown
    assert "  row 2: 34600000000; María García López A.\n" in ended.shown
    address = service.base_url.removesuffix("/v1")
    told = "4,000 rows: 3,996 to be sent if new to Callbell, 4 with a problem."
    assert f"{told}\nTo: {address}, the account of " in ended.shown
    assert "Import them? [Y/n]" in ended.shown
    assert len(service.contacts) == 3_996
    assert {row["status"] for row in results()} == {"created", "invalid"}


@pytest.mark.usefixtures("token")
def test_a_config_that_maps_the_columns_does_not_spare_the_last_question(service: Sandbox) -> None:
    """A no sends nothing and names the config to edit; `--yes` sends unasked."""
    customers(Path("a.csv"))
    Path("config.toml").write_text('[columns]\nidentifier = "Phone"\nname = "Name"\n', encoding="utf-8")
    ended = on_a_terminal("run", "a.csv", answers=[("Import them? [Y/n]", "n\n")])
    assert (ended.exit_code, ended.unasked, len(service.contacts)) == (3, 0, 0)
    assert "edit config.toml and give the same command again." in " ".join(ended.shown.split())
    ended = on_a_terminal("run", "a.csv", "--yes", answers=[("Import them? [Y/n]", "\n")])
    assert (ended.exit_code, ended.unasked) == (0, 1)
    assert service.contacts


@pytest.mark.usefixtures("token")
def test_the_time_of_questions_is_no_time_of_the_run() -> None:
    """Not in the list of runs either, nor in reports that are written again; `retry` repeats it for none."""
    assert on_a_terminal("run", str(customers(Path("a.csv"))), answers=[(YES_NO, "\n")]).exit_code == 0
    (run,) = give("runs", "--json").summary["runs"]
    journal = next(Path("state").rglob("journal.sqlite3"))
    with closing(sqlite3.connect(journal)) as file:
        ((begun, ended, waited),) = file.execute(
            "SELECT started_at, finished_at, json_extract(options, '$.waited_seconds') FROM runs"
        )
    took = datetime.fromisoformat(ended) - datetime.fromisoformat(begun)
    assert 0 < waited < took.total_seconds()
    assert run["seconds"] == pytest.approx(took.total_seconds() - waited, abs=0.002)
    assert give("report", "--no-open", "--json").summary["seconds"] == run["seconds"]
    assert give("retry").exit_code == 0


@pytest.mark.usefixtures("token")
def test_the_country_of_the_last_run_is_told_and_not_asked_for(service: Sandbox) -> None:
    """One question is left, which shows it; a dry run, which asks nothing at last, tells it."""
    table(Path("a.csv"), [("Móvil", "Nombre"), ("600111222", "Ana")])
    answers = [("not sent): ", "Spain\n"), (YES_NO, "\n")]
    assert on_a_terminal("run", "a.csv", answers=answers).exit_code == 0
    table(Path("a.csv"), [("Móvil", "Nombre"), ("600111222", "Ana"), ("600111223", "Eva")])
    note = "Country: Spain, as in the last run; for another, --country.\n"
    assert note in on_a_terminal("run", "a.csv", "--dry-run", answers=[]).shown
    ended = on_a_terminal("run", "a.csv", answers=[(YES_NO, "\n")] * 2)
    assert (ended.exit_code, ended.unasked, len(service.contacts)) == (0, 1, 2)
    assert f"{note}2 rows: 1 to be sent if new to Callbell, 1 done before.\n" in ended.shown


@pytest.mark.usefixtures("token")
def test_enter_sends_nothing_where_the_country_is_probably_another(service: Sandbox) -> None:
    """The last question says which, and the command with it is told."""
    table(Path("a.csv"), [("Móvil", "Nombre"), *((f"6001112{number}", "Ana") for number in range(10, 30))])
    ended = on_a_terminal("run", "a.csv", "--country", "FR", answers=[("Import them all the same? [y/N]", "\n")])
    assert (ended.exit_code, ended.unasked, len(service.contacts)) == (3, 0, 0)
    assert "but 20 for Spain too, and\nmore speaks for that: --country ES.\n" in ended.shown
    assert "With that country:\n  callbell-importer run a.csv --country ES\n" in ended.shown


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files to others")
@pytest.mark.usefixtures("token")
def test_enter_sends_nothing_of_a_file_that_another_users_run_wrote(service: Sandbox) -> None:
    """It is said above the question, with the command for that user's journal, and again by itself after the no."""
    table(Path("a.csv"), [("Phone", "Name"), ("12", "Ana")])
    assert give("run", "a.csv", "--yes", "--journal", "theirs.sqlite3").exit_code == 1
    (failed,) = Path("reports").glob("*/failed.csv")
    table(failed, [("Phone", "Name"), ("+34600111222", "Ana")])
    os.chown(failed.parent, 65534, -1)
    user = failed.parent.owner()
    ended = on_a_terminal("run", str(failed), answers=[("Import them all the same? [y/N]", "\n")])
    assert (ended.exit_code, len(service.contacts)) == (3, 0)
    assert f"failed.csv is of a run of {user}, which root's journal" in ended.shown
    command = f"  su -s /bin/sh {user} -c 'callbell-importer run {failed.absolute()}"
    assert command in ended.shown
    assert f"Nothing was sent. To send with {user}'s journal, as root:\n{command}" in ended.shown


@pytest.mark.usefixtures("token")
def test_a_file_of_rows_to_fix_has_the_country_and_the_columns_of_its_list(service: Sandbox) -> None:
    """Neither is asked for, and `init` is told of the list, not of the file in the folder of reports."""
    numbers = ["0151 12345678", "0170 1234567", *(f"60011122{n}" for n in range(9))]
    table(Path("a.csv"), [("Móvil", "Nombre", "Talla"), *((one, "Ana", "42") for one in numbers)])
    assert give("run", "a.csv", "--country", "ES").exit_code == 1
    (failed,) = Path("reports").glob("*/failed.csv")
    told = "Country: Spain, as in the run that wrote this file; for another, --country.\n"
    failed.write_text(failed.read_text("utf-8").replace("0170 1234567", "600111333"), "utf-8")
    ended = on_a_terminal("run", str(failed), answers=[("Import them?", "\n")])
    assert (ended.exit_code, ended.unasked, len(service.contacts)) == (1, 0, 10)
    assert told in ended.shown
    assert "then: callbell-importer init a.csv)" in " ".join(ended.shown.split())
    table(failed, [("Móvil", "Nombre", "import_row"), ("0151 12345678", "Ana", "2")])
    assert told in on_a_terminal("run", str(failed), answers=[]).shown  # where nothing is asked


@pytest.mark.usefixtures("token")
def test_a_list_that_somebody_put_beside_the_reports_is_of_no_run(service: Sandbox) -> None:
    """Its country is asked for, and `check` takes none: only files with our own columns are of our own making."""
    table(Path("a.csv"), [("Phone", "Name"), *((f"60011122{n}", "Ana") for n in range(9)), ("12", "Leo")])
    give("run", "a.csv", "--country", "ES")
    lista = next(Path("reports").glob("*-a")) / "lista.csv"
    table(lista, [("Telefon", "Name", "Kraj"), *((f"512 345 6{n}", "Uwe", "Polska") for n in range(10, 30))])
    assert "Country: Spain" not in on_a_terminal("check", str(lista), answers=[]).shown
    ended = on_a_terminal("run", str(lista), answers=[("are they from?", "PL\n"), ("Import them?", "\n")])
    assert (ended.exit_code, ended.unasked, len(service.contacts)) == (0, 0, 29)
    assert "init reports" in " ".join(ended.shown.split())  # not a.csv, which is no list of these rows


@pytest.mark.usefixtures("token")
def test_the_country_of_rows_that_another_journal_wrote_is_asked_for(service: Sandbox) -> None:
    """This one's runs of the same list may have had another; the file says nothing of it."""
    table(Path("a.csv"), [("Phone", "Name"), *((f"60011122{n}", "Ana") for n in range(9)), ("12", "Leo")])
    given = ("run", "a.csv", "--yes")
    give(*given, "--country", "ES", "--report-dir", "other", "--journal", "other.sqlite3")
    give(*given, "--country", "PL", "--limit", "1")
    (failed,) = Path("other").glob("*/failed.csv")
    failed.write_text(failed.read_text("utf-8").replace("\n12,", "\n600111333,"), "utf-8")
    asked = [("Where are they from?", "ES\n"), ("Import them?", "\n")]
    ended = on_a_terminal("run", str(failed), answers=asked)
    assert (ended.exit_code, ended.unasked) == (0, 0)
    assert "34600111333" in {one.identifier for one in service.contacts}


@pytest.mark.usefixtures("token")
def test_a_told_command_does_the_same_without_the_variable_that_named_the_config(service: Sandbox) -> None:
    """It names the config that the variable did; the one in the folder is of another country."""
    columns = '[columns]\nidentifier = "Phone"\nname = "Name"\n'
    Path("config.toml").write_text(f'[contact]\ncountry = "PL"\n{columns}', encoding="utf-8")
    Path("spain.toml").write_text(f'[contact]\ncountry = "ES"\n{columns}', encoding="utf-8")
    table(Path("a.csv"), [("Phone", "Name"), ("600111222", "Ana"), ("600111223", "Eva"), ("12", "Leo")])
    by_variable = {"CALLBELL_IMPORTER_CONFIG": "spain.toml"}
    ended = on_a_terminal("run", "a.csv", answers=[("Import them?", "\n")], environment=by_variable)
    (failed,) = Path("reports").glob("*/failed.csv")
    told = re.findall(r"callbell-importer (run [^\n]*)", ended.shown)[-1]
    assert told == f"run {failed} --config spain.toml"
    failed.write_text(failed.read_text("utf-8").replace("\n12,", "\n600111333,"), "utf-8")
    assert on_a_terminal(*told.split(), answers=[("Import them?", "\n")]).exit_code == 0
    assert max(one.identifier for one in service.contacts) == "34600111333"


@pytest.mark.usefixtures("token")
def test_the_country_of_a_config_is_known_later_without_it(service: Sandbox) -> None:
    """Whose number is to be forgotten, and that of rows to fix; it is no option of the run, and none is told."""
    columns = '[columns]\nidentifier = "Phone"\nname = "Name"\n'
    Path("shop.toml").write_text(f'[contact]\ncountry = "ES"\n{columns}', encoding="utf-8")
    table(Path("a.csv"), [("Phone", "Name"), ("600111222", "Ana"), ("600111223", "Eva"), ("12", "Leo")])
    ended = give("run", "a.csv", "--config", "shop.toml", "--json")
    (folder,) = Path("reports").iterdir()
    told = [ended.stderr, ended.stdout, (folder / "report.html").read_text("utf-8"), give("runs", "--json").stdout]
    told += [give("retry", ended.summary["run"]).stderr, give("runs", ended.summary["run"]).stdout]
    with closing(load_workbook(folder / "results.xlsx", read_only=True)) as book:
        told += [str(row) for sheet in book for row in sheet.values]
    assert not [one for one in told if NUMBERS_OF in one]
    (folder / "failed.csv").write_text("Phone,Name,import_row\n600111333,Leo,4\n", encoding="utf-8")
    again = on_a_terminal("run", str(folder / "failed.csv"), answers=[("Import them?", "\n")])
    assert (again.exit_code, again.unasked, len(service.contacts)) == (0, 0, 3)
    assert "Country: Spain, as in the run that wrote this file" in again.shown
    assert "is read as one of Spain (+34)" in give("purge", "--contact", "600 111 222", "--dry-run").stderr


@pytest.mark.usefixtures("token")
def test_the_country_of_a_run_that_was_undone_is_forgotten(service: Sandbox) -> None:
    """It was probably the wrong one: it is neither recommended nor taken."""
    table(Path("a.csv"), [("Phone", "Name"), *((f"6001112{number}", "Ana") for number in range(10, 30))])
    run = give("run", "a.csv", "--country", "FR", "--json").summary["run"]
    assert "had --country FR" in give("run", "a.csv").stderr
    assert (give("undo", run, "--yes").exit_code, service.contacts) == (0, ())
    assert "had --country" not in give("run", "a.csv").stderr
    ended = on_a_terminal("run", "a.csv", answers=[("Where are they from?", "ES\n"), ("Import them?", "\n")])
    assert (ended.exit_code, ended.unasked, len(service.contacts)) == (0, 0, 20)
    assert "as in the last run" not in ended.shown


@pytest.mark.usefixtures("token")
def test_the_country_of_a_run_that_could_not_be_undone_counts_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its contacts are in Callbell as before."""
    refused = Scripted(fault=Fault(FaultKind.FORBIDDEN), call="DELETE /contacts/:uuid", times=1)
    table(Path("a.csv"), [("Phone", "Name"), ("600111222", "Ana")])
    with serving(replace(NO_LIMIT, faults=Faults(script=(refused,)))) as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        run = give("run", "a.csv", "--country", "FR", "--json").summary["run"]
        give("undo", run, "--yes")
        assert len(sandbox.contacts) == 1
        assert "had --country FR" in give("run", "a.csv").stderr


@pytest.mark.usefixtures("token")
def test_the_real_run_knows_what_was_answered_in_the_rehearsal(service: Sandbox) -> None:
    """Of the same file: its country is told, its column is the default; another file is asked about as ever."""
    for file, digit in (("a.csv", 3), ("b.csv", 4)):
        rows = [(f"60011122{n}", f"6002223{digit}{n}", f"Ana {n}") for n in range(10)]
        table(Path(file), [("Phone", "Tel", "Nombre"), *rows])
    country = ("Are they Spanish? [Y/n]", "\n")
    asked = [country, ("Enter: 1 ", "2\n"), ("Import them?", "\n")]
    assert on_a_terminal("run", "a.csv", "--sandbox", answers=asked).unasked == 0
    asked = [("Enter: 2, as in the rehearsal ", "\n"), ("Import them?", "\n")]
    ended = on_a_terminal("run", "a.csv", answers=asked)
    assert (ended.exit_code, ended.unasked) == (0, 0)
    assert "Country: Spain, as in the rehearsal; for another, --country.\n" in ended.shown
    assert {contact.identifier[:-1] for contact in service.contacts} == {"3460022233"}
    asked = [("Enter: 1 ", "2\n"), ("Import them?", "\n")]
    assert on_a_terminal("run", "b.csv", answers=asked).unasked == 0


@pytest.mark.usefixtures("token")
def test_the_country_can_be_said_otherwise(service: Sandbox) -> None:
    """By a name, after a name that is none; it is as good as the option, which later commands repeat."""
    table(Path("a.csv"), [("Phone", "Name"), ("912345678", "Ana"), ("+34600111222", "Eva"), ("+3460", "X")])
    where = "not sent): "
    answers = [*((where, f"{said}\n") for said in ("Portugul", "no", "+1", "Portugal")), (YES_NO, "\n")]
    ended = on_a_terminal("run", "a.csv", answers=answers)
    assert ended.exit_code == 1
    assert "1 of 1 would be right for" in " ".join(ended.shown.split())
    assert 'No country is called "Portugul". Did you mean Portugal (PT)?\nWhere are they from?' in ended.shown
    assert "If you mean Norway, write its name.\nWhere are they from?" in ended.shown
    assert "Several countries share +1. Write two letters: " in ended.shown
    assert ended.shown.count("Phone numbers have no country code") == 1
    assert sorted(contact.identifier for contact in service.contacts) == ["34600111222", "351912345678"]
    assert "failed.csv --country PT" in ended.shown


@pytest.mark.parametrize("answer", ["q\n", "quit\n", "Salir\n"])
@pytest.mark.usefixtures("token")
def test_the_word_by_which_programs_are_left_ends_a_run(service: Sandbox, answer: str) -> None:
    """At each question; nothing is sent."""
    table(Path("a.csv"), [("Móvil", "Nombre"), *((f"60011122{n}", "Ana") for n in range(10))])
    for before in ([], [("Are they Spanish? [Y/n]", "n\n")], [("Are they Spanish? [Y/n]", "\n")]):
        ended = on_a_terminal("run", "a.csv", answers=[*before, (" ", answer)])
        assert (ended.exit_code, ended.unasked, len(service.contacts)) == (3, 0, 0)
        assert "nothing was sent" in ended.shown.casefold()


@pytest.mark.usefixtures("token")
def test_a_word_that_is_no_yes_may_be_the_country() -> None:
    """It is looked at as where the country is asked for."""
    table(Path("a.csv"), [("Móvil", "Nombre"), *((f"60011122{n}", "Ana") for n in range(10))])
    answers = [("Are they Spanish? [Y/n]", "Portugul\n"), ("not sent): ", "\n")]
    ended = on_a_terminal("run", "a.csv", "--dry-run", answers=answers)
    assert (ended.exit_code, ended.unasked) == (1, 0)
    assert 'No country is called "Portugul". Did you mean Portugal (PT)?' in ended.shown


@pytest.mark.usefixtures("token")
def test_a_yes_and_a_no_may_be_in_the_customers_language(service: Sandbox) -> None:
    """At the last question too; what is neither of them is asked again, and sends nothing."""
    spanish_workbook(Path("clientes.xlsx"), 20)
    answers = [("Spanish? [Y/n] ", "sí\n"), ("Import them? [Y/n] ", "stop\n"), ("s/n: ", "não\n")]
    ended = on_a_terminal("run", "clientes.xlsx", answers=answers)
    assert (ended.exit_code, ended.unasked, len(service.contacts)) == (3, 0, 0)
    ended = on_a_terminal("run", "clientes.xlsx", answers=[("[Y/n] ", "claro\n"), ("[Y/n] ", "Sim, pode\n")])
    assert (ended.unasked, len(service.contacts)) == (0, 19)


@pytest.mark.usefixtures("token")
def test_the_rows_that_are_shown_are_those_that_are_sent() -> None:
    """Not the changed ones that are left as they are; an update is not shown as if all of it was sent."""
    customers(Path("a.csv"))
    assert give("run", "a.csv", "--yes").exit_code == 0
    rows = [("Phone", "Name"), *([row["Phone"], "Another"] for row in read(Path("a.csv")))]
    for more, options, told in (
        ([("+34600999888", "Eva")], (), "The first row as it will be sent:\n  row 5: 34600999888; Eva\n"),
        ([], ("--existing", "update"), "  row 2: name: Customer 0 -> Another\n"),
    ):
        table(Path("a.csv"), [*rows, *more])
        shown = on_a_terminal("run", "a.csv", *options, answers=[("Import them?", "n\n")]).shown
        assert told in shown
        assert "row 2: 34" not in shown


@pytest.mark.usefixtures("token")
def test_where_the_list_is_to_win_what_a_colleague_wrote_is_shown_as_replaced(service: Sandbox) -> None:
    """By `retry` and by `run`; a no is told with the command that does the same after all."""
    customers(Path("a.csv"))
    assert give("run", "a.csv", "--yes").exit_code == 0
    service.calls.change_contact(Asked(parameter=service.contacts[0].uuid, body={"name": "Colega"}))
    table(Path("a.csv"), [("Phone", "Name"), *([row["Phone"], "Another"] for row in read(Path("a.csv"))[:1])])
    run = give("run", "a.csv", "--existing", "update", "--yes", "--json").summary["run"]
    update = ("run", "a.csv", "--existing", "update")
    ended = on_a_terminal(*update, answers=[("Import them?", "n\n")])
    assert "if Callbell has them as they were" in ended.shown
    for command, count in ((update, "1 row, all to replace"), (("retry", run), f"1 row of {run}, to replace")):
        ended = on_a_terminal(*command, "--on-conflict", "sheet", answers=[("[Y/n]", "n\n")])
        shown = " ".join(ended.shown.split())
        assert (
            "what Callbell had, else was sent, to what the row says:\n  row 2: name: Colega (in Callbell) -> Another\n"
            in (ended.shown)
        )
        assert f"{count} whatever Callbell has. To: " in shown
        assert "as they were" not in shown
        assert service.contacts[0].name == "Colega"
    assert f"To send them after all: callbell-importer retry {run} --on-conflict sheet" in shown
    ended = on_a_terminal("retry", run, "--on-conflict", "sheet", answers=[("[Y/n]", "\n")])
    assert (ended.exit_code, service.contacts[0].name) == (0, "Another")


NONE = ("none: ", "\n")


def test_a_guessed_encoding_is_told_once() -> None:
    """Before the questions, in two lines at most; where silence was asked for, with the last question."""
    text = "Phone;Name\n+34600111222;Begoña Núñez\n+34600111223;Íñigo Peña\n"
    Path("clientes.csv").write_bytes(text.encode("cp1252"))
    told = 'clientes.csv: Encoding guessed: it was read as Windows-1252 (Latin-1), with\n"Begoña". If '
    for options, before in (((), True), (("--quiet",), False)):
        ended = on_a_terminal("run", "clientes.csv", "--sandbox", *options, answers=[("Import them? [Y/n]", "n\n")])
        assert ended.shown.count("Encoding guessed") == 1
        assert (told in ended.shown) == before


@pytest.mark.usefixtures("token")
def test_no_line_of_the_last_question_is_cut_within_a_word(service: Sandbox) -> None:
    """A long row and a long list of columns go on below, and what is very long ends at a word."""
    note = "Entrega a domicilio por la mañana, llamar antes al portero que abre la puerta de atrás"
    headers = ("Phone", "Name", "Note", *(f"Pregunta número {place} de la encuesta" for place in range(5)))
    table(Path("a.csv"), [headers, ("+34600111222", "Ana", note), ("+34600111223", "Eva", f"{note}; {note}; {note}")])
    shown = on_a_terminal("run", "a.csv", answers=[("Import them? [Y/n]", "n\n")]).shown
    lines = shown.splitlines()
    assert "  row 2: 34600111222; Ana; note: Entrega a domicilio por la mañana, llamar" in lines
    assert "    antes al portero que abre la puerta de atrás" in lines
    assert "  not sent            Pregunta número 0 de la encuesta, Pregunta número 1 de la" in lines
    assert any(line.startswith(f"{' ' * 22}encuesta, Pregunta") and line.endswith(" ...") for line in lines)
    assert max(map(len, lines)) < 80
    assert not re.search(r"\w\.\.\.$", shown, re.MULTILINE)
    assert not service.contacts


CONSENT = [
    ("Phone", "Name", "Acepta publicidad"),
    *((f"+3460011122{place}", f"Ana {place}", ("Sí", "No", "")[place % 3]) for place in range(6)),
]


@pytest.mark.usefixtures("token")
def test_enter_sends_only_those_who_agreed(service: Sandbox) -> None:
    """The last question and the end say so, and the end says how it is so every night."""
    table(Path("a.csv"), CONSENT)
    ended = on_a_terminal("run", "a.csv", answers=[('with "Sí"? [Y/n] ', "\n"), ("Import them? [Y/n]", "\n")])
    assert (ended.exit_code, ended.unasked, len(service.contacts)) == (0, 0, 2)
    only = 'Only rows with "Sí" in "Acepta publicidad" count: 4 rows left out.'
    assert ended.shown.count(only) == 1
    assert ' read, 4 left out: not "Sí" in Acepta publicidad.' in ended.shown
    assert "To stop being asked who agreed:\n  callbell-importer init a.csv\n" in ended.shown
    assert "[input.where]" not in ended.shown.split("Import them?", maxsplit=1)[0]


@pytest.mark.usefixtures("token")
def test_who_agreed_is_asked_once_for_the_same_files(service: Sandbox) -> None:
    """The rehearsal's answer counts in the run, and the run's in the next; a new value is asked about."""
    table(Path("a.csv"), CONSENT)
    asked, last = ('with "Sí"? [Y/n] ', "\n"), ("Import them? [Y/n]", "\n")
    ended = on_a_terminal("run", "a.csv", "--sandbox", answers=[asked, last])
    assert (ended.exit_code, ended.unasked) == (0, 0)
    told = 'Only "Sí" in Acepta publicidad, as in {}; to answer otherwise:\n  callbell-importer init a.csv\n'
    for count, where in ((2, "the rehearsal"), (3, "the last run")):
        ended = on_a_terminal("run", "a.csv", answers=[last])
        assert (ended.exit_code, ended.unasked, len(service.contacts)) == (0, 0, count)
        assert told.format(where) in ended.shown.split("Import them?", maxsplit=1)[0]
        table(Path("a.csv"), [*CONSENT, ("+34600111230", "Eva", "Sí")])
    checked = on_a_terminal("check", "a.csv", answers=[]).shown
    assert told.format("the last run") in checked
    assert '3 rows, 4 left out: not "Sí" in Acepta publicidad, header in row 1' in checked
    assert "[input.where]" not in checked
    table(Path("a.csv"), [*CONSENT, ("+34600111240", "Leo", "Nunca")])
    ended = on_a_terminal("run", "a.csv", answers=[asked])
    assert (ended.exit_code, ended.unasked, len(service.contacts)) == (0, 0, 3)


@pytest.mark.usefixtures("token")
def test_who_agreed_counts_where_nobody_can_be_asked_too(service: Sandbox) -> None:
    """A run with --yes, or at night, leaves out the same rows, and says so; check too. Else all would get messages."""
    table(Path("a.csv"), CONSENT)
    asked, last = ('with "Sí"? [Y/n] ', "\n"), ("Import them? [Y/n]", "\n")
    assert on_a_terminal("run", "a.csv", answers=[asked, last]).unasked == 0
    there = len(service.contacts)
    for command in (("run", "--yes"), ("run",), ("check",)):
        said = give(*command, "a.csv")
        assert 'Only "Sí" in Acepta publicidad, as in the last run.' in said.stderr
        assert said.exit_code == 0
    assert len(service.contacts) == there
    assert give("run", "--yes", "a.csv", "--json").summary["rows"]["left_out"] == 4


@pytest.mark.usefixtures("token")
def test_a_workbook_of_those_who_agreed_raises_no_question(service: Sandbox) -> None:
    """As `results.xlsx` is, given again: all of its rows say yes; nor is there a word about it."""
    table(Path("a.csv"), [*CONSENT, ("12", "Leo", "Sí")])
    answers = [('with "Sí"? [Y/n] ', "\n"), ("Import them? [Y/n]", "\n")]
    assert on_a_terminal("run", "a.csv", answers=answers).exit_code == 1
    (workbook,) = Path("reports").glob("*/results.xlsx")
    for command in ("run", "check"):
        ended = on_a_terminal(command, str(workbook), answers=[])
        assert (ended.exit_code, ended.unasked, len(service.contacts)) == (1, 0, 2)
        assert "consent" not in ended.shown


def test_init_writes_who_agreed_into_the_config() -> None:
    """The run with the config leaves the same rows out, and asks nothing about them."""
    table(Path("a.csv"), CONSENT)
    ended = on_a_terminal("init", "a.csv", answers=[NONE, ('"Sí"? [Y/n] ', "\n"), ("config.toml? [Y/n] ", "\n")])
    assert (ended.exit_code, ended.unasked) == (0, 0)
    assert '[input.where]\n"Acepta publicidad" = ["Sí"]\n' in Path("config.toml").read_text(encoding="utf-8")
    assert give("run", "a.csv", "--sandbox", "--yes", "--json").summary["rows"]["left_out"] == 4
    before = Path("config.toml").read_text(encoding="utf-8")
    ended = on_a_terminal("init", "a.csv", "--force", answers=[NONE, ('"Sí"? [Y/n] ', "no\n"), ("toml? [Y/n] ", "\n")])
    assert (ended.exit_code, ended.unasked) == (0, 0)
    assert "[input.where]" not in Path("config.toml").read_text(encoding="utf-8")
    assert "[input.where]" in before


@pytest.mark.usefixtures("token")
def test_a_config_without_a_word_on_who_agreed_is_asked_about(service: Sandbox) -> None:
    """As init without a terminal writes it: a night sends all and points it out, a person's answer holds after that."""
    table(Path("a.csv"), CONSENT[:3])
    assert give("init", "a.csv", "--yes").exit_code == 0
    note = '"Acepta publicidad" seems to ask for consent. On a terminal, run asks whether'
    for command in (("check",), ("run", "--dry-run"), ("run",), ("run", "--yes")):
        said = give(*command, "a.csv")
        assert (said.exit_code, note in said.stderr + said.stdout) == (0, True)
    assert len(service.contacts) == 2
    table(Path("a.csv"), CONSENT)
    asked, last = ('with "Sí"? [Y/n] ', "\n"), ("Import them? [Y/n]", "\n")
    ended = on_a_terminal("run", "a.csv", answers=[asked, last])
    assert (ended.exit_code, ended.unasked, len(service.contacts)) == (0, 0, 3)
    line = '"Acepta publicidad" = ["Sí"]'
    assert f"To have the config say it, write under [input.where] of config.toml:\n  {line}\n" in ended.shown
    for command in (("run", "--yes"), ("run",), ("check",)):
        said = give(*command, "a.csv")
        assert 'Only "Sí" in Acepta publicidad, as in the last run.' in said.stderr
        assert (said.exit_code, note in said.stderr + said.stdout) == (0, False)
    assert len(service.contacts) == 3
    ended = on_a_terminal("run", "a.csv", answers=[])
    assert (ended.exit_code, ended.unasked) == (0, 0)
    otherwise = 'to answer otherwise, write under [input.where] of config.toml: "Acepta publicidad" = ["..."]'
    told = f'Only "Sí" in Acepta publicidad, as in the last run; {otherwise}'
    assert told in " ".join(ended.shown.split())


@pytest.mark.usefixtures("token")
def test_what_was_answered_without_a_config_is_asked_again_with_one(service: Sandbox) -> None:
    """The answer to init, that all rows count, would not be heard else; a night sends as the config says."""
    table(Path("a.csv"), CONSENT)
    asked, last = ('with "Sí"? [Y/n] ', "\n"), ("Import them? [Y/n]", "\n")
    assert on_a_terminal("run", "a.csv", answers=[asked, last]).unasked == 0
    said = [NONE, ('with "Sí"? [Y/n] ', "n\n"), ("config.toml? [Y/n] ", "\n")]
    assert on_a_terminal("init", "a.csv", answers=said).unasked == 0
    assert give("run", "a.csv").exit_code == 0
    assert len(service.contacts) == 6
    ended = on_a_terminal("run", "a.csv", answers=[('with "Sí"? [Y/n] ', "n\n")])
    assert (ended.exit_code, ended.unasked) == (0, 0)
    assert "All rows, whatever Acepta publicidad says, as in the last run." in give("run", "a.csv").stderr


def test_init_proposes_what_a_run_was_answered() -> None:
    """Its column, who agreed, and the country: Enter takes each, and another answer can be given."""
    rows = [(f"60011122{n}", f"6002223{n}4", f"Ana {n}", ("Sí", "No")[n % 2]) for n in range(10)]
    table(Path("a.csv"), [("Phone", "Tel", "Nombre", "Acepta publicidad"), *rows])
    asked = [("Are they Spanish? [Y/n]", "\n"), ("Enter: 1 ", "2\n"), ('with "Sí"? [Y/n] ', "n\n")]
    assert on_a_terminal("run", "a.csv", "--sandbox", answers=[*asked, ("Import them? ", "\n")]).unasked == 0
    column, consent = "Its number; Enter: 2, as in the rehearsal ", 'with "Sí"? [y/N] '
    asked = [(column, "\n"), NONE, (consent, "\n"), ("config.toml? [Y/n] ", "\n")]
    ended = on_a_terminal("init", "a.csv", answers=asked)
    assert (ended.exit_code, ended.unasked) == (0, 0)
    assert "Enter: all rows, as in the rehearsal. " in " ".join(ended.shown.split())
    assert "Country: Spain, as in the rehearsal; for another, --country.\n" in ended.shown
    config = Path("config.toml").read_text(encoding="utf-8")
    assert 'identifier = "Tel"' in config
    assert "[input.where]" not in config
    asked = [(column, "1\n"), NONE, (consent, "y\n"), ("config.toml? [Y/n] ", "\n")]
    assert on_a_terminal("init", "a.csv", "--force", answers=asked).unasked == 0
    config = Path("config.toml").read_text(encoding="utf-8")
    assert 'identifier = "Phone"' in config
    assert '"Acepta publicidad" = ["Sí"]' in config


@pytest.mark.usefixtures("token")
def test_a_column_is_chosen_by_what_it_holds(service: Sandbox) -> None:
    """Each choice with how full it is and three of its values; Enter is the first."""
    rows = [(f"+3460011122{n}", f"+3460022233{n}" if n < 5 else "", f"Ana {n}") for n in range(10)]
    table(Path("a.csv"), [("Phone", "Tel", "Name"), *rows])
    ended = on_a_terminal("run", "a.csv", answers=[("Enter: 1 ", "2\n"), (YES_NO, "\n")])
    assert "a.csv: which column has the phone number? (several columns could be it)\n" in ended.shown
    assert "  1 Phone                  100% full  +34600111220, +34600111221, +34600111222\n" in ended.shown
    assert "  2 Tel                     50% full  +34600222330, +34600222331, +34600222332\n" in ended.shown
    assert "5 to be sent if new to Callbell, 5 with a problem." in ended.shown
    assert len(service.contacts) == 5
    Path("state").rename("before")
    assert on_a_terminal("run", "a.csv", answers=[("Enter: 1 ", "\n"), (YES_NO, "\n")]).exit_code == 0


@pytest.mark.usefixtures("token")
def test_what_was_not_seen_in_the_account_is_said_above_the_question(service: Sandbox) -> None:
    """In the first run, when no contact carries a tag yet; not in a rehearsal, nor once a contact carries it."""
    told = (
        'Not seen in the account, which is no proof: tags: "VIP" (3 rows).\n'
        "Rows with one that is not there are refused: answer n and make it there first,\n"
        "or go on if you know that it is there.\n"
    )
    customers(Path("a.csv"))
    ended = on_a_terminal("run", "a.csv", "--tag", "VIP", answers=[("Import them?", "\n")])
    assert f"{told}Import them? [Y/n]" in ended.shown
    assert ended.shown.split("Import them?")[0].count("\n") < 24
    assert len(service.contacts) == 3
    customers(Path("a.csv"), 4)
    for options in (("--tag", "VIP"), ("--tag", "Imported", "--sandbox")):
        ended = on_a_terminal("run", "a.csv", *options, answers=[("Import them?", "\n")])
        assert ended.unasked == 0
        assert "Not seen" not in ended.shown


@pytest.mark.usefixtures("token")
def test_enter_sends_nothing_where_no_contact_of_the_account_has_a_tag(service: Sandbox) -> None:
    """Its rows would be refused; a yes sends them all the same."""
    customers(Path("a.csv"))
    assert give("run", "a.csv", "--yes").exit_code == 0
    told = (
        'Not seen in the account, on none of its contacts: tags: "VIP" (3 rows).\n'
        "Rows with one that Callbell does not have are refused: first make these tags in Callbell.\n"
        "Answer y only if you know that they are there.\n"
        "Import them all the same? [y/N]"
    )
    customers(Path("b.csv"), 3, first=10)
    for answer, exit_code, count in (("\n", 3, 3), ("y\n", 0, 6)):
        ended = on_a_terminal("run", "b.csv", "--tag", "VIP", answers=[("the same?", answer)])
        assert " ".join(told.split()) in " ".join(ended.shown.split())
        assert ended.shown.partition("Import them")[0].count("VIP") == 3
        assert (ended.exit_code, len(service.contacts)) == (exit_code, count)


@pytest.mark.usefixtures("token")
def test_who_has_to_make_tags_first_is_told_so_after_the_no() -> None:
    """With the command to give then, whether a config has the mapping or not, and whether it is a retry."""
    customers(Path("a.csv"))
    assert give("run", "a.csv", "--yes").exit_code == 0
    customers(Path("b.csv"), 3, first=10)
    make = "Nothing was sent. Make these tags in Callbell, then give the same command again:\n  callbell-importer "
    ended = on_a_terminal("run", "b.csv", "--tag", "Boda", answers=[("the same? [y/N]", "\n")])
    assert (ended.exit_code, ended.shown.partition(make)[2].strip()) == (3, "run b.csv --tag Boda")
    Path("own.toml").write_text('[contact]\ntags = ["Boda"]\n[columns]\nidentifier = "Phone"\nname = "Name"\n', "utf-8")
    ended = on_a_terminal("run", "b.csv", "-c", "own.toml", answers=[("the same? [y/N]", "\n")])
    assert ended.shown.partition(make)[2].strip() == "run b.csv --config own.toml"
    assert give("run", "b.csv", "--tag", "Boda", "--yes").exit_code == 1
    ended = on_a_terminal("retry", answers=[("the same? [y/N]", "\n")])
    assert re.fullmatch(r"retry [-0-9]+-b[-0-9]*", ended.shown.partition(make)[2].strip())


@pytest.mark.usefixtures("token")
def test_a_no_where_something_was_not_seen_may_be_for_the_columns_too(service: Sandbox) -> None:
    """Of an account without contacts nothing is known: both ways are told."""
    customers(Path("a.csv"))
    ended = on_a_terminal("run", "a.csv", "--tag", "Boda", answers=[("Import them? [Y/n]", "n\n")])
    told = (
        "Nothing was sent. What is not in Callbell, make there; then give the same command again:"
        " callbell-importer run a.csv --tag Boda"
        " To choose the columns yourself: callbell-importer init a.csv --tag Boda"
    )
    assert (ended.exit_code, len(service.contacts)) == (3, 0)
    assert " ".join(ended.shown.split()).endswith(told)


@pytest.mark.parametrize(("answer", "exit_code"), [("n\n", 3), ("\x04", 3), ("\x03", 130), (SIGTERM, 143)])
@pytest.mark.usefixtures("token")
def test_who_does_not_want_it_has_nothing_sent(service: Sandbox, answer: str, exit_code: int) -> None:
    """No, the end of the input, Ctrl-C and SIGTERM: one sentence, no reports, and the same command asks again."""
    customers(Path("a.csv"))
    ended = on_a_terminal("run", "a.csv", answers=[(YES_NO, answer)])
    assert ended.exit_code == exit_code
    assert "othing was sent. " in "".join(ended.shown.splitlines()[-2:])
    assert not service.contacts
    assert not list(Path("reports").iterdir())
    assert on_a_terminal("run", "a.csv", answers=[(YES_NO, "\n")]).exit_code == 0
    assert len(service.contacts) == 3


@pytest.mark.usefixtures("token")
def test_a_command_above_the_last_question_is_not_broken() -> None:
    """Whatever the file is called."""
    file = "los clientes de la tienda en noviembre.csv"
    table(Path(file), [("Phone", "Name", "Talla"), ("+34600111222", "Ana", "M")])
    ended = on_a_terminal("run", file, answers=[("Import them?", "n\n")])
    assert f"    (make a custom field in Callbell, then:\n    callbell-importer init '{file}')\n" in ended.shown


@pytest.mark.usefixtures("token")
def test_who_wants_other_columns_is_told_the_whole_command() -> None:
    """With all that was given and answered and that `init` takes, on one line; more spaces break it between words."""
    table(Path("mis clientes.csv"), [("Móvil", "Nombre"), *((f"60011122{n}", "Ana") for n in range(10))])
    given = ("--tag", "VIP", "--tag", "De la web", "--existing", "update", "--delimiter", ",")
    answers = [("Are they Spanish? [Y/n]", "\n"), ("Import them?", "n\n")]
    ended = on_a_terminal("run", "mis clientes.csv", *given, answers=answers)
    whole = "init 'mis clientes.csv' --delimiter , --country ES --tag VIP --tag 'De la web'"
    told = ended.shown.partition("To choose the columns yourself:\n  callbell-importer ")[2]
    assert shlex.split(told.splitlines()[0]) == shlex.split(whole)


@pytest.mark.parametrize("answer", ["n\n", "\x04", "\x03"])
@pytest.mark.usefixtures("token")
def test_what_was_declined_is_not_retried(service: Sandbox, answer: str) -> None:
    """By its name or as the last run: it is refused, with the command that asks again."""
    customers(Path("a.csv"))
    on_a_terminal("run", "a.csv", "--tag", "VIP", answers=[(YES_NO, answer)])
    (name,) = (run["run"] for run in json.loads(give("runs", "--json").stdout)["runs"])
    for said in (give("retry"), give("retry", name)):
        assert said.exit_code == 2
        assert f"Nothing was sent: {name} was declined at its question" in said.stderr
        assert "callbell-importer run a.csv --tag VIP" in said.stderr
    assert not service.contacts


@pytest.mark.usefixtures("token")
def test_retry_takes_the_run_before_one_that_was_declined(service: Sandbox) -> None:
    """And says which, and why."""
    customers(Path("a.csv"))
    first = give("run", "a.csv", "--tag", "No such tag", "--json").summary["run"]
    on_a_terminal("run", "a.csv", answers=[(YES_NO, "n\n")])
    said = give("retry", "--tag", "VIP", "--json")
    assert (said.exit_code, len(service.contacts)) == (0, 3)
    assert f"The run before it is taken: {first}." in " ".join(said.stderr.split())


@pytest.mark.parametrize(("answer", "code", "there"), [("\n", 0, 3), ("n\n", 3, 0), ("\x04", 3, 0), ("\x03", 130, 0)])
@pytest.mark.usefixtures("token")
def test_retry_asks_before_it_sends(service: Sandbox, answer: str, code: int, there: int) -> None:
    """It says how many rows of which run go where; Enter sends them, and a no leaves the run to be retried."""
    customers(Path("a.csv"))
    first = give("run", "a.csv", "--tag", "No such tag", "--json").summary["run"]
    ended = on_a_terminal("retry", "--tag", "VIP", answers=[("Send them again? [Y/n]", answer)])
    assert (ended.exit_code, len(service.contacts), ended.unasked) == (code, there, 0)
    assert "  row 2: 34600000000; Customer 0; tags: VIP" in ended.shown
    assert f"3 rows of {first}, all to be sent if new to Callbell." in " ".join(ended.shown.split())
    assert f"To: {service.base_url.removesuffix('/v1')}, the account of owner@example.com." in ended.shown
    assert "from Phone" not in ended.shown
    if not there:
        assert f"To send them after all: callbell-importer retry {first}" in " ".join(ended.shown.split())
        again = give("retry", "--tag", "VIP")
        assert (again.exit_code, len(service.contacts)) == (0, 3)
        assert "declined" not in again.stderr


@pytest.mark.usefixtures("token")
def test_retry_asks_nobody_who_said_yes(service: Sandbox) -> None:
    """Nor in a dry run."""
    customers(Path("a.csv"))
    give("run", "a.csv", "--tag", "No such tag")
    for option, there in (("--dry-run", 0), ("--yes", 3)):
        ended = on_a_terminal("retry", "--tag", "VIP", option, answers=[])
        assert (ended.exit_code, len(service.contacts)) == (0, there)


@pytest.mark.usefixtures("token")
def test_report_takes_the_run_before_one_that_was_declined() -> None:
    """Of a run of which nothing was sent no reports were written; where there is no other, it says so."""
    customers(Path("a.csv"))
    on_a_terminal("run", "a.csv", answers=[(YES_NO, "n\n")])
    said = give("report", "--no-open")
    assert (said.exit_code, said.stderr.splitlines()[0]) == (2, "There is no run with reports yet.")
    first = give("run", "a.csv", "--yes", "--json").summary["run"]
    customers(Path("a.csv"), 4)
    on_a_terminal("run", "a.csv", answers=[(YES_NO, "n\n")])
    said = give("report", "--no-open")
    assert said.stderr.startswith(f"The reports of {first} are written again, in ")
    told = give("purge", "--contact", "+34600000001", "--yes").stderr
    assert "is forgotten" in told
    assert "not there any more" not in told


@pytest.mark.parametrize(("answer", "exit_code"), [("\x03", 130), (SIGTERM, 143)])
@pytest.mark.usefixtures("token")
def test_a_signal_at_an_earlier_question_sends_nothing(service: Sandbox, answer: str, exit_code: int) -> None:
    """The country is asked for before the rows are read."""
    table(Path("a.csv"), [("Móvil", "Nombre"), ("600111222", "Ana")])
    ended = on_a_terminal("run", "a.csv", answers=[("not sent): ", answer)])
    assert (ended.exit_code, len(service.contacts)) == (exit_code, 0)
    assert ended.shown.splitlines()[-1] == "Interrupted: nothing was sent or changed. The same command asks again."


def test_a_token_is_asked_for_tried_and_kept(service: Sandbox) -> None:
    """Hidden; a wrong one is asked for again, and the next run finds what was kept."""
    customers(Path("a.csv"))
    answers = [(TOKEN_ASKED, "wrong-token\n"), (TOKEN_ASKED, f"{TOKEN}\n"), (KEEP_ASKED, "\n"), (YES_NO, "\n")]
    ended = on_a_terminal("run", "a.csv", answers=answers)
    assert (ended.exit_code, len(service.contacts)) == (0, 3)
    assert "Copy it in Callbell: Settings, API." in ended.shown
    assert "Callbell refuses this token (401)." in ended.shown
    assert TOKEN not in ended.shown
    assert Path("config/callbell-importer/token").read_text("utf-8") == f"{TOKEN}\n"
    assert "from the file" in give("doctor").stderr
    assert on_a_terminal("run", "a.csv", answers=[(YES_NO, "\n")]).exit_code == 0


def test_a_kept_token_that_was_revoked_is_asked_for_again(service: Sandbox) -> None:
    """The new one takes its place; one that a variable holds is told, for a person put it there."""
    customers(Path("a.csv"))
    kept = Path("config/callbell-importer/token")
    kept.parent.mkdir(parents=True)
    kept.write_text("revoked-token\n", encoding="utf-8")
    kept.chmod(0o600)
    ended = on_a_terminal("run", "a.csv", answers=[(TOKEN_ASKED, f"{TOKEN}\n"), (KEEP_ASKED, "\n"), (YES_NO, "\n")])
    assert (ended.exit_code, ended.unasked, len(service.contacts)) == (0, 0, 3)
    assert "Callbell refuses the token that was kept (401)." in ended.shown
    assert kept.read_text("utf-8") == f"{TOKEN}\n"
    ended = on_a_terminal("run", "a.csv", answers=[], environment={"CALLBELL_API_TOKEN": "wrong-token"})
    assert ended.exit_code == 5
    assert "The service refused the token (401)." in ended.shown


def test_a_service_that_is_not_there_is_told_before_anything_is_asked(service: Sandbox) -> None:
    """On a terminal nobody waits, and answers no question for nothing."""
    table(Path("a.csv"), [("Móvil", "Nombre"), ("600111222", "Ana")])
    nowhere = {"CALLBELL_BASE_URL": f"http://127.0.0.1:{free_port()}/v1", "CALLBELL_API_TOKEN": TOKEN}
    ended = on_a_terminal("run", "a.csv", answers=[], environment=nowhere)
    assert (ended.exit_code, len(service.contacts)) == (5, 0)
    address = nowhere["CALLBELL_BASE_URL"].removeprefix("http://").removesuffix("/v1")
    assert ended.shown.startswith(f"No connection to {address} (refused).\n")


def test_a_token_is_kept_on_request_only(service: Sandbox) -> None:
    """A no keeps it for this run alone; no token at all sends nothing, with exit code 2."""
    customers(Path("a.csv"))
    answers = [(TOKEN_ASKED, f"{TOKEN}\n"), (KEEP_ASKED, "n\n"), (YES_NO, "\n")]
    assert on_a_terminal("run", "a.csv", answers=answers).exit_code == 0
    assert len(service.contacts) == 3
    assert not Path("config").exists()
    ended = on_a_terminal("run", "a.csv", answers=[(TOKEN_ASKED, "\n")])
    assert ended.exit_code == 2
    assert "There is no token, so nothing was sent." in ended.shown


def test_a_rehearsal_needs_no_token_and_yes_asks_nothing() -> None:
    """With --yes a number without a country is a problem, as without a terminal."""
    spanish_workbook(Path("clientes.xlsx"), 30)
    ended = on_a_terminal("run", "clientes.xlsx", "--sandbox", answers=[(YES_NO, "\n"), (YES_NO, "\n")])
    assert (ended.exit_code, ended.unasked) == (1, 0)
    assert "\nTo: the sandbox of this rehearsal.\n" in ended.shown
    assert len(re.findall("nothing (?:is|was) sent to Callbell", " ".join(ended.shown.split()))) == 2
    ended = on_a_terminal("run", "clientes.xlsx", "--sandbox", "--yes", answers=[(YES_NO, "\n")])
    assert (ended.exit_code, ended.unasked) == (1, 1)
    assert "phone_no_country" in ended.shown


@pytest.mark.usefixtures("token")
def test_a_config_and_an_option_leave_the_last_question_alone(service: Sandbox) -> None:
    """Where the mapping and the country were given, nothing else is unsure."""
    spanish_workbook(Path("clientes.xlsx"), 9)
    Path("config.toml").write_text('[columns]\nidentifier = "Móvil"\nname = "Nombre"\n', "utf-8")
    ended = on_a_terminal("run", "clientes.xlsx", "--country", "España", answers=[("Import them? [Y/n]", "\n")])
    assert (ended.exit_code, ended.unasked, len(service.contacts)) == (0, 0, 9)


@pytest.mark.usefixtures("token")
def test_where_nobody_can_be_asked_the_country_is_named_as_the_cure(service: Sandbox) -> None:
    """Never used unasked: the run and the check say the option, with the evidence."""
    spanish_workbook(Path("clientes.xlsx"), 30)
    for command in ("run", "check"):
        said = give(command, "clientes.xlsx")
        assert said.exit_code == 1
        assert "29 of 29 numbers without a country code are right for Spain." in said.stderr
        assert f"callbell-importer {command} clientes.xlsx --country ES" in said.stderr
        assert said.stderr.count("--country") == (1 if command == "run" else 2)
    assert not service.contacts
    assert give("run", "clientes.xlsx", "--country", "Spain").exit_code == 1
    assert len(service.contacts) == 29


@pytest.mark.usefixtures("token")
def test_both_forms_of_mobiles_are_told_before_the_last_question() -> None:
    """With what sends them in one: `init`, or the key of the config that there is; who is not sure may leave them."""
    table(Path("a.csv"), [("Phone", "Name"), ("525512345678", "Eva"), ("5215512345679", "Bo"), ("5215512345670", "Al")])
    ended = on_a_terminal("run", "a.csv", answers=[(YES_NO, "n\n")])
    assert "Mexican numbers are in both forms: 2 with 521, 1 with 52." in ended.shown
    assert "answer n, and:\n  callbell-importer init a.csv" in ended.shown
    assert "If you are not sure, that is right as it is: each stays as it is written" in " ".join(ended.shown.split())
    Path("config.toml").write_text('[columns]\nidentifier = "Phone"\nname = "Name"\n', encoding="utf-8")
    ended = on_a_terminal("run", "a.csv", answers=[(YES_NO, "n\n")])
    assert 'mobile_form = "with" or "without" under [contact] of config.toml' in " ".join(ended.shown.split())
