"""Which account of the journal a run imports into: told by UUIDs that only one account has, or else by its names.

    a UUID in common with an account ............................. that account, and a new name of it
    none in common; its name's account has no UUIDs yet .......... that account, which gains them
    none in common; its name is of an account with others ........ in doubt: a person has to say
    none in common; only its e-mail is of an account ............. in doubt, unless a label tells the two apart
    no UUIDs, for it has none or they cannot be read ............. the account of its name, else of its e-mail

Accounts that turn out to be one are merged when a run begins: their contacts become one set. One run at a time uses a
journal, so what was found before `begin` is still so in it.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from importer.journal.database import encode_json
from importer.journal.forgotten import add_hash_function
from importer.model.account import AccountIdentity

_KNOWN = """
SELECT id, accounts.name, EXISTS (SELECT 1 FROM account_uuids WHERE account = id) AS has_uuids,
    EXISTS (SELECT 1 FROM account_uuids WHERE account = id AND uuid IN (SELECT value FROM json_each(:uuids))) AS shares,
    EXISTS (SELECT 1 FROM account_names AS names WHERE account = id AND names.name = :name) AS has_name,
    EXISTS (SELECT 1 FROM account_names AS names WHERE account = id AND names.name = :email) AS has_email
FROM accounts WHERE shares OR has_name OR has_email ORDER BY (SELECT max(id) FROM runs WHERE account = accounts.id) DESC
"""
_NAMES_OF = "SELECT name FROM account_names WHERE account IN (SELECT value FROM json_each(?))"
_INSERT = "INSERT INTO accounts (name) VALUES (?) RETURNING id"
_ADD_NAME = "INSERT OR IGNORE INTO account_names (name, account) VALUES (?, ?)"
_ADD_UUID = """
INSERT INTO account_uuids (uuid, account, was_main) VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET was_main = max(was_main, excluded.was_main)
"""
_MAIN_CHANNELS = "SELECT uuid FROM account_uuids WHERE was_main AND account IN (SELECT value FROM json_each(?))"

# Of contacts that become one, the one that says most: that it is in Callbell, else that it may be; of equals, the last.
_MERGE = (
    """
    DELETE FROM contacts WHERE CASE WHEN :other OR EXISTS (
        SELECT 1 FROM contacts WHERE account = :account AND lower(channel) = :main_channel
    ) THEN (account, source, channel, identifier) IN (
        SELECT account, source, channel, identifier FROM (
            SELECT *, row_number() OVER (
                PARTITION BY source, iif(lower(channel) = :main_channel, '', channel),
                    iif(is_forgotten, identifier, keyed_hash(identifier))
                ORDER BY status IN ('created', 'updated', 'exists') DESC, status = 'failed', last_sent_at DESC
            ) AS place FROM contacts WHERE account IN (:account, :other)
        ) WHERE place > 1
    ) END
    """,
    "UPDATE contacts SET account = :account WHERE account = :other",
    "UPDATE contacts SET channel = '' WHERE account = :account AND lower(channel) = :main_channel",
    """
    UPDATE rows SET channel = ''
    WHERE lower(channel) = :main_channel AND run IN (SELECT id FROM runs WHERE account = :account)
    """,
    "UPDATE runs SET account = :account WHERE account = :other",
    "UPDATE OR IGNORE learned_limits SET account = :account WHERE account = :other",
    "DELETE FROM learned_limits WHERE account = :other",
    "UPDATE probes SET account = :account WHERE account = :other",
    "UPDATE OR IGNORE account_names SET account = :account WHERE account = :other",
    "DELETE FROM account_names WHERE account = :other",
    "UPDATE account_uuids SET account = :account WHERE account = :other",
    "DELETE FROM accounts WHERE id = :other",
)
"""What makes one of two accounts, or of a main channel and none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMatch:
    """What the journal knows of an account."""

    identity: AccountIdentity
    ids: tuple[int, ...] = ()
    """Its accounts that are this one, the oldest first; more than one: they are to be merged. Empty: it is new."""
    name: str
    """As the journal calls it."""
    names: frozenset[str] = frozenset()
    """All names that it ever had."""
    is_doubtful: bool = False
    """Only its name speaks for it: it has other UUIDs, or another address, or several accounts have the name."""


@dataclass(frozen=True, slots=True)
class _Known:
    """An account of the journal that has a UUID or a name of the identity."""

    id: int
    name: str
    has_uuids: bool
    shares: bool
    has_name: bool
    has_email: bool


def match_account(fetch: Callable[[str, Any], Sequence[tuple[Any, ...]]], identity: AccountIdentity) -> AccountMatch:
    """Return what the journal knows of the account; nothing is changed."""
    values = {"uuids": encode_json(sorted(identity.uuids)), "name": identity.name, "email": identity.email or None}
    found, is_doubtful = _same(identity, [_Known(*columns) for columns in fetch(_KNOWN, values)])
    ids = tuple(sorted(one.id for one in found))
    names = {name for (name,) in fetch(_NAMES_OF, (encode_json(ids),))}
    name = next((one.name for one in found if one.id == ids[0]), identity.name)
    return AccountMatch(identity=identity, ids=ids, name=name, names=frozenset(names), is_doubtful=is_doubtful)


def _same(identity: AccountIdentity, known: Sequence[_Known]) -> tuple[Sequence[_Known], bool]:
    """Return the accounts that are this one, and whether that is in doubt; then it is the one that was used last."""
    sharing, named = [one for one in known if one.shares], [one for one in known if one.has_name]
    if sharing:
        return [*sharing, *(one for one in named if not one.has_uuids)], False
    by_email = identity.name.casefold().endswith(f" {identity.email}")
    candidates = named or [one for one in known if by_email or not (identity.uuids and one.has_uuids)]
    is_proven = len(candidates) < 2  # noqa: PLR2004 - only one has the name
    if identity.uuids:
        is_proven = bool(named) and not any(one.has_uuids for one in candidates)
    return (candidates, False) if is_proven or not candidates else (candidates[:1], True)


def adopt_account(connection: sqlite3.Connection, match: AccountMatch) -> tuple[int, frozenset[str]]:
    """Write down what is new of the account, and merge the accounts that are one; in the caller's transaction.

    Returns:
        The account's id, and the channels that are or were its main one.

    """
    identity, ids = match.identity, match.ids or connection.execute(_INSERT, (match.name,)).fetchone()
    account, before = ids[0], _main_channels(connection, ids)
    connection.executemany(_ADD_NAME, [(name, account) for name in (identity.name, identity.email) if name])
    uuids = [(uuid, account, uuid in identity.main_channels) for uuid in sorted(identity.uuids)]
    connection.executemany(_ADD_UUID, uuids)
    main_channels = _main_channels(connection, ids)
    for other in ids[1:]:
        _merge(connection, {"account": account, "other": other, "main_channel": None})
    for channel in sorted(main_channels - before):
        _merge(connection, {"account": account, "other": None, "main_channel": channel})
    return account, main_channels | identity.main_channels


def _merge(connection: sqlite3.Connection, values: Mapping[str, object]) -> None:
    add_hash_function(connection)
    for statement in _MERGE:
        connection.execute(statement, values)


def _main_channels(connection: sqlite3.Connection, ids: Sequence[int]) -> frozenset[str]:
    return frozenset(uuid for (uuid,) in connection.execute(_MAIN_CHANNELS, (encode_json(ids),)))
