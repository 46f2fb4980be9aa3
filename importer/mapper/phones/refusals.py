"""Why digits are no number of a country, and what to do about it: problems for people, with phonenumbers. Pure."""

import re

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, ValidationResult

from importer.mapper.messages import cell_problem
from importer.mapper.phones.examples import such_as
from importer.mapper.phones.validity import is_valid, is_valid_abroad
from importer.model.rows import Problem

_FEWEST_LOCAL = 6
"""Digits of a number that may lack its area code; fewer are too short for any."""
_ANY_LINE = (PhoneNumberType.UNKNOWN, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE)

ONCE_DIALLED = {52: re.compile("0(?:1|4[45])")}
"""Per country code: what was dialled before a number within the country, and phonenumbers does not know any more.

Mexico's 01 (far), 044 and 045 (mobiles) ended on 2019-08-03, with its numbering plan of that day (Plan Técnico
Fundamental de Numeración, IFT); lists still have them. Nothing else that is right there begins with a zero.
"""
_ZEROS = re.compile("0+")
_ANY_DIGIT = "5"
"""Plans tell what a number is by its first digits."""
_OVERSEAS = {33: (262, 590, 594, 596)}
"""Per country code: those of its overseas departments, whose numbers are dialled there without it.

Of France: Réunion and Mayotte, Guadeloupe, Guiana, Martinique (Plan national de numérotation, ARCEP 2018-0881).
"""


def invalid_number(parsed: PhoneNumber, number: str, country: str, text: str) -> Problem:
    """Return the problem with a number that is none of its country's.

    Args:
        parsed: The number as phonenumbers reads it.
        number: Its digits, with a plus if there was one.
        country: Region that it is from; empty: not known.
        text: The cell's text.

    """
    code, plan = parsed.country_code or 0, f"the country code +{parsed.country_code}"
    if (zeros := _needless_zeros(code, number)) is not None:
        prefix, meant = zeros
        what = f"has {prefix} before the number, which is not dialled with {plan}: write {meant} if that is the number."
        return cell_problem("phone_trunk_zero", text, what)
    if _is_local(parsed):
        advice = f"write the whole number{such_as(country, otherwise=', with the area code')}"
        return cell_problem("phone_no_area_code", text, f"seems to lack its area code, for {plan}: {advice}.")
    match _length(parsed, code):
        case ValidationResult.TOO_SHORT | ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            return too_short(text, country, f" for {plan}")
        case ValidationResult.TOO_LONG:
            return too_long(text, f" for {plan}", number)
        case ValidationResult.INVALID_LENGTH:
            return cell_problem("phone_impossible", text, f"has the wrong length for {plan}: check the digits.")
        case _:
            advice = _or_overseas(code, _national(parsed)) or _or_abroad(number)
            return cell_problem("phone_invalid", text, f"is not a number of {plan}: check the digits{advice}.")


def _length(parsed: PhoneNumber, code: int) -> int:
    """Return what is wrong with the number's length, as phonenumbers says it.

    A length that only other numbers of the country have, such as emergency calls, is wrong all the same where one digit
    more, or less, makes it a valid number.
    """
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    if reason != ValidationResult.IS_POSSIBLE:
        return reason
    # phonenumbers may leave the trunk zero of such a number.
    starts = {_national(parsed), _national(parsed).lstrip("0")}
    if any(is_valid(code, f"{start}{_ANY_DIGIT}") for start in starts):
        return ValidationResult.TOO_SHORT
    return ValidationResult.TOO_LONG if any(is_valid(code, start[:-1]) for start in starts) else reason


def _national(parsed: PhoneNumber) -> str:
    """Return the digits behind the country code."""
    return phonenumbers.national_significant_number(parsed)


def _is_local(parsed: PhoneNumber) -> bool:
    """Return whether the number is as long as the country's mobiles or fixed lines are without their area code."""
    local = ValidationResult.IS_POSSIBLE_LOCAL_ONLY
    return len(_national(parsed)) >= _FEWEST_LOCAL and any(
        phonenumbers.is_possible_number_for_type_with_reason(parsed, kind) == local for kind in _ANY_LINE
    )


def _needless_zeros(code: int, number: str) -> tuple[str, str] | None:
    """Return a prefix that the country's numbers do not have, and the number without it, if that is the only fault."""
    national = number.removeprefix("+").removeprefix(str(code))
    if not (zeros := ONCE_DIALLED.get(code, _ZEROS).match(national)) or not is_valid(code, national[zeros.end() :]):
        return None
    return zeros[0], f"+{code}{national[zeros.end() :]}"


def too_short(text: str, country: str, where: str = "") -> Problem:
    """Return the problem with a number that lacks digits; of which plan it is may be said."""
    example = such_as(country, otherwise=", with + and the country code")
    return cell_problem("phone_too_short", text, f"is too short{where}: write the whole number{example}.")


def too_long(text: str, where: str = "", number: str = "") -> Problem:
    """Return the problem with a number that has too many digits; without its plus it may be one of another country."""
    return cell_problem("phone_too_long", text, f"is too long{where}: check for a digit too many{_or_abroad(number)}.")


def _or_abroad(number: str) -> str:
    """Return the advice for a foreign number that lost its plus; it is not accepted, as it may be a typing error."""
    is_foreign = number[:1].isdigit() and is_valid_abroad(number)
    return f", or write +{number} if that is the number" if is_foreign else ""


def _or_overseas(code: int, national: str) -> str:
    """Return the advice for a number that is dialled like those of the country, and has a country code of its own."""
    codes = (one for one in _OVERSEAS.get(code, ()) if is_valid(one, national))
    return next((f", or write +{one}{national} if that is the number" for one in codes), "")
