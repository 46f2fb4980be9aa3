"""Sheets of .xlsx read row by row, in little memory, with errors, formats and whatever place their cells are in.

openpyxl says what is a date and which day a number means. Its own way through the XML is not gone: it keeps all shared
texts and whatever it does not know in memory, loses rows that are out of order, and reads `_x000D_` as that.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601

from importer.readers.excel.cells import ErrorCell, UncalculatedCell, column_index, text_of
from importer.readers.excel.extent import MOST_AREAS, MOST_COLUMNS, MOST_ROWS, Area, Extent, HiddenRows, area_of
from importer.readers.excel.markup import MarkupError, listened, local
from importer.readers.excel.shared_texts import SharedTexts, TextGatherer, unescaped
from importer.readers.excel.styles import Styles

_MOST_REPEATED = 4 * 1024**3
"""Characters that all cells together may take from the shared texts, of which one can be used a million times."""
_LONGEST_ROW = 4 * 1024**2
"""Characters."""


class RawCell(NamedTuple):
    """A cell as the XML has it."""

    column: int
    """From 0."""
    kind: str
    style: str
    value: str | None
    has_formula: bool


class RawRow(NamedTuple):
    """A row as the XML has it."""

    number: int
    cells: list[RawCell]


class SheetMarkup:
    """Hears the XML of a sheet, and gathers its rows, hidden rows and merged areas."""

    def __init__(self) -> None:
        self.rows: list[RawRow] = []
        """Whole rows; whoever reads takes them out."""
        self.hidden = HiddenRows()
        self.merged: list[Area] = []
        self._gatherer = TextGatherer()
        self._number = 0
        self._cells: list[RawCell] | None = None
        self._length = 0
        self._column = -1
        self._kind, self._style = "n", "0"
        self._value: str | None = None
        self._pieces: list[str] | None = None
        self._has_formula = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Hear that an element begins."""
        if ":" in name:
            name = local(name)
        if name == "c":
            self._start_cell(attributes)
        elif name == "v":
            self._pieces = []
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            self._has_formula = True
        elif name == "mergeCell":
            self._take_area(attributes.get("ref", ""))
        else:
            self._gatherer.start(name)

    def end(self, name: str) -> None:
        """Hear that it ends."""
        if ":" in name:
            name = local(name)
        if name == "v":
            self._value = "".join(self._pieces or ())
            self._pieces = None
        elif name == "c":
            if self._cells is not None:
                self._cells.append(RawCell(self._column, self._kind, self._style, self._value, self._has_formula))
        elif name == "row":
            if self._cells is not None:
                self.rows.append(RawRow(self._number, self._cells))
            self._cells = None
        elif name == "is":
            self._value = self._gatherer.taken()
        else:
            self._gatherer.end(name)

    def text(self, text: str) -> None:
        """Hear some of the text in it."""
        if self._pieces is None:
            self._gatherer.text(text)
            return
        self._length += len(text)
        if self._length > _LONGEST_ROW:
            raise MarkupError
        self._pieces.append(text)

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._number = int(attributes.get("r", self._number + 1))
        if not 1 <= self._number <= MOST_ROWS:
            raise MarkupError
        self._cells = []
        self._column = -1
        self._length = 0
        if attributes.get("hidden") in {"1", "true"}:
            self.hidden.add(self._number)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        self._column = _column(place.rstrip("0123456789")) if place else self._column + 1
        if self._column >= MOST_COLUMNS or (self._cells is not None and len(self._cells) >= MOST_COLUMNS):
            raise MarkupError
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")
        self._value, self._has_formula = None, False

    def _take_area(self, reference: str) -> None:
        if area := area_of(reference):
            self.merged.append(area)
            if len(self.merged) > MOST_AREAS:
                raise MarkupError


@lru_cache(MOST_COLUMNS)
def _column(letters: str) -> int:
    if not (letters.isascii() and letters.isupper() and letters.isalpha()):
        raise MarkupError
    return column_index(letters)


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
        self._repeated = 0
        self._epoch: datetime = MAC_EPOCH if from_1904 else WINDOWS_EPOCH

    def rows(self) -> Iterator[Sequence[object]]:
        """Yield the values of each row from row 1 on, gaps too."""
        last, self._repeated = 0, 0
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
        values: list[object] = [None] * (max(cell.column for cell in row.cells) + 1)
        for cell in row.cells:
            values[cell.column] = self._value(cell)
        return values

    def _value(self, cell: RawCell) -> object:
        if cell.value is None or (not cell.value and cell.kind != "str"):
            return UncalculatedCell() if cell.has_formula else None
        match cell.kind:
            case "s":
                text = self._texts.at(int(cell.value))
                self._repeated += len(text)
                if self._repeated > _MOST_REPEATED:
                    raise MarkupError
                return text
            case "n":
                return self._number(cell.value, int(cell.style))
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
        filled = [cell.column for cell in row.cells if cell.value or cell.has_formula]
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
