"""Forget one person: in every table of a journal, or of a copy of one.

Their rows stay, empty, so that a run's counts and the numbers of its other rows are still right. Their contact stays
as a keyed hash that is looked up in Callbell before it is sent, should they be imported again one day.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from importer.journal.backup import open_as_it_is
from importer.journal.claim import end_dead_runs
from importer.journal.database import Database, encode_json, moment
from importer.journal.forgotten import add_hash_function
from importer.journal.keyed_hash import KeyedHash, known_hash, made_hash
from importer.journal.namesakes import OF_NAMESAKE, gather_namesakes
from importer.journal.problem_hash import gather_problems
from importer.journal.purge import HIDE, OPEN_REMOVAL
from importer.journal.retention import compact
from importer.journal.run_input import ROW_KEY
from importer.model.person import FORGOTTEN, Person

_NOT_OF_PEOPLE = frozenset(
    {"accounts", "account_names", "account_uuids", "backups", "forgotten_people", "hash_key", "runs", "sheets", "undos"}
)
"""Tables that hold no person's data: files, options, accounts and hashes."""
_IS_THEIRS = "iif(status = 'invalid', is_theirs(identifier), is_key(lower(coalesce(normalised, identifier))))"
_THEIR_CONTACT = "is_forgotten = 0 AND (is_key(identifier) OR (is_normalised = 0 AND is_theirs(identifier)))"
# An invalid row may be written so that only the mapping knew whose it is: then it has the UUID of their contact.
_HAS_THEIR_CONTACT = f"""
status = 'invalid' AND uuid <> '' AND uuid IN (SELECT contacts.uuid FROM contacts WHERE {_THEIR_CONTACT})
"""  # noqa: S608 - only constants
_THEIRS = (
    "CREATE TEMP TABLE IF NOT EXISTS theirs (run INTEGER, seq INTEGER, PRIMARY KEY (run, seq)) WITHOUT ROWID",
    "DELETE FROM temp.theirs",
    f"""
    INSERT INTO temp.theirs SELECT run, seq FROM rows
    WHERE {_IS_THEIRS} OR ({_HAS_THEIR_CONTACT})
    """,  # noqa: S608 - only constants
)
_RUNS = """
SELECT runs.name, iif(rows.fingerprint IS NULL AND rows.status <> 'invalid', NULL, rows.number)
FROM temp.theirs CROSS JOIN rows USING (run, seq) JOIN runs ON runs.id = rows.run ORDER BY runs.id, rows.seq
"""
# Sentences about nobody else: they may repeat what their cells say.
_TEXTS = """
SELECT message FROM temp.theirs CROSS JOIN problems AS own USING (run, seq) WHERE NOT EXISTS (
    SELECT 1 FROM problems WHERE problems.run = own.run AND problems.message = own.message
        AND (problems.run, problems.seq) NOT IN (SELECT run, seq FROM temp.theirs)
)
UNION SELECT reason FROM temp.theirs CROSS JOIN rows USING (run, seq) WHERE name <> '' AND instr(reason, name)
"""
_IS_KNOWN = f"""
SELECT EXISTS (SELECT 1 FROM rows WHERE {_IS_THEIRS}) OR EXISTS (SELECT 1 FROM contacts WHERE {_THEIR_CONTACT})
"""  # noqa: S608 - only constants
_CONTACTS = f"SELECT href FROM contacts WHERE {_THEIR_CONTACT}"  # noqa: S608 - only constants
# A PATCH in doubt is resolved once a later run has merged its contact.
_OPEN = f"""
SELECT runs.name FROM temp.theirs CROSS JOIN rows USING (run, seq) JOIN runs ON runs.id = rows.run
LEFT JOIN contacts ON contacts.account = runs.account
    AND (contacts.source, contacts.channel, contacts.identifier) = ({ROW_KEY})
WHERE rows.status IN ('pending', 'in_flight') OR contacts.status IN ('in_flight', 'in_doubt')
    OR (rows.status = 'in_doubt' AND contacts.sent_run <= rows.run
        AND EXISTS (SELECT 1 FROM changes WHERE changes.run = rows.run AND changes.seq = rows.seq))
    OR {OPEN_REMOVAL}
ORDER BY runs.id DESC LIMIT 1
"""  # noqa: S608 - only constants
_OPEN_PROBE = "SELECT EXISTS (SELECT 1 FROM probes WHERE finished_at IS NULL AND is_in(state, 0))"
_EMPTY_ROWS = f"""
UPDATE rows SET source = '', identifier = '', normalised = NULL, name = '', uuid = '', href = '', column_header = '',
    code = iif(status IN ('invalid', 'failed', 'in_doubt', 'unsent'), '{FORGOTTEN}', ''), reason = '{FORGOTTEN}',
    fingerprint = NULL, row_fingerprint = NULL, payload = NULL, base = NULL, cells = '[]', reader_problems = NULL,
    kept_values = NULL, is_ours = 0
WHERE (run, seq) IN (SELECT run, seq FROM temp.theirs)
"""  # noqa: S608 - only constants
# Hashes of what their cells said, which who knows the rest of a row could try numbers with.
_FORGET_PROBLEMS = """
DELETE FROM known_problems WHERE problem IN (
    SELECT problem FROM temp.compared_problems UNION SELECT old_problem FROM temp.compared_problems
)
"""
_DELETE = "DELETE FROM {table} WHERE (run, seq) IN (SELECT run, seq FROM temp.theirs)"
_HIDE_CONTACTS = f"""
UPDATE contacts SET status = 'failed', uuid = '', href = '', is_to_ask = 1, {HIDE}
WHERE {_THEIR_CONTACT}
"""  # noqa: S608 - only constants
_HIDE_HASHED = """
UPDATE contacts SET status = 'failed', uuid = '', href = '', is_to_ask = 1
WHERE is_forgotten = 1 AND (identifier IN (SELECT value FROM json_each(:full))
    OR (is_normalised = 0 AND identifier IN (SELECT value FROM json_each(:old))))
"""
_COLUMNS = """
SELECT name FROM pragma_table_info(?) WHERE type = 'TEXT' AND name NOT IN ('status', 'source', 'channel', 'uuid', 'at')
    AND name NOT GLOB '*_at' AND name NOT GLOB 'doubt_*'
"""
_PUT_ON_LIST = """
INSERT INTO forgotten_people (hash, begun_at) VALUES (?, ?) ON CONFLICT DO UPDATE SET finished_at = NULL
"""
_FINISH = "UPDATE forgotten_people SET finished_at = ? WHERE hash = ?"
_TAKE_OFF = "DELETE FROM forgotten_people WHERE hash = ?"
_IS_ON_LIST = "SELECT EXISTS (SELECT 1 FROM forgotten_people WHERE hash = ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFound:
    """What a journal has of a person."""

    rows: int
    runs: Mapping[str, frozenset[int]]
    """The runs that have rows of them, with the numbers of those that were mapped."""
    contacts: int
    links: tuple[str, ...]
    """To their contacts in Callbell."""
    texts: frozenset[str]
    """Sentences about them: problems of their rows."""
    open_run: str
    """A run that may still be sending something of them; empty: none is."""
    has_open_probe: bool
    is_on_list: bool


class PersonPurge:
    """One person in a journal; every method is one transaction.

    Raises (all methods):
        StorageError: The file cannot be read or written; what it held before is intact.
    """

    def __init__(self, database: Database, person: Person, now: datetime) -> None:
        self._database = database
        self._person = person
        self._now = moment(now)

    def find(self) -> PersonFound:
        """Return what the journal has of the person; runs that were killed are ended first."""
        with self._database.transaction() as connection:
            end_dead_runs(connection, self._now)
            self._gather(connection)
            runs = defaultdict[str, list[int | None]](list)
            for run, number in connection.execute(_RUNS):
                runs[run].append(number)
            contacts = connection.execute(_CONTACTS).fetchall()
            texts = connection.execute(_TEXTS).fetchall()
            ((probe,),) = connection.execute(_OPEN_PROBE).fetchall()
            found = known_hash(connection)
            listed = found is not None and _is_on_list(connection, found.of_person(self._person.identifier))
            return PersonFound(
                rows=sum(map(len, runs.values())),
                runs={run: frozenset(filter(None, numbers)) for run, numbers in runs.items()},
                contacts=len(contacts),
                links=tuple(href for (href,) in contacts if href),
                texts=frozenset(text for (text,) in texts),
                open_run=next((run for (run,) in connection.execute(_OPEN)), ""),
                has_open_probe=bool(probe),
                is_on_list=listed,
            )

    def put_on_list(self, key: bytes | None = None) -> bytes:
        """Let no run import the person any more; return the key of the hashes, for copies of the journal."""
        with self._database.transaction() as connection:
            keyed = made_hash(connection, key)
            connection.executemany(_PUT_ON_LIST, [(one, self._now) for one in self._hashes(keyed)])
        return keyed.key

    def forget(self) -> int:
        """Forget the person in every table, and return how many rows were emptied."""
        self._database.fetch("PRAGMA secure_delete = ON")
        with self._database.transaction() as connection:
            keyed = made_hash(connection)
            add_hash_function(connection)
            self._gather(connection)
            connection.execute(_HIDE_CONTACTS)
            nationals = self._person.nationals
            full, old = self._person.identifiers, [*nationals, *(f"0{one}" for one in nationals)]
            hidden = {"full": encode_json([*map(keyed.of, full)]), "old": encode_json([*map(keyed.of, old)])}
            connection.execute(_HIDE_HASHED, hidden)
            gather_problems(connection, "(run, seq) IN (SELECT run, seq FROM temp.theirs)")
            connection.execute(_FORGET_PROBLEMS)
            for table in ("problems", "attempts", "changes"):
                connection.execute(_DELETE.format(table=table))
            count = connection.execute(_EMPTY_ROWS).rowcount
            for table, columns, is_other in _texts(connection):
                joined = " || char(31) || ".join(f"coalesce({name}, '')" for name in columns)
                values = ", ".join(f"{name} = without({name}, {is_other})" for name in columns)
                connection.execute(f"UPDATE {table} SET {values} WHERE is_in({joined}, {is_other})")  # noqa: S608 - our own tables
        return count

    def finish(self) -> None:
        """Leave no byte in the file's free pages and SQLite's log; only then are they called forgotten."""
        compact(self._database, always=True)
        with self._database.transaction() as connection:
            keyed = made_hash(connection)
            connection.executemany(_FINISH, [(self._now, one) for one in self._hashes(keyed)])
        compact(self._database)

    def remember(self) -> bool:
        """Take the person off the list; return whether they were on it."""
        with self._database.transaction() as connection:
            found = known_hash(connection)
            lines = [(one,) for one in self._hashes(found)] if found else []
            return bool(lines) and connection.executemany(_TAKE_OFF, lines).rowcount > 0

    def _gather(self, connection: sqlite3.Connection) -> None:
        """Collect the person's rows in `temp.theirs`, and give SQL what it needs to know them."""
        person = self._person
        _add_functions(connection, person)
        gather_namesakes(connection, person)
        readings = (person, person.with_code_alone())  # the second in rows of a namesake
        connection.create_function("is_in", 2, lambda text, other: readings[other].is_in(text), deterministic=True)
        connection.create_function("without", 2, lambda text, other: text and readings[other].without(text))
        for statement in _THEIRS:
            connection.execute(statement)

    def _hashes(self, keyed: KeyedHash) -> Iterable[str]:
        """Return the hashes by which a row of the person is known: of the number, and as it may be written."""
        yield from map(keyed.of_person, self._person.identifiers)
        yield from (keyed.of_national(one) for one in self._person.nationals)


def knows_person(journal: Path, person: Person) -> bool:
    """Tell whether a journal that is not locked has a row or a contact of a person; it is only read.

    Raises:
        StorageError: It is no journal, or cannot be read; or an older version of the importer wrote it.

    """
    with open_as_it_is(journal) as connection:
        _add_functions(connection, person)
        ((found,),) = connection.execute(_IS_KNOWN).fetchall()
    return bool(found)


def _add_functions(connection: sqlite3.Connection, person: Person) -> None:
    """Give SQL what tells whose an identifier is."""
    connection.create_function("is_theirs", 1, person.is_identifier, deterministic=True)
    connection.create_function("is_key", 1, person.is_key, deterministic=True)


def _is_on_list(connection: sqlite3.Connection, hashed: str) -> bool:
    ((found,),) = connection.execute(_IS_ON_LIST, (hashed,)).fetchall()
    return bool(found)


def _texts(connection: sqlite3.Connection) -> Iterable[tuple[str, Sequence[str], str]]:
    """Yield the tables that may hold people's data, with their columns of text, and what says if a namesake has it."""
    for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        columns = [name for (name,) in connection.execute(_COLUMNS, (table,))]
        if columns and table not in _NOT_OF_PEOPLE and not table.startswith("sqlite_") and table != "contacts":
            of_rows = connection.execute("SELECT 1 FROM pragma_table_info(?) WHERE name = 'seq'", (table,)).fetchall()
            yield table, columns, OF_NAMESAKE if of_rows else "0"
