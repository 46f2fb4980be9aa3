"""The parts of an account that the mapper and the sandbox need."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class FieldType(StrEnum):
    """The service's types of custom fields (release notes, March 2026)."""

    TEXT = "text"
    EMAIL = "email"
    NUMBER = "number"
    DATE = "date"
    DROPDOWN = "dropdown"
    CHECKBOX = "checkbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """The account's teams and channels: case-folded name to UUID; a name that two of them share is left out."""

    teams: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    channels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountIdentity:
    """Which account it is: by what only it has, and by what it is called."""

    name: str
    """Base URL and label, or the e-mail of the token's owner."""
    email: str = ""
    """Of the token's owner, in small letters; empty: it is not known."""
    uuids: frozenset[str] = frozenset()
    """Of its teams and channels, in small letters; empty: it has none, or they cannot be read."""
    main_channels: frozenset[str] = frozenset()
    """Those of the UUIDs from which messages go out where a contact names no channel."""
