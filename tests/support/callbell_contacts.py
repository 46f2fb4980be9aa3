"""What Callbell has, as a contact of ours: described as the service does, and PATCHed as it is."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from importer.model.changes import CUSTOM, FieldValue
from importer.model.replies import RemoteContact
from importer.model.rows import Contact

UUID = "u1"
TAGS = ("A", "B", "C", "D")
TEXT_FIELDS = ("note", "assigned_user", "team_uuid", "custom_fields.City")
"""Fields of one text each, but for the name, which is always there, and the bot's status, which is never shown."""

_VALUES = {
    "name": st.sampled_from(["Ana", "Eva", "Ida"]),
    "tags": st.lists(st.sampled_from(TAGS), max_size=3, unique=True).map(tuple),
    "note": st.sampled_from(["", "n1", "n2", "n3"]),
    "assigned_user": st.sampled_from(["", "a@example.com", "b@example.com"]),
    "team_uuid": st.sampled_from(["", "t1", "t2"]),
    "bot_status": st.sampled_from(["", "bot_start", "bot_end"]),
}
_CUSTOM = st.fixed_dictionaries(
    {}, optional={"City": st.sampled_from(["Vigo", "Lugo"]), "Features": _VALUES["tags"].filter(bool)}
)
CONTACTS = st.builds(Contact, identifier=st.just("1"), source=st.just("whatsapp"), custom_fields=_CUSTOM, **_VALUES)
_CLEARABLE = ("assigned_user", "custom_fields.City", "custom_fields.Features", "note", "tags")


def with_field(contact: Contact, name: str, value: FieldValue) -> Contact:
    """Return the contact with another value in a field, empty for none."""
    if not name.startswith(CUSTOM):
        return replace(contact, **{name: value})  # type: ignore[arg-type]  # the field's own
    custom = {field: held for field, held in contact.custom_fields.items() if f"{CUSTOM}{field}" != name}
    return replace(contact, custom_fields=custom | ({name.removeprefix(CUSTOM): value} if value else {}))


def cleared(contact: Contact, names: tuple[str, ...]) -> Contact:
    """Return the contact of a row whose cells of these fields say that they are to be cleared."""
    for name in names:
        contact = with_field(contact, name, () if name == "tags" else "")
    return replace(contact, cleared=tuple(sorted(names)))


ROWS = st.builds(cleared, CONTACTS, st.lists(st.sampled_from(_CLEARABLE), max_size=2, unique=True).map(tuple))
"""What a sheet says: with cells that are to be cleared."""


def described(contact: Contact, *, is_brief: bool = False) -> RemoteContact:
    """Return how the service describes the contact; where it is brief, without a note and a team that are not there."""
    fields: dict[str, Any] = {
        "uuid": UUID,
        "name": contact.name,
        "tags": list(contact.tags),
        "assignedUser": contact.assigned_user or None,
        "team": {"uuid": contact.team_uuid, "default": False} if contact.team_uuid else None,
        "note": contact.note or None,
        "customFields": {
            name: value if isinstance(value, str) else list(value) for name, value in contact.custom_fields.items()
        },
    }
    if is_brief:
        fields = {name: value for name, value in fields.items() if value or name not in ("team", "note")}
    return RemoteContact(uuid=UUID, href="h1", fields=fields)


def patched(contact: Contact, after: Mapping[str, FieldValue]) -> Contact:
    """Return the contact after a PATCH."""
    for name, value in after.items():
        contact = with_field(contact, name, value)
    return contact
