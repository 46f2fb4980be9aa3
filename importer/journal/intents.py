"""What PATCHes are to change, written down before they leave: an undo needs it, and so does a doubt."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType

from importer.journal.database import columns, moment
from importer.journal.run_input import RunKey
from importer.journal.sent_before import SENT_BEFORE
from importer.model.changes import ContactChange, FieldValue, joined
from importer.model.journal_rows import Intended

_OF_ROW = "SELECT uuid, after, before FROM changes WHERE run = ? AND seq = ?"
# Until its row is settled, an update leaves its contact as it is, so that a second PATCH finds the same row.
_WRITE = f"""
INSERT OR REPLACE INTO changes (run, seq, uuid, after, before, at, sent_run, sent_seq)
SELECT :run, :seq, :uuid, :after, :before, :at, found.run, found.seq
FROM (SELECT 1) LEFT JOIN ({SENT_BEFORE}) AS found
"""  # noqa: S608 - only constants


def record_intent(connection: sqlite3.Connection, key: RunKey, intended: Intended) -> None:
    """Write down what a row's PATCH is to change, with what PATCHes before it were to; in the caller's transaction."""
    change = intended.change
    for uuid, after, before in connection.execute(_OF_ROW, (key.run, intended.seq)):
        change = joined(change_of(uuid, after, before), change)
    line = asdict(key) | columns(change) | {"seq": intended.seq, "at": moment(intended.at)}
    connection.execute(_WRITE, line)


def change_of(uuid: str, after: str, before: str) -> ContactChange:
    """Return a change from the columns of the table `changes`."""
    return ContactChange(uuid=uuid, after=_values(after), before=_values(before))


def _values(text: str) -> Mapping[str, FieldValue]:
    """Return the fields and values of a JSON object."""
    values = json.loads(text).items()
    return MappingProxyType({name: value if isinstance(value, str) else tuple(value) for name, value in values})
