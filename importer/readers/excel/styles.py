"""What the styles of an .xlsx say about its numbers: which are dates, and which are shown with zeros in front."""

from collections.abc import Iterable
from dataclasses import dataclass

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

from importer.readers.excel.markup import MarkupError, listened, local

_MOST_STYLES = 100_000
"""Excel takes 65,490 (its specifications and limits)."""


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How the numbers of a style are meant."""

    number_format: str = "General"
    is_date: bool = False
    is_duration: bool = False


class Styles:
    """The styles by their places, from 0; a place without one is `General`.

    Args:
        blocks: The XML of `xl/styles.xml`.

    Raises:
        MarkupError: It is broken, or has more styles than any spreadsheet program takes.

    """

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._formats: dict[str, str] = {}
        self._format_ids: list[str] = []
        self._in_cell_formats = False
        for _ in listened(blocks, self):
            pass
        known: dict[str, NumberStyle] = {}
        self._styles = [known.setdefault(key, self._style(key)) for key in self._format_ids]

    def at(self, index: int) -> NumberStyle:
        """Return the style of that place."""
        return self._styles[index] if 0 <= index < len(self._styles) else NumberStyle()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Hear that an element begins."""
        name = local(name)
        if name == "cellXfs":
            self._in_cell_formats = True
        elif name == "xf" and self._in_cell_formats:
            self._format_ids.append(attributes.get("numFmtId", "0"))
        elif name == "numFmt" and not self._in_cell_formats:
            self._formats.setdefault(attributes.get("numFmtId", ""), attributes.get("formatCode", ""))
        if len(self._format_ids) + len(self._formats) > _MOST_STYLES:
            raise MarkupError

    def end(self, name: str) -> None:
        """Hear that it ends."""
        if local(name) == "cellXfs":
            self._in_cell_formats = False

    def text(self, text: str) -> None:
        """Hear nothing: styles have no text."""

    def _style(self, key: str) -> NumberStyle:
        text = self._formats.get(key) or (BUILTIN_FORMATS.get(int(key), "General") if key.isdecimal() else "General")
        return NumberStyle(text, is_date_format(text), is_timedelta_format(text))
