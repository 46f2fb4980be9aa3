"""The container of old Office files and of encrypted new ones: a small file system in a file.

xlrd can open one, but follows tables that go in a circle, and holds every entry of a directory of any size. So the
workbook is taken out here, within bounds, and xlrd is given only its records. Source: [MS-CFB].
"""

import struct
from array import array
from collections.abc import Iterator

_END = 0xFFFFFFFA  # from here on numbers are no sectors but marks
_ENTRY_BYTES = 128
_HEADER_BYTES = 512
_FIRST_FATS = 109
_MOST_ENTRIES = 10_000
_STREAM = 2


class OleError(ValueError):
    """The container is damaged."""


class OleFile:
    """The root folder of a container; the folders in it hold embedded objects, which are none of the file's own.

    Args:
        content: The file.

    Raises:
        OleError: It is damaged.

    """

    def __init__(self, content: bytes) -> None:
        if len(content) < _HEADER_BYTES:
            raise OleError
        shift, small_shift = struct.unpack_from("<HH", content, 30)
        directory, self._small_limit, small_fat, _, more_fats = struct.unpack_from("<I4xIIII", content, 48)
        if shift not in {9, 12} or small_shift != 6:  # noqa: PLR2004 - what the format allows
            raise OleError
        self._content = content
        self._width, self._small_width = 1 << shift, 1 << small_shift
        self._fat = self._numbers(self._fats(more_fats))
        self._entries = b"".join(self._sectors(directory))[: _MOST_ENTRIES * _ENTRY_BYTES]
        self._small_fat = self._numbers(list(_chain(self._fat, small_fat)))
        self._streams: dict[str, tuple[int, int]] = {}
        self._add_entries()

    def stream(self, name: str) -> bytes | None:
        """Return a stream, whatever the case of its name's letters; None if there is none."""
        if name.casefold() not in self._streams:
            return None
        start, size = self._streams[name.casefold()]
        if size >= self._small_limit:
            found = b"".join(self._sectors(start))
        else:
            small, width = b"".join(self._sectors(self._entry(0)[4])), self._small_width
            found = b"".join(small[at * width : (at + 1) * width] for at in _chain(self._small_fat, start))
        if len(found) < size:
            raise OleError
        return found[:size]

    def _entry(self, number: int) -> tuple[int, int, int, int, int, int]:
        """Return kind, both neighbours, first child, first sector and size of an entry."""
        if (number + 1) * _ENTRY_BYTES > len(self._entries):
            raise OleError
        kind, left, right, child, start, size = struct.unpack_from(
            "<66xBxIII36xII", self._entries, number * _ENTRY_BYTES
        )
        return kind, left, right, child, start, size

    def _add_entries(self) -> None:
        """Go over the tree of the root's children."""
        to_see, seen = [self._entry(0)[3]], set[int]()
        while to_see:
            number = to_see.pop()
            if number >= _END or number in seen:
                continue
            seen.add(number)
            kind, left, right, _, start, size = self._entry(number)
            to_see += [left, right]
            if kind == _STREAM:
                at = number * _ENTRY_BYTES
                length = struct.unpack_from("<H", self._entries, at + 64)[0]
                name = self._entries[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
                self._streams.setdefault(name.casefold(), (start, size))

    def _fats(self, more: int) -> list[int]:
        """Return the sectors that hold the table of sectors."""
        fats = [fat for fat in struct.unpack_from(f"<{_FIRST_FATS}I", self._content, 76) if fat < _END]
        while more < _END:
            numbers = self._numbers([more])
            if not numbers or len(fats) > len(self._content) // self._width:
                raise OleError
            fats += [fat for fat in numbers[:-1] if fat < _END]
            more = numbers[-1]
        return fats

    def _numbers(self, sectors: list[int]) -> "array[int]":
        if len(sectors) > len(self._content) // self._width:
            raise OleError
        numbers = array("I")
        for sector in sectors:
            raw = self._sector(sector)
            numbers.extend(struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4]))
        return numbers

    def _sectors(self, start: int) -> Iterator[bytes]:
        return (self._sector(sector) for sector in _chain(self._fat, start))

    def _sector(self, number: int) -> bytes:
        return self._content[(number + 1) * self._width : (number + 2) * self._width]


def _chain(table: "array[int]", start: int) -> Iterator[int]:
    """Yield the places of a chain; one that goes in a circle is damaged."""
    for _ in range(len(table) + 1):
        if start >= _END:
            return
        if start >= len(table):
            raise OleError
        yield start
        start = table[start]
    raise OleError
