"""A sheet that is too big for `pandas.read_excel`, row by row through openpyxl's read-only mode."""

import warnings
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import cast

from openpyxl import load_workbook
from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from importer.readers.excel.cells import ErrorCell, unescaped
from importer.readers.excel.extent import Extent
from importer.readers.excel.markup import MarkupError
from importer.readers.excel.overlay import proven_rows
from importer.readers.excel.plain_copy import PlainCopy
from importer.readers.excel.shared_texts import SharedTexts
from importer.readers.excel.styles import NumberStyles

_MOST_REPEATED = 4 * 1024**3
"""Characters that all cells together may take from the shared texts, of which one can be used a million times."""


class OpenpyxlSheet:
    """A sheet of which only the rows at hand are in memory.

    Args:
        copy: The plain copy of the sheet, without shared texts: openpyxl would hold them all.
        texts: The shared texts.
        styles: The number formats. openpyxl takes a phone number that is formatted as a date for an error, so numbers
            become dates here, by its own functions.
        extent: What the look found.
        from_1904: Days are counted from 1904.

    """

    def __init__(
        self, copy: PlainCopy, texts: SharedTexts, styles: NumberStyles, extent: Extent, *, from_1904: bool
    ) -> None:
        self._extent = extent
        self._texts = texts
        self._styles = styles
        self._epoch: datetime = MAC_EPOCH if from_1904 else WINDOWS_EPOCH
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._book = load_workbook(copy.path, read_only=True, data_only=True)
        self._book._date_formats = self._book._timedelta_formats = frozenset()  # type: ignore[attr-defined]  # noqa: SLF001 - see above
        self._sheet = self._book.worksheets[0]
        self._sheet._shared_strings = texts  # type: ignore[attr-defined]  # noqa: SLF001 - no other way to say it
        self._is_date = lru_cache(None)(self._date_kind)

    def rows(self) -> Iterator[Sequence[object]]:
        """Yield the values of each row from row 1 on."""
        return proven_rows(self._values(), self._extent)

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()

    def _values(self) -> Iterator[Sequence[object]]:
        self._sheet.reset_dimensions()  # what a program says of them may be wrong
        repeated = 0
        rows = cast("Iterator[Sequence[ReadOnlyCell | EmptyCell]]", self._sheet.rows)  # the stubs say what others have
        for cells in rows:
            values = [self._value(cell) for cell in cells]
            repeated += sum(len(value) for value in values if isinstance(value, str))
            if repeated > _MOST_REPEATED:
                raise MarkupError
            yield values

    def _value(self, cell: ReadOnlyCell | EmptyCell) -> object:
        value = cell.value
        match cell.data_type:
            case "s" | "inlineStr" | "str":
                return unescaped(value) if isinstance(value, str) else ""
            case "e":
                return ErrorCell(text=str(value))
            case "n" if value is not None and (kind := self._is_date(cell._style_id)):  # type: ignore[union-attr]  # noqa: SLF001 - no other way to say it
                try:
                    return from_excel(value, self._epoch, timedelta=kind == "duration")
                except (OverflowError, ValueError):
                    return value  # a phone number formatted as a date is still that number
            case _:
                return "" if value is None else value

    def _date_kind(self, style: int) -> str:
        number = self._styles.numbers[style] if style < len(self._styles.numbers) else 0
        code = self._styles.codes.get(number) or BUILTIN_FORMATS.get(number, "General")
        return ("duration" if is_timedelta_format(code) else "date") if is_date_format(code) else ""
