"""A contact as the JSON object of POST /contacts, and back: the form in which it is sent and remembered.

What its fields may say is as the documentation of POST /contacts has it. The fields themselves are the attributes of
`importer.model.rows.Contact`, under the names that the API gives them.
"""

import dataclasses
import hashlib
import json
import marshal
from collections.abc import Collection, Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

from importer.model.changes import CUSTOM, FieldValue
from importer.model.rows import Contact

SOURCES: Final = ("whatsapp", "telegram", "instagram", "facebook")
BOT_STATUSES: Final = ("bot_start", "bot_end")
NOTE_MOST_CHARACTERS: Final = 1_000
OPTIONAL_TEXTS: Final = tuple(
    field.name for field in dataclasses.fields(Contact) if field.default == "" and field.compare
)
"""The fields that are one text each and may be left out; what is not compared is not sent."""

COMPARED: Final = ("name", "tags", *(name for name in OPTIONAL_TEXTS if name != "channel_uuid"))
"""The fields by which contacts of one key can differ, custom fields aside."""
_compared_values = attrgetter(*COMPARED)


def payload(contact: Contact) -> dict[str, object]:
    """Return the JSON object that POST /contacts takes; what is empty is left out, so that it clears nothing."""
    fields: dict[str, object] = {"identifier": contact.identifier, "source": contact.source, "name": contact.name}
    if contact.tags:
        fields["tags"] = contact.tags
    if contact.custom_fields:
        fields["custom_fields"] = dict(contact.custom_fields)
    fields.update((name, text) for name in OPTIONAL_TEXTS if (text := getattr(contact, name)))
    return fields


def set_fields(contact: Contact) -> dict[str, FieldValue]:
    """Return what POST /contacts sets by which contacts of one key can differ, as `ContactChange` names the fields."""
    texts = {name: value for name in COMPARED if (value := getattr(contact, name))}
    return texts | {f"{CUSTOM}{name}": value for name, value in contact.custom_fields.items()}


def to_body(contact: Contact) -> str:
    """Return the payload as the JSON text of the request."""
    return _as_text(payload(contact))


def to_patch_body(after: Mapping[str, FieldValue]) -> str:
    """Return the JSON text of PATCH /contacts/:uuid.

    Args:
        after: The fields to set, as `importer.model.changes.ContactChange` has them; an empty value clears its field.

    """
    fields: dict[str, object] = {name: value for name, value in after.items() if not name.startswith(CUSTOM)}
    if fields.get("assigned_user") == "":
        del fields["assigned_user"]
        fields["unassign_user"] = True
    custom = {name.removeprefix(CUSTOM): value for name, value in after.items() if name.startswith(CUSTOM)}
    return _as_text(fields | ({"custom_fields": custom} if custom else {}))


def to_json(contact: Contact) -> str:
    """Return the contact as text that is the same for equal contacts: the payload, and what an update is to clear."""
    return _as_text(payload(contact) | ({"cleared": contact.cleared} if contact.cleared else {}))


def from_json(text: str, normalised: str = "") -> Contact:
    """Return the contact that `to_json` wrote.

    Args:
        text: The payload.
        normalised: The contact's `normalised_identifier`, which is not in the payload; empty: unknown.

    """
    fields: dict[str, Any] = json.loads(text)
    custom = fields.pop("custom_fields", {}).items()
    values = {name: value if isinstance(value, str) else tuple(value) for name, value in custom}
    tags, cleared = tuple(fields.pop("tags", ())), tuple(fields.pop("cleared", ()))
    custom_fields = MappingProxyType(values)
    return Contact(tags=tags, cleared=cleared, custom_fields=custom_fields, normalised=normalised, **fields)


def without_fields(contact: Contact, names: Collection[str]) -> Contact:
    """Return a contact that says nothing of some fields, which are named as in `importer.model.changes`; never of tags.

    Args:
        contact: The contact.
        names: Of the fields.

    """
    texts: dict[str, Any] = dict.fromkeys({*names} & {*COMPARED} - {"tags"}, "")
    custom = {name: value for name, value in contact.custom_fields.items() if f"{CUSTOM}{name}" not in names}
    return dataclasses.replace(contact, custom_fields=MappingProxyType(custom), **texts)


def _as_text(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint(json_text: str) -> bytes:
    """Return a 16-byte hash (BLAKE2b) of a contact's JSON text: equal contacts have equal hashes."""
    return hashlib.blake2b(json_text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def content_hashes(contact: Contact) -> bytes:
    """Return a hash of each field of `COMPARED` and of each custom field, which only this process can compare."""
    custom = {name: hash(value) for name, value in contact.custom_fields.items()}
    return marshal.dumps((tuple(map(hash, _compared_values(contact))), custom))


def differing_fields(one: bytes, other: bytes) -> list[str]:
    """Return the names of the fields in which two contacts differ, by their `content_hashes`."""
    (values, custom), (other_values, other_custom) = map(marshal.loads, (one, other))  # only what this process made
    names = [name for name, *both in zip(COMPARED, values, other_values, strict=True) if both[0] != both[1]]
    return names + [name for name in sorted({*custom, *other_custom}) if custom.get(name) != other_custom.get(name)]
