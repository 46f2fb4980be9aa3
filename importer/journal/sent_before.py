"""What the sheet counts as having said of a contact when an undo takes an update of it back.

    about to give values back ............... nothing, whatever cuts the undo off
    the undo itself gave back all of them ... the row that counted before the update
    surely nothing was given back ........... what counted until now
    anything else ........................... nothing

The row before counts only if the update's own row counted until then: a later run that sent or merged it went by
what is taken back. Where nothing counts, the next update meets the contact for the first time and tells so: what both
sides have stays as it is in Callbell.
"""

import sqlite3
from collections.abc import Mapping

from importer.journal.run_input import CONTACT_OF_ROW, ROW_KEY
from importer.model.deletion import Fate, LastSent
from importer.model.rows import CONFLICT, FINGERPRINT_BYTES

SENT_BEFORE = f"""
SELECT sent.run, sent.seq FROM rows
CROSS JOIN contacts ON contacts.is_sent AND {CONTACT_OF_ROW}
CROSS JOIN rows AS sent ON sent.run = contacts.sent_run AND sent.seq = contacts.sent_seq
WHERE rows.run = :run AND rows.seq = :seq AND rows.uuid <> '' AND contacts.uuid = :uuid AND sent.payload IS NOT NULL
"""  # noqa: S608 - only constants
"""The row that counts before an update: the one whose content `claim` gives it as its base."""
# An undo that was cut off has forgotten it already; unless a run met the contact since, that is still so.
_MARK = f"""
UPDATE removals SET counted = iif(contacts.sent_run = 0, removals.counted,
    contacts.is_sent AND (contacts.sent_run, contacts.sent_seq) = (rows.run, rows.seq))
FROM rows CROSS JOIN contacts ON {CONTACT_OF_ROW}
WHERE removals.run = :run AND removals.seq = :seq AND rows.run = :run AND rows.seq = :seq
"""  # noqa: S608 - only constants
# It still counts what an earlier run sent where the row's own update came to nothing.
_FORGET = f"""
UPDATE contacts SET is_sent = 0, fingerprint = zeroblob({FINGERPRINT_BYTES}), row_fingerprint = NULL, sent_run = 0,
    sent_seq = 0
WHERE account = :account AND sent_run >= :run AND (source, channel, identifier, uuid) = (
    SELECT {ROW_KEY}, changes.uuid FROM rows JOIN changes USING (run, seq)
    WHERE rows.run = :run AND rows.seq = :seq AND rows.status <> 'created'
)
"""  # noqa: S608 - only constants
# Where an undo of another update was cut off, the contact is not as it was before that one any more.
_UNMARK_OTHERS = """
UPDATE removals SET counted = 0 WHERE counted = 1 AND run <> :run AND EXISTS (
    SELECT 1 FROM changes JOIN changes AS taken_back USING (uuid)
    WHERE (changes.run, changes.seq) = (removals.run, removals.seq)
        AND (taken_back.run, taken_back.seq) = (:run, :seq)
)
"""
# After a conflict the next run looks again: nothing has the fingerprint of its row.
_COUNT_AGAIN = f"""
UPDATE contacts SET is_sent = 1, sent_run = sent.run, sent_seq = sent.seq,
    fingerprint = iif(sent.code = '{CONFLICT}', zeroblob({FINGERPRINT_BYTES}), sent.fingerprint)
FROM removals CROSS JOIN rows ON rows.run = removals.run AND rows.seq = removals.seq
CROSS JOIN changes ON changes.run = removals.run AND changes.seq = removals.seq
CROSS JOIN rows AS sent ON sent.run = changes.sent_run AND sent.seq = changes.sent_seq
WHERE removals.run = :run AND removals.seq = :seq AND removals.counted = 1
    AND {CONTACT_OF_ROW} AND contacts.uuid = changes.uuid AND contacts.sent_run = 0
    AND sent.payload IS NOT NULL AND sent.fingerprint IS NOT NULL
"""  # noqa: S608 - only constants
# One that failed may have been given back all the same; the next undo asks how it stands.
_UNMARK = f"""
UPDATE removals SET counted = 0 WHERE run = :run AND seq = :seq AND counted = 1 AND status <> '{Fate.FAILED}'
"""  # noqa: S608 - only constants


def begin_give_back(connection: sqlite3.Connection, line: Mapping[str, object]) -> None:
    """Let nothing count of a contact to which values are about to be given back; in the caller's transaction.

    Args:
        connection: To the journal.
        line: The ids of the row's run and account, and its `seq`.

    """
    connection.execute(_MARK, line)
    _forget(connection, line)


def end_give_back(connection: sqlite3.Connection, line: Mapping[str, object], last_sent: LastSent) -> None:
    """Let that count of a contact which is true now that its undo has an outcome, which is written down already.

    Args:
        connection: To the journal, in the caller's transaction.
        line: As of `begin_give_back`.
        last_sent: What counts.

    """
    if last_sent is not LastSent.UNTOUCHED:
        _forget(connection, line)
    if last_sent is LastSent.BEFORE_THE_RUN:
        connection.execute(_COUNT_AGAIN, line)
    connection.execute(_UNMARK, line)


def _forget(connection: sqlite3.Connection, line: Mapping[str, object]) -> None:
    connection.execute(_FORGET, line)
    connection.execute(_UNMARK_OTHERS, line)
