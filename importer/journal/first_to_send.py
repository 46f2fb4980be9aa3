"""The rows that a run is about to send first, for a person to see; nothing is claimed by looking."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from types import MappingProxyType

from importer.journal.database import encode_json
from importer.journal.pending_rows import SELECT_PENDING, PendingRow, walked
from importer.journal.run_input import CONTACT_OF_ROW, RunInput
from importer.model.journal_rows import FirstToSend, Pending, Presence
from importer.model.payload import from_json, without_fields
from importer.model.policy import Existing
from importer.model.rows import GONE, Contact

_MOST_LOOKED_AT = 10_000
_ROWS_AT_ONCE = 500
# A row in doubt, or of a deleted contact, is looked up first, and may not be sent.
_PENDING = f"{SELECT_PENDING} AND doubt_until IS NULL AND code <> '{GONE}' ORDER BY seq LIMIT ?"
_COUNT_GONE = f"SELECT count(*) FROM ({SELECT_PENDING} AND code = '{GONE}')"  # noqa: S608 - only constants
_SENT_LAST = f"""
SELECT rows.seq, coalesce(sent.base, sent.payload), coalesce(iif(:merges_left, sent.left_fields, NULL), '[]'),
    coalesce(iif(:merges_left, sent.kept_values, NULL), '{{}}') FROM rows
CROSS JOIN contacts ON contacts.is_sent AND {CONTACT_OF_ROW}
CROSS JOIN rows AS sent ON sent.run = contacts.sent_run AND sent.seq = contacts.sent_seq
WHERE rows.run = :run AND rows.seq IN (SELECT value FROM json_each(:seqs)) AND sent.payload IS NOT NULL
"""  # noqa: S608 - only constants


def first_to_send(
    connection: sqlite3.Connection, run: RunInput, count: int, is_refused: Callable[[Contact], bool]
) -> FirstToSend:
    """Return the first rows that will be sent whole, and the first updates, those that are known to change first.

    Args:
        connection: In a transaction.
        run: With what its walk has seen, if there was one.
        count: How many rows of each kind are wanted at most.
        is_refused: Tells whether a row is not sent because the account would surely refuse it.

    """
    new, changed, others = list[Pending](), list[Pending](), list[Pending]()
    changed_count = other_count = looked_at = 0
    ((gone,),) = connection.execute(_COUNT_GONE, (run.key.run,)).fetchall()
    for one in _sent(connection, run):
        looked_at += 1
        if is_refused(one.contact):
            continue
        if one.presence is not Presence.THERE:
            new.append(one)
        elif one.known_changes:
            changed_count += 1
            changed.append(one)
        else:
            other_count += 1
            others.append(one)
        for kept in (new, changed, others):
            del kept[count:]
        if len(new) == count and run.existing is not Existing.UPDATE:
            break
    return FirstToSend(
        new=new,
        updates=[*changed, *others][:count],
        changed=changed_count,
        compared=other_count,
        gone=gone,
        is_whole=looked_at < _MOST_LOOKED_AT,
        replaces=run.merges_left,
    )


def _sent(connection: sqlite3.Connection, run: RunInput) -> Iterator[Pending]:
    """Yield the pending rows in their order, without those who are there and are to be left as they are."""
    cursor = connection.execute(_PENDING, (run.key.run, _MOST_LOOKED_AT))
    is_update = run.existing is Existing.UPDATE
    while rows := [PendingRow._make(line) for line in cursor.fetchmany(_ROWS_AT_ONCE)]:
        there = _there(connection, run, rows)
        sent_last = _sent_last(connection, run, there) if is_update and there else {}
        for row in rows:
            if row.seq not in there:
                yield Pending(seq=row.seq, row=row.row, contact=row.contact)
            elif is_update:
                known = Pending(seq=row.seq, row=row.row, contact=row.contact, presence=Presence.THERE)
                yield _with_base(known, *sent_last[row.seq], row.normalised or "") if row.seq in sent_last else known


def _with_base(row: Pending, said: str, left: str, kept: str, normalised: str) -> Pending:
    """Return a row with what is known of its contact, which `claim` gives it too: the columns of `_SENT_LAST`."""
    base = without_fields(from_json(said, normalised), json.loads(left))
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(kept).items()}
    return replace(row, base=base, replaced=MappingProxyType(values))


def _sent_last(connection: sqlite3.Connection, run: RunInput, seqs: set[int]) -> Mapping[int, tuple[str, str, str]]:
    """Return by seq what the sheet said of those contacts when they were last sent; nothing of those only met.

    With it, where that is to be replaced, the fields that were left then, and what Callbell had in them.
    """
    these = {**asdict(run.key), "seqs": encode_json(sorted(seqs)), "merges_left": run.merges_left}
    return {seq: (said, left, kept) for seq, said, left, kept in connection.execute(_SENT_LAST, these)}


def _there(connection: sqlite3.Connection, run: RunInput, rows: Sequence[PendingRow]) -> set[int]:
    """Return the seqs of those whose contact is in the account, by an earlier run or the walk of this one."""
    known = {row.seq for row in rows if row.uuid}
    seen = walked(connection, run, rows)
    return known | {seq for seq, (presence, _) in seen.items() if presence is Presence.THERE}
