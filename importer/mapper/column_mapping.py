"""The column mapping: the config applied to one sheet's header; mapping a row then needs only indices and functions."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from importer.mapper.contact_fields import (
    TextField,
    TextReading,
    ValueReading,
    field_reading,
    is_uuid,
    one_line,
    tags_reading,
    text_fields,
    translation,
)
from importer.mapper.custom_fields import conversion
from importer.mapper.header import Feed, HeaderSearch
from importer.mapper.messages import cell_problem, listed, quoted
from importer.mapper.options import ColumnOptions, ContactOptions, IdentifierFormat, MappingOptions, MobileForm
from importer.mapper.phones import cleaned_phone, identify
from importer.mapper.phones.countries import country_of, is_region
from importer.model.account import Directory, FieldType
from importer.model.rows import Problem

CountryReading = Callable[[Sequence[str]], str | None]
"""From a row's cells to the region of its phone number (ISO 3166), empty where none is given; None: it is unknown."""

_NO_COUNTRY = (
    "The cell names no country, and the phone number has no country code: write two letters such as ES, the country's"
    " name, or the number with + and its country code."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedColumn:
    """A column that feeds a field."""

    index: int
    header: str
    words: Callable[[str], str] | None
    """Translates the cell's text under `[values]`; None where the config translates nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """How the rows of one sheet become contacts; made by `plan_mapping`, used by `to_contact`."""

    width: int
    """Columns of the header."""
    used: tuple[UsedColumn, ...]
    left_over: tuple[str, ...]
    """Headers of the columns that feed no field; they are reported."""
    source: str
    identifier_feed: Feed
    identifier: TextReading
    """A phone number as digits with country code, whatever is sent."""
    as_sent: Callable[[str, Sequence[str]], str]
    """From that identifier and the row's cells to the text that is sent."""
    country: CountryReading
    name: TextReading
    tags: Callable[[Sequence[str]], tuple[str, ...]]
    custom_fields: tuple[tuple[str, ValueReading], ...]
    """Name in Callbell, and how to read it."""
    text_fields: tuple[tuple[str, TextReading], ...]
    """Attribute of `Contact`, and how to read it."""


def uses_teams(options: MappingOptions) -> bool:
    """Return whether the account must be asked for its teams: some are, or may be, named instead of given by UUID."""
    return bool(options.columns.team) or not (options.contact.team == "" or is_uuid(options.contact.team))


def uses_channels(options: MappingOptions) -> bool:
    """Return whether the account must be asked for its channels."""
    return bool(options.columns.channel) or not (options.contact.channel == "" or is_uuid(options.contact.channel))


def plan_mapping(
    header: tuple[str, ...], options: MappingOptions, directory: Directory | None
) -> ColumnMapping | tuple[Problem, ...]:
    """Return the column mapping of a sheet, or every reason why the config does not fit it.

    Args:
        header: The sheet's headers.
        options: What the config says.
        directory: The account's teams and channels; None where it was not asked: then names are not resolved, and
            contacts of this mapping must not be sent.

    """
    search = HeaderSearch(header, options.made_for)
    contact, columns = options.contact, options.columns
    identifier = _required(search, columns, "identifier")
    name = _required(search, columns, "name")
    tags = [found.read for text in columns.tags if (found := search.feed(text, "[columns] tags"))]
    texts = tuple(_text_field(search, options, field) for field in text_fields(directory))
    custom_fields = tuple(_custom_fields(search, columns))
    places = ((search.place(header, "[values]"), words) for header, words in options.values.items())
    words = {place: translation(words) for place, words in places if place is not None}
    region = _region(search, contact.country)
    country_feed = search.feed(columns.country, "[columns] country")
    if search.problems or not identifier or not name:
        return tuple(search.problems)
    country = _country_reading(country_feed, region)
    return ColumnMapping(
        width=len(header),
        used=tuple(UsedColumn(index=at, header=header[at], words=words.get(at)) for at in sorted(search.used)),
        left_over=search.left_over(),
        source=contact.source,
        identifier_feed=identifier,
        identifier=_identifier_reading(identifier, contact, country, country_feed),
        as_sent=_as_sent(identifier, contact),
        country=country,
        name=_name_reading(name),
        tags=tags_reading(tags, contact.tags, columns.tag_separators),
        custom_fields=custom_fields,
        text_fields=texts,
    )


def _required(search: HeaderSearch, columns: ColumnOptions, field: str) -> Feed | None:
    if text := getattr(columns, field):
        return search.feed(text, f"[columns] {field}")
    message = (
        f"No column is named for the {field}, which every contact needs: set {field} under [columns] of the config"
        f" to one of {listed(filter(None, search.header))}."
    )
    search.problems.append(Problem(code=f"{field}_unmapped", message=message))
    return None


def _text_field(search: HeaderSearch, options: MappingOptions, field: TextField) -> tuple[str, TextReading]:
    """Return how to read a field that a column, or the same text for every row, feeds."""
    constant = getattr(options.contact, field.key)
    sent = field.check(constant) if constant else ""
    if isinstance(sent, Problem):
        search.problems.append(replace(sent, value=constant, message=f"[contact] {field.key}: {sent.message}"))
        sent = ""
    found = search.feed(getattr(options.columns, field.key), f"[columns] {field.key}")
    return field.attribute, field_reading(found, field.check, sent, lines=field.has_lines)


def _custom_fields(search: HeaderSearch, columns: ColumnOptions) -> Iterator[tuple[str, ValueReading]]:
    for field in columns.custom_fields:
        found = search.feed(field.column, f"[columns.custom_fields] {quoted(field.name)}")
        convert = conversion(field, columns.tag_separators)
        yield field.name, field_reading(found, convert, "", lines=field.type is FieldType.CHECKBOX)


def _region(search: HeaderSearch, country: str) -> str:
    """Return the region of numbers without a country code."""
    region = country.strip().upper()
    if region and not is_region(region):
        what = "is not the code of a country: write two letters such as ES (the United Kingdom is GB)."
        search.problems.append(cell_problem("country_unknown", country, what))
    return region


def _name_reading(found: Feed) -> TextReading:
    def read(texts: Sequence[str]) -> str | Problem:
        if name := one_line(found.read(texts)):
            return name
        where = f"{'the column' if len(found.headers) == 1 else 'the columns'} {listed(found.headers)}"
        message = f"There is no name in {where}: every contact needs one."
        return Problem(code="name_missing", column=found.label, message=message)

    return read


def _country_reading(found: Feed | None, default: str) -> CountryReading:
    """Return how to read the country of a row's phone number."""
    if found is None:
        return lambda _texts: default
    return lambda texts: (country_of(text) or None) if (text := found.read(texts)) else default


def _identifier_reading(
    found: Feed, contact: ContactOptions, country: CountryReading, country_feed: Feed | None
) -> TextReading:
    """Return how to read the identifier; an unknown country is a problem only where the number needs one."""
    is_as_is = contact.identifier_format is IdentifierFormat.AS_IS
    form = MobileForm.AS_WRITTEN if is_as_is else contact.mobile_form

    def read(texts: Sequence[str]) -> str | Problem:
        text, region = found.read(texts), country(texts)
        value = identify(text, contact.source, region or "", form)
        if isinstance(value, str):
            return value
        if region is None and country_feed and value.code == "phone_no_country":
            return Problem(code="country_unknown", column=country_feed.label, message=_NO_COUNTRY)
        return replace(value, column=found.label, value=text)

    return read


def _as_sent(found: Feed, contact: ContactOptions) -> Callable[[str, Sequence[str]], str]:
    if contact.source != "whatsapp" or contact.identifier_format is IdentifierFormat.DIGITS:
        return lambda identifier, _texts: identifier
    if contact.identifier_format is IdentifierFormat.E164:
        return lambda identifier, _texts: f"+{identifier}"
    return lambda _identifier, texts: cleaned_phone(found.read(texts))
