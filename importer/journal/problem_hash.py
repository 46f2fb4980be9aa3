"""The problems of rows, each with the hash by which the next run knows it again.

It is of whose row it is (identifier, else name, else all that the row holds), the code, the column, and what the cell
says: so other cells may change. Of a conflict its two values stand for the cell; of a failed row and one in doubt
nothing does, but for what the account lacks. Earlier versions hashed all that the row holds, and the code.
"""

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from types import MappingProxyType

from importer.journal.run_input import IN_CONFLICT
from importer.journal.run_problems import BY_MESSAGE

_HASH_BYTES = 16
_TABLE = (
    """
    CREATE TEMP TABLE IF NOT EXISTS compared_problems (
        run INTEGER NOT NULL, seq INTEGER NOT NULL, code TEXT NOT NULL, column_header TEXT NOT NULL,
        is_fixable INTEGER NOT NULL, -- the row is invalid or in conflict
        problem BLOB,                -- NULL: what the row holds is not known
        old_problem BLOB             -- by which an earlier version knew it
    )
    """,
    "CREATE INDEX IF NOT EXISTS temp.by_problem ON compared_problems (run, problem)",
    "CREATE INDEX IF NOT EXISTS temp.by_old_problem ON compared_problems (run, old_problem)",
    "DELETE FROM temp.compared_problems",
)
# A row with the same problem twice in one column counts once, as in reports.
_INVALID = """
INSERT INTO temp.compared_problems
SELECT run, seq, found.code, found.column_header, 1,
    problem_hash(identifier, name, fingerprint, found.code, found.column_header, value),
    old_problem_hash(fingerprint, found.code)
FROM (
    SELECT run, seq, code, column_header, value, min(n) FROM problems WHERE {which}
    GROUP BY run, seq, code, column_header
) AS found
CROSS JOIN rows USING (run, seq)
"""
_OF_CONFLICT = ", so left as it is: "
"""Where the reason of a conflict begins to say what is in conflict; before it may stand what was changed."""
_BOTH_CHANGED = "Changed in the sheet and in Callbell"
"""What stood before that in an earlier version, whatever the cause was: its conflicts are known."""
_BY_REASON = ", ".join(f"'{code}'" for code in sorted(BY_MESSAGE))
# What is still open when a run ends early will be in doubt (`importer.journal.claim`).
_OTHERS = f"""
INSERT INTO temp.compared_problems
SELECT run, seq, code, column_header, is_fixable,
    problem_hash(coalesce(normalised, identifier), '', fingerprint, code, column_header, value),
    old_problem_hash(fingerprint, code)
FROM (
    SELECT run, seq, iif(status IN ('pending', 'in_flight'), 'in_doubt', code) AS code, {IN_CONFLICT} AS is_fixable,
        fingerprint, identifier, normalised, column_header,
        CASE WHEN {IN_CONFLICT} THEN '{_BOTH_CHANGED}' || substr(reason, max(1, instr(reason, '{_OF_CONFLICT}')))
            WHEN code IN ({_BY_REASON}) THEN reason ELSE '' END AS value
    FROM rows WHERE {{which}} AND (
        status IN ('failed', 'in_doubt', 'in_flight') OR (status = 'pending' AND doubt_until IS NOT NULL)
        OR {IN_CONFLICT}
    )
)
"""  # noqa: S608 - only constants


def gather_problems(
    connection: sqlite3.Connection, which: str, values: Mapping[str, object] = MappingProxyType({})
) -> None:
    """Collect the problems of rows in `temp.compared_problems`; in the caller's transaction.

    Args:
        connection: To the journal.
        which: The condition on `run` and `seq` that these rows meet.
        values: What it names.

    """
    connection.create_function("problem_hash", 6, problem_hash, deterministic=True)
    connection.create_function("old_problem_hash", 2, old_problem_hash, deterministic=True)
    for statement in _TABLE:
        connection.execute(statement)
    for statement in (_INVALID, _OTHERS):
        connection.execute(statement.format(which=which), dict(values))


def problem_hash(identifier: str, name: str, content: bytes | None, code: str, column: str, value: str) -> bytes | None:
    """Return a 16-byte hash (BLAKE2b) by which a problem is known; None: it is not known whose it is.

    Args:
        identifier: Of the row's contact, as it was written or is sent; blanks and signs do not count.
        name: By which a row is known that has no identifier.
        content: A hash of what the row holds (`rows.fingerprint`), for one that has neither.
        code: Of the problem.
        column: The header of its column.
        value: What its cell says.

    """
    person = next(filter(None, map(_folded, (identifier, name))), "")
    if not (person or content):
        return None
    text = json.dumps([person or (content or b"").hex(), code, column, value])
    return hashlib.blake2b(text.encode(), digest_size=_HASH_BYTES).digest()


def _folded(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def old_problem_hash(content: bytes | None, code: str) -> bytes | None:
    """Return the hash by which earlier versions know a problem: any other cell of its row made it new.

    Args:
        content: A hash of what the row holds (`rows.fingerprint`); None: it is not known.
        code: Of the problem.

    """
    return hashlib.blake2b(content + code.encode(), digest_size=_HASH_BYTES).digest() if content else None
