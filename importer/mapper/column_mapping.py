"""The column mapping: the config applied to one sheet's header; mapping a row then needs only indices and functions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from importer.mapper.cell_conversion import (
    CountryReading,
    TextReading,
    ValueReading,
    country_reading,
    custom_field_reading,
    field_reading,
    identifier_reading,
    tags_reading,
    translation,
)
from importer.mapper.dates import is_date_format
from importer.mapper.header import OWN_COLUMNS, Feed, feed, find
from importer.mapper.header_drift import renamed_to
from importer.mapper.messages import listed, quoted
from importer.mapper.options import ColumnOptions, MappingOptions
from importer.mapper.phones import is_region
from importer.mapper.text_fields import TextField, text_fields
from importer.mapper.value_checks import is_uuid
from importer.model.account import Directory, FieldType
from importer.model.rows import Problem


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
    name_feed: Feed
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
    planner = _Planner(header, options.made_for)
    contact, columns = options.contact, options.columns
    identifier = planner.required("identifier", columns.identifier)
    name = planner.required("name", columns.name)
    tags = [found for text in columns.tags if (found := planner.feed("[columns] tags", text))]
    texts = tuple((field.attribute, planner.text_field(field, options)) for field in text_fields(directory))
    custom_fields = tuple(planner.custom_fields(columns))
    words = planner.words(options.values)
    default_country = planner.checked_country(contact.country)
    country_feed = planner.feed("[columns] country", columns.country) if columns.country else None
    if planner.problems or not identifier or not name:
        return tuple(planner.problems)
    country = country_reading(country_feed, default_country)
    return ColumnMapping(
        width=len(header),
        used=planner.used(words),
        left_over=planner.left_over(),
        source=contact.source,
        identifier_feed=identifier,
        identifier=identifier_reading(identifier, contact, country, country_feed.label if country_feed else ""),
        country=country,
        name_feed=name,
        tags=tags_reading([found.read for found in tags], contact.tags, columns.tag_separators),
        custom_fields=custom_fields,
        text_fields=texts,
    )


class _Planner:
    """Applies the config to one header and collects what does not fit."""

    def __init__(self, header: tuple[str, ...], made_for: tuple[str, ...]) -> None:
        self.header = header
        self.made_for = made_for
        self.problems: list[Problem] = []
        self._used: set[int] = set()

    def feed(self, key: str, text: str) -> Feed | None:
        found = feed(self.header, text, key)
        if isinstance(found, Feed):
            self._used.update(found.indices)
            return found
        self.problems += [self._drifted(problem, key) for problem in found]
        return None

    def _drifted(self, problem: Problem, key: str) -> Problem:
        """Add to the problem of an unknown column what may have become of it since the config was made."""
        if problem.code != "column_unknown" or not self.made_for:
            return problem
        became = renamed_to(problem.column, self.made_for, self.header)
        return replace(
            problem, code="column_gone", message=f"{key} names the column {quoted(problem.column)}, which {became}."
        )

    def required(self, field: str, text: str) -> Feed | None:
        if text:
            return self.feed(f"[columns] {field}", text)
        message = (
            f"No column is named for the {field}, which every contact needs: set {field} under [columns] of the config"
            f" to one of {listed(filter(None, self.header))}."
        )
        self.problems.append(Problem(code=f"{field}_unmapped", message=message))
        return None

    def text_field(self, field: TextField, options: MappingOptions) -> TextReading:
        """Return how to read a field that a column, or the same text for every row, feeds."""
        text, constant = getattr(options.columns, field.key), getattr(options.contact, field.key)
        sent = field.check(constant) if constant else ""
        if isinstance(sent, Problem):
            message = f"[contact] {field.key}: {sent.message}"
            self.problems.append(replace(sent, column="", value=constant, message=message))
            sent = ""
        found = self.feed(f"[columns] {field.key}", text) if text else None
        return field_reading(found, field.check, sent, lines=field.has_lines) if found else lambda _: sent

    def custom_fields(self, columns: ColumnOptions) -> Iterator[tuple[str, ValueReading]]:
        for field in columns.custom_fields:
            key = f"[columns.custom_fields] {quoted(field.name)}"
            if field.type is FieldType.DATE and field.format and not is_date_format(field.format):
                message = f'{key}: {quoted(field.format)} is not a format with day, month and year, such as "%d/%m/%Y".'
                self.problems.append(Problem(code="date_format_invalid", value=field.format, message=message))
            if found := self.feed(key, field.column):
                yield field.name, custom_field_reading(found, field, columns.tag_separators)

    def words(self, values: Mapping[str, Mapping[str, str]]) -> dict[int, Callable[[str], str]]:
        """Return the translation of each column that `[values]` names."""
        translations = {}
        for name, words in values.items():
            place = find(self.header, name, "[values]")
            if isinstance(place, Problem):
                self.problems.append(self._drifted(place, "[values]"))
            else:
                translations[place] = translation(words)
        return translations

    def checked_country(self, country: str) -> str:
        region = country.strip().upper()
        if region and not is_region(region):
            message = (
                f"{quoted(country)} is not the code of a country: write two letters such as ES"
                " (the United Kingdom is GB)."
            )
            self.problems.append(Problem(code="country_unknown", value=country, message=message))
        return region

    def used(self, words: Mapping[int, Callable[[str], str]]) -> tuple[UsedColumn, ...]:
        return tuple(
            UsedColumn(index=index, header=self.header[index], words=words.get(index)) for index in sorted(self._used)
        )

    def left_over(self) -> tuple[str, ...]:
        return tuple(
            name
            for index, name in enumerate(self.header)
            if name and index not in self._used and name.casefold() not in OWN_COLUMNS
        )
