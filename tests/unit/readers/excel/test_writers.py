"""Workbooks of many writers: each kind of cell is read the same whatever wrote it, or its difference is flagged."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importer.model.errors import InputError
from tests.support.cell_kinds import (
    FILLER,
    KINDS,
    Kind,
    Table,
    alone,
    hidden,
    in_each_place,
    merged,
    side_by_side,
    stacked,
    text_kind,
    typed_kind,
)
from tests.support.paths import WRITTEN_FILES
from tests.support.readers import read
from tests.support.writers import WRITERS, Writer
from tests.support.written_files import CANNOT, tables_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """What a kind of cell is read as where the kind of file cannot tell more."""

    text: str
    note: str
    """What the sheet's note has, by which the difference is flagged."""


DEVIATIONS = {
    ".xls": {
        # A formula that was never calculated has the record of one that gives an empty text ([MS-XLS] 2.5.133).
        "formula: uncalculated": Deviation(text="", note="an .xls does not tell which"),
        "formula: empty text": Deviation(text="", note="an .xls does not tell which"),
    },
}


def told(kind: Kind, ending: str) -> Kind:
    """Return the kind of cell as this kind of file can tell it."""
    deviation = DEVIATIONS.get(ending, {}).get(kind.name)
    return replace(kind, text=deviation.text, code="") if deviation else kind


def check_file(path: Path, table: Table) -> None:
    """Assert that a table is read from a file as what it is, with no other notes than expected."""
    deviations = DEVIATIONS.get(path.suffix, {})
    notes = {deviations[kind.name].note for kinds in table.rows for kind in kinds if kind.name in deviations}
    notes |= {f"{len(table.hidden_rows)} of its rows are hidden"} if table.hidden_rows else set()
    table = replace(table, rows=[[told(kind, path.suffix) for kind in kinds] for kinds in table.rows])
    sheet, rows = read(path, sheet=table.name)
    assert rows == table.expected
    assert [words for words in notes if not any(words in note for note in sheet.notes)] == []
    assert len(sheet.notes) == len(notes)


def check(writer: Writer, folder: Path, *tables: Table) -> None:
    """Assert that tables that a writer writes are read as what they are."""
    # The header is as wide as what this kind of file can tell.
    tables = tuple(
        replace(table, rows=[[told(kind, writer.ending) for kind in kinds] for kinds in table.rows]) for table in tables
    )
    path = folder / f"a{writer.ending}"
    writer.write(path, tables)
    for table in tables:
        check_file(path, table)


BARE = ("only spaces", "comment alone", "formula: empty text", "formula: uncalculated", "error: #N/A", "formatted")
"""Kinds of cells without a value."""


def cases(kinds: Iterable[str]) -> list[ParameterSet]:
    """Return each writer with each of these kinds that it can write."""
    return [
        pytest.param(writer, KINDS[kind], id=f"{name}-{kind}")
        for kind in kinds
        for name, writer in WRITERS.items()
        if writer.can(KINDS[kind])
    ]


@pytest.mark.parametrize(("writer", "kind"), cases(KINDS))
def test_a_kind_of_cell_is_read_the_same_in_every_place(tmp_path: Path, writer: Writer, kind: Kind) -> None:
    """In the first, a middle and the last row and column."""
    check(writer, tmp_path, in_each_place(kind))


@pytest.mark.parametrize(("writer", "kind"), cases(BARE))
def test_a_table_of_nothing_but_cells_without_values_is_read_the_same(
    tmp_path: Path, writer: Writer, kind: Kind
) -> None:
    """Rows that a library passes over are not passed over."""
    check(writer, tmp_path, alone(kind))


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
def test_kinds_of_cells_side_by_side_are_read_the_same(tmp_path: Path, writer: Writer) -> None:
    """One does not change how another is read, in its row or its column."""
    kinds = list(filter(writer.can, KINDS.values()))
    check(writer, tmp_path, side_by_side(kinds), stacked(kinds))


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
def test_merged_cells_are_flagged_whatever_wrote_them(tmp_path: Path, writer: Writer) -> None:
    """In the first, a middle and the last row and column."""
    if "merged" in writer.cannot:
        pytest.skip(writer.cannot["merged"])
    check(writer, tmp_path, merged())


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
def test_hidden_rows_and_columns_are_read_whatever_wrote_them(tmp_path: Path, writer: Writer) -> None:
    """Those in the first, a middle and the last place; hidden rows are counted, or skipped on request."""
    if "hidden" in writer.cannot:
        pytest.skip(writer.cannot["hidden"])
    path = tmp_path / f"a{writer.ending}"
    table = hidden()
    check(writer, tmp_path, table)
    _, shown = read(path, hidden_rows="skip")
    assert shown == [row for row in table.expected if row[0] - 1 not in table.hidden_rows]


@pytest.mark.parametrize("name", [name for name in CANNOT if not name.endswith(".xlsb")])
def test_files_of_other_programs_are_read_the_same(name: str) -> None:
    """LibreOffice, Gnumeric, SheetJS, ExcelJS and pyexcel: each kind of cell in each row, in each column, and alone."""
    for table in tables_of(CANNOT[name]):
        check_file(WRITTEN_FILES / name, table)


def test_a_binary_workbook_of_a_real_program_is_refused() -> None:
    """SheetJS writes an .xlsb; the sentence says what to do with it."""
    with pytest.raises(InputError, match=r"binary workbook \(\.xlsb\)") as refused:
        read(WRITTEN_FILES / "sheetjs.xlsb")
    assert "save it as .xlsx" in str(refused.value.hint)


def test_what_a_writer_cannot_write_is_a_kind_of_cell() -> None:
    """A kind that was renamed is no longer left out; each is written by three programs at least, of ten."""
    cannot = {name: writer.cannot for name, writer in WRITERS.items()} | dict(CANNOT)
    assert {kind for kinds in cannot.values() for kind in kinds} <= {*KINDS, "merged", "hidden"}
    programs = {
        kind: {re.split("[., ]", name)[0] for name, kinds in cannot.items() if kind not in kinds} for kind in KINDS
    }
    assert [kind for kind, names in programs.items() if len(names) < 3] == []


TEXT_CHARACTERS = st.characters(exclude_categories=["Cs", "Cc", "Cn"])
SHORT_TEXTS = st.text(TEXT_CHARACTERS, min_size=1, max_size=8).filter(str.strip)


def decimal_kind(value: int, places: int) -> Kind:
    """Return a number with decimals."""
    exact = Decimal(value).scaleb(-places)
    text = format(exact.normalize() if value % 10**places else exact.to_integral_value(), "f")
    return typed_kind("decimal", float(exact), text)


def zeros_kind(value: int, width: int) -> Kind:
    """Return a number that its format shows with zeros in front."""
    return typed_kind("zeros by format", value, f"{value:0{width}}", "0" * width)


def moment_kind(value: datetime) -> Kind:
    """Return a day with a time, to the second; midnight is not shown."""
    value = value.replace(microsecond=0)
    text = value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    return typed_kind("date and time", value, text, "yyyy-mm-dd hh:mm:ss")


def time_kind(value: time) -> Kind:
    """Return a time of day."""
    return typed_kind("time", value, value.isoformat(), "hh:mm:ss")


ANY_KIND = st.one_of(
    st.sampled_from([kind for kind in KINDS.values() if kind.name != "long text"]),
    st.sampled_from([KINDS["empty"], KINDS["formatted"]]),
    st.builds(text_kind, st.just("text"), SHORT_TEXTS),
    st.integers(-(10**15) + 1, 10**15 - 1).map(lambda value: typed_kind("whole", value, str(value))),
    st.builds(decimal_kind, st.integers(-(10**9), 10**9), st.integers(1, 6)),
    st.builds(zeros_kind, st.integers(0, 10**6), st.integers(2, 9)),
    st.dates(date(1905, 1, 1), date(2099, 12, 31)).map(
        lambda value: typed_kind("date", value, value.isoformat(), "dd/mm/yyyy")
    ),
    st.datetimes(datetime(1905, 1, 1), datetime(2099, 12, 31)).map(moment_kind),  # noqa: DTZ001 - cells have no time zone
    st.times().map(lambda value: time_kind(value.replace(microsecond=0))),
)


def as_written(writer: Writer, rows: Sequence[Sequence[Kind]]) -> Table:
    """Return the table with a text for each cell that the writer cannot write."""
    return Table(name="any", rows=[[kind if writer.can(kind) else FILLER for kind in kinds] for kinds in rows])


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=st.lists(st.lists(ANY_KIND, max_size=6), max_size=8))
def test_any_table_is_read_the_same_whatever_wrote_it(tmp_path: Path, rows: list[list[Kind]]) -> None:
    """Rows of any width, with any kinds of cells at any places, empty rows and columns at the end too."""
    for writer in WRITERS.values():
        check(writer, tmp_path, as_written(writer, rows))
