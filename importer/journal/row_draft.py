"""A mapped row as the journal stores it: the key of its contact, its payload, and the hashes that it is known by."""

from typing import NamedTuple

from importer.journal.database import storable
from importer.journal.run_input import RunInput
from importer.journal.schema import old_key
from importer.model.payload import fingerprint, to_json
from importer.model.rows import Contact, ContactKey, InvalidRow


class RowDraft(NamedTuple):
    """A mapped row as it is stored."""

    key: tuple[str, str, str]
    identifier: str
    """As it is sent."""
    payload: str = ""
    fingerprint: bytes | None = None
    """None: it is invalid."""
    content: bytes = b""
    """Of an invalid row, what stands for its cells; empty: nothing does."""
    customer: ContactKey | None = None
    """Of an invalid row, the key of its contact, where it is certain."""

    @property
    def old_key(self) -> str | None:
        """The identifier by which an earlier version of the schema knew the contact, if it is another."""
        source, _, identifier = self.key
        return None if self.identifier == identifier else old_key(source, self.identifier)

    def known_as(self, identifier: str | None) -> "RowDraft":
        """Return the row with the identifier of the key by which the journal knows its contact; None: its own."""
        source, channel, _ = self.key
        return self._replace(key=(source, channel, identifier)) if identifier else self


def draft_row(mapped: Contact | InvalidRow, run: RunInput, *, content: bool) -> RowDraft:
    """Return the row as it is stored; without its payload if there is nothing to compare it with.

    Args:
        mapped: What the mapping made of the row.
        run: With the account's main channels, which are as none.
        content: Whether there is something to compare it with.

    """
    identifier = storable(mapped.identifier)
    if isinstance(mapped, InvalidRow):
        customer = _as_stored(mapped.customer, run) if mapped.customer else None
        return RowDraft(("", "", identifier), identifier, content=mapped.content, customer=customer)
    payload = storable(to_json(mapped)) if content else ""
    key = _as_stored(ContactKey(mapped.source, mapped.channel_uuid, mapped.normalised_identifier), run)
    return RowDraft(key, identifier, payload, fingerprint(payload))


def _as_stored(key: ContactKey, run: RunInput) -> ContactKey:
    """Return the key of a contact as it is stored: the main channel is as none."""
    channel = "" if key.channel_uuid.casefold() in run.main_channels else storable(key.channel_uuid)
    return ContactKey(storable(key.source), channel, storable(key.identifier))
