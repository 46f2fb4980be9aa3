"""Is there a file at all, and may it be read: the questions that come before any library is asked."""

import os
import stat
from pathlib import Path

from importer.model.errors import InputError


def check_file(path: str) -> None:
    """Return if the path is a file with something in it that may be read.

    Raises:
        InputError: It is not; the sentence says which of the many reasons it is.

    """
    try:
        status = Path(path).stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError(f"{path} is a folder, not a file.", "Name the spreadsheet in it.")
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"{path} is not an ordinary file.", "Save what it gives to a file, and name that.")
        if status.st_size == 0:
            raise InputError(f"{path} is empty.", "Save the spreadsheet again, with its header and rows.")
        with Path(path).open("rb"):
            pass
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error


class FileState:
    """What a file was when it was opened, to notice that it was changed or replaced while it is read.

    Raises:
        InputError: It is gone.

    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._seen = self._now(path)

    def check(self, file: str | int | None = None) -> None:
        """Return if the file is as it was.

        Args:
            file: Its open descriptor; left out: what is at the path now.

        Raises:
            InputError: It is another, or gone.

        """
        if self._now(self._path if file is None else file) != self._seen:
            raise InputError(
                f"{self._path} was changed while it was being read, so it may not have been whole.",
                "Wait until the program that writes it is done, and start again.",
            )

    def _now(self, file: str | int) -> tuple[int, ...]:
        try:
            status = os.stat(file)  # noqa: PTH116 - a descriptor too
        except OSError as error:
            raise unreadable(self._path, error) from error
        return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def unreadable(path: str, error: OSError | ValueError) -> InputError:
    """Return the sentence for a file that the system will not give.

    A ValueError is Python's answer to a path that no file can have, such as one with a zero character.
    """
    match error:
        case FileNotFoundError() | NotADirectoryError() | ValueError():
            return InputError(f"There is no file {path}.", "Check the name, and the folder you are in.")
        case PermissionError():
            return InputError(
                f"{path} may not be read.", "Close it in other programs, and see that you have the right to open it."
            )
        case _:
            reason = error.strerror or "the system gives no reason"
            return InputError(
                f"{path} cannot be read: {reason}.", "Copy the file to this computer's disk and try again."
            )
