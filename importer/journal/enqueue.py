"""Enqueue: insert the rows of the input, deduplicated against this run and earlier ones, with their problems."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from importer.journal import recognise
from importer.journal.column_values import encode_json, problems_json, storable
from importer.journal.deduplicate import (
    EnqueueDecision,
    FirstRow,
    KnownContact,
    deduplicate_across_runs,
    deduplicate_within_run,
)
from importer.model.payload import fingerprint, to_json
from importer.model.replies import Outcome
from importer.model.rows import IN_CALLBELL, Contact, Entry, InvalidRow, Sheet, Status

_INSERT_KEYS = """
INSERT INTO temp.wanted (seq, number, source, channel, identifier, fingerprint) VALUES (?, ?, ?, ?, ?, ?)
"""
_MARK_SEEN = """
INSERT OR IGNORE INTO temp.seen (source, channel, identifier, seq, sheet, number, row_run, row_seq)
SELECT source, channel, identifier, seq, :sheet, number, row_run, row_seq
FROM temp.looked_up WHERE identifier IS NOT NULL
UNION ALL SELECT source, channel, identifier, seq, :sheet, number, NULL, NULL FROM temp.wanted
ORDER BY 4
"""
_SEEN_BEFORE = """
SELECT wanted.seq, seen.seq, seen.sheet, seen.number, seen.row_run, seen.row_seq
FROM temp.wanted CROSS JOIN temp.seen USING (source, channel, identifier) WHERE seen.seq <> wanted.seq
"""
_KNOWN_CONTACTS = """
SELECT wanted.seq, contacts.status, contacts.uuid, contacts.href, contacts.fingerprint = wanted.fingerprint,
    contacts.first_sent_at, contacts.last_sent_at, sent.payload
FROM temp.wanted CROSS JOIN contacts ON contacts.account = ? AND contacts.source = wanted.source
    AND contacts.channel = wanted.channel AND contacts.identifier = wanted.identifier
LEFT JOIN rows AS sent ON contacts.fingerprint <> wanted.fingerprint
    AND sent.run = contacts.sent_run AND sent.seq = contacts.sent_seq
"""
_ENQUEUE = """
INSERT INTO rows (run, seq, status, sheet, number, attempts, same_run, same_as, doubt_since, doubt_until, finished_at,
    source, channel, identifier, name, uuid, href, code, column_header, reason, fingerprint, payload, row_fingerprint,
    cells, reader_problems)
VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_PROBLEM = "INSERT INTO problems (run, seq, n, code, column_header, value, message) VALUES (?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive rows of one sheet."""

    run: int
    account: int
    seqs: Sequence[int]
    """Of the rows that were mapped; the rows between them were recognised."""
    recognised: int
    """How many were recognised."""
    sheets: Mapping[int, Sheet]
    """The run's sheets so far, by their index."""
    sheet_index: int
    at: str
    tallied_only: bool = False
    """Rows that would be sent are counted and not inserted: `check` has no use for them."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """A contact as it is stored."""

    key: tuple[str, str, str]
    payload: str
    fingerprint: bytes
    name: str


_Prepared = _Draft | InvalidRow


def begin_input(connection: sqlite3.Connection) -> None:
    """Delete the keys of the previous input; within the caller's transaction."""
    connection.execute("DELETE FROM temp.seen")
    connection.execute("DELETE FROM temp.looked_up")


def enqueue_rows(connection: sqlite3.Connection, chunk: Chunk, entries: Sequence[Entry]) -> Counter[Status]:
    """Insert the rows, with one query for all of their keys; within the caller's transaction.

    Returns:
        How many of them have each status now, the recognised ones too.

    """
    content = not chunk.tallied_only or _has_contacts(connection, chunk.account)
    prepared = [
        _draft(entry.mapped, content=content) if isinstance(entry.mapped, Contact) else entry.mapped
        for entry in entries
    ]
    first_rows, known_contacts, repeated = _look_up(connection, chunk, entries, prepared)
    lines, counts = [], Counter[Status]()
    for seq, entry, draft in zip(chunk.seqs, entries, prepared, strict=True):
        if isinstance(draft, InvalidRow):
            decision = _invalid(draft)
        elif earlier := first_rows.get(seq):
            decision = deduplicate_within_run(earlier, chunk.sheets, chunk.sheet_index)
        else:
            decision = deduplicate_across_runs(draft.payload, known_contacts.get(seq))
        counts[decision.outcome.status] += 1
        if chunk.tallied_only and decision.outcome.status is Status.PENDING:
            continue
        lines.append(_row_line(chunk, seq, entry, draft, decision))
    connection.executemany(_ENQUEUE, lines)
    connection.executemany(_PROBLEM, _problem_lines(chunk, entries))
    if counts[Status.UNCHANGED]:
        recognise.remember(connection, chunk.run, chunk.account, chunk.seqs)
    if chunk.recognised:
        counts += _recognised(connection, chunk, repeated=repeated)
    return counts


def _recognised(connection: sqlite3.Connection, chunk: Chunk, *, repeated: bool) -> Counter[Status]:
    """Insert the recognised rows; within the caller's transaction."""
    entered = recognise.enqueue_recognised(connection, chunk.run, chunk.sheet_index, chunk.at)
    duplicates = 0
    if repeated:
        duplicates = recognise.mark_duplicates(connection, chunk.run, chunk.sheets, chunk.sheet_index)
    connection.execute("DELETE FROM temp.looked_up")
    return Counter({Status.UNCHANGED: entered - duplicates, Status.DUPLICATE: duplicates})


def _has_contacts(connection: sqlite3.Connection, account: int) -> bool:
    """Return whether an earlier run sent anything to the account."""
    return connection.execute("SELECT 1 FROM contacts WHERE account = ? LIMIT 1", (account,)).fetchone() is not None


def _draft(contact: Contact, *, content: bool) -> _Draft:
    """Return the contact as it is stored; without its payload if there is nothing to compare it with."""
    payload = storable(to_json(contact)) if content else ""
    key = (storable(contact.source), storable(contact.channel_uuid), storable(contact.identifier))
    return _Draft(key, payload, fingerprint(payload), contact.name)


def _look_up(
    connection: sqlite3.Connection, chunk: Chunk, entries: Sequence[Entry], prepared: Sequence[_Prepared]
) -> tuple[dict[int, FirstRow], dict[int, KnownContact], bool]:
    """Query what is known of the keys of the chunk's contacts.

    Returns:
        The first rows of this run with the same keys, and the contacts of earlier runs, both by seq; and whether any
        key of the chunk was in an earlier row.

    """
    wanted = [
        (seq, entry.row.number, *draft.key, draft.fingerprint)
        for seq, entry, draft in zip(chunk.seqs, entries, prepared, strict=True)
        if isinstance(draft, _Draft)
    ]
    connection.execute("DELETE FROM temp.wanted")
    connection.executemany(_INSERT_KEYS, wanted)
    new = connection.execute(_MARK_SEEN, {"sheet": chunk.sheet_index}).rowcount
    first_rows = {seq: FirstRow(*place) for seq, *place in connection.execute(_SEEN_BEFORE)}
    known_contacts = {
        seq: KnownContact(Status(status), uuid, href, bool(same), *rest)
        for seq, status, uuid, href, same, *rest in connection.execute(_KNOWN_CONTACTS, (chunk.account,))
    }
    return first_rows, known_contacts, new < len(wanted) + chunk.recognised


def _invalid(invalid: InvalidRow) -> EnqueueDecision:
    first = invalid.problems[0]
    reason = " ".join(problem.message for problem in invalid.problems)
    return EnqueueDecision(Outcome(status=Status.INVALID, code=first.code, column=first.column, reason=reason))


def _problem_lines(chunk: Chunk, entries: Sequence[Entry]) -> Iterator[tuple[object, ...]]:
    for seq, entry in zip(chunk.seqs, entries, strict=True):
        if isinstance(entry.mapped, InvalidRow):
            for n, problem in enumerate(entry.mapped.problems, 1):
                texts = (problem.code, problem.column, problem.value, problem.message)
                yield (chunk.run, seq, n, *map(storable, texts))


def _row_line(chunk: Chunk, seq: int, entry: Entry, draft: _Prepared, decision: EnqueueDecision) -> tuple[object, ...]:
    """Return the columns of `_ENQUEUE`: the payload only if it may be sent, the cells only if they may need a fix."""
    outcome, row = decision.outcome, entry.row
    pending = outcome.status is Status.PENDING
    settled = outcome.status in IN_CALLBELL
    if isinstance(draft, InvalidRow):
        key, mark, payload = ("", "", storable(draft.identifier)), None, None
    else:
        key, mark, payload = draft.key, draft.fingerprint, draft.payload if pending else None
    return (
        chunk.run,
        seq,
        outcome.status.value,
        chunk.sheet_index,
        row.number,
        decision.same_run,
        decision.same_as,
        decision.doubt_since,
        decision.doubt_until,
        None if pending else chunk.at,
        *key,
        storable(draft.name),
        outcome.uuid,
        outcome.href,
        storable(outcome.code),
        storable(outcome.column),
        storable(outcome.reason),
        mark,
        payload,
        entry.fingerprint,
        "" if settled else encode_json(row.cells),
        problems_json(row.problems),
    )
