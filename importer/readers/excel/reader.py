"""Workbooks: .xlsx, .xlsm, .xls and .ods.

    file -> workbook -> the sheet -> a look over it -> an engine that suits it -> rows of text

What kind of workbook it is, is in `workbook`; what the look is for, in `extent`.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice

from importer.model.errors import InputError
from importer.model.rows import Problem, Row, Sheet
from importer.readers.excel.cells import cell_name, is_wrong, problem_of, text_of
from importer.readers.excel.extent import MOST_ROWS, CoveredCells
from importer.readers.excel.open_workbook import open_workbook
from importer.readers.excel.overlay import FlaggedRow
from importer.readers.excel.sheet_messages import merged_problem, sheet_notes
from importer.readers.excel.workbook import chosen
from importer.readers.excel.zip_package import damaged
from importer.readers.files import FileState
from importer.readers.header import ROWS_UNDER_TITLE, Header, find_header, first_row
from importer.readers.header_label import no_header
from importer.readers.options import HIDDEN_SKIP, InputOptions
from importer.readers.rows_left_out import Blanks, Totals, with_notes

_CHUNK_ROWS = 1_000
_CHUNK_CHARACTERS = 4 * 1024**2


class ExcelReader:
    """One sheet of a workbook, opened.

    A cell right of the last header is kept if it has something in it: no cell moves because of it. A row is blank if it
    has nothing but white space under the header.

    Raises:
        InputError: It cannot be read, which sheet is meant is not clear, or there is no header where it should be.

    """

    def __init__(self, path: str, options: InputOptions) -> None:
        self._path = path
        self._state = FileState(path)
        self._skips_hidden = options.hidden_rows == HIDDEN_SKIP
        self._blanks = Blanks()
        self._characters = 0
        with ExitStack() as on_failure, self._explained():
            workbook = open_workbook(path)
            on_failure.callback(workbook.close)
            part = chosen(workbook, path, options.sheet)
            self._extent = workbook.look(part)
            self._engine = workbook.opened(part, self._extent)
            on_failure.callback(self._engine.close)
            header = self._header(options)
            self._at_the_end = on_failure.pop_all()
        notes = sheet_notes(self._extent, header.row, len(header.names), skips_hidden=self._skips_hidden)
        self._sheet = Sheet(
            file=path,
            name=part.name,
            header=header.names,
            header_row=header.row,
            stamp=self._state.stamp,
            notes=(*workbook.notes, *notes),
        )

    @property
    def sheet(self) -> Sheet:
        """What was found on opening, and once all rows were yielded, also what was left out at its end."""
        return self._sheet

    @property
    def blank_rows(self) -> int:
        """Rows without a single character between the header and the last row yielded so far."""
        return self._blanks.count

    def chunks(self) -> Iterator[Sequence[Row]]:
        """Yield the rows in their order, from the first, each exactly once.

        Raises:
            InputError: The file cannot be read any further, or was changed meanwhile.

        """
        self._blanks, totals = Blanks(), Totals()
        self._state.check()
        rows = self._rows()
        while chunk := list(self._of_moderate_size(rows)):
            self._state.check()
            if full := totals.held_back(self._blanks.left_out(chunk)):
                yield full
        self._sheet = with_notes(self._sheet, totals.notes())

    def close(self) -> None:
        """Close the file; closing it twice does no harm."""
        self._at_the_end.close()

    def _header(self, options: InputOptions) -> Header:
        if not 1 <= first_row(options) <= MOST_ROWS:
            raise no_header(self._path, first_row(options))
        first = [
            [text_of(value) for value in values]
            for values in islice(self._engine.rows(), first_row(options) + ROWS_UNDER_TITLE)
        ]
        width = max((place for row in first for place, cell in enumerate(row, 1) if cell.strip()), default=0)
        file = f'{self._path} (sheet "{options.sheet}")' if options.sheet else self._path
        return find_header(file, first, options, width)

    def _rows(self) -> Iterator[Row | None]:
        header_row = self._sheet.header_row
        covered = CoveredCells(self._extent.merged)
        with self._explained():
            for number, values in enumerate(self._engine.rows(), 1):
                if number <= header_row or (self._skips_hidden and self._extent.is_hidden(number)):
                    continue
                yield self._row(number, values, covered) if values else None

    def _of_moderate_size(self, rows: Iterator[Row | None]) -> Iterator[Row | None]:
        """Yield rows up to a thousand, or up to some millions of characters."""
        most = self._characters + _CHUNK_CHARACTERS
        for row in islice(rows, _CHUNK_ROWS):
            yield row
            if self._characters > most:
                return

    def _row(self, number: int, values: Sequence[object], covered: CoveredCells) -> Row | None:
        header = self._sheet.header
        width = len(header)
        cells: Sequence[str] = values  # type: ignore[assignment]  # nearly always, which joining them tells
        wrong: list[int] = []
        try:
            shown = "".join(cells)
        except TypeError:
            cells = [text_of(value) for value in values]
            wrong = [index for index, value in enumerate(values) if is_wrong(value)]
            shown = "".join(cells)
        self._characters += len(shown)
        is_flagged = values.__class__ is FlaggedRow
        if "\0" in shown:
            wrong += [index for index, cell in enumerate(cells) if "\0" in cell]
        is_right = not wrong and not is_flagged and not self._extent.merged
        if is_right and len(cells) == width and shown and not shown.isspace():
            return Row(number=number, cells=tuple(cells))  # nearly every row: what follows is slow
        if not is_flagged and not "".join(cells[:width]).strip() and not any(index < width for index in wrong):
            return None
        filled = max((index for index, cell in enumerate(cells, 1) if cell.strip()), default=0)
        cells = (*cells, *[""] * (width - len(cells)))[: max(width, filled)]
        problems = () if is_right else self._problems(number, values, wrong, covered)
        return Row(number=number, cells=tuple(cells), problems=tuple(problems))

    def _problems(
        self, number: int, values: Sequence[object], wrong: Sequence[int], covered: CoveredCells
    ) -> Iterator[Problem]:
        header = self._sheet.header
        if isinstance(values, FlaggedRow):
            yield values.problem
        for index in wrong:
            if index < len(header):
                yield problem_of(values[index], header[index], cell_name(index, number))
        for column, area in covered.of_row(number, len(header)):
            if area.first_row > self._sheet.header_row:
                yield merged_problem(header[column], cell_name(column, number), area)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say in a sentence what a library makes of a damaged file: they raise whatever they meet."""
        try:
            yield
        except InputError:
            raise
        except Exception as error:
            self._state.check()  # changed meanwhile is another sentence
            raise damaged(self._path) from error
