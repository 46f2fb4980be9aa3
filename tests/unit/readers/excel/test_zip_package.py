"""Zips are unpacked no further than they say, and not at all where they say too much."""

import struct
import zipfile
from pathlib import Path

import pytest

from importer.model.errors import InputError
from importer.readers.excel.zip_package import Package

CONTENT = b"some text, " * 1000


def zipped(path: Path, method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Write a zip of one part."""
    with zipfile.ZipFile(path, "w", method) as package:
        package.writestr("a.xml", CONTENT)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a test's file goes."""
    return tmp_path / "a.xlsx"


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_part_comes_whole(path: Path, method: int) -> None:
    """Packed or not; a part that is not there is nothing."""
    package = Package(str(zipped(path, method)))
    assert b"".join(package.blocks("a.xml")) == CONTENT
    assert (package.size("a.xml"), package.size("b.xml"), list(package.blocks("b.xml"))) == (len(CONTENT), 0, [])
    assert package.is_straight
    package.close()
    package.close()


def test_two_parts_of_one_name_are_not_straight(path: Path) -> None:
    """Nor is a comment at the end, behind which another end can hide."""
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("a.xml", b"1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            made.writestr("a.xml", b"2")
    package = Package(str(path))
    assert not package.is_straight
    package.close()
    with zipfile.ZipFile(path, "w") as made:
        made.comment = b"PK\5\6"
    with pytest.raises(InputError, match="damaged"):
        Package(str(path)).close()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (struct.pack("<I", len(CONTENT)), struct.pack("<I", 40), "damaged"),
        (struct.pack("<I", len(CONTENT)), struct.pack("<I", len(CONTENT) + 1), "damaged"),
        (b"PK\1\2\x14\x03\x14\x00\x00\x00", b"PK\1\2\x14\x03\x14\x00\x01\x00", "password"),
        (b"PK\1\2\x14\x03\x14\x00\x00\x00\x08\x00", b"PK\1\2\x14\x03\x14\x00\x00\x00\x0c\x00", "damaged"),
    ],
)
def test_a_lie_is_found_out(path: Path, old: bytes, new: bytes, sentence: str) -> None:
    """About lengths, encryption, and ways of packing."""
    whole = zipped(path).read_bytes()
    assert old in whole
    path.write_bytes(whole.replace(old, new))
    with pytest.raises(InputError, match=sentence):
        read(path)


def read(path: Path) -> None:
    """Read the part, and close the zip whatever happens."""
    package = Package(str(path))
    try:
        for _ in package.blocks("a.xml"):
            pass
    finally:
        package.close()


def test_a_part_that_is_spoiled_or_cut_is_told(path: Path) -> None:
    """By its checksum, by its packing, or because its end is missing."""
    whole = zipped(path).read_bytes()
    start = whole.index(b"a.xml") + 5
    for spoiled in (
        whole[:start] + b"\xff\xff" + whole[start + 2 :],
        whole[: start + 20] + bytes(9) + whole[start + 29 :],
    ):
        path.write_bytes(spoiled)
        with pytest.raises(InputError, match="damaged"):
            read(path)


@pytest.mark.parametrize("large", [False, True])
def test_a_table_of_contents_that_is_too_long_is_not_read(path: Path, *, large: bool) -> None:
    """Of either kind of zip: what it says of its length is looked at first."""
    whole = zipped(path).read_bytes()
    at = whole.rindex(b"PK\5\6")
    if large:
        record = b"PK\6\6" + bytes(36) + struct.pack("<QQ", 10**12, 0)
        path.write_bytes(whole[:at] + record + whole[at:])
    else:
        path.write_bytes(whole[: at + 12] + struct.pack("<I", 10**9) + whole[at + 16 :])
    with pytest.raises(InputError, match="table of contents"):
        Package(str(path))


def test_a_zip_that_goes_away_is_told(path: Path) -> None:
    """In the words of any file."""
    with pytest.raises(InputError, match="There is no file"):
        Package(str(path))
