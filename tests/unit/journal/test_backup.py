"""A copy of the journal: whole, private, one file."""

import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from importer.journal import Journal
from importer.journal.backup import back_up
from importer.journal.integrity import examine
from importer.model.errors import StorageError
from tests.support.journals import record


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A journal with a run."""
    path = tmp_path / "journal.sqlite3"
    with closing(Journal.open(path)) as store:
        store.begin(record())
    return path


def test_a_backup_has_what_only_the_log_holds_so_far(tmp_path: Path, journal: Path) -> None:
    """A plain copy of the file has not: that is why there is this command."""
    with closing(Journal.open(journal)) as store:
        store.begin(record("run-2"))
        shutil.copy(journal, tmp_path / "plain.sqlite3")
        back_up(journal, tmp_path / "copy.sqlite3")
        assert [run.name for run, _ in store.runs()] == ["run-2", "run-1"]
    assert examine(tmp_path / "plain.sqlite3").runs == 1
    assert examine(tmp_path / "copy.sqlite3").runs == 2


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_a_backup_is_one_private_file(tmp_path: Path, journal: Path) -> None:
    """It can be read on its own, and only by its owner; nothing else is left beside it."""
    journal.chmod(0o644)
    back_up(journal, tmp_path / "new" / "copy.sqlite3")
    (copy,) = (tmp_path / "new").iterdir()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert copy.read_bytes()[18:20] == b"\x01\x01"  # no write-ahead log, which could not be made in a folder to read
    examine(copy)
    assert list((tmp_path / "new").iterdir()) == [copy]


def test_a_backup_is_a_journal(tmp_path: Path, journal: Path) -> None:
    """A run can go on with it."""
    back_up(journal, tmp_path / "copy.sqlite3")
    with closing(Journal.open(tmp_path / "copy.sqlite3")) as store:
        store.begin(record("run-2"))
        assert len(store.runs()) == 2


def test_what_is_no_journal_is_not_copied(tmp_path: Path) -> None:
    """Another program's database is left alone, and so is what is none."""
    other = tmp_path / "other.sqlite3"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE notes (text)")
    (tmp_path / "text").write_text("no database at all, and longer than a header of SQLite is " * 3, "utf-8")
    for path in (other, tmp_path / "text"):
        with pytest.raises(StorageError, match="not a journal of this importer") as refused:
            back_up(path, tmp_path / "copy.sqlite3")
        assert refused.value.hint.startswith("Name ")
    assert not (tmp_path / "copy.sqlite3").exists()


def test_a_damaged_journal_is_not_taken_for_a_backup(tmp_path: Path, journal: Path) -> None:
    """The copy is checked before it gets its name."""
    content = bytearray(journal.read_bytes())
    content[4096 * 3 : 4096 * 4] = b"\x13" * 4096
    journal.write_bytes(content)
    with pytest.raises(StorageError, match="damaged"):
        back_up(journal, tmp_path / "copy.sqlite3")
    assert [path for path in tmp_path.iterdir() if "copy" in path.name] == []


def test_a_copy_that_cannot_be_written_is_a_storage_error(tmp_path: Path, journal: Path) -> None:
    """A file where its folder should be, for instance."""
    (tmp_path / "taken").write_text("a file", "utf-8")
    with pytest.raises(StorageError, match="taken"):
        back_up(journal, tmp_path / "taken" / "copy.sqlite3")
