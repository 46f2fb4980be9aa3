"""A lock that one process holds at a time."""

import contextlib
import importlib
import os
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from importer.model.errors import BusyError, StorageError
from importer.system import runtime
from importer.system.locks import exclusive_lock, is_locked, journal_lock

posix_only = pytest.mark.skipif(os.name == "nt", reason="flock is POSIX's")


class FakeMsvcrt(SimpleNamespace):
    """Windows' module, which other systems lack: remembers what was locked, and refuses when told to."""

    LK_NBLCK = 2

    def __init__(self, *, held: bool) -> None:
        super().__init__(held=held, locked=[])

    def locking(self, descriptor: int, how: int, count: int) -> None:
        if self.held:
            raise PermissionError(13, "Permission denied")
        self.locked.append((os.lseek(descriptor, 0, os.SEEK_CUR), how, count))


def test_a_held_lock_names_its_holder(tmp_path: Path) -> None:
    """Who comes second is told which run holds the lock, and what to do."""
    path = tmp_path / "new" / "journal.lock"
    with (
        exclusive_lock(path, "20261123-020000-contacts"),
        pytest.raises(BusyError, match=f"20261123-020000-contacts, process {os.getpid()}") as busy,
        exclusive_lock(path),
    ):
        pass
    assert "same command" in busy.value.hint


def test_a_released_lock_is_free(tmp_path: Path) -> None:
    """The lock can be taken again after the block, with a shorter name than before."""
    path = tmp_path / "journal.lock"
    with exclusive_lock(path, "a long name of a run"):
        pass
    with exclusive_lock(path, "b"):
        assert path.read_text() == f"b, process {os.getpid()}"


@posix_only
def test_the_system_frees_the_lock_of_a_dead_process(tmp_path: Path) -> None:
    """A process that is killed while it holds the lock leaves it free."""
    path = tmp_path / "journal.lock"
    code = "import os, sys, pathlib, importer.system.locks as s\n"
    code += "with s.exclusive_lock(pathlib.Path(sys.argv[1])): os._exit(9)\n"
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)  # noqa: S603 - our own interpreter
    assert done.returncode == 9
    with exclusive_lock(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_lock_that_cannot_be_opened_is_a_storage_error(tmp_path: Path) -> None:
    """A folder in the lock file's place is told with its path."""
    with pytest.raises(StorageError, match=r"lock file .* cannot be opened"), exclusive_lock(tmp_path):
        pass


def test_windows_locks_one_byte_far_behind_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows a byte past the holder's name is locked, so that the name can be read."""
    fake = FakeMsvcrt(held=False)
    monkeypatch.setattr(runtime, "WINDOWS", True)
    monkeypatch.setitem(sys.modules, "msvcrt", fake)
    with exclusive_lock(tmp_path / "journal.lock"):
        assert fake.locked == [(1 << 30, FakeMsvcrt.LK_NBLCK, 1)]


def test_a_lock_held_on_windows_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows' refusal is the same BusyError; an empty lock file has no name to tell."""
    monkeypatch.setattr(runtime, "WINDOWS", True)
    monkeypatch.setitem(sys.modules, "msvcrt", FakeMsvcrt(held=True))
    monkeypatch.setattr("importer.system.locks.time.sleep", lambda _seconds: None)
    with pytest.raises(BusyError, match="another process"), exclusive_lock(tmp_path / "journal.lock"):
        pass


def test_a_look_on_windows_refuses_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a run is under way is seen there by taking the lock for an instant: who wants it tries again."""
    fake = FakeMsvcrt(held=True)
    monkeypatch.setattr(runtime, "WINDOWS", True)
    monkeypatch.setitem(sys.modules, "msvcrt", fake)
    monkeypatch.setattr("importer.system.locks.time.sleep", lambda _seconds: setattr(fake, "held", False))
    with exclusive_lock(tmp_path / "journal.lock"):
        assert len(fake.locked) == 1


@posix_only
def test_a_look_refuses_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`is_locked` shares the lock for an instant: a run that begins in it takes the lock right after."""
    journal, waits = tmp_path / "journal.sqlite3", []
    fcntl = importlib.import_module("fcntl")
    with contextlib.ExitStack() as look:
        file = look.enter_context((tmp_path / "journal.sqlite3.lock").open("wb"))
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        assert not is_locked(journal)

        def look_ends(seconds: float) -> None:
            waits.append(seconds)
            look.close()

        monkeypatch.setattr("importer.system.locks.time.sleep", look_ends)  # so that the test need not sleep
        with journal_lock(journal):
            assert is_locked(journal)
    assert len(waits) == 1
    assert waits[0] < 0.1


@posix_only
def test_a_look_that_does_not_end_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stopped process may hold it for hours; a run that holds it is told of at once."""
    path, waits = tmp_path / "journal.lock", list[float]()
    fcntl = importlib.import_module("fcntl")
    monkeypatch.setattr("importer.system.locks.time.sleep", waits.append)
    with path.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        with pytest.raises(BusyError), exclusive_lock(path):
            pass
    assert 0 < sum(waits) < 1
    waits.clear()
    with exclusive_lock(path), pytest.raises(BusyError), exclusive_lock(path):
        pass
    assert waits == []


def test_whoever_waits_gets_the_lock_when_it_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `wait`, a lock that another holds is asked for again until it is let go of."""
    path, waits = tmp_path / "journal.lock", []
    with contextlib.ExitStack() as held:
        held.enter_context(exclusive_lock(path))

        def wait_a_while(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 3:
                held.close()

        monkeypatch.setattr("importer.system.locks.time.sleep", wait_a_while)  # so that the test need not sleep
        with exclusive_lock(path, wait=True):
            assert waits == [0.5] * 3
