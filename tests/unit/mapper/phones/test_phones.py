"""What cells say about phone numbers and handles, and what is made of it."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.mapper import phones
from importer.mapper.phones import identify, one_number
from importer.mapper.phones.countries import is_region
from importer.model.rows import Problem

NUMBERS = [
    phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    if (example := phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE))
]
"""A mobile number of every region."""


def digits(text: str, country: str = "") -> str | Problem:
    """Return the number's digits."""
    return identify(text, "whatsapp", country)


def code(text: str, country: str = "", source: str = "whatsapp") -> str:
    """Return the code of the problem that the text has."""
    problem = identify(text, source, country)
    assert isinstance(problem, Problem)
    assert problem.message.endswith(".")
    return problem.code


@pytest.mark.parametrize(
    "text",
    [
        "+34600111222",
        "34600111222",
        "+34 600 111 222",
        " +34 (600) 111-222 ",
        "+34.600.111.222",
        "+34 600/111/222",
        "0034 600111222",
        "(0034) 600111222",
        "(+34) 600 111 222",
        "+0034600111222",
        "tel:+34-600-111-222",
        "TEL: 34600111222",
        "'+34600111222",
        "+34\N{NO-BREAK SPACE}600\N{NARROW NO-BREAK SPACE}111\N{ZERO WIDTH SPACE}222",
        "\N{LEFT-TO-RIGHT EMBEDDING}+34600111222\N{POP DIRECTIONAL FORMATTING}",
        "\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH DIGIT THREE}\N{FULLWIDTH DIGIT FOUR}600111222",
        "+34 600\N{EN DASH}111\N{NON-BREAKING HYPHEN}222",
        "+34 600\N{MINUS SIGN}111\N{MINUS SIGN}222",
        "٠٠٣٤٦٠٠١١١٢٢٢",
        "34600111222.0",
        "34600111222,00",
        "34,600,111,222",
        "3.4600111222E+10",
        "3,4600111222e10",
        "3.46001112220E+10",
    ],
)
def test_every_way_of_writing_a_number_gives_the_same_digits(text: str) -> None:
    """Signs, zeros, scripts and what spreadsheet programs do to a number do not change who it belongs to."""
    assert digits(text) == "34600111222"


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("600 111 222", "ES", "34600111222"),
        ("34600111222", "ES", "34600111222"),
        ("+447911123456", "ES", "447911123456"),
        ("06 12 34 56 78", "FR", "33612345678"),
        ("0171/1234567", "DE", "491711234567"),
        ("4915112345678", "DE", "4915112345678"),
        ("391 234 5678", "IT", "393912345678"),
        ("390 1234567", "IT", "393901234567"),
        ("06 12345678", "IT", "390612345678"),
        ("020 7946 0018", "GB", "442079460018"),
        ("12125550100", "US", "12125550100"),
        ("(212) 555-0100", "US", "12125550100"),
        ("011 15 2345-6789", "AR", "5491123456789"),
    ],
)
def test_the_default_country_is_given_only_to_numbers_without_one(text: str, country: str, expected: str) -> None:
    """A number that has its country code already is not given it twice."""
    assert digits(text, country) == expected


@pytest.mark.parametrize(
    "text",
    [
        "525512345678",
        "5215512345678",
        "541123456789",
        "5491123456789",
        "5511987654321",
        "551187654321",
        "553132221234",
    ],
)
@pytest.mark.parametrize("country", ["", "MX", "AR", "BR"])
def test_neither_form_of_a_mobile_number_is_made_into_the_other(text: str, country: str) -> None:
    """Mexico's 1, Argentina's 9 and Brazil's ninth digit stay where they are and are not added."""
    assert digits(f"+{text}", country) == text
    assert digits(text, text_country(text)) == text


def text_country(text: str) -> str:
    """Return the region of the number."""
    return {"52": "MX", "54": "AR", "55": "BR"}[text[:2]]


def test_a_national_number_in_an_older_form_is_taken_as_it_is() -> None:
    """A Brazilian mobile without its ninth digit gets its country code and nothing else."""
    assert digits("(11) 8765-4321", "BR") == "551187654321"


def test_the_zero_that_is_not_dialled_from_abroad_is_left_out() -> None:
    """`(0)` after a country code is for callers in the country."""
    assert digits("+44 (0)20 7946 0018") == "442079460018"


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("", "", "phone_missing"),
        (" - ", "", "phone_missing"),
        ("12ab", "ES", "phone_letters"),
        ("600_111_222", "ES", "phone_letters"),
        ("34+600111222", "", "phone_letters"),
        ("12", "ES", "phone_too_short"),
        ("12", "", "phone_too_short"),
        ("1", "ES", "phone_too_short"),
        ("1", "MX", "phone_too_short"),
        ("11", "BR", "phone_too_short"),
        ("+3", "", "phone_too_short"),
        ("+34 600 111", "", "phone_too_short"),
        ("555-010", "PE", "phone_no_area_code"),
        ("555-0100", "US", "phone_no_area_code"),
        ("5512 3456", "MX", "phone_no_area_code"),
        ("+52 5512 3456", "", "phone_no_area_code"),
        ("4512-3456", "AR", "phone_no_area_code"),
        ("3234-5678", "BR", "phone_no_area_code"),
        ("91234-5678", "BR", "phone_no_area_code"),
        ("601 2345", "CO", "phone_no_area_code"),
        ("7946 0958", "GB", "phone_no_area_code"),
        ("55123", "MX", "phone_too_short"),
        ("551 234 567", "MX", "phone_too_short"),
        ("600 1112", "ES", "phone_too_short"),
        ("6001112223", "ES", "phone_too_long"),
        ("+346001112223", "", "phone_too_long"),
        ("+34600111222333444", "", "phone_too_long"),
        ("1234567890123456", "", "phone_too_long"),
        ("1" * 300, "ES", "phone_too_long"),
        ("1" * 18, "ES", "phone_too_long"),
        ("+999123456789", "", "phone_impossible"),
        ("+65612345678", "", "phone_impossible"),
        ("+34 500 000 000", "", "phone_invalid"),
        ("500 000 000", "ES", "phone_invalid"),
        ("600111222", "", "phone_no_country"),
        ("4792345678", "", "phone_no_country"),
        ("99912345678", "", "phone_no_country"),
        ("600111222 ext. 12", "ES", "phone_extension"),
        ("+34600111222x12", "", "phone_extension"),
        ("tel:+34600111222;ext=12", "", "phone_extension"),
        ("3.46E+10", "", "phone_digits_lost"),
        ("3.46001112225E+9", "", "phone_digits_lost"),
        ("########", "", "phone_digits_lost"),
        ("600111222 / 600333444", "ES", "phone_several"),
        ("+34600111222 +34600333444", "", "phone_several"),
        ("600111222 o 600333444", "ES", "phone_several"),
        ("600111222\n600333444", "ES", "phone_several"),
        ("600111222 - 600333444", "ES", "phone_several"),
    ],
)
def test_every_wrong_kind_of_number_has_its_own_code(text: str, country: str, expected: str) -> None:
    """What cannot be read one way only is refused, and the code says why."""
    assert code(text, country) == expected


@pytest.mark.parametrize(
    "text",
    [
        "p:+34600111222",
        "P: +34 600 111 222",
        "tel://34600111222",
        "callto:+34600111222",
        "whatsapp:+34600111222",
        "WhatsApp: +34 600 111 222",
        "whatsapp://send?phone=34600111222",
        "https://wa.me/34600111222",
        "http://www.wa.me/+34600111222",
        "wa.me/34600111222?text=Hola%201",
        "https://api.whatsapp.com/send?phone=%2B34600111222&text=Hola",
        "34600111222@c.us",
        "34600111222:17@s.whatsapp.net",
        '="+34600111222"',
        '"+34600111222"',
        '"=""+34600111222"""',
        "=34600111222",
        "\N{LEFT DOUBLE QUOTATION MARK}+34600111222\N{RIGHT DOUBLE QUOTATION MARK}",
        "+34\N{VARIATION SELECTOR-16}600111222",
        "\N{MOBILE PHONE} +34600111222",
        "3\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}4600111222",
        "+34\N{HANGUL FILLER}600111222",
        "\x00+34600111222\x1f",
        "Móvil: +34600111222",
        "Mo\N{COMBINING ACUTE ACCENT}vil +34600111222",
        "Tel. móvil: 34600111222",
        "Tfno. 0034 600 111 222",
        "Handy: +34 600/111222",
        "M 34600111222",
        "+34 600 111 222 (Ana)",
        "+34600111222 (Mª José, tienda)",
        "34600111222 casa",
        "+34600111222 - WhatsApp",
        "34 600 111 222,00",
        "+34600111222;",
        "+34 600 111 222, ",
        ";+34600111222|",
        "+34600111222 :::",
        "skype:+34600111222",
        "mobile=+34600111222",
    ],
)
@pytest.mark.parametrize("country", ["", "ES"])
def test_what_machines_and_people_put_around_a_number_is_taken_off(text: str, country: str) -> None:
    """Prefixes of exporters, WhatsApp's links, formulas, quotes, invisible marks, labels, a name in brackets."""
    assert digits(text, country) == "34600111222"


@pytest.mark.parametrize(
    "text",
    [
        "https://wa.me/message/ABCDEFG1",
        "34600111222-1598765432@g.us",
        "https://example.com/34600111222",
        "Fax: +34600111222",
        "+34600111222 (fax)",
        "+34600111222 (no usar)",
        "+34600111222 (ext)",
        "l:801234567890123",
        "C34600111222",
        "Ana +34600111222",
    ],
)
def test_what_may_mean_something_is_left_where_it_is(text: str) -> None:
    """A group, a link that is none of a number, a fax, a number that is not to be used, an identifier: refused."""
    assert code(text, "ES") == "phone_letters"


def test_a_number_of_a_link_has_its_country_code() -> None:
    """WhatsApp's links and addresses are international: in a file of Spanish numbers too."""
    for text in ("wa.me/447911123456", "447911123456@c.us", "https://wa.me/447911123456"):
        assert digits(text, "ES") == "447911123456"


@pytest.mark.parametrize(
    "text",
    [
        *("n/a", "N/A", "NULL", "null", "nan", "NaN", "None", "\\N", "-", "--", ".", "?", "#N/A", "(null)", "<NA>"),
        *("undefined", "'-", '""'),
    ],
)
def test_what_programs_write_for_nothing_is_a_missing_number(text: str) -> None:
    """It is told as an empty cell is: nothing is to be corrected in it."""
    assert code(text, "ES") == code(text) == "phone_missing"


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("+34(0)600111222", ""),
        ("+34 (0) 600 111 222", "FR"),
        ("0034 0 600111222", ""),
        ("34(0)600111222", "ES"),
        ("0600111222", "ES"),
    ],
)
def test_a_zero_that_a_country_does_not_have_is_named_as_the_cause(text: str, country: str) -> None:
    """With the number to write: not "too long", which leaves the person to look for it."""
    problem = digits(text, country)
    assert isinstance(problem, Problem)
    assert problem.code == "phone_trunk_zero"
    assert "write +34600111222" in problem.message


@pytest.mark.parametrize("text", ["044 55 1234 5681", "045-55-1234-5681", "01 (55) 1234 5681", "0445512345681"])
def test_what_mexico_dialled_before_a_number_is_taken_off(text: str) -> None:
    """As the trunk prefix of any country is: lists still have what was dialled until 2019."""
    assert digits(text, "MX") == "525512345681"


@pytest.mark.parametrize("text", ["044 55 1234 568", "01 000 123 4567", "044 044 1234 5681", "02 55 1234 5681", "044"])
def test_what_is_no_number_without_a_prefix_of_old_is_refused(text: str) -> None:
    """Ten digits of a right number must be left, and other zeros are never taken off."""
    problem = digits(text, "MX")
    assert isinstance(problem, Problem)
    assert "+0" not in problem.message


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("13127926999", "+523127926999", "+13127926999"),
        ("1 (551) 234-5678", "+525512345678", "+15512345678"),
        ("443342916895", "+523342916895", "+443342916895"),
    ],
)
def test_a_number_that_may_be_of_two_countries_is_refused_with_both(text: str, one: str, other: str) -> None:
    """A plus was dropped, or the zero of a prefix of old: neither a stranger nor a wrong country is sent."""
    problem = digits(text, "MX")
    assert isinstance(problem, Problem)
    assert problem.code == "phone_two_countries"
    assert f"write {one}, or {other}, whichever" in problem.message


@pytest.mark.parametrize(
    ("text", "zeros", "number"), [("448130001252", "044", "+528130001252"), ("453364464639", "045", "+523364464639")]
)
def test_a_prefix_of_old_that_lost_its_zero_is_named_as_the_cause(text: str, zeros: str, number: str) -> None:
    """A spreadsheet program dropped the zero; it is no "digit too many"."""
    problem = digits(text, "MX")
    assert isinstance(problem, Problem)
    assert problem.code == "phone_trunk_zero"
    assert f"seems to be {zeros} without its zero before a number: write {number} if" in problem.message


def test_the_digit_of_mobiles_is_no_lost_sign_where_the_number_is_none_abroad() -> None:
    """Of Mexico City, which no other country has a number like."""
    assert digits("1 22 2123 4567", "MX") == "5212221234567"


@pytest.mark.parametrize("country", ["", "ES", "US"])
def test_the_prefixes_of_mexico_mean_nothing_elsewhere(country: str) -> None:
    """Where the numbers are not known to be Mexican, none of them becomes one."""
    found = digits("044 55 1234 5681", country)
    assert isinstance(found, Problem)
    assert "+52" not in found.message


def test_a_prefix_of_old_after_the_country_code_is_named_as_the_cause() -> None:
    """It was not dialled from abroad, so the cell may be wrong; no number that begins with a zero is advised."""
    problem = digits("+52 044 55 1234 5681", "MX")
    assert isinstance(problem, Problem)
    assert problem.code == "phone_trunk_zero"
    assert "write +525512345681" in problem.message
    assert "+0" not in problem.message


@pytest.mark.parametrize("text", ["0447911123456", "+0447911123456", "+044 7911 123456", "000447911123456"])
@pytest.mark.parametrize("country", ["", "ES"])
def test_no_country_code_begins_with_a_zero(text: str, country: str) -> None:
    """Such digits are no international number, with or without a plus, and none is sent or advised."""
    problem = digits(text, country)
    assert isinstance(problem, Problem)
    assert "+0" not in problem.message.split('"')[-1]


OFFER = ", or write +447911123456 if that is the number."
OPTION = ", or name the country of such numbers with --country, such as --country ES."
LOST = "has lost its digits in the spreadsheet program: format the column as text and write the whole number again."


@pytest.mark.parametrize(
    ("text", "country", "sentence"),
    [
        ("12ab", "ES", "holds letters: write the number with digits only, such as +34612345678."),
        (
            "600_111_222",
            "ES",
            "holds the sign _ in the wrong place: write the number with digits only, such as +34612345678.",
        ),
        ("12", "", "is too short: write the whole number, with + and the country code."),
        (
            "+34 600 111",
            "",
            "is too short for the country code +34: write the whole number, such as +34612345678.",
        ),
        (
            "5512 3456",
            "MX",
            "seems to lack its area code, for the country code +52: write the whole number, such as +522221234567.",
        ),
        ("+34600111222333444", "", "is too long for the country code +34: check for a digit too many."),
        ("1234567890123456", "", "is too long: check for a digit too many."),
        (
            "447911123456",
            "ES",
            f"is too long for the country code +34: check for a digit too many{OFFER}",
        ),
        ("+999123456789", "", "begins with an unknown country code: check the number."),
        ("+65612345678", "", "has the wrong length for the country code +65: check the digits."),
        ("+34 500 000 000", "", "is not a number of the country code +34: check the digits."),
        (
            "600111222",
            "",
            f"does not say its country: write it with + and the country code{OPTION}",
        ),
        ("600111222 ext. 12", "ES", "has an extension, which WhatsApp cannot reach: write the number alone."),
        ("3.46E+10", "", LOST),
        ("########", "", LOST),
        ("600111222 / 600333444", "ES", "holds several numbers: keep one, and put each other in a row of its own."),
    ],
)
def test_every_problem_is_a_sentence_that_says_what_to_do(text: str, country: str, sentence: str) -> None:
    """It begins with the cell, and the problem holds the cell as it is written."""
    problem = digits(text, country)
    assert isinstance(problem, Problem)
    assert (problem.value, problem.message) == (text, f'"{text}" {sentence}')


@pytest.mark.parametrize(
    ("text", "country", "example"),
    [
        ("12ab", "MX", "write the number with digits only, such as +522221234567."),
        ("-", "BR", "There is no phone number: write one, such as +5511961234567, or delete the row."),
        ("no tiene", "ES", "write the number with digits only, such as +34612345678, or delete the row."),
        ("12", "US", "write the whole number, such as +12015550123."),
        ("+52 12", "", "write the whole number, such as +522221234567."),
        ("+1 12", "CA", "write the whole number, such as +12015550123."),
        ("12ab", "", "write the number with digits only."),
        ("12ab", "BY", "write the number with digits only."),
    ],
)
def test_an_example_is_of_the_numbers_country(text: str, country: str, example: str) -> None:
    """The one that its code says, or that such numbers are from; where none is known, there is no example."""
    problem = digits(text, country)
    assert isinstance(problem, Problem)
    assert problem.message.endswith(example)


def test_an_empty_cell_is_told_without_quotation_marks() -> None:
    """There is nothing to quote; a sign alone is kept as the problem's value."""
    missing = "There is no phone number: write one, with + and the country code, or delete the row."
    assert digits("-") == Problem(code="phone_missing", value="-", message=missing)
    message = "The cell is empty: a contact needs an identifier."
    assert identify(" ", "telegram", "", "digits") == Problem(code="identifier_missing", message=message)
    lost = Problem(code="identifier_digits_lost", value="1.2E+16", message=f'"1.2E+16" {LOST}')
    assert identify("1.2E+16", "telegram", "", "digits") == lost


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("123456", "phone_too_short"),
        ("1234567", "phone_no_country"),
        ("2125550100", "phone_no_country"),
        ("123456789012345", "phone_no_country"),
        ("1234567890123456", "phone_too_long"),
    ],
)
def test_how_many_digits_a_number_without_country_has(text: str, expected: str) -> None:
    """Seven to fifteen are a number (ITU-T E.164), which must say its country; ten are as often a national one."""
    assert code(text) == expected
    assert digits("12125550100") == "12125550100"  # with eleven it does say it


@pytest.mark.parametrize(
    "word",
    [
        *("extensión", "extension", "ext", "extn", "EXT.", "x", "#", "anexo", "ramal", "interno", "int", "poste"),
        *("Durchwahl:", "durchwahl ="),
    ],
)
def test_extensions_are_seen_in_many_languages(word: str) -> None:
    """What is behind the word cannot be reached."""
    assert code(f"600111222 {word} 12", "ES") == "phone_extension"
    assert code(f"600111222{word}1", "ES") == "phone_extension"


@pytest.mark.parametrize(
    "between",
    [
        *(",", ";", "/", "|", "&", "\n", " - ", " +", "+", " o ", " or ", " y ", " e ", " and ", " ou ", " et "),
        *(" oder ", " UND "),
    ],
)
def test_several_numbers_are_seen_whatever_stands_between_them(between: str) -> None:
    """Which of them is meant is for the person to say; a short piece is part of one number."""
    assert code(f"600111222{between}34600333444", "ES") == "phone_several"
    if between in {"/", " - "}:
        assert digits(f"600{between}111222", "ES") == "34600111222"


def test_seven_digits_are_enough_for_a_number() -> None:
    """Two pieces of seven are two numbers; one of seven and one of six are one."""
    assert code("5550100 / 5550199", "US") == "phone_several"
    assert digits("4915112/345678") == "4915112345678"


def test_a_missing_country_is_told_with_the_option_to_set() -> None:
    """The sentence for a national number names the option that mends the whole file."""
    problem = digits("600 111 222")
    assert isinstance(problem, Problem)
    assert "--country ES" in problem.message
    assert problem.value == "600 111 222"


def test_a_foreign_number_without_its_plus_is_never_taken_for_one_but_offered() -> None:
    """In a file of Spanish numbers, twelve digits may be British or a slip: only the person knows."""
    problem = digits("447911123456", "ES")
    assert isinstance(problem, Problem)
    assert "write +447911123456" in problem.message


def test_a_long_cell_is_cut_short_in_the_sentence() -> None:
    """Nobody has to read a whole novel to learn that it is no number."""
    problem = digits("a" * 500)
    assert isinstance(problem, Problem)
    assert len(problem.message) < 200


@pytest.mark.parametrize("source", ["telegram", "instagram", "facebook"])
def test_other_sources_take_the_text_as_it_is(source: str) -> None:
    """A handle is no phone number; only what a spreadsheet program did to a number is undone."""
    assert identify(" @ana.garcia ", source, "ES") == "@ana.garcia"
    assert identify("600 111", source, "ES") == "600 111"
    assert identify("1234567890.0", source, "") == "1234567890"
    assert identify("1.234567890E+9", source, "") == "1234567890"
    assert code(" ", source=source) == "identifier_missing"
    assert code("1.23457E+16", source=source) == "identifier_digits_lost"


def test_regions_are_two_letter_codes_that_have_numbers() -> None:
    """`ES` is a region; `UK`, small letters and nothing are not."""
    assert is_region("ES")
    assert not any(map(is_region, ["UK", "es", "", "ESP"]))


@given(st.from_regex(phones._PLAIN_NUMBER, fullmatch=True))
def test_a_number_that_needs_no_cleaning_is_cleaned_to_itself(text: str) -> None:
    """The short way for plain numbers gives what the long one gives."""
    assert phones._plus_and_digits(text) == (text[: -len(text.lstrip("+"))], text.lstrip("+"))


@given(st.sampled_from(NUMBERS))
def test_what_phonenumbers_writes_comes_back(number: str) -> None:
    """Every region's mobile number is taken, with its plus or without, and is itself once more."""
    assert digits(number) == number[1:]
    assert digits(f"00{number[1:]}") == number[1:]


@given(st.sampled_from(NUMBERS))
def test_a_number_is_the_same_with_its_region_as_the_default(number: str) -> None:
    """National or international, a number of the default region is one number, never given its code twice."""
    parsed = phonenumbers.parse(number)
    region = phonenumbers.region_code_for_number(parsed)
    assert region
    national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    assert digits(national, region) == number[1:]
    assert digits(number[1:], region) == number[1:]


@given(
    st.one_of(st.text(max_size=30), st.text(alphabet="0123456789+-.()/ eEx,'#", max_size=24)),
    st.sampled_from(["", "ES", "DE", "MX", "IT", "US", "BR"]),
)
def test_any_text_gives_digits_or_a_problem(text: str, country: str) -> None:
    """Nothing raises, and what is sent is 7 to 17 plain digits that are taken again with their plus."""
    number = digits(text, country)
    if isinstance(number, Problem):
        assert number.code.startswith("phone_")
    else:
        assert number.isascii()
        assert number.isdecimal()
        assert digits(f"+{number}") == number


@given(st.text(max_size=30))
def test_any_text_is_a_handle_or_a_problem(text: str) -> None:
    """Nothing raises for the other sources, and no handle is empty."""
    handle = identify(text, "telegram", "")
    assert isinstance(handle, Problem) or handle


def test_a_mark_between_numbers_with_one_number_beside_it_is_taken_off() -> None:
    """An exporter joined a number with nothing."""
    assert one_number("+34600111222 ::: ", "", "refuse") == "+34600111222"
    assert one_number("no number", "", "first") == "no number"


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("06 12 34 56 7", "FR", "phone_too_short"),
        ("06-1234567", "NL", "phone_too_short"),
        ("06-123456789", "NL", "phone_too_long"),
        ("348 85043445", "IT", "phone_too_long"),
        ("+39 340 1491571 5", "IT", "phone_too_long"),
        ("+34 112 345 678", "ES", "phone_invalid"),
    ],
)
def test_a_digit_missing_or_too_many_is_told_as_that(text: str, country: str, code: str) -> None:
    """Also where the country has other numbers of that length."""
    problem = digits(text, country)
    assert isinstance(problem, Problem)
    assert problem.code == code


@pytest.mark.parametrize("text", ["0692 12 34 56", "+33 692 12 34 56"])
def test_a_number_of_overseas_france_is_told_with_its_own_country_code(text: str) -> None:
    """It is dialled like any other in France, and is none of +33."""
    problem = digits(text, "FR")
    assert isinstance(problem, Problem)
    assert problem.message.endswith("check the digits, or write +262692123456 if that is the number.")
