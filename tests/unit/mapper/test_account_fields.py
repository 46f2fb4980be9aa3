"""Which columns are named like custom fields of the account."""

import pytest

from importer.mapper.account_fields import fields_of_account
from importer.mapper.options import CustomFieldOptions
from importer.model.account import FieldType

FIELDS = [
    CustomFieldOptions(name="City", column=""),
    CustomFieldOptions(name="Loyalty Points", column="", type=FieldType.NUMBER),
    CustomFieldOptions(name="Status", column="", type=FieldType.DROPDOWN, options=("Hot", "Cold")),
    CustomFieldOptions(name="Joined", column="", type=FieldType.DATE),
]


def column(header: str, kind: FieldType = FieldType.TEXT, date_format: str = "") -> CustomFieldOptions:
    """Return a column as its values suggest it."""
    return CustomFieldOptions(name=header, column=header, type=kind, format=date_format)


@pytest.mark.parametrize(
    ("header", "name"),
    [("city", "City"), (" CITY ", "City"), ("Loyalty point", "Loyalty Points"), ("Country", ""), ("Stat", "")],
)
def test_a_header_equals_or_resembles_the_field(header: str, name: str) -> None:
    """Letter case and a missing letter do not matter; another word is another field."""
    assert [one.name for one in fields_of_account([column(header)], FIELDS)] == ([name] if name else [])


def test_the_type_and_the_options_are_those_of_the_account() -> None:
    """Whatever the values look like."""
    (found,) = fields_of_account([column("Status", FieldType.TEXT)], FIELDS)
    assert found == CustomFieldOptions(name="Status", column="Status", type=FieldType.DROPDOWN, options=("Hot", "Cold"))


def test_how_cells_are_written_is_kept_for_the_same_type_alone() -> None:
    """A date's format is of use for a date field, and of none for a text field."""
    joined = column("Joined", FieldType.DATE, date_format="%d/%m/%Y")
    city = column("City", FieldType.DATE, date_format="%d/%m/%Y")
    found = fields_of_account([joined, city], FIELDS)
    assert [(one.name, one.type, one.format) for one in found] == [("Joined", "date", "%d/%m/%Y"), ("City", "text", "")]


def test_a_field_is_fed_by_one_column() -> None:
    """The one with its very name, be it the later one."""
    found = fields_of_account([column("Citys"), column("City")], FIELDS)
    assert [(one.name, one.column) for one in found] == [("City", "City")]
