"""The keyed hash that stands for a number which the journal forgot: it is found again, and cannot be read back.

BLAKE2b with 32 random bytes that are kept in the journal. Who sees hashes alone (a line, a page, a report) learns
nothing. Who has the whole journal has the key too, and can try all numbers: a few billions, some hours. The key is not
kept apart, because a journal that came back without it would make everybody a second time whom it forgot.
"""

import hashlib
import secrets
import sqlite3
from dataclasses import dataclass, field

from importer.model.phone_forms import in_form

_HASH_BYTES = 16
_KEY = "SELECT key FROM hash_key"
_KEEP_KEY = "INSERT INTO hash_key (id, key) VALUES (1, ?)"


@dataclass(frozen=True, slots=True)
class KeyedHash:
    """Hashes of one journal."""

    key: bytes = field(repr=False)

    def of(self, identifier: str) -> str:
        """Return what stands for the identifier of a contact's key."""
        text = identifier.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, digest_size=_HASH_BYTES, key=self.key).hexdigest()

    def of_person(self, identifier: str) -> str:
        """Return what stands for a person: the same for both forms of a number."""
        return self.of(in_form(identifier, "without"))

    def of_national(self, digits: str) -> str:
        """Return what stands for a person's number as it may be written without its country code."""
        return self.of(f"national {digits.lstrip('0')}")


def random_hash() -> KeyedHash:
    """Return hashes with a new random key."""
    return KeyedHash(secrets.token_bytes(32))


def known_hash(connection: sqlite3.Connection) -> KeyedHash | None:
    """Return the journal's hash; None: nothing was ever forgotten."""
    return next((KeyedHash(key) for (key,) in connection.execute(_KEY)), None)


def made_hash(connection: sqlite3.Connection, key: bytes | None = None) -> KeyedHash:
    """Return the journal's hash, with a new key if it has none; within the caller's transaction.

    Args:
        connection: To the journal.
        key: The one to take; None: a random one.

    """
    if found := known_hash(connection):
        return found
    made = KeyedHash(key) if key else random_hash()
    connection.execute(_KEEP_KEY, (made.key,))
    return made
