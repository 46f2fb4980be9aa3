"""Validate numbers by the countries' numbering plans, with phonenumbers.

Mobile numbers of three countries have two forms (`importer.model.phone_forms`); both are valid.
"""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from importer.mapper.messages import cell_problem
from importer.mapper.phones.countries import region_dialled
from importer.mapper.phones.refusals import ONCE_DIALLED, invalid_number, too_long, too_short
from importer.mapper.phones.validity import FORM_OF_THE_PLAN, MOST_DIGITS, is_valid, is_valid_abroad, number_of
from importer.model.phone_forms import in_form
from importer.model.rows import Problem

NUMBERING_VERSION: str = phonenumbers.__version__
"""The version of the numbering plans: another version may accept other numbers."""

_FEWEST_DIGITS = 7
_FEWEST_WITHOUT_PLUS = 11  # ten digits are as often a national number: 479 234 5678 is Arkansas, +47 92345678 Norway
_MOBILES = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})

_NO_ZERO_OF_THEIR_OWN = frozenset({0, 1, 7, 34, 39, 45, 47, 52, 351})
"""Country codes without a trunk prefix 0, known without a look-up; 0: no country."""


def e164(plus: str, digits: str, country: str, text: str) -> str | Problem:
    """Return a cell's number with + and country code, or the problem with it.

    Args:
        plus: Whether the cell has a plus: then the digits begin with a country code.
        digits: The cell's digits.
        country: Region of numbers without a plus; empty: none is assumed.
        text: The cell's text, for the problem.

    """
    if plus:
        return f"+{digits}" if is_valid_abroad(digits) else _parsed(f"+{digits}", "", text)
    return _of_country(digits, country, text) if country else _without_country(digits, text)


def _of_country(digits: str, country: str, text: str) -> str | Problem:
    """Return the number of a cell without a plus, in a file whose numbers are from the country.

    Digits that begin with the country's code do not get it twice, unless they are a mobile number without it too.
    """
    code = phonenumbers.country_code_for_region(country)
    has_code = digits.startswith(str(code)) and is_valid_abroad(digits)
    if has_code and phonenumbers.number_type(number_of(code, digits)) not in _MOBILES:
        return f"+{digits}"
    if not digits.startswith("0") and (problem := _lost_sign(code, digits, text)):
        return problem
    national = _without_prefix(code, digits)
    if not national.startswith("0") and is_valid(code, national):
        return f"+{code}{national}"
    return _parsed(digits, country, text)


def _without_prefix(code: int, digits: str) -> str:
    """Return the digits without what was once dialled before such a number within its country."""
    prefix = ONCE_DIALLED[code].match(digits) if code in ONCE_DIALLED else None
    return digits[prefix.end() :] if prefix else digits


def _lost_sign(code: int, digits: str, text: str) -> Problem | None:
    """Return the problem with digits that had a zero of old in front, or a plus, which spreadsheet programs drop.

    44 33 1234 5678 was 044 and a number of Guadalajara, or a British number; 1 312 792 6999 was 01 and one of Colima,
    or one of Chicago. Nobody but the person who knows the customer can tell.
    """
    national = _without_prefix(code, f"0{digits}")
    if not national or len(national) >= len(digits) or not phonenumbers.is_valid_number(number_of(code, national)):
        return None
    if is_valid_abroad(digits):
        what = f"may be a number of two countries: write +{code}{national}, or +{digits}, whichever it is."
        return cell_problem("phone_two_countries", text, what)
    if is_valid(code, digits):  # with the digit of mobiles, as it is dialled from abroad
        return None
    zeros = f"0{digits.removesuffix(national)}"
    what = f"seems to be {zeros} without its zero before a number: write +{code}{national} if that is the number."
    return cell_problem("phone_trunk_zero", text, what)


def lost_zero(text: str, identifier: str, country: str) -> bool:
    """Return whether a cell without a country code lacks the trunk prefix 0 that is usual in the country.

    Spreadsheet programs drop it, and the number is still the same; but where it is dropped from every cell, it
    cannot be seen which numbers had none.

    Args:
        text: The cell's text.
        identifier: The identifier that it gave, as digits or with a plus.
        country: Region that such numbers are from.

    """
    code = phonenumbers.country_code_for_region(country)
    if code in _NO_ZERO_OF_THEIR_OWN:
        return False
    national = identifier.removeprefix("+").removeprefix(str(code))
    if "".join(filter(str.isdecimal, text)) != national or identifier.removeprefix("+") == national:
        return False
    shown = phonenumbers.format_number(number_of(code, national), phonenumbers.PhoneNumberFormat.NATIONAL)
    return shown.lstrip("(").startswith("0") and not national.startswith("0")


def _without_country(digits: str, text: str) -> str | Problem:
    """Return the number of a cell with neither a plus nor a default country: spreadsheet programs drop the plus."""
    if len(digits) > MOST_DIGITS:
        return too_long(text)
    if len(digits) < _FEWEST_DIGITS:
        return too_short(text, "")
    if len(digits) >= _FEWEST_WITHOUT_PLUS and is_valid_abroad(digits):
        return f"+{digits}"
    what = (
        "does not say its country: write it with + and the country code, or name the country of such numbers with"
        " --country, such as --country ES."
    )
    return cell_problem("phone_no_country", text, what)


def _parsed(number: str, country: str, text: str) -> str | Problem:
    """Return the number as phonenumbers parses it, without the trunk prefix."""
    try:
        parsed = phonenumbers.parse(number, country or None)
    except NumberParseException as error:
        if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            return cell_problem("phone_impossible", text, "begins with an unknown country code: check the number.")
        return too_long(text) if error.error_type == NumberParseException.TOO_LONG else too_short(text, country)
    national = phonenumbers.national_significant_number(parsed)
    if is_valid(parsed.country_code or 0, national):
        return f"+{parsed.country_code}{national}"
    return invalid_number(parsed, number, country or region_dialled(str(parsed.country_code)), text)


def is_mobile(digits: str) -> bool:
    """Return whether a valid number, with country code and without a plus, may be a mobile."""
    code = int(digits[:2])  # of the countries with a form of their own, whose codes have two digits
    parsed = phonenumbers.parse(f"+{in_form(digits, FORM_OF_THE_PLAN.get(code, 'as_written'))}")
    return phonenumbers.number_type(parsed) in _MOBILES


def country_code_of(digits: str) -> tuple[str, bool]:
    """Return the country code of a valid number, and whether what follows it is a valid number of another country."""
    code = str(phonenumbers.parse(f"+{digits}").country_code)
    return code, is_valid_abroad(digits.removeprefix(code))
