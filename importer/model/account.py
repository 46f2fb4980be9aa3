"""The parts of an account that the mapper and the sandbox need."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class FieldType(StrEnum):
    """The service's types of custom fields (release notes, March 2026)."""

    TEXT = "text"
    EMAIL = "email"
    NUMBER = "number"
    DATE = "date"
    DROPDOWN = "dropdown"
    CHECKBOX = "checkbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedEntry:
    """A team, channel or user of the account: what people call it, and what is sent for it."""

    sent: str
    """The UUID; of a user the e-mail."""
    name: str
    type: str = ""
    """Of a channel: the source of its contacts; empty: the service does not say."""
    is_discarded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """The account's teams, channels and users; None: they were not asked for, so that none is called unknown."""

    teams: Sequence[NamedEntry] | None = ()
    channels: Sequence[NamedEntry] | None = ()
    users: Sequence[NamedEntry] | None = ()
    """Those who are in a team: no call lists the others."""


ACCOUNT_PROBLEMS = frozenset(
    {"assigned_user_invalid", "assigned_user_ambiguous", "channel_discarded", "channel_of_other_source"}
    | {f"{kind}_{what}" for kind in ("team", "channel") for what in ("unknown", "ambiguous")}
)
"""Codes of problems with what the account does not have; reports have a line for each wrong value."""


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
