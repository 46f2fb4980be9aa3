"""The shared texts of an .xlsx: all its cells' texts, once each, kept on disk so that millions fit in little memory."""

import mmap
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache

from importer.readers.excel.markup import LONGEST_TEXT, MarkupError, listened, local

_CACHED_TEXTS = 4_096


class TextGatherer:
    """Gathers the text of a cell or a shared text: of its runs, without what only says how it is pronounced.

    Args:
        longest: The most characters since they were last counted from 0.

    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._pieces: list[str] = []
        self._length = 0
        self._is_open = False
        self._pronunciation = 0

    def start(self, name: str) -> None:
        """Start-element handler, with the local name."""
        if name == "rPh":
            self._pronunciation += 1
        self._is_open = name in {"t", "v"} and not self._pronunciation

    def end(self, name: str) -> None:
        """End-element handler, with the local name."""
        if name == "rPh":
            self._pronunciation -= 1
        self._is_open = False

    def text(self, text: str) -> None:
        """Character-data handler."""
        if self._is_open:
            self._length += len(text)
            if self._length > self._longest:
                raise MarkupError
            self._pieces.append(text)

    def taken(self) -> str:
        """Return the text that was gathered, and begin the next one."""
        text = "".join(self._pieces)
        self._pieces.clear()
        return text

    def start_count(self) -> None:
        """Count the characters from 0."""
        self._length = 0


class SharedTexts:
    """The shared texts by their places, from 0.

    Args:
        blocks: The XML of `xl/sharedStrings.xml`.

    Raises:
        MarkupError: It is broken, or has a text longer than any cell's.
        OSError: The temporary file cannot be written.

    """

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._ends = array("Q", [0])
        self._texts = TextGatherer(LONGEST_TEXT)
        self.blank: set[int] = set()
        """The places of those that are empty or white space."""
        self.longest = 0
        """Bytes of the longest one."""
        self.at = lru_cache(_CACHED_TEXTS)(self._at)
        try:
            for _ in listened(blocks, self):
                pass
            self._file.flush()
            self._bytes = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) if self._ends[-1] else None
        except BaseException:
            self._file.close()
            raise

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __iter__(self) -> Iterator[str]:
        return map(self._at, range(len(self)))

    def __getitem__(self, place: int) -> str:
        return self.at(place)

    def start(self, name: str, _: dict[str, str]) -> None:
        """Start-element handler."""
        self._texts.start(local(name))

    def end(self, name: str) -> None:
        """End-element handler."""
        name = local(name)
        self._texts.end(name)
        if name == "si":
            text = self._texts.taken()
            self._texts.start_count()
            if not text.strip():
                self.blank.add(len(self))
            encoded = text.encode()
            self.longest = max(self.longest, len(encoded))
            self._file.write(encoded)
            self._ends.append(self._ends[-1] + len(encoded))

    def text(self, text: str) -> None:
        """Character-data handler."""
        self._texts.text(text)

    def close(self) -> None:
        """Take the temporary file away; more than once does no harm."""
        with suppress(BufferError):
            if self._bytes is not None:
                self._bytes.close()
        self._file.close()

    def _at(self, place: int) -> str:
        if place < 0:
            raise IndexError
        start, end = self._ends[place], self._ends[place + 1]
        return "" if self._bytes is None else self._bytes[start:end].decode()
