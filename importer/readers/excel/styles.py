"""The number formats of an .xlsx: which styles show zeros in front, and which are dates."""

from collections.abc import Iterable

from importer.readers.excel.cells import zeros_in_front
from importer.readers.excel.markup import MarkupError, listened, local

_MOST_STYLES = 100_000
"""Excel takes 65,490 (its specifications and limits)."""
_EAST_ASIAN_DATES = frozenset({*range(27, 37), *range(50, 59)})
"""Built-in formats that are dates in the languages that have them (ECMA-376, part 1, 18.8.30)."""


class NumberStyles:
    """The styles by their places, from 0.

    Args:
        blocks: The XML of `xl/styles.xml`.

    Raises:
        MarkupError: It is broken, or has more styles than any spreadsheet program takes.

    """

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self.codes: dict[int, str] = dict.fromkeys(_EAST_ASIAN_DATES, "yyyy-mm-dd")
        """The format codes by their numbers, without the built-in ones that every library knows."""
        self.numbers: list[int] = []
        """The number of each style's format."""
        self._in_cell_formats = False
        for _ in listened(blocks, self):
            pass

    @property
    def zeros(self) -> dict[int, str]:
        """The styles, by their places, that show numbers with zeros in front, with their format codes."""
        with_zeros = {number for number, code in self.codes.items() if zeros_in_front(code)}
        return {place: self.codes[number] for place, number in enumerate(self.numbers) if number in with_zeros}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Start-element handler."""
        name = local(name)
        if name == "cellXfs":
            self._in_cell_formats = True
        elif name == "xf" and self._in_cell_formats:
            self.numbers.append(_number(attributes))
        elif name == "numFmt" and not self._in_cell_formats:
            self.codes[_number(attributes)] = attributes.get("formatCode", "")
        if len(self.numbers) + len(self.codes) > _MOST_STYLES:
            raise MarkupError

    def end(self, name: str) -> None:
        """End-element handler."""
        if local(name) == "cellXfs":
            self._in_cell_formats = False

    def text(self, text: str) -> None:
        """Do nothing: styles have no text."""


def _number(attributes: dict[str, str]) -> int:
    text = attributes.get("numFmtId", "")
    return int(text) if text.isdecimal() else 0
