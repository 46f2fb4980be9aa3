"""The contacts that the stand-in holds, in memory: found by what they are, walked from the newest."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from importer.sandbox.rules import digits


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredContact:
    """A contact, as it was sent and is held."""

    number: int
    """The place in the order of creation, from 1; never given again."""
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
        return digits(self.identifier)


Key = tuple[str, str, str]


def key_of(source: str, channel_uuid: str, identifier: str) -> Key:
    """Return what makes two contacts the same one: source, channel, and identifier (a phone by its digits)."""
    return source, channel_uuid, digits(identifier) if source == "whatsapp" else identifier


class Contacts:
    """All contacts of the account. Adding and finding cost the same however many there are."""

    def __init__(self) -> None:
        self._by_uuid: dict[str, StoredContact] = {}
        self._by_key: defaultdict[Key, list[str]] = defaultdict(list)
        self._numbers: list[int] = []
        self._uuids: list[str] = []
        self._last_number = 0

    def __len__(self) -> int:
        return len(self._by_uuid)

    def __iter__(self) -> Iterator[StoredContact]:
        """Yield them in the order of creation."""
        return iter(self._by_uuid.values())

    def next_number(self) -> int:
        """Return a number that no contact has had."""
        self._last_number += 1
        return self._last_number

    def add(self, contact: StoredContact) -> None:
        """Add a contact with a number of `next_number`."""
        self._by_uuid[contact.uuid] = contact
        self._by_key[key_of(contact.source, contact.channel_uuid, contact.identifier)].append(contact.uuid)
        self._numbers.append(contact.number)
        self._uuids.append(contact.uuid)

    def get(self, uuid: str) -> StoredContact | None:
        """Return the contact with this UUID, if there is one."""
        return self._by_uuid.get(uuid)

    def find(self, key: Key) -> Iterator[StoredContact]:
        """Yield the contacts with this key, the newest first."""
        return map(self._by_uuid.__getitem__, reversed(self._by_key.get(key, ())))

    def replace(self, contact: StoredContact) -> None:
        """Put the contact in the place of the one with its UUID; its key must be the same."""
        self._by_uuid[contact.uuid] = contact

    def remove(self, contact: StoredContact) -> None:
        """Remove the contact for good."""
        del self._by_uuid[contact.uuid]
        key = key_of(contact.source, contact.channel_uuid, contact.identifier)
        self._by_key[key].remove(contact.uuid)
        if not self._by_key[key]:
            del self._by_key[key]
        place = bisect_left(self._numbers, contact.number)
        del self._numbers[place]
        del self._uuids[place]

    def newest_first(self, before: int | None = None) -> Iterator[StoredContact]:
        """Yield the contacts from the newest, or from the newest of those with a smaller number than `before`."""
        end = len(self._numbers) if before is None else bisect_left(self._numbers, before)
        for place in range(end - 1, -1, -1):
            yield self._by_uuid[self._uuids[place]]

    def count(self, wanted: Callable[[StoredContact], bool] | None) -> int:
        """Return how many contacts are wanted; None: all of them."""
        return len(self) if wanted is None else sum(map(wanted, self._by_uuid.values()))
