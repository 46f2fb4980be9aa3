"""The fields of a contact that sheets and people change here: their cells, their values, how the service shows them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from types import MappingProxyType
from typing import Any

from importer.model.changes import CUSTOM, FieldValue
from importer.model.rows import Contact
from importer.worker_pool.contact_changes import field_value

ADDRESS = f"{CUSTOM}Address"
FIELDS = ("name", "tags", "note", "assigned_user", ADDRESS)
CELLS = ("name", None, "tags", "note", "assigned_user", ADDRESS)
"""The field that each cell of a row feeds, from the second cell on; None: none of these."""
CLEAR_MARK = "--"
NEVER_EMPTY = frozenset({"name"})
_TAGS = ("vip", "new", "old", "shop")
_MOST = 1_000_000
_EDITED_SHARE = 0.3


def drawn_cell(chance: Random, field: str) -> str:
    """Return what a sheet says in a field, and hardly ever says twice; tags are few, and come again."""
    if field == "tags":
        return ", ".join(sorted(chance.sample(_TAGS, chance.randint(1, 3))))
    number = chance.randrange(_MOST)
    return f"owner{number}@example.com" if field == "assigned_user" else f"{field} {number}"


def first_cells(chance: Random) -> tuple[str, str, str, str]:
    """Return the cells of a row's tags, note, owner and address, of which some are empty."""
    tags, note, owner, address = (
        drawn_cell(chance, field) if chance.random() < 0.6 else "" for field in FIELDS if field != "name"
    )
    return tags, note, owner, address


def edited_cells(chance: Random, cells: tuple[str, ...]) -> tuple[str, ...]:
    """Return a row's cells after a person changed, emptied or cleared some of its fields, or not."""
    changed = list(cells)
    for place, field in enumerate(CELLS, 1):
        if field is None or chance.random() >= _EDITED_SHARE / 2:
            continue
        kind = chance.random()
        is_drawn = field in NEVER_EMPTY or kind < 0.7
        changed[place] = drawn_cell(chance, field) if is_drawn else "" if kind < 0.8 else CLEAR_MARK
    return tuple(changed)


def fields_of(cells: tuple[str, ...]) -> dict[str, Any]:
    """Return the attributes of a row's contact that its cells beside its number and channel say."""
    texts = {field: text for field, text in zip(CELLS, cells[1:], strict=True) if field}
    cleared = tuple(sorted(field for field, text in texts.items() if text == CLEAR_MARK))
    texts |= dict.fromkeys(cleared, "")
    address = texts.pop(ADDRESS)
    tags = tuple(filter(None, texts.pop("tags").split(", ")))
    return {**texts, "tags": tags, "custom_fields": _custom({"Address": address}), "cleared": cleared}


def with_value(contact: Contact, field: str, value: FieldValue) -> Contact:
    """Return the contact with another value in a field; empty: none."""
    if field.startswith(CUSTOM):
        return replace(contact, custom_fields=_custom({**contact.custom_fields, field.removeprefix(CUSTOM): value}))
    return replace(contact, **{field: value})  # type: ignore[arg-type]  # a field of ours and a value that fits it


def with_values(contact: Contact, values: Mapping[str, FieldValue]) -> Contact:
    """Return the contact with other values."""
    for field, value in values.items():
        contact = with_value(contact, field, value)
    return contact


def values_of_patch(body: str) -> dict[str, FieldValue]:
    """Return the fields and values that a PATCH sets."""
    said = json.loads(body)
    if said.pop("unassign_user", False):
        said["assigned_user"] = ""
    custom = said.pop("custom_fields", {})
    said |= {f"{CUSTOM}{name}": value for name, value in custom.items()}
    return {field: tuple(value) if isinstance(value, list) else value for field, value in said.items()}


def described(uuid: str, contact: Contact, *, leaves_out: bool) -> dict[str, object]:
    """Return a contact as the service shows it.

    Args:
        uuid: Its UUID.
        contact: What is in it.
        leaves_out: Whether a note without a value is left out.

    """
    shown: dict[str, object] = {
        "uuid": uuid,
        "name": contact.name,
        "phoneNumber": f"+{contact.identifier.removeprefix('+')}",
        "tags": list(contact.tags),
        "customFields": {name: value for name, value in contact.custom_fields.items() if value},
        "assignedUser": contact.assigned_user or None,
    }
    if contact.note or not leaves_out:
        shown["note"] = contact.note or None
    return shown


def is_said(contact: Contact, field: str) -> bool:
    """Tell whether a row says anything of a field: that it is to be cleared, too."""
    return bool(field_value(contact, field)) or field in contact.cleared


def _custom(values: Mapping[str, FieldValue]) -> Mapping[str, FieldValue]:
    return MappingProxyType({name: value for name, value in values.items() if value})
