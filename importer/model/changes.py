"""A change of a contact that is in Callbell: the fields to PATCH, and what they were before. Frozen values.

The fields are those of `importer.model.payload.COMPARED`, and `custom_fields.NAME` for each custom field.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

FieldValue = str | tuple[str, ...]
"""A text, or the list of tags or of a checkbox field's options; empty: the field has no value."""

CUSTOM: Final = "custom_fields."
"""What the names of custom fields begin with."""

NEVER_CLEARED: Final = frozenset({"name", "team_uuid", "bot_status"})
"""Fields that PATCH cannot leave without a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChange:
    """Fields and their values after and before."""

    uuid: str
    """The contact's; empty: of a POST that may have arrived, whose contact nobody knows."""
    after: Mapping[str, FieldValue] = field(default_factory=lambda: MappingProxyType({}))
    """What the PATCH sets; an empty value clears the field."""
    before: Mapping[str, FieldValue] = field(default_factory=lambda: MappingProxyType({}))
    """What the GET just before it showed; a field that the service does not show is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A field that both the sheet and a person in Callbell changed, to different values, and that was left as it is."""

    field: str
    sheet: FieldValue
    callbell: FieldValue | None
    """None: it is not shown, or cannot be read."""


def joined(first: ContactChange, second: ContactChange) -> ContactChange:
    """Return the changes of two PATCHes of one row as one: what the second sets, and what was there before the first.

    A tag that the first did not set and the second found is a person's, as is the loss of one that it did set: what
    people did between them counts as having been there before.
    """
    before = {**second.before, **first.before}
    if "tags" in first.after and "tags" in second.after:
        before["tags"] = _tags_before(first, second)
    return ContactChange(
        uuid=second.uuid, after=MappingProxyType({**first.after, **second.after}), before=MappingProxyType(before)
    )


def _tags_before(first: ContactChange, second: ContactChange) -> tuple[str, ...]:
    before, after, found = (
        {plain_value(tag): tag for tag in tags}
        for tags in (first.before.get("tags", ()), first.after["tags"], second.before.get("tags", ()))
    )
    kept = [tag for key, tag in before.items() if key in found or key not in after]
    return (*kept, *(tag for key, tag in found.items() if key not in before and key not in after))


def plain_value(text: str) -> str:
    """Return the text without what a service may tidy up: spaces around it and between words, split accents."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def field_labels(names: Iterable[str]) -> str:
    """Return the names of fields as people know them, with commas between them: custom fields by their own names."""
    return ", ".join(name.removeprefix(CUSTOM) for name in names)
