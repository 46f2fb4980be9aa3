"""Invalid rows of customers whom an earlier run brought to Callbell: they are there, though their row is not sent.

    the journal knows the row's number, and it is there ... the row has the UUID of its contact
    the same customer in a valid row of the run ........... that one tells of them, and the invalid row has no UUID
    the same customer in several invalid rows ............. the first one has it

So each customer counts once. Nothing is changed in a contact because of such a row, nor is one that was forgotten
brought back: its number is compared by its keyed hash.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from importer.journal.database import encode_json
from importer.journal.deduplicate import KnownContact
from importer.journal.number_forms import PERSON
from importer.journal.row_draft import RowDraft
from importer.journal.run_input import RunInput
from importer.model.phone_forms import in_form, other_form
from importer.model.rows import ContactKey, Status

_THERE = frozenset({Status.CREATED, Status.UPDATED, Status.EXISTS})
"""Statuses of contacts that are in Callbell."""
_ANY = "SELECT EXISTS (SELECT 1 FROM temp.invalid_customers)"
# The next rows are valid, or recognised.
_LEAVE_TO_VALID_ROWS = f"""
UPDATE rows SET uuid = '', href = '' WHERE run = :run AND seq IN (
    SELECT invalid_customers.seq
    FROM (SELECT source, channel, {PERSON} AS person FROM temp.next_rows WHERE identifier IS NOT NULL) AS next_rows
    CROSS JOIN temp.invalid_customers USING (source, channel, person)
)
"""  # noqa: S608 - only constants
_FIND = """
SELECT json_extract(value, '$[0]'), contacts.status, contacts.uuid, contacts.href, contacts.first_sent_at,
    contacts.last_sent_at FROM json_each(:forms)
CROSS JOIN contacts ON contacts.account = :account AND contacts.source = json_extract(value, '$[1]')
    AND contacts.channel = json_extract(value, '$[2]') AND contacts.identifier = json_extract(value, '$[3]')
ORDER BY json_each.key
"""
_ADD = """
INSERT OR IGNORE INTO temp.invalid_customers (seq, source, channel, person)
SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') AS source, json_extract(value, '$[2]') AS channel,
    json_extract(value, '$[3]') AS person
FROM json_each(?) WHERE NOT EXISTS (
    SELECT 1 FROM temp.seen WHERE (seen.source, seen.channel, seen.person) = (
        json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]')
    )
) ORDER BY json_each.key RETURNING seq
"""


def find_invalid_customers(
    connection: sqlite3.Connection, run: RunInput, rows: Sequence[tuple[int, RowDraft]]
) -> Mapping[int, KnownContact]:
    """Return by seq the contacts in Callbell of invalid rows that alone tell of them.

    Earlier invalid rows lose theirs to the valid ones among the next rows.

    Args:
        connection: In a transaction, with the next rows in `temp.next_rows` and, as far as they are valid, `temp.seen`.
        run: The run.
        rows: The next rows that are not recognised.

    """
    ((is_any,),) = connection.execute(_ANY).fetchall()
    if is_any:
        connection.execute(_LEAVE_TO_VALID_ROWS, {"run": run.key.run})
    customers = {seq: draft.customer for seq, draft in rows if draft.customer}
    found = _known(connection, run, customers) if customers else {}
    if not found:
        return {}
    people = [(seq, *customers[seq][:2], _person(customers[seq])) for seq in found]
    return {seq: found[seq] for (seq,) in connection.execute(_ADD, (encode_json(people),)).fetchall()}


def _known(
    connection: sqlite3.Connection, run: RunInput, customers: Mapping[int, ContactKey]
) -> dict[int, KnownContact]:
    """Return by seq the contacts of those customers who are in Callbell, as far as the journal knows."""
    forms = [(seq, *key[:2], form) for seq, key in customers.items() for form in _forms(key, run)]
    values = {"account": run.key.account, "forms": encode_json(forms)}
    contacts = dict[int, KnownContact]()
    for seq, status, uuid, href, first, last in connection.execute(_FIND, values):
        contact = KnownContact(Status(status), uuid, href, False, first, last, None)  # noqa: FBT003 - its columns
        contacts.setdefault(seq, contact)  # in its own form, else in the other one
    return {seq: contact for seq, contact in contacts.items() if contact.uuid and contact.status in _THERE}


def _forms(key: ContactKey, run: RunInput) -> Iterator[str]:
    """Yield what the journal may know a customer by: the number, its other form, and the hashes of both."""
    for form in filter(None, (key.identifier, other_form(key.identifier) if key.source == "whatsapp" else "")):
        yield form
        if run.forgotten and run.forgotten.has_contacts:
            yield run.forgotten.hash.of(form)


def _person(key: ContactKey) -> str:
    """Return what both forms of a number have in common, as `PERSON` does in SQL."""
    return in_form(key.identifier, "without") if key.source == "whatsapp" else key.identifier
