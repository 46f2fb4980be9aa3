"""Cut a row at its delimiters whatever its quotes: for what is shown to a person, never for what is sent.

Rows that are wrong have cells too, which their problems and `failed.csv` show; and the header is shown before pandas
is imported. (`importer.readers.text.rows` compares it later with what pandas parsed.)
"""

import functools
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseCells:
    """A row cut at its delimiters."""

    cells: list[str]
    ends: list[int]
    """Where each cell ends in the row's text."""
    wrong: int
    """The first cell, from 0, whose quotes are wrong, so that it keeps them; -1: none."""


def cut_loosely(text: str, delimiter: str) -> LooseCells:
    """Return the cells of a row: those in exact quotes without them, the others as they are."""
    pattern = _pattern(delimiter)
    cells: list[str] = []
    ends: list[int] = []
    wrong = -1
    start = 0
    while start <= len(text):
        found = pattern.match(text, start)
        assert found is not None  # noqa: S101 - the pattern matches the empty text
        quoted, bare = found.groups()
        if quoted is None and wrong < 0 and bare.startswith('"'):
            wrong = len(cells)
        cells.append(bare if quoted is None else quoted.replace('""', '"'))
        ends.append(found.end())
        start = found.end() + 1
    return LooseCells(cells=cells, ends=ends, wrong=wrong)


@functools.cache
def _pattern(delimiter: str) -> re.Pattern[str]:
    end = re.escape(delimiter)
    return re.compile(rf'"((?:[^"]|"")*+)"(?={end}|\Z)|([^{end}]*)')
