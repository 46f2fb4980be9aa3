"""A sheet that is read: without the rows that are not to be imported, and with its first rows looked at beforehand."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from importer.mapper.header import HeaderSearch, composed
from importer.mapper.mapping_guess import Guess
from importer.model.errors import InputError
from importer.model.protocols import Reader
from importer.model.rows import Row, Sheet

Where = Sequence[tuple[str, Sequence[str]]]
"""Headers, each with the values that make a row count."""


class InputSheet:
    """An opened sheet without the rows that are not to be imported; its first rows can be looked at beforehand.

    Args:
        reader: The sheet as it was opened.
        where: Headers, each with the values that make a row count.
        guessed: Field to column, as the run guessed that a retry repeats; None: it is not known.
        path: Where its file is; empty: where the run's record says.
        header_row: Its header's row as a person said it when asked; None: nobody was asked.

    Raises:
        InputError: The sheet has no such header, or several.

    """

    def __init__(
        self,
        reader: Reader,
        where: Where = (),
        guessed: Mapping[str, Any] | None = None,
        path: str = "",
        header_row: int | None = None,
    ) -> None:
        self._reader = reader
        self.guessed, self.path, self.header_row = guessed, path, header_row
        self.left_out = self.row_count = 0
        """Rows that do not count, and that do, of those read so far."""
        self.is_read = False
        """Whether it was read to its end."""
        self._wanted = [(_column(reader.sheet, header), frozenset(map(_same, values))) for header, values in where]
        self.answered: Guess | None = None
        """The guess with what a person said to it; None: nobody was asked."""
        self._begun: Iterator[Sequence[Row]] | None = None
        self._ahead: list[Sequence[Row]] = []
        """Chunks that were looked at beforehand."""

    @property
    def sheet(self) -> Sheet:
        """What was found on opening."""
        return self._reader.sheet

    @property
    def blank_rows(self) -> int:
        """Blank rows so far."""
        return self._reader.blank_rows

    def sample(self) -> Sequence[Row]:
        """Return the first rows, some hundreds; `chunks` yields them again.

        Raises:
            InputError: The file cannot be read.

        """
        self._read_ahead(1)
        return self._ahead[0] if self._ahead else ()

    def look_ahead(self, rows: int) -> Iterator[Row]:
        """Yield so many rows, or all if there are fewer; `chunks` yields them again.

        Raises:
            InputError: The file cannot be read.

        """
        self._read_ahead(rows)
        return islice(chain.from_iterable(self._ahead), rows)

    def _read_ahead(self, rows: int) -> None:
        if self._begun is None:
            self._begun = self._counting()
        while sum(map(len, self._ahead)) < rows and (chunk := next(self._begun, ())):
            self._ahead.append(chunk)

    def chunks(self) -> Iterator[Sequence[Row]]:
        """Yield the rows that count, as `protocols.Reader.chunks` says."""
        self._read_ahead(1)
        begun, ahead = self._begun, self._ahead
        self._begun, self._ahead = None, []
        yield from ahead
        yield from begun or ()

    def close(self) -> None:
        """Close the file."""
        self._reader.close()

    def _counting(self) -> Iterator[Sequence[Row]]:
        self.left_out = self.row_count = 0
        for rows in self._reader.chunks():
            counting = [row for row in rows if self._counts(row)] if self._wanted else rows
            self.left_out += len(rows) - len(counting)
            self.row_count += len(counting)
            if counting:
                yield counting
        self.is_read = True

    def _counts(self, row: Row) -> bool:
        return all(_same(row.cells[place]) in values for place, values in self._wanted)


def _same(text: str) -> str:
    """Return a cell's text for comparison."""
    return " ".join(composed(text).casefold().split())


def _column(sheet: Sheet, header: str) -> int:
    """Return the index of the column."""
    search = HeaderSearch(sheet.header, ())
    place = search.place(header, "[input.where]")
    if place is None:
        raise InputError(f"{sheet.file}: {search.problems[0].message}", "Fix [input.where] in the config.")
    return place
