"""What the rows require of the account: tags, users, teams, channels and custom fields with their values. Pure.

Memory does not grow with the input: of many different texts only the first are kept.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

from importer.mapper.header import IN_BRACES
from importer.mapper.messages import listed
from importer.mapper.options import MappingOptions
from importer.mapper.warnings import RowTally
from importer.model.account import FieldType
from importer.model.rows import Contact, Entry, Row

MOST_OPTIONS = 200
"""A field of more different values is not compared with its options one by one: it is none of a few."""
_MOST_TEXTS = 1_000
_FORMS = {
    FieldType.EMAIL: re.compile(r".*@.*", re.DOTALL),
    FieldType.NUMBER: re.compile(r"[+-]?[\d.,'\s]*\d[\d.,'\s]*"),
    FieldType.DATE: re.compile(r"\d{4}-\d{2}-\d{2}.*", re.DOTALL),
}
"""What a field of the type may take: wider than the documentation's examples, so that nothing is refused by mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceColumns:
    """The headers of the columns that feed what the account must have; empty: a constant, or several columns."""

    tags: str = ""
    assigned_user: str = ""
    custom_fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    constant_tags: frozenset[str] = frozenset()


NO_COLUMNS = SourceColumns()


def source_columns(options: MappingOptions) -> SourceColumns:
    """Return the columns of a sheet's mapping."""
    columns = options.columns
    return SourceColumns(
        tags=_one_header(columns.tags),
        assigned_user=_one_header([columns.assigned_user]),
        custom_fields={one.name: _one_header([one.column]) for one in columns.custom_fields},
        constant_tags=frozenset(options.contact.tags),
    )


def _one_header(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 and not IN_BRACES.search(texts[0]) else ""


class Requirements:
    """What the rows require; sees each row once."""

    def __init__(self) -> None:
        self.tags = defaultdict[str, RowTally](RowTally)
        self.users = defaultdict[str, RowTally](RowTally)
        self.teams = defaultdict[str, RowTally](RowTally)
        self.channels = defaultdict[str, RowTally](RowTally)
        self.fields = defaultdict[str, RowTally](RowTally)
        self.options = defaultdict[str, defaultdict[str, RowTally]](partial(defaultdict, RowTally))
        """Per custom field its different values, as long as they are few."""
        self.misfits = defaultdict[str, defaultdict[str, RowTally]](partial(defaultdict, RowTally))
        """Per custom field and type, the rows whose value a field of that type does not take."""
        self.columns: dict[tuple[str, str], str] = {}
        """By kind and text, the header of the column in which it stands first; empty: none."""

    def see(self, row: Row, contact: Contact, columns: SourceColumns = NO_COLUMNS) -> None:
        """Add what a row requires."""
        number = row.number
        for tag in contact.tags:
            if _count(self.tags, tag, number):
                self.columns["tag", tag] = "" if tag in columns.constant_tags else columns.tags
        if contact.assigned_user and _count(self.users, contact.assigned_user, number):
            self.columns["user", contact.assigned_user] = columns.assigned_user
        if contact.team_uuid:
            _count(self.teams, contact.team_uuid, number)
        if contact.channel_uuid:
            _count(self.channels, contact.channel_uuid, number)
        self._see_fields(number, contact, columns)

    def _see_fields(self, number: int, contact: Contact, columns: SourceColumns) -> None:
        for name, value in contact.custom_fields.items():
            if _count(self.fields, name, number):
                self.columns["field", name] = columns.custom_fields.get(name, "")
            for unfit in unfit_types(value):
                self.misfits[name][unfit].add(number)
            if len(options := self.options[name]) <= MOST_OPTIONS:
                for text in (value,) if isinstance(value, str) else value:
                    _count(options, text, number, MOST_OPTIONS + 1)

    def lines(self, *, names: bool = True) -> tuple[str, ...]:
        """Return what must be in the account, a line each; of many the first ones and the number of others.

        Args:
            names: Whether teams and channels are as the cells name them, and not the UUIDs of a sandbox.

        """
        required: Mapping[str, Iterable[str]] = {
            "tags": self.tags,
            "custom fields": self.fields,
            "users": self.users,
            "teams": self.teams if names else (),
            "channels": self.channels if names else (),
        }
        return lines_by_kind(required)


def lines_by_kind(texts_by_kind: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Return a line for each kind of which there are texts, such as `tags: "VIP" and "Web"`."""
    return tuple(f"{kind}: {listed(texts)}" for kind, texts in texts_by_kind.items() if texts)


def unfit_types(value: str | Sequence[str]) -> Iterator[str]:
    """Yield the types of fields that surely refuse the value, whatever their options."""
    if isinstance(value, str):
        yield FieldType.CHECKBOX
        yield from (one for one, form in _FORMS.items() if not form.fullmatch(value))
    else:
        yield from (one for one in FieldType if one is not FieldType.CHECKBOX)


def _count(tallies: defaultdict[str, RowTally], text: str, row: int, most: int = _MOST_TEXTS) -> bool:
    """Count a row under the text, unless there are too many different texts; return whether it is the first one."""
    if text not in tallies and len(tallies) >= most:
        return False
    tallies[text].add(row)
    return tallies[text].count == 1


@dataclass(slots=True)
class RequirementsOfSheet:
    """Observes the rows of one sheet: how many there are, and what they require of the account."""

    requirements: Requirements
    columns: SourceColumns
    count: int = 0

    def mapped(self, entries: Sequence[Entry]) -> None:
        """Take note of the rows that are right."""
        self.count += len(entries)
        for entry in entries:
            if isinstance(entry.mapped, Contact):
                self.requirements.see(entry.row, entry.mapped, self.columns)

    def recognised(self, row: int, identifier: str) -> None:
        """Leave out a row that an earlier run settled: its contact is in the account."""
