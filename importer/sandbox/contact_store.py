"""The sandbox's contacts: by UUID, by number, and in the order of their conversations."""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from importer.model.phone_forms import in_form
from importer.sandbox.account import Key, StoredContact, key_of


class ContactStore:
    """The contacts that exist now.

    Args:
        joins_forms: Whether both forms of one mobile number (`importer.model.phone_forms`) are one contact's.
        seed: Of who chats at random.

    """

    def __init__(self, *, joins_forms: bool = False, seed: int = 0) -> None:
        self._contacts: dict[str, StoredContact] = {}  # by UUID, in the order of creation
        self._places: dict[str, int] = {}  # by UUID, in the order of the conversations
        self._uuids: defaultdict[Key, list[str]] = defaultdict(list)
        self._next_places = count(1)
        self._joins_forms = joins_forms
        self._random = random.Random(seed)  # noqa: S311 - seeded chance, no secret

    def created(self) -> tuple[StoredContact, ...]:
        """Return the contacts in the order of creation."""
        return tuple(self._contacts.values())

    def get(self, uuid: str) -> StoredContact | None:
        """Return the contact with this UUID, if there is one."""
        return self._contacts.get(uuid)

    def add(self, contact: StoredContact) -> None:
        """Add a new contact, whose conversation is the newest."""
        self._contacts[contact.uuid] = contact
        self._places[contact.uuid] = next(self._next_places)
        self._uuids[self._key(*contact.key)].append(contact.uuid)

    def change(self, contact: StoredContact) -> None:
        """Store other fields of a contact; its key stays, and so does its place in the list."""
        self._contacts[contact.uuid] = contact

    def remove(self, uuid: str) -> StoredContact | None:
        """Remove a contact and return it; None: there is none."""
        contact = self._contacts.pop(uuid, None)
        if contact is not None:
            del self._places[uuid]
            self._uuids[self._key(*contact.key)].remove(uuid)
        return contact

    def find(self, source: str, channel_uuid: str, identifier: str) -> Iterator[StoredContact]:
        """Yield the contacts of this key, newest first; the time does not depend on how many others there are."""
        uuids = self._uuids.get(self._key(*key_of(source, channel_uuid, identifier)), ())
        return map(self._contacts.__getitem__, reversed(uuids))

    def chat(self, uuid: str) -> None:
        """Let a contact write or be written to now: its conversation becomes the newest.

        Raises:
            KeyError: There is no such contact.

        """
        del self._places[uuid]
        self._places[uuid] = next(self._next_places)

    def chat_at_random(self, share: float) -> None:
        """Let so many contacts on average chat, such as one in ten calls for 0.1."""
        whole, part = divmod(share, 1)
        times = int(whole) + (self._random.random() < part) if share else 0
        for uuid in self._random.choices(tuple(self._places), k=times) if self._places else ():
            self.chat(uuid)

    def matches(self, source: str, team_uuid: str, tags: frozenset[str]) -> list[tuple[int, StoredContact]]:
        """Return contacts and their places, newest conversation first; a later conversation has a higher place.

        Args:
            source: Of the contacts; empty: any.
            team_uuid: Of the contacts; empty: any.
            tags: That each of them has.

        """
        newest_first = ((place, self._contacts[uuid]) for uuid, place in reversed(self._places.items()))
        return [
            (place, contact)
            for place, contact in newest_first
            if source in {"", contact.source} and team_uuid in {"", contact.team_uuid} and tags.issubset(contact.tags)
        ]

    def _key(self, source: str, channel_uuid: str, identifier: str) -> Key:
        is_joined = self._joins_forms and source == "whatsapp"
        return source, channel_uuid, in_form(identifier, "without") if is_joined else identifier


def stored_fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a valid body, with tuples for lists."""
    return {**_frozen(body), "custom_fields": _frozen(body.get("custom_fields", {}))}


def without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the custom fields that have a value: an empty one clears its field."""
    return {name: value for name, value in values.items() if value}


def _frozen(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
