"""Convert a cell's text to a contact's identifier: a valid phone number, or another service's handle. Pure.

`notation` turns what people and spreadsheet programs write into digits, `numbering_plans` validates them by country,
and `mobile_forms` knows the countries whose mobile numbers have two forms. Only what is unambiguous is accepted;
everything else is a problem with a code of its own.
"""

from importer.mapper.phones.mobile_forms import in_form, mobile_form
from importer.mapper.phones.notation import (
    PLAIN_NUMBER,
    SCIENTIFIC,
    cleaned_phone,
    from_scientific,
    plus_and_digits,
    without_decimals,
)
from importer.mapper.phones.numbering_plans import (
    NUMBERING_VERSION,
    international,
    lost_zero,
    of_country,
    without_country,
)
from importer.mapper.phones.regions import is_region, region_dialled, region_names
from importer.model.rows import Problem

__all__ = [
    "NUMBERING_VERSION",
    "identify",
    "is_region",
    "lost_zero",
    "mobile_form",
    "region_dialled",
    "region_names",
]


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
    number = _phone(text, country)
    if isinstance(number, Problem):
        return number
    if identifier_format == "as_is":
        return cleaned_phone(text)
    digits = in_form(number[1:], form)
    return digits if identifier_format == "digits" else f"+{digits}"


def _phone(text: str, country: str) -> str | Problem:
    """Return the number in E.164 form (+ and country code), or the problem with it."""
    found = PLAIN_NUMBER.fullmatch(text)
    number = (found[1], found[2]) if found else plus_and_digits(text)
    if isinstance(number, Problem):
        return number
    plus, digits = number
    if plus:
        return international(digits, text)
    return of_country(digits, country, text) if country else without_country(digits, text)


def _handle(text: str) -> str | Problem:
    """Return the identifier of a Telegram, Instagram or Facebook contact."""
    handle = cleaned_phone(text)
    if not handle:
        return Problem(code="identifier_missing", message="The cell is empty: a contact needs an identifier.")
    if SCIENTIFIC.fullmatch(handle):
        return from_scientific(handle, "identifier_digits_lost")
    return without_decimals(handle)
