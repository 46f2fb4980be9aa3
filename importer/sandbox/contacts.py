"""The sandbox's contacts, in memory: found by identifier, listed from the newest."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from importer.sandbox.rules import only_digits


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredContact:
    """A contact as it was sent."""

    number: int
    """The number in order of creation, from 1; never reused."""
    uuid: str
    identifier: str
    """As it was sent."""
    source: str
    channel_uuid: str
    """Empty where the account has no channel of the source."""
    name: str
    created_at: datetime
    tags: tuple[str, ...] = ()
    custom_fields: Mapping[str, str | tuple[str, ...]]
    assigned_user: str = ""
    team_uuid: str = ""
    bot_status: str = ""
    note: str = ""

    @property
    def digits(self) -> str:
        """The identifier's digits."""
        return only_digits(self.identifier)


Key = tuple[str, str, str]


def key_of(source: str, channel_uuid: str, identifier: str) -> Key:
    """Return what makes two contacts the same: source, channel, and identifier (of a phone number, its digits)."""
    return source, channel_uuid, only_digits(identifier) if source == "whatsapp" else identifier


class Contacts:
    """All contacts of the account. Adding and finding take constant time."""

    def __init__(self) -> None:
        self._by_uuid: dict[str, StoredContact] = {}
        self._by_key: defaultdict[Key, list[str]] = defaultdict(list)
        self._uuids: dict[int, str] = {}
        self._last_number = 0

    def __len__(self) -> int:
        return len(self._by_uuid)

    def __iter__(self) -> Iterator[StoredContact]:
        """Yield them in the order of creation."""
        return iter(self._by_uuid.values())

    def next_number(self) -> int:
        """Return a number that no contact had before."""
        self._last_number += 1
        return self._last_number

    def add(self, contact: StoredContact) -> None:
        """Add a contact with a number of `next_number`."""
        self._by_uuid[contact.uuid] = contact
        self._by_key[key_of(contact.source, contact.channel_uuid, contact.identifier)].append(contact.uuid)
        self._uuids[contact.number] = contact.uuid

    def get(self, uuid: str) -> StoredContact | None:
        """Return the contact with this UUID, if there is one."""
        return self._by_uuid.get(uuid)

    def find(self, key: Key) -> Iterator[StoredContact]:
        """Yield the contacts with this key, the newest first."""
        return map(self._by_uuid.__getitem__, reversed(self._by_key.get(key, ())))

    def replace(self, contact: StoredContact) -> None:
        """Replace the contact with the same UUID, whose key must be the same too."""
        self._by_uuid[contact.uuid] = contact

    def remove(self, contact: StoredContact) -> None:
        """Remove the contact."""
        del self._by_uuid[contact.uuid]
        key = key_of(contact.source, contact.channel_uuid, contact.identifier)
        self._by_key[key].remove(contact.uuid)
        if not self._by_key[key]:
            del self._by_key[key]
        del self._uuids[contact.number]

    def newest_first(self, before: int | None = None) -> Iterator[StoredContact]:
        """Yield the contacts, newest first; with `before` only those with a smaller number."""
        newest = self._last_number if before is None else min(before - 1, self._last_number)
        for number in range(newest, 0, -1):
            if uuid := self._uuids.get(number):
                yield self._by_uuid[uuid]

    def count(self, wanted: Callable[[StoredContact], bool] | None) -> int:
        """Return how many contacts match; None: all of them."""
        return len(self) if wanted is None else sum(map(wanted, self._by_uuid.values()))
