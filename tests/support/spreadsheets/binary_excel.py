"""Writes small binary workbooks of Excel (.xlsb), records as a test wants them."""

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def record(kind: int, content: bytes = b"") -> bytes:
    """Return a record."""
    return _packed(kind) + _packed(len(content)) + content


def wide(value: str) -> bytes:
    """Return a text with its length."""
    return struct.pack("<I", len(value)) + value.encode("utf-16-le")


def cell(kind: int, column: int, value: bytes, style: int = 0) -> bytes:
    """Return a cell; columns from 0."""
    return record(kind, struct.pack("<II", column, style) + value)


def text(column: int, value: str) -> bytes:
    """Return a cell with a text."""
    return cell(6, column, wide(value))


def number(column: int, value: float, style: int = 0) -> bytes:
    """Return a cell with a number of eight bytes."""
    return cell(5, column, struct.pack("<d", value), style)


def integer(column: int, value: int, style: int = 0) -> bytes:
    """Return a cell with a whole number, packed in four bytes."""
    return cell(2, column, struct.pack("<i", value << 2 | 2), style)


def row(number: int, *cells: bytes, hidden: bool = False) -> bytes:
    """Return a row; rows from 1."""
    flags = bytes([0, 0x10 if hidden else 0])
    return record(0, struct.pack("<IIH", number - 1, 0, 300) + flags + bytes(5)) + b"".join(cells)


def write_xlsb(
    path: Path,
    *rows: bytes,
    after: bytes = b"",
    formats: Sequence[int | str] = (),
    shared: Sequence[str] = (),
    from_1904: bool = False,
) -> Path:
    """Write a workbook of one sheet.

    Args:
        path: Where it goes.
        rows: The sheet's.
        after: Further records of the sheet.
        formats: The number formats, by their ids or written out; that of place n is of the style n + 1.
        shared: The shared texts.
        from_1904: Days are counted from 1904.

    """
    contents = [record(131), record(129), record(148, bytes(16)), record(145), *rows, record(146), after, record(130)]
    own = [text for text in formats if isinstance(text, str)]
    keys = [0, *(key if isinstance(key, int) else 170 + own.index(key) for key in formats)]
    texts = b"".join(record(44, struct.pack("<H", 170 + at) + wide(text)) for at, text in enumerate(own))
    styles = b"".join(record(47, struct.pack("<HH", 0, key) + bytes(12)) for key in keys)
    strings = b"".join(record(19, b"\0" + wide(text)) for text in shared)
    bundle = record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("Sheet"))
    properties = record(153, struct.pack("<II", int(from_1904), 0) + wide(""))
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "xl/workbook.bin": record(131) + properties + record(143) + bundle + record(144) + record(132),
        "xl/_rels/workbook.bin.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
        ),
        "xl/worksheets/sheet1.bin": b"".join(contents),
        "xl/styles.bin": (
            (record(615, struct.pack("<I", len(own))) + texts + record(616) if own else b"")
            + record(617, struct.pack("<I", len(keys)))
            + styles
            + record(618)
        ),
        "xl/sharedStrings.bin": record(159, struct.pack("<II", len(shared), len(shared))) + strings + record(160),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def _packed(number: int) -> bytes:
    """Return a number of seven bits a byte."""
    return bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80]) + _packed(number >> 7)
