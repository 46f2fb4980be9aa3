"""Guess the column mapping from a sheet's header, where no config has one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from importer.mapper.header_synonyms import FILLERS, PHRASES, WORDS
from importer.mapper.options import FIELDS, REQUIRED, ColumnOptions, with_fields
from importer.mapper.text_cleanup import folded_name

_NAME_KINDS = ("full_name", "first_name", "last_name", "name")
_FIRST_BESIDE_LAST = frozenset({"vorname", "prenom"})
"""Beside these, a column called just `Name` or `Nom` holds the last name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A guessed mapping, and how sure it is."""

    columns: ColumnOptions
    """The mapping to use or to show; a doubtful field has its first candidate if it is required, else none."""
    unmistakable: Mapping[str, str]
    """Field to its only candidate, a header or a text with headers in braces; tags to all of theirs, with commas."""
    doubtful: Mapping[str, tuple[str, ...]]
    """Field to its candidates, of which the user must choose."""
    missing: tuple[str, ...]
    """Fields that no column feeds."""


def guess(header: Sequence[str]) -> Guess:
    """Return the mapping that the headers suggest."""
    by_kind = _by_kind(header)
    candidates = {field: by_kind[field] for field in FIELDS if field != "name"} | {"name": _names(by_kind)}
    sure = {field: found[0] for field, found in candidates.items() if len(found) == 1}
    used = {field: candidates[field][0] for field in REQUIRED if candidates[field]} | sure
    tags = tuple(candidates["tags"])
    if tags:
        sure["tags"] = ", ".join(tags)
    return Guess(
        columns=with_fields(ColumnOptions(tags=tags), used),
        unmistakable=MappingProxyType(sure),
        doubtful=MappingProxyType(
            {field: tuple(candidates[field]) for field in FIELDS if candidates[field] and field not in sure}
        ),
        missing=tuple(field for field in FIELDS if not candidates[field]),
    )


def _by_kind(header: Sequence[str]) -> dict[str, list[str]]:
    """Return per kind of column the headers of that kind, in the sheet's order."""
    by_kind: dict[str, list[str]] = {kind: [] for kind in WORDS}
    for name in header:
        plain = folded_name(name)
        if kind := next((kind for kind in WORDS if _is_kind(plain, kind)), ""):
            by_kind[kind].append(name)
    return by_kind


def _is_kind(plain: str, kind: str) -> bool:
    if any(plain in phrases for phrases in PHRASES.values()):
        return plain in PHRASES.get(kind, ())
    telling = set(plain.split()) - FILLERS
    return bool(telling) and telling <= WORDS[kind]


def _names(by_kind: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the candidates for the name: single columns, or a first and a last name together."""
    full, first, last, plain = (list(by_kind[kind]) for kind in _NAME_KINDS)
    if full:
        return full
    match first, last, plain:
        case [one], [other], _:
            return [*plain, _together(one, other)]
        case [], [other], [one]:  # Nombre, Apellidos
            return [_together(one, other)]
        case [one], [], [other]:
            together = _together(one, other)
            return [together] if folded_name(one) in _FIRST_BESIDE_LAST else [other, together]
        case _:
            return [*plain, *first, *last]


def _together(first: str, last: str) -> str:
    return f"{{{first}}} {{{last}}}"
