"""Read each field from a row's cleaned cells: functions that are made once per sheet and called once per row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from importer.mapper.country_names import country_of
from importer.mapper.header import Feed, Reading, composed
from importer.mapper.options import ContactOptions, CustomFieldOptions
from importer.mapper.phones import identify
from importer.mapper.text_cleanup import one_line
from importer.mapper.value_checks import FieldValue, conversion, splitter
from importer.model.account import FieldType
from importer.model.rows import Problem

Value = TypeVar("Value", bound=FieldValue)

TextReading = Callable[[Sequence[str]], str | Problem]
"""From a row's cleaned cells to the text of a field, empty to leave it out, or to a problem."""

ValueReading = Callable[[Sequence[str]], FieldValue | Problem]
"""The same for a custom field, whose value may be several texts."""

CountryReading = Callable[[Sequence[str]], str | None]
"""From a row's cells to the region of its phone number (ISO 3166), empty where none is given; None: it is unknown."""

_NO_COUNTRY = (
    "The cell names no country, and the phone number has no country code: write two letters such as ES, the country's"
    " name, or the number with + and its country code."
)


def country_reading(found: Feed | None, default: str) -> CountryReading:
    """Return how to read the country of a row's phone number."""
    if found is None:
        return lambda _texts: default

    def read(texts: Sequence[str]) -> str | None:
        text = found.read(texts)
        return (country_of(text) or None) if text else default

    return read


def identifier_reading(
    found: Feed, contact: ContactOptions, country: CountryReading, country_label: str
) -> TextReading:
    """Return how to read the identifier; an unknown country is a problem only where the number needs one."""
    form = contact.mobile_form

    def read(texts: Sequence[str]) -> str | Problem:
        text, region = found.read(texts), country(texts)
        value = identify(text, contact.source, region or "", contact.identifier_format, form)
        if isinstance(value, str):
            return value
        if region is None and value.code == "phone_no_country":
            return Problem(code="country_unknown", column=country_label, message=_NO_COUNTRY)
        return replace(value, column=found.label, value=text)

    return read


def field_reading(
    found: Feed, convert: Callable[[str], Value | Problem], constant: str, *, lines: bool
) -> Callable[[Sequence[str]], Value | str | Problem]:
    """Return how to read a field from its column.

    Args:
        found: Where its text comes from.
        convert: From the text, which is not empty, to the value.
        constant: The value where the cell is empty.
        lines: Whether the text may have several lines; else they are joined.

    """

    def read(texts: Sequence[str]) -> Value | str | Problem:
        text = found.read(texts)
        if not text:
            return constant
        value = convert(text if lines else one_line(text))
        return replace(value, column=found.label, value=text) if isinstance(value, Problem) else value

    return read


def custom_field_reading(found: Feed, field: CustomFieldOptions, tag_separators: str) -> ValueReading:
    """Return how to read a custom field; an empty cell gives an empty text."""
    return field_reading(found, conversion(field, tag_separators), "", lines=field.type is FieldType.CHECKBOX)


def tags_reading(
    readings: Sequence[Reading], constants: Sequence[str], separators: str
) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Return how to read a row's tags: the constants, then the cells', without duplicates (letter case ignored)."""
    split = splitter(separators)
    same = {text.casefold(): text for constant in reversed(constants) if (text := constant.strip())}
    same = dict(reversed(same.items()))
    always = tuple(same.values())

    def read(texts: Sequence[str]) -> tuple[str, ...]:
        tags = None
        for reading in readings:
            if text := reading(texts):
                tags = same.copy() if tags is None else tags
                for tag in split(text):
                    tags.setdefault(tag.casefold(), tag)
        return always if tags is None else tuple(tags.values())

    return read


def translation(words: Mapping[str, str]) -> Callable[[str], str]:
    """Return the translation of a cell's text: by an exact match, else by one that ignores letter case."""
    exact = {composed(text): sent for text, sent in words.items()}
    folded = {text.casefold(): sent for text, sent in exact.items()}

    def translate(text: str) -> str:
        sent = exact.get(text)
        return folded.get(text.casefold(), text) if sent is None else sent

    return translate
