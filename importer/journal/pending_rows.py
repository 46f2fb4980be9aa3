"""The pending rows of a run as the journal has them, and which of their contacts a walk of the account has seen."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from importer.journal.presence import WalkedRow
from importer.journal.run_input import RunInput
from importer.model.journal_rows import Presence
from importer.model.payload import from_json
from importer.model.rows import GONE, Contact

SELECT_PENDING = """
SELECT seq, number, payload, source, channel, identifier, normalised, uuid, doubt_since, doubt_until, code FROM rows
WHERE run = ? AND status = 'pending' AND status IN ('pending', 'in_flight') -- as the index open_rows says it
"""


class PendingRow(NamedTuple):
    """The columns of `SELECT_PENDING`."""

    seq: int
    row: int
    payload: str
    source: str
    channel: str
    identifier: str
    normalised: str | None
    uuid: str
    doubt_since: str | None
    doubt_until: str | None
    code: str

    @property
    def contact(self) -> Contact:
        """What the row is to be sent as."""
        return from_json(self.payload, self.normalised or "")

    @property
    def was_gone(self) -> bool:
        """Whether an earlier run found that its contact was deleted in Callbell."""
        return self.code == GONE

    @property
    def can_be_asked(self) -> bool:
        """Whether the account can be asked for its contact, and has to be."""
        return self.source == "whatsapp" and not self.uuid and self.doubt_since is None


def walked(
    connection: sqlite3.Connection, run: RunInput, rows: Sequence[PendingRow]
) -> Mapping[int, tuple[Presence, str]]:
    """Return by seq what the walk of the run has seen of rows' contacts, with their UUIDs; nothing without a walk.

    Args:
        connection: With what the walk has seen.
        run: Whose rows they are.
        rows: Those that are looked for, as far as the account can be asked for them.

    """
    asked = [WalkedRow(row.seq, row.normalised or row.identifier, row.channel) for row in rows if row.can_be_asked]
    return run.walk.find(connection, asked, run.main_channels) if run.walk and asked else {}
