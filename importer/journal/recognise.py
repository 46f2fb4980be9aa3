"""Rows that an earlier run settled with the very same cells and mapping: found and written down, and not mapped.

All of a chunk is one statement each, so that SQLite works on its own while Python reads on: a hundred thousand such
rows take about a second.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from importer.journal.deduplicate import FirstRow, duplicate_reason
from importer.model.rows import FINGERPRINT_BYTES, Sheet

_NO_FINGERPRINT = bytes(FINGERPRINT_BYTES)
# Two contacts never have one fingerprint, as a row is one contact; if they did, the first would do.
_OFFER = """
INSERT OR IGNORE INTO temp.offered (seq, number, source, channel, identifier, row_run, row_seq)
SELECT :first + key, value, contacts.source, contacts.channel, contacts.identifier, contacts.row_run, contacts.row_seq
FROM json_each(:numbers) LEFT JOIN contacts INDEXED BY contacts_by_row
    ON contacts.row_fingerprint = substr(:fingerprints, 16 * key + 1, 16) AND contacts.account = :account
    AND contacts.status IN ('created', 'updated', 'exists')
"""
_FOUND = "SELECT identifier FROM temp.offered ORDER BY seq"
_ENQUEUE = """
INSERT INTO rows (run, seq, status, sheet, number, attempts, same_run, same_as, finished_at, source, channel,
    identifier, name, uuid, href, code, column_header, reason, cells)
SELECT :run, seq, 'unchanged', :sheet, number, 0, row_run, row_seq, :at, source, channel,
    identifier, '', '', '', '', '', '', ''
FROM temp.offered WHERE identifier IS NOT NULL
"""
_SEEN_BEFORE = """
SELECT offered.seq, seen.seq, seen.sheet, seen.number
FROM temp.offered CROSS JOIN temp.seen USING (source, channel, identifier) WHERE seen.seq <> offered.seq
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
    """Rows of the input that are about to be entered."""

    first_seq: int
    identifiers: Sequence[str | None]
    """Under which each is known; None: it is not recognised."""

    @property
    def unknown(self) -> list[int]:
        """Return the seqs of those that are not recognised."""
        return [seq for seq, known in enumerate(self.identifiers, self.first_seq) if known is None]


def recognise_rows(
    connection: sqlite3.Connection, account: int, first_seq: int, marked: Sequence[tuple[int, bytes | None]]
) -> Recognised:
    """Find the rows that are recognised; within the caller's transaction.

    Args:
        connection: To the journal.
        account: That the run fills.
        first_seq: Of the first row.
        marked: Each row's number and fingerprint.

    """
    connection.execute("DELETE FROM temp.offered")
    values = {
        "account": account,
        "first": first_seq,
        "numbers": json.dumps([number for number, _ in marked]),
        "fingerprints": b"".join(fingerprint or _NO_FINGERPRINT for _, fingerprint in marked),
    }
    connection.execute(_OFFER, values)
    return Recognised(first_seq, [identifier for (identifier,) in connection.execute(_FOUND)])


def enqueue_recognised(connection: sqlite3.Connection, run: int, sheet_index: int, at: str) -> int:
    """Write the offered rows that were recognised down as unchanged, and return how many; within the transaction."""
    return connection.execute(_ENQUEUE, {"run": run, "sheet": sheet_index, "at": at}).rowcount


def mark_duplicates(connection: sqlite3.Connection, run: int, sheets: Mapping[int, Sheet], sheet_index: int) -> int:
    """Mark those of the rows just entered whose key stands in an earlier row of the run, and return how many."""
    found = connection.execute(_SEEN_BEFORE).fetchall()
    lines = [(duplicate_reason(FirstRow(*place), sheets, sheet_index), run, seq) for seq, *place in found]
    connection.executemany(_IS_DUPLICATE, lines)
    return len(lines)


def remember(connection: sqlite3.Connection, run: int, account: int, seqs: Sequence[int]) -> None:
    """Let rows be recognised the next time that were found to be unchanged by mapping them."""
    connection.execute(_REMEMBER, {"run": run, "account": account, "first": seqs[0], "last": seqs[-1]})
