"""Workbooks: .xlsx and .xlsm.

    zip -> table of contents -> the sheet -> a look over its XML -> calamine or openpyxl -> rows of text

Which of the two libraries, and why, is in `importer.readers.engines`.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from importer.errors import InputError
from importer.model import Row, Sheet
from importer.readers.blanks import Blanks
from importer.readers.cells import UncalculatedCell, cell_name, is_wrong, problem_of, text_of
from importer.readers.engines import Calamine, Engine
from importer.readers.header import header_of, no_header
from importer.readers.options import InputOptions
from importer.readers.scan import Extent, look_over
from importer.readers.workbook import Package, SheetPart, damaged

_CHUNK_ROWS = 1_000
_MOST_CELLS_HELD = 2_000_000
"""Of calamine, so that it stays under 300 MB: 0.8 million cells took 107 MB, 2.5 million 346 MB (November 2026)."""
_MOST_BYTES_HELD = 100 * 1024**2
_MOST_ROWS = 1_048_576
"""As many as a spreadsheet program shows (Excel's specifications and limits)."""
_ZERO_FORMAT = re.compile(rb'formatCode="00')
_TEXTS, _STYLES = "xl/sharedStrings.xml", "xl/styles.xml"


class ExcelReader:
    """One sheet of a workbook, opened.

    Cells right of the last header are left out: without a header nothing can be made of them, and no cell moves because
    of them. A row is blank if it has nothing but white space.

    Raises:
        InputError: It cannot be read, which sheet is meant is not clear, or there is no header where it should be.

    """

    def __init__(self, path: str, options: InputOptions) -> None:
        self._path = path
        package = Package(path)
        try:
            part = _chosen(package, path, options.sheet)
            self._extent = look_over(package.blocks(part.part))
            fast = _suits_calamine(package, self._extent)
        finally:
            package.close()
        self._is_open = True
        self._engine = _opened(path, part.name, fast=fast)
        self._blanks = Blanks()
        try:
            self._sheet = Sheet(
                file=path, name=part.name, header=self._header(options.header_row), header_row=options.header_row
            )
        except BaseException:
            self.close()
            raise

    @property
    def sheet(self) -> Sheet:
        """What was found on opening."""
        return self._sheet

    @property
    def blank_rows(self) -> int:
        """Rows without a single character between the header and the last row yielded so far."""
        return self._blanks.count

    def chunks(self) -> Iterator[Sequence[Row]]:
        """Yield the rows in their order, from the first, each exactly once.

        Raises:
            InputError: The file cannot be read any further.

        """
        self._blanks = Blanks()
        header_row = self._sheet.header_row
        numbered = enumerate(self._values(), 1)
        rows = (self._row(number, values) if values else None for number, values in numbered if number > header_row)
        while chunk := list(islice(rows, _CHUNK_ROWS)):
            if full := self._blanks.left_out(chunk):
                yield full

    def close(self) -> None:
        """Let go of the file; more than once does no harm."""
        if self._is_open:
            self._is_open = False
            self._engine.close()

    def _header(self, header_row: int) -> tuple[str, ...]:
        if not 1 <= header_row <= _MOST_ROWS:
            raise no_header(self._path, header_row)
        values = next(islice(self._values(), header_row - 1, None), ())
        return header_of(self._path, [text_of(value) for value in values], header_row)

    def _values(self) -> Iterator[Sequence[object]]:
        try:
            yield from self._engine.rows()
        except Exception as error:  # damaged XML makes openpyxl raise whatever it meets
            raise damaged(self._path) from error

    def _row(self, number: int, values: Sequence[object]) -> Row | None:
        header = self._sheet.header
        padded = [*values[: len(header)], *[None] * (len(header) - len(values))]
        for index in self._extent.uncalculated.get(number, ()):
            if index < len(header):
                padded[index] = UncalculatedCell()
        # Most cells are texts, of which nothing need be asked: it halves the time of a row.
        cells = tuple([value if value.__class__ is str else text_of(value) for value in padded])
        wrong = [index for index, value in enumerate(padded) if value.__class__ is not str and is_wrong(value)]
        if not wrong and not "".join(cells).strip():
            return None
        problems = tuple(problem_of(padded[index], header[index], cell_name(index, number)) for index in wrong)
        return Row(number=number, cells=cells, problems=problems)


def _opened(path: str, sheet: str, *, fast: bool) -> Engine:
    try:
        if fast:
            return Calamine(path, sheet)
        from importer.readers.streaming import Openpyxl  # noqa: PLC0415 - slow to import, and seldom needed

        return Openpyxl(path, sheet)
    except Exception as error:  # both libraries raise whatever a damaged file makes them meet
        raise damaged(path) from error


def _suits_calamine(package: Package, extent: Extent) -> bool:
    return (
        extent.is_plain
        and not extent.has_errors
        and extent.rows * extent.columns <= _MOST_CELLS_HELD
        and package.size(_TEXTS) <= _MOST_BYTES_HELD
        and not _ZERO_FORMAT.search(package.whole(_STYLES))
    )


def _chosen(package: Package, path: str, wanted: str) -> SheetPart:
    """Return the sheet that is meant: the one named, else the only visible one that has rows."""
    names = ", ".join(f'"{sheet.name}"' for sheet in package.sheets)
    if wanted:
        for sheet in package.sheets:
            if sheet.name == wanted:
                return sheet
        raise InputError(f'{path} has no sheet "{wanted}".', f"Its sheets: {names}. Name one with --sheet NAME.")
    visible = [sheet for sheet in package.sheets if sheet.visible]
    filled = [sheet for sheet in visible if len(visible) == 1 or package.has_values(sheet)]
    if len(filled) > 1:
        several = ", ".join(f'"{sheet.name}"' for sheet in filled)
        raise InputError(
            f"{path} has {len(filled)} sheets with rows: {several}.", f'Say which is meant: --sheet "{filled[0].name}".'
        )
    if not filled:
        raise InputError(f"{path} has no visible sheet with rows.", f"Its sheets: {names}. Name one with --sheet NAME.")
    return filled[0]
