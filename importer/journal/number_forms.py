"""The two forms of a mobile number (`importer.model.phone_forms`) in the journal: one person, and one contact.

    both in one input ..................................... the second row is a duplicate of the first
    one in the input, the journal knows the other ......... the row's contact is the one that is known
    both are known, as earlier versions made two of them .. each keeps its own

Nothing that is sent is rewritten: the row keeps its number as the sheet writes it.
"""

import sqlite3

from importer.model.phone_forms import in_form, other_form

_MAY_HAVE_TWO = "source = 'whatsapp' AND identifier GLOB '5[245]*'"
"""Of next rows, before a function is called: Mexico, Argentina and Brazil."""
PERSON = f"iif({_MAY_HAVE_TWO}, shorter_form(identifier), identifier)"
"""Column of the next rows that both forms of a number have in common."""
OTHER_FORM = f"iif({_MAY_HAVE_TWO}, nullif(other_form(identifier), ''), NULL)"
"""Column of the next rows that has the other form of a number; NULL: it has only one."""
_KNOWN_OTHERWISE = f"""
SELECT contacts.identifier, next_rows.seq FROM (
    SELECT seq, source, channel, identifier, {OTHER_FORM} AS other FROM temp.next_rows WHERE fingerprint IS NOT NULL
) AS next_rows CROSS JOIN contacts ON contacts.account = :account AND contacts.source = next_rows.source
    AND contacts.channel = next_rows.channel AND contacts.identifier = next_rows.other
WHERE next_rows.other IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM contacts AS own WHERE own.account = :account AND own.source = next_rows.source
        AND own.channel = next_rows.channel AND own.identifier = next_rows.identifier
)
"""  # noqa: S608 - only constants
_TAKE = "UPDATE temp.next_rows SET identifier = ? WHERE seq = ?"


def add_form_functions(connection: sqlite3.Connection) -> None:
    """Give SQL the functions `shorter_form` and `other_form`."""
    connection.create_function("shorter_form", 1, lambda digits: in_form(digits, "without"), deterministic=True)
    connection.create_function("other_form", 1, other_form, deterministic=True)


def take_known_forms(connection: sqlite3.Connection, account: int) -> dict[int, str]:
    """Give the next rows of contacts that the journal knows by their other form the key that it knows them by.

    Args:
        connection: In a transaction, with the rows in `temp.next_rows`.
        account: That the run imports into.

    Returns:
        By seq, the identifier of the key that they have now.

    """
    found = connection.execute(_KNOWN_OTHERWISE, {"account": account}).fetchall()
    connection.executemany(_TAKE, found)
    return {seq: identifier for identifier, seq in found}
