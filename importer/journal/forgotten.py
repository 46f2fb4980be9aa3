"""What enqueueing does about contacts and people that were forgotten (`importer.journal.purge`).

    contact whose key is a keyed hash ... a row that has its number brings the number back, and it is as it was, but for
                                          what it was sent: an update meets it for the first time
    person who is not imported again .... the row is `invalid`, code `forgotten`, and nothing of its cells is kept: such
                                          rows are alike, so the next run knows how many there were

Numbers are hashed only in journals that have such contacts or people: 0.7 microseconds a row.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from importer.journal.keyed_hash import KeyedHash, known_hash
from importer.journal.number_forms import OTHER_FORM
from importer.journal.schema import CODES, old_key
from importer.model.person import FORGOTTEN, numbers_apart
from importer.model.rows import Contact, Entry, InvalidRow, Problem

_HAS_CONTACTS = "SELECT EXISTS (SELECT 1 FROM contacts WHERE account = ? AND is_forgotten = 1)"
_PEOPLE = "SELECT hash FROM forgotten_people"
# Of a number with two forms, the one that was sent.
_FIND = f"""
SELECT form, contacts.source, contacts.channel, contacts.identifier FROM (
    SELECT source, channel, identifier AS form FROM temp.next_rows WHERE fingerprint IS NOT NULL
    UNION ALL SELECT source, channel, {OTHER_FORM} FROM temp.next_rows WHERE fingerprint IS NOT NULL
) AS forms CROSS JOIN contacts ON contacts.account = :account AND contacts.source = forms.source
    AND contacts.channel = forms.channel AND contacts.identifier = keyed_hash(form)
WHERE form IS NOT NULL AND contacts.is_forgotten = 1
"""  # noqa: S608 - only constants
# As `importer.journal.schema` compares them: as they were sent, or without their country code.
_FIND_OLD = f"""
SELECT old, contacts.source, contacts.channel, contacts.identifier FROM (
    SELECT source, channel, old_key AS old FROM temp.next_rows WHERE old_key IS NOT NULL
    UNION ALL SELECT source, channel, codes.column2 || substr(identifier, codes.column1) FROM temp.next_rows
    CROSS JOIN {CODES}
    WHERE fingerprint IS NOT NULL
) AS olds CROSS JOIN contacts ON contacts.account = :account AND contacts.source = olds.source
    AND contacts.channel = olds.channel AND contacts.identifier = keyed_hash(old)
WHERE contacts.is_forgotten = 1 AND contacts.is_normalised = 0
"""  # noqa: S608 - only constants
_BRING_BACK = """
UPDATE OR IGNORE contacts SET identifier = ?, is_forgotten = 0
WHERE account = ? AND source = ? AND channel = ? AND identifier = ?
"""
_PROBLEM = Problem(
    code=FORGOTTEN,
    message="This person was forgotten, and is not imported again. Take the row out of the sheet; or, if they agreed"
    " since, give: callbell-importer purge --contact NUMBER --remember",
)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What a journal forgot, as far as an account's rows meet it."""

    hash: KeyedHash
    people: frozenset[str]
    """Hashes of those who are not imported again."""
    has_contacts: bool
    """Whether contacts of the account are known by their hashes alone."""


def load_forgotten(connection: sqlite3.Connection, account: int) -> Forgotten | None:
    """Return what the journal forgot; None: nothing that concerns the account."""
    found = add_hash_function(connection)
    if not found:
        return None
    ((has_contacts,),) = connection.execute(_HAS_CONTACTS, (account,)).fetchall()
    people = frozenset(one for (one,) in connection.execute(_PEOPLE))
    return Forgotten(found, people, bool(has_contacts)) if people or has_contacts else None


def add_hash_function(connection: sqlite3.Connection) -> KeyedHash | None:
    """Give SQL the function `keyed_hash`, and return it; where nothing was forgotten, it returns what it is given."""
    found = known_hash(connection)
    connection.create_function("keyed_hash", 1, found.of if found else str, deterministic=True)
    return found


def bring_back(connection: sqlite3.Connection, account: int, *, has_old_keys: bool) -> None:
    """Give the contacts of the next rows their numbers again; within the caller's transaction.

    Args:
        connection: With the rows in `temp.next_rows`.
        account: That the run imports into.
        has_old_keys: Whether contacts of the account may be known by numbers without a country code.

    """
    for statement in (_FIND, *([_FIND_OLD] if has_old_keys else ())):
        found = connection.execute(statement, {"account": account}).fetchall()
        lines = [(identifier, account, source, channel, hidden) for identifier, source, channel, hidden in found]
        connection.executemany(_BRING_BACK, lines)


def without_people(entries: Sequence[Entry], forgotten: Forgotten | None) -> Sequence[Entry]:
    """Return the rows, those of forgotten people as invalid ones that hold nothing of them."""
    if not (forgotten and forgotten.people):
        return entries
    return [_emptied(entry) if _is_forgotten(entry.mapped, forgotten) else entry for entry in entries]


def _is_forgotten(mapped: Contact | InvalidRow, forgotten: Forgotten) -> bool:
    """Tell whether a row is of a forgotten person; of one that is invalid, by whose it is and by what its cell says."""
    if isinstance(mapped, Contact):
        return forgotten.hash.of_person(mapped.normalised_identifier) in forgotten.people
    if mapped.customer and forgotten.hash.of_person(mapped.customer.identifier) in forgotten.people:
        return True
    parts = (mapped.identifier, *numbers_apart(mapped.identifier))
    return any(not forgotten.people.isdisjoint(_hashes(part.strip(), forgotten.hash)) for part in parts)


def _hashes(written: str, keyed: KeyedHash) -> Iterator[str]:
    """Yield what stands for a person whose number or handle is written like this."""
    digits = old_key("whatsapp", written)
    yield from map(keyed.of_person, {digits, written.casefold()} - {""})
    yield keyed.of_national(digits)


def _emptied(entry: Entry) -> Entry:
    row = replace(entry.row, cells=("",) * len(entry.row.cells), problems=())
    invalid = InvalidRow(problems=(_PROBLEM,), content=FORGOTTEN.encode())
    return replace(entry, row=row, mapped=invalid, fingerprint=None)
