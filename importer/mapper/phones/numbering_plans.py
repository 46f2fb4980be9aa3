"""Validate numbers by the countries' numbering plans, with phonenumbers.

Mobile numbers of three countries have two forms (`importer.model.phone_forms`); both are valid.
"""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType, ValidationResult

from importer.mapper.messages import cell_problem
from importer.mapper.phones.countries import region_dialled
from importer.mapper.phones.examples import such_as
from importer.model.phone_forms import in_form
from importer.model.rows import Problem

NUMBERING_VERSION: str = phonenumbers.__version__
"""The version of the numbering plans: another version may accept other numbers."""

_MOST_DIGITS = 15  # ITU-T E.164
_FEWEST_DIGITS = 7
_FEWEST_WITHOUT_PLUS = 11  # ten digits are as often a national number: 479 234 5678 is Arkansas, +47 92345678 Norway
_FEWEST_LOCAL = 6
"""Digits of a number that may lack its area code; fewer are too short for any."""
_ANY_LINE = (PhoneNumberType.UNKNOWN, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE)
_MOBILES = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})

_NO_ZERO_OF_THEIR_OWN = frozenset({0, 1, 7, 34, 39, 45, 47, 52, 351})
"""Country codes without a trunk prefix 0, known without a look-up; 0: no country."""

_ONCE_DIALLED = {52: re.compile("0(?:1|4[45])")}
"""Per country code: what was dialled before a number within the country, and phonenumbers does not know any more.

Mexico's 01 (far), 044 and 045 (mobiles) ended on 2019-08-03, with its numbering plan of that day (Plan Técnico
Fundamental de Numeración, IFT); lists still have them. Nothing else that is right there begins with a zero.
"""
_ZEROS = re.compile("0+")

_FORM_OF_THE_PLAN = {52: "without", 55: "with"}
"""Per country code: the form of mobile numbers that its plan has today. Only for validation, never to send.

WhatsApp still knows Mexican mobiles as 521, and many Brazilian ones without the ninth digit.
"""


def e164(plus: str, digits: str, country: str, text: str) -> str | Problem:
    """Return a cell's number with + and country code, or the problem with it.

    Args:
        plus: Whether the cell has a plus: then the digits begin with a country code.
        digits: The cell's digits.
        country: Region of numbers without a plus; empty: none is assumed.
        text: The cell's text, for the problem.

    """
    if plus:
        return f"+{digits}" if _is_valid_abroad(digits) else _parsed(f"+{digits}", "", text)
    return _of_country(digits, country, text) if country else _without_country(digits, text)


def _of_country(digits: str, country: str, text: str) -> str | Problem:
    """Return the number of a cell without a plus, in a file whose numbers are from the country.

    Digits that begin with the country's code do not get it twice, unless they are a mobile number without it too.
    """
    code = phonenumbers.country_code_for_region(country)
    has_code = digits.startswith(str(code)) and _is_valid_abroad(digits)
    if has_code and phonenumbers.number_type(_number(code, digits)) not in _MOBILES:
        return f"+{digits}"
    if not digits.startswith("0") and (problem := _lost_sign(code, digits, text)):
        return problem
    national = _without_prefix(code, digits)
    if not national.startswith("0") and _is_valid(code, national):
        return f"+{code}{national}"
    return _parsed(digits, country, text)


def _without_prefix(code: int, digits: str) -> str:
    """Return the digits without what was once dialled before such a number within its country."""
    prefix = _ONCE_DIALLED[code].match(digits) if code in _ONCE_DIALLED else None
    return digits[prefix.end() :] if prefix else digits


def _lost_sign(code: int, digits: str, text: str) -> Problem | None:
    """Return the problem with digits that had a zero of old in front, or a plus, which spreadsheet programs drop.

    44 33 1234 5678 was 044 and a number of Guadalajara, or a British number; 1 312 792 6999 was 01 and one of Colima,
    or one of Chicago. Nobody but the person who knows the customer can tell.
    """
    national = _without_prefix(code, f"0{digits}")
    if not national or len(national) >= len(digits) or not phonenumbers.is_valid_number(_number(code, national)):
        return None
    if _is_valid_abroad(digits):
        what = f"may be a number of two countries: write +{code}{national}, or +{digits}, whichever it is."
        return cell_problem("phone_two_countries", text, what)
    if _is_valid(code, digits):  # with the digit of mobiles, as it is dialled from abroad
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
    shown = phonenumbers.format_number(_number(code, national), phonenumbers.PhoneNumberFormat.NATIONAL)
    return shown.lstrip("(").startswith("0") and not national.startswith("0")


def _without_country(digits: str, text: str) -> str | Problem:
    """Return the number of a cell with neither a plus nor a default country: spreadsheet programs drop the plus."""
    if len(digits) > _MOST_DIGITS:
        return _too_long(text)
    if len(digits) < _FEWEST_DIGITS:
        return _too_short(text, "")
    if len(digits) >= _FEWEST_WITHOUT_PLUS and _is_valid_abroad(digits):
        return f"+{digits}"
    what = (
        "does not say its country: write it with + and the country code, or name the country of such numbers with"
        " --country, such as --country ES."
    )
    return cell_problem("phone_no_country", text, what)


def _number(code: int, national: str) -> PhoneNumber:
    zeros = len(national) - len(national.lstrip("0"))
    return PhoneNumber(
        country_code=code,
        national_number=int(national),
        italian_leading_zero=True if zeros else None,
        number_of_leading_zeros=zeros or None,
    )


def _is_valid_abroad(digits: str) -> bool:
    """Return whether the digits, with country code, are a valid number; no country code begins with a zero."""
    for length in () if digits.startswith("0") else (1, 2, 3):
        if (code := int(digits[:length])) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return _is_valid(code, digits[length:])
    return False


def _is_valid(code: int, national: str) -> bool:
    """Return whether the number is valid in the country's plan.

    Called before `phonenumbers.parse`, which takes twice as long and is needed only for trunk prefixes.
    """
    if not 0 < len(national) <= _MOST_DIGITS:
        return False
    if phonenumbers.is_valid_number(_number(code, national)):
        return True
    form = _FORM_OF_THE_PLAN.get(code)
    return form is not None and phonenumbers.is_valid_number(_number(code, in_form(f"{code}{national}", form)[2:]))


def _parsed(number: str, country: str, text: str) -> str | Problem:
    """Return the number as phonenumbers parses it, without the trunk prefix."""
    try:
        parsed = phonenumbers.parse(number, country or None)
    except NumberParseException as error:
        if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            return cell_problem("phone_impossible", text, "begins with an unknown country code: check the number.")
        return _too_long(text) if error.error_type == NumberParseException.TOO_LONG else _too_short(text, country)
    national = phonenumbers.national_significant_number(parsed)
    if _is_valid(parsed.country_code or 0, national):
        return f"+{parsed.country_code}{national}"
    return _invalid(parsed, number, country or region_dialled(str(parsed.country_code)), text)


def _invalid(parsed: PhoneNumber, number: str, country: str, text: str) -> Problem:
    plan = f"the country code +{parsed.country_code}"
    if (zeros := _needless_zeros(parsed.country_code or 0, number)) is not None:
        prefix, meant = zeros
        what = f"has {prefix} before the number, which is not dialled with {plan}: write {meant} if that is the number."
        return cell_problem("phone_trunk_zero", text, what)
    if _is_local(parsed):
        advice = f"write the whole number{such_as(country, otherwise=', with the area code')}"
        return cell_problem("phone_no_area_code", text, f"seems to lack its area code, for {plan}: {advice}.")
    match phonenumbers.is_possible_number_with_reason(parsed):
        case ValidationResult.TOO_SHORT | ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            return _too_short(text, country, f" for {plan}")
        case ValidationResult.TOO_LONG:
            return _too_long(text, f" for {plan}", number)
        case ValidationResult.INVALID_LENGTH:
            return cell_problem("phone_impossible", text, f"has the wrong length for {plan}: check the digits.")
        case _:
            what = f"is not a number of {plan}: check the digits{_or_abroad(number)}."
            return cell_problem("phone_invalid", text, what)


def _is_local(parsed: PhoneNumber) -> bool:
    """Return whether the number is as long as the country's mobiles or fixed lines are without their area code."""
    local = ValidationResult.IS_POSSIBLE_LOCAL_ONLY
    return len(phonenumbers.national_significant_number(parsed)) >= _FEWEST_LOCAL and any(
        phonenumbers.is_possible_number_for_type_with_reason(parsed, kind) == local for kind in _ANY_LINE
    )


def _needless_zeros(code: int, number: str) -> tuple[str, str] | None:
    """Return a prefix that the country's numbers do not have, and the number without it, if that is the only fault."""
    national = number.removeprefix("+").removeprefix(str(code))
    if not (zeros := _ONCE_DIALLED.get(code, _ZEROS).match(national)) or not _is_valid(code, national[zeros.end() :]):
        return None
    return zeros[0], f"+{code}{national[zeros.end() :]}"


def _too_short(text: str, country: str, where: str = "") -> Problem:
    example = such_as(country, otherwise=", with + and the country code")
    return cell_problem("phone_too_short", text, f"is too short{where}: write the whole number{example}.")


def _too_long(text: str, where: str = "", number: str = "") -> Problem:
    return cell_problem("phone_too_long", text, f"is too long{where}: check for a digit too many{_or_abroad(number)}.")


def _or_abroad(number: str) -> str:
    """Return the advice for a foreign number that lost its plus; it is not accepted, as it may be a typing error."""
    is_foreign = number[:1].isdigit() and _is_valid_abroad(number)
    return f", or write +{number} if that is the number" if is_foreign else ""


def is_mobile(digits: str) -> bool:
    """Return whether a valid number, with country code and without a plus, may be a mobile."""
    code = int(digits[:2])  # of the countries with a form of their own, whose codes have two digits
    parsed = phonenumbers.parse(f"+{in_form(digits, _FORM_OF_THE_PLAN.get(code, 'as_written'))}")
    return phonenumbers.number_type(parsed) in _MOBILES


def country_code_of(digits: str) -> tuple[str, bool]:
    """Return the country code of a valid number, and whether what follows it is a valid number of another country."""
    code = str(phonenumbers.parse(f"+{digits}").country_code)
    return code, _is_valid_abroad(digits.removeprefix(code))
