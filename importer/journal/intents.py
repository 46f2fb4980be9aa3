"""What PATCHes are to change, written down before they leave: an undo needs it, and so does a doubt."""

import json
import sqlite3
from collections.abc import Mapping
from types import MappingProxyType

from importer.journal.database import columns, moment
from importer.model.changes import ContactChange, FieldValue, joined
from importer.model.journal_rows import Intended

_OF_ROW = "SELECT uuid, after, before FROM changes WHERE run = ? AND seq = ?"
_WRITE = """
INSERT OR REPLACE INTO changes (run, seq, uuid, after, before, at) VALUES (:run, :seq, :uuid, :after, :before, :at)
"""


def record_intent(connection: sqlite3.Connection, run: int, intended: Intended) -> None:
    """Write down what a row's PATCH is to change, with what PATCHes before it were to; in the caller's transaction."""
    change = intended.change
    for uuid, after, before in connection.execute(_OF_ROW, (run, intended.seq)):
        change = joined(change_of(uuid, after, before), change)
    line = columns(change) | {"run": run, "seq": intended.seq, "at": moment(intended.at)}
    connection.execute(_WRITE, line)


def change_of(uuid: str, after: str, before: str) -> ContactChange:
    """Return a change from the columns of the table `changes`."""
    return ContactChange(uuid=uuid, after=_values(after), before=_values(before))


def _values(text: str) -> Mapping[str, FieldValue]:
    """Return the fields and values of a JSON object."""
    values = json.loads(text).items()
    return MappingProxyType({name: value if isinstance(value, str) else tuple(value) for name, value in values})
