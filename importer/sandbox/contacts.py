"""A contact of the sandbox, and what makes two of them the same."""

from collections.abc import Mapping
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
