"""What a look over the XML of a sheet tells before a library parses it: how far its cells reach, and which are special.

calamine lays a sheet out as one rectangle from the first cell to the last, and knows no formats and no errors. The look
costs half a second for 100,000 rows of eight cells. It says whether calamine may be used, what is to be laid over the
values, and how many cells of each row are filled.
"""

import re
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeVar

import numpy as np

from importer.readers.excel.cells import ErrorCell, UncalculatedCell, column_index
from importer.readers.excel.extent import (
    MOST_AREAS,
    MOST_ODD_CELLS,
    MOST_ROWS,
    Extent,
    FilledCells,
    HiddenRows,
    area_of,
)
from importer.readers.header import MOST_COLUMNS

# A tag ends before the next begins, so no pattern looks far, whatever is in the file.
_PLACE = rb'<c r="([A-Z]{1,3})([0-9]{1,7})"'
_FILLED = re.compile(rb'<c r="([A-Z]{1,3}[0-9]{1,7})"[^<>/]*>')
_FORMATTED_ONLY = re.compile(rb'<c r="[A-Z]{1,3}[0-9]{1,7}"[^<>/]*/>')
_DIGITS, _LETTERS = b"0123456789", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CELL = re.compile(rb"[<:]c[\s/>]")
BLANK = rb"(?:\s|&#(?:x(?:9|[aA]|[dD]|20)|9|10|13|32);)*"
_WITHOUT_VALUE = re.compile(
    _PLACE + rb"([^<>/]*)>\s*(<f(?:\s[^<>]*)?(?:/>|>[^<]*</f>))?\s*"
    rb"(?:<v(?:\s[^<>]*)?(?:/>|>" + BLANK + rb"</v>)|<is>\s*(?:<t(?:\s[^<>]*)?(?:/>|>" + BLANK + rb"</t>))?\s*</is>)?"
    rb"\s*</c>"
)
_SIGNS_OF_NO_VALUE = {b"/": b"></v>", b" ": b" </v>", b"\n": b"\n</v>", b";": b";</v>"}
_ERROR = re.compile(_PLACE + rb'[^<>]*\bt="e"[^<>]*>(?:(?!</?c[ >]).)*?<v(?: [^<>]*)?>([^<]*)</v>', re.DOTALL)
_SHARED = _PLACE + rb'[^<>]*\bt="s"[^<>]*>\s*<v>(%s)</v>'
_SHARED_TEXT = re.compile(rb't="s"[^<>]*>(?:<f[^<>]*/>)?<v>([0-9]{1,9})<')
_ORDINARY_ROW = (
    rb'<row r="([0-9]{1,7})"[^<>]*+>(?:<c r="[A-Z]{1,3}+\1"(?: s="(?!(?:%s)")[0-9]++")?+'
    rb'(?:/>| t="s"><v>(?!(?:%s)<)[0-9]++</v></c>|(?: t="n")?+><v>[-+.0-9E]++</v></c>))*+</row>'
)
_UNUSUAL_ROW = re.compile(rb"hidden|'")
_FILLED_WITHOUT_DIGITS = re.compile(rb'<c r="([A-Z]+)"[^/>]*>')
_NO_SHARED_TEXT = re.compile(rb't="s"[^<>]*><v>(?![0-9]+</v>)')
"""A place that is no number, for which calamine takes the first shared text."""
_HIDDEN = re.compile(rb'<row\b(?=[^<>]*\shidden="(?:1|true)")[^<>]*\sr="([0-9]{1,7})"')
_MERGED = re.compile(rb'<mergeCell\s[^<>]*?ref="([A-Z0-9:$]{3,25})"')
_MOST_CARRIED_BYTES = 1024**2
_MOST_LISTED = 64
_BEYOND_PLAIN = {b"!": b"<!", b"'": b"='", b"_": b"_x", b'"d"': b't="d"'}
"""A character, which is searched for quickly, and what it may be part of."""
_Told = TypeVar("_Told")
_HALF_CHARACTER = re.compile(rb"_x[dD]")


class _Seen:
    """What has been seen so far of a sheet's XML."""

    def __init__(self, zeros: Mapping[int, str], blank_texts: Collection[int]) -> None:
        self.rows = 0
        self.columns = 0
        self.unplaced = 0
        self.plainly = True
        self.in_order = True
        self.filled = FilledCells()
        self.hidden = HiddenRows()
        self.merged: list[bytes] = []
        self.replaced: list[tuple[int, int, object]] = []
        """Row, column and value of errors and of formulas without a value."""
        self.zeros: list[tuple[int, int, str]] = []
        self._last_row = 0
        self._zeros = zeros
        self._blank_texts = {b"%d" % place for place in blank_texts}
        self._zero_cell = re.compile(_PLACE + rb'[^<>]*\ss="(%s)"' % _any_of(zeros))
        self._blank_cell = re.compile(_SHARED % _any_of(blank_texts))
        self._ordinary_row = re.compile(_ORDINARY_ROW % (_any_of(zeros), _any_of(blank_texts)))

    def add(self, text: bytes) -> None:
        """Look at more of it; no cell's beginning is cut."""
        if not self._add_ordinary_rows(text):
            self._add_cells(text)

    def _add_ordinary_rows(self, text: bytes) -> bool:
        """Count the cells, if there are only rows of formatted cells, numbers and texts; tell whether that is so.

        Without their digits, rows that look alike are the same: what is in one is looked at once.
        """
        if not text.startswith(b"<row ") or not self._ordinary_row.match(text):
            return False
        *rows, rest = text.translate(None, _DIGITS).split(b"</row>")
        numbers = self._ordinary_row.findall(text)
        filled = {row: _FILLED_WITHOUT_DIGITS.findall(row) for row in set(rows)}
        # As many ends as ordinary rows, and nothing between an end and the beginning that belongs to the next.
        if rest or len(numbers) != len(rows) or any(row.rfind(b"<row") or _UNUSUAL_ROW.search(row) for row in filled):
            return False
        counts = np.array([len(filled[row]) for row in rows])
        self._add_rows(np.repeat(np.array(numbers, dtype=np.int64), counts))
        self._add_columns({column for columns in filled.values() for column in columns})
        return True

    def _add_cells(self, text: bytes) -> None:
        filled = _FILLED.findall(text)
        if text.count(b"<c") != len(filled) or b":c" in text:
            # As many as are placed, or more, however they are written; too many, if a text looks like a cell.
            self.unplaced += len(_CELL.findall(text)) - len(filled) - len(_FORMATTED_ONLY.findall(text))
        self.plainly = self.plainly and not is_beyond_plain(text) and not _NO_SHARED_TEXT.search(text)
        self._add_places(b" ".join(filled))
        if b'hidden="' in text:
            for row in _HIDDEN.findall(text):
                self.hidden.add(int(row))
        if b"<mergeCell " in text and len(self.merged) <= MOST_AREAS:
            self.merged += _MERGED.findall(text)
        if len(self.replaced) + len(self.zeros) <= MOST_ODD_CELLS:
            self._add_odd_cells(text)
        # A cell that ends like this has a value, if that is no blank.
        if text.count(b"</v></c>") != len(filled) or signs_in(text, _SIGNS_OF_NO_VALUE):
            self._add_without_value(text)

    def _add_places(self, places: bytes) -> None:
        """Take note of places such as `A1 B1`; all at once is twice as fast as one by one."""
        self._add_rows(np.fromstring(places.translate(None, _LETTERS), dtype=np.int64, sep=" "))
        self._add_columns(set(places.translate(None, _DIGITS).split()))

    def _add_rows(self, rows: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> None:
        if len(rows):
            in_order = rows[0] >= self._last_row and bool((np.diff(rows) >= 0).all())
            self.in_order = self.in_order and in_order
            self._last_row = int(rows[-1])
            self.rows = max(self.rows, int(rows.max()))
            self.filled.add_all(rows)

    def _add_columns(self, columns: Collection[bytes]) -> None:
        self.columns = max(self.columns, 0, *(_index(letters) + 1 for letters in columns))

    def _add_odd_cells(self, text: bytes) -> None:
        if b'"e"' in text:
            self.replaced += [
                (int(row), _index(column), ErrorCell(text=shown.decode("utf-8", "replace")))
                for column, row, shown in _ERROR.findall(text)
            ]
        if self._blank_texts:
            for _, row, place in self._blank_cell.findall(text):
                if place in self._blank_texts:
                    self.filled.add(int(row), -1)
        if self._zeros:
            self.zeros += [
                (int(row), _index(column), self._zeros[int(style)])
                for column, row, style in self._zero_cell.findall(text)
                if int(style) in self._zeros
            ]

    def _add_without_value(self, text: bytes) -> None:
        for column, row, attributes, formula in _WITHOUT_VALUE.findall(text):
            if not formula or b't="str"' in attributes:
                self.filled.add(int(row), -1)
            elif len(self.replaced) <= MOST_ODD_CELLS:
                self.replaced.append((int(row), _index(column), UncalculatedCell()))


def look_over(blocks: Iterable[bytes], zeros: Mapping[int, str] | None = None, blank: Collection[int] = ()) -> Extent:
    """Return what the XML of a sheet, unpacked in blocks, says about its cells; only where it is plain all of it.

    More special cells than can be told one by one are not plain either.

    Args:
        blocks: The XML.
        zeros: The styles that show numbers with zeros in front, with their formats.
        blank: The places of shared texts that are empty or white space.

    """
    seen = _Seen(zeros or {}, blank)
    for text in _whole_cells(blocks):
        seen.add(text)
    return Extent(
        rows=seen.rows,
        columns=seen.columns,
        is_plain=(
            seen.plainly
            and seen.unplaced == 0
            and 0 < seen.rows <= MOST_ROWS
            and seen.columns <= MOST_COLUMNS
            and len(seen.merged) <= MOST_AREAS
            and len(seen.replaced) + len(seen.zeros) <= MOST_ODD_CELLS
        ),
        in_order=seen.in_order,
        replaced=_by_row(seen.replaced),
        zeros=_by_row(seen.zeros),
        hidden=seen.hidden.found(),
        merged=tuple(area for text in seen.merged if (area := area_of(text.decode()))),
        filled=seen.filled.found(),
    )


def is_beyond_plain(text: bytes) -> bool:
    """Tell whether XML has what libraries read in different ways, so that it is to be written plainly first.

    Comments, attributes in single quotes, halves of characters, and dates as texts.
    """
    found = signs_in(text, _BEYOND_PLAIN)
    return bool(found) and (found != [b"_x"] or _HALF_CHARACTER.search(text) is not None)


def signs_in(text: bytes, signs: Mapping[bytes, bytes]) -> list[bytes]:
    """Return the signs that are in the text; each has a character that is searched for quickly."""
    return [sign for quick, sign in signs.items() if quick in text and sign in text]


def characters_of(blocks: Iterable[bytes], lengths: "array[int]", markup: int = 0) -> int:
    """Return how many characters the cells of a sheet have that are shared texts of these lengths, without markup."""
    known = np.maximum(np.array(lengths, dtype=np.int64) - markup, 0)
    characters = 0
    for text in _whole_cells(blocks):
        places = np.fromstring(b" ".join(_SHARED_TEXT.findall(text)), dtype=np.int64, sep=" ")
        characters += int(known[places[places < len(known)]].sum())
    return characters


def _by_row(cells: Iterable[tuple[int, int, _Told]]) -> Mapping[int, Mapping[int, _Told]]:
    """Return what is told of cells by row and column; rows of which the same is told share one mapping."""
    by_row: dict[int, dict[int, _Told]] = {}
    for row, column, told in cells:
        by_row.setdefault(row, {})[column] = told
    shared: dict[tuple[tuple[int, _Told], ...], dict[int, _Told]] = {}
    return {row: shared.setdefault(tuple(columns.items()), columns) for row, columns in by_row.items()}


def _any_of(places: Collection[int]) -> bytes:
    """Return a pattern for the places, or for any where they are many."""
    return b"|".join(b"%d" % place for place in places) if len(places) <= _MOST_LISTED else b"[0-9]+"


def _index(letters: bytes) -> int:
    return column_index(letters.decode())


def _whole_cells(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the blocks cut before a row begins, else before a cell, so that none of these is in two of them."""
    carried = b""
    for block in blocks:
        text = carried + block
        cuts = (text.rfind(beginning) for beginning in (b"<row ", b"<c ", b"<"))
        cut = next((cut for cut in cuts if cut >= 0 and len(text) - cut <= _MOST_CARRIED_BYTES), len(text))
        yield text[:cut]
        carried = text[cut:]
    yield carried
