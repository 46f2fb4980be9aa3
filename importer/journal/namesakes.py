"""Rows of people whose number is the same as another's but for the country code: 600 111 222 in Spain and in Poland.

In their rows, in the reports of their runs, and in the files that these read, the number without its country code is
theirs.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from importer.journal.database import Database
from importer.model.person import Person

OF_NAMESAKE = "((run, seq) IN (SELECT run, seq FROM temp.namesakes))"
"""Whether a line of a table with rows is of a namesake's."""
_GATHER = (
    "CREATE TEMP TABLE IF NOT EXISTS namesakes (run INTEGER, seq INTEGER, PRIMARY KEY (run, seq)) WITHOUT ROWID",
    "DELETE FROM temp.namesakes",
    """
    INSERT INTO temp.namesakes SELECT run, seq FROM rows
    WHERE status <> 'invalid' AND is_namesake(coalesce(normalised, identifier))
    """,
)
_ROWS = """
SELECT runs.name, rows.number FROM temp.namesakes CROSS JOIN rows USING (run, seq) JOIN runs ON runs.id = rows.run
"""
_MOVED = "SELECT runs.name, sheets.moved_to FROM sheets JOIN runs ON runs.id = sheets.run WHERE moved_to <> ''"


@dataclass(frozen=True, slots=True, kw_only=True)
class Namesakes:
    """Who has the same number in another country, as far as a journal knows."""

    rows: Mapping[str, frozenset[int]]
    """The numbers of their rows, by the run."""
    moved: Mapping[str, str]
    """The run that read a file, by where the file was moved when it was done."""


def find_namesakes(database: Database, person: Person) -> Namesakes:
    """Return whose number in other countries is the person's.

    Raises:
        StorageError: The journal cannot be read.

    """
    rows = defaultdict[str, set[int]](set)
    with database.transaction() as connection:
        gather_namesakes(connection, person)
        for run, number in connection.execute(_ROWS):
            rows[run].add(number)
        moved = {path: run for run, path in connection.execute(_MOVED)}
    return Namesakes(rows={run: frozenset(numbers) for run, numbers in rows.items()}, moved=moved)


def gather_namesakes(connection: sqlite3.Connection, person: Person) -> None:
    """Collect the rows of namesakes in `temp.namesakes`."""
    connection.create_function("is_namesake", 1, person.is_namesake, deterministic=True)
    for statement in _GATHER:
        connection.execute(statement)
