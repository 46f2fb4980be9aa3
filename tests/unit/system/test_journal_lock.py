"""The lock of a journal: on the file itself, whatever it is called and whatever becomes of the lock file."""

import errno
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from importer.journal import Journal
from importer.model.errors import BusyError, StorageError
from importer.system import runtime
from importer.system.files import private_file
from importer.system.locks import exclusive_lock, journal_lock
from tests.support.journals import record

posix_only = pytest.mark.skipif(os.name == "nt", reason="locks on bytes of a file are POSIX's")
LOCKED_BYTE = 1 << 40
_SECOND = """
import pathlib, sys
from importer.journal import Journal
from importer.model.errors import BusyError
from importer.system.locks import journal_lock
try:
    with journal_lock(pathlib.Path(sys.argv[1])):
        pass
except BusyError as busy:
    print(busy.message)
    sys.exit(6)
"""


def second(journal: Path) -> tuple[int, str]:
    """Return how a second process ends that wants the lock, and what it says."""
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", _SECOND, str(journal)], check=False, capture_output=True, encoding="utf-8"
    )
    assert done.returncode in (0, 6), done.stderr
    return done.returncode, done.stdout


def test_who_comes_second_is_told_who_holds_the_journal(tmp_path: Path) -> None:
    """Another process gets no lock, and is told the name of the holder."""
    journal = tmp_path / "new" / "journal.sqlite3"
    with journal_lock(journal, "20261123-020000-contacts"):
        code, said = second(journal)
    assert code == 6
    assert f"20261123-020000-contacts, process {os.getpid()}" in said
    assert second(journal) == (0, "")


@posix_only
def test_a_deleted_lock_file_lets_nobody_in(tmp_path: Path) -> None:
    """The lock is the kernel's and on the journal; without the file, the holder has no name, that is all."""
    journal = tmp_path / "journal.sqlite3"
    with journal_lock(journal):
        (tmp_path / "journal.sqlite3.lock").unlink()
        assert second(journal)[0] == 6
        assert "another process" in second(journal)[1]
    assert second(journal)[0] == 0


@posix_only
def test_a_journal_of_two_names_has_one_lock(tmp_path: Path) -> None:
    """Whatever name leads to the file, the lock is on the file."""
    journal = tmp_path / "journal.sqlite3"
    with journal_lock(journal):
        (tmp_path / "other.sqlite3").hardlink_to(journal)
        assert second(tmp_path / "other.sqlite3")[0] == 6


@posix_only
@pytest.mark.parametrize("kind", ["open file description", "classic"])
def test_a_look_at_the_file_does_not_free_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Classic POSIX locks go with any descriptor of the file that is closed, and SQLite takes them away as it opens."""
    if kind == "classic":
        monkeypatch.setattr(runtime, "LINUX", False)
    journal = tmp_path / "journal.sqlite3"
    with journal_lock(journal) as lock_again:
        private_file(journal)
        with closing(Journal.open(journal)) as store:
            lock_again()
            store.begin(record())
            store.finish(record())
            (tmp_path / "journal.sqlite3.lock").unlink()
            assert second(journal)[0] == 6


class FakeFcntl(SimpleNamespace):
    """The module of a system whose locks are to be seen: remembers what is asked for."""

    LOCK_EX, LOCK_NB, F_WRLCK, F_OFD_SETLK = 2, 4, 1, 37

    def __init__(self, refusal: int = 0) -> None:
        super().__init__(asked=[], refusal=refusal)

    def flock(self, _descriptor: int, how: int) -> None:
        self.asked.append(("flock", how))

    def lockf(self, _descriptor: int, how: int, length: int, start: int) -> None:
        self.asked.append(("lockf", how, length, start))

    def fcntl(self, _descriptor: int, command: int, lock: bytes) -> None:
        self.asked.append(("fcntl", command, struct.unpack("hhqqi", lock)))
        if self.refusal:
            raise OSError(self.refusal, os.strerror(self.refusal))


_NOW = FakeFcntl.LOCK_EX | FakeFcntl.LOCK_NB
_OFD = ("fcntl", FakeFcntl.F_OFD_SETLK, (FakeFcntl.F_WRLCK, os.SEEK_SET, LOCKED_BYTE, 1, 0))
_CLASSIC = ("lockf", _NOW, 1, LOCKED_BYTE)


@posix_only
@pytest.mark.parametrize(
    ("linux", "refusal", "asked"),
    [
        pytest.param(True, 0, [_OFD, ("flock", _NOW)], id="Linux"),
        pytest.param(True, errno.EINVAL, [_OFD, _CLASSIC, ("flock", _NOW)], id="a kernel without them"),
        pytest.param(False, 0, [_CLASSIC, ("flock", _NOW)], id="macOS"),
    ],
)
def test_the_journal_is_locked_by_one_byte_and_never_by_flock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, linux: bool, refusal: int, asked: list[object]
) -> None:
    """The byte is far beyond those of SQLite; macOS' flock would be in the way of SQLite's own locks."""
    fake = FakeFcntl(refusal)
    monkeypatch.setattr(runtime, "LINUX", linux)
    monkeypatch.setitem(sys.modules, "fcntl", fake)
    with journal_lock(tmp_path / "journal.sqlite3"):
        assert fake.asked == asked


def test_on_windows_the_lock_file_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is open cannot be deleted there, so nothing in the journal itself is locked."""
    locked: list[int] = []

    def locking(descriptor: int, _how: int, _count: int) -> None:
        locked.append(os.lseek(descriptor, 0, os.SEEK_CUR))

    monkeypatch.setattr(runtime, "WINDOWS", True)
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(LK_NBLCK=2, locking=locking))
    with journal_lock(tmp_path / "journal.sqlite3"):
        assert locked == [1 << 30]
        assert not (tmp_path / "journal.sqlite3").exists()


def test_a_lock_file_of_an_older_version_counts(tmp_path: Path) -> None:
    """A run of an importer that knows only the lock file keeps the journal to itself."""
    journal = tmp_path / "journal.sqlite3"
    with exclusive_lock(tmp_path / "journal.sqlite3.lock"):
        assert second(journal)[0] == 6


@posix_only
def test_whoever_waits_gets_the_journal_when_it_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `wait`, the byte is asked for again until it is let go of, also where the lock file is gone."""
    journal, waits = tmp_path / "journal.sqlite3", []
    with journal_lock(journal):
        pass
    with _held_elsewhere(journal) as let_go:

        def wait_a_while(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 3:
                let_go()

        monkeypatch.setattr("importer.system.locks.time.sleep", wait_a_while)  # so that the test need not sleep
        with journal_lock(journal, wait=True):
            assert waits == [0.5] * 3


class _held_elsewhere:  # noqa: N801 - reads as a function
    """Another process holds the journal and not its lock file, until it is told to let go."""

    def __init__(self, journal: Path) -> None:
        code = "import fcntl, sys; f = open(sys.argv[1], 'r+b'); fcntl.lockf(f, fcntl.LOCK_EX, 1, 1 << 40); "
        code += "print('held', flush=True); sys.stdin.read()"
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", code, str(journal)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __enter__(self) -> Callable[[], None]:
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"held\n"
        return self._let_go

    def __exit__(self, *_: object) -> None:
        self._let_go()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _let_go(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def test_a_journal_that_cannot_be_opened_is_a_storage_error(tmp_path: Path) -> None:
    """A folder in its place is told with its path."""
    with pytest.raises(StorageError, match=r"journal .* cannot be opened"), journal_lock(tmp_path):
        pass


@posix_only
def test_a_second_lock_in_one_process_is_refused_too(tmp_path: Path) -> None:
    """Classic locks would let the same process in twice; the lock file does not."""
    with (
        journal_lock(tmp_path / "journal.sqlite3"),
        pytest.raises(BusyError),
        journal_lock(tmp_path / "journal.sqlite3"),
    ):
        pass
