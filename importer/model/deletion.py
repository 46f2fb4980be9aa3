"""Contacts that `undo` deletes, and what became of them: frozen values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from importer.model.rows import Contact


class Fate(StrEnum):
    """What became of a contact that was to be deleted."""

    DELETED = "deleted"
    GONE = "gone"
    """It was not there any more."""
    CHANGED = "changed"
    """Somebody changed it since it was created, so it was kept."""
    FAILED = "failed"
    UNSENT = "unsent"
    """Not decided yet: the undo ended before its turn."""


TAKEN_BACK = frozenset({Fate.DELETED, Fate.GONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A contact to delete: the journal says on disk that it is about to be."""

    seq: int
    """The place of its row in the input of the run that created it."""
    row: int
    """The number that a spreadsheet program shows."""
    uuid: str
    sent: Contact
    """What POST /contacts was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What became of a contact, on its way into the journal."""

    seq: int
    fate: Fate
    http_status: int | None
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalResult:
    """A contact that the run created, for the report."""

    sheet_index: int
    row: int
    identifier: str
    name: str
    uuid: str
    fate: Fate
    reason: str
    finished_at: datetime | None
