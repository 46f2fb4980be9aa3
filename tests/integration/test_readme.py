"""The README says what the program does: its commands are given, its tables compared with the code."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from importer.cli.command_line import app
from importer.commands import exit_status as endings
from importer.model import errors
from importer.model.rows import Status
from importer.settings import settle
from tests.support.commands import give
from tests.support.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
_NAMES = "doctor|run|retry|runs|sandbox|undo|check|init|journal (?:backup|check)"
COMMANDS = sorted(set(re.findall(rf"callbell-importer ((?:{_NAMES})\b[^`\n|#]*)", README)))
IN_SANDBOX = {command: 1 if "problems" in command else 0 for command in COMMANDS if "sample_inputs" in command}


def test_it_begins_with_the_two_commands() -> None:
    """The first runs the main job on a sample, the second the tests, each on a machine with only Python and pip."""
    first, second = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)
    assert first == (
        "python3 -m venv .venv && .venv/bin/pip install . && "
        ".venv/bin/callbell-importer run sample_inputs/contacts.csv --sandbox --yes"
    )
    assert second == "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest"


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_and_options_are_there(command: str) -> None:
    """Each command that it shows is one, and so are its options."""
    name, *words = shlex.split(command)
    known = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]  # the top is a group
    if name == "journal":
        known = known.commands[words.pop(0)]
    options = {"--help", *(option for parameter in known.params for option in parameter.opts)}
    assert {word for word in words if word.startswith("-")} <= options


@pytest.mark.parametrize("command", sorted(IN_SANDBOX))
def test_its_samples_end_as_it_says(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every sample runs in the sandbox, the clean ones with exit code 0, the one with the problems with 1."""
    monkeypatch.chdir(ROOT)
    places = ["--report-dir", str(tmp_path / "reports"), "--journal", str(tmp_path / "journal.sqlite3")]
    assert give(*shlex.split(command), "--yes", *places).exit_code == IN_SANDBOX[command]


def test_every_sample_has_its_line() -> None:
    """No sample stands in the folder without the README saying what it is."""
    linked = set(re.findall(r"\(sample_inputs/([^)]+)\)", README))
    assert linked == {path.name for path in (ROOT / "sample_inputs").iterdir()}


def test_its_statuses_are_the_codes() -> None:
    """The table of statuses has each last word, and the drawing no word that is none; nor does either miss one."""
    table = re.findall(r"^\| `(\w+)` \| .*\| (?:yes|no|unknown|by that row) \|$", README, re.MULTILINE)
    assert table == [status.value for status in Status if status not in (Status.PENDING, Status.IN_FLIGHT)]
    (drawing,) = re.findall(r"```\n( +invalid .*?)```", README, re.DOTALL)
    words = set(re.findall(r"\b(?:[a-z]+_[a-z]+|[a-z]+)\b", drawing))
    assert {status.value for status in Status} - words == set()


def test_its_exit_codes_are_the_codes() -> None:
    """The table has every exit code that a class or a constant has, and no other."""
    told = {int(code) for line in re.findall(r"^\| ([\d, ]+) \|", README, re.MULTILINE) for code in line.split(",")}
    kinds = {kind.exit_code for kind in errors.ImporterError.__subclasses__()}
    assert told == {0, 1, *kinds, endings.DEFECT, endings.INTERRUPTED, endings.TERMINATED}


def test_its_config_is_one() -> None:
    """The config that it shows is accepted as it stands."""
    (config,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    assert settle({}, {}, config).mapping_given


def test_its_unit_names_the_token_as_the_settings_do() -> None:
    """The variable in the systemd service is the one that the settings read."""
    variables = dict(re.findall(r"^Environment=(\w+)=(.*)$", README, re.MULTILINE))
    assert variables.pop("CALLBELL_IMPORTER_CONFIG")
    assert str(settle({}, variables).service.token_file) == "%d/token"


def test_the_packages_map_names_files_that_are_there() -> None:
    """Whoever is sent to a file by importer/README.md finds it."""
    text = (ROOT / "importer" / "README.md").read_text(encoding="utf-8")
    there = {path.relative_to(ROOT / "importer").as_posix() for path in (ROOT / "importer").rglob("*.py")}
    named = set(re.findall(r"`([a-z_/]+\.py)`", text))
    assert named
    assert {name for name in named if not any(f"/{path}".endswith(f"/{name}") for path in there)} == set()
