"""The column mapping: the config applied to one sheet's header; mapping a row then needs only indices and functions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import repeat

from importer.mapper.clear_mark import CLEARABLE, ClearMark, never_cleared, plan_clear_mark
from importer.mapper.contact_fields import (
    TextField,
    TextReading,
    ValueReading,
    field_reading,
    is_uuid,
    name_reading,
    optional_reading,
    tags_reading,
    text_fields,
)
from importer.mapper.custom_fields import conversion
from importer.mapper.header import Feed, HeaderSearch, first_filled, texts_of
from importer.mapper.identifier import CountryReading, as_sent, country_reading, identifier_reading, number_feed
from importer.mapper.messages import cell_problem, listed, quoted
from importer.mapper.options import (
    REQUIRED,
    ColumnOptions,
    MappingOptions,
    OnBadValue,
)
from importer.mapper.phones.countries import is_region
from importer.mapper.text_damage import text_flaw
from importer.mapper.translations import translations
from importer.model.account import Directory, FieldType
from importer.model.rows import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedColumn:
    """A column that feeds a field."""

    index: int
    header: str
    words: Callable[[str], str] | None
    """Translates the cell's text under `[values]`; None where the config translates nothing."""
    flaw: Callable[[str], Problem | None] | None
    """From the cell as it was read to what is wrong with its text; None where texts are not sent as they are."""
    repairs: bool
    """Whether damaged texts are repaired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """How the rows of one sheet become contacts; made by `plan_mapping`, used by `to_contact`."""

    width: int
    """Columns of the header."""
    used: tuple[UsedColumn, ...]
    left_over: tuple[str, ...]
    """Headers of the columns that feed no field; they are reported."""
    strict_text: bool
    """Whether a text that is damaged or stands for nothing makes a row invalid."""
    source: str
    identifier_feed: Feed
    """Chooses between columns, and between numbers in a cell."""
    identifier_columns: tuple[Feed, ...]
    """The columns from which it chooses."""
    person_places: frozenset[int]
    """Of the columns that tell whose row it is: number, country and channel."""
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
    fed: frozenset[str]
    """As in `Contact`."""
    clear_mark: ClearMark
    may_be_left_out: tuple[Callable[[Sequence[str]], object], ...] = ()
    """The readings whose problems cost only their field."""


def uses_teams(options: MappingOptions) -> bool:
    """Return whether the account must be asked for its teams: some are, or may be, named instead of given by UUID."""
    return bool(options.columns.team) or not (options.contact.team == "" or is_uuid(options.contact.team))


def uses_channels(options: MappingOptions) -> bool:
    """Return whether the account must be asked for its channels."""
    return bool(options.columns.channel) or not (options.contact.channel == "" or is_uuid(options.contact.channel))


def uses_users(options: MappingOptions) -> bool:
    """Return whether contacts are assigned to users, some of whom may be named."""
    return bool(options.columns.assigned_user or options.contact.assigned_user)


def plan_mapping(
    header: tuple[str, ...], options: MappingOptions, directory: Directory | None
) -> ColumnMapping | tuple[Problem, ...]:
    """Return the column mapping of a sheet, or every reason why the config does not fit it.

    Args:
        header: The sheet's headers.
        options: What the config says.
        directory: The account's teams, channels and users; None: names are not resolved, so nothing may be sent.

    """
    search, contact, columns = HeaderSearch(header, options.made_for), options.contact, options.columns
    identifier, name = map(partial(_required, search, columns), REQUIRED)
    tags = [found.read for text in columns.tags if (found := search.feed(text, "[columns] tags", is_text=True))]
    read_texts, read_fields = _optional_fields(search, options, directory)
    words, (country, country_feed) = translations(search, options), _country(search, options)
    if search.problems or not identifier or not name:
        return tuple(search.problems)
    number = number_feed(identifier, contact, country)
    wrap = partial(optional_reading, leaves_out=contact.on_bad_value is OnBadValue.LEAVE_OUT)
    return ColumnMapping(
        width=len(header),
        used=tuple(_used_columns(search, words, name, repairs=contact.repair_text)),
        left_over=search.left_over(),
        strict_text=contact.strict_text,
        source=contact.source,
        identifier_feed=number,
        identifier_columns=identifier,
        person_places=_places_of(number, country_feed, search.feed(columns.channel, "[columns] channel")),
        identifier=identifier_reading(number, identifier, contact, country, country_feed),
        as_sent=as_sent(number, contact),
        country=country,
        name=never_cleared(name_reading(one := first_filled(name)), one, "name", contact.clear_mark),
        tags=tags_reading(tags, contact.tags, columns.tag_separators),
        custom_fields=tuple((name, wrap(read)) for name, read in read_fields),
        text_fields=tuple((name, wrap(read)) for name, read in read_texts),
        fed=_fed(options),
        clear_mark=plan_clear_mark(search, options),
        may_be_left_out=tuple(read for _, read in (*read_texts, *read_fields) if wrap.keywords["leaves_out"]),
    )


def _fed(options: MappingOptions) -> frozenset[str]:
    """Return the fields that a column or a constant feeds, named as in `Contact`; custom fields by their names."""
    columns, contact = options.columns, options.contact
    fields = text_fields(None, contact.source)  # no name is looked up for that
    texts = (one.attribute for one in fields if getattr(columns, one.key) or getattr(contact, one.key))
    tags = ("tags",) if columns.tags or contact.tags else ()
    return frozenset(("name", *tags, *texts, *(one.name for one in columns.custom_fields)))


def _used_columns(
    search: HeaderSearch, words: Mapping[int, Callable[[str], str]], name: Sequence[Feed], *, repairs: bool
) -> Iterator[UsedColumn]:
    """Yield the columns that feed a field, in the header's order."""
    of_name = {header for feed in name for header in feed.headers}
    for at in sorted(search.used):
        header, is_text = search.header[at], at in search.texts
        flaw = partial(text_flaw, is_name=header in of_name, repairs=repairs) if is_text else None
        yield UsedColumn(index=at, header=header, words=words.get(at), flaw=flaw, repairs=repairs and is_text)


def _required(search: HeaderSearch, columns: ColumnOptions, field: str) -> tuple[Feed, ...]:
    if texts := texts_of(getattr(columns, field)):
        find = partial(search.feed, is_text=field == "name")
        return tuple(filter(None, map(find, texts, repeat(f"[columns] {field}"))))
    message = (
        f"No column is named for the {field}, which every contact needs: set {field} under [columns] of the config"
        f" to one of {listed(filter(None, search.header))}."
    )
    search.problems.append(Problem(code=f"{field}_unmapped", message=message))
    return ()


def _places_of(*feeds: Feed | None) -> frozenset[int]:
    return frozenset(place for feed in feeds if feed for place in feed.places)


def _optional_fields(
    search: HeaderSearch, options: MappingOptions, directory: Directory | None
) -> tuple[tuple[tuple[str, TextReading], ...], tuple[tuple[str, ValueReading], ...]]:
    """Return how to read the fields that a contact need not have, each with its name: texts, and custom fields."""
    texts = map(partial(_text_field, search, options), text_fields(directory, options.contact.source))
    return tuple(texts), tuple(_custom_fields(search, options.columns))


def _text_field(search: HeaderSearch, options: MappingOptions, field: TextField) -> tuple[str, TextReading]:
    """Return how to read a field that a column, or the same text for every row, feeds."""
    constant = getattr(options.contact, field.key)
    sent = field.check(constant) if constant else ""
    if isinstance(sent, Problem):
        search.problems.append(replace(sent, value=constant, message=f"[contact] {field.key}: {sent.message}"))
        sent = ""
    found = search.feed(getattr(options.columns, field.key), f"[columns] {field.key}", is_text=field.has_lines)
    read = field_reading(found, field.check, sent, lines=field.has_lines)
    mark = "" if field.key in CLEARABLE else options.contact.clear_mark
    return field.attribute, never_cleared(read, found, field.key, mark)


def _custom_fields(search: HeaderSearch, columns: ColumnOptions) -> Iterator[tuple[str, ValueReading]]:
    for field in columns.custom_fields:
        is_text = field.type is FieldType.TEXT
        found = search.feed(field.column, f"[columns.custom_fields] {quoted(field.name)}", is_text=is_text)
        convert = conversion(field, columns.tag_separators)
        lines = is_text or field.type is FieldType.CHECKBOX
        yield field.name, field_reading(found, convert, "", lines=lines)


def _country(search: HeaderSearch, options: MappingOptions) -> tuple[CountryReading, Feed | None]:
    """Return how to read the country of a row's number, and the column that it is in, if there is one."""
    region = _region(search, options.contact.country)
    found = search.feed(options.columns.country, "[columns] country")
    return country_reading(found, region), found


def _region(search: HeaderSearch, country: str) -> str:
    """Return the region of numbers without a country code."""
    region = country.strip().upper()
    if region and not is_region(region):
        what = "is not the code of a country: write two letters such as ES (the United Kingdom is GB)."
        search.problems.append(cell_problem("country_unknown", country, what))
    return region
