"""`--log-format json`: an object a line, as its schema says, and nothing else on that stream."""

import json
import logging
import os
import re
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from importer.commands.end import retention
from importer.commands.end import run_end as running
from importer.journal import AccountMatch, Journal
from importer.model.runs import RunRecord
from importer.sandbox import Fault, FaultKind, Faults, Sandbox, Scripted
from tests.support.commands import NO_LIMIT, TOKEN, customers, give, serving, table
from tests.support.paths import ROOT

SCHEMA = json.loads((ROOT / "importer" / "reports" / "schemas" / "log.schema.json").read_text("utf-8"))
FILE = Path("contacts.csv")
AS_JSON = ("--log-format", "json")


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder of its own, and has the journal there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / "state" / "journal.sqlite3"))


@pytest.fixture(autouse=True)
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox, whose address and token are in the environment."""
    with serving() as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
        yield sandbox


def entries(text: str) -> list[dict[str, Any]]:
    """Return the log's entries; all that is on the stream has to be one, and to be as the schema says."""
    validator = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
    found = [json.loads(line) for line in text.splitlines()]
    assert [error.message for one in found for error in validator.iter_errors(one)] == []
    assert all(datetime.fromisoformat(one["time"]).utcoffset() == timedelta(0) for one in found)
    assert TOKEN not in text
    assert "34600000" not in text
    return found


def events(found: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    """Return the entries of an event."""
    return [one for one in found if one["event"] == event]


def test_a_run_is_told_from_its_beginning_to_its_end() -> None:
    """With the run's name in every entry since it has one, and the exit code at last."""
    table(FILE, [("Phone", "Name"), ("+34600000001", "Ana"), ("nobody", "Eva")])
    said = give("run", FILE, "-v", *AS_JSON)
    found = entries(said.stderr)
    assert (said.exit_code, said.stdout) == (1, "")
    (begun,) = events(found, "run_begins")
    assert all(one["run"] == begun["run"] for one in found[found.index(begun) :])
    rows = {one["row"]: one for one in events(found, "row")}
    assert rows[3]["code"] == "phone_letters"
    assert (rows[2]["attempt"], rows[2]["level"]) == (1, "debug")
    assert rows[2]["http_status"] in {200, 201}
    assert 0 <= rows[2]["ms"] < 60_000
    (ended,) = events(found, "run_ended")
    assert (ended["exit_code"], ended["counts"]) == (1, {"created": 1, "invalid": 1})
    assert events(found, "progress")[-1]["counts"] == {"created": 1, "invalid": 1}
    assert (found[-1]["event"], found[-1]["exit_code"], found[-1]["level"]) == ("end", 1, "info")
    assert "2 rows read" in found[-1]["message"]


def test_a_request_that_did_not_settle_its_row_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its status, which attempt it was, and how long it took."""
    throttled = Scripted(fault=Fault(FaultKind.THROTTLED), call="POST /contacts")
    customers(FILE, 1)
    with serving(replace(NO_LIMIT, faults=Faults(script=(throttled,)))) as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        found = entries(give("run", FILE, "-v", *AS_JSON).stderr)
    (attempt,) = events(found, "attempt")
    assert (attempt["row"], attempt["attempt"], attempt["http_status"]) == (2, 1, 429)
    assert attempt["ms"] >= 0
    assert events(found, "row")[-1]["attempt"] == 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("run", str(FILE), "--bogus"), 2),
        (("run", str(FILE), "--rate", "-1"), 2),
        (("run", "absent.csv"), 3),
        (("check", "absent.csv"), 3),
        (("undo", "none"), 2),
        (("retry",), 2),
    ],
)
def test_an_error_is_an_entry_too(arguments: tuple[str, ...], code: int) -> None:
    """Also one of the command line, or before there is a run."""
    customers(FILE)
    said = give(*arguments, *AS_JSON)
    (last,) = events(entries(said.stderr), "end")
    assert (said.exit_code, last["exit_code"], last["level"]) == (code, code, "error")
    assert last["code"]


def test_a_variable_or_config_is_heeded_where_another_setting_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads the stream reads this too."""
    customers(FILE)
    monkeypatch.setenv("CALLBELL_IMPORTER_LOG_FORMAT", "json")
    assert entries(give("run", FILE, "--rate", "-1").stderr)
    monkeypatch.delenv("CALLBELL_IMPORTER_LOG_FORMAT")
    Path("config.toml").write_text('[run]\nlog_format = "json"\nbogus = 1\n', "utf-8")
    assert entries(give("run", FILE).stderr)


def test_a_defect_is_an_entry_without_anybodys_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """And no traceback."""
    customers(FILE)

    def broken(*_: object, **_named: object) -> None:
        raise ZeroDivisionError("+34600000001")

    monkeypatch.setattr(running, "write_or_explain", broken)
    said = give("run", FILE, *AS_JSON)
    last = entries(said.stderr)[-1]
    assert (said.exit_code, last["exit_code"], last["code"]) == (70, 70, "defect")


def test_what_libraries_and_python_say_is_an_entry_without_numbers_or_the_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Warnings, entries of their own logs, and what Python ignores."""
    customers(FILE)
    begin = Journal.begin

    class Failing:
        def __del__(self) -> None:
            raise ZeroDivisionError("+34600000001")

    def talking(self: Journal, record: RunRecord, account: AccountMatch, *more: Any) -> None:
        logging.getLogger("aiohttp.client").warning("header %s for %s", f"Bearer {TOKEN}", "+34600000001")
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("+34 600 000 001 is odd", UserWarning, stacklevel=1)
        logging.getLogger("asyncio").error("a task failed", exc_info=ValueError(TOKEN))
        Failing()
        begin(self, record, account, *more)

    monkeypatch.setattr(Journal, "begin", talking)
    said = give("run", FILE, *AS_JSON)
    told = [one["message"] for one in events(entries(said.stderr), "library")]
    assert told == [
        "header Bearer [token] for …001",
        "UserWarning: …001 is odd",
        "a task failed (ValueError)",
        "ZeroDivisionError was ignored",
    ]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal that a process can send itself for a graceful stop")
def test_a_run_that_is_told_to_end_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """With 143."""
    customers(FILE)
    begin = Journal.begin

    def interrupted(self: Journal, record: RunRecord, account: AccountMatch, *more: Any) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        begin(self, record, account, *more)

    monkeypatch.setattr(Journal, "begin", interrupted)
    said = give("run", FILE, *AS_JSON)
    assert (said.exit_code, entries(said.stderr)[-1]["exit_code"]) == (143, 143)


def test_quiet_leaves_notes_and_progress_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """What happened is told all the same, to the end; also where rows of past runs are dropped."""
    customers(FILE)
    monkeypatch.setattr(retention, "drop_settled_rows", lambda *_: 1)
    found = entries(give("run", FILE, "-q", *AS_JSON).stderr)
    assert not events(found, "note")
    assert not events(found, "progress")
    (ended,), (end,) = events(found, "run_ended"), events(found, "end")
    assert (ended["exit_code"], end["exit_code"], found[-1]) == (0, 0, end)


def test_counts_are_fields_and_words() -> None:
    """No entry prints what only Python can read."""
    customers(FILE)
    (ended,) = events(entries(give("run", FILE, *AS_JSON).stderr), "run_ended")
    counts = ended["counts"]
    assert ended["message"] == f"ended with exit code 0: {counts['created']} created"


def test_a_log_file_has_the_same_entries_and_standard_error_the_words() -> None:
    """The stream is for a person then."""
    customers(FILE)
    said = give("run", FILE, *AS_JSON, "--log-file", "log")
    found = entries(Path("log").read_text("utf-8"))
    assert [one["event"] for one in found][-1] == "run_ended"
    assert "Finished" in said.stderr


def test_a_process_of_its_own_says_nothing_else_either() -> None:
    """Not even before or after what Python's own tests can see."""
    customers(FILE)
    command = [sys.executable, "-m", "importer", "run", str(FILE), "--log-format", "json", "--json"]
    ended = subprocess.run(  # noqa: S603 - our own command
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        encoding="utf-8",
    )
    assert ended.returncode == 0, ended.stderr
    assert entries(ended.stderr)[-1]["exit_code"] == 0
    assert json.loads(ended.stdout)["exit_code"] == 0


def test_every_field_and_event_is_documented() -> None:
    """In the README, by its name; and every event that the code has is in the schema."""
    text = (ROOT / "importer" / "README.md").read_text("utf-8")
    section = text[text.index("`--log-format json`") : text.index("## The sandbox")]
    names = [*SCHEMA["properties"], *SCHEMA["properties"]["event"]["enum"]]
    assert [name for name in names if f"`{name}`" not in section] == []
    code = "".join(path.read_text("utf-8") for path in sorted((ROOT / "importer").rglob("*.py")))
    of_code = {*re.findall(r'log_fields\(\s*"(\w+)"', code), *re.findall(r'log_row\([^"]*"[^"]*", "(\w+)"', code)}
    assert of_code | {"note", "library"} == set(SCHEMA["properties"]["event"]["enum"])
