"""Recognise and enqueue: insert the rows of the input with their first status and their problems.

A row that an earlier run settled with the same cells and mapping is recognised, and `unchanged` without being mapped;
the others are deduplicated. Each step is one statement for a whole chunk: 100,000 rows take about a second.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, replace

from importer.journal.database import encode_json, storable
from importer.journal.deduplicate import (
    SENT_FORGOTTEN,
    EnqueueDecision,
    KnownContact,
    deduplicate_across_runs,
    deduplicate_within_run,
)
from importer.journal.first_rows import seen_before
from importer.journal.forgotten import bring_back, without_people
from importer.journal.invalid_customers import find_invalid_customers
from importer.journal.number_forms import take_known_forms
from importer.journal.row_draft import RowDraft, draft_row
from importer.journal.run_input import CONTACT_OF_ROW, RunInput
from importer.journal.schema import replace_old_keys
from importer.model.payload import content_hashes
from importer.model.replies import Outcome
from importer.model.rows import FINGERPRINT_BYTES, IN_CALLBELL, Contact, Entry, InvalidRow, Status

_NO_FINGERPRINT = bytes(FINGERPRINT_BYTES)
_KNOWN = IN_CALLBELL - {Status.DUPLICATE}  # who reads a report wants to see the rows that are twice in the file
# OR IGNORE: should two contacts ever have one fingerprint, the first one counts.
_LOOK_UP = """
INSERT OR IGNORE INTO temp.next_rows (seq, number, source, channel, identifier, row_run, row_seq)
SELECT :first + key, value, contacts.source, contacts.channel, contacts.identifier, contacts.row_run, contacts.row_seq
FROM json_each(:numbers) LEFT JOIN contacts INDEXED BY contacts_by_row
    ON contacts.row_fingerprint = substr(:fingerprints, 16 * key + 1, 16) AND contacts.account = :account
    AND contacts.status IN ('created', 'updated', 'exists')
"""
_FOUND = "SELECT identifier FROM temp.next_rows ORDER BY seq"
_INSERT_KEYS = """
INSERT OR REPLACE INTO temp.next_rows (seq, number, source, channel, identifier, old_key, fingerprint)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_KEEP_CONTENT = "INSERT INTO temp.contents (seq, content) VALUES (?, ?)"
_ANY_CONTACT = "SELECT 1 FROM contacts WHERE account = ? LIMIT 1"
_KNOWN_CONTACTS = """
SELECT next_rows.seq, contacts.status, contacts.uuid, contacts.href, contacts.fingerprint = next_rows.fingerprint,
    contacts.first_sent_at, contacts.last_sent_at, coalesce(sent.base, sent.payload),
    contacts.status = 'failed' AND (contacts.is_to_ask OR sent.http_status BETWEEN 400 AND 499), contacts.is_sent,
    doubts.uuid IS NOT NULL, :merges_left AND sent.left_fields IS NOT NULL, contacts.sent_run = 0,
    contacts.status = 'exists' AND sent.status = 'failed'
FROM temp.next_rows CROSS JOIN contacts ON contacts.account = :account AND contacts.source = next_rows.source
    AND contacts.channel = next_rows.channel AND contacts.identifier = next_rows.identifier
LEFT JOIN temp.doubts USING (source, channel, identifier)
LEFT JOIN rows AS sent ON (contacts.fingerprint <> next_rows.fingerprint OR contacts.status = 'failed' OR :merges_left)
    AND sent.run = contacts.sent_run AND sent.seq = contacts.sent_seq
WHERE next_rows.fingerprint IS NOT NULL
"""
_ENQUEUE = """
INSERT INTO rows (run, seq, sheet, number, status, attempts, same_run, same_as, doubt_since, doubt_until, finished_at,
    source, channel, identifier, normalised, name, uuid, href, code, column_header, reason, fingerprint, payload,
    row_fingerprint, cells, reader_problems)
VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_ENQUEUE_RECOGNISED = """
INSERT INTO rows (run, seq, status, sheet, number, attempts, same_run, same_as, finished_at, source, channel,
    identifier, name, uuid, href, code, column_header, reason, cells)
SELECT :run, seq, 'unchanged', :sheet, number, 0, row_run, row_seq, :at, source, channel,
    identifier, '', '', '', '', '', '', ''
FROM temp.next_rows WHERE row_run IS NOT NULL
"""
_PROBLEM = "INSERT INTO problems (run, seq, n, code, column_header, value, message) VALUES (?, ?, ?, ?, ?, ?, ?)"
_DUPLICATE = "UPDATE rows SET status = 'duplicate', code = 'duplicate', reason = ? WHERE run = ? AND seq = ?"
# The next run recognises rows that were mapped and are unchanged.
_REMEMBER = f"""
UPDATE contacts SET row_fingerprint = rows.row_fingerprint, row_run = rows.run, row_seq = rows.seq FROM rows
WHERE rows.run = :run AND rows.seq BETWEEN :first AND :last AND rows.status = 'unchanged'
    AND rows.row_fingerprint IS NOT NULL AND {CONTACT_OF_ROW}
"""  # noqa: S608 - only constants
# A contact whose sent values are forgotten is as one that was only met: by this row.
_MEET = f"""
UPDATE contacts SET fingerprint = rows.fingerprint, sent_run = rows.run, sent_seq = rows.seq,
    row_fingerprint = rows.row_fingerprint, row_run = rows.run, row_seq = rows.seq FROM rows
WHERE rows.run = :run AND rows.seq BETWEEN :first AND :last AND rows.status = 'exists'
    AND rows.reason = '{SENT_FORGOTTEN}' AND contacts.sent_run = 0 AND {CONTACT_OF_ROW}
"""  # noqa: S608 - only constants


def recognise_rows(
    connection: sqlite3.Connection, account: int, first_seq: int, marked: Sequence[tuple[int, bytes | None]]
) -> list[str | None]:
    """Find the rows that an earlier run settled, by their fingerprints; within the caller's transaction.

    Args:
        connection: To the journal.
        account: That the run imports into.
        first_seq: Of the first row.
        marked: Each row's number and fingerprint.

    Returns:
        The identifier of each row, in order; None: it is not recognised.

    """
    connection.execute("DELETE FROM temp.next_rows")
    values = {
        "account": account,
        "first": first_seq,
        "numbers": json.dumps([number for number, _ in marked]),
        "fingerprints": b"".join(fingerprint or _NO_FINGERPRINT for _, fingerprint in marked),
    }
    connection.execute(_LOOK_UP, values)
    return [identifier for (identifier,) in connection.execute(_FOUND)]


def enqueue_rows(
    connection: sqlite3.Connection, run: RunInput, sheet_index: int, entries: Sequence[Entry], at: str
) -> Counter[Status]:
    """Insert consecutive rows of one sheet, with one query for all of their keys.

    Args:
        connection: In a transaction.
        run: With what `recognise` found.
        sheet_index: Where the rows are.
        entries: Those that were not recognised.
        at: The time, as stored.

    Returns:
        How many rows have each status now, the recognised ones too.

    """
    entries = without_people(entries, run.forgotten)
    identifiers = [None] * len(entries) if run.identifiers is None else run.identifiers
    seqs = [seq for seq, identifier in enumerate(identifiers, run.last_seq + 1) if identifier is None]
    content = not run.tallied_only or bool(connection.execute(_ANY_CONTACT, (run.key.account,)).fetchone())
    rows = [(seq, one, draft_row(one.mapped, run, content=content)) for seq, one in zip(seqs, entries, strict=True)]
    duplicates, contacts, forms = _look_up(connection, run, sheet_index, rows)
    customers = find_invalid_customers(connection, run, [(seq, draft) for seq, _, draft in rows])
    counts, lines = Counter[Status](), []
    for seq, entry, draft in rows:
        there = customers if isinstance(entry.mapped, InvalidRow) else contacts
        decision = duplicates.pop(seq, None) or _decide(entry.mapped, draft, there.get(seq), run)
        counts[decision.outcome.status] += 1
        if not (run.tallied_only and decision.outcome.status is Status.PENDING):
            known = draft.known_as(forms.get(seq))
            lines.append((run.key.run, seq, sheet_index, *_columns(entry, known, decision, at)))
    connection.executemany(_ENQUEUE, lines)
    _insert_problems(connection, run.key.run, rows)
    _remember(connection, run, counts, seqs)
    if len(seqs) < len(identifiers):
        counts += _enqueue_recognised(connection, run.key.run, sheet_index, duplicates, at)
    connection.execute("DELETE FROM temp.next_rows")
    return counts


def _remember(connection: sqlite3.Connection, run: RunInput, counts: Counter[Status], seqs: Sequence[int]) -> None:
    """Let the next run recognise the rows that found their contact as it was, or whose contact has no other row."""
    for status, statement in ((Status.UNCHANGED, _REMEMBER), (Status.EXISTS, _MEET)):
        if counts[status]:
            connection.execute(statement, {**asdict(run.key), "first": seqs[0], "last": seqs[-1]})


def _enqueue_recognised(
    connection: sqlite3.Connection, run: int, sheet_index: int, duplicates: Mapping[int, EnqueueDecision], at: str
) -> Counter[Status]:
    """Insert the recognised rows and return how many have each status: duplicates by seq, the others unchanged."""
    count = connection.execute(_ENQUEUE_RECOGNISED, {"run": run, "sheet": sheet_index, "at": at}).rowcount
    reasons = [(decision.outcome.reason, run, seq) for seq, decision in duplicates.items()]
    connection.executemany(_DUPLICATE, reasons)
    return Counter({Status.UNCHANGED: count - len(reasons), Status.DUPLICATE: len(reasons)})


def _look_up(
    connection: sqlite3.Connection, run: RunInput, sheet_index: int, rows: Sequence[tuple[int, Entry, RowDraft]]
) -> tuple[dict[int, EnqueueDecision], dict[int, KnownContact], dict[int, str]]:
    """Return the decisions on duplicates, recognised rows too, the contacts of earlier runs, and their keys if another.

    All by seq.
    """
    keys = [
        (seq, entry.row.number, *draft.key, draft.old_key if run.has_old_keys else None, draft.fingerprint)
        for seq, entry, draft in rows
        if draft.fingerprint is not None
    ]
    connection.executemany(_INSERT_KEYS, keys)
    contents = {seq: content_hashes(entry.mapped) for seq, entry, _ in rows if isinstance(entry.mapped, Contact)}
    connection.executemany(_KEEP_CONTENT, contents.items())
    if run.forgotten and run.forgotten.has_contacts:
        bring_back(connection, run.key.account, has_old_keys=run.has_old_keys)
    doubtful = replace_old_keys(connection, run.key.account) if run.has_old_keys else {}
    seen = seen_before(connection, sheet_index)
    forms = take_known_forms(connection, run.key.account)
    alike = {seq: KnownContact(Status.IN_DOUBT, "", "", False, *sent, None) for seq, sent in doubtful.items()}  # noqa: FBT003 - its columns
    found = connection.execute(_KNOWN_CONTACTS, {"account": run.key.account, "merges_left": run.merges_left})
    contacts = {
        seq: KnownContact(Status(status), uuid, href, bool(same), *rest)
        for seq, status, uuid, href, same, *rest in found
    }
    duplicates = {
        seq: deduplicate_within_run(first, run.sheets, sheet_index, contents.get(seq), contacts.get(seq), identifier)
        for seq, identifier, first in seen
    }
    return duplicates, alike | contacts, forms


def _decide(
    mapped: Contact | InvalidRow, draft: RowDraft, known: KnownContact | None, run: RunInput
) -> EnqueueDecision:
    if isinstance(mapped, Contact):
        return deduplicate_across_runs(draft.payload, known, run.existing, tells_gone=run.tells_gone, fed=mapped.fed)
    first, reason = mapped.problems[0], " ".join(problem.message for problem in mapped.problems)
    invalid = Outcome(status=Status.INVALID, code=first.code, column=first.column, reason=reason)
    return EnqueueDecision(replace(invalid, uuid=known.uuid, href=known.href) if known else invalid)


def _insert_problems(connection: sqlite3.Connection, run: int, rows: Sequence[tuple[int, Entry, RowDraft]]) -> None:
    """Insert the problems of all rows that are invalid."""
    problems = [
        (run, seq, n, *map(storable, (problem.code, problem.column, problem.value, problem.message)))
        for seq, entry, _ in rows
        if isinstance(entry.mapped, InvalidRow)
        for n, problem in enumerate(entry.mapped.problems, 1)
    ]
    connection.executemany(_PROBLEM, problems)


def _columns(entry: Entry, draft: RowDraft, decision: EnqueueDecision, at: str) -> tuple[object, ...]:
    """Return the columns of `_ENQUEUE`: the payload only if it may be sent, the cells only if reports may need them."""
    (outcome, *based_on), row, (source, channel, identifier) = decision, entry.row, draft.key
    pending = outcome.status is Status.PENDING
    texts = (entry.mapped.name, outcome.uuid, outcome.href, outcome.code, outcome.column, outcome.reason)
    return (
        row.number,
        outcome.status.value,
        *based_on,
        None if pending else at,
        source,
        channel,
        draft.identifier,
        None if identifier == draft.identifier else identifier,
        *map(storable, texts),
        draft.fingerprint or draft.content or None,
        draft.payload if pending else None,
        entry.fingerprint,
        "" if outcome.status in _KNOWN else encode_json(row.cells),
        encode_json([astuple(problem) for problem in row.problems]) if row.problems else None,
    )
