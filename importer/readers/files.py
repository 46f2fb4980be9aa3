"""Check an input file: readable, unchanged while it is read, and its type by its first bytes."""

import os
import re
import stat

from importer.model.errors import InputError

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLDEST = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
"""How workbooks of Excel 2, 3 and 4 begin."""

_MAGIC = {
    b"PK": "a workbook or another zip file",
    OLE[:4]: "an old Excel workbook, or one with a password",
    b"%PDF": "a PDF document",
    b"{\\rtf": "a text document (RTF)",
    b"\x1f\x8b": "a compressed file (gzip)",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"7z\xbc\xaf": "a compressed file (7z)",
    b"Rar!": "a compressed file (RAR)",
    b"SQLite format 3": "a database",
}
_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|table|meta|\?xml|\w+:|workbook|div|style)", re.IGNORECASE
)


class FileState:
    """What a file was when it was opened, to notice that it was changed or replaced while it is read.

    Raises:
        InputError: It is no file with something in it; the sentence says which of the many reasons it is.

    """

    def __init__(self, path: str) -> None:
        self._path = path
        mode, *self._seen = self._now(path)
        if stat.S_ISDIR(mode):
            raise InputError(f"{path} is a folder, not a file.", "Name the spreadsheet in it.")
        if not stat.S_ISREG(mode):
            raise InputError(f"{path} is not an ordinary file.", "Save what it gives to a file, and name that.")
        if not self._seen[0]:
            raise InputError(f"{path} is empty.", "Save the spreadsheet again, with its header and rows.")

    def check(self, file: str | int | None = None) -> None:
        """Return if the file is as it was.

        Args:
            file: Its open descriptor; left out: what is at the path now.

        Raises:
            InputError: It is another, or gone.

        """
        _, *seen = self._now(self._path if file is None else file)
        if seen != self._seen:
            raise InputError(
                f"{self._path} was changed while it was being read, so it may not have been whole.",
                "Wait until the program that writes it is done, and start again.",
            )

    def _now(self, file: str | int) -> tuple[int, ...]:
        """Return its mode, its size, and what else changes with the file."""
        try:
            status = os.stat(file)  # noqa: PTH116 - a descriptor too
        except (OSError, ValueError) as error:
            raise unreadable(self._path, error) from error
        return status.st_mode, status.st_size, status.st_mtime_ns, status.st_dev, status.st_ino


def refuse_no_text(path: str, start: bytes) -> None:
    """Return if a text file may begin like this.

    Raises:
        InputError: It is something else; the sentence says what.

    """
    kind = _kind(start)
    if kind:
        raise InputError(f"{path} is {kind}, although its name ends like a text file's.", "Save it as .xlsx or .csv.")


def no_workbook(path: str, start: bytes) -> InputError:
    """Return the sentence for a file that is called a workbook and begins like none."""
    kind = _kind(start)
    if not kind and _is_text(start):
        return InputError(
            f"{path} is a text file such as CSV, although its name ends like a workbook's.",
            "Rename it so that its name ends in .csv, or open it in a spreadsheet program and save it as .xlsx.",
        )
    return InputError(
        f"{path} is {kind or 'no workbook, or damaged'}, although its name ends like a workbook's.",
        "Open it in a spreadsheet program, and save it as .xlsx or as .csv.",
    )


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


def _kind(start: bytes) -> str:
    if _MARKUP.match(start):
        return "a web page or XML"
    return next((kind for magic, kind in _MAGIC.items() if start.startswith(magic)), "")


def _is_text(start: bytes) -> bool:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return bool(start) and not any(byte < 32 and byte not in b"\t\r\n\f\x1b" for byte in start)  # noqa: PLR2004 - space
