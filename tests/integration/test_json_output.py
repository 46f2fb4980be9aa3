"""What `--json` prints: one object, on every exit code, as the JSON Schemas in the package say."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from importer.commands import check as checking
from importer.commands import undo as undoing
from importer.commands.end import run_end as running
from importer.commands.end.conclusion import LAST_RUN
from importer.journal import AccountMatch, Journal
from importer.model.deletion import Fate
from importer.model.errors import StorageError
from importer.model.rows import FINAL
from importer.model.runs import RunRecord
from importer.sandbox import Sandbox
from importer.system.locks import exclusive_lock
from tests.support.commands import TOKEN, Said, customers, give, serving, table
from tests.support.paths import ROOT

SCHEMAS = ROOT / "importer" / "reports" / "schemas"
OF_COMMAND = {"run": "run", "retry": "run", "report": "run"}
FILE = Path("contacts.csv")
JOURNAL = Path("state") / "journal.sqlite3"


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder of its own, and has the journal there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / JOURNAL))
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture(autouse=True)
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox, whose address and token are in the environment."""
    with serving() as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
        yield sandbox


def schema(name: str) -> Any:
    """Return a schema of the package."""
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))


def valid(name: str, found: object) -> None:
    """Require that something is as a schema says."""
    validator = Draft202012Validator(schema(name), format_checker=Draft202012Validator.FORMAT_CHECKER)
    errors = [
        f"{error.json_path}: {error.message} {[one.message for one in error.context or ()]}"
        for error in validator.iter_errors(found)
    ]
    assert errors == []


Patch = pytest.MonkeyPatch


def a_good_file(*_: object) -> None:
    """Three customers."""
    customers(FILE)


def a_bad_row(*_: object) -> None:
    """One that is good, one that is not."""
    table(FILE, [("Phone", "Name"), ("+34600000001", "Ana"), ("nobody", "Eva")])


def a_wrong_config(*_: object) -> None:
    """A key that is none."""
    customers(FILE)
    Path("config.toml").write_text("[run]\nbogus = 1\n", "utf-8")


def a_config_that_is_no_toml(*_: object) -> None:
    """It cannot even be read."""
    customers(FILE)
    Path("config.toml").write_text("[run", "utf-8")


def no_token(patch: Patch, _: Sandbox) -> None:
    """Nowhere."""
    customers(FILE)
    patch.delenv("CALLBELL_API_TOKEN")


def no_file(*_: object) -> None:
    """It is not there."""


def no_journal(*_: object) -> None:
    """What is there is none."""
    customers(FILE)
    JOURNAL.parent.mkdir()
    JOURNAL.write_text("a diary", "utf-8")


def a_refused_token(patch: Patch, _: Sandbox) -> None:
    """Another one."""
    customers(FILE)
    patch.setenv("CALLBELL_API_TOKEN", "another-token-altogether")


def a_defect(patch: Patch, _: Sandbox) -> None:
    """In place of what would have to be broken by hand: nothing is known that raises here."""
    customers(FILE)

    def broken(*_: object, **_named: object) -> None:
        raise ZeroDivisionError("+34600000001")

    patch.setattr(running, "write_or_explain", broken)
    patch.setattr(checking, "checked_json", broken)
    patch.setattr(undoing, "undo_json", broken)
    patch.setattr("importer.commands.runs.journal_of", broken)
    patch.setattr("importer.commands.purge.command.journals_besides", broken)


def stopped_by(number: signal.Signals) -> Callable[[Patch, Sandbox], None]:
    """Return what lets a signal come when a run begins in the journal."""

    def stopped(patch: Patch, _: Sandbox) -> None:
        customers(FILE)
        begin = Journal.begin

        def interrupted(self: Journal, record: RunRecord, account: AccountMatch, *more: Any) -> None:
            os.kill(os.getpid(), number)
            begin(self, record, account, *more)

        patch.setattr(Journal, "begin", interrupted)

    return stopped


def told_to_end_early(number: signal.Signals) -> Callable[[Patch, Sandbox], None]:
    """Return what lets a signal come before there is an event loop that takes it."""

    def stopped(patch: Patch, _: Sandbox) -> None:
        customers(FILE)

        def path(*_: object, **_named: object) -> None:
            signal.raise_signal(number)

        patch.setattr("importer.commands.setup.journal_of", path)
        patch.setattr("importer.commands.runs.journal_of", path)
        patch.setattr("importer.commands.purge.own_journals.journal_path", path)

    return stopped


def an_import(*_: object) -> None:
    """There is a journal, and the customers are in Callbell."""
    customers(FILE)
    assert give(*RUN).exit_code == 0


def a_defect_of_a_purge(patch: Patch, service: Sandbox) -> None:
    """The same, and the journals of others cannot be looked for."""
    an_import()
    a_defect(patch, service)


RUN, CHECK = ("run", str(FILE)), ("check", str(FILE))
FORGET = ("purge", "--contact", "+34600000001")
Case = tuple[tuple[str, ...], Callable[[Patch, Sandbox], None], int, str]
"""What is given, what is done before, the exit code and the code of the error."""
CASES: list[Case] = [
    (RUN, a_good_file, 0, ""),
    (RUN, a_bad_row, 1, ""),
    ((*RUN, "--bogus"), a_good_file, 2, "usage"),
    (("run",), a_good_file, 2, "usage"),
    ((*RUN, "--rate", "fast"), a_good_file, 2, "usage"),
    ((*RUN, "--rate", "-1"), a_good_file, 2, "settings"),
    (RUN, a_wrong_config, 2, "settings"),
    (RUN, a_config_that_is_no_toml, 2, "settings"),
    ((*RUN, "-c", "absent.toml"), a_good_file, 2, "config_unreadable"),
    (RUN, no_token, 2, "token_missing"),
    (RUN, no_file, 3, "file_missing"),
    (RUN, no_journal, 4, "not_a_journal"),
    (RUN, a_refused_token, 5, "token_refused"),
    (RUN, a_defect, 70, "defect"),
    (CHECK, a_good_file, 0, ""),
    (CHECK, a_bad_row, 1, ""),
    ((*CHECK, "--bogus"), a_good_file, 2, "usage"),
    (CHECK, a_wrong_config, 2, "settings"),
    (CHECK, no_file, 3, "file_missing"),
    (CHECK, a_refused_token, 5, "token_refused"),
    (CHECK, a_defect, 70, "defect"),
    (("retry",), a_good_file, 2, "run_unknown"),
    (("retry", "--bogus"), a_good_file, 2, "usage"),
    (("undo", "nothing"), a_good_file, 2, "run_unknown"),
    (("undo",), a_good_file, 2, "usage"),
    (("runs",), a_good_file, 0, ""),
    (("runs", "nothing"), a_good_file, 2, "run_unknown"),
    (("runs",), a_wrong_config, 2, "settings"),
    (("runs",), no_journal, 4, "not_a_journal"),
    (("runs",), a_defect, 70, "defect"),
    ((*FORGET, "--yes"), an_import, 0, ""),
    ((*FORGET, "--dry-run"), an_import, 0, ""),
    ((*FORGET, "--remember"), an_import, 0, ""),
    (("purge", "--older-than", "90d", "--dry-run"), an_import, 0, ""),
    (("purge", "--older-than", "90d"), an_import, 0, ""),
    (("purge",), an_import, 2, "usage"),
    (FORGET, an_import, 2, "nobody_to_ask"),
    (FORGET, a_good_file, 2, "usage"),
    ((*FORGET, "--bogus"), a_good_file, 2, "usage"),
    (("purge", "+34600000001"), a_good_file, 2, "usage"),
    (("purge", "--contact", "+34600000001 or so"), an_import, 2, "usage"),
    (FORGET, a_wrong_config, 2, "settings"),
    (FORGET, no_journal, 4, "not_a_journal"),
    ((*FORGET, "--yes"), a_defect_of_a_purge, 70, "defect"),
    (("doctor",), a_wrong_config, 2, "settings"),
    (("doctor",), a_refused_token, 2, "usage"),
]
POSIX = pytest.mark.skipif(
    os.name == "nt", reason="Windows has no signal that a process can send itself for a graceful stop"
)
WITH_SIGNALS: list[Case] = [
    (RUN, stopped_by(signal.SIGINT), 130, "interrupted"),
    (RUN, stopped_by(signal.SIGTERM), 143, "terminated"),
    (RUN, told_to_end_early(signal.SIGTERM), 143, "terminated"),
    (RUN, told_to_end_early(signal.SIGINT), 130, "interrupted"),
    (CHECK, told_to_end_early(signal.SIGTERM), 143, "terminated"),
    (("runs",), told_to_end_early(signal.SIGINT), 130, "interrupted"),
    (("runs",), told_to_end_early(signal.SIGTERM), 143, "terminated"),
    (FORGET, told_to_end_early(signal.SIGINT), 130, "interrupted"),
    (FORGET, told_to_end_early(signal.SIGTERM), 143, "terminated"),
]


def require_told(said: Said, command: str, code: int, word: str) -> Any:
    """Require one object that is as its schema says, with the exit code and the error; return it."""
    assert said.exit_code == code, said.stderr
    found = said.summary  # all of standard output is one object
    valid(OF_COMMAND.get(command, command), found)
    assert found["exit_code"] == code
    error = found["error"]
    assert (error["code"] if error else "") == word
    assert "34600000001" not in json.dumps(found.get("error"))
    return found


@pytest.mark.parametrize(
    ("arguments", "before", "code", "word"), [*CASES, *(pytest.param(*one, marks=POSIX) for one in WITH_SIGNALS)]
)
def test_one_object_is_printed_on_every_exit_code(
    arguments: tuple[str, ...],
    before: Callable[[Patch, Sandbox], None],
    code: int,
    word: str,
    monkeypatch: pytest.MonkeyPatch,
    service: Sandbox,
) -> None:
    """With the code and, where something stopped the command, what it was; also where a signal ends it early."""
    before(monkeypatch, service)
    require_told(give(*arguments, "--json"), arguments[0], code, word)


@pytest.mark.parametrize("command", ["run", "check", "retry", "undo", "purge"])
def test_a_journal_in_use_is_told(command: str) -> None:
    """With 6; the runs can be listed all the same."""
    customers(FILE)
    give("run", FILE)
    name = give("runs", "--json").summary["runs"][0]["run"]
    argument = {"run": str(FILE), "check": str(FILE), "purge": "--older-than=90d"}.get(command, name)
    with exclusive_lock(Path(f"{JOURNAL}.lock")):
        said = give(command, argument, "--json", *(["--yes"] if command == "undo" else []))
        require_told(said, command, 6, "busy")
        require_told(give("runs", "--json"), "runs", 0, "")


def last_run() -> str:
    """Return the name of the last run."""
    return str(give("runs", "--json").summary["runs"][0]["run"])


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--max-failures", "2", "--concurrency", "1", "--tag", "None such"), "too_many_failures"),
        (("--tag", "None such"), "refused_alike"),
    ],
)
def test_a_run_that_is_stopped_tells_its_summary_and_the_error(options: tuple[str, ...], word: str) -> None:
    """In summary.json, in last-run.json and when it is looked at later too."""
    customers(FILE, 40)
    said = give("run", FILE, *options, "--json")
    found = require_told(said, "run", 5, word)
    assert found["rows"]["unsent"]
    folder = Path(found["reports"]["summary"]).parent
    assert (folder / "summary.json").read_text("utf-8") == said.stdout
    assert (JOURNAL.parent / LAST_RUN).read_text("utf-8") == said.stdout
    shown = require_told(give("runs", last_run(), "--json"), "runs", 0, "")["run"]
    assert shown["error"] == found["error"]
    assert shown["reports"] == found["reports"]
    assert {key: shown[key] for key in found} == found
    again = give("report", "--json").summary
    valid("run", again)
    assert again["error"] == found["error"]


def test_a_run_without_its_reports_is_still_shown() -> None:
    """What only they kept is left out."""
    table(FILE, [("Phone", "Name"), ("+34600000001", "Ana"), ("nobody", "Eva")])
    folder = Path(give("run", FILE, "--json").summary["reports"]["summary"]).parent
    folder.rename("elsewhere")
    shown = require_told(give("runs", last_run(), "--json"), "runs", 0, "")["run"]
    assert shown["reports"] == {"failed": []}
    assert [one["code"] for one in shown["problems"]] == ["phone_letters"]


def test_a_retry_and_an_undo_print_what_they_did() -> None:
    """And that there is nothing left to do."""
    a_bad_row()
    assert give("run", FILE).exit_code == 1
    name = last_run()
    require_told(give("retry", name, "--json"), "retry", 1, "")
    require_told(give("undo", name, "--json", "--dry-run"), "undo", 0, "")
    require_told(give("undo", name, "--json"), "undo", 2, "nobody_to_ask")
    assert require_told(give("undo", name, "--yes", "--json"), "undo", 0, "")["contacts"]["deleted"] == 1
    require_told(give("undo", name, "--yes", "--json"), "undo", 0, "")
    require_told(give("runs", "--json"), "runs", 0, "")


def test_a_purge_of_a_person_counts_what_it_forgot_and_names_the_other_journals() -> None:
    """By their commands, in which the number is to be put: it stands nowhere in the object."""
    customers(FILE)
    for more in ((), ("--journal", "other.sqlite3")):
        assert give(*RUN, "--yes", *more).exit_code == 0
    other = {"journal": f"{Path.cwd()}/other.sqlite3", "account": None}
    other |= {"command": f"callbell-importer purge --contact NUMBER --journal {other['journal']}"}
    counts = {"runs": 1, "rows": 1, "contacts": 1, "files": 7}
    for options, is_dry in (("--dry-run", True), ("--yes", False)):
        said = give(*FORGET, options, "--json")
        found = require_told(said, "purge", 0, "")
        ended = {"command": "purge", "dry_run": is_dry, "exit_code": 0, "error": None}
        assert found == {**ended, "counts": counts, "other_journals": [other]}
        assert "600000001" not in said.stdout
    assert require_told(give(*FORGET, "--yes", "--json"), "purge", 0, "")["counts"] == dict.fromkeys(counts, 0)
    taken_off = require_told(give(*FORGET, "--remember", "--json"), "purge", 0, "")
    assert taken_off["counts"] == {**dict.fromkeys(counts, 0), "contacts": 1}


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        ("+34600", "such as +34612345678."),
        ("3", "with + and the country code."),
        ("600000009", "nobody who is known here."),
        ("+34600000001 x", "write the number with digits only."),
    ],
)
def test_the_error_of_a_purge_is_told_without_the_number(number: str, advice: str) -> None:
    """And nothing else of it is lost: the example that it gives stays whole."""
    an_import()
    error = require_told(give("purge", "--contact", number, "--json"), "purge", 2, "usage")["error"]
    assert f'"{number}"' not in error["message"]
    assert "600000009" not in "".join(error.values())
    assert '"NUMBER"' in error["message"] or "does not say its country" in error["message"]
    assert error["message"].endswith(advice)


def test_a_purge_of_old_runs_counts_what_it_forgot() -> None:
    """A dry run knows the runs and their reports, and does not count rows."""
    an_import()
    with closing(sqlite3.connect(JOURNAL)) as file:
        file.execute("UPDATE runs SET started_at = '2026-01-01T00:00:00+00:00'")
        file.execute("UPDATE contacts SET last_sent_at = '2026-01-01T00:00:00+00:00', seen_at = NULL")
        file.commit()
    old = ("purge", "--older-than", "90d")
    found = require_told(give(*old, "--dry-run", "--json"), "purge", 0, "")
    assert found["counts"] == {"runs": 1, "rows": None, "contacts": None, "files": 4}
    require_told(give(*old, "--json"), "purge", 2, "nobody_to_ask")
    found = require_told(give(*old, "--yes", "--json"), "purge", 0, "")
    assert found["counts"] == {"runs": 1, "rows": 3, "contacts": 3, "files": 4}
    assert require_told(give(*old, "--yes", "--json"), "purge", 0, "")["counts"]["runs"] == 0


def test_no_run_yet_is_an_empty_list() -> None:
    """And no journal is made by asking."""
    assert require_told(give("runs", "--json"), "runs", 0, "")["runs"] == []
    assert not JOURNAL.exists()


def test_dry_runs_and_rehearsals_print_the_same(service: Sandbox) -> None:  # noqa: ARG001 - is there
    """And are no last run, nor is a check."""
    customers(FILE)
    require_told(give("run", FILE, "--dry-run", "--json"), "run", 0, "")
    assert require_told(give("run", FILE, "--sandbox", "--json"), "run", 0, "")["sandbox"] is True
    require_told(give("check", FILE, "--json"), "check", 0, "")
    assert not list(Path().rglob(LAST_RUN))


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((*RUN, "--bogus"), "usage"),
        ((*RUN, "--rate", "-1"), "settings"),
        ((*RUN, "-c", "absent.toml"), "config_unreadable"),
        (("run", "absent.csv"), "file_missing"),
        (("retry",), "run_unknown"),
    ],
)
def test_a_run_that_could_not_begin_is_the_last_run(arguments: tuple[str, ...], word: str) -> None:
    """So that who looks at last-run.json alone does not take an old night for the last one."""
    customers(FILE)
    JOURNAL.parent.mkdir()
    give(*arguments)
    found = json.loads((JOURNAL.parent / LAST_RUN).read_text("utf-8"))
    valid("run", found)
    assert found["error"]["code"] == word


@pytest.mark.parametrize("config", ["[run", '[run]\njournal = ["a"]\n', None])
def test_where_the_journal_is_not_known_no_other_journals_last_run_is_written_over(
    config: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be a lie about that one's last night."""
    monkeypatch.delenv("CALLBELL_IMPORTER_JOURNAL")
    customers(FILE)
    if config is not None:
        Path("config.toml").write_text(config, "utf-8")
    assert give("run", FILE, *([] if config else ["-c", "absent.toml"])).exit_code == 2
    assert not list(Path().rglob(LAST_RUN))


def test_json_may_be_asked_for_by_variable_or_config(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where another setting is wrong."""
    Path("config.toml").write_text("[run]\njson = true\nbogus = 1\n", "utf-8")
    require_told(give("run", FILE), "run", 2, "settings")
    Path("config.toml").unlink()
    monkeypatch.setenv("CALLBELL_IMPORTER_JSON", "true")
    require_told(give("run", FILE, "--bogus"), "run", 2, "usage")


def test_a_command_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - none
    """With no command's name."""
    said = give("rum", FILE, "--json")
    assert (said.exit_code, said.summary["command"], said.summary["error"]["code"]) == (2, None, "usage")
    valid("run", said.summary)


def test_what_cannot_be_printed_ends_with_4_and_is_the_last_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows are in Callbell all the same."""
    customers(FILE)

    def full(_: str) -> None:
        raise StorageError("Standard output cannot be written: No space left on device.", code="output_unwritable")

    monkeypatch.setattr("importer.cli.command_end.put_out", full)
    assert give("run", FILE, "--json").exit_code == 4
    found = json.loads((JOURNAL.parent / LAST_RUN).read_text("utf-8"))
    valid("run", found)
    assert (found["exit_code"], found["error"]["code"], found["rows"]["created"]) == (4, "output_unwritable", 3)


def test_who_interrupts_what_monitoring_is_told_changes_nothing_of_what_was_printed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A second object would make the first unreadable, and another exit code would contradict it."""
    customers(FILE)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("importer.commands.end.conclusion.conclude", interrupted)
    require_told(give("run", FILE, "--json"), "run", 0, "")


# The schemas


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.name)
def test_the_schemas_are_schemas_and_leave_no_room(path: Path) -> None:
    """Every object says what it requires, and takes nothing else."""
    found = json.loads(path.read_text("utf-8"))
    Draft202012Validator.check_schema(found)

    def objects(one: Any) -> Iterator[dict[str, Any]]:
        if isinstance(one, dict):
            if one.get("type") == "object" and "properties" in one:
                yield one
            for value in one.values():
                yield from objects(value)
        elif isinstance(one, list):
            for value in one:
                yield from objects(value)

    assert all(one["additionalProperties"] is False and "required" in one for one in objects(found))


def test_the_schemas_know_every_status() -> None:
    """A list stands once; where it has to stand again, this compares the two."""
    rows = schema("run")["$defs"]["rows"]["properties"]
    assert set(rows) == {*FINAL, "read", "blank", "left_out"}
    assert set(schema("undo")["$defs"]["undone"]["properties"]["contacts"]["properties"]) == {
        *Fate,
        "created",
        "updated",
    }


@pytest.mark.parametrize("command", ["run", "check", "retry", "runs", "undo", "report", "doctor", "purge"])
def test_each_command_shows_its_schema(command: str) -> None:
    """For whoever writes the program that reads it."""
    said = give(command, "--json-schema")
    assert (said.exit_code, said.summary) == (0, schema(OF_COMMAND.get(command, command)))
    assert "--json-schema" in give(command, "--help").stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal that a process can send itself for a graceful stop")
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 143)])
def test_a_signal_while_the_command_line_is_imported_is_told_too(name: str, code: int) -> None:
    """It takes longer than all that comes before."""
    script = f"""
import signal, sys
class Interrupting:
    def find_spec(self, module, *_):
        if module == "typer":
            signal.raise_signal(signal.{name})
sys.meta_path.insert(0, Interrupting())
sys.argv[1:] = ["run", "contacts.csv", "--json"]
from importer.cli import main
main()
"""
    here = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script]
    ended = subprocess.run(command, capture_output=True, check=False, env=here, encoding="utf-8")  # noqa: S603 - our own code
    found = json.loads(ended.stdout)
    valid("run", found)
    assert (ended.returncode, found["exit_code"]) == (code, code)
    assert ended.stderr == "Interrupted. The same command goes on.\n"
