"""Who is in the account, by a walk of its contact list in this run; only hashes of the numbers are kept.

    in the list, with the row's channel ............................. there
    in the list, and the account has one WhatsApp channel ........... there
    in the list otherwise ........................................... not known: the account has to be asked
    not in the list ................................................. absent

The two forms of a mobile number are one number here.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from importer.journal.database import encode_json, storable
from importer.journal.keyed_hash import KeyedHash, random_hash
from importer.model.journal_rows import Presence, WalkedContact
from importer.model.phone_forms import mobile_form

_INSERT = "INSERT OR REPLACE INTO temp.walked (number, channel, uuid) VALUES (?, ?, ?)"
# One statement for all rows of a claim: after each statement the thread has to wait for the GIL again.
_FIND = """
SELECT number, channel, uuid FROM json_each(?) CROSS JOIN temp.walked ON number = value ORDER BY uuid
"""
_TO_ASK = """
SELECT coalesce(normalised, identifier) FROM rows
WHERE run = ? AND status = 'pending' AND status IN ('pending', 'in_flight') -- as the index open_rows says it
    AND source = 'whatsapp' AND uuid = '' AND doubt_since IS NULL
"""


def to_ask(connection: sqlite3.Connection, run: int) -> tuple[int, int]:
    """Return of how many pending rows it is not known whether the account has them, and the most look-ups they need."""
    rows = look_ups = 0
    for (number,) in connection.execute(_TO_ASK, (run,)):  # one by one: there may be a million
        rows += 1
        look_ups += 1 if mobile_form(number.removeprefix("+")) is None else 2
    return rows, look_ups


class WalkedRow(NamedTuple):
    """What tells whether a row's contact is in the list."""

    seq: int
    number: str
    channel: str
    """As the key of its contact has it: empty for the main one."""


@dataclass(slots=True, kw_only=True)
class Walk:
    """A walk that is whole: the contact list from its top to its end, and the first pages again."""

    several_channels: bool
    """Whether the account has more than one WhatsApp channel, and so may have a number more than once."""
    _keyed: KeyedHash = field(default_factory=random_hash)

    def add(self, connection: sqlite3.Connection, contacts: Iterable[WalkedContact]) -> None:
        """Insert the contacts of the list; within the caller's transaction."""
        lines = ((self._hash(one.number), storable(one.channel_uuid), storable(one.uuid)) for one in contacts)
        connection.executemany(_INSERT, lines)

    def find(
        self, connection: sqlite3.Connection, rows: Sequence[WalkedRow], main_channels: Collection[str]
    ) -> Mapping[int, tuple[Presence, str]]:
        """Return by seq whether the rows' contacts are in the account, and the UUIDs of those that are."""
        hashes = [self._hash(row.number) for row in rows]
        found = defaultdict[str, list[tuple[str, str]]](list)
        for number, channel, uuid in connection.execute(_FIND, (encode_json(hashes),)):
            found[number].append((channel.casefold(), uuid))
        return {
            row.seq: self._presence(found.get(one, ()), {row.channel.casefold()} if row.channel else main_channels)
            for row, one in zip(rows, hashes, strict=True)
        }

    def _presence(self, found: Sequence[tuple[str, str]], channels: Collection[str]) -> tuple[Presence, str]:
        """Return whether a contact of one of the channels is among those of its number."""
        if not found:
            return Presence.ABSENT, ""
        there = [uuid for channel, uuid in found if channel in channels or not self.several_channels]
        return (Presence.THERE, there[0]) if there else (Presence.UNKNOWN, "")

    def _hash(self, number: str) -> str:
        """Return a hash of a number's shorter form that nobody can compute without the key of this process."""
        return self._keyed.of_person(number.removeprefix("+"))
