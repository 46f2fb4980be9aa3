"""The sandbox's contacts, in memory: found by identifier, listed from the newest."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from importer.sandbox.rules import only_digits

Key = tuple[str, str, str]


def key_of(source: str, channel_uuid: str, identifier: str) -> Key:
    """Return what makes two contacts the same: source, channel, and identifier (of a phone number, its digits)."""
    return source, channel_uuid, only_digits(identifier) if source == "whatsapp" else identifier


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

    @property
    def key(self) -> Key:
        """What makes another contact the same as this one."""
        return key_of(self.source, self.channel_uuid, self.identifier)


class Contacts:
    """All contacts of the account. Adding and finding take constant time."""

    def __init__(self) -> None:
        self._by_uuid: dict[str, StoredContact] = {}
        """In the order of creation."""
        self._by_key: defaultdict[Key, list[str]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._by_uuid)

    def __iter__(self) -> Iterator[StoredContact]:
        """Yield them in the order of creation."""
        return iter(self._by_uuid.values())

    def add(self, contact: StoredContact) -> None:
        """Add a contact with a greater number than all before it."""
        self._by_uuid[contact.uuid] = contact
        self._by_key[contact.key].append(contact.uuid)

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
        self._by_key[contact.key].remove(contact.uuid)

    def newest_first(self) -> Iterator[StoredContact]:
        """Yield the contacts, newest first."""
        return reversed(self._by_uuid.values())
