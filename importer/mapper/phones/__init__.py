"""What a cell says -> the identifier that the service knows. Pure.

`plus_and_digits` makes digits of what people and spreadsheet programs write; `numbering` finds whose number they are, and
`mobiles` knows the countries whose mobiles have two forms. What can be read one way only is read, everything else is
refused with a code of its own.
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
    """Return the identifier that the cell's text means, or what is wrong with it.

    Args:
        text: What the cell says.
        source: `whatsapp` makes it a phone number; any other source takes the text as it is.
        country: Region (ISO 3166, upper case) of numbers without a country code; empty: none is assumed.
        identifier_format: `digits`, `e164` (with +), or `as_is`: checked like the others, and sent as it is written.
        form: `with` or `without` the digit that some countries' mobiles have in one of their two forms, or
            `as_written`; a number that is sent as it is stays in its form.

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
    """Return the number with + and country code, or what is wrong with it."""
    found = PLAIN_NUMBER.fullmatch(text)
    number = (found[1], found[2]) if found else plus_and_digits(text)
    if isinstance(number, Problem):
        return number
    plus, digits = number
    if plus:
        return international(digits, text)
    return of_country(digits, country, text) if country else without_country(digits, text)


def _handle(text: str) -> str | Problem:
    """Return the name or number under which Telegram, Instagram or Facebook know a contact."""
    handle = cleaned_phone(text)
    if not handle:
        return Problem(code="identifier_missing", message="The cell is empty: a contact needs an identifier.")
    if SCIENTIFIC.fullmatch(handle):
        return from_scientific(handle, "identifier_digits_lost")
    return without_decimals(handle)
