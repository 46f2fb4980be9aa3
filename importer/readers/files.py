"""Check an input file: readable, unchanged while it is read, and its type by its first bytes."""

import contextlib
import difflib
import os
import re
import stat
from pathlib import Path

from importer.model.errors import InputError
from importer.model.plain_text import plain

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLDEST = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
"""How workbooks of Excel 2, 3 and 4 begin."""

_SAVE = "Save it as .xlsx or .csv."
_OPEN = "Open it in a spreadsheet program, and save it as .xlsx or .csv."
_EXPORT = "Export it as .xlsx or .csv from the program that it is from."
_EXPORT_AGAIN = "Save or export it again, with its header and rows, then give the same command again."
_TAGS = rb"html|head|body|meta|title|script|style|link|div|span|font|center|table|t[rdh]|p|br?|h\d|workbook|rss|svg"
_KINDS = tuple(
    (re.compile(pattern, re.IGNORECASE), kind, hint)
    for pattern, kind, hint in (
        (rb"PK(?:\x03\x04|\x05\x06|\x07\x08)", "a workbook or another zip file", _SAVE),
        (re.escape(OLE[:4]), "an old file of Excel or another Office program, or one with a password", _SAVE),
        (rb"%PDF", "a PDF document", _SAVE),
        (rb"\{\\rtf", "a text document (RTF)", _SAVE),
        (rb"\x1f\x8b", "a compressed file (gzip)", "Unpack it, and name the file that is in it."),
        (rb"7z\xbc\xaf", "a compressed file (7z)", "Unpack it, and name the file that is in it."),
        (rb"Rar!\x1a", "a compressed file (RAR)", "Unpack it, and name the file that is in it."),
        (rb"\x89PNG|\xff\xd8\xff", "a picture", _SAVE),
        (rb"SQLite format 3", "a database", _EXPORT),
        (
            rb"\s*BEGIN:V(?:CARD|CALENDAR)\b",
            "a vCard or vCalendar file, as address books and calendars write it",
            "Bring it into an address book such as Google Contacts or Outlook, and export it from there as CSV.",
        ),
        (rb"\s*(?:\{\s*[\"}]|\[\s*[\[{\"\]])", "a JSON file", _EXPORT),
        (rb"\s*<(?:[!?]|\w+:|(?:%b)\b[^,;\t]*>)" % _TAGS, "a web page or XML", _OPEN),
        (rb"\s*(?:-- \w*SQL|(?:INSERT INTO|CREATE TABLE)\s)", "a script for a database (SQL)", _EXPORT),
    )
)
"""How files begin that are neither text files nor workbooks, what they are, and what to do about it."""
_OFFICE = ("a workbook", "an old file of Excel")
"""What these are, a name tells better: a Word document is a zip too."""
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_START_BYTES = 4_096
_NEARLY_THE_SAME = 0.75
"""From 0 to 1, as difflib has it: another ending is as near as that, another word is not."""


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
            raise InputError(f"{path} is empty.", _EXPORT_AGAIN)

    @property
    def stamp(self) -> str:
        """Its size and when it was last changed, which stay the same where it is moved."""
        return " ".join(map(str, self._seen[:2]))

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
    kind, hint = _kind(start)
    if kind:
        raise InputError(f"{path} is {kind}, although its name ends like a text file's.", hint)


def no_spreadsheet(path: str) -> InputError:
    """Return the sentence for a file whose name ends like no spreadsheet's: what it is, if its beginning tells."""
    try:
        start = b""
        if not Path(path).exists() and _nearest_name(Path(path)):  # such as `contacts`, of contacts.csv
            return unreadable(path, FileNotFoundError())
        if Path(path).is_file():  # a pipe would wait for somebody to write into it
            with Path(path).open("rb") as file:
                start = file.read(_START_BYTES)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    kind, hint = _kind(start)
    if kind and not kind.startswith(_OFFICE):
        return InputError(f"{path} is {kind}.", hint)
    return InputError(
        f"{path} is not a kind of file that can be read.",
        "Save it as .xlsx or .csv: names that end in .csv, .tsv, .txt, .xlsx, .xlsm, .xls, .xlsb or .ods are read.",
    )


def no_workbook(path: str, start: bytes) -> InputError:
    """Return the sentence for a file that is called a workbook and begins like none."""
    kind, hint = _kind(start)
    if not kind and _is_text(start):
        return InputError(
            f"{path} is a text file such as CSV, although its name ends like a workbook's.",
            "Rename it so that its name ends in .csv, or open it in a spreadsheet program and save it as .xlsx.",
        )
    return InputError(f"{path} is {kind or 'no workbook, or damaged'}, although its name ends like a workbook's.", hint)


def name_advice(path: str) -> str:
    """Return what to check where a file or folder is not there: at night nobody is in a folder."""
    if Path(path).is_absolute():
        return "Check the name, and whether it has been put there yet."
    return "Check the name, and the folder you are in."


def unreadable(path: str, error: OSError | ValueError) -> InputError:
    """Return the sentence for a file that the system will not give.

    A ValueError is Python's answer to a path that no file can have, such as one with a zero character.
    """
    match error:
        case FileNotFoundError() | NotADirectoryError() | ValueError():
            near = _nearest_name(Path(path))
            advice = name_advice(path)
            hint = f"Did you mean {plain(near)}? Else {advice[:1].lower()}{advice[1:]}" if near else advice
            return InputError(f"There is no file {path}.", hint, code="file_missing")
        case PermissionError():
            return InputError(
                f"{path} may not be read.", "Close it in other programs, and see that you have the right to open it."
            )
        case _:
            reason = error.strerror or "the system gives no reason"
            return InputError(
                f"{path} cannot be read: {reason}.", "Copy the file to this computer's disk and try again."
            )


def _nearest_name(path: Path) -> str:
    """Return the path of the file in the same folder whose name is nearly the same; empty: there is none."""
    names: dict[str, str] = {}
    with contextlib.suppress(OSError, ValueError), os.scandir(path.parent) as entries:
        names = {entry.name.casefold(): entry.name for entry in entries if entry.is_file()}
    near = difflib.get_close_matches(path.name.casefold(), names, n=1, cutoff=_NEARLY_THE_SAME)
    return str(path.with_name(names[near[0]])) if near else ""


def _kind(start: bytes) -> tuple[str, str]:
    """Return what a file is that begins so, and what to do about it; empty texts for a text file or a workbook."""
    mark = next(filter(start.startswith, _MARKS), b"")
    text = start[len(mark) :].replace(b"\0", b"") if mark else start
    found = ((kind, hint) for beginning, kind, hint in _KINDS if beginning.match(text))
    return next(found, ("", _OPEN))


def _is_text(start: bytes) -> bool:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return bool(start) and not any(byte < 32 and byte not in b"\t\r\n\f\x1b" for byte in start)  # noqa: PLR2004 - space
