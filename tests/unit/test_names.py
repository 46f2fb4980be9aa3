"""Names that are found by searching: one thing a name, modules called by nouns, and nothing too long to read."""

import ast
import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PACKAGE = ROOT / "importer"
MODULES = sorted(PACKAGE.rglob("*.py"))

MOST_ENTRIES = 15
MOST_LINES = 260
MOST_FUNCTION_LINES = 40
TOP_LEVEL = frozenset({"README.md", "config.example.toml", "importer", "pyproject.toml", "sample_inputs", "tests"})
NOUNS = frozenset({"column_mapping", "encoding"})
"""Modules whose names end like participles and are none."""
VAGUE = re.compile(r"(^|_)(utils?|helpers?|common|managers?|data|info|items?)($|_)|^process_|^misc")

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def place(path: Path) -> str:
    """Return the module's path as a person reads it."""
    return path.relative_to(ROOT).as_posix()


def test_no_two_public_classes_or_functions_have_one_name() -> None:
    """A search for a name finds one definition; the commands' functions in `cli/` are called like the commands."""
    homes = defaultdict(list)
    for path in MODULES:
        if path.is_relative_to(PACKAGE / "cli"):
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, Definition) and not node.name.startswith("_"):
                homes[node.name].append(place(path))
    assert {name: found for name, found in homes.items() if len(found) > 1} == {}


def test_modules_are_called_by_nouns() -> None:
    """No participle, and no word that fits everything."""
    names = {path.stem if path.stem != "__init__" else path.parent.name for path in MODULES}
    participles = {name for name in names if re.search(r"(ing|ed)$", name)}
    assert participles <= NOUNS
    assert not {name for name in names if VAGUE.search(name)}


def test_the_package_has_few_entries() -> None:
    """`ls importer` fits in a glance."""
    others = {"__init__.py", "py.typed", "README.md", "__pycache__"}
    entries = sorted(entry.name for entry in PACKAGE.iterdir() if entry.name not in others)
    assert len(entries) <= MOST_ENTRIES, entries


def test_no_module_is_too_long_to_read() -> None:
    """A module fits on a few screens."""
    lengths = {place(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_no_function_is_too_long_to_read() -> None:
    """A function fits on one screen, with its docstring; of a command, which has a line for each option, its body."""
    lengths = {
        f"{place(path)}: {node.name}": (node.end_lineno or 0)
        - (node.body[0] if path.parent.name == "cli" else node).lineno
        + 1
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in lengths.items() if lines > MOST_FUNCTION_LINES} == {}


def test_the_top_level_holds_only_what_is_given() -> None:
    """No journal, report or config of a trial is committed beside the given files and folders."""
    if not (ROOT / ".git").exists():
        pytest.skip("an unpacked folder has no list of what was committed")
    git = shutil.which("git") or "git"
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own command
    entries = {name.split("/")[0] for name in listed.split("\0") if name}
    assert {entry for entry in entries if not entry.startswith(".")} == TOP_LEVEL
