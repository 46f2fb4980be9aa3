"""Whether a number is one of its country's numbering plan, with phonenumbers."""

import functools

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType

from importer.model.phone_forms import in_form

MOST_DIGITS = 15
"""With the country code (ITU-T E.164)."""

FORM_OF_THE_PLAN = {52: "without", 55: "with"}
"""Per country code: the form of mobile numbers that its plan has today. Only for validation, never to send.

WhatsApp still knows Mexican mobiles as 521, and many Brazilian ones without the ninth digit.
"""


def number_of(code: int, national: str) -> PhoneNumber:
    """Return the number of a country code and the digits behind it, as phonenumbers has it."""
    zeros = len(national) - len(national.lstrip("0"))
    return PhoneNumber(
        country_code=code,
        national_number=int(national),
        italian_leading_zero=True if zeros else None,
        number_of_leading_zeros=zeros or None,
    )


def is_valid_abroad(digits: str) -> bool:
    """Return whether the digits, with country code, are a valid number; no country code begins with a zero."""
    for length in () if digits.startswith("0") else (1, 2, 3):
        if (code := int(digits[:length])) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return is_valid(code, digits[length:])
    return False


def is_valid(code: int, national: str) -> bool:
    """Return whether the number is valid in the country's plan.

    Called before `phonenumbers.parse`, which takes twice as long and is needed only for trunk prefixes.
    """
    if not 0 < len(national) <= MOST_DIGITS:
        return False
    if _is_of_a_person(number_of(code, national)):
        return True
    form = FORM_OF_THE_PLAN.get(code)
    return form is not None and _is_of_a_person(number_of(code, in_form(f"{code}{national}", form)[2:]))


def _is_of_a_person(number: PhoneNumber) -> bool:
    """Return whether the number is valid, and no voicemail: such is an Italian mobile with one digit too many."""
    if not phonenumbers.is_valid_number(number):
        return False
    return not _has_voicemail(number.country_code or 0) or phonenumbers.number_type(number) != PhoneNumberType.VOICEMAIL


@functools.cache
def _has_voicemail(code: int) -> bool:
    """Return whether a country's plan has numbers of voicemail: only of those has each number to be looked up twice."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code, ())
    plans = filter(None, map(phonenumbers.PhoneMetadata.metadata_for_region, regions))
    return any(plan.voicemail is not None and plan.voicemail.national_number_pattern for plan in plans)
