"""The input on its way into the journal: each row written down once, with what is known of it."""

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

_WANT = """
INSERT INTO temp.wanted (seq, number, source, channel, identifier, fingerprint) VALUES (?, ?, ?, ?, ?, ?)
"""
_SEE = """
INSERT OR IGNORE INTO temp.seen (source, channel, identifier, seq, sheet, number, row_run, row_seq)
SELECT source, channel, identifier, seq, :sheet, number, row_run, row_seq
FROM temp.offered WHERE identifier IS NOT NULL
UNION ALL SELECT source, channel, identifier, seq, :sheet, number, NULL, NULL FROM temp.wanted
ORDER BY 4
"""
_SEEN_BEFORE = """
SELECT wanted.seq, seen.seq, seen.sheet, seen.number, seen.row_run, seen.row_seq
FROM temp.wanted CROSS JOIN temp.seen USING (source, channel, identifier) WHERE seen.seq <> wanted.seq
"""
_EARLIER_RUNS = """
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
    """Rows that stand one after the other in one sheet."""

    run: int
    account: int
    seqs: Sequence[int]
    """Of the rows that were mapped; those between them were recognised when they were offered."""
    recognised: int
    """How many those are."""
    sheets: Mapping[int, Sheet]
    """The run's sheets so far, by their place."""
    sheet_index: int
    at: str
    tallied_only: bool = False
    """Rows that would be sent are counted, and not written down: what sends nothing has no use for them."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """A contact in the form in which it is stored."""

    key: tuple[str, str, str]
    payload: str
    fingerprint: bytes
    name: str


_Prepared = _Draft | InvalidRow


def begin_input(connection: sqlite3.Connection) -> None:
    """Forget the keys of the input before; within the caller's transaction."""
    connection.execute("DELETE FROM temp.seen")
    connection.execute("DELETE FROM temp.offered")


def enqueue_rows(connection: sqlite3.Connection, chunk: Chunk, entries: Sequence[Entry]) -> Counter[Status]:
    """Write the rows down, with one look-up for all of them; within the caller's transaction.

    Returns:
        How many of them have which status now.

    """
    content = not chunk.tallied_only or _has_contacts(connection, chunk.account)
    prepared = [
        _draft(entry.mapped, content=content) if isinstance(entry.mapped, Contact) else entry.mapped
        for entry in entries
    ]
    earlier_rows, earlier_runs, repeated = _look_up(connection, chunk, entries, prepared)
    lines, counts = [], Counter[Status]()
    for seq, entry, draft in zip(chunk.seqs, entries, prepared, strict=True):
        if isinstance(draft, InvalidRow):
            decision = _refused(draft)
        elif earlier := earlier_rows.get(seq):
            decision = deduplicate_within_run(earlier, chunk.sheets, chunk.sheet_index)
        else:
            decision = deduplicate_across_runs(draft.payload, earlier_runs.get(seq))
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
    """Write those down that were recognised; within the caller's transaction."""
    entered = recognise.enqueue_recognised(connection, chunk.run, chunk.sheet_index, chunk.at)
    duplicates = 0
    if repeated:
        duplicates = recognise.mark_duplicates(connection, chunk.run, chunk.sheets, chunk.sheet_index)
    connection.execute("DELETE FROM temp.offered")
    return Counter({Status.UNCHANGED: entered - duplicates, Status.DUPLICATE: duplicates})


def _has_contacts(connection: sqlite3.Connection, account: int) -> bool:
    """Tell whether any earlier run sent anything to the account."""
    return connection.execute("SELECT 1 FROM contacts WHERE account = ? LIMIT 1", (account,)).fetchone() is not None


def _draft(contact: Contact, *, content: bool) -> _Draft:
    """Return the contact as it is stored; without its content where nothing is there to compare that with."""
    payload = storable(to_json(contact)) if content else ""
    key = (storable(contact.source), storable(contact.channel_uuid), storable(contact.identifier))
    return _Draft(key, payload, fingerprint(payload), contact.name)


def _look_up(
    connection: sqlite3.Connection, chunk: Chunk, entries: Sequence[Entry], prepared: Sequence[_Prepared]
) -> tuple[dict[int, FirstRow], dict[int, KnownContact], bool]:
    """Return what is known of the chunk's contacts.

    Returns:
        Their places in earlier rows of this run, and what earlier runs leave to say about them, both by their seq; and
        whether any key of the chunk stood in an earlier row.

    """
    wanted = [
        (seq, entry.row.number, *draft.key, draft.fingerprint)
        for seq, entry, draft in zip(chunk.seqs, entries, prepared, strict=True)
        if isinstance(draft, _Draft)
    ]
    connection.execute("DELETE FROM temp.wanted")
    connection.executemany(_WANT, wanted)
    new = connection.execute(_SEE, {"sheet": chunk.sheet_index}).rowcount
    earlier_rows = {seq: FirstRow(*place) for seq, *place in connection.execute(_SEEN_BEFORE)}
    earlier_runs = {
        seq: KnownContact(Status(status), uuid, href, bool(same), *rest)
        for seq, status, uuid, href, same, *rest in connection.execute(_EARLIER_RUNS, (chunk.account,))
    }
    return earlier_rows, earlier_runs, new < len(wanted) + chunk.recognised


def _refused(invalid: InvalidRow) -> EnqueueDecision:
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
