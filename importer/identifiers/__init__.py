"""What a cell says -> the identifier that the service knows. Pure.

`written` makes digits of what people and spreadsheet programs write; `numbering` finds whose number they are. What can
be read one way only is read, everything else is refused with a code of its own.
"""

from importer.identifiers.numbering import international, is_region, of_country, without_country
from importer.identifiers.written import PLAIN_NUMBER, SCIENTIFIC, from_scientific, tidied, without_decimals, written
from importer.model import Problem

__all__ = ["identify", "is_region"]


def identify(text: str, source: str, country: str, identifier_format: str) -> str | Problem:
    """Return the identifier that the cell's text means, or what is wrong with it.

    Args:
        text: What the cell says.
        source: `whatsapp` makes it a phone number; any other source takes the text as it is.
        country: Region (ISO 3166, upper case) of numbers without a country code; empty: none is assumed.
        identifier_format: `digits`, `e164` (with +), or `as_is`: checked like the others, and sent as it is written.

    """
    if source != "whatsapp":
        return _handle(text)
    number = _phone(text, country)
    if isinstance(number, Problem) or identifier_format == "e164":
        return number
    return number[1:] if identifier_format == "digits" else tidied(text)


def _phone(text: str, country: str) -> str | Problem:
    """Return the number with + and country code, or what is wrong with it."""
    found = PLAIN_NUMBER.fullmatch(text)
    number = (found[1], found[2]) if found else written(text)
    if isinstance(number, Problem):
        return number
    plus, digits = number
    if plus:
        return international(digits, text)
    return of_country(digits, country, text) if country else without_country(digits, text)


def _handle(text: str) -> str | Problem:
    """Return the name or number under which Telegram, Instagram or Facebook know a contact."""
    handle = tidied(text)
    if not handle:
        return Problem(code="identifier_missing", message="The cell is empty: a contact needs an identifier.")
    if SCIENTIFIC.fullmatch(handle):
        return from_scientific(handle, "identifier_digits_lost")
    return without_decimals(handle)
