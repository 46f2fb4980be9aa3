"""The one place for what differs between systems: locks, private files, files written whole, stop signals.

Every `OSError` in here becomes a `StorageError` with the path in its sentence.
"""

import asyncio
import contextlib
import gc
import importlib
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from importer.errors import BusyError, StorageError

_WINDOWS = os.name == "nt"
_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700
_LOCKED_BYTE = 1 << 30
"""Windows locks bytes and lets nobody read them, so the lock is far behind the holder's name."""
_HOLDER_BYTES = 200
_ASK_AGAIN_SECONDS = 0.5


@contextlib.contextmanager
def exclusive_lock(path: Path, holder: str = "", *, wait: bool = False) -> Iterator[None]:
    """Hold the lock file for as long as the block runs; the system lets go of it if the process dies.

    Args:
        path: The lock file, made where it is missing and left there: removing it would let two in.
        holder: What to tell others who want it, such as the run's name; the process number is added.
        wait: Whether to wait until it is free.

    Raises:
        BusyError: Another process holds it.
        StorageError: The file cannot be opened or locked.

    """
    private_folder(path.parent)
    with _as_storage_error(f"The lock file {path} cannot be opened"):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, _PRIVATE_FILE)
    try:
        with _as_storage_error(f"The lock file {path} cannot be locked"):
            while not _lock_at_once(descriptor):
                if not wait:
                    raise _held_by_another(path, descriptor)
                time.sleep(_ASK_AGAIN_SECONDS)
            _tell_holder(descriptor, holder)
        yield
    finally:
        os.close(descriptor)


def private_folder(path: Path) -> None:
    """Make the folder, and those above it that are missing, for this person's eyes only.

    A folder that is there stays as it is.

    Raises:
        StorageError: It cannot be made.

    """
    with _as_storage_error(f"The folder {path} cannot be made"):
        for missing in reversed([folder for folder in (path, *path.parents) if not folder.exists()]):
            missing.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        path.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)


def private_file(path: Path) -> None:
    """Make the file if it is not there, and let only its owner read and write it (Windows: the folder decides).

    Raises:
        StorageError: It cannot be made, or belongs to somebody else.

    """
    with _as_storage_error(f"The file {path} cannot be made private"):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, _PRIVATE_FILE))
        if not _WINDOWS and path.stat().st_mode & 0o077:
            path.chmod(_PRIVATE_FILE)


@contextlib.contextmanager
def write_whole(path: Path) -> Iterator[Path]:
    """Yield a temporary path to write to, which becomes `path` when the block ends: whole, on disk, private.

    If the block raises, `path` stays as it was and nothing is left behind.

    Raises:
        StorageError: It cannot be written; also for any `OSError` of the block.

    """
    private_folder(path.parent)
    hint = "Close it if it is open in another program, see that the disk has room, and give the same command again."
    with _as_storage_error(f"{path} cannot be written", hint):
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        os.close(descriptor)
        unfinished = Path(name)
        try:
            yield unfinished
            _sync(unfinished, os.O_RDWR)
            unfinished.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                unfinished.unlink()
            raise
        _sync_folder(path.parent)


def collect_less_garbage() -> None:
    """Let Python look for garbage less often, and never among what was imported: rows leave next to none.

    Measured on 2026-11-23, 2 cores, limit off, in pairs: 2,620 to 3,548, 1,690 to 2,852 and 1,821 to 2,739 rows/s.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@contextlib.contextmanager
def install_stop_handlers(
    loop: asyncio.AbstractEventLoop, on_signal: Callable[[signal.Signals], object]
) -> Iterator[None]:
    """Call `on_signal` in the loop when the person or the system asks to stop, for as long as the block runs.

    A signal that was ignored before stays so: `nohup` means what it says. Only for the main thread.
    """
    install = _install_windows if _WINDOWS else _install_posix
    before = {number: signal.getsignal(number) for number in _stop_signals()}
    heeded = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    try:
        for number in heeded:
            install(loop, number, on_signal)
        yield
    finally:
        for number in heeded:
            if not _WINDOWS:
                loop.remove_signal_handler(number)
            signal.signal(number, before[number] or signal.SIG_DFL)


def _stop_signals() -> list[signal.Signals]:
    """Return those of the stop signals that this system has."""
    names = ("SIGINT", "SIGTERM", "SIGBREAK") if _WINDOWS else ("SIGINT", "SIGTERM", "SIGHUP")
    return [signal.Signals(getattr(signal, name)) for name in names if hasattr(signal, name)]


def _install_posix(
    loop: asyncio.AbstractEventLoop, number: signal.Signals, on_signal: Callable[[signal.Signals], object]
) -> None:
    loop.add_signal_handler(number, on_signal, number)


def _install_windows(
    loop: asyncio.AbstractEventLoop, number: signal.Signals, on_signal: Callable[[signal.Signals], object]
) -> None:
    """Windows' event loops have no `add_signal_handler`."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(on_signal, number)

    signal.signal(number, handle)


def _lock_at_once(descriptor: int) -> bool:
    """Return whether the lock was free and is now ours."""
    try:
        if _WINDOWS:
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


def _sync_folder(folder: Path) -> None:
    """Make a rename durable; Windows cannot open folders, and some file systems cannot sync them."""
    if not _WINDOWS:
        with contextlib.suppress(OSError):
            _sync(folder, os.O_RDONLY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _as_storage_error(what: str, hint: str = "") -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StorageError(
            f"{what}: {reason}.", hint or "See that the folder is yours to write to and that the disk has room."
        ) from error
