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
from importer.mapper.custom_fields import conversion, is_date_format
from importer.mapper.header import OWN_COLUMNS, Feed, feed, find, renamed_to
from importer.mapper.messages import listed, quoted
from importer.mapper.options import ContactOptions, MappingOptions
from importer.mapper.phones import identify
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
    planner = _Planner(header, options)
    contact, columns = options.contact, options.columns
    identifier, name = planner.required("identifier"), planner.required("name")
    tags = tuple(planner.feeds("tags", *columns.tags))
    texts = tuple(map(planner.text_field, text_fields(directory)))
    custom_fields = tuple(planner.custom_fields())
    words, region = planner.words(), planner.region()
    country_feed = next(planner.feeds("country", columns.country), None)
    if planner.problems or not identifier or not name:
        return tuple(planner.problems)
    country = _country_reading(country_feed, region)
    used, others = sorted(planner.used), (name for place, name in enumerate(header) if place not in planner.used)
    return ColumnMapping(
        width=len(header),
        used=tuple(UsedColumn(index=place, header=header[place], words=words.get(place)) for place in used),
        left_over=tuple(name for name in others if name and name.casefold() not in OWN_COLUMNS),
        source=contact.source,
        identifier_feed=identifier,
        identifier=_identifier_reading(identifier, contact, country, country_feed),
        country=country,
        name=_name_reading(name),
        tags=tags_reading([found.read for found in tags], contact.tags, columns.tag_separators),
        custom_fields=custom_fields,
        text_fields=texts,
    )


class _Planner:
    """Applies the config to one header and collects what does not fit."""

    def __init__(self, header: tuple[str, ...], options: MappingOptions) -> None:
        self.problems: list[Problem] = []
        self.used: set[int] = set()
        self._header = header
        self._options = options

    def feeds(self, field: str, *texts: str) -> Iterator[Feed]:
        """Yield where a field's text comes from, for each text that the config has for it and that fits."""
        return filter(None, (self._feed(f"[columns] {field}", text) for text in texts if text))

    def _feed(self, key: str, text: str) -> Feed | None:
        found = feed(self._header, text, key)
        if isinstance(found, Feed):
            self.used.update(found.indices)
            return found
        for problem in found:
            self._add_unfound(problem, key)
        return None

    def _add_unfound(self, problem: Problem, key: str) -> None:
        """Add the problem; to an unknown column what may have become of it since the config was made."""
        if problem.code == "column_unknown" and self._options.made_for:
            became = renamed_to(problem.column, self._options.made_for, self._header)
            message = f"{key} names the column {quoted(problem.column)}, which {became}."
            problem = replace(problem, code="column_gone", message=message)
        self.problems.append(problem)

    def required(self, field: str) -> Feed | None:
        if text := getattr(self._options.columns, field):
            return self._feed(f"[columns] {field}", text)
        message = (
            f"No column is named for the {field}, which every contact needs: set {field} under [columns] of the config"
            f" to one of {listed(filter(None, self._header))}."
        )
        self.problems.append(Problem(code=f"{field}_unmapped", message=message))
        return None

    def text_field(self, field: TextField) -> tuple[str, TextReading]:
        """Return how to read a field that a column, or the same text for every row, feeds."""
        text, constant = getattr(self._options.columns, field.key), getattr(self._options.contact, field.key)
        sent = field.check(constant) if constant else ""
        if isinstance(sent, Problem):
            message = f"[contact] {field.key}: {sent.message}"
            self.problems.append(replace(sent, value=constant, message=message))
            sent = ""
        found = self._feed(f"[columns] {field.key}", text) if text else None
        read = field_reading(found, field.check, sent, lines=field.has_lines) if found else lambda _: sent
        return field.attribute, read

    def custom_fields(self) -> Iterator[tuple[str, ValueReading]]:
        columns = self._options.columns
        for field in columns.custom_fields:
            key = f"[columns.custom_fields] {quoted(field.name)}"
            if field.type is FieldType.DATE and field.format and not is_date_format(field.format):
                message = f'{key}: {quoted(field.format)} is not a format with day, month and year, such as "%d/%m/%Y".'
                self.problems.append(Problem(code="date_format_invalid", value=field.format, message=message))
            if found := self._feed(key, field.column):
                convert = conversion(field, columns.tag_separators)
                yield field.name, field_reading(found, convert, "", lines=field.type is FieldType.CHECKBOX)

    def words(self) -> dict[int, Callable[[str], str]]:
        """Return the translations under `[values]`, by the column's place."""
        translations = {}
        for name, words in self._options.values.items():
            place = find(self._header, name, "[values]")
            if isinstance(place, Problem):
                self._add_unfound(place, "[values]")
            else:
                translations[place] = translation(words)
        return translations

    def region(self) -> str:
        """Return the region of numbers without a country code."""
        region = self._options.contact.country.strip().upper()
        if region and not is_region(region):
            message = (
                f"{quoted(self._options.contact.country)} is not the code of a country: write two letters such as ES"
                " (the United Kingdom is GB)."
            )
            self.problems.append(Problem(code="country_unknown", value=self._options.contact.country, message=message))
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
    form = contact.mobile_form

    def read(texts: Sequence[str]) -> str | Problem:
        text, region = found.read(texts), country(texts)
        value = identify(text, contact.source, region or "", contact.identifier_format, form)
        if isinstance(value, str):
            return value
        if region is None and country_feed and value.code == "phone_no_country":
            return Problem(code="country_unknown", column=country_feed.label, message=_NO_COUNTRY)
        return replace(value, column=found.label, value=text)

    return read
