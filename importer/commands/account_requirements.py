"""What the rows require of the account: tags, users and custom fields; and which of them were not seen there.

No call of the service lists tags or custom fields (its documentation): what exists can only be learned from contacts
that carry them, and from users who are in a team. So what was not seen is a warning, never a proof.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from importer.mapper.messages import did_you_mean, quoted
from importer.model.account import FieldType
from importer.model.rows import Contact, Row
from importer.model.runs import ProblemGroup, RowTally

_MOST_TEXTS = 1_000
_MOST_OPTIONS = 200
"""A field of more different values is not compared with its options: it is none of a few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldInUse:
    """A custom field as contacts of the account carry it."""

    type: str = ""
    """As the service names it; empty: it does not say."""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountContents:
    """What was seen in the account."""

    users: frozenset[str] = frozenset()
    """E-mails, in small letters."""
    tags: frozenset[str] = frozenset()
    fields: Mapping[str, FieldInUse] = field(default_factory=lambda: MappingProxyType({}))
    contacts: int = 0
    """How many contacts were looked at."""
    whole: bool = False
    """Whether those were all that the account has."""


class Requirements:
    """What the rows require; sees each row once, and memory does not grow with the input."""

    def __init__(self) -> None:
        self.tags: dict[str, RowTally] = {}
        self.users: dict[str, RowTally] = {}
        self.fields: dict[str, RowTally] = {}
        self.options: dict[str, dict[str, RowTally]] = {}
        """Per custom field its different values, as long as they are few."""

    def see(self, row: Row, contact: Contact) -> None:
        """Add what a row requires."""
        number = row.number
        for tag in contact.tags:
            _count(self.tags, tag, number, _MOST_TEXTS)
        if contact.assigned_user:
            _count(self.users, contact.assigned_user, number, _MOST_TEXTS)
        for name, value in contact.custom_fields.items():
            _count(self.fields, name, number, _MOST_TEXTS)
            options = self.options.setdefault(name, {})
            if len(options) <= _MOST_OPTIONS:
                for text in (value,) if isinstance(value, str) else value:
                    _count(options, text, number, _MOST_OPTIONS + 1)


def unmet(requirements: Requirements, seen: AccountContents, types: Mapping[str, FieldType]) -> Iterator[ProblemGroup]:
    """Yield what the rows require and the account was not seen to have.

    Args:
        requirements: What the rows require.
        seen: What was seen.
        types: The custom fields' types, as the config has them.

    """
    for user, tally in requirements.users.items():
        if user.casefold() not in seen.users:
            message = f"{quoted(user)} is in no team of the account, so whether there is such a user is not known"
            yield tally.group("user_not_seen", "", message + did_you_mean(user, seen.users))
    if not seen.contacts:
        return
    where = f"none of the {'' if seen.whole else 'latest '}{seen.contacts:,} contacts"
    for tag, tally in requirements.tags.items():
        if tag not in seen.tags:
            message = f"The tag {quoted(tag)} is on {where}: see that it is in Callbell's settings"
            yield tally.group("tag_not_seen", "", message + did_you_mean(tag, seen.tags))
    for name, tally in requirements.fields.items():
        if name not in seen.fields:
            message = f"The custom field {quoted(name)} is on {where}: see that it is in Callbell's settings"
            yield tally.group("custom_field_not_seen", "", message + did_you_mean(name, seen.fields))
        else:
            yield from _misfits(
                name, tally, requirements.options[name], seen.fields[name], types.get(name, FieldType.TEXT)
            )


def _misfits(
    name: str, tally: RowTally, values: Mapping[str, RowTally], seen: FieldInUse, written: FieldType
) -> Iterator[ProblemGroup]:
    if seen.type and seen.type != written:
        message = (
            f"The custom field {quoted(name)} is of the type {seen.type} in Callbell, and of the type {written} here:"
            f' give it type = "{seen.type}" under [columns.custom_fields] of the config.'
        )
        yield tally.group("custom_field_type", "", message)
    if not seen.options or len(values) > _MOST_OPTIONS:
        return
    for value, rows in values.items():
        if value not in seen.options:
            message = f"{quoted(value)} is no option of {quoted(name)} in Callbell{did_you_mean(value, seen.options)}"
            yield rows.group("option_not_seen", "", message)


def _count(tallies: dict[str, RowTally], text: str, row: int, most: int) -> None:
    tally = tallies.get(text)
    if tally is None:
        if len(tallies) >= most:
            return
        tally = tallies[text] = RowTally()
    tally.add(row)
