"""The queue of pending rows: claim rows (in flight, on disk, before any request), record their outcomes, end the run.

At the end of a run, planned or not, every row that is still open gets its final status.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from itertools import product

from importer.journal.database import columns, encode_json, maybe_moment, moment, storable
from importer.journal.deduplicate import FIRST_MET
from importer.journal.doubts import doubts_of_rows
from importer.journal.gone_contacts import (
    drop_other_intents,
    leave_gone_contact,
    mark_found_again,
    mark_gone,
    restore_gone_contact,
)
from importer.journal.intents import record_intent
from importer.journal.pending_rows import SELECT_PENDING, PendingRow, walked
from importer.journal.run_input import CONTACT_OF_ROW, IN_CONFLICT, NOT_UPDATED, ROW_KEY, RunInput, RunKey, row_pieces
from importer.model.journal_rows import Attempted, Intended, Pending, Presence, Recorded
from importer.model.payload import from_json, to_json, without_fields
from importer.model.rows import CONFLICT, FINGERPRINT_BYTES, GONE, Status

_NEXT = f"{SELECT_PENDING} ORDER BY seq LIMIT ?"
# One statement for all rows of a call: after each statement the thread has to wait for the GIL again.
_THESE_ROWS = "rows.run = :run AND rows.seq IN (SELECT value FROM json_each(:seqs))"
_CLAIM_ROWS = f"UPDATE rows SET status = 'in_flight', first_sent_at = :now WHERE {_THESE_ROWS}"  # noqa: S608 - only constants
# An update leaves its contact as it is: nobody may ever POST it again because of a PATCH.
# A contact in doubt is looked up first: until it is sent again, the account has what was sent before, if anything.
_CLAIM_CONTACTS = f"""
INSERT INTO contacts (account, source, channel, identifier, status, uuid, href, fingerprint, sent_run, sent_seq,
    first_sent_at, last_sent_at)
SELECT :account, {ROW_KEY}, 'in_flight', '', '', fingerprint, run, seq, :now, :now
FROM rows WHERE {_THESE_ROWS} AND rows.uuid = ''
ON CONFLICT DO UPDATE SET status = 'in_flight', uuid = '', href = '',
    fingerprint = iif(status = 'in_doubt', fingerprint, excluded.fingerprint),
    sent_run = iif(status = 'in_doubt', sent_run, excluded.sent_run),
    sent_seq = iif(status = 'in_doubt', sent_seq, excluded.sent_seq),
    first_sent_at = iif(status = 'in_doubt', first_sent_at, excluded.first_sent_at),
    last_sent_at = iif(status = 'in_doubt', last_sent_at, excluded.last_sent_at)
"""  # noqa: S608 - only constants
# What the sheet said when the contacts of updates were sent last, or merged; nothing of those that were only met.
_BASES = f"""
SELECT rows.seq, coalesce(sent.base, sent.payload), iif(:merges_left, sent.left_fields, NULL) FROM rows
CROSS JOIN contacts ON contacts.is_sent AND {CONTACT_OF_ROW}
CROSS JOIN rows AS sent ON sent.run = contacts.sent_run AND sent.seq = contacts.sent_seq
WHERE {_THESE_ROWS} AND rows.uuid <> '' AND sent.payload IS NOT NULL
"""  # noqa: S608 - only constants
_WITH_FIRST_MET = f"iif(:reason = '', '', rtrim(:reason, '.') || '. ') || '{FIRST_MET}'"
_SETTLE_ROW = f"""
UPDATE rows SET status = :status, uuid = :uuid, href = :href, http_status = :http_status, code = :code,
    column_header = :column, reason = iif(reason = '{FIRST_MET}', {_WITH_FIRST_MET}, :reason),
    base = :base, left_fields = nullif(:left, '[]'), kept_values = nullif(:kept, '{{}}'), is_ours = :is_ours,
    attempts = :attempts, finished_at = :at
WHERE run = :run AND seq = :seq
"""  # noqa: S608 - only constants
_IS_SENT = "rows.attempts > 0 OR rows.base IS NOT NULL"
# After a conflict the next run looks again: nothing has the fingerprint of its row. An update that came to nothing
# leaves its contact, which no request of its run has made in flight. One that was found, and whose update failed, is
# there all the same, and nothing has the fingerprint of its row, nor is that recognised.
_IS_NOT_UPDATED = "rows.status = 'failed' AND rows.uuid <> ''"
_SETTLE_CONTACTS = f"""
UPDATE contacts SET status = iif({_IS_NOT_UPDATED}, 'exists', rows.status), uuid = rows.uuid, href = rows.href,
    fingerprint = CASE WHEN rows.code = '{CONFLICT}' OR ({_IS_NOT_UPDATED}) THEN zeroblob({FINGERPRINT_BYTES})
        WHEN {_IS_SENT} THEN rows.fingerprint ELSE contacts.fingerprint END,
    sent_run = iif({_IS_SENT}, rows.run, contacts.sent_run),
    sent_seq = iif({_IS_SENT}, rows.seq, contacts.sent_seq),
    last_sent_at = iif(rows.attempts > 0, rows.finished_at, contacts.last_sent_at),
    is_sent = rows.status IN ('created', 'updated') OR rows.base IS NOT NULL,
    row_fingerprint = iif(rows.code <> '{CONFLICT}' AND rows.status <> 'failed'
        AND ({_IS_SENT} OR contacts.fingerprint = rows.fingerprint), rows.row_fingerprint, NULL),
    row_run = rows.run, row_seq = rows.seq
FROM rows WHERE {_THESE_ROWS} AND rows.status <> 'unsent' AND {CONTACT_OF_ROW}
    AND (contacts.status = 'in_flight' OR rows.status IN ('created', 'updated') OR rows.base IS NOT NULL)
"""  # noqa: S608 - only constants
_RELEASE_ROW = """
UPDATE rows SET status = 'pending', first_sent_at = NULL, attempts = :attempts WHERE run = :run AND seq = :seq
"""
# One that an earlier run was refused stays so: no request of it is under way that the next run would have to wait for.
_CONTACT_STILL_IN_DOUBT = f"""
UPDATE contacts SET status = iif(rows.doubt_until IS NULL, 'failed', 'in_doubt'),
    is_to_ask = is_to_ask OR rows.doubt_until IS NULL FROM rows
WHERE rows.run = :run AND rows.seq = :seq AND rows.doubt_since IS NOT NULL AND {CONTACT_OF_ROW}
"""  # noqa: S608 - only constants
_FORGET_CONTACT = f"""
DELETE FROM contacts WHERE account = :account AND status = 'in_flight' AND (source, channel, identifier) = (
    SELECT {ROW_KEY} FROM rows WHERE run = :run AND seq = :seq AND doubt_since IS NULL
)
"""  # noqa: S608 - only constants
_ATTEMPT = """
INSERT INTO attempts (run, seq, attempt, at, http_status, reason)
VALUES (:run, :seq, :attempt, :at, :http_status, :reason)
"""
_OPEN_ROWS = "rows.run = :run AND rows.status IN ('pending', 'in_flight')"
_CONTACTS_IN_DOUBT = f"""
UPDATE contacts SET status = 'in_doubt', last_sent_at = :at FROM rows
WHERE {_OPEN_ROWS} AND rows.status = 'in_flight' AND contacts.status = 'in_flight' AND {CONTACT_OF_ROW}
"""  # noqa: S608 - only constants
_IS_OF_GONE = f"rows.status = 'pending' AND rows.code = '{GONE}'"
# One that was not sent has the UUID of its contact only where that is known to be there.
_END_ROWS = f"""
UPDATE rows SET status = :status, code = :status, reason = :reason, finished_at = :at,
    uuid = iif({_IS_OF_GONE}, '', uuid), href = iif({_IS_OF_GONE}, '', href)
WHERE {_OPEN_ROWS} AND rows.seq BETWEEN :first AND :last
"""  # noqa: S608 - only constants
_ENDS = (
    (
        "in_doubt",
        "a change of it may have been sent, and the run ended before the answer came",
        "status = 'in_flight' AND uuid <> ''",
    ),
    ("in_doubt", "it was sent, and the run ended before the answer came", "status = 'in_flight'"),
    (
        "in_doubt",
        "an earlier run sent it without an answer, and this run ended before it was looked up",
        "doubt_until IS NOT NULL",
    ),
    ("unsent", "the run ended before its turn", "status = 'pending'"),
)
"""Final status, reason and condition of the rows that are still open: the first that fits counts."""
_COUNTS = ", ".join(f"'{status}', count(*) FILTER (WHERE status = '{status}')" for status in Status)
# No GROUP BY: that sorts every row, in 8 MB.
TALLY = f"SELECT json_object({_COUNTS}) FROM rows WHERE run = :run"  # noqa: S608 - only constants
_STORE_TALLY = f"""
UPDATE runs SET (tally, conflicts, not_updated) = (
    SELECT json_object({_COUNTS}), count(*) FILTER (WHERE {IN_CONFLICT}), count(*) FILTER (WHERE {NOT_UPDATED})
    FROM rows WHERE run = :run
) WHERE id = :run
"""  # noqa: S608 - only constants
_DEAD = "SELECT id, account FROM runs WHERE tally IS NULL"


def claim_rows(connection: sqlite3.Connection, run: RunInput, count: int, now: datetime) -> list[Pending]:
    """Mark up to `count` pending rows as in flight and return them in input order; in the caller's transaction."""
    found = list(map(PendingRow._make, connection.execute(_NEXT, (run.key.run, count))))
    these = _these(run.key, [row.seq for row in found]) | {"now": moment(now)}
    if found:
        connection.execute(_CLAIM_ROWS, these)
        connection.execute(_CLAIM_CONTACTS, these)
    doubts = doubts_of_rows(connection, these) if run.has_doubts and found else {}
    merged = {"merges_left": run.merges_left, **these} if any(row.uuid for row in found) else {}
    bases = {seq: told for seq, *told in (connection.execute(_BASES, merged) if merged else ())}
    seen = walked(connection, run, found)
    return [
        replace(
            _pending(row, bases.get(row.seq, ()), *seen.get(row.seq, (Presence.UNKNOWN, ""))),
            doubts=tuple(doubts.get(row.seq, ())),
        )
        for row in found
    ]


def _pending(row: PendingRow, base: Sequence[str | None], presence: Presence, uuid: str) -> Pending:
    """Return a claimed row; the base is JSON, with the fields in it to be merged again as on a first meeting, or none.

    The UUID is that of the contact that the walk has seen.
    """
    said, left = [*base, None, None][:2]
    return Pending(
        seq=row.seq,
        row=row.row,
        contact=row.contact,
        uuid=row.uuid or uuid,
        presence=Presence.THERE if row.uuid and not row.was_gone else presence,
        was_gone=row.was_gone,
        base=None if said is None else without_fields(from_json(said, row.normalised or ""), json.loads(left or "[]")),
        in_doubt=row.doubt_since is not None,
        first_sent_at=maybe_moment(row.doubt_since),
        was_refused=row.doubt_since is not None and row.doubt_until is None,
    )


def record_outcomes(
    connection: sqlite3.Connection, key: RunKey, records: Sequence[Recorded | Attempted | Intended]
) -> None:
    """Write outcomes, attempts and intents; within the caller's transaction.

    Final statuses, which are nearly all of the records, are written by two statements; no row has two of them.
    """
    settled = []
    for note in records:
        if isinstance(note, Attempted):
            connection.execute(_ATTEMPT, columns(note) | {"run": key.run})
        elif isinstance(note, Intended):
            _record_intent(connection, key, note)
        elif note.outcome.status is Status.PENDING:
            release_row(connection, key, note.seq, note.attempts)
        else:
            base = note.outcome.base and storable(to_json(note.outcome.base))
            line = {"seq": note.seq, "attempts": note.attempts, "at": moment(note.at), "base": base}
            settled.append(asdict(key) | columns(note.outcome) | line)
            if note.outcome.status is Status.UNSENT:
                _release_contact(connection, settled[-1])
    if settled:
        these = _these(key, [line["seq"] for line in settled])
        connection.executemany(_SETTLE_ROW, settled)
        mark_found_again(connection, these)
        connection.execute(_SETTLE_CONTACTS, these)
        mark_gone(connection, these)


def _record_intent(connection: sqlite3.Connection, key: RunKey, note: Intended) -> None:
    """Write down a PATCH; of a POST, that the row's old contact is no more, and that this run sends a new one."""
    if note.change.uuid:
        drop_other_intents(connection, {"run": key.run, "seq": note.seq, "uuid": note.change.uuid})
        record_intent(connection, key, note)
    elif leave_gone_contact(connection, asdict(key) | {"seq": note.seq}):
        connection.execute(_CLAIM_CONTACTS, _these(key, [note.seq]) | {"now": moment(note.at)})


def release_row(connection: sqlite3.Connection, key: RunKey, seq: int, attempts: int) -> None:
    """Make a row pending again that certainly created no contact; within the caller's transaction."""
    line = asdict(key) | {"seq": seq, "attempts": attempts}
    connection.execute(_RELEASE_ROW, line)
    _release_contact(connection, line)


def end_dead_runs(connection: sqlite3.Connection, at: str) -> None:
    """Give the open rows of killed runs their final status; such a run has neither an end nor an exit code."""
    for run, account in connection.execute(_DEAD).fetchall():
        end_rows(connection, RunKey(run, account), at)


def end_rows(connection: sqlite3.Connection, key: RunKey, at: str) -> None:
    """Give the run's open rows their final status and store its tally; within the caller's transaction."""
    values = asdict(key) | {"at": at}
    connection.execute(_CONTACTS_IN_DOUBT, values)
    for piece, (status, reason, condition) in product(row_pieces(connection, key.run), _ENDS):
        connection.execute(f"{_END_ROWS} AND {condition}", values | piece | {"status": status, "reason": reason})
    connection.execute(_STORE_TALLY, values)


def _release_contact(connection: sqlite3.Connection, line: dict[str, object]) -> None:
    """Restore the contact to what it was before its row was claimed."""
    connection.execute(_CONTACT_STILL_IN_DOUBT, line)
    restore_gone_contact(connection, line)
    connection.execute(_FORGET_CONTACT, line)


def _these(key: RunKey, seqs: Sequence[object]) -> dict[str, object]:
    """Return the values of `_THESE_ROWS`, and the account."""
    return asdict(key) | {"seqs": encode_json(seqs)}
