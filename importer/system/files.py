"""Private files and folders, and files that are written whole or not at all.

Every `OSError` becomes a `StorageError` whose message names the path.
"""

import contextlib
import errno
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from importer.model.errors import StorageError
from importer.system import runtime

PRIVATE_FILE = 0o600
PUBLIC_FILE = 0o644
PUBLIC_FOLDER = 0o755
_PRIVATE_FOLDER = 0o700


def private_folder(path: Path, hint: str = "") -> None:
    """Create the folder and its missing parents, accessible to their owner only.

    A folder that exists keeps its mode.

    Args:
        path: The folder.
        hint: What to do where it cannot be created; left out: what always helps.

    Raises:
        StorageError: It cannot be created.

    """
    with as_storage_error(f"The folder {path} cannot be made", hint):
        for missing in reversed([folder for folder in (path, *path.parents) if not folder.exists()]):
            missing.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        path.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)


def private_file(path: Path) -> None:
    """Create the file if it is missing, and let only its owner read and write it (Windows: the folder decides).

    A file that is there is not opened: to close it again would release the journal's locks (`importer.system.locks`).

    Raises:
        StorageError: It cannot be created, or belongs to somebody else.

    """
    with as_storage_error(f"The file {path} cannot be made private"):
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE))
        if not runtime.WINDOWS and path.stat().st_mode & 0o077:
            path.chmod(PRIVATE_FILE)


def open_private(path: Path) -> BinaryIO:
    """Open a file to be written from its beginning; a new one is accessible to its owner only.

    Raises:
        OSError: It cannot be opened.

    """
    return open(path, "wb", opener=lambda name, flags: os.open(name, flags, PRIVATE_FILE))


def read_json_object(path: Path) -> dict[str, Any]:
    """Return the JSON object of a file that is only a help; an empty one where it is missing, or says anything else."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


@contextlib.contextmanager
def write_whole(path: Path) -> Iterator[Path]:
    """Yield a temporary path, which atomically replaces `path` when the block ends: synced to disk, and private.

    If the block raises, `path` stays as it was and nothing is left behind.

    Raises:
        StorageError: It cannot be written; also for any `OSError` of the block.

    """
    private_folder(path.parent)
    hint = "Close it if it is open in another program, see that the disk has room, and give the same command again."
    with as_storage_error(f"{path} cannot be written", hint), _replaced(path) as unfinished:
        yield unfinished


def write_public(path: Path, text: str) -> None:
    """Write a file as `write_whole` does, in a folder that is there, and let everybody read it.

    Raises:
        StorageError: It cannot be written.

    """
    hint = "See that its folder is there and yours to write to."
    with as_storage_error(f"{path} cannot be written", hint), _replaced(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        unfinished.chmod(PUBLIC_FILE)


@contextlib.contextmanager
def _replaced(path: Path) -> Iterator[Path]:
    """Yield a private temporary path, which replaces `path` when the block ends and is deleted if it raises."""
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
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename durable; Windows cannot open folders, and some file systems cannot sync them."""
    if not runtime.WINDOWS:
        with contextlib.suppress(OSError):
            _sync(folder, os.O_RDONLY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def as_storage_error(what: str, hint: str = "") -> Iterator[None]:
    """Raise a `StorageError` for an `OSError` of the block: what failed, why, and what to do."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        usual = "See that the folder is yours to write to and that the disk has room."
        code = "disk_full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
        raise StorageError(f"{what}: {reason}.", hint or usual, code=code) from error
