"""A run that was given exactly what the account's last run was given, and has nothing to do: told from that run's rows.

Its rows are not written down again: it is the same as the run before it, whose created rows are unchanged now.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping

from importer.journal.column_values import from_json, to_json
from importer.journal.database import Database
from importer.model.rows import Status

# Nothing may have happened since: not another run, nor that contacts of any run were taken back.
_LAST = """
SELECT runs.name, runs.input_fingerprint, runs.exit_code, runs.tally FROM runs
WHERE runs.account = (SELECT id FROM accounts WHERE name = :account) AND NOT EXISTS (
    SELECT 1 FROM undos JOIN runs AS undone ON undone.id = undos.run
    WHERE undone.account = runs.account AND undos.started_at >= runs.started_at
)
ORDER BY runs.id DESC LIMIT 1
"""
_LEFT_TO_DO = (Status.FAILED, Status.IN_DOUBT, Status.UNSENT)
_NOW_UNCHANGED = frozenset({"created", "updated"})
FOUND_THERE = "exists"
"""The code of a row whose contact was in Callbell before; a row that differs from what was sent has another."""


def last_run_given(database: Database, account: str, input_fingerprint: bytes) -> str:
    """Return the name of the account's last run if it was given exactly this and nothing of it is left to do; else ''.

    Args:
        database: The journal.
        account: As the journal calls it.
        input_fingerprint: Stands for files, mapping and options; empty: nothing is like it.

    """
    found = database.fetch(_LAST, {"account": account})
    if not found or not input_fingerprint:
        return ""
    name, given, exit_code, tally = found[0]
    counts = from_json(tally or "{}")
    is_done = exit_code in (0, 1) and not any(counts.get(status) for status in _LEFT_TO_DO)
    return name if is_done and given == input_fingerprint else ""


def status_again(status: str, code: str) -> str:
    """Return the status that a row has when it is given again, and nothing has happened since."""
    return "unchanged" if status in _NOW_UNCHANGED or code == FOUND_THERE else status


def tally_again(counts: Iterable[tuple[str, str, int]]) -> dict[str, int]:
    """Return how many rows have each status when they are given again, from the counts per status and code."""
    again: Counter[str] = Counter()
    for status, code, count in counts:
        again[status_again(status, code)] += count
    return dict(again)


def same_as(connection: sqlite3.Connection, run: int, earlier: int, tally: Mapping[Status, int]) -> None:
    """Let a run's rows be those of an earlier one, with this tally; within the caller's transaction."""
    connection.execute(
        "UPDATE runs SET same_as = ?, tally = ? WHERE id = ?",
        (earlier, to_json({f"{status}": count for status, count in tally.items() if count}), run),
    )
