"""A contact as the JSON object of POST /contacts, and back: the form in which it is sent and remembered.

What its fields may say is as the documentation of POST /contacts has it. The fields themselves are the attributes of
`importer.model.rows.Contact`, under the names that the API gives them.
"""

import dataclasses
import hashlib
import json
from types import MappingProxyType
from typing import Any, Final

from importer.model.rows import Contact

SOURCES: Final = ("whatsapp", "telegram", "instagram", "facebook")
BOT_STATUSES: Final = ("bot_start", "bot_end")
NOTE_MOST_CHARACTERS: Final = 1_000
OPTIONAL_TEXTS: Final = tuple(
    field.name for field in dataclasses.fields(Contact) if field.default == "" and field.compare
)
"""The fields that are one text each and may be left out; what is not compared is not sent."""


def payload(contact: Contact) -> dict[str, object]:
    """Return the JSON object that POST /contacts takes; what is empty is left out, so that it clears nothing."""
    fields: dict[str, object] = {"identifier": contact.identifier, "source": contact.source, "name": contact.name}
    if contact.tags:
        fields["tags"] = contact.tags
    if contact.custom_fields:
        fields["custom_fields"] = dict(contact.custom_fields)
    fields.update((name, text) for name in OPTIONAL_TEXTS if (text := getattr(contact, name)))
    return fields


def to_json(contact: Contact) -> str:
    """Return the payload as text that is the same for equal contacts."""
    return json.dumps(payload(contact), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_json(text: str, normalised: str = "") -> Contact:
    """Return the contact that `to_json` wrote.

    Args:
        text: The payload.
        normalised: The contact's `normalised_identifier`, which is not in the payload; empty: unknown.

    """
    fields: dict[str, Any] = json.loads(text)
    custom = fields.pop("custom_fields", {}).items()
    values = {name: value if isinstance(value, str) else tuple(value) for name, value in custom}
    tags = tuple(fields.pop("tags", ()))
    return Contact(tags=tags, custom_fields=MappingProxyType(values), normalised=normalised, **fields)


def fingerprint(json_text: str) -> bytes:
    """Return a 16-byte hash (BLAKE2b) of a contact's JSON text: equal contacts have equal hashes."""
    return hashlib.blake2b(json_text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
