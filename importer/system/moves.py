"""A file is moved into a folder: the very file that was read, over nothing that is there, to other file systems too.

    claim a free name in the folder -> rename over the claim -> is it the file?      on one file system
                                    -> copy, compare, sync -> delete the file        on two

Whatever somebody else puts in the file's place meanwhile is never deleted: where a rename took another file along, that
is put back; and before the file is deleted, it is renamed, looked at, and put back if it is another.
"""

import errno
import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from importer.system import runtime
from importer.system.files import PRIVATE_FILE, open_private, sync_folder

_BLOCK_BYTES = 1_048_576


class NotMovedError(Exception):
    """A file stays where it is; the text says why, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class FileMark:
    """What tells a file from another in its place, and from itself once it was changed."""

    size: int
    modified_ns: int
    digest: bytes
    """Of its content. No inode: some network drives number files afresh."""

    def is_of(self, status: os.stat_result) -> bool:
        """Tell whether a file's status is that of this file, unchanged."""
        return (status.st_size, status.st_mtime_ns) == (self.size, self.modified_ns)


def mark_of(path: Path) -> FileMark:
    """Return the mark of a file.

    Raises:
        OSError: It cannot be read.

    """
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        digest = hashlib.file_digest(file, "blake2b").digest()
    return FileMark(status.st_size, status.st_mtime_ns, digest)


def move_file(path: Path, folder: Path, mark: FileMark) -> Path:
    """Move a file into a folder, and return where it is now; a name that is taken gets a number.

    Args:
        path: The file.
        folder: That is there.
        mark: Of the file when it was read.

    Raises:
        NotMovedError: It stays, and nothing is left in the folder.

    """
    try:
        if path.is_symlink():
            raise NotMovedError("it is a link to a file elsewhere")
        if mark_of(path) != mark:
            raise NotMovedError(_REPLACED)
        target = _claimed(folder, path.name)
        _move(path, target, mark)
    except FileNotFoundError:
        raise NotMovedError("it is gone, or the folder is") from None
    except OSError as error:
        raise NotMovedError(_reason(error)) from error
    sync_folder(folder)
    sync_folder(path.parent)
    return target


_REPLACED = "it was changed or replaced meanwhile"


def _reason(error: OSError) -> str:
    if runtime.WINDOWS and isinstance(error, PermissionError):  # ERROR_SHARING_VIOLATION, 32, is one too
        return "it is open in another program"
    return (error.strerror or "the system gives no reason").lower()


def _claimed(folder: Path, name: str) -> Path:
    """Return a path in the folder that was free, and now holds an empty file of ours."""
    wanted = folder / name
    target, number = wanted, 2
    while True:
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE))
        except FileExistsError:
            target, number = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}"), number + 1
        else:
            return target


def _move(path: Path, target: Path, mark: FileMark) -> None:
    """Move the file over the claim, which is deleted only while the file is surely in its place."""
    try:
        path.replace(target)
    except OSError as error:
        try:
            if error.errno != errno.EXDEV:
                raise
            _copy(path, target, mark)
            _delete(path, mark)
        except (OSError, NotMovedError):
            if path.exists():
                target.unlink()
            raise
        return
    if not mark.is_of(target.stat()):
        _put_back(target, path)
        raise NotMovedError(_REPLACED)


def _copy(path: Path, target: Path, mark: FileMark) -> None:
    """Copy the file, durably, and with the time at which it was changed."""
    digest = hashlib.blake2b()
    with path.open("rb") as file, open_private(target) as copy:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
            copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())
    if digest.digest() != mark.digest:
        raise NotMovedError(_REPLACED)
    os.utime(target, ns=(mark.modified_ns, mark.modified_ns))


def _delete(path: Path, mark: FileMark) -> None:
    """Delete the file, unless another took its name."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}.moved")
    path.rename(aside)
    if not mark.is_of(aside.stat()):
        _put_back(aside, path)
        raise NotMovedError(_REPLACED)
    try:
        aside.unlink()
    except OSError:
        _put_back(aside, path)
        raise


def _put_back(moved: Path, path: Path) -> None:
    """Give a file its name again; where somebody took that too, one beside it."""
    moved.replace(_claimed(path.parent, path.name))
