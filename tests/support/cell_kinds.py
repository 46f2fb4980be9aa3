"""The kinds of cells that spreadsheets have, and the one text or problem that each is to be read as.

A writer lays them out in tables; `expected_rows` says what the reader is to make of a table, whatever wrote it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

Value = str | int | float | bool | date | datetime | time | timedelta | None
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - cells have no time zone


class Look(StrEnum):
    """How a cell's text is kept, or what hangs on it."""

    PLAIN = "plain"
    RICH = "rich"
    INLINE = "inline"
    LINK = "link"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell as it is given to a writer."""

    value: Value = None
    """What it holds, or its formula's result."""
    number_format: str = "General"
    formula: str = ""
    """Without the sign before it."""
    is_calculated: bool = True
    """The file has the formula's result."""
    error: str = ""
    """What it, or its formula, shows instead of a value."""
    look: Look = Look.PLAIN

    @property
    def serial(self) -> float:
        """The number that Excel keeps for a day, a time or a duration."""
        return serial_of(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of cell, and what it is to be read as."""

    name: str
    cell: Cell
    text: str
    code: str = ""
    """That of the problem which its row gets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A sheet: a header in its first row, and cells under it."""

    name: str
    rows: Sequence[Sequence[Kind]]
    """Those under the header; they may be of different widths."""
    merged: Sequence[tuple[int, int, int, int]] = ()
    """First row, first column, last row, last column; the header is row 0."""
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns up to the last that has more than white space, of two at least."""
        filled = (place for kinds in self.rows for place, kind in enumerate(kinds, 1) if kind.text.strip() or kind.code)
        return tuple(f"Name {number}" for number in range(1, max(2, *filled, 2) + 1))

    @property
    def cells(self) -> Iterator[tuple[int, int, Cell]]:
        """Row, column, both from 0, and cell of all that are not nothing, the header's first."""
        for row, kinds in enumerate([[text_kind("text", name) for name in self.header], *self.rows]):
            yield from ((row, column, kind.cell) for column, kind in enumerate(kinds) if kind.cell != Cell())

    @property
    def expected(self) -> list[tuple[int, tuple[str, ...], tuple[str, ...]]]:
        """Number, texts and problem codes of each row that the reader is to yield: blank ones are none."""
        width = len(self.header)
        found = []
        for number, kinds in enumerate(self.rows, 2):
            texts = (*(kind.text for kind in kinds), *[""] * width)[:width]
            codes = tuple(kind.code for kind in kinds if kind.code)
            if codes or "".join(texts).strip():
                found.append((number, texts, codes))
        return found


def serial_of(value: Value) -> float:
    """Return the number that Excel keeps for a day, a time or a duration."""
    match value:
        case datetime():
            return (value - EPOCH) / timedelta(days=1)
        case date():
            return float((value - EPOCH.date()).days)
        case time():
            return timedelta(hours=value.hour, minutes=value.minute, seconds=value.second) / timedelta(days=1)
        case timedelta():
            return value / timedelta(days=1)
        case _:
            raise TypeError(value)


def text_kind(name: str, value: str, look: Look = Look.PLAIN) -> Kind:
    """Return a text, which is read as it is."""
    return Kind(name=name, cell=Cell(value=value, look=look), text=value)


def typed_kind(name: str, value: Value, text: str, number_format: str = "General", code: str = "") -> Kind:
    """Return a number, a boolean, a day, a time or a duration."""
    return Kind(name=name, cell=Cell(value=value, number_format=number_format), text=text, code=code)


def _formula(name: str, formula: str, value: Value, text: str, number_format: str = "General") -> Kind:
    return Kind(name=name, cell=Cell(value=value, formula=formula, number_format=number_format), text=text)


def _error(name: str, text: str, formula: str = "") -> Kind:
    return Kind(name=name, cell=Cell(error=text, formula=formula), text=text, code="cell_error")


MOMENT = datetime(2026, 3, 3, 14, 5, 9)  # noqa: DTZ001 - cells have no time zone

_KINDS = (
    text_kind("text", "Ana"),
    text_kind("accents", "José Muñoz, Łódź"),
    text_kind("emoji", "Zoë 👩\u200d🚀 🇪🇸"),
    text_kind("line break", "one\ntwo"),
    text_kind("outer spaces", "  x  "),
    text_kind("inner spaces", "a   b"),
    text_kind("tab", "a\tb"),
    text_kind("leading zeros", "007"),
    text_kind("apostrophe", "'tis"),
    text_kind("escape", "a_x000D_b"),
    text_kind("like a formula", "=1+1"),
    text_kind("like a number", "1e5"),
    text_kind("like a boolean", "TRUE"),
    text_kind("like an error", "#N/A"),
    text_kind("markup", '<a&b>"c"'),
    text_kind("phone as text", "+34600111222"),
    text_kind("only spaces", "   "),
    text_kind("long text", "ñ" * 9_000),
    text_kind("rich text", "bold then plain", Look.RICH),
    text_kind("inline text", "in the cell", Look.INLINE),
    text_kind("link", "https://example.com/a", Look.LINK),
    text_kind("comment", "with a comment", Look.COMMENT),
    Kind(name="comment alone", cell=Cell(look=Look.COMMENT), text=""),
    typed_kind("whole", 42, "42"),
    typed_kind("zero", 0, "0"),
    typed_kind("negative", -5, "-5"),
    typed_kind("phone", 34600111222, "34600111222"),
    typed_kind("long phone", 5215512345678, "5215512345678"),
    typed_kind("15 digits", 123456789012345, "123456789012345"),
    typed_kind("16 digits", 1234567890123456, "1234567890123456", code="digits_lost"),
    typed_kind("16 digits by format", 1234567890123456, "1234567890123456", "0" * 16, code="digits_lost"),
    typed_kind("decimal", 1234.5, "1234.5"),
    typed_kind("inexact", 0.1 + 0.2, "0.3"),
    typed_kind("tiny", 0.0000125, "0.0000125"),
    typed_kind("percent", 0.21, "0.21", "0%"),
    typed_kind("money", 1234.5, "1234.5", "#,##0.00\\ [$€-407]"),
    typed_kind("thousands", 1234567, "1234567", "#,##0"),
    typed_kind("scientific", 34600111222, "34600111222", "0.00E+00"),
    typed_kind("number as text", 600111222, "600111222", "@"),
    typed_kind("zeros by format", 7, "00007", "00000"),
    typed_kind("prefix by format", 600111222, "+34 600111222", '"+34 "000000000'),
    typed_kind("date", MOMENT.date(), "2026-03-03", "yyyy-mm-dd"),
    typed_kind("old date", date(1931, 12, 1), "1931-12-01", "dd/mm/yyyy"),
    typed_kind("date in words", MOMENT.date(), "2026-03-03", "d mmmm yyyy"),
    typed_kind("date and time", MOMENT, "2026-03-03 14:05:09", "yyyy-mm-dd hh:mm:ss"),
    typed_kind("time", MOMENT.time(), "14:05:09", "hh:mm:ss"),
    typed_kind("duration", timedelta(hours=26, minutes=5), "26:05:00", "[h]:mm:ss"),
    typed_kind("true", value=True, text="TRUE"),
    typed_kind("false", value=False, text="FALSE"),
    _formula("formula: number", "1+2", 3, "3"),
    _formula("formula: decimal", "1/8", 0.125, "0.125"),
    _formula("formula: text", '"a"&"b"', "ab", "ab"),
    _formula("formula: boolean", "1=1", value=True, text="TRUE"),
    _formula("formula: date", "DATE(2026,3,3)", MOMENT.date(), "2026-03-03", "yyyy-mm-dd"),
    _formula("formula: zeros", "3+4", 7, "00007", "00000"),
    _formula("formula: empty text", '""&""', "", ""),
    Kind(
        name="formula: uncalculated",
        cell=Cell(formula="1+2", is_calculated=False),
        text="",
        code="formula_uncalculated",
    ),
    _error("formula: #N/A", "#N/A", "NA()"),
    _error("formula: #DIV/0!", "#DIV/0!", "1/0"),
    _error("error: #N/A", "#N/A"),
    _error("error: #DIV/0!", "#DIV/0!"),
    Kind(name="empty", cell=Cell(), text=""),
    Kind(name="formatted", cell=Cell(number_format="00000"), text=""),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _KINDS}
"""What the reader is to yield for each kind, whatever the writer and the kind of file."""

FILLER = text_kind("text", "x")
_PLACES = (0, 2, 4)


def alone(kind: Kind) -> Table:
    """Return a table of nothing but this kind."""
    return Table(name="alone", rows=[[kind] * 3] * 3)


def in_each_place(kind: Kind) -> Table:
    """Return a table whose first, middle and last row and column have nothing but this kind, and texts between."""
    places = [[row in _PLACES or column in _PLACES for column in range(5)] for row in range(5)]
    return Table(name="in each place", rows=[[kind if here else FILLER for here in row] for row in places])


def side_by_side(kinds: Sequence[Kind]) -> Table:
    """Return a table of all these kinds in each row, in three orders."""
    middle = len(kinds) // 2
    return Table(name="side by side", rows=[[*kinds[start:], *kinds[:start]] for start in (0, middle, 1)])


def stacked(kinds: Sequence[Kind]) -> Table:
    """Return a table with a row of each of these kinds."""
    return Table(name="stacked", rows=[[kind] * 3 for kind in kinds])


def merged() -> Table:
    """Return a table with merged cells in the first, a middle and the last row and column."""
    areas = ((1, 0, 2, 1), (3, 2, 3, 3), (4, 4, 5, 4))
    covered = Kind(name="merged", cell=Cell(), text="", code="cell_merged")
    kinds = _numbered()
    for first_row, first_column, last_row, last_column in areas:
        for row in range(first_row, last_row + 1):
            for column in range(first_column, last_column + 1):
                if (row, column) != (first_row, first_column):
                    kinds[row - 1][column] = covered
    return Table(name="merged", rows=kinds, merged=areas)


def hidden() -> Table:
    """Return a table whose first, a middle and last row and column are hidden."""
    return Table(name="hidden", rows=_numbered(), hidden_rows=frozenset({1, 3, 5}), hidden_columns=frozenset({0, 2, 4}))


def _numbered() -> list[list[Kind]]:
    return [[text_kind("text", f"{row} {column}") for column in range(5)] for row in range(5)]
