"""The shared texts of an .xlsx: all its cells' texts, once each, kept on disk so that millions fit in little memory."""

import mmap
import re
import tempfile
from array import array
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache

from importer.readers.excel.markup import MarkupError, listened, local

LONGEST_TEXT = 1024**2
"""Characters; Excel takes 32,767 in a cell, other programs a few more."""

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CACHED = 4_096


def unescaped(text: str) -> str:
    """Return the text with characters that XML does not take, written as `_x000D_`, as themselves.

    Source: ECMA-376, part 1, 22.9.2.19 (ST_Xstring).
    """
    if "_x" not in text:
        return text
    meant = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    # Halves of a character that stand in pairs are one; a half alone is none, and could not be written down.
    return meant.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class TextGatherer:
    """Gathers the text of one shared or inline text: of its runs, without what only says how it is pronounced."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._in_text = False
        self._in_pronunciation = 0

    def start(self, name: str) -> None:
        """Hear that an element begins."""
        if name == "rPh":
            self._in_pronunciation += 1
        self._in_text = name == "t" and not self._in_pronunciation

    def end(self, name: str) -> None:
        """Hear that it ends."""
        if name == "rPh":
            self._in_pronunciation -= 1
        self._in_text = False

    def text(self, text: str) -> None:
        """Hear some of the text in it."""
        if self._in_text:
            self._length += len(text)
            if self._length > LONGEST_TEXT:
                raise MarkupError
            self._pieces.append(text)

    def taken(self) -> str:
        """Return the text that was gathered, and begin anew."""
        text = "".join(self._pieces)
        self._pieces.clear()
        self._length = 0
        return unescaped(text)


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
        self._gatherer = TextGatherer()
        try:
            for _ in listened(blocks, self):
                pass
            self._file.flush()
            self._bytes = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) if self._ends[-1] else None
        except BaseException:
            self._file.close()
            raise
        self.at = lru_cache(_CACHED)(self._at)

    def start(self, name: str, _: dict[str, str]) -> None:
        """Hear that an element begins."""
        self._gatherer.start(local(name))

    def end(self, name: str) -> None:
        """Hear that it ends."""
        name = local(name)
        self._gatherer.end(name)
        if name == "si":
            written = self._gatherer.taken().encode("utf-8", "surrogatepass")
            self._file.write(written)
            self._ends.append(self._ends[-1] + len(written))

    def text(self, text: str) -> None:
        """Hear some of the text in it."""
        self._gatherer.text(text)

    def close(self) -> None:
        """Take the temporary file away; more than once does no harm."""
        with suppress(BufferError):
            if self._bytes is not None:
                self._bytes.close()
        self._file.close()

    def _at(self, index: int) -> str:
        """Return the text of that place; raises IndexError where there is none."""
        if index < 0:
            raise IndexError
        start, end = self._ends[index], self._ends[index + 1]
        return "" if self._bytes is None else self._bytes[start:end].decode("utf-8", "surrogatepass")
