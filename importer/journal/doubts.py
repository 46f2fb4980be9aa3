"""POSTs and PATCHes of earlier runs that may have arrived: whoever updates their contacts must know what they set.

A row that ended `in_doubt` leaves its contact as it is: what the sheet counts as having said does not advance, for
nobody knows whether the request arrived. Until another run has merged the contact, the service may have what that
request set, or may still be working on it; both are no work of a person. Of several POSTs, by runs that were cut off
while the sheet was edited, any may have made the contact; so may one that was refused, as some services refuse, and
make the contact all the same.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType

from importer.journal.intents import change_of
from importer.journal.run_input import CONTACT_OF_ROW, ROW_KEY
from importer.model.changes import ContactChange
from importer.model.payload import from_json, set_fields

_FILL_PATCHES = f"""
INSERT INTO temp.doubts (source, channel, identifier, run, uuid, after, before)
SELECT {ROW_KEY}, changes.run, changes.uuid, changes.after, changes.before
FROM runs CROSS JOIN changes ON changes.run = runs.id
CROSS JOIN rows ON rows.run = changes.run AND rows.seq = changes.seq AND rows.status = 'in_doubt'
CROSS JOIN contacts ON {CONTACT_OF_ROW} AND contacts.sent_run <= changes.run
WHERE runs.account = :account AND runs.tally ->> 'in_doubt' > 0
"""  # noqa: S608 - only constants
# Where a row was PATCHed it was not POSTed, so that the change is there already.
_FILL_POSTS = f"""
INSERT OR IGNORE INTO temp.doubts (source, channel, identifier, run, uuid, after, before)
SELECT {ROW_KEY}, rows.run, '', rows.payload, '{{}}'
FROM runs CROSS JOIN rows INDEXED BY rows_maybe_there ON rows.run = runs.id AND rows.status IN ('in_doubt', 'failed')
    AND (rows.status = 'in_doubt' OR (rows.attempts > 0 AND rows.http_status BETWEEN 400 AND 499))
CROSS JOIN contacts ON {CONTACT_OF_ROW} AND contacts.sent_run <= rows.run
WHERE runs.account = :account AND (runs.tally ->> 'in_doubt' > 0 OR runs.tally ->> 'failed' > 0)
    AND rows.uuid = '' AND rows.payload IS NOT NULL
"""  # noqa: S608 - only constants
# They are looked at again even if the sheet says once more what it said before the doubt.
_NOT_RECOGNISED = """
UPDATE contacts SET row_fingerprint = NULL FROM temp.doubts AS doubts
WHERE contacts.account = :account
    AND (contacts.source, contacts.channel, contacts.identifier) = (doubts.source, doubts.channel, doubts.identifier)
"""
_OF_ROWS = f"""
SELECT rows.seq, doubts.uuid, doubts.after, doubts.before FROM rows
CROSS JOIN temp.doubts AS doubts ON (doubts.source, doubts.channel, doubts.identifier) = ({ROW_KEY})
WHERE rows.run = :run AND rows.seq IN (SELECT value FROM json_each(:seqs)) ORDER BY doubts.run
"""  # noqa: S608 - only constants


def find_doubts(connection: sqlite3.Connection, account: int) -> bool:
    """Collect the doubts of an account in `temp.doubts`; return whether there are any. In the caller's transaction."""
    filled = [connection.execute(fill, {"account": account}).rowcount for fill in (_FILL_PATCHES, _FILL_POSTS)]
    if not any(filled):
        return False
    connection.execute(_NOT_RECOGNISED, {"account": account})
    return True


def doubts_of_rows(connection: sqlite3.Connection, these: Mapping[str, object]) -> Mapping[int, list[ContactChange]]:
    """Return by seq what earlier runs may have changed in the contacts of rows, oldest first.

    Args:
        connection: With `temp.doubts`.
        these: The ids of the run, and the JSON list of the rows' `seqs`.

    """
    found = defaultdict[int, list[ContactChange]](list)
    for seq, uuid, after, before in connection.execute(_OF_ROWS, these):
        found[seq].append(change_of(uuid, after, before) if uuid else _post_of(after))
    return found


def _post_of(payload: str) -> ContactChange:
    """Return what a POST was to set, whose contact is not known."""
    return ContactChange(uuid="", after=MappingProxyType(set_fields(from_json(payload))))
