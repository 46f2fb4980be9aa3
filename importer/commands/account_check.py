"""What the rows require of the account (tags, users, custom fields), and which of them were not seen there.

No call of the service lists tags or custom fields (its documentation): what exists can only be learned from contacts
that carry them, and from users who are in a team, by a few pages of GETs. What was not seen is a warning, no proof.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType

from importer.client.account import AccountLists, get_json, json_objects, list_pages, read_lists, text_field
from importer.mapper.messages import did_you_mean, quoted
from importer.mapper.warnings import RowTally
from importer.model.account import FieldType
from importer.model.plain_text import counted
from importer.model.protocols import Service
from importer.model.requests import Request
from importer.model.rows import Contact, Row
from importer.model.runs import ProblemGroup

_MOST_TEXTS = 1_000
_MOST_OPTIONS = 200
"""A field of more different values is not compared with its options: it is none of a few."""
_MOST_PAGES = 10
"""Of contacts, 20 a page: enough to see what is in use."""
MOST_TAGS = 50
"""That are asked for one by one."""
_MOST_TEAMS = 200


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
        self.tags = defaultdict[str, RowTally](RowTally)
        self.users = defaultdict[str, RowTally](RowTally)
        self.fields = defaultdict[str, RowTally](RowTally)
        self.options = defaultdict[str, defaultdict[str, RowTally]](partial(defaultdict, RowTally))
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
            if len(options := self.options[name]) <= _MOST_OPTIONS:
                for text in (value,) if isinstance(value, str) else value:
                    _count(options, text, number, _MOST_OPTIONS + 1)


async def census(
    service: Service, requirements: Requirements, lists: AccountLists, jitter: Callable[[], float]
) -> AccountContents:
    """Return what is seen in the account.

    Args:
        service: That the account is of.
        requirements: What the rows require.
        lists: The account's teams and channels, if they were asked for.
        jitter: A number from 0.0 to 1.0 for the waits between attempts.

    Raises:
        ServiceError: The token is refused, or the service cannot be reached.

    """
    users = await _users(service, lists, jitter) if requirements.users else frozenset[str]()
    if not (requirements.tags or requirements.fields):
        return AccountContents(users=users)
    seen = await _contacts(service, requirements, jitter)
    # A tag that none of the latest contacts carries may be on an older one: the service finds contacts by their tag.
    rare = [tag for tag in requirements.tags if tag not in seen.tags and "," not in tag][:MOST_TAGS]
    found = [tag for tag in rare if seen.contacts and await _carried(service, tag, jitter)]
    return replace(seen, users=users, tags=seen.tags.union(found))


async def _users(service: Service, lists: AccountLists, jitter: Callable[[], float]) -> frozenset[str]:
    """Return the e-mails of everybody who is in a team."""
    listed = lists.teams or (await read_lists(service, jitter, teams=True, channels=False)).teams
    teams = [uuid for one in listed if (uuid := text_field(one, "uuid"))]
    emails = [
        text_field(one, "email").casefold()
        for uuid in teams[:_MOST_TEAMS]
        async for page in list_pages(service, f"teams/{uuid}/members", "users", {}, _MOST_TEAMS, jitter)
        for one in json_objects(page.get("users"))
    ]
    return frozenset(filter(None, emails))


async def _contacts(service: Service, requirements: Requirements, jitter: Callable[[], float]) -> AccountContents:
    """Look at the latest contacts, until all that is required was seen."""
    tags: set[str] = set()
    fields: dict[str, FieldInUse] = {}
    count, whole = 0, True
    async for page in list_pages(service, "contacts", "contacts", {"include_field_types": "true"}, _MOST_PAGES, jitter):
        for one in json_objects(page.get("contacts")):
            count += 1
            tags.update(_texts(one.get("tags")))
            _note_fields(one, fields)
        meta = page.get("meta")
        whole = not (isinstance(meta, dict) and meta.get("next"))
        if requirements.tags.keys() <= tags and requirements.fields.keys() <= fields.keys():
            break
    return AccountContents(tags=frozenset(tags), fields=fields, contacts=count, whole=whole)


def _note_fields(contact: Mapping[str, object], fields: dict[str, FieldInUse]) -> None:
    values, types = contact.get("customFields"), contact.get("customFieldsMetadata")
    for name in values if isinstance(values, dict) else ():
        fields.setdefault(str(name), FieldInUse())
    for name, one in (types if isinstance(types, dict) else {}).items():
        if isinstance(one, dict):
            fields[str(name)] = FieldInUse(type=text_field(one, "type"), options=_texts(one.get("options")))


def _texts(value: object) -> tuple[str, ...]:
    """Return the texts of a JSON array; none if it is something else."""
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


async def _carried(service: Service, tag: str, jitter: Callable[[], float]) -> bool:
    page = await get_json(service, Request(method="GET", path="contacts", query={"tags": tag, "page": "1"}), jitter)
    return any(True for _ in json_objects(page.get("contacts")))


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
    where = f"none of the {'' if seen.whole else 'latest '}{counted(seen.contacts, 'contact')}"
    for code, kind, required, there in (
        ("tag_not_seen", "tag", requirements.tags, seen.tags),
        ("custom_field_not_seen", "custom field", requirements.fields, seen.fields),
    ):
        for name, tally in required.items():
            if name in there:
                continue
            message = f"The {kind} {quoted(name)} is on {where}: see that it is in Callbell's settings"
            yield tally.group(code, "", message + did_you_mean(name, there))
    for name, tally in requirements.fields.items():
        if found := seen.fields.get(name):
            yield from _misfits(name, tally, requirements.options[name], found, types.get(name, FieldType.TEXT))


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


def _count(tallies: defaultdict[str, RowTally], text: str, row: int, most: int) -> None:
    """Count a row under the text, unless there are too many different texts."""
    if text in tallies or len(tallies) < most:
        tallies[text].add(row)
