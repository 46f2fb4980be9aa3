"""The journal's file: made, opened, refused, and what a person is told when the disk fails."""

import os
import re
import shutil
import sqlite3
import stat
import tomllib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from importer.journal import Journal, database
from importer.journal.database import Database, encode_json
from importer.journal.schema import APPLICATION_ID, MIGRATIONS, MIGRATIONS_FOLDER
from importer.model.errors import StorageError
from importer.model.rows import Status
from tests.support.journals import START, begin, begun, entries, record, send_all, statuses
from tests.support.paths import ROOT


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the journal is."""
    return tmp_path / "state" / "journal.sqlite3"


def tampered(path: Path, *statements: str) -> None:
    """Change the file behind the journal's back."""
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def add_step(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sql: str) -> None:
    """Let the schema have one more step."""
    (tmp_path / "next.sql").write_text(sql, encoding="utf-8")
    monkeypatch.setattr(database, "MIGRATIONS_FOLDER", tmp_path)
    monkeypatch.setattr(database, "MIGRATIONS", (*MIGRATIONS, "next.sql"))


def test_every_script_is_a_step() -> None:
    """Each file of the folder is named in order, numbered from 1."""
    assert sorted(script.name for script in MIGRATIONS_FOLDER.iterdir()) == list(MIGRATIONS)
    assert [int(name[:4]) for name in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))


def test_the_scripts_are_part_of_an_installed_package() -> None:
    """The patterns of `package-data` fit every SQL file, also where the package is not installed as editable."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["importer"]
    packed = {file for pattern in patterns for file in (ROOT / "importer").glob(pattern)}
    scripts = set((ROOT / "importer").rglob("*.sql"))
    assert len(scripts) == len(MIGRATIONS) + 1
    assert scripts <= packed


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_the_journal_is_private(path: Path) -> None:
    """Its folder is 0700 and each of its files 0600."""
    with closing(begun(path)):
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_a_journal_that_others_could_read_is_private_once_it_was_opened(path: Path) -> None:
    """It holds customers' numbers; another program's file stays as it is."""
    begun(path).close()
    path.chmod(0o644)
    Journal.open(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    other = path.with_name("other")
    other.write_bytes(b"no journal " * 100)
    other.chmod(0o644)
    with pytest.raises(StorageError):
        Journal.open(other)
    assert stat.S_IMODE(other.stat().st_mode) == 0o644


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_a_new_journal_is_private_before_anything_is_in_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite would make it as the process's mask has it."""
    seen = []

    def connect(file: Path, **options: Any) -> sqlite3.Connection:
        seen.append(stat.S_IMODE(file.stat().st_mode))
        return sqlite3.Connection(file, **options)

    monkeypatch.setattr(sqlite3, "connect", connect)
    begun(path).close()
    assert seen == [0o600]


def test_json_is_stored_without_spaces() -> None:
    """There may be a million rows of it; what is no ASCII is stored as it is, half a character as a question mark."""
    assert encode_json({"a": [1, "b"], "c": "ñ\ud83d"}) == '{"a":[1,"b"],"c":"ñ?"}'


def test_the_file_says_what_it_is(path: Path) -> None:
    """Application id, version, write-ahead log and full durability are set."""
    with closing(begun(path)) as journal:
        pragmas = ("application_id", "user_version", "journal_mode", "synchronous")
        found = [journal._database.fetch(f"PRAGMA {pragma}")[0][0] for pragma in pragmas]
        assert found == [APPLICATION_ID, len(MIGRATIONS), "wal", 2]


def test_the_status_words_are_those_of_the_enum(path: Path) -> None:
    """The CHECK on rows has exactly the words of `Status`; that on contacts only words of it."""
    with closing(begun(path)) as journal:
        tables = dict(journal._database.fetch("SELECT name, sql FROM sqlite_schema WHERE type = 'table'"))
    words = {name: set(re.findall(r"'(\w+)'", sql)) for name, sql in tables.items() if "CHECK" in sql}
    assert words["rows"] == {status.value for status in Status}
    assert words["contacts"] < words["rows"]


def test_the_readme_draws_exactly_the_statuses_of_the_enum() -> None:
    """Each status is in the drawing, and whatever an arrow leads to or from is one."""
    readme = (Path(__file__).parents[3] / "importer" / "README.md").read_text(encoding="utf-8")
    (drawing,) = re.findall(r"^ *invalid .*?\n(?=```)", readme, re.DOTALL | re.MULTILINE)
    statuses = {status.value for status in Status}
    assert set(re.findall(r"\w+", drawing)) >= statuses
    assert set(re.findall(r"(?:->|\|) (\w+)(?= ->| \||$)", drawing, re.MULTILINE)) <= statuses


def test_what_was_written_is_there_after_reopening(path: Path) -> None:
    """Closing and opening changes nothing; closing twice does no harm."""
    with closing(begun(path, numbers=[1, 2])) as journal:
        send_all(journal)
        journal.finish(record())
        journal.close()
    with closing(Journal.open(path)) as journal:
        assert statuses(journal) == ["created", "created"]


def test_an_empty_file_becomes_a_journal(path: Path) -> None:
    """A file of no bytes, as `mktemp` makes it, is as good as none."""
    path.parent.mkdir()
    path.touch()
    begun(path).close()


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    """A text file is left as it is."""
    path.parent.mkdir()
    path.write_text("Phone,Name\n" * 100)
    with pytest.raises(StorageError, match="not a journal of this importer"):
        Journal.open(path)
    assert path.read_text() == "Phone,Name\n" * 100


@pytest.mark.parametrize("statement", ["CREATE TABLE notes (text)", "PRAGMA application_id = 7"])
def test_another_programs_database_is_refused(path: Path, statement: str) -> None:
    """A database without our mark is left as it is."""
    path.parent.mkdir()
    tampered(path, statement)
    before = path.read_bytes()
    with pytest.raises(StorageError, match="a database, but not a journal") as refused:
        Journal.open(path)
    assert refused.value.hint == "Name another file with --journal; this one was not changed."
    assert path.read_bytes() == before


def test_a_newer_journal_is_refused(path: Path) -> None:
    """An older importer would spoil it, and says how to upgrade."""
    begun(path).close()
    tampered(path, f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(StorageError, match="newer version") as error:
        Journal.open(path)
    upgrade = "Install the newer importer again (README.md: Upgrading), or name another file with --journal."
    assert error.value.hint == upgrade


def test_an_older_journal_is_brought_up_to_date(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new step is applied once, to what is there."""
    begun(path, numbers=[1]).close()
    add_step(monkeypatch, tmp_path, "CREATE TABLE learned (name TEXT PRIMARY KEY) STRICT;")
    for _ in range(2):
        with closing(Journal.open(path)) as journal:
            assert journal._database.fetch("SELECT count(*) FROM learned") == [(0,)]
            assert statuses(journal) == ["pending"]


def test_a_step_that_fails_changes_nothing(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps are applied whole or not at all."""
    begun(path).close()
    add_step(monkeypatch, tmp_path, "CREATE TABLE learned (name); CREATE TABLE rows (x);")
    with pytest.raises(StorageError, match=r"journal\.sqlite3 cannot be used"):
        Journal.open(path)
    monkeypatch.undo()
    with closing(Journal.open(path)) as journal:
        assert journal._database.fetch("SELECT count(*) FROM sqlite_schema WHERE name = 'learned'") == [(0,)]


def test_an_old_sqlite_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before 3.37 there are no STRICT tables."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    with pytest.raises(StorageError, match=r"needs 3\.37") as refused:
        Journal.open(path)
    assert refused.value.hint == (
        "Install Python from python.org or your system's newer packages, and with it the importer again."
    )
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 37, 0))
    Journal.open(path).close()


def test_a_damaged_journal_is_told_after_a_crash(path: Path) -> None:
    """After an end without close, a small journal is looked through before it is trusted."""
    with closing(begun(path)) as journal:
        for start in range(0, 5000, 500):
            journal.enqueue(0, entries(range(start, start + 500)))
        journal._database.fetch("PRAGMA wal_checkpoint(TRUNCATE)")
        send_all(journal)
        copy = path.with_name("copy.sqlite3")
        for suffix in ("", "-wal"):
            shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
    with copy.open("r+b") as file:
        file.seek(4096 * 50)
        file.write(b"\xff" * 4096 * 100)
    with pytest.raises(StorageError, match=r"copy\.sqlite3 is damaged") as damaged:
        Journal.open(copy)
    assert damaged.value.hint == (
        "Restore it from a backup; a new one, named with --journal, would not know what was sent before."
    )


def test_a_sound_journal_opens_after_a_crash(path: Path) -> None:
    """What was committed before the end is there."""
    with closing(begun(path, numbers=[1, 2])) as journal:
        journal.claim(1)
        copy = path.with_name("copy.sqlite3")
        for suffix in ("", "-wal"):
            shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
    with closing(Journal.open(copy)) as journal:
        assert statuses(journal) == ["in_flight", "pending"]


def test_a_full_disk_leaves_what_was_there(path: Path) -> None:
    """The rows that did not fit are not there, those before are, and the run can be ended once there is room."""
    with closing(begun(path, numbers=[1])) as journal:
        ((pages,),) = journal._database.fetch("PRAGMA page_count")
        journal._database.fetch(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StorageError, match="disk is full") as error:
            journal.enqueue(0, entries(range(2, 2000)))
        assert "same command" in error.value.hint
        assert statuses(journal) == ["pending"]
        journal._database.fetch("PRAGMA max_page_count = 1000000")
        journal.enqueue(0, entries([2]))
        assert statuses(journal) == ["pending", "pending"]


def test_a_locked_journal_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program that writes to it keeps us out, after a while."""
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.0)
    with closing(begun(path)) as journal, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="in use by another program"):
            journal.enqueue(0, entries([1]))
        other.execute("ROLLBACK")
        journal.enqueue(0, entries([1]))


def test_a_journal_that_may_only_be_read_is_told(path: Path) -> None:
    """Writing where writing is forbidden is told with the file's path."""
    with closing(begun(path)) as journal:
        journal._database.fetch("PRAGMA query_only = ON")
        with pytest.raises(StorageError, match=r"journal\.sqlite3 is read-only"):
            begin(journal, "run-2")


def test_a_file_that_cannot_be_closed_is_told(path: Path) -> None:
    """With its name, as any other error of the disk."""

    class Unclosable:
        """A connection whose disk is gone."""

        def close(self) -> None:
            raise sqlite3.OperationalError("disk I/O error")

    with closing(begun(path)) as journal:
        sound = journal._database._connection
        journal._database._connection = Unclosable()  # type: ignore[assignment]  # stands in for a failing disk
        with pytest.raises(StorageError, match=r"journal\.sqlite3 cannot be used \(disk I/O error\)"):
            journal.close()
        journal._database._connection = sound


def test_a_rehearsal_that_is_over_commits_nothing(path: Path) -> None:
    """After it was rolled back, nothing more can be written: that would last."""
    journal = Journal.open(path, rehearsal=True)
    journal._database._connection.rollback()
    with pytest.raises(RuntimeError, match=r"^the rehearsal is over$"):
        journal.begin(record())
    journal.close()


def test_a_temporary_one_is_no_file(path: Path, tmp_path: Path) -> None:
    """It does all that a journal does, and neither a file nor its folder is made, before or after it is closed."""
    with closing(Journal(Database(path, rehearsal=True, temporary=True), lambda: START)) as journal:
        begin(journal, "run-1", range(3))
        send_all(journal)
        assert [one.name for one, _ in journal.runs()] == [record().name]
        assert not [*tmp_path.iterdir()]
    assert not [*tmp_path.iterdir()]


def test_a_folder_is_no_journal(tmp_path: Path) -> None:
    """A folder's path is told as one that cannot be opened."""
    with pytest.raises(StorageError, match="cannot be opened"):
        Journal.open(tmp_path)


class Failing:
    """A connection whose nth call fails as a disk does: no real disk fails on command."""

    def __init__(self, connection: sqlite3.Connection, nth: int) -> None:
        self._connection = connection
        self._left = nth

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._connection, name)
        return self._failing(found) if name in ("execute", "executemany") else found

    def _failing(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
                raise error
            return call(*args)

        return counted


@pytest.mark.parametrize("nth", range(1, 60))
def test_whichever_call_fails_the_journal_stays_whole(path: Path, nth: int) -> None:
    """The error is a StorageError, and the same journal takes every row to its end afterwards."""
    with closing(begun(path, numbers=[1, 2])) as journal:
        sound = journal._database._connection
        journal._database._connection = Failing(sound, nth)  # type: ignore[assignment]  # stands in for a failing disk
        try:
            journal.enqueue(0, entries([3, 4]))
            send_all(journal)
            journal.finish(record())
        except StorageError as error:
            assert "cannot be read or written" in error.message  # noqa: PT017 - some calls are the last ones
        journal._database._connection = sound
        begin(journal, "run-2", [1, 2, 3, 4])
        pending = journal.claim(9)
        assert all(status in ("unchanged", "in_flight") for status in statuses(journal, "run-2"))
        sent = {status for status in statuses(journal) if status in ("created", "in_doubt")}
        assert not sent or len(pending) < 4 or all(one.in_doubt for one in pending)
