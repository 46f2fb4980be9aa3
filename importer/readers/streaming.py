"""Sheets of .xlsx read row by row, in little memory, with errors, formats and whatever place their cells are in.

openpyxl says what is a date and which day a number means. Its own way through the XML is not gone: it keeps all shared
texts and whatever it does not know in memory, loses rows that are out of order, and reads `_x000D_` as that.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601

from importer.readers.cells import ErrorCell, UncalculatedCell, column_index, text_of
from importer.readers.extent import MOST_AREAS, MOST_COLUMNS, MOST_ROWS, Area, Extent, HiddenRows, area_of
from importer.readers.markup import MarkupError, listened
from importer.readers.styles import Styles
from importer.readers.texts import SharedTexts, TextGatherer, unescaped

_LONGEST_ROW = 4 * 1024**2
"""Characters."""


@dataclass(slots=True)
class RawCell:
    """A cell as the XML has it."""

    kind: str
    style: int
    value: str | None = None
    has_formula: bool = False


@dataclass(slots=True)
class RawRow:
    """A row as the XML has it."""

    number: int
    cells: dict[int, RawCell] = field(default_factory=dict)
    """By column, from 0."""


class SheetMarkup:
    """Hears the XML of a sheet, and gathers its rows, hidden rows and merged areas."""

    def __init__(self) -> None:
        self.rows: list[RawRow] = []
        """Whole rows; whoever reads takes them out."""
        self.hidden = HiddenRows()
        self.merged: list[Area] = []
        self._gatherer = TextGatherer()
        self._number = 0
        self._column = -1
        self._row: RawRow | None = None
        self._cell: RawCell | None = None
        self._value: list[str] | None = None
        self._length = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Hear that an element begins."""
        if name == "c" and self._row is not None:
            self._start_cell(self._row, attributes)
        elif name == "v":
            self._value = []
        elif name == "row":
            self._start_row(attributes)
        elif name == "f" and self._cell is not None:
            self._cell.has_formula = True
        elif name == "mergeCell" and (area := area_of(attributes.get("ref", ""))):
            self.merged.append(area)
            if len(self.merged) > MOST_AREAS:
                raise MarkupError
        else:
            self._gatherer.start(name)

    def end(self, name: str) -> None:
        """Hear that it ends."""
        self._gatherer.end(name)
        if name == "v" and self._cell is not None and self._value is not None:
            self._cell.value = "".join(self._value)
            self._value = None
        elif name == "is" and self._cell is not None:
            self._cell.value = self._gatherer.taken()
        elif name == "c":
            self._cell = None
        elif name == "row" and self._row is not None:
            self.rows.append(self._row)
            self._row = None

    def text(self, text: str) -> None:
        """Hear some of the text in it."""
        if self._value is not None:
            self._length += len(text)
            if self._length > _LONGEST_ROW:
                raise MarkupError
            self._value.append(text)
        else:
            self._gatherer.text(text)

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._number = int(attributes.get("r", self._number + 1))
        if not 1 <= self._number <= MOST_ROWS:
            raise MarkupError
        self._row = RawRow(self._number)
        self._column = -1
        self._length = 0
        if attributes.get("hidden") in {"1", "true"}:
            self.hidden.add(self._number)

    def _start_cell(self, row: RawRow, attributes: dict[str, str]) -> None:
        place = attributes.get("r", "").rstrip("0123456789")
        self._column = (
            column_index(place) if place.isalpha() and place.isascii() and place.isupper() else self._column + 1
        )
        if self._column >= MOST_COLUMNS:
            raise MarkupError
        self._cell = row.cells[self._column] = RawCell(attributes.get("t", "n"), int(attributes.get("s", 0)))


class Streaming:
    """A sheet of an .xlsx as rows of values.

    Args:
        blocks: Returns the sheet's XML, from its beginning.
        texts: The shared texts, closed with this.
        styles: Of the workbook.
        from_1904: Days are counted from 1904, as on old Macs.

    """

    def __init__(
        self, blocks: Callable[[], Iterator[bytes]], texts: SharedTexts, styles: Styles, *, from_1904: bool
    ) -> None:
        self._blocks = blocks
        self._texts = texts
        self._styles = styles
        self._epoch: datetime = MAC_EPOCH if from_1904 else WINDOWS_EPOCH

    def rows(self) -> Iterator[Sequence[object]]:
        """Yield the values of each row from row 1 on, gaps too."""
        last = 0
        for row in raw_rows(self._blocks(), SheetMarkup()):
            while last < row.number - 1:
                last += 1
                yield ()
            if row.number <= last:
                raise MarkupError
            last = row.number
            yield self._values(row)

    def close(self) -> None:
        """Let go of the texts."""
        self._texts.close()

    def _values(self, row: RawRow) -> Sequence[object]:
        if not row.cells:
            return ()
        values: list[object] = [None] * (max(row.cells) + 1)
        for column, cell in row.cells.items():
            values[column] = self._value(cell)
        return values

    def _value(self, cell: RawCell) -> object:
        if cell.value is None or (not cell.value and cell.kind != "str"):
            return UncalculatedCell() if cell.has_formula else None
        match cell.kind:
            case "s":
                return self._texts.at(int(cell.value))
            case "n":
                return self._number(cell.value, cell.style)
            case _:
                return _meaning(cell.kind, cell.value)

    def _number(self, text: str, style_index: int) -> object:
        value = float(text) if not text.isdecimal() else int(text)
        style = self._styles.at(style_index)
        if style.is_date:
            try:
                return from_excel(value, self._epoch, timedelta=style.is_duration)
            except (OverflowError, ValueError):
                return value  # a phone number formatted as a date is still that number
        return text_of(value, style.number_format) if style.number_format != "General" else value


def _meaning(kind: str, text: str) -> object:
    match kind:
        case "e":
            return ErrorCell(text=text)
        case "b":
            return text.strip() in {"1", "true"}
        case "d":
            return from_ISO8601(text)  # type: ignore[no-untyped-call]  # the stubs leave it open
        case "str":
            return unescaped(text)
        case _:
            return text


def raw_rows(blocks: Iterable[bytes], markup: SheetMarkup) -> Iterator[RawRow]:
    """Yield the rows of a sheet's XML as they come."""
    for _ in listened(blocks, markup):
        yield from markup.rows
        markup.rows.clear()


def look_slowly(blocks: Iterable[bytes]) -> Extent:
    """Return what a sheet's XML says about its cells, however it is written; slower than a look at plain XML."""
    markup = SheetMarkup()
    last_row, columns, before, in_order = 0, 0, 0, True
    for row in raw_rows(blocks, markup):
        filled = [column for column, cell in row.cells.items() if cell.value or cell.has_formula]
        if filled:
            last_row = max(last_row, row.number)
            columns = max(columns, max(filled) + 1)
        in_order = in_order and row.number > before
        before = row.number
    return Extent(
        rows=last_row,
        columns=columns,
        is_plain=False,
        in_order=in_order,
        hidden=markup.hidden.found(),
        merged=tuple(markup.merged),
    )
