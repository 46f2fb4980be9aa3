"""What a look over a sheet's XML tells, before a library reads it: how far its cells reach, and which are special.

The fast reader (calamine) lays a sheet out as one rectangle from the first cell to the last, and knows no formats and
no errors. A look costs a third of a second for 100,000 rows of eight cells, and says whether it may be used.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from importer.readers.cells import column_index

_PLACED = re.compile(rb'<c r="[A-Z]{1,3}[0-9]{1,7}"')
_LETTERS = re.compile(rb'<c r="([A-Z]{1,3})[0-9]{1,7}"[^>/]*>')
_ROW = re.compile(rb'<c r="[A-Z]{1,3}([0-9]{1,7})"[^>/]*>')
_CELL = re.compile(rb"[<:]c[\s/>]")
_FORMULA_WITHOUT_VALUE = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"(?![^>]*t="str")[^>]*>\s*'
    rb"<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"
)
_MOST_CARRIED_BYTES = 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What the look found."""

    rows: int
    """The last row that has a cell with something in it: both libraries pass over cells that are only formatted."""
    columns: int
    """The number of columns up to the last one that has such a cell."""
    has_errors: bool
    """Some cell shows an error such as `#N/A`."""
    is_plain: bool
    """Every cell says its own place, as Excel and all common programs write it."""
    uncalculated: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Row number to the columns, from 0, of formulas whose value the file does not have."""


def look_over(blocks: Iterable[bytes]) -> Extent:
    """Return what the XML of a sheet, unpacked in blocks, says about its cells."""
    rows, columns, cells, placed = 0, 0, 0, 0
    has_errors = False
    uncalculated: dict[int, set[int]] = {}
    for text in _whole_cells(blocks):
        placed += len(_PLACED.findall(text))
        cells += _cells_in(text)
        rows = max(rows, *map(int, set(_ROW.findall(text))), 0)
        columns = max(columns, *(column_index(letters.decode()) + 1 for letters in set(_LETTERS.findall(text))), 0)
        has_errors = has_errors or b'"e"' in text or b"'e'" in text
        if b"<f" in text:
            for letters, row in _FORMULA_WITHOUT_VALUE.findall(text):
                uncalculated.setdefault(int(row), set()).add(column_index(letters.decode()))
    return Extent(
        rows=rows,
        columns=columns,
        has_errors=has_errors,
        is_plain=0 < cells == placed,
        uncalculated={row: frozenset(places) for row, places in uncalculated.items()},
    )


def _cells_in(text: bytes) -> int:
    """Return the number of cells, however they are written; too many, if a text looks like one."""
    plain = text.count(b"<c ")
    return plain if plain == text.count(b"<c") + text.count(b":c") else len(_CELL.findall(text))


def _whole_cells(blocks: Iterable[bytes]) -> Iterable[bytes]:
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
