"""Recognise: find by fingerprint the rows that an earlier run settled with the same cells and mapping.

They are enqueued as `unchanged` without being mapped. Each step is one statement for a whole chunk, so that SQLite
works while Python reads on: 100,000 such rows take about a second.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from importer.journal.deduplicate import FirstRow, duplicate_reason
from importer.model.rows import FINGERPRINT_BYTES, Sheet

_NO_FINGERPRINT = bytes(FINGERPRINT_BYTES)
# OR IGNORE: should two contacts ever have one fingerprint, the first one counts.
_LOOK_UP = """
INSERT OR IGNORE INTO temp.looked_up (seq, number, source, channel, identifier, row_run, row_seq)
SELECT :first + key, value, contacts.source, contacts.channel, contacts.identifier, contacts.row_run, contacts.row_seq
FROM json_each(:numbers) LEFT JOIN contacts INDEXED BY contacts_by_row
    ON contacts.row_fingerprint = substr(:fingerprints, 16 * key + 1, 16) AND contacts.account = :account
    AND contacts.status IN ('created', 'updated', 'exists')
"""
_FOUND = "SELECT identifier FROM temp.looked_up ORDER BY seq"
_ENQUEUE = """
INSERT INTO rows (run, seq, status, sheet, number, attempts, same_run, same_as, finished_at, source, channel,
    identifier, name, uuid, href, code, column_header, reason, cells)
SELECT :run, seq, 'unchanged', :sheet, number, 0, row_run, row_seq, :at, source, channel,
    identifier, '', '', '', '', '', '', ''
FROM temp.looked_up WHERE identifier IS NOT NULL
"""
_SEEN_BEFORE = """
SELECT looked_up.seq, seen.seq, seen.sheet, seen.number
FROM temp.looked_up CROSS JOIN temp.seen USING (source, channel, identifier) WHERE seen.seq <> looked_up.seq
"""
_IS_DUPLICATE = "UPDATE rows SET status = 'duplicate', code = 'duplicate', reason = ? WHERE run = ? AND seq = ?"
_REMEMBER = """
UPDATE contacts SET row_fingerprint = rows.row_fingerprint, row_run = rows.run, row_seq = rows.seq FROM rows
WHERE rows.run = :run AND rows.seq BETWEEN :first AND :last AND rows.status = 'unchanged'
    AND rows.row_fingerprint IS NOT NULL AND contacts.account = :account AND contacts.source = rows.source
    AND contacts.channel = rows.channel AND contacts.identifier = rows.identifier
"""


@dataclass(frozen=True, slots=True)
class Recognised:
    """Which of the next rows of the input are recognised."""

    first_seq: int
    identifiers: Sequence[str | None]
    """Of each row, in order; None: it is not recognised."""

    @property
    def unknown(self) -> list[int]:
        """Return the seqs of the rows that are not recognised."""
        return [seq for seq, known in enumerate(self.identifiers, self.first_seq) if known is None]


def recognise_rows(
    connection: sqlite3.Connection, account: int, first_seq: int, marked: Sequence[tuple[int, bytes | None]]
) -> Recognised:
    """Look the fingerprints of the next rows up; within the caller's transaction.

    Args:
        connection: To the journal.
        account: That the run imports into.
        first_seq: Of the first row.
        marked: Each row's number and fingerprint.

    """
    connection.execute("DELETE FROM temp.looked_up")
    values = {
        "account": account,
        "first": first_seq,
        "numbers": json.dumps([number for number, _ in marked]),
        "fingerprints": b"".join(fingerprint or _NO_FINGERPRINT for _, fingerprint in marked),
    }
    connection.execute(_LOOK_UP, values)
    return Recognised(first_seq, [identifier for (identifier,) in connection.execute(_FOUND)])


def enqueue_recognised(connection: sqlite3.Connection, run: int, sheet_index: int, at: str) -> int:
    """Insert the recognised rows as unchanged, and return how many; within the caller's transaction."""
    return connection.execute(_ENQUEUE, {"run": run, "sheet": sheet_index, "at": at}).rowcount


def mark_duplicates(connection: sqlite3.Connection, run: int, sheets: Mapping[int, Sheet], sheet_index: int) -> int:
    """Mark those of the rows just inserted whose key is in an earlier row of the run, and return how many."""
    found = connection.execute(_SEEN_BEFORE).fetchall()
    lines = [(duplicate_reason(FirstRow(*place), sheets, sheet_index), run, seq) for seq, *place in found]
    connection.executemany(_IS_DUPLICATE, lines)
    return len(lines)


def remember(connection: sqlite3.Connection, run: int, account: int, seqs: Sequence[int]) -> None:
    """Store the fingerprints of rows that were mapped and are unchanged, so that the next run recognises them."""
    connection.execute(_REMEMBER, {"run": run, "account": account, "first": seqs[0], "last": seqs[-1]})
