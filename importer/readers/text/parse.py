"""Parse rows whose ends and widths are proven: the one place where pandas makes the values of a text file.

pandas drops blank lines, moves columns and swallows lines without an error. So each row is given to it with a mark
behind its last cell: where the mark comes back tells where pandas saw that row end. A block that comes back otherwise
is parsed again in halves, down to the rows in question.

Import this module late: pandas takes a quarter to half a second, which `importer.readers.preload` hides.
"""

import io
from collections import defaultdict
from collections.abc import Sequence

import pandas as pd

MARK = "\N{PILCROW SIGN}"
"""Stands behind the last cell; no delimiter is it, since delimiters are ASCII."""

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
    parsed = _as_proven(_columns(rows, max(widths), delimiter), widths)
    if parsed is not None:
        return list(parsed)
    if len(rows) == 1:
        return [None]
    half = len(rows) // 2
    return _compared(rows[:half], widths[:half], delimiter) + _compared(rows[half:], widths[half:], delimiter)


def _columns(rows: Sequence[str], width: int, delimiter: str) -> list[list[str]]:
    """Return what pandas makes of the rows, by column; nothing where it refuses them."""
    end = f"{delimiter}{MARK}\n"
    text = end.join((*rows, ""))
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


def _as_proven(columns: list[list[str]], widths: Sequence[int]) -> list[Cells] | None:
    """Return the rows if there are as many as were given, each as wide as it is; else None."""
    most = max(widths)
    if len(columns) != most + 1 or len(columns[0]) != len(widths):
        return None
    if min(widths) == most:
        return list(zip(*columns[:-1], strict=True)) if columns[-1].count(MARK) == len(widths) else None
    rows = list(zip(*columns, strict=True))
    for row, width in zip(rows, widths, strict=True):
        if row[width] != MARK or any(row[width + 1 :]):
            return None
    return [row[:width] for row, width in zip(rows, widths, strict=True)]
