"""The command line, in this process, against a sandbox beside it: what a shop owner and an administrator try."""

import asyncio
import contextlib
import io
import json
import os
import shutil
import signal
import socket
import stat
import sys
import threading
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer.main

from importer.cli import main
from importer.cli.command_line import app
from importer.cli.process import put_out, say
from importer.cli.prompts import confirm_import
from importer.commands.end import run_end
from importer.journal import Journal
from importer.model.errors import InputError, StorageError
from importer.sandbox import Sandbox
from importer.settings.config_tables import keys_of
from importer.settings.layers import PLAIN_TABLES
from importer.system.locks import exclusive_lock
from importer.system.stop_signals import install_stop_handlers
from tests.support.commands import (
    NO_LIMIT,
    TOKEN,
    after,
    customers,
    elsewhere,
    every_byte,
    give,
    phones,
    read,
    results,
    serving,
    table,
)
from tests.support.paths import SAMPLES

COMMANDS = (
    "doctor",
    "run",
    "check",
    "init",
    "retry",
    "runs",
    "undo",
    "purge",
    "report",
    "schedule",
    "explain",
    "sandbox",
    "journal",
)


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder of its own, and has the journal there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / "state" / "journal.sqlite3"))
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox, whose address and token are in the environment."""
    with serving() as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
        yield sandbox


def posts(service: Sandbox) -> int:
    """Return how many contacts were asked for."""
    return service.traffic.requests["POST /contacts"]


def last_run() -> Path:
    """Return the reports' folder of the last run."""
    return max(Path("reports").iterdir(), key=lambda run: (run.stat().st_mtime_ns, run.name))


# What the command line is


def test_the_version_is_told() -> None:
    """On standard output, for scripts."""
    said = give("--version")
    assert (said.exit_code, said.stdout) == (0, "callbell-importer 0.1.0\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_has_examples(command: str) -> None:
    """And every example begins with the command itself."""
    said = give(command, "--help")
    assert said.exit_code == 0
    assert f"callbell-importer {command}" in said.stdout.partition("Examples:")[2]


@pytest.mark.parametrize("command", ["backup", "check"])
def test_the_help_of_every_command_of_the_journal_has_examples(command: str) -> None:
    """As those of the others have."""
    said = give("journal", command, "--help")
    assert said.exit_code == 0
    assert f"callbell-importer journal {command}" in said.stdout.partition("Examples:")[2]


def test_the_help_groups_the_options_of_a_run() -> None:
    """Whoever looks for one finds it under a heading; what has no group comes last."""
    text = give("run", "--help").stdout
    headings = [
        "Arguments:",
        "How rows become contacts:",
        "How they are sent:",
        "What is written and shown:",
        "Options:",
    ]
    assert [line for line in text.splitlines() if line in headings] == headings
    assert text.index("--country COUNTRY") < text.index("How they are sent:") < text.index("--rate N")


def test_no_summary_of_a_command_is_cut_off() -> None:
    """Each fits on its line."""
    assert "..." not in give("--help").stdout.partition("Commands:")[2]


def test_the_help_keeps_its_brackets() -> None:
    """Defaults are said, and nothing is taken for a style."""
    text = " ".join(give("run", "--help").stdout.split())
    assert "(default: 300)" in text
    assert "(default: config.toml" in text


def test_every_command_is_in_the_help() -> None:
    """The list above is the whole."""
    assert tuple(typer.main.get_group(app).commands) == COMMANDS


def test_options_and_config_have_the_same_names() -> None:
    """Every option is a key; every key is an option, but for what is never a matter of one run."""
    options = {one.name for one in typer.main.get_group(app).commands["run"].params} - {"files", "config"}
    keys = {key for name in PLAIN_TABLES for key in keys_of(name)}
    set_once = {"base_url", "token_file", "settle_seconds"}  # what the account is
    of_all_rows = {
        "header",
        "hidden_rows",
        "mobile_form",
        "identifier_format",
        "clear_mark",
        "assigned_user",
        "team",
        "channel",
        "bot_status",
        "note",
        "on_bad_value",
        "several",
        "strict_text",
        "repair_text",
        "where",
    }
    set_once |= {"reports", "csv_for_excel"}  # what people want to read
    set_once |= {"max_download_mb", "download_timeout"}  # what the machine and its line can take
    assert options - {"tag"} | {"tags"} == keys - set_once - of_all_rows


# What a run does


def test_a_thousand_rows_are_reported_in_their_order_with_the_services_own_uuids(service: Sandbox) -> None:
    """Every row is there once, in Callbell and in the results."""
    file = customers(Path("contacts.csv"), 1000)
    said = give("run", file, "--rate", "0", "-q")
    assert (said.exit_code, said.stdout, said.stderr) == (0, "", "")
    rows = results()
    assert [row["row"] for row in rows] == [str(number) for number in range(2, 1002)]
    uuids = {contact.uuid: contact.identifier for contact in service.contacts}
    assert [uuids[row["uuid"]] for row in rows] == [row["Phone"].removeprefix("+") for row in read(file)]
    assert {row["status"] for row in rows} == {"created"}
    assert len(uuids) == posts(service) == 1000


def test_the_same_command_again_sends_nothing(service: Sandbox) -> None:
    """What was sent is remembered, with its UUID."""
    file = customers(Path("contacts.csv"))
    give("run", file)
    before = results()
    said = give("run", file, "--json")
    assert said.exit_code == 0
    assert said.rows == {"unchanged": 3, "read": 3}
    assert posts(service) == 3
    assert [row["uuid"] for row in results()] == [row["uuid"] for row in before]


def test_what_is_given_again_is_told_as_if_it_were_gone_through_again(service: Sandbox) -> None:
    """Whether rows are recognised or each is mapped: the reports say the same."""
    rows = [
        ("+34600000000", "Ana", "a"),
        ("12", "Eva", "b"),
        ("+34600000000", "Ana", "c"),
        ("+34600000001", "Leo", "d"),
    ]
    table(Path("contacts.csv"), [("Phone", "Name", "City"), *rows])
    give("run", "contacts.csv")
    told = []
    Path("other.toml").write_text('[values."City"]\n"x" = "y"\n', encoding="utf-8")
    for options in ([], ["--limit", "9"], ["-c", "other.toml"], []):
        said = give("run", "contacts.csv", "--json", *options)
        assert (said.exit_code, said.rows) == (1, {"unchanged": 2, "duplicate": 1, "invalid": 1, "read": 4}), options
        failed = Path(said.summary["reports"]["failed"][0]).read_text(encoding="utf-8-sig")
        told.append(([{**row, "finished_at": ""} for row in results()], failed))
    assert told[1:] == told[:-1]
    assert posts(service) == 2


def test_a_row_that_was_changed_since_is_left_as_it_is_in_callbell(service: Sandbox) -> None:
    """It is `exists`, and the reason says why."""
    give("run", customers(Path("contacts.csv")))
    table(Path("contacts.csv"), [("Phone", "Name"), ("+34600000000", "Another name"), ("+34600000001", "Customer 1")])
    assert give("run", "contacts.csv").exit_code == 0
    changed, same = results()
    assert (changed["status"], same["status"]) == ("exists", "unchanged")
    assert changed["reason"]
    assert posts(service) == 3


def test_json_is_all_that_is_on_standard_output(service: Sandbox) -> None:
    """Pure, equal to summary.json, and its numbers add up."""
    rows = [("Phone", "Name"), ("+34600000001", "Ana"), ("", ""), ("nobody", "Begoña"), ("+34600000001", "Ana")]
    said = give("run", table(Path("contacts.csv"), rows), "--json")
    assert said.exit_code == 1
    assert "Finished" in said.stderr
    summary = said.summary
    assert summary == json.loads((last_run() / "summary.json").read_text("utf-8"))
    assert said.rows == {"created": 1, "invalid": 1, "duplicate": 1, "read": 3, "blank": 1}
    statuses = {name: count for name, count in summary["rows"].items() if name not in ("read", "blank")}
    assert sum(statuses.values()) == summary["rows"]["read"] == len(results())
    assert summary["exit_code"] == 1
    assert posts(service) == 1


def test_quiet_is_silent_when_all_is_well_and_speaks_when_not(service: Sandbox) -> None:  # noqa: ARG001 - is there
    """A night's run writes a mail only when there is something to mend."""
    said = give("run", customers(Path("contacts.csv")), "-q")
    assert (said.exit_code, said.stdout, said.stderr) == (0, "", "")
    said = give("run", table(Path("bad.csv"), [("Phone", "Name"), ("nobody", "Ana")]), "-q")
    assert said.exit_code == 1
    assert "phone_letters" in said.stderr


def test_several_files_are_one_run(service: Sandbox) -> None:
    """Of different kinds; their rows stand in the order of the files, and each has its own failed rows."""
    first, second = customers(Path("a.csv")), customers(Path("b.csv"), 2, first=10)
    workbook = SAMPLES / "customers.xlsx"
    third = table(Path("c.csv"), [("Phone", "Name"), ("nobody", "Ana")])
    said = give("run", first, second, workbook, third, "--sheet", "Contacts", "--json")
    assert said.exit_code == 1, said.stderr
    files = [row["file"] for row in results()]
    assert files == sorted(files, key=[str(one) for one in (first, second, workbook, third)].index)
    assert len(files) == said.summary["rows"]["read"] > 6
    assert len(service.contacts) == said.rows["created"]
    assert [Path(path).name for path in said.summary["reports"]["failed"]] == ["failed-4-c.csv"]
    assert "c.csv A2 (phone_letters" in said.stderr


def test_a_sheet_is_chosen_by_its_name(service: Sandbox) -> None:
    """And one that is not there ends with 3."""
    workbook = SAMPLES / "customers.xlsx"
    said = give("run", workbook, "--sheet", "Nowhere")
    assert said.exit_code == 3
    assert "Nowhere" in said.stderr
    assert not service.contacts


def test_tags_country_and_limit_reach_the_contacts(service: Sandbox) -> None:
    """Both tags, the country code, and no more rows than asked for."""
    file = table(Path("c.csv"), [("Teléfono", "Nombre"), ("600 000 001", "Ana"), ("600 000 002", "Eva")])
    said = give("run", file, "--country", "ES", "--tag", "VIP", "--tag", "Lead", "--limit", "1", "--json")
    assert said.rows == {"created": 1, "read": 1}
    (contact,) = service.contacts
    assert (contact.identifier, contact.tags) == ("34600000001", ("VIP", "Lead"))


def test_a_sandbox_needs_no_token_and_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rows are created each time, and its journal is its own."""
    monkeypatch.delenv("CALLBELL_IMPORTER_JOURNAL")
    file = customers(Path("contacts.csv"))
    for _ in range(2):
        assert give("run", file, "--sandbox", "--json").rows == {"created": 3, "read": 3}
    assert give("runs").stdout.startswith("There is no run yet.")
    assert give("runs", "--sandbox").stdout.count("-contacts") == 2


# What it writes


def test_reports_journal_and_log_go_where_they_are_told(service: Sandbox) -> None:  # noqa: ARG001 - is there
    """Private, all of them, and none of them holds the token."""
    file, rest = customers(Path("contacts.csv")), ["--report-dir", "out/r", "--journal", "j/journal"]
    file = table(file, [*[list(row.values()) for row in [{"a": "Phone", "b": "Name"}, *read(file)]], ("nobody", "X")])
    said = give("run", file, *rest, "--log-file", "l/importer.log", "--log-format", "json", "-v", "--json")
    assert said.exit_code == 1
    wrote = [Path("out/r"), Path("j"), Path("l")]
    paths = [path for folder in wrote for path in folder.rglob("*") if path.is_file()]
    assert {path.name for path in paths} >= {"results.csv", "summary.json", "failed.csv", "journal", "importer.log"}
    assert not Path("reports").exists()
    if os.name == "posix":
        assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}
        assert {stat.S_IMODE(path.stat().st_mode) for path in {path.parent for path in paths}} == {0o700}
    log = [json.loads(line) for line in Path("l/importer.log").read_text("utf-8").splitlines()]
    told = "\n".join(line["message"] for line in log)
    assert "row 2 (…000): created" in told
    assert "row 5: invalid phone_letters" in told
    assert "34600000" not in told
    assert TOKEN not in said.stdout + said.stderr
    assert TOKEN.encode() not in every_byte(Path())


def test_verbose_tells_of_rows_by_their_number_on_standard_error(service: Sandbox) -> None:  # noqa: ARG001 - is there
    """Without whole phones."""
    said = give("run", customers(Path("contacts.csv")), "-v")
    assert "row 2 (…000): created" in said.stderr
    assert "34600000" not in said.stderr
    assert said.stdout == ""


def test_a_json_log_on_standard_error_is_not_mixed_with_progress(service: Sandbox) -> None:  # noqa: ARG001 - is there
    """Every line is an object, the closing words too."""
    said = give("run", customers(Path("contacts.csv")), "--log-format", "json")
    log = [json.loads(line) for line in said.stderr.splitlines()]
    assert log[-1]["message"].startswith("Finished")


# Where the settings come from


def test_the_config_is_the_one_named_else_the_variables_else_the_one_here(
    service: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And an option wins over a variable, that over the config."""
    for name, country in (("config.toml", "FR"), ("variable.toml", "IT"), ("named.toml", "ES")):
        Path(name).write_text(f'[contact]\ncountry = "{country}"\n', "utf-8")
    file = table(Path("c.csv"), [("Phone", "Name"), ("612345678", "Ana")])

    def sent(*options: str) -> str:
        given = give("run", file, *options)
        assert given.exit_code == 0, given.stderr
        return service.contacts[-1].identifier

    assert sent() == "33612345678"
    monkeypatch.setenv("CALLBELL_IMPORTER_CONFIG", "variable.toml")
    table(file, [("Phone", "Name"), ("3123456789", "Ana")])
    assert sent() == "393123456789"
    table(file, [("Phone", "Name"), ("612345678", "Ana")])
    assert sent("-c", "named.toml") == "34612345678"
    monkeypatch.setenv("CALLBELL_IMPORTER_COUNTRY", "PT")
    table(file, [("Phone", "Name"), ("912345678", "Ana")])
    assert sent("-c", "named.toml") == "351912345678"
    assert sent("-c", "named.toml", "--country", "ES") == "34912345678"


def test_a_mapping_that_is_guessed_without_a_terminal_is_shown(service: Sandbox) -> None:  # noqa: ARG001 - is there
    """So that the log of the night tells which column was which."""
    said = give("run", customers(Path("contacts.csv")))
    assert "identifier     from Phone" in said.stderr


def test_a_doubtful_header_ends_with_3_and_with_a_config_that_works_once_filled_in(service: Sandbox) -> None:
    """Nothing is sent before."""
    file = table(Path("c.csv"), [("Mobile 1", "Cell", "Name"), ("+34600000001", "+34600000002", "Ana")])
    said = give("run", file, "--header-row", "1")
    assert said.exit_code == 3
    assert not service.contacts
    assert "on a terminal:\n  callbell-importer init c.csv --header-row 1\nOr write" in said.stderr
    config = said.stderr.partition("\n\n")[2]
    assert tomllib.loads(config)["columns"] == {"identifier": "???", "name": "Name"}
    Path("config.toml").write_text(config.replace("???", "Mobile 1"), "utf-8")
    assert give("run", file).exit_code == 0
    assert phones(service) == ["34600000001"]


# Again


def test_retry_sends_what_failed_with_the_options_of_then_though_the_file_is_gone(service: Sandbox) -> None:
    """The journal has the rows; only their file's name is still told."""
    file = table(Path("c.csv"), [("Phone", "Name"), ("600000001", "Ana"), ("600000002", "Eva")])
    first = give("run", file, "--country", "ES", "--tag", "No such tag", "--json", "--report-dir", "elsewhere")
    assert first.exit_code == 1
    assert first.rows == {"failed": 2, "read": 2}
    file.unlink()
    second = give("retry", "--tag", "VIP")
    assert second.exit_code == 0, second.stderr
    assert second.stdout == ""  # --json was of the first run alone
    assert phones(service) == ["34600000001", "34600000002"]
    assert [row["status"] for row in results(Path("elsewhere"))] == ["created", "created"]
    third = give("retry", first.summary["run"], "--tag", "VIP", "--json")  # named: the first one again
    assert third.rows == {"unchanged": 2, "read": 2}


def test_retry_with_nothing_left_says_so_and_sends_nothing(service: Sandbox) -> None:
    """All is well, so it ends with 0; there is no run of it and no folder."""
    first = give("run", customers(Path("contacts.csv")), "--json").summary["run"]
    said = give("retry", "--json")
    assert said.exit_code == 0
    assert (said.summary["run"], said.summary["command"], said.summary["error"]) == ("", "retry", None)
    assert said.summary["rows"]["read"] == 0
    assert "is left to be sent again" in said.stderr
    assert posts(service) == 3
    assert runs_there() == [first]


def runs_there() -> list[str]:
    """Return the names of the runs, which are those of the reports' folders."""
    names = [str(run["run"]) for run in give("runs", "--json").summary["runs"]]
    assert sorted(names) == sorted(path.name for path in Path("reports").iterdir())
    return names


MOBILES = [("Phone", "Name"), ("600000001", "Ana"), ("600000002", "Eva")]


def test_retry_of_rows_that_have_to_be_fixed_first_names_their_file_and_makes_no_run(service: Sandbox) -> None:
    """They would be refused again, so it ends with 1 and says which command imports them."""
    first = give("run", table(Path("c.csv"), [*MOBILES, ("+34600000003", "Pia")]), "--tag", "VIP", "--json")
    for said in (give("retry", "--json"), give("retry", first.summary["run"], "--json")):
        assert said.exit_code == 1
        assert f"Nothing of {first.summary['run']} can be sent again as it is" in said.stderr
        assert f"callbell-importer run reports/{first.summary['run']}/failed.csv --tag VIP" in said.stderr
        assert said.summary["rows"] | {"invalid": 2, "read": 2} == said.summary["rows"]
        assert [(one["code"], one["count"], one["new"]) for one in said.summary["problems"]] == [
            ("phone_no_country", 2, 0)
        ]
        assert [Path(one).name for one in said.summary["reports"]["failed"]] == ["failed.csv"]
    assert give("retry", "--fail-on", "new").exit_code == 0
    assert posts(service) == 1
    assert runs_there() == [first.summary["run"]]


@pytest.mark.usefixtures("service")
def test_retry_of_rows_to_fix_says_how_their_file_is_written_that_is_gone() -> None:
    """By `report`, and that they are given to `run`."""
    first = give("run", table(Path("c.csv"), [*MOBILES, ("+34600000003", "Pia")]), "--json").summary["run"]
    Path("reports", first, "failed.csv").unlink()
    said = give("retry")
    assert said.exit_code == 1
    assert f"callbell-importer report {first}" in said.stderr
    assert "give that file to `run`" in said.stderr


@pytest.mark.usefixtures("service")
def test_retry_of_rows_that_all_lack_their_country_names_the_option() -> None:
    """Not one of them has to be changed."""
    rows = [("Phone", "Name"), *((f"60000000{n}", "Ana") for n in range(6))]
    give("run", table(Path("c.csv"), rows))
    said = give("retry")
    assert said.exit_code == 1
    assert "--country" in said.stderr
    assert give("retry", "--country", "ES").exit_code == 0


def test_retry_sends_rows_that_a_changed_config_makes_right(service: Sandbox) -> None:
    """They were invalid, and nothing in them was changed."""
    Path("config.toml").write_text("", "utf-8")
    give("run", table(Path("c.csv"), MOBILES))
    assert give("retry").exit_code == 1
    Path("config.toml").write_text('[contact]\ncountry = "ES"\n', "utf-8")
    assert give("retry").exit_code == 0
    assert phones(service) == ["34600000001", "34600000002"]


@pytest.mark.usefixtures("service")
def test_retry_says_of_a_header_that_does_not_fit_that_it_is_the_one_of_then() -> None:
    """The list and the config may be right again, and only `run` reads the list."""
    Path("config.toml").write_text('[columns]\nidentifier = "Phone"\nname = "Name"\nnote = "Notas"\n', "utf-8")
    rows = [("Phone", "Name", "Notas"), ("600000001", "Ana", "x"), ("+34600000002", "Eva", "y")]
    first = give("run", table(Path("c.csv"), rows), "--json").summary["run"]
    config = '[contact]\ncountry = "ES"\n[columns]\nidentifier = "Phone"\nname = "Name"\nnote = "Remarks"\n'
    Path("config.toml").write_text(config, "utf-8")
    table(Path("c.csv"), [("Phone", "Name", "Remarks"), *rows[1:]])
    said = give("retry")
    assert said.exit_code == 3
    assert f"The mapping of the config does not fit the header that c.csv had in {first}" in said.stderr
    assert '"Remarks"' in said.stderr
    assert "What the file is now was not looked at." in said.stderr
    assert said.stderr.splitlines()[-1].strip().startswith("callbell-importer run c.csv")


def test_retry_repeats_the_config_of_then_unless_another_is_named(service: Sandbox) -> None:
    """By its whole path, so that it is found from another folder."""
    Path("mine.toml").write_text('[contact]\ncountry = "ES"\ntags = ["No such tag"]\n', "utf-8")
    give("run", table(Path("c.csv"), [("Phone", "Name"), ("600000001", "Ana")]), "-c", "mine.toml")
    assert give("retry").exit_code == 1
    shutil.move("mine.toml", "moved.toml")
    assert give("retry").exit_code == 2
    assert give("retry", "-c", "moved.toml", "--tag", "VIP").exit_code == 0
    assert phones(service) == ["34600000001"]


def test_retry_is_refused_for_another_account(service: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed in one shop is not sent to another."""
    give("run", table(Path("c.csv"), [("Phone", "Name"), ("+34600000001", "Ana")]), "--tag", "No such tag")
    monkeypatch.setenv("CALLBELL_IMPORTER_ACCOUNT", "other")
    service.calls._account = elsewhere()
    said = give("retry", "--tag", "VIP")
    assert said.exit_code == 2
    assert "another account" in said.stderr
    assert not service.contacts


@pytest.mark.parametrize("command", ["runs", "retry"])
def test_a_run_that_is_not_there_ends_with_2(service: Sandbox, command: str) -> None:  # noqa: ARG001 - is there
    """And says how to see which are."""
    give("run", customers(Path("contacts.csv")))
    said = give(command, "nowhere")
    assert said.exit_code == 2
    assert "callbell-importer runs" in said.stderr


def test_retry_before_any_run_ends_with_2() -> None:
    """And says what to do first."""
    said = give("retry")
    assert said.exit_code == 2
    assert "callbell-importer run FILE" in said.stderr


def test_runs_lists_all_runs_and_shows_one(service: Sandbox) -> None:  # noqa: ARG001 - is there
    """On standard output, newest first."""
    give("run", customers(Path("contacts.csv")))
    give("run", table(Path("more.csv"), [("Phone", "Name"), ("nobody", "Ana")]))
    head, newest, oldest = give("runs").stdout.splitlines()
    words = ["RUN", "DATE", "ACCOUNT", "FILE", "TIME", "COMMAND", "EXIT", "ROWS", "IN", "CALLBELL", "TO", "FIX"]
    assert head.split() == words
    assert newest.split()[-5:] == ["run", "1", "1", "0", "1"]
    assert oldest.split()[-5:] == ["run", "0", "3", "3", "0"]
    assert ("more.csv" in newest, "contacts.csv" in oldest) == (True, True)
    shown = give("runs", oldest.split()[0]).stdout
    assert "3 created" in shown
    assert str(Path("reports").absolute() / oldest.split()[0]) in shown


def test_failed_rows_can_be_mended_and_given_again(service: Sandbox) -> None:
    """In a text file and in a workbook, with the command that the run itself says."""
    import openpyxl  # noqa: PLC0415 - half a second, for this test alone

    give("run", table(Path("c.csv"), [("Phone", "Name"), ("nobody", "Ana"), ("+34600000002", "Eva")]))
    failed = last_run() / "failed.csv"
    failed.write_text(failed.read_text("utf-8-sig").replace("nobody", "+34600000001"), "utf-8")
    assert give("run", failed).exit_code == 0
    book = openpyxl.Workbook()
    for row in (("Phone", "Name"), ("nobody", "Eva"), ("+34600000004", "Ana")):
        book.worksheets[0].append(row)
    book.save("c.xlsx")
    assert give("run", "c.xlsx").exit_code == 1
    failed = last_run() / "failed.xlsx"
    book = openpyxl.load_workbook(failed)
    book.worksheets[0]["A2"] = "+34600000003"
    book.save(failed)
    book.close()
    assert give("run", failed).exit_code == 0
    assert phones(service) == [f"3460000000{number}" for number in (1, 2, 3, 4)]


# How it ends when it cannot go on


def test_a_wrong_option_ends_with_2() -> None:
    """Before anything is read."""
    for wrong in (["--nonsense"], ["--rate", "fast"], ["--country"]):
        said = give("run", "contacts.csv", *wrong)
        assert said.exit_code == 2
        assert said.stdout == ""


def test_all_that_is_wrong_with_the_settings_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """With file, line and key, with the variable, and with the option."""
    Path("config.toml").write_text('[service]\nrate = "fast"\n[contact]\nnmae = "x"\n', "utf-8")
    monkeypatch.setenv("CALLBELL_IMPORTER_LIMIT", "many")
    said = give("run", "contacts.csv", "--country", "Spian")
    assert said.exit_code == 2
    for place in ("config.toml, line 2, service.rate", "config.toml, line 4, contact.nmae", "_LIMIT", "--country"):
        assert place in said.stderr


@pytest.mark.parametrize("content", [None, b"\xff\xfe\xff"])
def test_a_config_that_cannot_be_read_ends_with_2(content: bytes | None) -> None:
    """One that is not there, and one that is no text."""
    if content:
        Path("mine.toml").write_bytes(content)
    said = give("run", "contacts.csv", "-c", "mine.toml")
    assert said.exit_code == 2
    assert "mine.toml cannot be read" in said.stderr or "mine.toml, line 1: this is not UTF-8" in said.stderr


def test_without_a_token_the_three_ways_are_told() -> None:
    """Exit code 2: nothing was sent."""
    said = give("run", customers(Path("contacts.csv")))
    assert said.exit_code == 2
    for way in ("CALLBELL_API_TOKEN", "token_file", "keyring set"):
        assert way in said.stderr


def test_a_file_that_cannot_be_read_ends_with_3(service: Sandbox) -> None:
    """Though another could be: nothing was sent."""
    Path("empty.csv").touch()
    for wrong in ("nowhere.csv", "empty.csv", "notes.pdf"):
        said = give("run", customers(Path("contacts.csv")), wrong)
        assert said.exit_code == 3
        assert wrong in said.stderr
    assert not service.contacts


def test_a_config_that_does_not_fit_the_file_ends_with_3(service: Sandbox) -> None:
    """With every reason."""
    Path("config.toml").write_text('[columns]\nidentifier = "Fone"\nname = "Nmae"\n', "utf-8")
    said = give("run", customers(Path("contacts.csv")))
    assert said.exit_code == 3
    assert "Fone" in said.stderr
    assert "Nmae" in said.stderr
    assert not service.contacts


@pytest.mark.parametrize("option", ["--journal", "--report-dir", "--log-file"])
def test_what_cannot_be_written_ends_with_4(service: Sandbox, option: str) -> None:  # noqa: ARG001 - is there
    """Where a file is in the way of the folder; the sentence names it."""
    Path("in-the-way").touch()
    said = give("run", customers(Path("contacts.csv")), option, "in-the-way/x")
    assert said.exit_code == 4
    assert "in-the-way" in said.stderr


@pytest.mark.parametrize("option", ["--journal", "--report-dir", "--log-file"])
def test_a_name_that_no_file_can_have_ends_with_4(service: Sandbox, option: str) -> None:  # noqa: ARG001 - is there
    """It is no defect of the importer."""
    said = give("run", customers(Path("contacts.csv")), option, "a" * 300)
    assert said.exit_code == 4


def test_a_journal_that_is_none_ends_with_4_and_stays_as_it_is() -> None:
    """Also for commands that only read."""
    file = customers(Path("contacts.csv"))
    before = file.read_bytes()
    assert give("runs", "--journal", file).exit_code == 4
    assert give("runs", "--journal", "a" * 300).exit_code == 0  # there is none, so there are no runs
    assert file.read_bytes() == before


def test_a_token_that_is_refused_ends_with_5(service: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a word of the token."""
    monkeypatch.setenv("CALLBELL_API_TOKEN", "not-the-right-one")
    said = give("run", customers(Path("contacts.csv")))
    assert said.exit_code == 5
    assert "token" in said.stderr
    assert "not-the-right-one" not in said.stderr
    assert posts(service) == 0


def test_a_service_that_is_not_there_ends_with_5(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens on the port: whoever had it has just closed it."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    monkeypatch.setenv("CALLBELL_BASE_URL", f"http://127.0.0.1:{port}/v1")
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    # In place of the real waits, which are some seconds of real time together: how long they are is tested elsewhere.
    monkeypatch.setattr("importer.worker_pool.circuit_breaker.probe_wait_seconds", lambda _: 0.0)
    said = give("run", customers(Path("contacts.csv")), "--max-outage", "1s")
    assert said.exit_code == 5
    assert f"No connection to 127.0.0.1:{port} (refused). The service has not answered for 1 s." in said.stderr


def test_too_many_failures_end_with_5_and_leave_the_rest_unsent(service: Sandbox) -> None:
    """The reason names the option, and the same command, mended, goes on."""
    file, said_so = customers(Path("contacts.csv"), 30), ["--max-failures", "2", "--concurrency", "1", "--json"]
    said = give("run", file, *said_so, "--tag", "No such tag")
    assert said.exit_code == 5
    assert said.rows == {"failed": 3, "unsent": 27, "read": 30}
    assert "--max-failures 2" in said.stderr
    assert "same command" in said.stderr
    assert give("run", file, *said_so).rows == {"created": 30, "read": 30}
    assert len(service.contacts) == 30


def test_a_run_that_has_taken_its_time_ends_with_5_and_goes_on_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not sent is sent by the same command."""
    file = customers(Path("contacts.csv"), 30)
    with serving(replace(NO_LIMIT, latency_seconds=0.1)) as service:
        monkeypatch.setenv("CALLBELL_BASE_URL", service.base_url)
        monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
        said = give("run", file, "--max-duration", "1s", "--concurrency", "1", "--json")
        assert said.exit_code == 5
        assert "--max-duration" in said.stderr
        sent = said.rows["created"]
        assert said.rows == {"created": sent, "unsent": 30 - sent, "read": 30}
        again = give("run", file, "--rate", "0", "--json")
        assert again.rows == {"created": 30 - sent, "unchanged": sent, "read": 30}
        assert len(set(phones(service))) == len(service.contacts) == 30


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal that a process can send itself for a graceful stop")
def test_a_run_that_is_interrupted_writes_its_reports_and_goes_on_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the exit code in the summary, and no failed rows where nothing needs a person."""
    file = customers(Path("contacts.csv"), 100)
    with serving(replace(NO_LIMIT, latency_seconds=0.02)) as service:
        monkeypatch.setenv("CALLBELL_BASE_URL", service.base_url)
        monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
        half_way = after(service, 10)

        def interrupt() -> None:
            if half_way.wait(10):
                os.kill(os.getpid(), signal.SIGINT)

        killing = threading.Thread(target=interrupt)
        killing.start()
        said = give("run", file, "--concurrency", "2", "--json")
        killing.join()
        assert said.exit_code == said.summary["exit_code"] == 130
        assert sum(row["status"] == "unsent" for row in read(last_run() / "results.csv")) == said.rows["unsent"] > 0
        assert not (last_run() / "failed.csv").exists()
        assert give("retry", "--rate", "0", "--concurrency", "50").exit_code == 0
        assert len(set(phones(service))) == len(service.contacts) == 100


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal that a process can send itself for a graceful stop")
def test_a_run_that_is_interrupted_while_it_begins_ends_in_good_order(
    service: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account was asked, and nothing sent: every row is unsent, and no traceback is shown."""
    begin = Journal.begin

    def interrupted(self: Journal, *how: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        begin(self, *how)

    monkeypatch.setattr(Journal, "begin", interrupted)
    said = give("run", customers(Path("contacts.csv")), "--json")
    assert (said.exit_code, said.rows) == (130, {"unsent": 3, "read": 3})
    assert posts(service) == 0


def test_a_journal_in_use_ends_with_6(service: Sandbox, tmp_path: Path) -> None:
    """And reading it does not: `runs` needs no lock."""
    file = customers(Path("contacts.csv"))
    with exclusive_lock(tmp_path / "state" / "journal.sqlite3.lock"):
        said = give("run", file)
        assert said.exit_code == 6
        assert "Another run" in said.stderr
        assert give("runs").exit_code == 0
    assert not service.contacts


def test_a_defect_ends_with_70_and_the_same_command_goes_on(service: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback and nobody's data: only where it was, and how to report it."""
    file = customers(Path("contacts.csv"))

    def broken(*_: Any, **_named: Any) -> Any:
        raise ZeroDivisionError("+34600000001")

    with monkeypatch.context() as patched:
        # In place of what would have to be broken by hand: nothing is known that raises here.
        patched.setattr(run_end, "write_or_explain", broken)
        said = give("run", file)
    assert said.exit_code == 70
    assert "ZeroDivisionError" in said.stderr
    assert "report it" in said.stderr
    assert "Traceback" not in said.stderr
    assert "34600000001" not in said.stderr
    assert give("run", file, "--json").rows == {"unchanged": 3, "read": 3}
    assert posts(service) == 3


def test_ctrl_c_before_the_run_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one sentence."""

    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    # In place of a signal that would have to come in these few milliseconds.
    monkeypatch.setattr("importer.commands.runs.Journal.open", interrupted)
    Path("state").mkdir()
    Path("state/journal.sqlite3").touch()
    said = give("runs")
    assert (said.exit_code, said.stderr) == (130, "Interrupted. The same command goes on.\n")


# Questions


def test_a_question_is_answered_with_yes_or_no(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty answer is a yes; no answer at all sends nothing."""
    for answer, wanted in (("y\n", True), ("\n", True), ("n\n", False)):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        assert confirm_import("Like this:") is wanted
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(InputError, match="Nothing was sent"):
        confirm_import("Like this:")
    assert "Like this:" in capsys.readouterr().err


async def test_ctrl_c_ends_a_question_within_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the event loop, which is held up by it, has Ctrl-C for itself; and has it again afterwards."""
    loop, heard = asyncio.get_running_loop(), asyncio.Event()

    class Interrupted:
        """In place of a keyboard, which a test has none of."""

        def readline(self) -> str:
            signal.raise_signal(signal.SIGINT)
            return "y\n"

    monkeypatch.setattr("sys.stdin", Interrupted())
    with install_stop_handlers(loop, lambda _: heard.set()):
        before = signal.getsignal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            confirm_import("Like this:")
        assert signal.getsignal(signal.SIGINT) == before
        await heard.wait()


# Streams


class Broken:
    """A stream on which nothing can be written: a pipe that is closed, a disk that is full. No such file is real."""

    def __init__(self, error: OSError) -> None:
        self.error = error

    def write(self, _text: str) -> int:
        raise self.error

    def flush(self) -> None:
        raise self.error

    def fileno(self) -> int:
        raise self.error


def test_streams_that_were_never_open_are_no_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever starts us may have closed them."""
    monkeypatch.setattr("sys.argv", ["callbell-importer", "--version"])
    with monkeypatch.context() as closed, contextlib.ExitStack() as opened:
        for name in ("stdin", "stdout", "stderr"):
            closed.setattr(sys, name, None)
        with pytest.raises(SystemExit) as ended:
            main()
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            opened.callback(stream.close)
    assert ended.value.code == 0


def test_who_reads_may_stop_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `head` does: no defect, and no other exit code."""
    monkeypatch.setattr("sys.stdout", Broken(BrokenPipeError(32, "Broken pipe")))
    put_out("text")
    monkeypatch.setattr("sys.stderr", Broken(BrokenPipeError(32, "Broken pipe")))
    say("text")


def test_a_full_disk_under_standard_output_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked for is not there, so the command did not succeed."""
    monkeypatch.setattr("sys.stdout", Broken(OSError(28, "No space left on device")))
    with pytest.raises(StorageError, match="No space left"):
        put_out("text")


# The sandbox


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["--duplicates", "twice"], "second, refuse, return"),
        (["--rate", "-1"], "--rate"),
        (["--latency", "-1"], "--latency"),
        (["--faults", "often"], "--faults"),
        (["--port", "99999"], "--port"),
    ],
)
def test_a_wrong_option_of_the_sandbox_ends_with_2(wrong: list[str], told: str) -> None:
    """And says what is right."""
    said = give("sandbox", *wrong)
    assert said.exit_code == 2
    assert told in said.stderr


def test_a_log_is_told_no_whole_number(service: Sandbox) -> None:  # noqa: ARG001 - is there
    """What a run says where nobody looks on, at night, masks the numbers of wrong rows; the report has them."""
    said = give("run", table(Path("contacts.csv"), [("Phone", "Name"), ("612345207", "Ana")]))
    assert said.exit_code == 1
    assert "612345207" not in said.stderr
    assert "…207" in said.stderr
    assert "612345207" in (last_run() / "summary.json").read_text("utf-8")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_terminal_escapes_in_the_name_of_a_file_are_not_shown(service: Sandbox) -> None:  # noqa: ARG001 - is there
    """Neither where it cannot be read, nor on the way, nor at the end, nor in the list of runs."""
    name = "\x1b]0;owned\x07\x1b[31mcontacts.csv"
    missing, said = give("run", name, "-v"), give("run", customers(Path(name)), "-v")
    assert (missing.exit_code, said.exit_code) == (3, 0)
    assert "contacts.csv" in missing.stderr
    listed = [give("runs").stdout, give("runs", next(Path("reports").iterdir()).name).stdout]
    for text in (missing.stderr, said.stderr, *listed):
        assert "\x1b" not in text
        assert "\x07" not in text


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_a_config_that_others_can_write_to_ends_with_2(service: Sandbox) -> None:
    """Its base_url would get the token; nothing is asked."""
    Path("config.toml").write_text("[run]\n", "utf-8")
    Path("config.toml").chmod(0o666)
    said = give("run", customers(Path("contacts.csv")))
    assert said.exit_code == 2
    assert "chmod go-w config.toml" in said.stderr
    assert not service.traffic.requests


@pytest.mark.parametrize(("text", "told"), [("Phone,Name\n346,Ana\ncall me,Eva\n", "line 3"), (None, "cannot be read")])
def test_contacts_of_the_sandbox_that_are_wrong_end_with_2(text: str | None, told: str) -> None:
    """With the line, and how such a file is written."""
    if text is not None:
        Path("there.csv").write_text(text, "utf-8")
    said = give("sandbox", "--contacts", "there.csv")
    assert said.exit_code == 2
    assert told in said.stderr
    assert "POST /contacts" in said.stderr
