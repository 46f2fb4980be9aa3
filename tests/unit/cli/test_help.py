"""The help of each command, as a person reads it on 80 columns."""

import re

import pytest
from typer.testing import CliRunner

from importer.cli.command_line import app

COMMANDS = [
    *("run", "check", "init", "retry", "runs", "report", "undo", "schedule", "doctor", "purge", "explain", "sandbox"),
    *("journal", "journal backup", "journal check"),
]


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_the_help_names_arguments_by_words(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No type of Python, no braces; the usage has no path, and no line is wider than the terminal."""
    monkeypatch.setenv("COLUMNS", "80")
    said = CliRunner().invoke(
        app, [*command.split(), "--help"], prog_name="/home/ana/.local/venv/bin/callbell-importer"
    )
    usage, options = said.stdout.splitlines()[0], said.stdout.partition("Examples:")[0]
    assert re.fullmatch(rf"Usage: callbell-importer {command} *\[OPTIONS\]( [\[\]A-Z.]+)*", usage), usage
    assert not re.search(r"[<>{}]", options)
    assert max(map(len, options.splitlines())) <= 80


def test_the_sandbox_says_how_tags_come_to_exist_in_it() -> None:
    """No option names them: contacts that have them do."""
    said = " ".join(CliRunner().invoke(app, ["sandbox", "--help"]).stdout.split())
    assert "Their tags (column Tags), users and custom fields exist too." in said


@pytest.mark.parametrize("command", ["purge", "report", "runs", "journal check", "journal backup"])
def test_commands_that_look_at_past_runs_send_nothing_to_a_sandbox(command: str) -> None:
    """Their `--sandbox` means the runs of rehearsals."""
    said = " ".join(CliRunner().invoke(app, [*command.split(), "--help"]).stdout.split())
    assert "--sandbox Look into the rehearsals, which have a journal and reports of their own." in said
    assert "Do everything but send" not in said
