"""A lock that one process holds at a time, and that the system releases if the process dies."""

import contextlib
import importlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from importer.model.errors import BusyError
from importer.system import runtime
from importer.system.files import PRIVATE_FILE, as_storage_error, private_folder

_LOCKED_BYTE = 1 << 30
"""Windows locks bytes and lets nobody read them, so the lock is far behind the holder's name."""
_HOLDER_BYTES = 200
_POLL_SECONDS = 0.5


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
    private_folder(path.parent)
    with as_storage_error(f"The lock file {path} cannot be opened"):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        with as_storage_error(f"The lock file {path} cannot be locked"):
            while not _lock_at_once(descriptor):
                if not wait:
                    raise _held_by_another(path, descriptor)
                time.sleep(_POLL_SECONDS)
            _tell_holder(descriptor, holder)
        yield
    finally:
        os.close(descriptor)


def _lock_at_once(descriptor: int) -> bool:
    """Try to take the lock; return whether it was free."""
    try:
        if runtime.WINDOWS:
            _lock_windows(descriptor)
        else:
            _lock_posix(descriptor)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _lock_posix(descriptor: int) -> None:
    fcntl = importlib.import_module("fcntl")
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _lock_windows(descriptor: int) -> None:
    msvcrt = importlib.import_module("msvcrt")
    os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
    msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)


def _tell_holder(descriptor: int, holder: str) -> None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{holder or 'a run'}, process {os.getpid()}".encode()[:_HOLDER_BYTES])


def _held_by_another(path: Path, descriptor: int) -> BusyError:
    os.lseek(descriptor, 0, os.SEEK_SET)
    holder = os.read(descriptor, _HOLDER_BYTES).decode(errors="replace")
    holder = "".join(character for character in holder if character.isprintable()) or "another process"
    return BusyError(
        f"Another run is using the same journal: {path} is held by {holder}.",
        "Wait until it has ended, or stop it, and give the same command again.",
    )
