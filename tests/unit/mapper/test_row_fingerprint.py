"""What stands for a row: the same for the same cells and mapping, another for whatever a contact could differ by."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.mapper import contact as room
from importer.mapper.column_mapping import ColumnMapping, plan_mapping
from importer.mapper.contact import RowFingerprint
from importer.mapper.options import ColumnOptions, ContactOptions, MappingOptions
from importer.model.account import Directory, NamedEntry
from importer.model.rows import Problem, Row

HEADER = ("Phone", "Last visit", "Name")
OPTIONS = MappingOptions(columns=ColumnOptions(identifier="Phone", name="Name"))
CELLS = st.lists(st.text(st.characters(categories=None), max_size=4), min_size=3, max_size=3).map(tuple)


def made(
    options: MappingOptions = OPTIONS, header: tuple[str, ...] = HEADER, directory: Directory | None = None
) -> RowFingerprint:
    """Return what gives the rows of a sheet their fingerprints."""
    mapping = plan_mapping(header, options, directory)
    assert isinstance(mapping, ColumnMapping)
    return RowFingerprint(mapping, options, directory)


def row(*cells: str) -> Row:
    """Return a row of these cells."""
    return Row(number=2, cells=cells)


def test_it_is_sixteen_bytes_and_the_same_each_time() -> None:
    """Another run, and another place in the file, change nothing."""
    found = made()(row("600", "Monday", "Ana"))
    assert found is not None
    assert len(found) == 16
    assert made()(replace(row("600", "Monday", "Ana"), number=77)) == found


def test_a_column_that_feeds_nothing_has_no_part_in_it() -> None:
    """An export may say each night when a customer was last seen."""
    assert made()(row("600", "Monday", "Ana")) == made()(row("600", "Tuesday", "Ana"))


@given(one=CELLS, other=CELLS)
def test_rows_that_differ_in_a_used_cell_differ(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    """Whatever the cells hold, a separator of our own included: that row is never recognised."""
    first, second = made()(row(*one)), made()(row(*other))
    if (one[0], one[2]) != (other[0], other[2]):
        assert first is None or first != second
    else:
        assert first == second


@pytest.mark.parametrize(
    "options",
    [
        replace(OPTIONS, contact=ContactOptions(country="ES")),
        replace(OPTIONS, contact=ContactOptions(tags=("Imported",))),
        replace(OPTIONS, columns=ColumnOptions(identifier="Phone", name="{Name}")),
        replace(OPTIONS, values={"Name": {"Ana": "Anna"}}),
    ],
)
def test_another_config_gives_another(options: MappingOptions) -> None:
    """The same cells could become another contact."""
    assert made(options)(row("600", "", "Ana")) != made()(row("600", "", "Ana"))


def test_another_directory_gives_another_whatever_the_order_of_its_names() -> None:
    """A team of the same name may have another UUID tomorrow; the service may list teams in any order."""
    teams = [NamedEntry(name="a", sent="1"), NamedEntry(name="b", sent="2")]
    found = made(directory=Directory(teams=teams))(row("600", "", "Ana"))
    assert made(directory=Directory(teams=teams[::-1]))(row("600", "", "Ana")) == found
    assert made(directory=Directory(teams=[teams[0], replace(teams[1], sent="3")]))(row("600", "", "Ana")) != found


@pytest.mark.parametrize("name", ["__version__", "NUMBERING_VERSION"])
def test_another_version_gives_another(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """What is done with the cells may have changed, and which numbers there are."""
    before = made()(row("600", "", "Ana"))
    monkeypatch.setattr(room, name, "another")
    assert made()(row("600", "", "Ana")) != before


def test_columns_that_change_places_with_each_other_give_another() -> None:
    """The same texts under other headers mean something else."""
    assert made(header=("Name", "", "Phone"))(row("a", "", "b")) != made()(row("a", "", "b"))


def test_a_mapping_of_one_column_has_fingerprints_too() -> None:
    """The name may be the number."""
    one = made(MappingOptions(columns=ColumnOptions(identifier="Phone", name="Phone")))
    assert one(row("600", "x", "y")) == one(row("600", "", "")) != one(row("601", "", ""))


def test_a_row_with_problems_has_none() -> None:
    """Its reader found something wrong that the cells alone do not show."""
    problem = Problem(code="width", message="The row has 2 cells.")
    assert made()(Row(number=2, cells=("600", "", "Ana"), problems=(problem,))) is None


def test_a_row_with_our_own_separator_in_a_cell_has_none() -> None:
    """Two cells could otherwise look like two others."""
    assert made()(row("600\x1fA", "", "na")) is None
    assert made()(row("600", "\x1f", "Ana")) is not None
