"""Rows that are claimed from the journal, and what is recorded in it: frozen values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Generic, Protocol, TypeVar

from importer.model.changes import ContactChange, FieldValue
from importer.model.payload import set_fields
from importer.model.replies import Outcome
from importer.model.rows import Contact


class Presence(Enum):
    """Whether the account has a row's contact, as far as this run knows before it sends anything about the row."""

    UNKNOWN = "not asked yet"
    ABSENT = "this run walked the contact list, and it is not in it"
    THERE = "it is in the account: `Pending.uuid` names it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A row that was claimed: the journal says on disk that requests about it are about to be sent."""

    seq: int
    """The row's place in the input, from 1, across all files of the run."""
    row: int
    """The number that a spreadsheet program shows."""
    contact: Contact
    """What POST /contacts is given, or was."""
    uuid: str = ""
    """The contact's; empty where it is not known to be in Callbell."""
    presence: Presence = Presence.UNKNOWN
    was_gone: bool = False
    """An earlier run found that the contact, which `uuid` names, was deleted in Callbell."""
    base: Contact | None = None
    """What the sheet said when the contact was last sent; None: never sent by us, or forgotten (a first meeting)."""
    doubts: tuple[ContactChange, ...] = ()
    """What requests of earlier runs that may have arrived were to set, oldest first; the base has no PATCH of them."""
    in_doubt: bool = False
    """An earlier run may have sent it: it is to be looked up before it is sent."""
    change: ContactChange | None = None
    """What an update changed, and `undo` is to give back; None: it changed nothing, or it is no undo."""
    first_sent_at: datetime | None = None
    """When the earlier run first sent it; only where `in_doubt`."""
    was_refused: bool = False
    """Only where `in_doubt`: the service refused it, so that it is not working on it any more."""
    replaced: Mapping[str, FieldValue | None] = field(default_factory=lambda: MappingProxyType({}))
    """What Callbell had when fields were left so that are to be replaced now; None: it cannot be read."""

    @property
    def known_changes(self) -> dict[str, tuple[FieldValue | None, FieldValue]]:
        """By field, what Callbell is known to have had, else what was sent last, and what the sheet says now.

        Empty: not known.
        """
        if self.base is None:
            return {}
        before = {**set_fields(self.base), **self.replaced}
        now = set_fields(self.contact)
        return {name: (before.get(name, ""), value) for name, value in now.items() if before.get(name, "") != value}


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstToSend:
    """The rows that a run is about to send first, and how many will be updates."""

    new: Sequence[Pending] = ()
    """The first that will be sent whole."""
    updates: Sequence[Pending] = ()
    """The first of contacts that are there, those of which it is known what changed before others."""
    changed: int = 0
    """Rows of contacts that are there and of which it is known what changed."""
    compared: int = 0
    """Other rows of contacts that are there: what Callbell has tells what changes."""
    gone: int = 0
    """Rows of contacts that an earlier run found deleted in Callbell: whether they are there again is asked."""
    is_whole: bool = True
    """Whether all rows were looked at."""
    replaces: bool = False
    """Whether what Callbell has is replaced, whatever it is (`on_conflict = sheet`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkedContact:
    """A contact that a walk of the account's contact list showed."""

    number: str
    """Digits of its `phoneNumber`; never empty."""
    channel_uuid: str = ""
    """Of its channel; empty where the list does not say."""
    uuid: str


class RowOutcome(Protocol):
    """What every operation's outcomes have."""

    @property
    def status(self) -> StrEnum:
        """The row's status."""

    @property
    def http_status(self) -> int | None:
        """The status of the last answer; None without one."""

    @property
    def detail(self) -> str:
        """What a log says besides."""

    @property
    def reason(self) -> str:
        """A sentence for people; empty where all is well."""


OutcomeT = TypeVar("OutcomeT", bound=RowOutcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedOutcome(Generic[OutcomeT]):
    """An outcome to record."""

    seq: int
    """The place of its row in the input of the run that creates, or created, it."""
    outcome: OutcomeT
    attempts: int
    """Requests of this run that may have changed the contact."""
    at: datetime


Recorded = RecordedOutcome[Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intended:
    """A request about a contact that was there, to record before it leaves, for its answer may never come.

    A PATCH: `undo` must know it. A POST that makes a deleted contact again: the next run must look it up.
    """

    seq: int
    change: ContactChange
    """Of a POST without a UUID."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempted:
    """A request that did not settle its row, to record."""

    seq: int
    attempt: int
    """From 1."""
    at: datetime
    http_status: int | None = None
    reason: str = ""
