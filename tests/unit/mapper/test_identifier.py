"""Tests for the identifier of a row from one column or several."""

import pytest

from importer.mapper.column_mapping import ColumnMapping, plan_mapping
from importer.mapper.contact import to_contact
from importer.mapper.options import ColumnOptions, ContactOptions, MappingOptions, Several
from importer.mapper.warnings import row_warnings
from importer.model.rows import Contact, InvalidRow, Row

LANDLINE, SECOND = "(31) 3345-6701", "(31) 98111-4405"


def mapping(several: Several = Several.REFUSE, country: str = "BR") -> ColumnMapping:
    """Return the mapping of a mobile, a phone and a name."""
    options = MappingOptions(
        contact=ContactOptions(country=country, several=several),
        columns=ColumnOptions(identifier=("Mobile", "Phone"), name="Name"),
    )
    planned = plan_mapping(("Mobile", "Phone", "Name"), options, None)
    assert isinstance(planned, ColumnMapping)
    return planned


def row(mobile: str, phone: str) -> Row:
    """Return a row with these numbers."""
    return Row(number=2, cells=(mobile, phone, "Rosa"))


@pytest.mark.parametrize(
    ("mobile", "code"),
    [
        ("(31) 98111-44O3", "phone_letters"),
        ("(31) 98111-4405 / (31) 98111-4406", "phone_several"),
        ("98111-4405", "phone_no_area_code"),
        ("(31) 98111-44055", "phone_too_long"),
        ("5.53E+12", "phone_digits_lost"),
        ("######", "phone_digits_lost"),
    ],
)
def test_a_mistyped_mobile_is_not_replaced_by_the_landline(mobile: str, code: str) -> None:
    """Once corrected, it would make a second contact; the cell is named, and what is sent if it is emptied."""
    invalid = to_contact(row(mobile, LANDLINE), mapping())
    assert isinstance(invalid, InvalidRow)
    (problem,) = invalid.problems
    assert (problem.code, problem.column, problem.value) == (code, "Mobile", mobile)
    assert problem.message.endswith(f'Or empty the cell: then "{LANDLINE}" is used.')


def test_a_number_that_lacks_its_country_is_not_replaced_either() -> None:
    """The other column's has one."""
    invalid = to_contact(row("31981114405", "+55 31 3345-6701"), mapping(country=""))
    assert isinstance(invalid, InvalidRow)
    assert [(one.code, one.column) for one in invalid.problems] == [("phone_no_country", "Mobile")]


@pytest.mark.parametrize("mobile", ["mesmo da mãe", "1234", "(31) 98111-44O3", "(31) 3345-6701 ramal 12"])
def test_a_mobile_of_another_column_is_sent_and_told(mobile: str) -> None:
    """It reaches the person, whatever stands in the first cell."""
    plan, numbers = mapping(), row(mobile, SECOND)
    contact = to_contact(numbers, plan)
    assert isinstance(contact, Contact)
    assert contact.identifier == "5531981114405"
    (told,) = row_warnings(numbers, contact, plan)
    assert (told.code, told.column, told.value) == ("phone_of_other_column", "Mobile", mobile)
    assert SECOND in told.message


@pytest.mark.parametrize("mobile", ["mesmo da mãe", "1234", "(31) 3345-6702 ramal 12"])
def test_a_word_or_an_extension_leaves_the_landline(mobile: str) -> None:
    """Nobody meant the cell to be a number that WhatsApp reaches."""
    plan, numbers = mapping(), row(mobile, LANDLINE)
    contact = to_contact(numbers, plan)
    assert isinstance(contact, Contact)
    assert contact.identifier == "553133456701"
    assert [one.code for one in row_warnings(numbers, contact, plan)] == ["phone_of_other_column"]


@pytest.mark.parametrize(
    ("mobile", "phone", "identifier"),
    [
        ("", LANDLINE, "553133456701"),
        ("-", LANDLINE, "553133456701"),
        ("n/a", LANDLINE, "553133456701"),
        (SECOND, "(31) 3345-67O1", "5531981114405"),
        (LANDLINE, SECOND, "5531981114405"),
        (LANDLINE, "mesmo da mãe", "553133456701"),
        (LANDLINE, "(31) 3345-6702 ramal 12", "553133456701"),
    ],
)
def test_the_right_number_is_sent_without_a_word(mobile: str, phone: str, identifier: str) -> None:
    """An empty cell before it, and whatever stands behind it, is as it should be."""
    plan, numbers = mapping(), row(mobile, phone)
    contact = to_contact(numbers, plan)
    assert isinstance(contact, Contact)
    assert contact.identifier == identifier
    assert row_warnings(numbers, contact, plan) == ()


@pytest.mark.parametrize(
    "phone", ["(31) 98111-44O3", "(31) 98111-44", "(31) 98111-44031", "(31) 98111-4403 / (31) 98111-4404", "5.53E+12"]
)
def test_a_mistyped_mobile_behind_a_landline_is_not_passed_over_either(phone: str) -> None:
    """Exports such as Google's have it in any column."""
    invalid = to_contact(row(LANDLINE, phone), mapping())
    assert isinstance(invalid, InvalidRow)
    (problem,) = invalid.problems
    assert (problem.column, problem.value) == ("Phone", phone)
    assert problem.message.endswith(f'Or empty the cell: then "{LANDLINE}" is used.')


def test_a_mistyped_landline_behind_a_landline_is_told() -> None:
    """It would reach nobody by WhatsApp, however it is corrected."""
    plan, numbers = mapping(), row(LANDLINE, "(31) 3345-67O2")
    contact = to_contact(numbers, plan)
    assert isinstance(contact, Contact)
    assert contact.identifier == "553133456701"
    assert [(one.code, one.column) for one in row_warnings(numbers, contact, plan)] == [
        ("phone_of_other_column", "Phone")
    ]


def test_where_all_are_wrong_the_problem_is_of_all_columns() -> None:
    """Any of them may be corrected."""
    invalid = to_contact(row("(31) 98111-44O3", "(31) 3345-67O1"), mapping())
    assert isinstance(invalid, InvalidRow)
    assert [(one.code, one.column) for one in invalid.problems] == [("phone_letters", "Mobile, Phone")]


@pytest.mark.parametrize("several", [Several.FIRST, Several.FIRST_MOBILE])
def test_of_several_numbers_in_a_cell_the_chosen_one_comes_before_the_landline(several: Several) -> None:
    """The config says that one of them is to be used."""
    contact = to_contact(row(f"{SECOND} / (31) 98111-4406", LANDLINE), mapping(several))
    assert isinstance(contact, Contact)
    assert contact.identifier == "5531981114405"


def test_a_zero_that_was_lost_names_the_cell_that_lacks_it() -> None:
    """The number of the other column has its own."""
    plan, numbers = mapping(country="GB"), row("7911123456", "020 7946 0958")
    contact = to_contact(numbers, plan)
    assert isinstance(contact, Contact)
    assert [(one.code, one.column) for one in row_warnings(numbers, contact, plan)] == [("phone_zero_lost", "Mobile")]
