"""Census of an account: the tags and custom fields that its contacts carry, with the types and options of the fields.

No call of the service lists tags or custom fields (its documentation): what exists can only be learned from contacts
that carry them. So what was not seen is a warning, never proof. Contacts are found by their tag, but not by a field:
of fields the list is read on until all are seen, or to its last page that can be asked for by number.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from importer.client.account import get_json, json_objects, text_field
from importer.commands.account.requirements import Requirements
from importer.model.protocols import Service
from importer.model.requests import Request

MOST_PAGES = 500
"""Of contacts, 20 a page: the service numbers no more."""
_PAGES_FOR_TAGS = 5
"""So many show the tags in use; for any other tag its contacts are asked for."""
_MOST_TAGS = 50
"""Tags that are asked for one by one."""
_PAGES_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldInUse:
    """A custom field as contacts of the account carry it."""

    type: str = ""
    """As the service names it; empty: it does not say."""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountContents:
    """What was seen in the account."""

    tags: frozenset[str] = frozenset()
    fields: Mapping[str, FieldInUse] = field(default_factory=lambda: MappingProxyType({}))
    contacts: int = 0
    """How many contacts were looked at."""
    whole: bool = False
    """Whether those were all that the account has."""
    absent_tags: frozenset[str] = frozenset()
    """Tags by which the service was asked for contacts, and found none."""


class Census:
    """Collects what contacts carry, from whatever request shows them.

    Args:
        requirements: What the rows need; it may still grow until `complete` is called.

    """

    def __init__(self, requirements: Requirements) -> None:
        self._needed = requirements
        self._tags: set[str] = set()
        self._fields: dict[str, FieldInUse] = {}
        self._count = 0
        self._is_whole = False
        self._asked_tags: set[str] = set()

    def see_contacts(self, contacts: Iterable[Mapping[str, object]]) -> None:
        """Take note of contacts as the service describes them, each of which was not seen before."""
        for one in contacts:
            self._count += 1
            self._tags.update(_texts(one.get("tags")))
            self._note_fields(one)

    @property
    def contents(self) -> AccountContents:
        """What was seen so far."""
        fields = MappingProxyType(self._fields)
        return AccountContents(
            tags=frozenset(self._tags),
            fields=fields,
            contacts=self._count,
            whole=self._is_whole,
            absent_tags=frozenset(self._asked_tags - self._tags),
        )

    async def complete(self, service: Service, jitter: Callable[[], float], *, is_walked: bool = False) -> None:
        """Look for what was not seen yet of what the rows need.

        Args:
            service: That the account is of.
            jitter: A number from 0.0 to 1.0 for the waits between attempts.
            is_walked: Whether all contacts of the account were shown already.

        Raises:
            ServiceError: The token is refused, or the service cannot be reached.

        """
        self._is_whole = self._is_whole or is_walked
        if self._is_whole or not self._wants_page(1):
            return
        await self._read_list(service, jitter)
        # A tag that none of these carries may be on an older contact: the service finds contacts by their tag.
        rare = [tag for tag in self._missing_tags() if "," not in tag] if self._count else []
        for tag in rare[:_MOST_TAGS]:
            query = {"tags": tag, "include_field_types": "true", "page": "1"}
            page = await get_json(service, Request(method="GET", path="contacts", query=query), jitter)
            # What it finds does not count as looked at: it may have been seen before.
            for one in json_objects(page.get("contacts")):
                self._note_fields(one)
                self._tags.update(_texts(one.get("tags")))
            self._asked_tags.add(tag)

    async def _read_list(self, service: Service, jitter: Callable[[], float]) -> None:
        """Read the list from its first page, until all is seen that can only be seen there."""

        async def read(number: int) -> Mapping[str, object]:
            query = {"include_field_types": "true", "page": str(number)}
            request = Request(method="GET", path="contacts", query=query)
            return await get_json(service, request, jitter, holds="contacts")

        first, *others = [await read(1)]
        self._count = 0
        pages = _page_count(first)
        self.see_contacts(json_objects(first.get("contacts")))
        number = 2
        while number <= min(pages, MOST_PAGES) and self._wants_page(number):
            batch = range(number, min(number + _PAGES_AT_ONCE, pages + 1, MOST_PAGES + 1))
            others = await asyncio.gather(*map(read, batch))
            for page in others:
                self.see_contacts(json_objects(page.get("contacts")))
            number = batch.stop
        meta = (others or [first])[-1].get("meta")
        self._is_whole = number > pages and not (isinstance(meta, dict) and meta.get("next"))

    def _wants_page(self, number: int) -> bool:
        """Tell whether the list may show something that is needed, and that no other request finds."""
        if self._needed.fields.keys() - self._fields.keys() or any("," in tag for tag in self._missing_tags()):
            return True
        return number <= _PAGES_FOR_TAGS and bool(self._missing_tags())

    def _missing_tags(self) -> Sequence[str]:
        return [tag for tag in self._needed.tags if tag not in self._tags]

    def _note_fields(self, contact: Mapping[str, object]) -> None:
        values, types = contact.get("customFields"), contact.get("customFieldsMetadata")
        for name in values if isinstance(values, dict) else ():
            self._fields.setdefault(str(name), FieldInUse())
        for name, one in (types if isinstance(types, dict) else {}).items():
            if isinstance(one, dict):
                seen = FieldInUse(type=text_field(one, "type"), options=_texts(one.get("options")))
                self._fields[str(name)] = seen


def _page_count(page: Mapping[str, object]) -> int:
    meta = page.get("meta")
    count = meta.get("pages") if isinstance(meta, dict) else None
    return count if isinstance(count, int) else 1


def _texts(value: object) -> tuple[str, ...]:
    """Return the texts of a JSON array; none if it is something else."""
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
