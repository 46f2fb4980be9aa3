"""The rows that a run is about to send first, for a person to see; nothing is claimed by looking."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence

from importer.journal.pending_rows import SELECT_PENDING, PendingRow, walked
from importer.journal.run_input import RunInput
from importer.model.journal_rows import Pending, Presence
from importer.model.policy import Existing
from importer.model.rows import Contact

_MOST_LOOKED_AT = 10_000
_ROWS_AT_ONCE = 500
# A row in doubt is looked up first, and may not be sent.
_PENDING = f"{SELECT_PENDING} AND doubt_until IS NULL ORDER BY seq LIMIT ?"


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
    while rows := [PendingRow._make(line) for line in cursor.fetchmany(_ROWS_AT_ONCE)]:
        there = _there(connection, run, rows)
        for row in rows:
            if row.seq not in there or run.existing is Existing.UPDATE:
                presence = Presence.THERE if row.seq in there else Presence.UNKNOWN
                yield Pending(seq=row.seq, row=row.row, contact=row.contact, presence=presence)


def _there(connection: sqlite3.Connection, run: RunInput, rows: Sequence[PendingRow]) -> set[int]:
    """Return the seqs of those whose contact is in the account, by an earlier run or the walk of this one."""
    known = {row.seq for row in rows if row.uuid}
    seen = walked(connection, run, rows)
    return known | {seq for seq, (presence, _) in seen.items() if presence is Presence.THERE}
