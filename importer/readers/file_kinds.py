"""What a file is by its first bytes, whatever its name says."""

import re

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


def _kind(start: bytes) -> str:
    if _MARKUP.match(start):
        return "a web page or XML"
    return next((kind for magic, kind in _MAGIC.items() if start.startswith(magic)), "")


def _is_text(start: bytes) -> bool:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return bool(start) and not any(byte < 32 and byte not in b"\t\r\n\f\x1b" for byte in start)  # noqa: PLR2004 - space
