"""Parse rows whose ends and widths are proven: the one place where pandas makes the values of a text file.

pandas drops blank lines, moves columns and swallows lines without an error. So each row is given to it with a mark
of its own behind its last cell: where the mark comes back tells where pandas saw that row end. A block that comes back
otherwise is parsed again in halves, down to the rows in question.

Import this module late: pandas takes a quarter to half a second, which `importer.readers.preload` hides.
"""

import functools
import io
from collections import defaultdict
from collections.abc import Sequence

import pandas as pd

_DIGITS = str.maketrans("0123456789", "ÀÁÂÃÄÅÆÇÈÉ")  # of a mark: no delimiter is one, since delimiters are ASCII

Cells = tuple[str, ...]


def parse_rows(rows: Sequence[str], widths: Sequence[int], delimiter: str) -> list[Cells | None]:
    """Return the cells of each row; None for a row that pandas does not read as wide as it is.

    Args:
        rows: The text of each row, without its line end; its quotes are exact.
        widths: How many cells each has.
        delimiter: The ASCII character between the cells.

    """
    if len(set(widths)) == 1:
        return _compared(rows, widths, delimiter)
    by_size = defaultdict(list)  # or one wide row would make all of them as wide
    for place, width in enumerate(widths):
        by_size[width.bit_length()].append(place)
    parsed: list[Cells | None] = [None] * len(rows)
    for places in by_size.values():
        found = _compared([rows[place] for place in places], [widths[place] for place in places], delimiter)
        for place, cells in zip(places, found, strict=True):
            parsed[place] = cells
    return parsed


def _compared(rows: Sequence[str], widths: Sequence[int], delimiter: str) -> list[Cells | None]:
    marks = _marks(1 << len(rows).bit_length())[: len(rows)]
    parsed = _as_proven(_columns(rows, marks, max(widths), delimiter), marks, widths)
    if parsed is not None:
        return list(parsed)
    if len(rows) == 1:
        return [None]
    half = len(rows) // 2
    return _compared(rows[:half], widths[:half], delimiter) + _compared(rows[half:], widths[half:], delimiter)


def _columns(rows: Sequence[str], marks: Sequence[str], width: int, delimiter: str) -> list[list[str]]:
    """Return what pandas makes of the rows, by column; nothing where it refuses them."""
    text = "".join([f"{row}{delimiter}{mark}\n" for row, mark in zip(rows, marks, strict=True)])
    if text.startswith("\ufeff"):  # in the middle of a file it is a character, but pandas drops the first of a text
        text = "\ufeff" + text
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=None,
            names=range(width + 1),
            index_col=False,
            dtype=object,  # Python's own texts, whether or not pyarrow is installed
            na_filter=False,
            skip_blank_lines=False,
            encoding_errors="surrogatepass",
            engine="c",
            low_memory=False,
        )
    except ValueError:  # what pandas raises for a text that it cannot parse
        return []
    return [frame[column].tolist() for column in frame.columns]


def _as_proven(columns: list[list[str]], marks: Sequence[str], widths: Sequence[int]) -> list[Cells] | None:
    """Return the rows if each has its mark, and that behind as many cells as it has; else None."""
    most = max(widths)
    if len(columns) != most + 1 or len(columns[0]) != len(widths):
        return None
    if min(widths) == most:
        return list(zip(*columns[:-1], strict=True)) if columns[-1] == marks else None
    rows = list(zip(*columns, strict=True))
    for row, mark, width in zip(rows, marks, widths, strict=True):
        if row[width] != mark or any(row[width + 1 :]):
            return None
    return [row[:width] for row, width in zip(rows, widths, strict=True)]


@functools.cache  # for a few sizes
def _marks(count: int) -> list[str]:
    return " ".join(map(str, range(count))).translate(_DIGITS).split()
