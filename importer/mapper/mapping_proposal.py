"""Propose a mapping from a sheet's header and values, with how sure it is and what the user must be asked. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from importer.mapper.column_profile import ColumnProfile, Kind, phone_share, profile_column
from importer.mapper.header import OWN_COLUMNS
from importer.mapper.header_guess import Guess, guess
from importer.mapper.options import FIELDS, REQUIRED, ColumnOptions, CustomFieldOptions, with_fields
from importer.model.account import FieldType
from importer.model.rows import Row

_HALF = 0.5
_PHONES = frozenset({Kind.PHONES, Kind.NATIONAL_PHONES})
_FIELD_TYPES = {
    Kind.EMAILS: FieldType.EMAIL,
    Kind.DATES: FieldType.DATE,
    Kind.NUMBERS: FieldType.NUMBER,
    Kind.CHOICES: FieldType.DROPDOWN,
    Kind.LISTS: FieldType.CHECKBOX,
}


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
    cells = {name: [row.cells[place] for row in rows] for place, name in enumerate(header) if name}
    profiles = {name: profile_column(texts, country) for name, texts in cells.items()}
    guessed = guess(header)
    doubts = list(_doubts(guessed, profiles, {name: phone_share(texts, country) for name, texts in cells.items()}))
    asked = {doubt.field for doubt in doubts}
    reasons = {
        field: _by_header(field, text, profiles) for field, text in guessed.unmistakable.items() if field not in asked
    }
    sure = {field: text for field, text in guessed.unmistakable.items() if field in reasons}
    if "identifier" in guessed.missing and "identifier" not in asked:
        (sure["identifier"],) = _of(profiles, _PHONES)
        reasons["identifier"] = f"likely: its values are {_said(profiles[sure['identifier']])}"
    columns = with_fields(ColumnOptions(tags=guessed.columns.tags), sure)
    left = [name for name in profiles if not feeds(columns, name)]
    seen = profiles.get(columns.identifier)
    return Proposal(
        columns=columns,
        reasons=reasons,
        questions=tuple(doubts),
        suggestions=tuple(_suggestions(left, profiles)),
        lacks_country=bool(seen and seen.kind is Kind.NATIONAL_PHONES and not columns.country),
    )


def feeds(columns: ColumnOptions, name: str) -> bool:
    """Return whether the column feeds a field, alone or within a text with braces; custom fields aside."""
    texts = [text for field in FIELDS if isinstance(text := getattr(columns, field), str)]
    return any(name == text or f"{{{name}}}" in text for text in (*texts, *columns.tags))


def _doubts(guessed: Guess, profiles: Mapping[str, ColumnProfile], phones: Mapping[str, float]) -> Iterator[Question]:
    """Yield the questions, those about required fields first."""
    yield from _identifier_doubt(guessed, profiles, phones)
    for field, choices in guessed.doubtful.items():
        if field != "identifier":
            yield _several(field, choices)
    if "name" in guessed.missing:
        free = {name: seen for name, seen in profiles.items() if not feeds(guessed.columns, name)}
        likely, others = _of(free, {Kind.NAMES}), _of(free, {Kind.TEXTS, Kind.CHOICES, Kind.LISTS})
        why = "no header says which column it is, and the first of these looks like it" if likely else _NO_COLUMN
        yield Question(field="name", choices=(*likely, *others) or tuple(_of(profiles, set(Kind))), why=why)


def _several(field: str, choices: Sequence[str]) -> Question:
    different = tuple(dict.fromkeys(choices))
    if len(different) == 1:
        return Question(field=field, choices=different, why="several columns have this header: rename all but one")
    return Question(field=field, choices=different, why="several columns could be it")


_NO_COLUMN = "no column looks like it"


def _identifier_doubt(
    guessed: Guess, profiles: Mapping[str, ColumnProfile], phones: Mapping[str, float]
) -> Iterator[Question]:
    by_look = _of(profiles, _PHONES)
    if choices := guessed.doubtful.get("identifier"):
        yield _several("identifier", choices)
    elif named := guessed.unmistakable.get("identifier"):
        seen = profiles[named]
        others = [name for name in by_look if name != named]
        if seen.filled and named not in by_look and phones[named] < _HALF and others:
            why = f"{named!r} holds {_said(seen)}, and other columns hold phone numbers"
            yield Question(field="identifier", choices=(*others, named), why=why)
    elif len(by_look) != 1:
        choices = tuple(by_look) or tuple(profiles)
        why = "several columns hold phone numbers" if by_look else _NO_COLUMN
        yield Question(field="identifier", choices=choices, why=why)


def _of(profiles: Mapping[str, ColumnProfile], kinds: frozenset[Kind] | set[Kind]) -> list[str]:
    return [name for name, seen in profiles.items() if seen.kind in kinds and name.casefold() not in OWN_COLUMNS]


def _by_header(field: str, text: str, profiles: Mapping[str, ColumnProfile]) -> str:
    seen = profiles.get(text)
    if field == "identifier" and seen and seen.filled and seen.kind not in _PHONES:
        return f"likely: its header says so, though it holds {_said(seen)}"
    return f"sure: its header says so, and it holds {_said(seen)}" if seen else "sure: the headers say so"


def _said(seen: ColumnProfile) -> str:
    """Return what a column holds, such as `phone numbers (97 %)`."""
    return f"{seen.kind} ({seen.share:.0%})" if seen.share < 1 else str(seen.kind)


def _suggestions(left: Sequence[str], profiles: Mapping[str, ColumnProfile]) -> Iterator[CustomFieldOptions]:
    for name in left:
        seen = profiles[name]
        if seen.kind is not Kind.EMPTY and name.casefold() not in OWN_COLUMNS:
            only = "" if "|" in seen.detail else seen.detail  # of several, none is guessed
            yield CustomFieldOptions(
                name=name,
                column=name,
                type=_FIELD_TYPES.get(seen.kind, FieldType.TEXT),
                format=only if seen.kind is Kind.DATES else "",
                decimal=only if seen.kind is Kind.NUMBERS else "",
                separator=seen.detail if seen.kind is Kind.LISTS else "",
                options=seen.options,
            )
