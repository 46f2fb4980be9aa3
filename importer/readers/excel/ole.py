"""The container of old Office files and of encrypted new ones: a small file system in a file.

Source: [MS-CFB], Compound File Binary File Format.
"""

import struct
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_END = 0xFFFFFFFA  # from here on numbers are no sectors but marks
_ENTRY_BYTES = 128
_HEADER_BYTES = 512
_FIRST_FATS = 109
_MOST_ENTRIES = 10_000


class OleError(ValueError):
    """The container is damaged."""


class OleFile:
    """An opened container.

    Raises:
        OleError: It is damaged.
        OSError: It cannot be read.

    """

    def __init__(self, path: str) -> None:
        self._path = path
        with Path(path).open("rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            header = file.read(_HEADER_BYTES)
            if len(header) < _HEADER_BYTES:
                raise OleError
            shift, small_shift = struct.unpack_from("<HH", header, 30)
            directory, self._small_limit, small_fat = struct.unpack_from("<I4xII", header, 48)
            more_fats = struct.unpack_from("<I", header, 68)[0]
            if shift not in {9, 12} or small_shift != 6:  # noqa: PLR2004 - what the format allows
                raise OleError
            self._sector = 1 << shift
            self._small_sector = 1 << small_shift
            self._sectors = size // self._sector + 1
            self._fat = self._numbers(file, self._fats(file, header, more_fats))
            entries = b"".join(self._chain(file, directory))
            self._small_fat = self._numbers(file, list(self._places(self._fat, small_fat)))
        self._streams: dict[str, tuple[int, int]] = {}
        self._small_start = _END
        for at in range(0, min(len(entries), _MOST_ENTRIES * _ENTRY_BYTES) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            self._add_entry(entries[at : at + _ENTRY_BYTES])

    @property
    def names(self) -> frozenset[str]:
        """The names of its streams."""
        return frozenset(self._streams)

    def stream(self, name: str) -> bytes:
        """Return a stream whole."""
        start, size = self._streams[name]
        if size > self._sectors * self._sector:
            raise OleError
        with Path(self._path).open("rb") as file:
            if size >= self._small_limit:
                content = b"".join(self._chain(file, start))
            else:
                small, width = b"".join(self._chain(file, self._small_start)), self._small_sector
                places = self._places(self._small_fat, start)
                content = b"".join(small[place * width : (place + 1) * width] for place in places)
        if len(content) < size:
            raise OleError
        return content[:size]

    def _add_entry(self, entry: bytes) -> None:
        name_bytes, kind = struct.unpack_from("<HB", entry, 64)
        start, size = struct.unpack_from("<II", entry, 116)
        if kind == 5:  # noqa: PLR2004 - the root, which holds the small streams
            self._small_start = start
        elif kind == 2 and 2 <= name_bytes <= 64:  # noqa: PLR2004 - a stream, its name ended by a zero
            self._streams.setdefault(entry[: name_bytes - 2].decode("utf-16-le", "replace"), (start, size))

    def _fats(self, file: BinaryIO, header: bytes, more: int) -> list[int]:
        """Return the sectors that hold the table of sectors."""
        fats = list(struct.unpack_from(f"<{_FIRST_FATS}I", header, 76))
        seen = 0
        while more < _END and seen <= self._sectors:
            numbers = self._numbers(file, [more])
            if not numbers:
                raise OleError
            fats += numbers[:-1]
            more, seen = numbers[-1], seen + 1
        return [fat for fat in fats if fat < _END]

    def _numbers(self, file: BinaryIO, sectors: list[int]) -> "array[int]":
        numbers = array("I")
        if len(sectors) > self._sectors:
            raise OleError
        for sector in sectors:
            raw = self._read(file, sector)
            numbers.extend(struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4]))
        return numbers

    def _chain(self, file: BinaryIO, start: int) -> Iterator[bytes]:
        for sector in self._places(self._fat, start):
            yield self._read(file, sector)

    def _places(self, table: "array[int]", start: int) -> Iterator[int]:
        """Yield the places of a chain; one that goes in a circle is damaged."""
        for _ in range(len(table) + 1):
            if start >= _END:
                return
            if start >= len(table):
                raise OleError
            yield start
            start = table[start]
        raise OleError

    def _read(self, file: BinaryIO, sector: int) -> bytes:
        file.seek((sector + 1) * self._sector)
        return file.read(self._sector)
