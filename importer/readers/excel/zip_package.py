"""A workbook as the zip it is: its parts, unpacked a block at a time, and whether they are safe to unpack.

One of half a megabyte can unpack to gigabytes, and what a zip says of its sizes can be a lie. So what it says is looked
at first, and then it is held to it: not a byte more than said is ever unpacked.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from copy import copy
from pathlib import Path

from importer.model.errors import InputError
from importer.readers.files import unreadable

_MOST_PARTS = 10_000
_MOST_DIRECTORY_BYTES = 4 * 1024**2
_MOST_BYTES = 4 * 1024**3
_BYTES_BEFORE_RATIO_COUNTS = 64 * 1024**2
_MOST_RATIO = 100
_BLOCK_BYTES = 1024**2
_ENDING = 65_557  # the zip's end record, and the longest comment after it
_ENCRYPTED = 0x1


class Package:
    """A zip, opened.

    Raises:
        InputError: It is damaged, has a password, or unpacking it would fill the memory or the disk.

    """

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            self._file = Path(path).open("rb")  # noqa: SIM115 - closed by close()
        except OSError as error:
            raise unreadable(path, error) from error
        try:
            self._check_directory()
            self._zip = zipfile.ZipFile(self._file)
            self._parts = {_key(part.filename): part for part in self._zip.infolist()}
            self._check_sizes()
        except BaseException as error:
            self._file.close()
            if isinstance(error, OSError):
                raise unreadable(path, error) from error
            if isinstance(error, zipfile.BadZipFile | ValueError | NotImplementedError | struct.error):
                raise damaged(path) from error
            raise

    def close(self) -> None:
        """Close the file; closing it twice does no harm."""
        self._zip.close()
        self._file.close()

    @property
    def names(self) -> frozenset[str]:
        """The names of its parts, in small letters: programs write them in any, and some with backslashes."""
        return frozenset(self._parts)

    @property
    def is_straight(self) -> bool:
        """No two readers of zips can see different things in it: no name is there twice, and no comment at its end."""
        return len(self._parts) == len(self._zip.infolist()) and not self._zip.comment

    def has_exactly(self, part: str) -> bool:
        """Tell whether there is a part whose name is written like this, to the letter."""
        return _key(part) in self._parts and self._parts[_key(part)].filename == part

    def size(self, part: str) -> int:
        """Return how many bytes the part has when unpacked; 0 if there is none."""
        return self._parts[_key(part)].file_size if _key(part) in self._parts else 0

    def blocks(self, part: str) -> Iterator[bytes]:
        """Yield the part unpacked, up to a megabyte at a time; nothing if there is none.

        Raises:
            InputError: It is damaged, or is longer than the zip says.

        """
        known = self._parts.get(_key(part))
        if known is None:
            return
        unbounded = copy(known)
        unbounded.file_size = _MOST_BYTES  # zipfile stops at the length that the zip says, and so sees no lie
        length = 0
        try:
            with self._zip.open(unbounded) as unpacked:
                while block := unpacked.read(_BLOCK_BYTES):
                    length += len(block)
                    if length > known.file_size:
                        raise damaged(self.path)
                    yield block
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, struct.error) as error:
            raise damaged(self.path) from error
        if length != known.file_size:
            raise damaged(self.path)

    def _check_directory(self) -> None:
        """Refuse a table of contents that would fill the memory, before it is read whole."""
        self._file.seek(0, 2)
        size = self._file.tell()
        self._file.seek(max(size - _ENDING, 0))
        ending = self._file.read()
        self._file.seek(0)
        at = ending.rfind(b"PK\5\6")
        length = int.from_bytes(ending[at + 12 : at + 16], "little") if at >= 0 else 0
        large = ending.rfind(b"PK\6\6")
        if large >= 0:
            length = max(length % 0xFFFFFFFF, int.from_bytes(ending[large + 40 : large + 48], "little"))
        if length > _MOST_DIRECTORY_BYTES:
            raise self._too_much(f"its table of contents alone has {length / 1e6:,.0f} MB")

    def _check_sizes(self) -> None:
        parts = self._zip.infolist()
        unpacked = sum(part.file_size for part in parts)
        packed = sum(part.compress_size for part in parts) or 1
        too_dense = unpacked > _BYTES_BEFORE_RATIO_COUNTS and unpacked > packed * _MOST_RATIO
        if len(parts) > _MOST_PARTS or unpacked > _MOST_BYTES or too_dense:
            raise self._too_much(
                f"{packed / 1e6:,.1f} MB of it would unpack to {unpacked / 1e6:,.0f} MB, in {len(parts):,} parts"
            )
        if any(part.flag_bits & _ENCRYPTED for part in parts):
            raise has_password(self.path)
        if any(part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for part in parts):
            raise damaged(self.path)

    def _too_much(self, what: str) -> InputError:
        return InputError(
            f"{self.path} was not opened: {what}.", "If it is a spreadsheet of yours, save it as .csv and import that."
        )


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()


def damaged(path: str) -> InputError:
    """Return the sentence for a workbook that cannot be made sense of."""
    return InputError(
        f"{path} is damaged, or is not a workbook as spreadsheet programs write it.",
        "Get it again where it came from, or open it in a spreadsheet program and save it again as .xlsx or .csv.",
    )


def has_password(path: str) -> InputError:
    """Return the sentence for a workbook that is encrypted."""
    return InputError(
        f"{path} is protected by a password.",
        "Open it in a spreadsheet program, take the password off, and save it again.",
    )
