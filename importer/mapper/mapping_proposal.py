"""Propose a mapping from a sheet's header and values, with how sure it is and what the user must be asked. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from importer.mapper.column_profile import ColumnProfile, Kind, profile_column
from importer.mapper.header import OWN_COLUMNS
from importer.mapper.header_guess import Guess, guess, with_fields
from importer.mapper.options import FIELDS, REQUIRED, ColumnOptions, CustomFieldOptions
from importer.model.account import FieldType
from importer.model.rows import Row

_HALF = 0.5
_NO_COLUMN = "no column looks like it"
_PHONES = frozenset({Kind.PHONES, Kind.NATIONAL_PHONES})
_CUSTOM_FIELDS = {
    Kind.EMAILS: (FieldType.EMAIL, ""),
    Kind.DATES: (FieldType.DATE, "format"),
    Kind.NUMBERS: (FieldType.NUMBER, "decimal"),
    Kind.CHOICES: (FieldType.DROPDOWN, ""),
    Kind.LISTS: (FieldType.CHECKBOX, "separator"),
}
"""The type of a custom field that such a column could feed, and the option that the profile's detail is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A field that several columns could feed, or for which no column was found."""

    field: str
    choices: tuple[str, ...]
    """Headers, or texts with headers in braces; the likeliest first."""
    why: str
    """The reason for the question: the end of a sentence about the field."""

    @property
    def is_required(self) -> bool:
        """Whether every contact needs the field."""
        return self.field in REQUIRED


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The proposed mapping of a sheet."""

    columns: ColumnOptions
    """The columns that are sure."""
    reasons: Mapping[str, str]
    """Field to why it is sure."""
    questions: tuple[Question, ...]
    suggestions: tuple[CustomFieldOptions, ...]
    """Custom fields that the columns left over could feed, if the account has such fields."""
    lacks_country: bool
    """Whether the phone numbers have no country code and no column says the country."""


def propose(header: Sequence[str], rows: Sequence[Row], country: str = "") -> Proposal:
    """Return the mapping that a sheet's headers suggest, or where they say nothing, its values.

    Args:
        header: The sheet's headers.
        rows: Its first rows.
        country: Region of phone numbers without a country code; empty: none is assumed.

    """
    named = [(place, name) for place, name in enumerate(header) if name]
    profiles = {name: profile_column([row.cells[place] for row in rows], country) for place, name in named}
    guessed = guess(header)
    questions = tuple(_questions(guessed, profiles))
    asked = {question.field for question in questions}
    sure = {field: text for field, text in guessed.unmistakable.items() if field not in asked}
    reasons = {field: _by_header(field, profiles.get(text)) for field, text in sure.items()}
    if "identifier" not in asked | sure.keys():
        (sure["identifier"],) = _of(profiles, _PHONES)
        reasons["identifier"] = f"likely: its values are {_said(profiles[sure['identifier']])}"
    columns = with_fields(ColumnOptions(tags=guessed.columns.tags), sure)
    seen = profiles.get(columns.identifier)
    return Proposal(
        columns=columns,
        reasons=reasons,
        questions=questions,
        suggestions=tuple(_suggestions(columns, profiles)),
        lacks_country=bool(seen and seen.kind is Kind.NATIONAL_PHONES and not columns.country),
    )


def feeds(columns: ColumnOptions, name: str) -> bool:
    """Return whether the column feeds a field, alone or within a text with braces; custom fields aside."""
    texts = [text for field in FIELDS if isinstance(text := getattr(columns, field), str)]
    return any(name == text or f"{{{name}}}" in text for text in (*texts, *columns.tags))


def _questions(guessed: Guess, profiles: Mapping[str, ColumnProfile]) -> Iterator[Question]:
    """Yield the questions, that about the identifier first."""
    if "identifier" not in guessed.doubtful:
        yield from _identifier_question(guessed.unmistakable.get("identifier"), profiles)
    for field, found in guessed.doubtful.items():
        choices = tuple(dict.fromkeys(found))
        what = "could be it" if len(choices) > 1 else "have this header: rename all but one"
        yield Question(field=field, choices=choices, why=f"several columns {what}")
    if "name" in guessed.missing:
        free = {name: seen for name, seen in profiles.items() if not feeds(guessed.columns, name)}
        likely, others = _of(free, {Kind.NAMES}), _of(free, {Kind.TEXTS, Kind.CHOICES, Kind.LISTS})
        why = "no header says which column it is, and the first of these looks like it" if likely else _NO_COLUMN
        yield Question(field="name", choices=(*likely, *others) or tuple(_of(profiles, set(Kind))), why=why)


def _identifier_question(named: str | None, profiles: Mapping[str, ColumnProfile]) -> Iterator[Question]:
    """Yield a question if the values belie the only header that names the identifier, or if there is none."""
    by_look = _of(profiles, _PHONES)
    if named:
        seen = profiles[named]
        if by_look and named not in by_look and seen.filled and seen.phone_share < _HALF:
            why = f"{named!r} holds {_said(seen)}, and other columns hold phone numbers"
            yield Question(field="identifier", choices=(*by_look, named), why=why)
    elif len(by_look) != 1:
        why = "several columns hold phone numbers" if by_look else _NO_COLUMN
        yield Question(field="identifier", choices=tuple(by_look or profiles), why=why)


def _of(profiles: Mapping[str, ColumnProfile], kinds: Collection[Kind]) -> list[str]:
    return [name for name, seen in profiles.items() if seen.kind in kinds and name.casefold() not in OWN_COLUMNS]


def _by_header(field: str, seen: ColumnProfile | None) -> str:
    if field == "identifier" and seen and seen.filled and seen.kind not in _PHONES:
        return f"likely: its header says so, though it holds {_said(seen)}"
    return f"sure: its header says so, and it holds {_said(seen)}" if seen else "sure: the headers say so"


def _said(seen: ColumnProfile) -> str:
    """Return what a column holds, such as `phone numbers (97 %)`."""
    return f"{seen.kind} ({seen.share:.0%})" if seen.share < 1 else str(seen.kind)


def _suggestions(columns: ColumnOptions, profiles: Mapping[str, ColumnProfile]) -> Iterator[CustomFieldOptions]:
    """Yield a custom field for each column that feeds nothing."""
    for name in _of(profiles, set(Kind) - {Kind.EMPTY}):
        if feeds(columns, name):
            continue
        seen = profiles[name]
        field_type, key = _CUSTOM_FIELDS.get(seen.kind, (FieldType.TEXT, ""))
        detail = "" if "|" in seen.detail[1:] else seen.detail  # of several, none is guessed
        option: dict[str, Any] = {key: detail} if key else {}
        yield CustomFieldOptions(name=name, column=name, type=field_type, options=seen.options, **option)
