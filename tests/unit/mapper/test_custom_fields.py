"""Custom field values: what is sent of what a cell says."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.mapper.contact_fields import FieldValue, text_fields
from importer.mapper.custom_fields import conversion, email, number
from importer.mapper.options import CustomFieldOptions
from importer.model.account import Directory, FieldType
from importer.model.rows import Problem

assigned_user = text_fields(Directory())[0].check
FEATURES = ("Dark Mode", "Notifications")


def code(value: FieldValue | Problem) -> str:
    """Return the problem's code."""
    assert isinstance(value, Problem)
    assert value.message.endswith((".", "?"))
    return value.code


def day(text: str, date_format: str = "") -> FieldValue | Problem:
    """Return what a date field is sent."""
    return conversion(CustomFieldOptions(name="Day", column="Day", type=FieldType.DATE, format=date_format), "")(text)


def chosen(
    text: str, kind: FieldType, options: tuple[str, ...] = FEATURES, separator: str = ""
) -> FieldValue | Problem:
    """Return what a dropdown or checkbox field is sent."""
    field = CustomFieldOptions(name="Features", column="F", type=kind, options=options, separator=separator)
    return conversion(field, ",;|")(text)


def test_text_is_sent_as_it_is() -> None:
    """A text field takes anything."""
    assert conversion(CustomFieldOptions(name="Address", column="A"), "")("Calle Mayor 1, 2º") == "Calle Mayor 1, 2º"


@pytest.mark.parametrize("text", ["ana@example.com", "ana.garcia+shop@mail.example.co.uk", "añá@exámple.es"])
def test_an_email_address_is_taken_by_its_form(text: str) -> None:
    """Something, an at sign, and a name with a dot."""
    assert email(text) == text
    assert assigned_user(text) == text
    assert conversion(CustomFieldOptions(name="E", column="E", type=FieldType.EMAIL), "")(text) == text


@pytest.mark.parametrize("text", ["ana", "ana@example", "@example.com", "a b@example.com", "a@b.com, c@d.com", "a@b."])
def test_what_is_no_email_address_is_refused(text: str) -> None:
    """Each field has its own code for it."""
    assert code(email(text)) == "email_invalid"
    assert code(assigned_user(text)) == "assigned_user_invalid"


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("42", "", "42"),
        ("-42", "", "-42"),
        ("+42", "", "42"),
        ("\N{MINUS SIGN}4,5", "", "-4.5"),
        ("1234.56", "", "1234.56"),
        ("1234,56", "", "1234.56"),
        ("1.234,56", "", "1234.56"),
        ("1,234.56", "", "1234.56"),
        ("1.234.567", "", "1234567"),
        ("1 234 567,5", "", "1234567.5"),
        ("1'234.50", "", "1234.50"),
        ("0,125", "", "0.125"),
        (".5", "", "0.5"),
        ("1234.567", "", "1234.567"),
        ("1.234", ",", "1234"),
        ("1.234", ".", "1.234"),
        ("1,234", ",", "1.234"),
        ("1,234", ".", "1234"),
    ],
)
def test_a_number_is_sent_plain(text: str, decimal: str, expected: str) -> None:
    """Groups go, and the decimal sign is a point."""
    field = CustomFieldOptions(name="N", column="N", type=FieldType.NUMBER, decimal=decimal)
    assert conversion(field, "")(text) == expected


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("1.234", "", "number_ambiguous"),
        ("-1,234", "", "number_ambiguous"),
        ("12a", "", "number_invalid"),
        ("-", "", "number_invalid"),
        ("1.2.3", "", "number_invalid"),
        ("1,23", ".", "number_invalid"),
        ("٤٢", "", "number_invalid"),
    ],
)
def test_a_number_that_cannot_be_read_one_way_is_refused(text: str, decimal: str, expected: str) -> None:
    """`1.234` is a thousand or one and a bit: the sentence says how to tell."""
    assert code(number(text, decimal)) == expected


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9))
def test_numbers_with_cents_are_read_alike_however_they_are_grouped(value: object) -> None:
    """English and Spanish writing, with a decimal sign given or not, mean the same number."""
    english = f"{value:,}"
    spanish = english.translate(str.maketrans(",.", ".,"))
    assert number(english, "") == number(spanish, "") == number(english, ".") == number(spanish, ",") == str(value)


@pytest.mark.parametrize(
    ("text", "date_format", "expected"),
    [
        ("2026-03-04", "", "2026-03-04"),
        ("2026-03-04 10:20:30", "", "2026-03-04"),
        ("2026-03-04T10:20:30Z", "", "2026-03-04"),
        ("2026/3/4", "", "2026-03-04"),
        ("25/12/2026", "", "2026-12-25"),
        ("12/25/2026", "", "2026-12-25"),
        ("25.12.2026 18:00", "", "2026-12-25"),
        ("4-4-2026", "", "2026-04-04"),
        ("03/04/2026", "%d/%m/%Y", "2026-04-03"),
        ("03/04/2026", "%m/%d/%Y", "2026-03-04"),
        ("03/04/26", "%d/%m/%y", "2026-04-03"),
        ("2026-03-04 00:00:00", "%d/%m/%Y", "2026-03-04"),
    ],
)
def test_a_date_is_sent_in_iso_form(text: str, date_format: str, expected: str) -> None:
    """By the format, as ISO, or where day and month cannot be mistaken."""
    assert day(text, date_format) == expected


@pytest.mark.parametrize(
    ("text", "date_format", "expected"),
    [
        ("03/04/2026", "", "date_ambiguous"),
        ("03/04/26", "", "date_invalid"),
        ("31/02/2026", "", "date_invalid"),
        ("2026/02/31", "", "date_invalid"),
        ("soon", "", "date_invalid"),
        ("12/25/2026", "%d/%m/%Y", "date_invalid"),
    ],
)
def test_a_date_that_cannot_be_read_one_way_is_refused(text: str, date_format: str, expected: str) -> None:
    """The third of April or the fourth of March: the sentence says how to tell."""
    assert code(day(text, date_format)) == expected


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
def test_a_date_with_the_day_first_is_that_day_or_a_problem(value: date) -> None:
    """Without a format it is never taken for another day; with it, never refused."""
    text = f"{value.day:02}/{value.month:02}/{value.year}"
    assert day(text, "%d/%m/%Y") == value.isoformat()
    guessed = day(text)
    assert guessed == value.isoformat() or code(guessed) == "date_ambiguous"


def test_a_dropdown_is_sent_in_the_fields_own_spelling() -> None:
    """Letter case does not matter; what is no option is refused with those that look like it."""
    assert chosen("dark mode", FieldType.DROPDOWN) == "Dark Mode"
    assert chosen("anything", FieldType.DROPDOWN, options=()) == "anything"
    wrong = chosen("dark mod", FieldType.DROPDOWN)
    assert code(wrong) == "dropdown_unknown"
    assert isinstance(wrong, Problem)
    assert 'did you mean "Dark Mode"?' in wrong.message


@pytest.mark.parametrize("kind", [FieldType.DROPDOWN, FieldType.CHECKBOX])
def test_a_new_option_is_added_to_those_of_the_config(kind: FieldType) -> None:
    """It names those that the list had when it was written; said once, however many are wrong."""
    wrong = chosen("Telepathy, Flight" if kind is FieldType.CHECKBOX else "Telepathy", kind)
    assert isinstance(wrong, Problem)
    cure = 'If it is a new option, add it to options of "Features" under [columns.custom_fields] of the config, and'
    assert wrong.message.count(cure) == 1


def test_a_checkbox_is_split_and_each_option_checked() -> None:
    """By its own separator or those of the tags; each option once; all that are wrong are named."""
    assert chosen("dark mode; Notifications,DARK MODE,", FieldType.CHECKBOX) == FEATURES
    assert chosen("a/b,c", FieldType.CHECKBOX, options=(), separator="/") == ("a", "b,c")
    wrong = chosen("x, Dark Mode, y", FieldType.CHECKBOX)
    assert code(wrong) == "checkbox_unknown"
    assert isinstance(wrong, Problem)
    assert '"x"' in wrong.message
    assert '"y"' in wrong.message
