"""Is the journal whole? SQLite's own checks, and what must be so in every journal."""

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from importer.journal.backup import open_as_it_is
from importer.journal.schema import MIGRATIONS

_MOST_FAULTS = 20
_COUNTS = """
SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM rows), (SELECT count(*) FROM contacts),
    (SELECT count(*) FROM contacts WHERE status IN ('in_flight', 'in_doubt'))
"""
_FORGOTTEN = "SELECT count(*) FROM contacts WHERE is_forgotten = 1"
_REFUSED = "SELECT EXISTS (SELECT 1 FROM forgotten_people)"
_TALLIES = """
SELECT name, tally, (SELECT count(*) FROM rows WHERE run = runs.id) AS written, {dropped} FROM runs
WHERE tally IS NOT NULL AND written > 0
"""
_HAS_COLUMN = "SELECT 1 FROM pragma_table_info(?) WHERE name = ?"
"""Older journals are looked at as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalState:
    """What a check of the journal found."""

    faults: tuple[str, ...]
    """What is wrong with it, each as a sentence without its full stop; empty: it is whole."""
    schema_version: int
    newest_version: int = len(MIGRATIONS)
    """The one that this importer writes."""
    runs: int = 0
    rows: int = 0
    contacts: int = 0
    """Whose numbers are known."""
    forgotten: int = 0
    """Contacts whose numbers a purge forgot."""
    in_doubt: int = 0
    """Contacts of which nobody knows whether they arrived."""
    refuses_people: bool = False
    """Whether it has a list of people who are never to be imported again."""

    @property
    def knows_people(self) -> bool:
        """Whether anything would be lost with it."""
        return bool(self.contacts or self.forgets_people)

    @property
    def forgets_people(self) -> bool:
        """Whether it keeps people who were forgotten from being imported again."""
        return bool(self.forgotten or self.refuses_people)


def examine(journal: Path) -> JournalState:
    """Return what the journal holds and what is wrong with it; a run may go on meanwhile.

    Raises:
        StorageError: It is no journal, cannot be read, or is damaged so that nothing can be asked of it.

    """
    with open_as_it_is(journal) as connection:
        connection.execute("BEGIN")  # one state for all questions, though a run may go on
        ((version,),) = connection.execute("PRAGMA user_version").fetchall()
        if not 0 < version <= len(MIGRATIONS):
            faults = (f"its schema version is {version}, and this importer knows 1 to {len(MIGRATIONS)}",)
            return JournalState(faults=faults, schema_version=version)
        ((runs, rows, contacts, in_doubt),) = connection.execute(_COUNTS).fetchall()
        knows_purges = _has_column(connection, "contacts", "is_forgotten")
        ((forgotten,),) = connection.execute(_FORGOTTEN).fetchall() if knows_purges else [(0,)]
        has_list = _has_column(connection, "forgotten_people", "hash")
        ((refuses_people,),) = connection.execute(_REFUSED).fetchall() if has_list else [(0,)]
        return JournalState(
            faults=(*_damage(connection), *_lost_rows(connection)),
            schema_version=version,
            runs=runs,
            rows=rows,
            contacts=contacts - forgotten,
            forgotten=forgotten,
            in_doubt=in_doubt,
            refuses_people=bool(refuses_people),
        )


def _has_column(connection: sqlite3.Connection, table: str, name: str) -> bool:
    return bool(connection.execute(_HAS_COLUMN, (table, name)).fetchall())


def _damage(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute(f"PRAGMA integrity_check({_MOST_FAULTS})").fetchall()
    faults = [f"SQLite says: {fault}" for (fault,) in found if fault != "ok"]
    astray = connection.execute("PRAGMA foreign_key_check").fetchmany(_MOST_FAULTS)
    return [*faults, *(f"a line of the table {table} belongs to nothing in {parent}" for table, _, parent, _ in astray)]


def _lost_rows(connection: sqlite3.Connection) -> list[str]:
    """Compare the count of each run that has ended with its rows."""
    dropped = "rows_dropped" if _has_column(connection, "runs", "rows_dropped") else "0"
    ended = [
        (name, sum(json.loads(tally).values()) - fewer, written)
        for name, tally, written, fewer in connection.execute(_TALLIES.format(dropped=dropped))
    ]
    return [
        f"the run {name} had {rows} rows, and {written} are there" for name, rows, written in ended if rows != written
    ]
