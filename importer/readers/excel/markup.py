"""A streaming XML parser (expat), in bounded memory and safe against entity expansion.

A tree would: a few megabytes of empty elements become gigabytes. So elements are told one by one as they come, and no
document type is taken, by which entities multiply ("billion laughs").
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Protocol
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

LONGEST_TEXT = 1024**2
"""Characters of a cell; Excel takes 32,767, other programs a few more."""
_LONGEST_TAG = 16 * 1024**2
_BIGGEST_TREE = 6 * 1024**2
"""Characters of one element that is held as a tree: a row of 16,384 cells has 2 million, 65,490 styles 5 million."""
_ELEMENT_CHARACTERS = 16
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
"""What openpyxl looks for before a tag's name."""


class Listener(Protocol):
    """Hears the elements in their order; names come as they are written, with prefixes that `local` takes off."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle a start tag."""

    def end(self, name: str) -> None:
        """Handle an end tag."""

    def text(self, text: str) -> None:
        """Hear some of the text in it."""


class MarkupError(ValueError):
    """The XML is broken, or is made to do harm."""


def listened(blocks: Iterable[bytes], listener: Listener) -> Iterator[None]:
    """Parse the XML with the listener as handler; yield after each block, so that what it gathered can be taken.

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


def elements(blocks: Iterable[bytes], names: Collection[str]) -> Iterator[Element]:
    """Yield the elements of these names as trees, one at a time, whatever their prefixes and the XML's encoding.

    All tags are in the main namespace of .xlsx, as openpyxl looks for them; attributes keep their prefixes.

    Raises:
        MarkupError: As `listened` raises; or an element is bigger than any program writes.

    """
    trees = _Trees(names)
    for _ in listened(blocks, trees):
        yield from trees.whole
        trees.whole.clear()


class _Trees:
    """Builds the trees of the elements that have certain names."""

    def __init__(self, names: Collection[str]) -> None:
        self.whole: list[Element] = []
        self._names = names
        self._tree: TreeBuilder | None = None
        self._depth = self._size = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if self._tree is None:
            if name not in self._names:
                return
            self._tree, self._size = TreeBuilder(), 0
        self._depth += 1
        self._grow(_ELEMENT_CHARACTERS + sum(map(len, attributes.values())))
        self._tree.start(MAIN + name, attributes)

    def end(self, name: str) -> None:
        if self._tree is not None:
            self._depth -= 1
            element = self._tree.end(MAIN + local(name))
            if not self._depth:
                self.whole.append(element)
                self._tree = None

    def text(self, text: str) -> None:
        if self._tree is not None:
            self._grow(len(text))
            self._tree.data(text)

    def _grow(self, characters: int) -> None:
        self._size += characters
        if self._size > _BIGGEST_TREE:
            raise MarkupError


def local(name: str) -> str:
    """Return a name without its namespace's prefix, which a program may choose."""
    return name.rpartition(":")[2] if ":" in name else name


def _refuse(*_: object) -> None:
    raise MarkupError
