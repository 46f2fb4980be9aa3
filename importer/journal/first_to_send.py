"""The rows that a run is about to send first, for a person to see; nothing is claimed by looking."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from importer.journal.presence import WalkedRow
from importer.journal.run_input import RunInput
from importer.model.journal_rows import Pending, Presence
from importer.model.payload import from_json
from importer.model.policy import Existing
from importer.model.rows import Contact

_MOST_LOOKED_AT = 10_000
_ROWS_AT_ONCE = 500
# A row in doubt is looked up first, and may not be sent.
_PENDING = """
SELECT seq, number, payload, source, channel, identifier, normalised, uuid, doubt_since IS NOT NULL FROM rows
WHERE run = ? AND status = 'pending' AND status IN ('pending', 'in_flight') -- as the index open_rows says it
    AND doubt_until IS NULL
ORDER BY seq LIMIT ?
"""


class _Line(NamedTuple):
    """The columns of `_PENDING`."""

    seq: int
    row: int
    payload: str
    source: str
    channel: str
    identifier: str
    normalised: str | None
    uuid: str
    was_refused: bool


def first_to_send(
    connection: sqlite3.Connection, run: RunInput, count: int, is_refused: Callable[[Contact], bool]
) -> list[Pending]:
    """Return the first rows that will be sent whole; if they are fewer than asked for, also the first update.

    Args:
        connection: In a transaction.
        run: With what its walk has seen, if there was one.
        count: How many rows are wanted at most.
        is_refused: Tells whether a row is not sent because the account would surely refuse it.

    """
    new, updates = list[Pending](), list[Pending]()
    for one in _sent(connection, run):
        if not is_refused(one.contact):
            (updates if one.presence is Presence.THERE else new).append(one)
        if len(new) == count:
            return new
    return [*new, *updates[:1]]


def _sent(connection: sqlite3.Connection, run: RunInput) -> Iterator[Pending]:
    """Yield the pending rows in their order, without those who are there and are to be left as they are."""
    cursor = connection.execute(_PENDING, (run.key.run, _MOST_LOOKED_AT))
    while lines := [_Line._make(line) for line in cursor.fetchmany(_ROWS_AT_ONCE)]:
        there = _there(connection, run, lines)
        for line in lines:
            if line.seq not in there or run.existing is Existing.UPDATE:
                yield Pending(
                    seq=line.seq,
                    row=line.row,
                    contact=from_json(line.payload, line.normalised or ""),
                    presence=Presence.THERE if line.seq in there else Presence.UNKNOWN,
                )


def _there(connection: sqlite3.Connection, run: RunInput, lines: Sequence[_Line]) -> set[int]:
    """Return the seqs of those whose contact is in the account, by an earlier run or the walk of this one."""
    known = {line.seq for line in lines if line.uuid}
    asked = [
        WalkedRow(line.seq, line.normalised or line.identifier, line.channel)
        for line in lines
        if line.source == "whatsapp" and not line.uuid and not line.was_refused
    ]
    walked = run.walk.find(connection, asked, run.main_channels) if run.walk and asked else {}
    return known | {seq for seq, (presence, _) in walked.items() if presence is Presence.THERE}
