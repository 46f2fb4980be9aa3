"""The journal's schema: one SQL script per version, in `migrations/`.

A journal is brought up to date by the scripts that its version, SQLite's `user_version`, does not have yet, in one
transaction. A script that was ever released is never changed: a new one is added, and named here.
With every new one, keep a journal of the last release in `tests/support/old_journals` (its README says how):
a test opens each of them with today's code and checks that nothing is lost.
"""

import re
import sqlite3
from importlib import resources

APPLICATION_ID = 0x43424C69
"""`CBLi`: how a file says that it is a journal (SQLite's `application_id`)."""
MIGRATIONS_FOLDER = resources.files("importer.journal") / "migrations"
MIGRATIONS = (
    "0001_first.sql",
    "0002_undo.sql",
    "0003_learned_limits.sql",
    "0004_row_fingerprints.sql",
    "0005_repeated_runs.sql",
    "0006_account_identity.sql",
    "0007_ours.sql",
    "0008_left_out.sql",
    "0009_changes.sql",
    "0010_updates.sql",
    "0011_probes.sql",
    "0012_pace.sql",
    "0013_doubts.sql",
    "0014_problems.sql",
    "0015_forgotten.sql",
    "0016_offset.sql",
    "0017_sent_before.sql",
    "0018_kept_values.sql",
    "0019_not_updated.sql",
    "0020_unsure_undos.sql",
)
"""In order; their number is the version of the schema."""
TEMPORARY_TABLES = resources.files("importer.journal") / "temporary_tables.sql"
"""Those of one connection: the input's next rows, and the keys that it had so far."""
_OLD_CONTACTS = """
temp.next_rows CROSS JOIN contacts ON contacts.account = :account AND contacts.source = next_rows.source
    AND contacts.channel = next_rows.channel AND contacts.identifier = next_rows.old_key AND contacts.is_normalised = 0
"""
_REPLACE_OLD_KEYS = (
    f"""
    UPDATE rows SET normalised = found.identifier FROM (
        SELECT next_rows.identifier, sent_run AS run, sent_seq AS seq FROM {_OLD_CONTACTS}
        UNION SELECT next_rows.identifier, contacts.row_run, contacts.row_seq FROM {_OLD_CONTACTS}
    ) AS found WHERE (rows.run, rows.seq) = (found.run, found.seq)
    """,  # noqa: S608 - only constants
    f"""
    UPDATE OR IGNORE contacts SET identifier = found.identifier, is_normalised = 1 FROM (
        SELECT next_rows.identifier, contacts.source, contacts.channel, old_key FROM {_OLD_CONTACTS}
    ) AS found WHERE account = :account
        AND (contacts.source, contacts.channel, contacts.identifier) = (found.source, found.channel, old_key)
    """,  # noqa: S608 - only constants
)
HAS_OLD_KEYS = "SELECT EXISTS (SELECT 1 FROM contacts WHERE account = ? AND is_normalised = 0)"
"""Whether the account has contacts whose key may lack a country code."""
CODES = "(VALUES (2, ''), (3, ''), (4, ''), (2, '0'), (3, '0'), (4, '0')) AS codes"
"""Where a number may begin without its country code, which has one to three digits, and what may stand before it."""
_LIKE_OLD_KEYS = f"""
SELECT next_rows.seq, min(first_sent_at), max(last_sent_at) FROM temp.next_rows
CROSS JOIN {CODES}
CROSS JOIN contacts ON contacts.account = :account AND contacts.source = next_rows.source
    AND contacts.channel = next_rows.channel AND contacts.is_normalised = 0 AND contacts.status <> 'failed'
    AND contacts.identifier = codes.column2 || substr(next_rows.identifier, codes.column1)
GROUP BY next_rows.seq
"""  # noqa: S608 - only constants
_BETWEEN = re.compile(r"[^0-9+]")
_DIALLED = re.compile(r"^(?:\++(?:00)?|00)")


def old_key(source: str, identifier: str) -> str:
    """Return what the key of a contact says that was known by its identifier as it was sent (until version 5).

    The digits of a phone number, without those that stand for its plus; whether a country code is missing cannot be
    told from it. The scripts call it too.
    """
    if source != "whatsapp":
        return identifier.strip().casefold() if source else identifier
    return _DIALLED.sub("", _BETWEEN.sub("", identifier)).replace("+", "") or identifier


def replace_old_keys(connection: sqlite3.Connection, account: int) -> dict[int, tuple[str, str]]:
    """Give contacts the key that the next rows of the input show, if they were sent as they are written now.

    Args:
        connection: In a transaction, with the rows in `temp.next_rows`.
        account: That the run imports into; it has old keys.

    Returns:
        By seq, when a contact was first and last sent that may be the row's: its key is the number without a country
        code. It is to be looked up before it is sent.

    """
    for statement in _REPLACE_OLD_KEYS:
        connection.execute(statement, {"account": account})
    return {seq: (first, last) for seq, first, last in connection.execute(_LIKE_OLD_KEYS, {"account": account})}
