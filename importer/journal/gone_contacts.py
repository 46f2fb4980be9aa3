"""Contacts that were deleted in Callbell and are about to be made again: sent like new ones, and kept until they are.

From the POST on the new contact counts, in flight: whatever cuts the run off leaves it in doubt. Where the POST surely
did not arrive, the old contact is known as before, so that the next run can report again that it is gone.
"""

import sqlite3
from collections.abc import Mapping

from importer.journal.run_input import CONTACT_OF_ROW

# A copy of the table without its rows; so the columns are in the same order.
_KEEPER = "CREATE TEMP TABLE IF NOT EXISTS gone_contacts AS SELECT * FROM contacts WHERE 0"
_EMPTY = "DELETE FROM temp.gone_contacts"
_ROWS = "rows.run = :run AND rows.seq = :seq"
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


def prepare_gone_contacts(connection: sqlite3.Connection) -> None:
    """Make room for the deleted contacts of a run that begins; in the caller's transaction."""
    connection.execute(_KEEPER)
    connection.execute(_EMPTY)


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


def restore_gone_contact(connection: sqlite3.Connection, row: Mapping[str, object]) -> None:
    """Let a row be about its old contact again, if it has one; the arguments are those of `leave_gone_contact`."""
    connection.execute(_RESTORE_ROW, row)
    connection.execute(_RESTORE_CONTACT, row)
