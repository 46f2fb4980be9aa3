"""The shared strings table (sharedStrings.xml) of an .xlsx: all its cells' texts, once each.

calamine reads them itself, so a look over them tells only how long they are, and which are blank. Where openpyxl parses
the cells, the texts are kept on disk, so that millions fit in little memory.
"""

import re
import tempfile
from array import array
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from importer.readers.excel.markup import MAIN, MarkupError, elements
from importer.readers.excel.xlsx_look import BLANK, is_beyond_plain, signs_in

_LONGEST_TEXT = 10 * 1024**2
_MOST_TEXTS = 10_000_000
_MOST_BLANK = 100_000
"""Programs write each text once, so more blank ones are no program's work."""
_BYTES_OF_MARKUP = len("><t></t></si>")
_BLANK_TEXT = re.compile(rb"[^<>]*(?:/>|>\s*(?:<t(?:\s[^<>]*)?(?:/>|>" + BLANK + rb"</t>))?\s*</si>)\s*(?:</sst>\s*)?")
_SIGNS_OF_BLANK_TEXT = {b">": b"></t>", b"/": b"/></si>", b" ": b" </t>", b"\n": b"\n</t>", b";": b";</t>"}
_SHORTEST_FILLED = len("><t>a</t></si>")
_LONGEST_BLANK = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedTextsLook:
    """What a look over the shared texts found."""

    lengths: "array[int]"
    """Bytes of the XML of each."""
    longest: int
    """The most of them, without markup."""
    blank: Collection[int]
    """The places, from 0, of those that are empty or white space."""
    is_plain: bool
    """All of it is as common programs write it; otherwise the rest was not looked at."""


def look_over_texts(blocks: Iterable[bytes]) -> SharedTextsLook:
    """Return what the XML of the shared texts, unpacked in blocks, says about them."""
    lengths, blank, left, is_plain = array("I"), list[int](), b"", True
    for block in blocks:
        text = left + block
        before, *pieces = text.split(b"<si")
        whole = pieces[:-1]
        if signs_in(text, _SIGNS_OF_BLANK_TEXT) or min(map(len, whole), default=0) < _SHORTEST_FILLED:
            blank += [place for place, piece in enumerate(whole, len(lengths)) if _is_blank(piece)]
        is_plain = not is_beyond_plain(text) and (bool(lengths) or b"<sst" in text)
        lengths.extend(map(len, whole))
        left = b"<si" + pieces[-1] if pieces else before
        if not is_plain or len(left) > _LONGEST_TEXT or len(lengths) > _MOST_TEXTS or len(blank) > _MOST_BLANK:
            is_plain = False
            break
    if _is_blank(left.removeprefix(b"<si")):
        blank.append(len(lengths))
    lengths.append(len(left))
    longest = max(0, max(lengths) - _BYTES_OF_MARKUP)
    return SharedTextsLook(lengths=lengths, longest=longest, blank=blank, is_plain=is_plain)


class SharedTexts:
    """The shared texts by their places, from 0.

    Args:
        blocks: The XML of `xl/sharedStrings.xml`.

    Raises:
        MarkupError: It is broken, or has a text longer or more texts than any program writes.
        OSError: The temporary file cannot be written.

    """

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._ends = array("Q", [0])
        self._blank = 0
        try:
            for element in elements(blocks, {"si"}):
                self._append(text_in(element).encode())
        except BaseException:
            self.close()
            raise

    def __getitem__(self, place: int) -> str:
        """Return a text.

        Raises:
            IndexError: There is none at this place.

        """
        if place < 0:
            raise IndexError
        start, end = self._ends[place], self._ends[place + 1]
        self._file.seek(start)
        return self._file.read(end - start).decode()

    def _append(self, text: bytes) -> None:
        self._blank += not text.strip()
        if len(self._ends) > _MOST_TEXTS or self._blank > _MOST_BLANK:
            raise MarkupError
        self._file.write(text)
        self._ends.append(self._ends[-1] + len(text))

    def close(self) -> None:
        """Remove the temporary file; more than once does no harm."""
        self._file.close()


def text_in(element: Element) -> str:
    """Return the text of a shared text or a cell: that of its runs, without what says how it is pronounced."""
    return "".join(part.findtext(f"{MAIN}t") or "" for part in (element, *element.iterfind(f"{MAIN}r")))


def _is_blank(text: bytes) -> bool:
    return len(text) <= _LONGEST_BLANK and bool(_BLANK_TEXT.fullmatch(text))
