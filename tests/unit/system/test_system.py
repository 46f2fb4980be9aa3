"""What differs between systems: locks, private files, files written whole, stop signals."""

import asyncio
import contextlib
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from importer.model.errors import BusyError, StorageError
from importer.system import files, platform
from importer.system.files import private_file, private_folder, write_whole
from importer.system.locks import exclusive_lock
from importer.system.stop_signals import install_stop_handlers

posix_only = pytest.mark.skipif(os.name == "nt", reason="modes and flock are POSIX's")


def mode(path: Path) -> int:
    """Return the permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


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
        assert mode(path) == 0o600


def test_a_lock_that_cannot_be_opened_is_a_storage_error(tmp_path: Path) -> None:
    """A folder in the lock file's place is told with its path."""
    with pytest.raises(StorageError, match=r"lock file .* cannot be opened"), exclusive_lock(tmp_path):
        pass


def test_windows_locks_one_byte_far_behind_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows a byte past the holder's name is locked, so that the name can be read."""
    fake = FakeMsvcrt(held=False)
    monkeypatch.setattr(platform, "WINDOWS", True)
    monkeypatch.setitem(sys.modules, "msvcrt", fake)
    with exclusive_lock(tmp_path / "journal.lock"):
        assert fake.locked == [(1 << 30, FakeMsvcrt.LK_NBLCK, 1)]


def test_a_lock_held_on_windows_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows' refusal is the same BusyError; an empty lock file has no name to tell."""
    monkeypatch.setattr(platform, "WINDOWS", True)
    monkeypatch.setitem(sys.modules, "msvcrt", FakeMsvcrt(held=True))
    with pytest.raises(BusyError, match="another process"), exclusive_lock(tmp_path / "journal.lock"):
        pass


@posix_only
def test_new_folders_and_files_are_private(tmp_path: Path) -> None:
    """A new folder is 0700 and a file 0600, also one that was open to others."""
    folder, open_file = tmp_path / "a" / "b", tmp_path / "open"
    private_folder(folder)
    open_file.write_text("x")
    open_file.chmod(0o644)
    private_file(folder / "new")
    private_file(open_file)
    assert [mode(path) for path in (folder, folder / "new", open_file)] == [0o700, 0o600, 0o600]
    assert open_file.read_text() == "x"


@posix_only
def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    """Somebody's working folder is not shut."""
    tmp_path.chmod(0o755)
    private_folder(tmp_path)
    assert mode(tmp_path) == 0o755


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    """A file where the folder should be is told with its path."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"folder .*file.* cannot be made"):
        private_folder(tmp_path / "file")


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    """The old content stands until the block ends, then the new; nothing else is left."""
    path = tmp_path / "results.csv"
    path.write_text("old")
    with write_whole(path) as unfinished:
        unfinished.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]
    assert os.name == "nt" or mode(path) == 0o600


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt()])
def test_a_failed_block_changes_nothing(tmp_path: Path, error: BaseException) -> None:
    """If the block raises, the old file stays and the unfinished one is gone."""
    path = tmp_path / "results.csv"
    path.write_text("old")

    def fail_half_way() -> None:
        with write_whole(path) as unfinished:
            unfinished.write_text("half")
            raise error

    with pytest.raises(type(error)):
        fail_half_way()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_a_storage_error(tmp_path: Path) -> None:
    """An OSError while writing is told with the file's path, and leaves nothing behind."""
    with pytest.raises(StorageError, match=r"results\.csv cannot be written: No space left"):  # noqa: SIM117 - the order matters
        with write_whole(tmp_path / "results.csv"):
            raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_windows_does_not_sync_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows cannot open a folder, so only the file is synced there."""
    synced: list[Path] = []
    monkeypatch.setattr(platform, "WINDOWS", True)
    monkeypatch.setattr(files, "_sync", lambda path, _flags: synced.append(path))
    with write_whole(tmp_path / "a") as unfinished:
        pass
    assert synced == [unfinished]


@posix_only
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
async def test_a_stop_signal_is_told_in_the_loop(name: str) -> None:
    """Each stop signal reaches `on_signal`, and the handler of before is back after the block."""
    number = signal.Signals[name]
    before = signal.getsignal(number)
    told: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()
    with install_stop_handlers(asyncio.get_running_loop(), told.set_result):
        os.kill(os.getpid(), number)
        assert await told == number
    assert signal.getsignal(number) == before


@posix_only
async def test_an_ignored_signal_stays_ignored() -> None:
    """What `nohup` ignores does not stop the run."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with install_stop_handlers(asyncio.get_running_loop(), lambda _: pytest.fail("told")):
            os.kill(os.getpid(), signal.SIGHUP)
            await asyncio.sleep(0)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


async def test_windows_hands_signals_to_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the loop has no signal handlers, the interpreter's own call the loop."""
    installed: dict[int, Callable[..., Any]] = {}
    monkeypatch.setattr(platform, "WINDOWS", True)
    monkeypatch.setattr(signal, "signal", installed.__setitem__)
    told: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()
    with install_stop_handlers(asyncio.get_running_loop(), told.set_result):
        installed[signal.SIGINT](signal.SIGINT, None)
        assert await told == signal.SIGINT
    assert installed[signal.SIGINT] == signal.getsignal(signal.SIGINT)


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
