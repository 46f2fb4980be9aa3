"""Contacts that were deleted in Callbell: what the journal knows of them, until they are there again.

    a run found it deleted ............ marked: `failed`, and it keeps its UUID; its row is not recognised any more
    a later run finds it after all .... as it was before
    finds another with its number ..... that one is the contact, and was only met
    is about to make it again ......... from the POST on the new contact counts, in flight: whatever cuts the run off
                                        leaves it in doubt; the old one is kept, and counts again where the POST surely
                                        did not arrive

A contact whose sending failed is `failed` too, and has no UUID.
"""

import sqlite3
from collections.abc import Mapping

from importer.journal.run_input import CONTACT_OF_ROW
from importer.model.rows import GONE

# A copy of the table without its rows; so the columns are in the same order.
_KEEPER = "CREATE TEMP TABLE IF NOT EXISTS gone_contacts AS SELECT * FROM contacts WHERE 0"
_EMPTY = "DELETE FROM temp.gone_contacts"
_ROWS = "rows.run = :run AND rows.seq = :seq"
_THESE_ROWS = "rows.run = :run AND rows.seq IN (SELECT value FROM json_each(:seqs))"
_KEEP = f"""
INSERT INTO temp.gone_contacts SELECT contacts.* FROM rows CROSS JOIN contacts ON {CONTACT_OF_ROW}
WHERE {_ROWS} AND rows.uuid <> ''
"""  # noqa: S608 - only constants
_LEAVE = f"UPDATE rows SET uuid = '', href = '' WHERE {_ROWS}"  # noqa: S608 - only constants
# No PATCH of the old contact matters any more.
_DROP_INTENTS = "DELETE FROM changes WHERE run = :run AND seq = :seq"
_OF_ROW = f"FROM rows CROSS JOIN temp.gone_contacts AS contacts ON {CONTACT_OF_ROW} WHERE {_ROWS}"
_RESTORE_ROW = f"""
UPDATE rows SET uuid = found.uuid, href = found.href
FROM (SELECT contacts.uuid, contacts.href {_OF_ROW}) AS found WHERE {_ROWS}
"""  # noqa: S608 - only constants
_RESTORE_CONTACT = f"INSERT OR REPLACE INTO contacts SELECT contacts.* {_OF_ROW}"
# One that a run has just met and PATCHed may be deleted at once.
_MARK_GONE = f"""
UPDATE contacts SET status = 'failed', row_fingerprint = NULL FROM rows
WHERE {_THESE_ROWS} AND rows.status = 'failed' AND rows.code = '{GONE}' AND {CONTACT_OF_ROW}
    AND contacts.uuid = rows.uuid AND contacts.status IN ('created', 'updated', 'exists')
"""  # noqa: S608 - only constants
# Another one is as if it had been claimed like a new contact, and nothing was sent to it.
_MARK_FOUND_AGAIN = f"""
UPDATE contacts SET status = iif(contacts.uuid = rows.uuid, 'exists', 'in_flight'),
    fingerprint = iif(contacts.uuid = rows.uuid, contacts.fingerprint, rows.fingerprint),
    sent_run = iif(contacts.uuid = rows.uuid, contacts.sent_run, rows.run),
    sent_seq = iif(contacts.uuid = rows.uuid, contacts.sent_seq, rows.seq) FROM rows
WHERE {_THESE_ROWS} AND rows.status IN ('exists', 'updated') AND {CONTACT_OF_ROW}
    AND contacts.status = 'failed' AND contacts.uuid <> ''
"""  # noqa: S608 - only constants


def prepare_gone_contacts(connection: sqlite3.Connection) -> None:
    """Make room for the deleted contacts of a run that begins; in the caller's transaction."""
    connection.execute(_KEEPER)
    connection.execute(_EMPTY)


def mark_gone(connection: sqlite3.Connection, these: Mapping[str, object]) -> None:
    """Mark the contacts of rows that found them deleted, once the rows are settled; in the caller's transaction.

    Args:
        connection: To the journal.
        these: The ids of the run and account, and the JSON list of the rows' `seqs`.

    """
    connection.execute(_MARK_GONE, these)


def mark_found_again(connection: sqlite3.Connection, these: Mapping[str, object]) -> None:
    """Let the contacts of rows be there that found them in spite of an earlier run; before they are settled.

    The arguments are those of `mark_gone`.
    """
    connection.execute(_MARK_FOUND_AGAIN, these)


def leave_gone_contact(connection: sqlite3.Connection, row: Mapping[str, object]) -> bool:
    """Let a row be about a new contact, and keep its old one; return False where that was done before.

    Args:
        connection: In a transaction.
        row: The ids of its run and account, and its `seq`.

    """
    if not connection.execute(_KEEP, row).rowcount:
        return False
    connection.execute(_LEAVE, row)
    connection.execute(_DROP_INTENTS, row)
    return True


def drop_other_intents(connection: sqlite3.Connection, row: Mapping[str, object]) -> None:
    """Forget what a row's PATCHes were to change in a deleted contact, now that it changes another one.

    Args:
        connection: In a transaction.
        row: Its run and `seq`, and the `uuid` of the contact that it changes.

    """
    connection.execute(f"{_DROP_INTENTS} AND uuid <> :uuid", row)


def restore_gone_contact(connection: sqlite3.Connection, row: Mapping[str, object]) -> None:
    """Let a row be about its old contact again, if it has one; the arguments are those of `leave_gone_contact`."""
    connection.execute(_RESTORE_ROW, row)
    connection.execute(_RESTORE_CONTACT, row)
