"""What the tests of each kind of workbook read with, and a pandas that gives one cell wrong."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pandas as pd

from importer.model.rows import Sheet
from importer.readers import open_reader
from importer.readers.options import InputOptions
from tests.support.paths import ROOT, SPREADSHEETS

MOST_MB = 300
"""What a process may take to read any file."""
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


def read_in_one_process(paths: Sequence[Path]) -> dict[str, tuple[str, int, float]]:
    """Return what became of each file, by its name: a sentence, the most memory so far in MB, the seconds it took."""
    ran = subprocess.run(  # noqa: S603 - our own
        [sys.executable, str(SPREADSHEETS.parent / "read_all.py"), *map(str, paths)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    found: dict[str, tuple[str, int, float]] = json.loads(ran.stdout)
    return found
