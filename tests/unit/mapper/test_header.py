"""A sheet whose header changed since the config was made for it."""

import pytest

from importer.mapper.column_mapping import ColumnMapping, plan_mapping
from importer.mapper.header import new_columns
from importer.mapper.options import ColumnOptions, MappingOptions

MADE_FOR = ("Phone", "Name", "Notes", "")
OPTIONS = MappingOptions(
    columns=ColumnOptions(identifier="Phone", name="Name"), values={"Notes": {"a": "b"}}, made_for=MADE_FOR
)


def said(*header: str, options: MappingOptions = OPTIONS) -> list[str]:
    """Return what is wrong with a header."""
    problems = plan_mapping(header, options, None)
    return [] if isinstance(problems, ColumnMapping) else [f"{one.code}: {one.message}" for one in problems]


def test_the_header_that_it_was_made_for_fits() -> None:
    """And any order of it, with more columns."""
    assert said(*MADE_FOR) == said("City", "Name", "Phone", "notes") == []


def test_a_renamed_column_is_told_with_the_nearest_new_name() -> None:
    """Not with an old column, however alike."""
    (sentence,) = said("Phone number", "Name", "Notes")
    assert sentence.startswith('column_gone: [columns] identifier names the column "Phone", which is gone, and')
    assert '"Phone number" is new: if that is it, write the new name into the config.' in sentence


def test_a_renamed_column_may_be_known_by_its_place() -> None:
    """Where the names have nothing in common."""
    assert '"Móvil" is in its place' in said("Móvil", "Name", "Notes")[0]
    assert "[values] names" in said("Phone", "Name", "Bemerkung")[0]


def test_a_lost_column_is_told_with_what_is_new() -> None:
    """Or with nothing, where nothing is."""
    assert said("Name", "Notes") == ['column_gone: [columns] identifier names the column "Phone", which is gone.']
    assert 'gone; new are "City" and "Zip".' in said("Name", "Notes", "City", "Zip")[0]
    assert said("Phone", "Name") == ['column_gone: [values] names the column "Notes", which is gone.']


def test_a_header_that_stands_twice_is_told_as_ever() -> None:
    """Nothing of it is gone."""
    assert said("Phone", "Phone", "Name", "Notes")[0].startswith("column_twice")


@pytest.mark.parametrize(
    ("made_for", "new"), [(MADE_FOR, ("City",)), ((), ()), (("PHONE ", "Name", "Notes", "city"), ())]
)
def test_new_columns_are_those_that_the_config_does_not_know(made_for: tuple[str, ...], new: tuple[str, ...]) -> None:
    """Letter case aside; a config that names no header knows nothing, and our own columns are not new."""
    assert new_columns(made_for, ("Phone", "Name", "Notes", "", "City", "import_status")) == new
