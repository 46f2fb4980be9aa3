"""What a look over a sheet's XML tells, before a library reads it: how far its cells reach, and which are special.

The fast reader (calamine) lays a sheet out as one rectangle from the first cell to the last, and knows no formats and
no errors. A look costs a third of a second for 100,000 rows of eight cells, and says whether it may be used.
"""

import re
from collections.abc import Iterable, Iterator

from importer.readers.excel.cells import column_index
from importer.readers.excel.extent import (
    MOST_AREAS,
    MOST_COLUMNS,
    MOST_ODD_CELLS,
    MOST_ROWS,
    Extent,
    HiddenRows,
    area_of,
)

# A tag ends before the next begins, so no pattern looks far, whatever is in the file.
_FILLED = re.compile(rb'<c r="([A-Z]{1,3}[0-9]{1,7})"[^<>/]*>')
_FORMATTED_ONLY = re.compile(rb'<c r="[A-Z]{1,3}[0-9]{1,7}"[^<>/]*/>')
_DIGITS, _LETTERS = b"0123456789", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CELL = re.compile(rb"[<:]c[\s/>]")
_FORMULA_WITHOUT_VALUE = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"(?![^<>]*t="str")[^<>]*>\s*'
    rb"<f(?:\s[^<>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"
)
_ERROR = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^<>]*\bt="e"[^<>]*>(?:(?!</?c[ >]).)*?<v>([^<]*)</v>', re.DOTALL)
_HIDDEN = re.compile(rb'<row\b(?=[^<>]*\shidden="(?:1|true)")[^<>]*\sr="([0-9]{1,7})"')
_MERGED = re.compile(rb'<mergeCell\s[^<>]*?ref="([A-Z0-9:$]{3,25})"')
_MOST_CARRIED_BYTES = 1024**2
_BEYOND_PLAIN = (b"<!", b"='", b"_x")
"""Comments, attributes in single quotes, characters that are escaped: read right only by the slow look."""


class _Seen:
    """What has been seen so far of a sheet's XML."""

    def __init__(self) -> None:
        self.rows = 0
        self.columns = 0
        self.cells = 0
        self.placed = 0
        self.plainly = True
        self.in_order = True
        self.hidden = HiddenRows()
        self.merged: list[bytes] = []
        self.errors: dict[int, dict[int, str]] = {}
        self.uncalculated: dict[int, set[int]] = {}
        self.odd_cells = 0
        self._last_row = 0

    def add(self, text: bytes) -> None:
        """Look at more of it; no cell's beginning is cut."""
        filled = _FILLED.findall(text)
        self.placed += len(filled) + (len(_FORMATTED_ONLY.findall(text)) if b"/>" in text else 0)
        self.cells += _cells_in(text)
        self.plainly = self.plainly and not any(sign in text for sign in _BEYOND_PLAIN)
        self._add_places(b" ".join(filled))
        if b'hidden="' in text:
            for row in _HIDDEN.findall(text):
                self.hidden.add(int(row))
        if b"<mergeCell " in text and len(self.merged) <= MOST_AREAS:
            self.merged += _MERGED.findall(text)
        if self.odd_cells <= MOST_ODD_CELLS:
            self._add_odd_cells(text)

    def _add_places(self, places: bytes) -> None:
        """Take note of places such as `A1 B1`; all at once is twice as fast as one by one."""
        rows = [int(row) for row in dict.fromkeys(places.translate(None, _LETTERS).split())]
        if rows:
            self.in_order = self.in_order and rows[0] >= self._last_row and rows == sorted(rows)
            self._last_row = rows[-1]
            self.rows = max(self.rows, *rows)
        columns = {column_index(letters.decode()) + 1 for letters in set(places.translate(None, _DIGITS).split())}
        self.columns = max(self.columns, *columns, 0)

    def _add_odd_cells(self, text: bytes) -> None:
        if b'"e"' in text:
            for letters, row, shown in _ERROR.findall(text):
                self.errors.setdefault(int(row), {})[column_index(letters.decode())] = shown.decode("utf-8", "replace")
                self.odd_cells += 1
        if b"<f" in text:
            for letters, row in _FORMULA_WITHOUT_VALUE.findall(text):
                self.uncalculated.setdefault(int(row), set()).add(column_index(letters.decode()))
                self.odd_cells += 1


def look_over(blocks: Iterable[bytes]) -> Extent:
    """Return what the XML of a sheet, unpacked in blocks, says about its cells; only where it is plain all of it."""
    seen = _Seen()
    for text in _whole_cells(blocks):
        seen.add(text)
    return Extent(
        rows=seen.rows,
        columns=seen.columns,
        is_plain=(
            seen.plainly
            and 0 < seen.cells == seen.placed
            and seen.rows <= MOST_ROWS
            and seen.columns <= MOST_COLUMNS
            and len(seen.merged) <= MOST_AREAS
            and seen.odd_cells <= MOST_ODD_CELLS
        ),
        in_order=seen.in_order,
        errors=seen.errors,
        uncalculated={row: frozenset(places) for row, places in seen.uncalculated.items()},
        hidden=seen.hidden.found(),
        merged=tuple(area for text in seen.merged if (area := area_of(text.decode()))),
    )


def _cells_in(text: bytes) -> int:
    """Return the number of cells, however they are written; too many, if a text looks like one."""
    plain = text.count(b"<c ")
    return plain if plain == text.count(b"<c") + text.count(b":c") else len(_CELL.findall(text))


def _whole_cells(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the blocks cut before a cell begins, so that none is in two of them."""
    carried = b""
    for block in blocks:
        text = carried + block
        cut = max(text.rfind(b"<c "), 0) or max(text.rfind(b"<"), 0)
        if len(text) - cut > _MOST_CARRIED_BYTES:
            cut = len(text)
        yield text[:cut]
        carried = text[cut:]
    yield carried
