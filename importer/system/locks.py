"""Locks that one process holds at a time, and that the kernel releases if the process dies.

A journal has two. The file beside it tells who holds it, and is all that is needed on Windows, where an open file
cannot be deleted. Elsewhere it can, so there the kernel also locks one byte of the journal itself, whatever its name.

The byte is far beyond those that SQLite locks (0x40000000 to 0x400001FF). Where Linux' open-file-description locks are
missing, it is locked the classic way: then **no descriptor of the journal may be closed** in this process while the
lock is held, because that releases it, and SQLite's own locks too (fcntl(2), "Record locks"). SQLite itself releases
all bytes of a file (`posixUnlock`, os_unix.c) while it opens it, and in WAL mode not again until it closes it: so the
byte is locked once more after that. Never `flock` on the journal: on macOS it conflicts with SQLite's fcntl locks.
"""

import contextlib
import errno
import importlib
import os
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from importer.model.errors import BusyError, StorageError
from importer.system import runtime
from importer.system.files import PRIVATE_FILE, as_storage_error, private_folder
from importer.system.ownership import journal_cure

_WINDOWS_BYTE = 1 << 30
"""Windows locks bytes and lets nobody read them, so the lock is far behind the holder's name."""
_JOURNAL_BYTE = 1 << 40
_HOLDER_BYTES = 200
_POLL_SECONDS = 0.5
_ANOTHER_FILE = "See that its folder is yours to write to and has room, or name another file with --journal."
_MOST_LOOKS = 10
_LOOK_SECONDS = 0.02
"""How long `is_locked` may have the lock file, even on a busy computer; it has it for microseconds."""


@contextlib.contextmanager
def journal_lock(journal: Path, holder: str = "", *, wait: bool = False) -> Iterator[Callable[[], None]]:
    """Hold the journal while the block runs; its connection is opened and closed within.

    Yields what is to be called once the connection is open: it locks again what opening may have released.

    Args:
        journal: The resolved path; created, with its folder, if it is missing.
        holder: What others are told, such as the run's name; the process number is added.
        wait: Whether to wait until it is free.

    Raises:
        BusyError: Another process holds it.
        StorageError: It cannot be opened or locked.

    """
    beside = journal.with_name(f"{journal.name}.lock")
    if runtime.WINDOWS:
        with exclusive_lock(beside, holder, wait=wait):
            yield lambda: None
        return
    with _opened(journal, f"The journal {journal}") as descriptor:

        def lock(*, wait: bool = False) -> None:
            with as_storage_error(f"The journal {journal} cannot be locked"):
                _acquire(lambda: _lock_byte(descriptor), beside, wait=wait)

        lock(wait=wait)
        with exclusive_lock(beside, holder, wait=wait):
            yield lock


def lock_to_look(journal: Path, holder: str) -> contextlib.AbstractContextManager[object]:
    """Return what holds a journal for a look: one without a lock file, such as a copy, no run has, and it gets none.

    The arguments and errors are those of `journal_lock`.
    """
    has_lock_file = journal.with_name(f"{journal.name}.lock").exists()
    return journal_lock(journal, holder) if has_lock_file else contextlib.nullcontext()


def is_locked(journal: Path) -> bool:
    """Tell whether a run holds the journal now; where it cannot be told, none does.

    The lock file is taken for an instant, which refuses nobody: `exclusive_lock` knows of it.
    """
    beside = journal.with_name(f"{journal.name}.lock")
    try:
        if runtime.WINDOWS:
            with exclusive_lock(beside):
                return False
        fcntl = importlib.import_module("fcntl")
        with beside.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (BlockingIOError, BusyError):
        return True
    except (OSError, StorageError):
        return False
    return False


@contextlib.contextmanager
def exclusive_lock(path: Path, holder: str = "", *, wait: bool = False) -> Iterator[None]:
    """Hold the lock file while the block runs; the system releases it if the process dies.

    Args:
        path: The lock file, created if it is missing and never removed: removing it would let two processes in.
        holder: What others are told, such as the run's name; the process number is added.
        wait: Whether to wait until it is free.

    Raises:
        BusyError: Another process holds it.
        StorageError: The file cannot be opened or locked.

    """
    with _opened(path, f"The lock file {path}") as descriptor:
        with as_storage_error(f"The lock file {path} cannot be locked"):
            _acquire(lambda: _lock_after_looks(descriptor), path, wait=wait)
            _tell_holder(descriptor, holder)
        yield


@contextlib.contextmanager
def _opened(path: Path, called: str) -> Iterator[int]:
    private_folder(path.parent, _ANOTHER_FILE)
    with as_storage_error(f"{called} cannot be opened", journal_cure(path) or _ANOTHER_FILE):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _acquire(lock: Callable[[], None], lock_file: Path, *, wait: bool) -> None:
    """Take the lock at once, or wait for it; the lock file tells who holds it."""
    while True:
        try:
            return lock()
        except (BlockingIOError, PermissionError):
            if not wait:
                raise _held_by_another(lock_file) from None
        time.sleep(_POLL_SECONDS)


def _lock_after_looks(descriptor: int) -> None:
    """Lock the lock file, also if somebody has it only to see whether it is locked, as `is_locked` does.

    Raises:
        OSError: A run holds it, or a look does not end.

    """
    for _ in range(_MOST_LOOKS):
        try:
            return _lock_file(descriptor)
        except (BlockingIOError, PermissionError):
            _require_look(descriptor)
        time.sleep(_LOOK_SECONDS)
    return _lock_file(descriptor)


def _require_look(descriptor: int) -> None:
    """Return if whoever holds the lock file may only be looking; Windows does not tell that from a run.

    Raises:
        BlockingIOError: A run holds it.

    """
    if runtime.WINDOWS:
        return
    fcntl = importlib.import_module("fcntl")
    fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared with a look, and never with a run
    fcntl.flock(descriptor, fcntl.LOCK_UN)


def _lock_file(descriptor: int) -> None:
    if runtime.WINDOWS:
        msvcrt = importlib.import_module("msvcrt")
        os.lseek(descriptor, _WINDOWS_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        fcntl = importlib.import_module("fcntl")
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _lock_byte(descriptor: int) -> None:
    """Lock the byte of the journal: for this descriptor where the kernel can, else for this process."""
    fcntl = importlib.import_module("fcntl")
    if runtime.LINUX:  # elsewhere the structure has another order
        lock = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, _JOURNAL_BYTE, 1, 0)
        try:
            fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, lock)
        except OSError as error:
            if error.errno != errno.EINVAL:  # how a kernel says that it does not know them
                raise
        else:
            return
    fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _JOURNAL_BYTE)


def _tell_holder(descriptor: int, holder: str) -> None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{holder or 'a run'}, process {os.getpid()}".encode()[:_HOLDER_BYTES])


def _held_by_another(path: Path) -> BusyError:
    try:
        with path.open("rb") as file:
            holder = file.read(_HOLDER_BYTES).decode(errors="replace")
    except OSError:
        holder = ""  # the lock file was deleted
    holder = "".join(character for character in holder if character.isprintable()) or "another process"
    return BusyError(
        f"Another run is using the same journal: {path} is held by {holder}.",
        "Wait until it has ended, or stop it, and give the same command again.",
    )
