"""Compare a contact in Callbell with what was sent or is to be sent, field by field. Pure.

One home of how the service's answer is read: what it leaves out says nothing (`LEFT_OUT`), and what it says in a form
that cannot be read is no value that we know, so it counts as changed: a contact that was deleted, or a value that was
replaced, cannot be brought back. Spaces, split accents, the order of tags, capitals in an e-mail address and the form
of a number are no differences.
"""

import contextlib
from collections.abc import Mapping
from typing import Any, Final

from importer.model.changes import CUSTOM, ContactChange, FieldValue, plain_value
from importer.model.payload import COMPARED
from importer.model.replies import RemoteContact
from importer.model.rows import Contact

LEFT_OUT: Final = object()
"""What an answer says of a field that it leaves out."""
SHOWN_IF_FILLED: Final = frozenset({"team_uuid", "note"})
"""Fields that the service "sometimes" shows, by its documentation: where they have a value, as far as is known."""
_UNREADABLE: Final = object()
_SHOWN_AS: Final = {"assigned_user": "assignedUser", "team_uuid": "team", "channel_uuid": "channel"}
_PARTS: Final = {"assigned_user": "email", "team_uuid": "uuid", "channel_uuid": "uuid"}
"""The part that stands for an object."""


def changes(sent: Contact, found: Mapping[str, object]) -> tuple[str, ...]:
    """Return what is not as it was sent, in the API's own words; nothing if all of it is.

    Args:
        sent: What POST /contacts was given.
        found: The contact as GET /contacts/:uuid describes it.

    """
    compared = [*COMPARED, *(["channel_uuid"] if sent.channel_uuid else [])]
    differing = [field for field in compared if not _is_as(sent, field, found)]
    there = found.get("customFields")
    if not (there is None or isinstance(there, Mapping)):
        return (*differing, "custom_fields")
    names = sorted({*sent.custom_fields, *map(str, there or {})})
    changed = [f"custom field {name}" for name in names if not _is_as(sent, f"{CUSTOM}{name}", found)]
    return (*differing, *changed)


def field_value(contact: Contact, field: str) -> FieldValue:
    """Return what a contact of ours says in a field; empty: nothing."""
    if field.startswith(CUSTOM):
        return contact.custom_fields.get(field.removeprefix(CUSTOM), "")
    value: FieldValue = getattr(contact, field)
    return value


def shown_value(found: Mapping[str, object], field: str) -> object:
    """Return what the service's description of a contact says in a field, as it came, or `LEFT_OUT`."""
    if not field.startswith(CUSTOM):
        return found.get(_SHOWN_AS.get(field, field), LEFT_OUT)
    custom = found.get("customFields", LEFT_OUT)
    if isinstance(custom, Mapping):
        return custom.get(field.removeprefix(CUSTOM))
    return custom if custom is None or custom is LEFT_OUT else _UNREADABLE


def is_same(field: str, ours: FieldValue, shown: object) -> bool:
    """Tell whether a field's value is ours.

    Args:
        field: Its name, as in `importer.model.changes`, or `channel_uuid`.
        ours: What the sheet says, or said; empty: no value.
        shown: What `shown_value` returned, or another value of ours.

    """
    if field.startswith(CUSTOM):
        return _is_custom_value(ours, shown)
    if isinstance(ours, tuple):
        return _texts(shown) == set(map(plain_value, ours))
    if field == "team_uuid" and not ours and isinstance(shown, Mapping) and shown.get("default") is True:
        return True  # who names no team may be given the account's default one
    text = _part(field, shown)
    if text is None:
        return False
    return text.casefold() == ours.casefold() if field == "assigned_user" else text == plain_value(ours)


def readable_value(field: str, shown: object) -> FieldValue | None:
    """Return what the service shows in a field as a value that can be sent back; None where it cannot be read."""
    if field == "tags" or (field.startswith(CUSTOM) and isinstance(shown, list | tuple)):
        return None if _texts(shown) is None else tuple(shown or ())  # type: ignore[arg-type]  # _texts has read it
    if field.startswith(CUSTOM) and _is_number(shown):
        return str(shown).removesuffix(".0")
    value = shown.get(_PARTS[field], shown) if isinstance(shown, Mapping) and field in _PARTS else shown
    return "" if value is None else value if isinstance(value, str) else None


def is_confirmed(change: ContactChange, found: RemoteContact | None) -> bool:
    """Tell whether the answer to a PATCH confirms it: a value that the service has put into its own form does.

    Args:
        change: What was PATCHed.
        found: The contact in the answer; None without one.

    """
    if found is None or found.uuid != change.uuid:
        return False
    for name, after in change.after.items():
        shown, before = shown_value(found.fields, name), change.before.get(name)
        is_as_before = before is not None and shown is not LEFT_OUT and is_same(name, before, shown)
        if is_as_before and not is_same(name, after, shown):
            return False
    return True


def _is_as(sent: Contact, field: str, found: Mapping[str, object]) -> bool:
    shown = shown_value(found, field)
    return shown is LEFT_OUT or is_same(field, field_value(sent, field), shown)


def _is_custom_value(ours: FieldValue, shown: object) -> bool:
    """Tell whether a custom field's value is the same; a number may come back as one, an empty value as none."""
    if isinstance(ours, tuple):
        return _texts(() if shown == "" else shown) == set(map(plain_value, ours))
    if _is_number(shown):
        with contextlib.suppress(ValueError):
            return float(ours) == shown
        return False
    return _part("", shown or "") == plain_value(ours)


def _is_number(shown: object) -> bool:
    return isinstance(shown, int | float) and not isinstance(shown, bool)


def _part(field: str, shown: object) -> str | None:
    """Return a text, or the part of an object that stands for it; empty for null, None for anything else."""
    value = readable_value(field, shown)
    return plain_value(value) if isinstance(value, str) else None


def _texts(value: Any) -> set[str] | None:  # noqa: ANN401 - whatever the JSON holds
    if value is None:
        return set()
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        return None
    return set(map(plain_value, value))
