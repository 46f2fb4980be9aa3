"""A sheet of an .xlsx whose cells openpyxl parses, row by row: one too big for `read_excel`, or written oddly.

Prefixes, cells without places, UTF-16, comments, part names in any case: openpyxl's own reader of sheets takes some of
these for damage, and holds what it does not know in memory. So its parser of cells is given one row at a time.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from itertools import repeat
from operator import attrgetter
from xml.etree.ElementTree import Element

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import ISO_REGEX, MAC_EPOCH, WINDOWS_EPOCH, from_excel
from openpyxl.worksheet._reader import WorkSheetParser

from importer.readers.excel.cells import ErrorCell, UncalculatedCell, formatted, unescaped
from importer.readers.excel.extent import MOST_AREAS, MOST_ROWS, Area, Extent, area_of
from importer.readers.excel.extent_builder import ExtentBuilder
from importer.readers.excel.markup import MAIN, MarkupError, elements
from importer.readers.excel.overlay import proven_rows
from importer.readers.excel.shared_texts import SharedTexts, text_in
from importer.readers.excel.xlsx_parts import NumberStyles
from importer.readers.header import MOST_COLUMNS

_MOST_REPEATED = 4 * 1024**3
"""Characters that all cells together may take from the shared texts, of which one can be used a million times."""
_TRUE = frozenset({"1", "true"})


class OpenpyxlSheet:
    """A sheet of which only the row at hand is in memory; all rows, if they are not in order.

    Args:
        blocks: Returns the sheet's XML from its beginning.
        texts: The shared texts.
        styles: The number formats.
        from_1904: Days are counted from 1904.
        extent: What the look found; the look itself does without.

    """

    def __init__(
        self,
        blocks: Callable[[], Iterator[bytes]],
        texts: SharedTexts,
        styles: NumberStyles,
        *,
        from_1904: bool,
        extent: Extent | None = None,
    ) -> None:
        self._blocks = blocks
        self._texts = texts
        self._styles = styles
        self._from_1904 = from_1904
        self._extent = extent or Extent(rows=0, columns=0)

    def look(self) -> Extent:
        """Go over all rows, and return how far they reach, in which order, and which are hidden or have merged cells.

        Raises:
            MarkupError: The XML is broken, or has what no program writes.

        """
        seen, last, in_order, areas = ExtentBuilder(), 0, True, 0
        for found in self._parsed():
            if isinstance(found, _SheetRow):
                in_order, last = in_order and found.number > last, found.number
                seen.fill(found.number, 0, len(found.values))
                if found.is_hidden:
                    seen.hidden.add(found.number)
            elif areas == MOST_AREAS:
                raise MarkupError
            else:
                areas += 1
                seen.merge(found.first_row, found.last_row, found.first_column, found.last_column)
        # Cells carry what is special about them, and nothing else counted them.
        return replace(seen.extent(), is_plain=False, in_order=in_order, filled=array("H"))

    def rows(self) -> Iterator[Sequence[object]]:
        """Yield the values of each row from row 1 on."""
        return proven_rows(self._values(), self._extent)

    def close(self) -> None:
        """Do nothing: whoever opened the file closes it."""

    def _values(self) -> Iterator[Sequence[object]]:
        rows = (found for found in self._parsed() if isinstance(found, _SheetRow))
        expected, repeated = 1, 0
        for row in rows if self._extent.in_order else sorted(rows, key=attrgetter("number")):
            repeated += sum(len(value) for value in row.values if isinstance(value, str))
            if row.number < expected or repeated > _MOST_REPEATED:
                raise MarkupError
            yield from repeat((), row.number - expected)
            yield row.values
            expected = row.number + 1

    def _parsed(self) -> "Iterator[_SheetRow | Area]":
        parser = _RowParser(self._texts, self._styles, from_1904=self._from_1904)
        for element in elements(self._blocks(), {"row", "mergeCell"}):
            if element.tag.endswith("}row"):
                yield parser.row(element)
            elif area := area_of(element.get("ref", "").upper()):
                yield area


@dataclass(frozen=True, slots=True, kw_only=True)
class _SheetRow:
    number: int
    values: Sequence[object]
    is_hidden: bool


class _RowParser(WorkSheetParser):
    """openpyxl's parser of cells, told what it loses.

    It takes a phone number that is formatted as a date for an error, so numbers become dates here, by its own function.
    """

    def __init__(self, texts: SharedTexts, styles: NumberStyles, *, from_1904: bool) -> None:
        super().__init__(None, texts, data_only=True, epoch=MAC_EPOCH if from_1904 else WINDOWS_EPOCH)  # type: ignore[arg-type]  # it is given rows
        self._styles = styles
        self._zeros = styles.zeros
        self._date_kind = cache(self._kind_of)

    def row(self, element: Element) -> _SheetRow:
        """Return a row.

        Raises:
            IndexError: It uses a shared text that is not there.
            MarkupError: It has what no program writes.
            ValueError: A value is none of its type.

        """
        self.row_counter = int(element.get("r", self.row_counter + 1))
        self.col_counter = 0
        filled: dict[int, object] = {}
        for cell in element.iterfind(f"{MAIN}c"):
            value = self._value(cell)
            if self.col_counter in filled:
                raise MarkupError
            if value is not None:
                filled[self.col_counter] = value
        columns = max(filled, default=0)
        if not 1 <= self.row_counter <= MOST_ROWS or columns > MOST_COLUMNS:
            raise MarkupError
        values = [filled.get(column, "") for column in range(1, columns + 1)]
        return _SheetRow(number=self.row_counter, values=values, is_hidden=element.get("hidden") in _TRUE)

    def _value(self, cell: Element) -> object:
        kind, shown, inline = cell.get("t", "n"), cell.find(f"{MAIN}v"), cell.find(f"{MAIN}is")
        text = "" if shown is None else shown.text or ""
        if inline is not None:
            cell.remove(inline)  # openpyxl takes some ways to say how it is pronounced for damage
            text = text_in(inline)
        elif shown is not None and kind == "b":
            shown.text = "1" if text.strip() in _TRUE else "0"
        elif shown is not None and kind != "str" and not text.strip():
            shown.text = None
        elif kind == "d" and not ISO_REGEX.fullmatch(text):
            kind = "e"
            cell.set("t", kind)
        try:
            parsed = self.parse_cell(cell)
        except ValueError:
            if kind not in {"d", "n"}:
                raise
            return ErrorCell(text=text if kind == "d" else "#NUM!")  # such as NaN, as some programs write it
        return self._shown(cell, kind, text, parsed["value"])

    def _shown(self, cell: Element, kind: str, text: str, value: object) -> object:
        """Return the value of a cell that openpyxl parsed; None if it has none."""
        match value:
            case _ if kind == "e" and value is not None:
                return ErrorCell(text=text)
            case str():
                return unescaped(value)
            case int() | float() if kind == "n":
                return self._formatted(value, int(cell.get("s", "0")))
            case None if cell.find(f"{MAIN}f") is not None and (kind != "str" or cell.find(f"{MAIN}v") is None):
                return UncalculatedCell()
            case None:
                return unescaped(text) if kind == "inlineStr" and text else None
            case _:
                return value

    def _formatted(self, value: float, style: int) -> object:
        if style in self._zeros:
            return formatted(value, self._zeros[style])
        if kind := self._date_kind(style):
            with suppress(OverflowError, ValueError):  # a phone number formatted as a date is still that number
                return from_excel(value, self.epoch, timedelta=kind == "duration")
        return value

    def _kind_of(self, style: int) -> str:
        number = self._styles.numbers[style] if style < len(self._styles.numbers) else 0
        code = self._styles.codes.get(number) or BUILTIN_FORMATS.get(number, "General")
        return ("duration" if is_timedelta_format(code) else "date") if is_date_format(code) else ""
