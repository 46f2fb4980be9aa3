"""The identifier of a row's contact: from one column or several, with the country of a number that has no code."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from importer.mapper.clear_mark import never_cleared
from importer.mapper.contact_fields import TextReading
from importer.mapper.header import Feed, first_filled
from importer.mapper.messages import quoted
from importer.mapper.options import ContactOptions, IdentifierFormat
from importer.mapper.phones import NUMBERS_APART, identify, numbers_in, one_number, undecorated
from importer.mapper.phones.countries import country_of
from importer.model.rows import Problem

CountryReading = Callable[[Sequence[str]], str | None]
"""From a row's cells to the region of its phone number (ISO 3166), empty where none is given; None: it is unknown."""

_NO_COUNTRY = (
    "The cell names no country, and the phone number has no country code: write two letters such as ES, the country's"
    " name, or the number with + and its country code."
)


def number_feed(feeds: Sequence[Feed], contact: ContactOptions, country: CountryReading) -> Feed:
    """Return the feed of the one number of a row, of those in one or several columns."""
    if contact.source != "whatsapp":
        return first_filled(feeds)

    def read(texts: Sequence[str]) -> str:
        text = NUMBERS_APART.join(filter(None, (feed.read(texts) for feed in feeds)))
        return one_number(text, country(texts) or "", contact.several)

    return replace(first_filled(feeds), read=read)


def country_reading(found: Feed | None, default: str) -> CountryReading:
    """Return how to read the country of a row's phone number.

    Args:
        found: The column of countries; None: there is none.
        default: The country where the cell is empty, or where there is no column.

    """
    if found is None:
        return lambda _texts: default
    return lambda texts: (country_of(text) or None) if (text := found.read(texts)) else default


def identifier_reading(
    found: Feed, feeds: Sequence[Feed], contact: ContactOptions, country: CountryReading, country_feed: Feed | None
) -> TextReading:
    """Return how to read the identifier; an unknown country is a problem only where the number needs one.

    Args:
        found: The feed of the one number of a row.
        feeds: The columns from which it comes.
        contact: What the config says.
        country: How the country of a row's number is read.
        country_feed: The column of countries; None: there is none.

    """

    def read(texts: Sequence[str]) -> str | Problem:
        text, region = found.read(texts), country(texts)
        value = identify(text, contact.source, region or "", contact.sent_form)
        if isinstance(value, str):
            return value
        if region is None and country_feed and value.code == "phone_no_country":
            return Problem(code="country_unknown", column=country_feed.label, message=_NO_COUNTRY)
        if other := _other_number(text, feeds, texts, contact, country):
            wrong, instead = other
            advice = f"{value.message} Or empty the cell: then {quoted(instead)} is used."
            return replace(value, column=wrong.label, value=text, message=advice)
        return replace(value, column=found.label, value=text)

    return never_cleared(read, found, "identifier", contact.clear_mark)


def _other_number(
    text: str, feeds: Sequence[Feed], texts: Sequence[str], contact: ContactOptions, country: CountryReading
) -> tuple[Feed, str] | None:
    """Return the column that has the wrong number, and the right number of the others; None: they have none.

    Args:
        text: The wrong number.
        feeds: The columns of identifiers.
        texts: The row's cleaned cells.
        contact: What the config says.
        country: How the country of a row's number is read.

    """
    if len(feeds) == 1 or contact.source != "whatsapp":
        return None
    place = next((at for at, feed in enumerate(feeds) if text in numbers_in(feed.read(texts))), 0)
    instead = number_feed((*feeds[:place], *feeds[place + 1 :]), contact, country).read(texts)
    is_right = isinstance(identify(instead, contact.source, country(texts) or ""), str)
    return (feeds[place], instead) if is_right else None


def as_sent(found: Feed, contact: ContactOptions) -> Callable[[str, Sequence[str]], str]:
    """Return how an identifier is written in a request, by itself and the row's cleaned cells."""
    if contact.source != "whatsapp" or contact.identifier_format is IdentifierFormat.DIGITS:
        return lambda identifier, _texts: identifier
    if contact.identifier_format is IdentifierFormat.E164:
        return lambda identifier, _texts: f"+{identifier}"
    return lambda _identifier, texts: undecorated(found.read(texts))
