"""The parts of an account that the mapper and the sandbox need."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class FieldType(StrEnum):
    """The service's types of custom fields (release notes, March 2026)."""

    TEXT = "text"
    EMAIL = "email"
    NUMBER = "number"
    DATE = "date"
    DROPDOWN = "dropdown"
    CHECKBOX = "checkbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """The account's teams and channels: case-folded name to UUID; a name that two of them share is left out."""

    teams: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    channels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
