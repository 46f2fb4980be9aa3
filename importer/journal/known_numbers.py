"""Which of the numbers that a text may mean are known to a journal, where the text does not say its country.

    600 111 222 -> +34600111222, +48600111222, ... -> those that a row or a contact has, or that were forgotten

Rows that were refused keep their cell as it was written: of one without a country code nobody knows whose it is, so
it is returned with the country that its run was given, and the run's files.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from importer.journal.backup import open_as_it_is
from importer.journal.database import Database, encode_json
from importer.journal.keyed_hash import known_hash
from importer.model.person import Person, numbers_apart

# A row of an older version may lack its country code, as one that was refused does.
_ROWS = """
SELECT DISTINCT whose, files, country FROM (
    SELECT whose(iif(status = 'invalid', rows.identifier, coalesce(normalised, rows.identifier))) AS whose, runs.files,
        coalesce(json_extract(runs.options, '$.country'), '') AS country
    FROM rows JOIN runs ON runs.id = rows.run WHERE rows.source = 'whatsapp' OR status = 'invalid'
) WHERE whose IS NOT NULL
"""
_CONTACTS = """
SELECT DISTINCT whose, '[]', '' FROM (
    SELECT whose(identifier) AS whose FROM contacts WHERE is_forgotten = 0 AND source = 'whatsapp'
) WHERE whose IS NOT NULL
"""
_HASHED = """
SELECT EXISTS (SELECT 1 FROM contacts WHERE is_forgotten = 1 AND identifier IN (SELECT value FROM json_each(?)))
"""
_ON_LIST = "SELECT EXISTS (SELECT 1 FROM forgotten_people WHERE hash = ?)"
_NO_DIGIT = re.compile(r"[^0-9]")
_DIALLED = re.compile(r"^00")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFound:
    """A number that a journal has."""

    identifier: str
    """Of one of the people who were asked for; empty: it is written without its country code."""
    files: str = "[]"
    """Those of the run that has it, as JSON."""
    country: str = ""
    """What the run's option said of numbers without a country code; empty: nothing."""
    is_on_list: bool = False
    """Whether it is of a person who was forgotten."""


def numbers_found(database: Database, people: Sequence[Person]) -> Sequence[NumberFound]:
    """Return what a journal that is open knows of people, and the writings that may be of any of them.

    Raises:
        StorageError: It cannot be read.

    """
    with database.transaction() as connection:
        return [*_found(connection, people)]


def numbers_found_in(journal: Path, people: Sequence[Person]) -> Sequence[NumberFound]:
    """Return the same of a journal that is not locked; it is only read.

    Raises:
        StorageError: It is no journal, or cannot be read; or an older version of the importer wrote it.

    """
    with open_as_it_is(journal) as connection:
        return [*_found(connection, people)]


def _found(connection: sqlite3.Connection, people: Sequence[Person]) -> Iterator[NumberFound]:
    connection.create_function("whose", 1, _whose(people), deterministic=True)
    for query in (_ROWS, _CONTACTS):
        for whose, files, country in connection.execute(query):
            yield NumberFound(identifier=whose, files=files, country=country)
    if (keyed := known_hash(connection)) is None:
        return
    for person in people:
        hashes = encode_json([*map(keyed.of, person.identifiers)])
        ((is_known,),) = connection.execute(_HASHED, (hashes,)).fetchall()
        ((is_on_list,),) = connection.execute(_ON_LIST, (keyed.of_person(person.identifier),)).fetchall()
        if is_known or is_on_list:
            yield NumberFound(identifier=person.identifier, is_on_list=bool(is_on_list))


def _whose(people: Sequence[Person]) -> Callable[[str], str | None]:
    """Return what tells whose number a text is: empty where it lacks its country code, None where it is nobody's."""
    whole = {form: person.identifier for person in people for form in person.identifiers}
    national = {form.lstrip("0") for person in people for form in person.nationals}

    def whose(text: str) -> str | None:
        for part in (text, *numbers_apart(text)):
            digits = _DIALLED.sub("", _NO_DIGIT.sub("", part))
            if digits in whole:
                return whole[digits]
            if digits and digits.lstrip("0") in national:
                return ""
        return None

    return whose
