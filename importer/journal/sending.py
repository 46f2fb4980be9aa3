"""Rows on their way out: marked as in flight before they leave, and their outcomes written down after."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from importer.journal.values import maybe_moment, moment, storable
from importer.model import Status
from importer.payload import from_json
from importer.ports import Pending, Recorded

_NEXT = """
SELECT seq, payload, doubt_since FROM rows
WHERE run = ? AND status = 'pending' AND status IN ('pending', 'in_flight') -- as the index open_rows says it
ORDER BY seq LIMIT ?
"""
_ROW_LEAVES = "UPDATE rows SET status = 'in_flight', first_sent_at = :now WHERE run = :run AND seq = :seq"
_OF_ROW = """
FROM rows WHERE rows.run = :run AND rows.seq = :seq AND contacts.account = :account
    AND contacts.source = rows.source AND contacts.channel = rows.channel AND contacts.identifier = rows.identifier
"""
# What is in doubt is looked up first: until then, what the account may have is what was sent before.
_CONTACT_LEAVES = f"""
UPDATE contacts SET status = 'in_flight', first_sent_at = coalesce(rows.doubt_since, :now),
    fingerprint = iif(rows.doubt_since IS NULL, rows.fingerprint, contacts.fingerprint),
    sent_run = iif(rows.doubt_since IS NULL, rows.run, contacts.sent_run),
    sent_seq = iif(rows.doubt_since IS NULL, rows.seq, contacts.sent_seq)
{_OF_ROW}
"""  # noqa: S608 - the part is written above
_ROW_SETTLES = """
UPDATE rows SET status = :status, uuid = :uuid, href = :href, http_status = :http_status, code = :code,
    column_header = :column, reason = :reason, attempts = :attempts, finished_at = :at
WHERE run = :run AND seq = :seq
"""
_CONTACT_SETTLES = f"""
UPDATE contacts SET status = :status, uuid = :uuid, href = :href,
    fingerprint = iif(:attempts > 0, rows.fingerprint, contacts.fingerprint),
    sent_run = iif(:attempts > 0, rows.run, contacts.sent_run),
    sent_seq = iif(:attempts > 0, rows.seq, contacts.sent_seq)
{_OF_ROW}
"""  # noqa: S608 - the part is written above
_ROW_RETURNS = "UPDATE rows SET status = 'pending', first_sent_at = NULL WHERE run = :run AND seq = :seq"
_CONTACT_RETURNS = f"""
UPDATE contacts SET status = iif(rows.doubt_since IS NULL, 'pending', 'in_doubt'), first_sent_at = rows.doubt_since
{_OF_ROW}
"""  # noqa: S608 - the part is written above
_ATTEMPT = "INSERT INTO attempts (run, seq, attempt, at, http_status, reason) VALUES (?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempted:
    """A request that did not settle its row."""

    seq: int
    attempt: int
    """From 1."""
    at: datetime
    http_status: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose rows are sent: the run, and the account that it fills."""

    run: int
    account: int


def take(connection: sqlite3.Connection, desk: Desk, count: int, now: datetime) -> list[Pending]:
    """Mark up to `count` pending rows as in flight and return them in input order; within the caller's transaction."""
    found = connection.execute(_NEXT, (desk.run, count)).fetchall()
    at = moment(now)
    lines = [{"run": desk.run, "account": desk.account, "seq": seq, "now": at} for seq, _, _ in found]
    connection.executemany(_ROW_LEAVES, lines)
    connection.executemany(_CONTACT_LEAVES, lines)
    return [
        Pending(
            seq=seq,
            contact=from_json(payload),
            in_doubt=doubt_since is not None,
            first_sent_at=maybe_moment(doubt_since),
        )
        for seq, payload, doubt_since in found
    ]


def save(connection: sqlite3.Connection, desk: Desk, noted: Sequence[Recorded | Attempted]) -> None:
    """Write outcomes and attempts down, in their order; within the caller's transaction."""
    for note in noted:
        if isinstance(note, Attempted):
            line = (note.seq, note.attempt, moment(note.at), note.http_status, storable(note.reason))
            connection.execute(_ATTEMPT, (desk.run, *line))
        elif note.outcome.status is Status.PENDING:
            put_back(connection, desk, [note.seq])
        else:
            settled = _settled(desk, note)
            connection.execute(_ROW_SETTLES, settled)
            unsent = note.outcome.status is Status.UNSENT
            connection.execute(_CONTACT_RETURNS if unsent else _CONTACT_SETTLES, settled)


def put_back(connection: sqlite3.Connection, desk: Desk, seqs: Sequence[int]) -> None:
    """Make rows pending again that were taken and never sent; within the caller's transaction."""
    lines = [{"run": desk.run, "account": desk.account, "seq": seq} for seq in seqs]
    connection.executemany(_ROW_RETURNS, lines)
    connection.executemany(_CONTACT_RETURNS, lines)


def _settled(desk: Desk, recorded: Recorded) -> dict[str, object]:
    outcome = recorded.outcome
    return {
        "run": desk.run,
        "account": desk.account,
        "seq": recorded.seq,
        "status": outcome.status.value,
        "uuid": storable(outcome.uuid),
        "href": storable(outcome.href),
        "http_status": outcome.http_status,
        "code": storable(outcome.code),
        "column": storable(outcome.column),
        "reason": storable(outcome.reason),
        "attempts": recorded.attempts,
        "at": moment(recorded.at),
    }
