"""Countries by row: which one a cell means, and what becomes of the row's number."""

import pytest

from importer.mapper.column_mapping import ColumnMapping, plan_mapping
from importer.mapper.contact import to_contact
from importer.mapper.options import ColumnOptions, ContactOptions, MappingOptions
from importer.mapper.phones.countries import country_of, is_region, region_codes, similar_country
from importer.mapper.warnings import row_warnings
from importer.model.rows import Contact, InvalidRow, Problem, Row

COLUMNS = ColumnOptions(identifier="Phone", name="Name", country="Land")


def mapping(contact: ContactOptions | None = None, columns: ColumnOptions = COLUMNS) -> ColumnMapping:
    """Return the mapping of a sheet with a column of countries."""
    options = MappingOptions(contact=contact or ContactOptions(), columns=columns)
    planned = plan_mapping(("Phone", "Name", "Land"), options, None)
    assert isinstance(planned, ColumnMapping)
    return planned


def row(phone: str, country: str) -> Row:
    """Return a row."""
    return Row(number=2, cells=(phone, "Ana", country))


@pytest.mark.parametrize(
    ("cell", "country"),
    [
        ("ES", "ES"),
        (" es ", "ES"),
        ("España", "ES"),
        ("SPAGNA", "ES"),
        ("Deutschland", "DE"),
        ("Frankreich", "FR"),
        ("Regno Unito", "GB"),
        ("UK", "GB"),
        ("U.S.A.", "US"),
        ("EE. UU.", "US"),
        ("+34", "ES"),
        ("0034", "ES"),
        ("34", "ES"),
        ("34.0", "ES"),
        ("1", "US"),
        ("999", ""),
        ("Catalonia", ""),
        ("", ""),
    ],
)
def test_a_cell_names_a_country_in_many_ways(cell: str, country: str) -> None:
    """Two letters, a name in one of six languages, or a calling code."""
    assert country_of(cell) == country


@pytest.mark.parametrize(
    ("country", "cells"),
    [
        ("AE", ["UAE"]),
        ("CZ", ["Czechia"]),
        ("GB", ["UK", "Great Britain", "England", "Scotland", "Wales"]),
        ("GB", ["Inglaterra", "Inghilterra", "Angleterre"]),
        ("NL", ["Holland", "Holanda", "Olanda", "Hollande"]),
        ("TR", ["Türkiye"]),
        ("US", ["USA", "U.S.", "U S A", "United States of America", "USA (Estados Unidos)", "EEUU", "EE.UU."]),
        ("US", ["EUA", "E.U.A."]),
    ],
)
def test_countries_have_names_that_people_use(country: str, cells: list[str]) -> None:
    """Beside the official ones, which phonenumbers has."""
    assert {cell: country_of(cell) for cell in cells} == dict.fromkeys(cells, country)


@pytest.mark.parametrize(
    ("phone", "country", "expected"),
    [
        ("600 111 222", "España", "34600111222"),
        ("06 12 34 56 78", "FR", "33612345678"),
        ("391 234 5678", "", "393912345678"),
        ("+34600111222", "Nowhere", "34600111222"),
    ],
)
def test_a_row_is_of_its_own_country(phone: str, country: str, expected: str) -> None:
    """An empty cell means the config's country; a number with its country code needs no country."""
    contact = to_contact(row(phone, country), mapping(ContactOptions(country="IT")))
    assert isinstance(contact, Contact)
    assert contact.identifier == expected


def test_a_country_that_nobody_knows_is_a_problem_where_the_number_needs_one() -> None:
    """It is told in the country's column."""
    invalid = to_contact(row("600 111 222", "Nowhere"), mapping())
    assert isinstance(invalid, InvalidRow)
    assert [(problem.code, problem.column) for problem in invalid.problems] == [("country_unknown", "Land")]


def test_a_wrong_number_beside_an_unknown_country_is_told_of_itself() -> None:
    """The country would not mend it."""
    invalid = to_contact(row("12ab", "Nowhere"), mapping())
    assert isinstance(invalid, InvalidRow)
    assert [(problem.code, problem.column) for problem in invalid.problems] == [("phone_letters", "Phone")]


def test_a_column_of_countries_that_is_not_there_is_a_problem_of_the_config() -> None:
    """Like any other."""
    problems = plan_mapping(("Phone", "Name"), MappingOptions(columns=COLUMNS), None)
    assert isinstance(problems, tuple)
    assert [problem.code for problem in problems] == ["column_unknown"]


def remarks_of(phone: str, country: str, contact: ContactOptions | None = None) -> tuple[Problem, ...]:
    """Return what is worth a look about a row that is right."""
    used = mapping(contact)
    made = to_contact(row(phone, country), used)
    assert isinstance(made, Contact)
    return row_warnings(row(phone, country), made, used)


def test_a_lost_zero_is_worth_a_look() -> None:
    """The row stays right, and the sentence says what is sent."""
    (remark,) = remarks_of("612345678", "France")
    assert (remark.code, remark.column, remark.value) == ("phone_zero_lost", "Phone", "612345678")
    assert "33612345678" in remark.message


@pytest.mark.parametrize(
    ("phone", "country", "contact"),
    [
        ("0612345678", "France", None),
        ("+33612345678", "", None),
        ("612345678", "France", ContactOptions(source="telegram")),
    ],
)
def test_most_rows_are_not_worth_a_look(phone: str, country: str, contact: ContactOptions | None) -> None:
    """A zero that is there, a number with its country code, a contact of another source."""
    assert remarks_of(phone, country, contact) == ()


def test_the_regions_are_listed_in_order() -> None:
    """For who completes a command."""
    codes = region_codes()
    assert codes == sorted(codes)
    assert {"AR", "ES", "US"} <= set(codes)
    assert all(map(is_region, codes))


@pytest.mark.parametrize(
    ("text", "region"), [("Spian", "ES"), ("Itlay", "IT"), ("Valencia", ""), ("Sevilla", ""), ("Málaga", "")]
)
def test_a_country_is_guessed_from_a_name_only_if_it_is_close(text: str, region: str) -> None:
    """A city is no country that was mistyped."""
    assert similar_country(text) == region
