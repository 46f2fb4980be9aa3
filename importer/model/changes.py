"""A change of a contact that is in Callbell: the fields to PATCH, and what they were before. Frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

FieldValue = str | tuple[str, ...]
"""A text, or the list of tags or of a checkbox field's options; empty: the field has no value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChange:
    """Fields and their values after and before.

    The fields are `name`, `tags`, `assigned_user`, `team_uuid`, `bot_status`, `note`, and `custom_fields.NAME` each.
    """

    uuid: str
    """The contact's."""
    after: Mapping[str, FieldValue] = field(default_factory=lambda: MappingProxyType({}))
    """What the PATCH sets; an empty value clears the field."""
    before: Mapping[str, FieldValue] = field(default_factory=lambda: MappingProxyType({}))
    """What the GET just before it showed; a field that the service does not show is not there."""
