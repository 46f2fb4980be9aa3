"""The rows of an OpenDocument spreadsheet as its XML has them, read in little memory (OpenDocument 1.3, part 3).

Rows and cells that are alike are written once with their number: a few bytes can stand for a million rows, so none is
written out here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from importer.readers.excel.extent import MOST_COLUMNS, MOST_ROWS
from importer.readers.excel.markup import LONGEST_TEXT, MarkupError, listened, local

_MOST_CHARACTERS = 4 * 1024**2
"""Of one row."""
_CELLS = frozenset({"table-cell", "covered-table-cell"})
_NOT_SHOWN = frozenset({"annotation", "shapes", "tracked-changes", "forms"})
_VALUES = frozenset({"value", "string-value", "date-value", "time-value", "boolean-value", "formula"})
_WHITE_SPACE = re.compile(r"[ \t\r\n]+")
_SPACE, _TAB, _LINE_BREAK = "\x01", "\x02", "\x03"  # no XML has these characters
_MEANT = str.maketrans({_SPACE: " ", _TAB: "\t", _LINE_BREAK: "\n"})


@dataclass(slots=True, kw_only=True)
class OdsCell:
    """Alike cells, side by side."""

    attributes: Mapping[str, str]
    """By their names without prefixes."""
    is_error: bool
    count: int
    paragraphs: list[list[str]] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """What the cell shows, a line for each paragraph, with white space as the format says (6.1.2)."""
        lines = (_WHITE_SPACE.sub(" ", "".join(pieces)).strip(" ") for pieces in self.paragraphs)
        return "\n".join(lines).translate(_MEANT)

    @property
    def is_empty(self) -> bool:
        """Tell whether the cell has neither a value nor anything to show."""
        return not self.is_error and not _VALUES & self.attributes.keys() and not any(map(any, self.paragraphs))


@dataclass(slots=True, kw_only=True)
class OdsRow:
    """Alike rows."""

    number: int
    """Of the first of them, from 1."""
    count: int
    is_hidden: bool
    cells: list[OdsCell] = field(default_factory=list)
    """Without the empty ones at the end."""


class OdsContent:
    """The sheets of a `content.xml`.

    Args:
        only: The place of the sheet whose rows are of interest; if None, the first filled row of each sheet is.

    """

    def __init__(self, only: int | None = None) -> None:
        self.names: list[str] = []
        self.hidden_tables: list[bool] = []
        self.filled: set[int] = set()
        """The places of the sheets in which a cell with something in it was met."""
        self._only = only
        self._rows: list[OdsRow] = []
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._depth = 0  # of tables: one may stand in another's cell
        self._not_shown = 0
        self._is_of_interest = False
        self._next = 1
        self._row: OdsRow | None = None
        self._cell: OdsCell | None = None
        self._columns = self._characters = 0

    def rows(self, blocks: Iterable[bytes]) -> Iterator[OdsRow]:
        """Yield the rows.

        Args:
            blocks: The XML.

        Raises:
            MarkupError: It is broken, or has more rows, columns or characters than any spreadsheet program takes.

        """
        for _ in listened(blocks, self):
            yield from self._rows
            self._rows.clear()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Start-element handler."""
        name = local(name)
        if self._not_shown or name in _NOT_SHOWN:
            self._not_shown += 1
        elif name == "style":
            self._style = _plain(attributes).get("name", "")
        elif name == "table-properties" and _plain(attributes).get("display") == "false":
            self._hidden_styles.add(self._style)
        elif name == "table":
            self._start_table(_plain(attributes))
        elif self._depth == 1 and self._is_of_interest:
            self._start_in_table(name, attributes)

    def end(self, name: str) -> None:
        """End-element handler."""
        name = local(name)
        if self._not_shown:
            self._not_shown -= 1
        elif name == "table":
            self._depth -= 1
        elif self._depth == 1 and name in _CELLS:
            self._cell = None
        elif self._depth == 1 and name == "table-row" and self._row is not None:
            while self._row.cells and self._row.cells[-1].is_empty:
                self._row.cells.pop()
            if self._row.cells:
                self.filled.add(len(self.names) - 1)
                self._is_of_interest = self._only is not None
            self._rows.append(self._row)
            self._row = None

    def text(self, text: str) -> None:
        """Character handler."""
        if self._cell is not None and self._cell.paragraphs and not self._not_shown and self._depth == 1:
            self._characters += len(text)
            if self._characters > _MOST_CHARACTERS:
                raise MarkupError
            self._cell.paragraphs[-1].append(text)

    def _start_table(self, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            self.names.append(attributes.get("name", ""))
            self.hidden_tables.append(attributes.get("style-name", "") in self._hidden_styles)
            self._next = 1
            self._is_of_interest = self._only in {None, len(self.names) - 1}

    def _start_in_table(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "table-row":
            plain = _plain(attributes)
            count = max(int(plain.get("number-rows-repeated", 1)), 1)
            is_hidden = plain.get("visibility") in {"collapse", "filter"}
            self._row = OdsRow(number=self._next, count=count, is_hidden=is_hidden)
            self._next += count
            self._columns = self._characters = 0
        elif name in _CELLS and self._row is not None:
            plain = _plain(attributes)
            count = max(int(plain.get("number-columns-repeated", 1)), 1)
            self._cell = OdsCell(
                attributes=plain, is_error=attributes.get("calcext:value-type") == "error", count=count
            )
            self._row.cells.append(self._cell)
            self._columns += count
        elif self._cell is not None and name == "p":
            self._cell.paragraphs.append([])
            self._characters += 1
        elif name in {"s", "tab", "line-break"}:
            spaces = min(int(_plain(attributes).get("c", 1)), LONGEST_TEXT)
            self.text({"s": _SPACE * spaces, "tab": _TAB}.get(name, _LINE_BREAK))
        if self._next > MOST_ROWS + 1 or self._columns > MOST_COLUMNS or self._characters > _MOST_CHARACTERS:
            raise MarkupError


def _plain(attributes: Mapping[str, str]) -> dict[str, str]:
    return {local(key): value for key, value in attributes.items()}
