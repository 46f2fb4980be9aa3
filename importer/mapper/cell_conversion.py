"""How each field is read from a row's cleaned cells: functions made once per sheet and called once per row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from importer.mapper.country_names import country_of
from importer.mapper.header import Feed, Reading, composed
from importer.mapper.options import ContactOptions, CustomFieldOptions
from importer.mapper.phones import identify
from importer.mapper.text_cleanup import one_line
from importer.mapper.value_checks import FieldValue, TextConversion, conversion, splitter
from importer.model.account import FieldType
from importer.model.rows import Problem

TextReading = Callable[[Sequence[str]], str | Problem]
"""From a row's cleaned cells to the text of a field, empty to leave it out, or to what is wrong."""

CountryReading = Callable[[Sequence[str]], str | None]
"""From a row's cells to the region of its phone number (ISO 3166), empty where none is given; None: nobody knows it."""

ValueReading = Callable[[Sequence[str]], FieldValue | Problem]
"""The same for a custom field, whose value may be several texts."""

_NO_COUNTRY = (
    "The cell names no country, and the phone number has no country code: write two letters such as ES, the country's"
    " name, or the number with + and its country code."
)


def country_reading(found: Feed | None, default: str) -> CountryReading:
    """Return how to read where a row's phone number is from."""
    if found is None:
        return lambda _texts: default

    def read(texts: Sequence[str]) -> str | None:
        text = found.read(texts)
        return (country_of(text) or None) if text else default

    return read


def identifier_reading(
    found: Feed, contact: ContactOptions, country: CountryReading, country_label: str
) -> TextReading:
    """Return how to read the identifier; a country that nobody knows is a problem only where the number needs one."""
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


def text_reading(found: Feed, convert: TextConversion, constant: str, *, lines: bool) -> TextReading:
    """Return how to read a field from a column, and the constant where its cell is empty."""

    def read(texts: Sequence[str]) -> str | Problem:
        text = found.read(texts)
        if not text:
            return constant
        value = convert(text if lines else one_line(text))
        return value if isinstance(value, str) else replace(value, column=found.label, value=text)

    return read


def value_reading(found: Feed, field: CustomFieldOptions, tag_separators: str) -> ValueReading:
    """Return how to read a custom field; an empty cell gives an empty text."""
    convert = conversion(field, tag_separators)
    lines = field.type is FieldType.CHECKBOX

    def read(texts: Sequence[str]) -> FieldValue | Problem:
        text = found.read(texts)
        if not text:
            return ""
        value = convert(text if lines else one_line(text))
        return replace(value, column=found.label, value=text) if isinstance(value, Problem) else value

    return read


def tags_reading(
    readings: Sequence[Reading], constants: Sequence[str], separators: str
) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Return how to read a row's tags: the constants first, then the cells', each once whatever its letter case."""
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
    """Return what translates a cell's words: as they are written, else whatever their letter case."""
    exact = {composed(said): sent for said, sent in words.items()}
    folded = {said.casefold(): sent for said, sent in exact.items()}

    def translate(text: str) -> str:
        sent = exact.get(text)
        return folded.get(text.casefold(), text) if sent is None else sent

    return translate
