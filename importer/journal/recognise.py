"""Recognise: find by fingerprint the rows that an earlier run settled with the same cells and mapping.

They are enqueued as `unchanged` without being mapped. Each step is one statement for a whole chunk, so that SQLite
works while Python reads on: 100,000 such rows take about a second.
"""

import json
import sqlite3
from collections.abc import Sequence

from importer.journal.claim import CONTACT_OF_ROW, RunKey
from importer.model.rows import FINGERPRINT_BYTES

_NO_FINGERPRINT = bytes(FINGERPRINT_BYTES)
# OR IGNORE: should two contacts ever have one fingerprint, the first one counts.
_LOOK_UP = """
INSERT OR IGNORE INTO temp.next_rows (seq, number, source, channel, identifier, row_run, row_seq)
SELECT :first + key, value, contacts.source, contacts.channel, contacts.identifier, contacts.row_run, contacts.row_seq
FROM json_each(:numbers) LEFT JOIN contacts INDEXED BY contacts_by_row
    ON contacts.row_fingerprint = substr(:fingerprints, 16 * key + 1, 16) AND contacts.account = :account
    AND contacts.status IN ('created', 'updated', 'exists')
"""
_FOUND = "SELECT identifier FROM temp.next_rows ORDER BY seq"
_ENQUEUE = """
INSERT INTO rows (run, seq, status, sheet, number, attempts, same_run, same_as, finished_at, source, channel,
    identifier, name, uuid, href, code, column_header, reason, cells)
SELECT :run, seq, 'unchanged', :sheet, number, 0, row_run, row_seq, :at, source, channel,
    identifier, '', '', '', '', '', '', ''
FROM temp.next_rows WHERE row_run IS NOT NULL
"""
_REMEMBER = f"""
UPDATE contacts SET row_fingerprint = rows.row_fingerprint, row_run = rows.run, row_seq = rows.seq FROM rows
WHERE rows.run = :run AND rows.seq BETWEEN :first AND :last AND rows.status = 'unchanged'
    AND rows.row_fingerprint IS NOT NULL AND {CONTACT_OF_ROW}
"""  # noqa: S608 - only constants


def recognise_rows(
    connection: sqlite3.Connection, account: int, first_seq: int, marked: Sequence[tuple[int, bytes | None]]
) -> list[str | None]:
    """Look the fingerprints of the next rows up; within the caller's transaction.

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


def enqueue_recognised(connection: sqlite3.Connection, run: int, sheet_index: int, at: str) -> int:
    """Insert the recognised rows as unchanged, and return how many; within the caller's transaction."""
    return connection.execute(_ENQUEUE, {"run": run, "sheet": sheet_index, "at": at}).rowcount


def remember(connection: sqlite3.Connection, key: RunKey, seqs: Sequence[int]) -> None:
    """Store the fingerprints of rows that were mapped and are unchanged, so that the next run recognises them."""
    scope = {"run": key.run, "account": key.account, "first": seqs[0], "last": seqs[-1]}
    connection.execute(_REMEMBER, scope)
