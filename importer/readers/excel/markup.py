"""XML read as a stream, in memory that does not grow with it, whatever it holds.

A tree would: a few megabytes of empty elements become gigabytes. So elements are told one by one as they come, and no
document type is taken, by which entities multiply ("billion laughs").
"""

from collections.abc import Iterable, Iterator
from typing import Protocol
from xml.parsers import expat

LONGEST_TEXT = 1024**2
"""Characters of a cell; Excel takes 32,767, other programs a few more."""
_LONGEST_TAG = 16 * 1024**2


class Listener(Protocol):
    """Hears the elements in their order; names come as they are written, with prefixes that `local` takes off."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Hear that an element begins."""

    def end(self, name: str) -> None:
        """Hear that it ends."""

    def text(self, text: str) -> None:
        """Hear some of the text in it."""


class MarkupError(ValueError):
    """The XML is broken, or is made to do harm."""


def listened(blocks: Iterable[bytes], listener: Listener) -> Iterator[None]:
    """Let the listener hear the XML; stops after each block, so that what it gathered can be taken.

    Raises:
        MarkupError: It is broken, has a document type, or a tag of more than 16 MB.

    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = listener.start
    parser.EndElementHandler = listener.end
    parser.CharacterDataHandler = listener.text
    fed = 0
    try:
        for block in blocks:
            parser.Parse(block, False)  # noqa: FBT003 - its argument has no name
            fed += len(block)
            if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                raise MarkupError
            yield
        if fed:  # a part that a workbook does without is no broken one
            parser.Parse(b"", True)  # noqa: FBT003 - the same
    except expat.ExpatError as error:
        raise MarkupError from error
    yield


def local(name: str) -> str:
    """Return a name without its namespace's prefix, which a program may choose."""
    return name.rpartition(":")[2] if ":" in name else name


def _refuse(*_: object) -> None:
    raise MarkupError
