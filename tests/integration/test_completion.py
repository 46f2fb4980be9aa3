"""What a shell is told when a person presses Tab, through the protocol of the script that typer installs for it."""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from importer.cli.completion import complete_run
from importer.journal.schema import APPLICATION_ID
from importer.model.policy import Existing
from tests.support.paths import ROOT

MAIN = "import sys; sys.argv = ['callbell-importer']; from importer.cli import main; main()"
HEAVY = ("asyncio", "importer.settings.layers", "numpy", "pandas", "aiohttp", "openpyxl")
"""pydantic is not among them: typer imports it itself where it is installed."""
SHELLS = ("bash", "zsh", "fish")
BY_NAME = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1", "SHELL": "/bin/bash"}
"""The shell is the one that is named: none need be among the processes that began the tests."""

Complete = Callable[..., list[str]]


def _variables(shell: str, line: str) -> dict[str, str]:
    if shell == "bash":
        return {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
    return {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}


@pytest.fixture
def complete(tmp_path: Path) -> Complete:
    """Return what gives the words that a shell offers at the end of a line."""

    def completed(line: str, shell: str = "bash", main: str = MAIN, **variables: str) -> list[str]:
        kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
        environment = {
            "_CALLBELL_IMPORTER_COMPLETE": f"complete_{shell}",
            **_variables(shell, line),
            **kept,
            **variables,
        }
        ended = subprocess.run(  # noqa: S603 - this Python
            [sys.executable, "-c", main], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert ended.stderr == ""
        text = ended.stdout
        if shell == "zsh" and "((" in text:
            text = text.partition("((")[2].partition("))")[0]
            return [one.split(":")[0].strip('"') for one in text.splitlines() if one]
        return [one.split("\t")[0] for one in text.splitlines() if one]

    return completed


def _journal(path: Path, *names: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as made:
        made.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        made.execute("CREATE TABLE runs (id INTEGER PRIMARY KEY, name TEXT)")
        made.executemany("INSERT INTO runs (name) VALUES (?)", [(name,) for name in names])
        made.commit()
    return path


@pytest.mark.parametrize("shell", SHELLS)
def test_words_of_options_are_offered(complete: Complete, shell: str) -> None:
    """Each shell gets the words that an option takes."""
    assert complete("callbell-importer run --existing ", shell) == [*Existing]
    assert complete("callbell-importer retry --on-conflict s", shell) == ["sheet"]
    assert complete("callbell-importer check --source t", shell) == ["telegram"]
    assert complete("callbell-importer run --country ES", shell) == ["ES"]
    assert complete("callbell-importer schedule --kind sys", shell) == ["systemd", "systemd-user"]
    assert complete("callbell-importer run --log-format ", shell) == ["text", "json"]
    assert complete("callbell-importer run --fail-on ", shell) == ["any", "new"]


@pytest.mark.parametrize("shell", SHELLS)
def test_codes_and_commands_are_offered(complete: Complete, shell: str) -> None:
    """A code to explain, and a command."""
    assert complete("callbell-importer explain token_r", shell) == ["token_refused"]
    assert complete("callbell-importer expl", shell) == ["explain"]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("command", ["runs", "retry", "report", "undo"])
def test_names_of_runs_are_offered(complete: Complete, tmp_path: Path, shell: str, command: str) -> None:
    """The newest first, of the journal that is named."""
    journal = _journal(tmp_path / "j.sqlite3", "20261123-020000-contacts", "20261124-020000-contacts")
    line = f"callbell-importer {command} --journal {journal} 202"
    assert complete(line, shell) == ["20261124-020000-contacts", "20261123-020000-contacts"]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["j.sqlite3"]


def test_a_journal_of_the_config_and_of_its_accounts_is_found(complete: Complete, tmp_path: Path) -> None:
    """Also where nobody names it: each account has a journal beside it."""
    _journal(tmp_path / "shop" / "runs.sqlite3", "1-one")
    _journal(tmp_path / "shop" / "runs-north.sqlite3", "2-two")
    (tmp_path / "config.toml").write_text('[run]\njournal = "shop/runs.sqlite3"\n[accounts.north]\n[accounts.south]\n')
    (tmp_path / "config.toml").chmod(0o600)
    assert complete("callbell-importer runs ") == ["2-two", "1-one"]
    assert complete("callbell-importer run a.csv --account n") == ["north"]


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + bytes(200)])
def test_a_journal_that_cannot_be_read_offers_nothing(complete: Complete, tmp_path: Path, content: bytes) -> None:
    """And says nothing: a message would stand in the middle of what the person types."""
    (tmp_path / "j.sqlite3").write_bytes(content)
    assert complete(f"callbell-importer runs --journal {tmp_path / 'j.sqlite3'} ") == []
    assert complete(f"callbell-importer runs --journal {tmp_path / 'none.sqlite3'} ") == []
    assert complete(f"callbell-importer runs --journal {tmp_path} ") == []


@pytest.mark.parametrize(
    "config", ["[run", 'run = 1\naccounts = "x"', "[run]\njournal = 3", '[run]\njournal = "\\u0000"']
)
def test_a_config_that_is_wrong_offers_nothing(complete: Complete, tmp_path: Path, config: str) -> None:
    """Neither does it hang or fail."""
    (tmp_path / "config.toml").write_text(config)
    assert complete("callbell-importer runs ") == []
    assert complete("callbell-importer run --account ") == []


def test_a_pipe_is_not_waited_for(complete: Complete, tmp_path: Path) -> None:
    """Whoever names one as journal or config gets nothing at once."""
    os.mkfifo(tmp_path / "pipe")
    assert complete(f"callbell-importer runs --journal {tmp_path / 'pipe'} ") == []
    assert complete(f"callbell-importer runs --config {tmp_path / 'pipe'} ") == []


def test_a_name_with_terminal_escapes_is_not_offered(complete: Complete, tmp_path: Path) -> None:
    """Somebody else's file must not write to the terminal."""
    journal = _journal(tmp_path / "j.sqlite3", "\x1b[31mred", "fine")
    assert complete(f"callbell-importer runs --journal {journal} ") == ["fine"]


def test_names_are_read_while_a_run_writes(complete: Complete, tmp_path: Path) -> None:
    """Also those that only SQLite's log beside the journal has."""
    journal = _journal(tmp_path / "j.sqlite3", "old")
    with closing(sqlite3.connect(journal, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("INSERT INTO runs (name) VALUES ('new')")
        writer.execute("BEGIN IMMEDIATE")
        assert complete(f"callbell-importer runs --journal {journal} ") == ["old", "new"]


def test_sheets_of_the_workbook_are_offered(complete: Complete) -> None:
    """Of the one that the command line has before the option."""
    book = ROOT / "sample_inputs" / "customers.xlsx"
    assert complete(f"callbell-importer run {book} --sheet ") == ["Contacts", "Notes"]
    assert complete(f"callbell-importer check {book} --sheet C") == ["Contacts"]
    assert complete(f"callbell-importer run {ROOT / 'README.md'} --sheet ") == []


@pytest.mark.parametrize(
    "line", ["runs --journal j ", "run --country ", "explain ", f"run {ROOT}/sample_inputs/customers.xlsx --sheet "]
)
def test_nothing_heavy_is_imported(complete: Complete, tmp_path: Path, line: str) -> None:
    """A person waits for it: measured on 2026-11-28, 0.2 to 0.25 s of CPU, 0.15 s of it typer and Python."""
    _journal(tmp_path / "j", "one")
    heavy_ones = f"sorted({{*sys.modules}} & {{*{HEAVY!r}}})"
    told = f"import atexit, sys; atexit.register(lambda: print('heavy:', *{heavy_ones})); {MAIN}"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    *offered, heavy = complete(f"callbell-importer {line}", main=told)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert offered
    assert heavy.strip() == "heavy:"
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < 2  # of a machine under any load


def test_a_schema_that_is_asked_for_is_not_shown_meanwhile(complete: Complete) -> None:
    """The option prints once Enter is pressed, not before."""
    assert "$schema" not in " ".join(complete("callbell-importer run --json-schema --existing "))


def test_whatever_goes_wrong_offers_nothing() -> None:
    """A defect of ours is no traceback at the prompt either."""
    assert complete_run(object(), "") == []  # type: ignore[arg-type]  # a context without parameters


def test_a_command_that_is_typed_with_its_path_has_a_script_of_its_plain_name(tmp_path: Path) -> None:
    """A path in the names of its function and its variable would make a script that no shell can run."""
    program = tmp_path / "bin" / "callbell-importer"
    main = (
        f"import sys; sys.argv = [{str(program)!r}, '--show-completion', 'bash']; from importer.cli import main; main()"
    )
    kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), **BY_NAME}
    shown = subprocess.run(  # noqa: S603 - this Python
        [sys.executable, "-c", main], env=kept, cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert "_CALLBELL_IMPORTER_COMPLETE=complete_bash" in shown
    assert str(tmp_path).upper() not in shown


def test_a_program_with_a_path_completes(complete: Complete, tmp_path: Path) -> None:
    """Its shell finds the completion by the last part of the path, and asks with the same variable."""
    program = tmp_path / "bin" / "callbell-importer"
    main = f"import sys; sys.argv = [{str(program)!r}]; from importer.cli import main; main()"
    assert "retry" in complete(f"{program} re", main=main)


@pytest.mark.skipif(shutil.which("bash") is None, reason="the script is bash's")
@pytest.mark.parametrize("typed", ["~/bin/callbell-importer", "callbell-importer"])
def test_bash_completes_a_command_that_is_typed_from_the_home_folder(tmp_path: Path, typed: str) -> None:
    """Bash hands the word over with its tilde, and nothing else would find the program."""
    program = tmp_path / "bin" / "callbell-importer"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nfrom importer.cli import main\nmain()\n", "utf-8")
    program.chmod(0o700)
    kept = {
        "PATH": f"{os.environ['PATH']}{os.pathsep}{program.parent}" if typed == program.name else os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
        **BY_NAME,
    }
    script = subprocess.run(  # noqa: S603 - this Python
        [str(program), "--show-completion", "bash"], env=kept, capture_output=True, text=True, check=True
    ).stdout
    asked = (
        f'{script}\nCOMP_WORDS=("{typed}" ret); COMP_CWORD=1; _callbell_importer_completion "{typed}"; echo $COMPREPLY'
    )
    ended = subprocess.run(["bash", "-c", asked], env=kept, capture_output=True, text=True, check=True)  # noqa: S603, S607
    assert (ended.stdout, ended.stderr) == ("retry\n", "")
