"""The first row of each person of a run: whoever is in a later row again is a duplicate, in either form of a number."""

import sqlite3

from importer.journal.deduplicate import FirstRow
from importer.journal.number_forms import PERSON

_MARK_SEEN = f"""
INSERT OR IGNORE INTO temp.seen (source, channel, person, identifier, seq, sheet, number, row_run, row_seq)
SELECT source, channel, {PERSON}, identifier, seq, ?, number, row_run, row_seq
FROM temp.next_rows WHERE identifier IS NOT NULL ORDER BY seq
"""  # noqa: S608 - only constants
# A recognised row has its contact's key; the row of an earlier run that has its UUID says how it is written.
_SEEN_BEFORE = f"""
SELECT next_rows.seq, coalesce(here.identifier, next_rows.identifier), seen.seq, seen.sheet, seen.number, seen.row_run,
    seen.row_seq, contents.content, coalesce(first.identifier, seen.identifier)
FROM (SELECT *, {PERSON} AS person FROM temp.next_rows) AS next_rows
CROSS JOIN temp.seen USING (source, channel, person)
LEFT JOIN temp.contents ON contents.seq = seen.seq
LEFT JOIN rows AS first ON first.run = seen.row_run AND first.seq = seen.row_seq
LEFT JOIN rows AS here ON here.run = next_rows.row_run AND here.seq = next_rows.row_seq
WHERE seen.seq <> next_rows.seq
"""  # noqa: S608 - only constants


def seen_before(connection: sqlite3.Connection, sheet_index: int) -> list[tuple[int, str, FirstRow]]:
    """Take note of whom the next rows are, and return those whose person is in an earlier row of the run.

    Args:
        connection: In a transaction, with the rows in `temp.next_rows`.
        sheet_index: Where they are.

    Returns:
        Their seq, their identifier as it is sent, and the first row of the person.

    """
    new = connection.execute(_MARK_SEEN, (sheet_index,)).rowcount
    ((count,),) = connection.execute("SELECT count(identifier) FROM temp.next_rows")
    if new == count:
        return []
    return [(seq, written, FirstRow(*place)) for seq, written, *place in connection.execute(_SEEN_BEFORE)]
