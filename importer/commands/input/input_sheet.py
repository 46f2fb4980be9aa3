"""A sheet that is read: without the rows that are not to be imported, and with its first rows looked at beforehand."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from types import MappingProxyType
from typing import Any, NamedTuple

from importer.commands.input.new_values import NewValues
from importer.mapper.header import HeaderSearch, composed
from importer.mapper.mapping_guess import Guess
from importer.mapper.messages import listed, quoted
from importer.model.errors import InputError
from importer.model.plain_text import counted
from importer.model.protocols import Reader
from importer.model.rows import Row, Sheet

Where = Sequence[tuple[str, tuple[str, ...]]]
"""Headers, each with the values that make a row count."""


class ConsentAnswer(NamedTuple):
    """What a person answered about a column that says who agreed to be written to."""

    only: tuple[str, ...]
    """The values that make a row count; none: all rows count."""
    seen: tuple[str, ...]
    """What the column said then; of a new value the answer says nothing."""

    def holds_for(self, values: Iterable[str]) -> bool:
        """Tell whether it answers for a column with these values too."""
        now, only = set(map(_same, values)), set(map(_same, self.only))
        return now <= set(map(_same, self.seen)) and (not only or bool(now & only))

    def is_counted(self, value: str) -> bool:
        """Tell whether a row with this value counts."""
        return not self.only or _same(value) in set(map(_same, self.only))

    def unanswered(self, values: Iterable[str]) -> list[str]:
        """Return the values about which nobody answered."""
        seen = set(map(_same, self.seen))
        return [value for value in values if _same(value) not in seen]

    def new_values(self, header: str, place: int, asked: Iterable[str], *, is_shown: bool) -> NewValues:
        """Return what counts the rows of a column that have a value about which nobody answered.

        Args:
            header: Of the column.
            place: Its index.
            asked: The values that a run on a terminal asks about.
            is_shown: Whether the values may be told.

        """
        seen, asked = {*map(_same, self.seen)}, {*map(_same, asked)}
        return NewValues(header=header, place=place, seen=seen, asked=asked, is_shown=is_shown)


class InputSheet:
    """An opened sheet without the rows that are not to be imported; its first rows can be looked at beforehand.

    Args:
        reader: The sheet as it was opened.
        where: Headers, each with the values that make a row count.
        guessed: Field to column, as the run guessed that a retry repeats; None: it is not known.
        path: Where its file is; empty: where the run's record says.
        said: Options by their config keys (`sheet`, `header_row`) that a person said when asked, or before.

    Raises:
        InputError: The sheet has no such header, or several.

    """

    def __init__(
        self,
        reader: Reader,
        where: Where = (),
        guessed: Mapping[str, Any] | None = None,
        path: str = "",
        said: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        self._reader = reader
        self.guessed, self.path, self.said = guessed, path, said
        self.left_out = self.row_count = 0
        """Rows that do not count, and that do, of those read so far."""
        self.is_read = False
        """Whether it was read to its end."""
        self.where = where
        """Headers, each with the values that make a row count."""
        self._wanted = [_wanted_of(reader.sheet, header, values) for header, values in where]
        self.answered: Guess | None = None
        """The guess with what a person said to it; None: nobody was asked."""
        self.consent: Mapping[str, ConsentAnswer] = {}
        """Header to what a person answered about it, now or in an earlier run."""
        self.was_asked_consent = False
        """Whether a person was asked about it now."""
        self.new_values: Sequence[NewValues] = ()
        """Of columns that say who agreed: the rows that were left out so far because nobody answered about them."""
        self.is_unattended = False
        """Whether nobody could be asked about them."""
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

    def left_out_text(self) -> str:
        """Return which rows count and how many were left out so far; empty: none were."""
        if not self.left_out:
            return ""
        only = " and ".join(f"{listed(map(_named, values), 'or')} in {quoted(header)}" for header, values in self.where)
        return f"Only rows with {only} count: {counted(self.left_out)} left out."

    def require(self, where: Where, new_values: Sequence[NewValues] = ()) -> None:
        """Leave out rows that do not have these values either, also of those that were looked at beforehand.

        Args:
            where: Headers, each with the values that make a row count.
            new_values: What counts the rows that are left out for a value that nobody answered about.

        Raises:
            InputError: The sheet has no such header, or several.

        """
        self._wanted += [_wanted_of(self.sheet, header, values) for header, values in where]
        self.where = [*self.where, *where]
        self.new_values = new_values
        ahead = [[row for row in rows if self._counts(row)] for rows in self._ahead]
        fewer = sum(map(len, self._ahead)) - sum(map(len, ahead))
        self.left_out += fewer
        self.row_count -= fewer
        self._ahead = [rows for rows in ahead if rows]

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
        counts = _has_values(row, self._wanted)
        if not counts and self.new_values:
            self._note_new(row)
        return counts

    def _note_new(self, row: Row) -> None:
        """Count a row that was left out, if that is for values alone that nobody answered about."""
        unwanted = {place: value for place, values in self._wanted if (value := _same(row.cells[place])) not in values}
        new = [one for one in self.new_values if one.place in unwanted and one.is_new(unwanted[one.place])]
        if len(new) == len(unwanted):
            for one in new:
                one.count(" ".join(row.cells[one.place].split()), unwanted[one.place])


def rows_that_count(sheet: Sheet, rows: Sequence[Row], where: Where) -> Sequence[Row]:
    """Return the rows that have these values.

    Raises:
        InputError: The sheet has no such header, or several.

    """
    wanted = [_wanted_of(sheet, header, values) for header, values in where]
    return [row for row in rows if _has_values(row, wanted)]


def _has_values(row: Row, wanted: Sequence[tuple[int, frozenset[str]]]) -> bool:
    return all(_same(row.cells[place]) in values for place, values in wanted)


def _wanted_of(sheet: Sheet, header: str, values: Sequence[str]) -> tuple[int, frozenset[str]]:
    return _column(sheet, header), frozenset(map(_same, values))


def _named(text: str) -> str:
    return text or "no answer"


def _same(text: str) -> str:
    """Return a cell's text for comparison."""
    return " ".join(composed(text).casefold().split())


def _column(sheet: Sheet, header: str) -> int:
    """Return the index of the column."""
    search = HeaderSearch(sheet.header, ())
    place = search.place(header, "[input.where]")
    if place is None:
        hint = "Change the name in the config, or the header, and give the same command again."
        raise InputError(f"{sheet.file}: {search.problems[0].message}", hint, code="mapping_misfit")
    return place
