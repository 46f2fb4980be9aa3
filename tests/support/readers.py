"""What the tests of each kind of workbook read with, and a pandas that gives one cell wrong."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pandas as pd

from importer.model.rows import Sheet
from importer.readers import open_reader
from importer.readers.options import InputOptions

Rows = list[tuple[int, tuple[str, ...], tuple[str, ...]]]


def read(path: Path, **options: str | int) -> tuple[Sheet, Rows]:
    """Return what is found on opening a file, and its rows with their problems' codes."""
    reader = open_reader(str(path), InputOptions(**options))  # type: ignore[arg-type]  # each test gives the right types
    with closing(reader):
        rows = [row for chunk in reader.chunks() for row in chunk]
    return reader.sheet, [(row.number, row.cells, tuple(p.code for p in row.problems)) for row in rows]


def altered(read_excel: Callable[..., pd.DataFrame], place: int) -> Callable[..., pd.DataFrame]:
    """Return pandas' function with one cell of what it returns altered."""

    def read_altered(*arguments: object, **options: object) -> pd.DataFrame:
        frame = read_excel(*arguments, **options)
        frame.iloc[place, 0] = "altered"
        return frame

    return read_altered
