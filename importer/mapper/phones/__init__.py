"""Convert a cell's text to a contact's identifier: a valid phone number, or another service's handle. Pure.

`notation` turns what people and spreadsheet programs write into digits, `numbering_plans` validates them by country,
and `countries` knows the countries' names. Only what is unambiguous is accepted; everything else is a problem with a
code of its own.

Mobile numbers of three countries have two forms: Mexico's 52 and 521, Argentina's 54 and 549, Brazil's with and without
the 9. A Mexican or Argentine number in the shorter form may be a mobile or a landline, and for a landline the longer
form is wrong. So numbers are rewritten only where the config asks for it.
"""

import re

from importer.mapper.phones.notation import (
    PLAIN_NUMBER,
    SCIENTIFIC,
    cleaned_phone,
    from_scientific,
    plus_and_digits,
    without_decimals,
)
from importer.mapper.phones.numbering_plans import e164
from importer.model.rows import Problem

_LONG = re.compile(r"(52)1([0-9]{10})|(54)9([0-9]{10})|(55[1-9][0-9])9([6-9][0-9]{7})")
_SHORT = re.compile(r"(52)([2-9][0-9]{9})|(54)([1-8][0-9]{9})|(55[1-9][0-9])([6-9][0-9]{7})")
_MOBILE_DIGIT = {"52": "1", "54": "9", "55": "9"}


def identify(text: str, source: str, country: str, identifier_format: str, form: str = "as_written") -> str | Problem:
    """Return the identifier in the cell's text, or the problem with it.

    Args:
        text: The cell's text.
        source: `whatsapp` makes it a phone number; any other source takes the text as it is.
        country: Region (ISO 3166, upper case) of numbers without a country code; empty: none is assumed.
        identifier_format: `digits`, `e164` (with +), or `as_is`: checked like the others, and sent as it is written.
        form: `with` or `without` the extra digit that some countries' mobile numbers can have, or `as_written`;
            with `as_is` the number is not rewritten.

    """
    if source != "whatsapp":
        return _handle(text)
    plain = PLAIN_NUMBER.fullmatch(text)
    written = (plain[1], plain[2]) if plain else plus_and_digits(text)
    number = written if isinstance(written, Problem) else e164(*written, country, text)
    if isinstance(number, Problem):
        return number
    if identifier_format == "as_is":
        return cleaned_phone(text)
    digits = in_form(number[1:], form)
    return digits if identifier_format == "digits" else f"+{digits}"


def _handle(text: str) -> str | Problem:
    """Return the identifier of a Telegram, Instagram or Facebook contact."""
    handle = cleaned_phone(text)
    if not handle:
        return Problem(code="identifier_missing", message="The cell is empty: a contact needs an identifier.")
    if SCIENTIFIC.fullmatch(handle):
        return from_scientific(handle, "identifier_digits_lost")
    return without_decimals(handle)


def mobile_form(digits: str) -> tuple[str, bool] | None:
    """Return the country code and whether the mobile digit is there; None for numbers with only one form.

    Args:
        digits: The number with its country code and without a plus.

    """
    if digits[:2] not in _MOBILE_DIGIT:  # most numbers
        return None
    if _LONG.fullmatch(digits):
        return digits[:2], True
    return (digits[:2], False) if _SHORT.fullmatch(digits) else None


def in_form(digits: str, form: str) -> str:
    """Return the number in the given form; a number with only one form as it is.

    Args:
        digits: The number with its country code and without a plus.
        form: `with` or `without` the mobile digit, or `as_written`.

    """
    if form == "as_written" or digits[:2] not in _MOBILE_DIGIT:
        return digits
    found = (_SHORT if form == "with" else _LONG).fullmatch(digits)
    if not found:
        return digits
    before, after = filter(None, found.groups())
    return f"{before}{_MOBILE_DIGIT[digits[:2]]}{after}" if form == "with" else before + after
