"""The container of an .xls is opened within bounds, and only what lies in its root counts."""

import struct

import pytest

from importer.readers.excel.ole import OleError, OleFile
from tests.support.spreadsheets.old_excel import container

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def beginning(*, shift: int = 9, directory: int = 1, fats: tuple[int, ...] = (0,), more: int = 0xFFFFFFFE) -> bytes:
    """Return the beginning of a container, and eight sectors of zeros."""
    header = OLE + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, shift, 6) + bytes(10)
    header += struct.pack("<IIIIIIIII", 1, directory, 0, 4096, 0xFFFFFFFE, 0, more, 0, 0)
    header = header[:76] + struct.pack("<109I", *fats, *[0xFFFFFFFF] * (109 - len(fats)))
    return header + struct.pack("<128I", *[0xFFFFFFFE] * 128) + bytes(512 * 8)


@pytest.mark.parametrize(
    "content",
    [
        OLE,
        beginning(shift=3),
        beginning(directory=500),
        beginning(fats=(0,) * 100),
        beginning(more=3),
        beginning(more=9_999),
    ],
)
def test_a_damaged_container_is_told(content: bytes) -> None:
    """Sectors that are not there, or more lists of them than the file has room for."""
    with pytest.raises((OleError, struct.error)):
        OleFile(content)


def test_streams_are_found_in_any_case_of_letters_and_only_in_the_root() -> None:
    """What lies in a folder belongs to an embedded object."""
    opened = OleFile(container({"BOOK": b"a" * 5000, "MBD01/Workbook": b"b" * 5000}))
    assert opened.stream("Book") == (b"a" * 5000).ljust(5120, b"\0")
    assert opened.stream("Workbook") is None


def test_a_directory_that_goes_in_a_circle_ends() -> None:
    """Each entry is seen once."""
    content = container({"a": b"", "b": b"", "c": b""})
    at = content.index("c".encode("utf-16-le").ljust(64, b"\0"))
    circle = content[: at + 68] + struct.pack("<II", 1, 2) + content[at + 76 :]
    assert OleFile(circle).stream("b") == bytes(4096)
