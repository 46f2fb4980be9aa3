"""Compare a contact in Callbell with what was sent: which fields were changed since. Pure.

The service's answer is compared with what POST /contacts was given. What the answer leaves out says nothing; what it
says in a form that cannot be read counts as changed, for a contact that was deleted cannot be brought back.
"""

import contextlib
import unicodedata
from collections.abc import Mapping
from typing import Any

from importer.model.rows import Contact


def changes(sent: Contact, found: Mapping[str, object]) -> tuple[str, ...]:
    """Return what is not as it was sent, in the API's own words; nothing if all of it is.

    Args:
        sent: What POST /contacts was given.
        found: The contact as GET /contacts/:uuid describes it.

    """
    channel = sent.channel_uuid
    is_same = {
        "name": _text(found.get("name", sent.name)) == _plain(sent.name),
        "tags": _texts(found.get("tags", sent.tags)) == set(map(_plain, sent.tags)),
        "assigned_user": _is_user(sent.assigned_user, found.get("assignedUser", sent.assigned_user)),
        "team_uuid": _is_team(sent.team_uuid, found.get("team", sent.team_uuid)),
        "channel_uuid": not channel or _part(found.get("channel", channel), "uuid") == channel,
        "note": _text(found.get("note", sent.note)) == _plain(sent.note),
    }
    differing = [field for field, same in is_same.items() if not same]
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
        with contextlib.suppress(ValueError):
            return float(sent) == found
        return False
    return _text(found or "") == _plain(sent)


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
