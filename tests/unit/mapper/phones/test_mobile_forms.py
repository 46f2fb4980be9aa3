"""Numbers that have two forms, and numbers that lost their zero."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.mapper.phones import NUMBERS_APART, identify, one_number
from importer.mapper.phones.countries import region_dialled, region_names
from importer.mapper.phones.numbering_plans import is_mobile, lost_zero
from importer.model.phone_forms import in_form, is_same_number, mobile_form
from importer.model.rows import Problem

FORMS = [
    ("5215512345678", "525512345678"),
    ("5491123456789", "541123456789"),
    ("5511987654321", "551187654321"),
]


@pytest.mark.parametrize(("long", "short"), FORMS)
def test_both_forms_are_known(long: str, short: str) -> None:
    """Each is told from the other, and made into the other only where that is asked for."""
    assert mobile_form(long) == (long[:2], True)
    assert mobile_form(short) == (long[:2], False)
    assert (in_form(long, "without"), in_form(short, "with")) == (short, long)
    assert (in_form(long, "with"), in_form(short, "without")) == (long, short)
    assert (in_form(long, "as_written"), in_form(short, "as_written")) == (long, short)


@pytest.mark.parametrize(("long", "short"), FORMS)
def test_both_forms_are_one_number(long: str, short: str) -> None:
    """Whichever the service answers with; any other digit makes it another number."""
    assert is_same_number(long, short)
    assert is_same_number(short, long)
    assert is_same_number(long, long)
    assert not is_same_number(long, f"{short[:-1]}0")
    assert not is_same_number(long[:-1], short)
    assert not is_same_number("34600111222", "34600111223")


@pytest.mark.parametrize("number", ["34600111222", "553132221234", "5511912345678", "52155123456789"])
def test_other_numbers_have_one_form(number: str) -> None:
    """Other countries' numbers, Brazilian landlines, and Brazilian mobiles that never had eight digits."""
    assert mobile_form(number) is None
    assert in_form(number, "with") == in_form(number, "without") == number


@pytest.mark.parametrize(("long", "short"), FORMS)
@pytest.mark.parametrize("form", ["with", "without", "as_written"])
def test_a_cell_is_sent_in_the_form_that_was_asked_for(long: str, short: str, form: str) -> None:
    """Or stays as it is written."""
    wanted = {"with": long, "without": short, "as_written": short}[form]
    assert identify(f"+{short}", "whatsapp", "", form) == wanted


@given(st.from_regex(r"5[245][0-9]{10,11}", fullmatch=True), st.sampled_from(["with", "without"]))
def test_a_number_is_brought_into_a_form_once(digits: str, form: str) -> None:
    """To ask for the same form again changes nothing."""
    assert in_form(in_form(digits, form), form) == in_form(digits, form)


@pytest.mark.parametrize(
    ("text", "country", "lost"),
    [
        ("612345678", "FR", True),
        ("6 12 34 56 78", "FR", True),
        ("15112345678", "DE", True),
        ("2079460018", "GB", True),
        ("06 12 34 56 78", "FR", False),
        ("33612345678", "FR", False),
        ("+33612345678", "FR", False),
        ("912345678", "PE", False),
        ("11 98765-4321", "BR", False),
        ("600111222", "ES", False),
        ("06 12345678", "IT", False),
        ("3471234567", "IT", False),
        ("701234567", "SE", True),
        ("721234567", "RO", True),
        ("51234567", "CU", True),
        ("9121234567", "RU", False),
        ("2125550100", "US", False),
        ("32123456", "DK", False),
        ("40612345", "NO", False),
        ("912345678", "PT", False),
        ("5512345678", "MX", False),
    ],
)
def test_a_lost_zero_is_seen_where_the_country_writes_one(text: str, country: str, *, lost: bool) -> None:
    """France, Germany and Britain write a zero before such numbers; Spain, Peru and Brazil's mobiles have none."""
    identifier = identify(text, "whatsapp", country)
    assert not isinstance(identifier, Problem)
    assert lost_zero(text, identifier, country) is lost


def test_a_lost_zero_is_seen_behind_a_plus_too() -> None:
    """Whichever format the identifier has."""
    assert lost_zero("612345678", "+33612345678", "FR")
    assert not lost_zero("612345678", "+612345678", "FR")


def test_no_zero_is_missed_in_what_is_sent_as_it_is() -> None:
    """What was made of the cell is the cell."""
    assert not lost_zero("612345678", "612345678", "FR")


def test_calling_codes_have_a_main_region() -> None:
    """Spain, the United States; none for what no country has, or for satellites."""
    assert [region_dialled(code) for code in ("34", "1", "999", "881", "", "1234")] == ["ES", "US", "", "", "", ""]


def test_countries_have_names_in_six_languages() -> None:
    """With the names that several languages share."""
    assert {name for name, region in region_names() if region == "DE"} == {
        *("Germany", "Alemania", "Germania", "Alemanha", "Allemagne", "Deutschland"),
    }


@pytest.mark.parametrize("digits", ["5213398760917", "523398760917", "5491123456789", "5511987654321", "551187654321"])
def test_a_mobile_is_one_in_either_form(digits: str) -> None:
    """The numbering plans know one form only of each country's."""
    assert is_mobile(digits)


def test_of_two_columns_a_mobile_in_the_form_of_old_comes_before_the_landline() -> None:
    """Its digit says that it is a mobile, so the number at home is not taken."""
    joined = NUMBERS_APART.join(["+52 1 33 9876 0917", "55 2886 4973"])
    assert one_number(joined, "MX", "refuse") == "+52 1 33 9876 0917"
