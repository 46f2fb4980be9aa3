"""Where things are kept, and what a run is called."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.commands.paths import is_there, journal_path, run_name
from importer.model.errors import StorageError

AT = datetime(2026, 11, 23, 2, 0, 0, tzinfo=UTC)
NOWHERE = Path("no-such-folder")


def test_a_journal_that_is_named_is_used(tmp_path: Path) -> None:
    """Also by a sandbox."""
    mine = tmp_path.resolve() / "mine"
    assert journal_path(mine, sandbox=False) == journal_path(mine, sandbox=True) == mine


def test_every_name_of_a_journal_leads_to_one_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link, a link to what is not there yet, a linked folder, a relative path: the lock is beside the file itself."""
    real = tmp_path.resolve() / "real" / "journal.sqlite3"
    real.parent.mkdir()
    (tmp_path / "link.sqlite3").symlink_to(real)
    (tmp_path / "folder").symlink_to(real.parent)
    monkeypatch.chdir(real.parent)
    names = [tmp_path / "link.sqlite3", tmp_path / "folder" / real.name, Path("../real/journal.sqlite3"), real]
    assert {journal_path(name, sandbox=False) for name in names} == {real}


def test_a_journal_with_two_hard_links_is_refused(tmp_path: Path) -> None:
    """With where it is and how the other name is found: nobody can tell which of them is meant."""
    journal = tmp_path / "journal.sqlite3"
    journal.write_bytes(b"")
    (tmp_path / "other.sqlite3").hardlink_to(journal)
    with pytest.raises(StorageError, match="more than one name") as refused:
        journal_path(tmp_path / "other.sqlite3", sandbox=False)
    assert "other.sqlite3" in refused.value.message
    assert "-samefile" in refused.value.hint


def test_a_sandbox_has_a_journal_of_its_own() -> None:
    """What was sent to a sandbox is never taken for sent."""
    real, sandbox = journal_path(None, sandbox=False), journal_path(None, sandbox=True)
    assert real != sandbox
    assert real.parent == sandbox.parent
    assert real.is_absolute()


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
