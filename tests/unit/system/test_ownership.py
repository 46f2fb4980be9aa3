"""What is told of files and folders that belong to somebody else."""

import os
import sqlite3
from pathlib import Path

import pytest

from importer.commands.report_folder import closed_folder_hint
from importer.journal.faults import storage_error
from importer.model.errors import StorageError
from importer.system import ownership
from importer.system.locks import journal_lock
from importer.system.ownership import folder_cure, journal_cure

if os.name == "nt":
    pytest.skip("owners are POSIX's", allow_module_level=True)

AGAIN = "Then give the same command again: it goes on."


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[Path]:
    """What is in this set is another user's, and closed for whoever gives the command."""
    found, access, opened = set[Path](), os.access, os.open

    def refusing(path: Path, *how: int) -> int:
        if Path(path) in found:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *how)

    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) not in found and access(path, mode))
    monkeypatch.setattr(os, "open", refusing)
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    monkeypatch.setattr(ownership, "own_name", lambda: "callbell")
    return found


def test_a_journal_of_another_owner_is_made_ones_own(tmp_path: Path, closed: set[Path]) -> None:
    """All its files at once; another journal is no cure, as it would not know what was sent."""
    journal = tmp_path / "journal.sqlite3"
    shared = tmp_path / "journal.sqlite3-wal"
    for file in (journal, shared):
        file.touch()
        closed.add(file)
    cure = f"Make it yours to read and write, as root:\n  chown callbell {journal} {shared}\n{AGAIN}"
    assert journal_cure(journal) == cure
    with pytest.raises(StorageError, match=r"Permission denied\.$") as refused, journal_lock(journal):
        pass
    assert refused.value.hint == cure
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
    assert storage_error(journal, error).hint == cure


def test_what_is_ones_own_or_missing_has_another_cure(
    tmp_path: Path, closed: set[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An owner changes the rights alone; of what is not there, or may be used, nothing is said."""
    journal = tmp_path / "journal.sqlite3"
    assert journal_cure(journal) == ""
    journal.touch()
    assert journal_cure(journal) == ""
    closed.add(journal)
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid)
    assert journal_cure(journal) == f"Make it yours to read and write:\n  chmod u+rw {journal}\n{AGAIN}"


def test_a_folder_of_another_owner_is_made_ones_own(tmp_path: Path, closed: set[Path]) -> None:
    """By the command for root, with the user's name; what is in an open one has no need of it."""
    folder = tmp_path / "reports"
    folder.mkdir()
    assert folder_cure(folder) == folder_cure(folder / "new") == ""
    closed.add(folder)
    assert folder_cure(folder) == f"Make it yours to read and write, as root:\n  chown callbell {folder}\n{AGAIN}"


def test_a_missing_folder_in_one_of_roots_is_made_by_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder above stays root's."""
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path or mode == os.X_OK)
    monkeypatch.setattr(ownership, "own_name", lambda: "callbell")
    new = tmp_path / "reports"
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    assert f"as root:\n  mkdir -p {new} && chown callbell {new}\n" in folder_cure(new)


def test_a_missing_folder_in_a_closed_one_of_ones_own_is_made_by_its_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who opens the folder above, for which nobody has to be root."""
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path or mode == os.X_OK)
    cure = f"Make it yours to read and write:\n  chmod u+rwx {tmp_path}\n{AGAIN}"
    assert folder_cure(tmp_path / "reports" / "rehearsals") == cure


def test_a_rehearsal_in_a_closed_folder_is_cured_by_opening_that(tmp_path: Path, closed: set[Path]) -> None:
    """The folder of the rehearsals is in it, and not seen."""
    closed.add(tmp_path / "reports")
    (tmp_path / "reports").mkdir()
    told = closed_folder_hint(tmp_path / "reports" / "rehearsals")
    assert f"as root:\n  chown callbell {tmp_path / 'reports'}\n" in told
