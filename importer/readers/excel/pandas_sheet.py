"""One sheet as `pandas.read_excel` parses it, with what the look saw laid over it and compared with it."""

import gc
import os
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import repeat
from pathlib import Path
from typing import IO

import pandas as pd

from importer.readers.excel.cells import TOO_BIG
from importer.readers.excel.extent import Extent
from importer.readers.excel.overlay import proven_rows

_CHUNK_ROWS = 1_000
_STDERR = 2


class PandasSheet:
    """A sheet that `pandas.read_excel` holds whole: refuse or stream what is too big before this is made.

    The sheet is parsed when this is made, so that an engine which cannot read it is found out at once.

    Args:
        source: The path of a workbook for calamine, or an opened `ExcelFile`, which whoever opened it closes.
        sheet: The sheet's name, or its place from 0.
        extent: What the look found.

    Raises:
        Exception: Whatever pandas and its engine raise for a file they cannot read; a panic of a Rust library is a
            ValueError.

    """

    def __init__(self, source: str | pd.ExcelFile, sheet: str | int, extent: Extent) -> None:
        self._source = source
        self._sheet = sheet
        self._extent = extent
        self._columns = self._parsed()

    def rows(self) -> Iterator[Sequence[object]]:
        """Yield the values of each row from row 1 on, gaps too; an empty cell is an empty text.

        Whole numbers are texts already, but where their format says how they are shown. Each call begins again. What
        was yielded is released in chunks, so a second call parses the sheet again if the first one went beyond a chunk.
        """
        return proven_rows(self._chunked(), self._extent)

    def close(self) -> None:
        """Release the values; doing it twice does no harm."""
        self._columns = []

    def _chunked(self) -> Iterator[Sequence[object]]:
        columns = self._columns or self._parsed()
        formatted = {place for row in self._extent.zeros.values() for place in row}
        for start in range(0, max(map(len, columns), default=0), _CHUNK_ROWS):
            chunk = [column[start : start + _CHUNK_ROWS] for column in columns]
            yield from zip(
                *[values if place in formatted else _plainly(values) for place, values in enumerate(chunk)], strict=True
            )
            self._columns = []
            for column, values in zip(columns, chunk, strict=True):
                column[start : start + _CHUNK_ROWS] = repeat(None, len(values))

    def _parsed(self) -> list[list[object]]:
        with ExitStack() as stack:
            source: IO[bytes] | pd.ExcelFile = self._source  # type: ignore[assignment]  # a path is opened
            if isinstance(self._source, str):
                # Opened here: pandas takes some paths for addresses, and engines go by the name's ending.
                source = stack.enter_context(Path(self._source).open("rb"))
            stack.enter_context(_silent_panics())
            if gc.isenabled():  # looking for garbage among the many lists that pandas makes takes a tenth of the time
                gc.disable()
                stack.callback(gc.enable)
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")  # openpyxl's, about what it does not keep
            frame = pd.read_excel(
                source,
                sheet_name=self._sheet,
                engine="calamine" if isinstance(self._source, str) else None,
                header=None,
                dtype=object,
                na_filter=False,
                keep_default_na=False,
            )
        return [column.tolist() for _, column in frame.items()]


def _plainly(values: list[object]) -> list[object]:
    """Return whole numbers as the texts that they are, which is quicker here than row by row."""
    if set(map(type, values)) == {str}:
        return values
    return [str(value) if value.__class__ is int and -TOO_BIG < value < TOO_BIG else value for value in values]


@contextmanager
def _silent_panics() -> Iterator[None]:
    """Raise a ValueError where a Rust library panics, which its kind of exception hides from `except Exception`.

    The library prints the panic to the descriptor of standard error, past Python. So what is printed meanwhile is held
    back, and printed afterwards if there was no panic.
    """
    try:
        real = os.dup(_STDERR)
    except OSError:  # closed, as in a program without a console
        real = os.open(os.devnull, os.O_WRONLY)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), _STDERR)
        try:
            yield
        except BaseException as error:
            if type(error).__name__ != "PanicException":
                raise
            held.truncate(0)
            raise ValueError(str(error)) from error
        finally:
            os.dup2(real, _STDERR)
            os.close(real)
            held.seek(0)
            if printed := held.read():
                os.write(_STDERR, printed)
