"""Compare a contact in Callbell with what was sent: which fields were changed since. Pure.

The service's answer is compared with what POST /contacts was given. What the answer leaves out says nothing; what it
says in a form that cannot be read counts as changed, for a contact that was deleted cannot be brought back.
"""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from importer.model.rows import Contact


def changes(sent: Contact, found: Mapping[str, object]) -> tuple[str, ...]:
    """Return what is not as it was sent, in the API's own words; nothing if all of it is.

    Args:
        sent: What POST /contacts was given.
        found: The contact as GET /contacts/:uuid describes it.

    """
    same: dict[str, tuple[str, Callable[[object], bool]]] = {
        "name": ("name", lambda value: _text(value) == _plain(sent.name)),
        "tags": ("tags", lambda value: _texts(value) == set(map(_plain, sent.tags))),
        "assigned_user": ("assignedUser", lambda value: _is_user(sent.assigned_user, value)),
        "team_uuid": ("team", lambda value: _is_team(sent.team_uuid, value)),
        "channel_uuid": ("channel", lambda value: not sent.channel_uuid or _part(value, "uuid") == sent.channel_uuid),
        "note": ("note", lambda value: _text(value) == _plain(sent.note)),
    }
    differing = [field for field, (name, is_same) in same.items() if name in found and not is_same(found[name])]
    return (*differing, *_custom_changes(sent.custom_fields, found.get("customFields", sent.custom_fields)))


def _custom_changes(sent: Mapping[str, str | tuple[str, ...]], found: object) -> list[str]:
    there = {} if found is None else found
    if not isinstance(there, Mapping):
        return ["custom_fields"]
    names = sorted({*sent, *map(str, there)})
    return [f"custom field {name}" for name in names if not _is_value(sent.get(name, ""), there.get(name))]


def _is_value(sent: str | tuple[str, ...], found: object) -> bool:
    """Tell whether a custom field's value is the same; a number may come back as one, an empty value as none."""
    if isinstance(sent, tuple):
        return _texts(found) == set(map(_plain, sent))
    if isinstance(found, int | float) and not isinstance(found, bool):
        return _is_number(sent, found)
    return _text(found or "") == _plain(sent)


def _is_number(sent: str, found: float) -> bool:
    try:
        return float(sent) == found
    except ValueError:
        return False


def _is_user(sent: str, found: object) -> bool:
    email = _part(found, "email")
    return email is not None and email.casefold() == sent.casefold()


def _is_team(sent: str, found: object) -> bool:
    """Tell whether it is the team that was sent; who names none may be given the account's default team."""
    if not sent and isinstance(found, Mapping) and found.get("default") is True:
        return True
    return _part(found, "uuid") == sent


def _part(value: object, name: str) -> str | None:
    """Return a text, or the part of an object that stands for it; empty for null, None for anything else."""
    return _text(value.get(name) if isinstance(value, Mapping) else value)


def _text(value: object) -> str | None:
    if value is None:
        return ""
    return _plain(value) if isinstance(value, str) else None


def _texts(value: Any) -> set[str] | None:  # noqa: ANN401 - whatever the JSON holds
    if value is None:
        return set()
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        return None
    return set(map(_plain, value))


def _plain(text: str) -> str:
    """Return the text without what a service may tidy up: spaces around it and between words, split accents."""
    return unicodedata.normalize("NFC", " ".join(text.split()))
