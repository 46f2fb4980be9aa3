"""The READMEs say what the program does: their commands are given, their tables and names compared with the code."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import typer.main

from importer.cli.command_line import app
from importer.commands.end import exit_status as endings
from importer.model import errors
from importer.model.rows import Status
from importer.settings import settle
from tests.benchmarks.__main__ import every_benchmark
from tests.fault_injection import __doc__ as fault_injection
from tests.support.commands import give
from tests.support.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
IMPORTER_README = (ROOT / "importer" / "README.md").read_text(encoding="utf-8")
PLACES = ("README.md", *(f"{folder}/README.md" for folder in ("importer", "tests")))
PLACES = (*PLACES, *(f"tests/{folder}/README.md" for folder in ("benchmarks", "fault_injection")))
TEXTS = {place: (ROOT / place).read_text(encoding="utf-8") for place in PLACES}
FOR_USERS = README + IMPORTER_README
MOST_LINES = 260
_TOP = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # the top is a group


def _every_command() -> Iterator[tuple[str, set[str]]]:
    """Yield each command's words with its options."""
    for name, command in _TOP.items():
        for words, one in [(f"{name} {sub}", its) for sub, its in getattr(command, "commands", {}).items()] or [
            (name, command)
        ]:
            options = {"--help", *(option for parameter in one.params for option in parameter.opts)}
            yield words, options | ({"--json-schema"} if "--json" in options else set())


OPTIONS = dict(_every_command())
_NAMES = "|".join(map(re.escape, OPTIONS))
COMMANDS = sorted(set(re.findall(rf"callbell-importer ((?:{_NAMES})\b[^`\n|#&]*)", FOR_USERS)))
IN_SANDBOX = {command: 1 if "problems" in command else 0 for command in COMMANDS if "sample_inputs" in command}


@cache
def _source() -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "importer").rglob("*.py")))


@cache
def _example() -> str:
    return (ROOT / "config.example.toml").read_text(encoding="utf-8")


def _in_backticks(pattern: str, text: str = FOR_USERS) -> set[str]:
    """Return what the pattern's group finds, that stands alone between backticks."""
    return set(re.findall(rf"(?<!`)`{pattern}`(?!`)", text))


def test_it_begins_with_the_two_commands() -> None:
    """The first runs the main job on a sample, the second the tests, each on a machine with only Python and pip."""
    first, second = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)
    assert first == (
        "python3 -m venv .venv && .venv/bin/pip install . && "
        ".venv/bin/callbell-importer run sample_inputs/contacts.csv --sandbox --yes"
    )
    assert second == "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest"


def test_it_has_two_parts_and_is_short() -> None:
    """Shop owners come first, administrators second, and all of it is read in minutes."""
    assert re.findall(r"^# (.*)$", re.sub(r"```.*?```", "", README, flags=re.DOTALL), re.MULTILINE) == [
        "callbell-importer",
        "Shop owners: five minutes",
        "Administrators: every night",
    ]
    assert len(README.splitlines()) <= MOST_LINES


@pytest.mark.parametrize("command", sorted(OPTIONS))
def test_every_command_is_in_it(command: str) -> None:
    """No command is only found by --help."""
    assert f"callbell-importer {command}" in README


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_and_options_are_there(command: str) -> None:
    """Each command that it shows is one, and so are its options."""
    name = max((name for name in OPTIONS if command.startswith(name)), key=len)
    assert {word for word in shlex.split(command) if word.startswith("-")} <= OPTIONS[name]


def test_its_other_options_are_there() -> None:
    """Options that stand in the text without their command belong to one."""
    named = {option for text in _in_backticks(r"(--[a-z][^`]*)") for option in re.findall(r"--[a-z-]+", text)}
    assert named - {"--version"} <= set().union(*OPTIONS.values())


def test_its_keys_are_in_the_example() -> None:
    """Keys and tables of the config are those of config.example.toml."""
    keys = _in_backticks(r"(?:\[[a-z]+\]\s)?([a-z_]+) = [^`]*") | {
        "rate",
        "settle_seconds",
        "mobile_form",
        "header_row",
    }
    assert keys <= set(re.findall(r"^#? ?([a-z_]+) = ", _example(), re.MULTILINE))
    assert _in_backticks(r"\[([a-z.]+)\]") <= set(re.findall(r"^#? ?\[([a-z._]+)", _example(), re.MULTILINE))


def test_its_words_are_those_of_the_code() -> None:
    """A word between backticks is a command, a key, a package, or stands in the code: statuses, codes, fields."""
    words = _in_backticks("([a-z]+(?:_[a-z]+)*)") - {"second"}
    here = {path.stem for path in (ROOT / "importer").rglob("*")} | set(OPTIONS)
    assert {
        word
        for word in words - here
        if not re.search(rf'["\'.]{word}["\' ,(]|(?m:^(?:# )?{word} = )', _source() + _example())
    } == set()


def test_its_written_files_are_those_that_are_written() -> None:
    """The code writes each file of a run's folder that it names."""
    named = _in_backticks(r"([a-z]+\.(?:csv|xlsx|html|json))") - {"contacts.xlsx"}
    stems = {name.partition(".")[0] for name in named}
    assert named
    assert {stem for stem in stems if f'"{stem}' not in _source()} == set()


@pytest.mark.parametrize("place", PLACES)
def test_its_links_lead_somewhere(place: str) -> None:
    """Whoever follows a link to a file or a heading finds it."""
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", TEXTS[place]):
        path, _, heading = link.partition("#")
        target = (ROOT / place).parent / path if path else ROOT / place
        assert target.exists(), link
        if heading:
            titles = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}, link


@pytest.mark.parametrize("place", PLACES)
def test_its_developers_commands_are_there(place: str) -> None:
    """What is named after `python -m tests.` is a part of the fault-injection tests or a benchmark."""
    named = set(re.findall(r"python -m tests\.(\w+) ([a-z][a-z-]*)", TEXTS[place]))
    parts = {*re.findall(r"^([a-z-]+) {2,}", fault_injection or "", re.MULTILINE), "short", "long"}
    assert named <= {
        *(("fault_injection", part) for part in parts),
        *(("benchmarks", name) for name in every_benchmark()),
    }


@pytest.mark.parametrize("command", sorted(IN_SANDBOX))
def test_its_samples_end_as_it_says(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every sample runs in the sandbox, the clean ones with exit code 0, the one with the problems with 1."""
    monkeypatch.chdir(ROOT)
    places = ["--report-dir", str(tmp_path / "reports"), "--journal", str(tmp_path / "journal.sqlite3")]
    assert give(*shlex.split(command), "--yes", *places).exit_code == IN_SANDBOX[command]


def test_every_sample_has_its_line() -> None:
    """No sample stands in the folder without importer/README.md saying what it is."""
    linked = set(re.findall(r"\(\.\./sample_inputs/([^)]+)\)", IMPORTER_README))
    assert linked == {path.name for path in (ROOT / "sample_inputs").iterdir()}


def test_its_statuses_are_the_codes() -> None:
    """The table of statuses has each last word; the drawing of importer/README.md misses none."""
    table = re.findall(r"^\| `(\w+)` \| .*\| (?:yes|no|unknown|by that row) \|$", README, re.MULTILINE)
    assert table == [status.value for status in Status if status not in (Status.PENDING, Status.IN_FLIGHT)]
    (drawing,) = re.findall(r"```\n( +invalid .*?)```", IMPORTER_README, re.DOTALL)
    words = set(re.findall(r"\b(?:[a-z]+_[a-z]+|[a-z]+)\b", drawing))
    assert {status.value for status in Status} - words == set()


def test_its_exit_codes_are_the_codes() -> None:
    """The table has every exit code that a class or a constant has, and no other."""
    told = {int(code) for line in re.findall(r"^\| ([\d, ]+) \|", README, re.MULTILINE) for code in line.split(",")}
    kinds = {kind.exit_code for kind in errors.ImporterError.__subclasses__()}
    assert told == {0, 1, *kinds, endings.DEFECT, endings.INTERRUPTED, endings.TERMINATED}


def test_its_config_is_one() -> None:
    """The config and the table that it shows are accepted together as they stand."""
    shown = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    settings = settle({}, {}, "\n".join(shown))
    assert (settings.mapping_given, settings.notify.mail_to) == (True, ("ops@example.com",))


def test_its_variables_are_read() -> None:
    """Each variable that it names is one of the settings, or stands in the code."""
    named = set(re.findall(r"CALLBELL_[A-Z_]+", FOR_USERS))
    keys = {f"CALLBELL_IMPORTER_{key.upper()}" for key in re.findall(r"^#? ?([a-z_]+) = ", _example(), re.MULTILINE)}
    assert {name for name in named - keys if f'"{name}"' not in _source()} == set()


def test_its_recording_shows_a_run_that_goes_on() -> None:
    """The picture is well-formed, has no scripts, and shows both ends: what was cut off, and all customers there."""
    picture = ET.fromstring((ROOT / ".github" / "recording.svg").read_text(encoding="utf-8"))  # noqa: S314 - our own
    shown = "".join(picture.itertext())
    assert {element.tag.rpartition("}")[2] for element in picture.iter()} <= {
        "svg",
        "title",
        "style",
        "rect",
        "g",
        "text",
        "tspan",
    }
    assert "Give the same command again" in shown
    assert "All 1,500 customers are in Callbell." in shown


def test_its_pictures_of_the_terminal_show_how_a_run_is_taken_back() -> None:
    """As every run that changed something says it."""
    for name in ("recording.svg", "terminal.svg"):
        shown = (ROOT / ".github" / name).read_text(encoding="utf-8")
        ET.fromstring(shown)  # noqa: S314 - our own
        assert "To take it back: callbell-importer undo " in shown


def test_the_packages_map_names_files_that_are_there() -> None:
    """Whoever is sent to a file by importer/README.md finds it."""
    there = {path.relative_to(ROOT / "importer").as_posix() for path in (ROOT / "importer").rglob("*.py")}
    named = set(re.findall(r"`([a-z_/]+\.py)`", IMPORTER_README))
    assert named
    assert {name for name in named if not any(f"/{path}".endswith(f"/{name}") for path in there)} == set()
