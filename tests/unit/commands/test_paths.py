"""Where things are kept, and what a run is called."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.commands.paths import is_there, journal_path, lock_path, run_name

AT = datetime(2026, 11, 23, 2, 0, 0, tzinfo=UTC)
NOWHERE = Path("no-such-folder")


def test_a_journal_that_is_named_is_used() -> None:
    """Also by a sandbox."""
    assert journal_path(Path("mine"), sandbox=False) == journal_path(Path("mine"), sandbox=True) == Path("mine")


def test_a_sandbox_has_a_journal_of_its_own() -> None:
    """What was sent to a sandbox is never taken for sent."""
    real, sandbox = journal_path(None, sandbox=False), journal_path(None, sandbox=True)
    assert real != sandbox
    assert real.parent == sandbox.parent
    assert real.is_absolute()


def test_the_lock_stands_beside_the_journal() -> None:
    """So that two names of one folder find the same lock."""
    assert lock_path(Path("a/j.sqlite3")) == Path("a/j.sqlite3.lock")


@pytest.mark.parametrize(
    ("file", "stem"),
    [
        ("/home/ana/contacts.csv", "contacts"),
        ("Año 2026, señores.xlsx", "Ano-2026-senores"),
        ("客户.xlsx", "rows"),
        ("....csv", "rows"),
        ("a" * 90 + ".csv", "a" * 40),
        ("-rf.csv", "rf"),
    ],
)
def test_a_run_is_called_by_its_start_and_its_file(file: str, stem: str) -> None:
    """The name is a folder on every system, and an argument that no shell changes."""
    assert run_name(AT, file, NOWHERE, ()) == f"20261123-020000-{stem}"


@given(st.text())
def test_every_file_gives_a_plain_name(file: str) -> None:
    """Letters, digits, hyphens and underscores, whatever the file is called."""
    assert re.fullmatch(r"20261123-020000-\w[\w-]*", run_name(AT, file.replace("\0", ""), NOWHERE, ()), re.ASCII)


def test_no_two_runs_have_one_name(tmp_path: Path) -> None:
    """A folder of that name counts, and so does a run in the journal whose reports are elsewhere."""
    (tmp_path / "20261123-020000-contacts").mkdir()
    assert run_name(AT, "contacts.csv", tmp_path, ()) == "20261123-020000-contacts-2"
    assert run_name(AT, "contacts.csv", tmp_path, {"20261123-020000-contacts-2"}) == "20261123-020000-contacts-3"


def test_a_folder_that_cannot_be_asked_is_somebody_elses_to_tell() -> None:
    """A name that no file system takes is no reason to fail here."""
    impossible = Path("a" * 5000)
    assert not is_there(impossible)
    assert run_name(AT, "contacts.csv", impossible, ()) == "20261123-020000-contacts"
