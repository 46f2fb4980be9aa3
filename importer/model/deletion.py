"""What became of contacts that `undo` deletes, or to which it gives values back: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum

from importer.model.journal_rows import RecordedOutcome


class Fate(StrEnum):
    """What became of a contact that was to be deleted, or to be given its values back."""

    DELETED = "deleted"
    RESTORED = "restored"
    """What an update changed was given back."""
    GONE = "gone"
    """It was not there any more."""
    CHANGED = "changed"
    """Somebody changed it since the run, so it was kept, or a value of it was."""
    KEPT = "kept"
    """It is not proved that the run made it, so it is not touched."""
    FAILED = "failed"
    UNSENT = "unsent"
    """Not decided yet: the undo ended before its turn."""


class LastSent(Enum):
    """What counts as the sheet's last word on an updated contact, after an undo had to do with it."""

    BEFORE_THE_RUN = "what counted before the update: the undo itself gave back all that it had changed"
    UNTOUCHED = "what counted before the undo: surely nothing was given back"
    UNKNOWN = "nothing: values may have been given back, by the undo or by somebody"


TAKEN_BACK = frozenset({Fate.DELETED, Fate.RESTORED, Fate.GONE})
"""Nothing is left to be done about these."""


def taken_back(fates: Mapping[Fate, int]) -> int:
    """Return how many contacts were taken back, of how many have each fate."""
    return sum(fates.get(fate, 0) for fate in TAKEN_BACK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """The outcome of a contact that was to be deleted, or to be given its values back."""

    status: Fate
    http_status: int | None = None
    reason: str = ""
    last_sent: LastSent = LastSent.UNKNOWN
    """Only of an update."""

    @property
    def detail(self) -> str:
        """What a log says besides the status."""
        return self.reason


Removed = RecordedOutcome[Deletion]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalResult:
    """A contact that the run created or changed, for the report."""

    sheet_index: int
    row: int
    identifier: str
    name: str
    uuid: str
    fate: Fate
    reason: str
    finished_at: datetime | None
