"""Propose a config for a sheet: the guessed mapping, and the custom fields that its other columns could feed. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from importer.mapper.account_fields import fields_of_account
from importer.mapper.account_names import columns_in_account
from importer.mapper.column_candidates import Question, left_out
from importer.mapper.column_profile import ColumnProfile, Kind, profile_column
from importer.mapper.header import texts_of
from importer.mapper.mapping_guess import feeds, guess
from importer.mapper.options import ColumnOptions, CustomFieldOptions
from importer.model.account import Directory, FieldType
from importer.model.own_names import OWN_COLUMNS
from importer.model.rows import Row

_CUSTOM_FIELDS = {
    Kind.EMAILS: (FieldType.EMAIL, ""),
    Kind.DATES: (FieldType.DATE, "format"),
    Kind.NUMBERS: (FieldType.NUMBER, "decimal"),
    Kind.CHOICES: (FieldType.DROPDOWN, ""),
    Kind.LISTS: (FieldType.CHECKBOX, "separator"),
}
"""The type of a custom field that such a column could feed, and the option that the profile's detail is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The proposed mapping of a sheet."""

    columns: ColumnOptions
    """The columns that are sure or likely."""
    reasons: Mapping[str, str]
    """Field to why."""
    questions: tuple[Question, ...]
    notes: tuple[str, ...]
    """Sentences for the user."""
    suggestions: tuple[CustomFieldOptions, ...]
    """Custom fields that the columns left over could feed, if the account has such fields."""
    evidence: Mapping[str, str]
    """Column of dates to what tells their format, or that nothing does."""
    lacks_country: bool
    """Whether the phone numbers have no country code and no column says the country."""


def propose(
    header: Sequence[str],
    rows: Sequence[Row],
    country: str = "",
    directory: Directory | None = None,
    fields: Sequence[CustomFieldOptions] = (),
) -> Proposal:
    """Return the mapping that a sheet's headers and values suggest.

    Args:
        header: The sheet's headers.
        rows: Its first rows.
        country: Region of phone numbers without a country code; empty: none is assumed.
        directory: The account's teams, channels and users; None: it was not asked.
        fields: The account's custom fields, without columns.

    """
    named = [(place, name) for place, name in enumerate(header) if name]
    profiles = {name: profile_column([row.cells[place] for row in rows], country) for place, name in named}
    guessed = guess(header, rows, country)
    in_account: dict[str, Any] = dict(columns_in_account(guessed.by_account, directory))
    columns = replace(guessed.columns, **in_account)
    suggestions = tuple(_suggestions(columns, profiles))
    custom_fields = fields_of_account(suggestions, fields)
    taken = {one.column for one in custom_fields}
    unused = {field: name for field, (name, _) in guessed.by_account.items() if field not in in_account}
    kinds = {profiles[text].kind for text in texts_of(columns.identifier) if text in profiles}
    return Proposal(
        columns=replace(columns, custom_fields=custom_fields),
        reasons={**guessed.reasons, **dict.fromkeys(in_account, "likely: the account has most of its values")},
        questions=guessed.questions,
        notes=(*guessed.notes, *(left_out(field, name) for field, name in unused.items())),
        suggestions=tuple(one for one in suggestions if one.column not in taken),
        evidence={name: seen.evidence for name, seen in profiles.items() if seen.evidence},
        lacks_country=Kind.NATIONAL_PHONES in kinds and not columns.country,
    )


def _suggestions(columns: ColumnOptions, profiles: Mapping[str, ColumnProfile]) -> Iterator[CustomFieldOptions]:
    """Yield a custom field for each column that feeds nothing."""
    for name, seen in profiles.items():
        if seen.kind is Kind.EMPTY or name.casefold() in OWN_COLUMNS or feeds(columns, name):
            continue
        field_type, key = _CUSTOM_FIELDS.get(seen.kind, (FieldType.TEXT, ""))
        detail = "" if "|" in seen.detail[1:] else seen.detail  # of several, none is guessed
        option: dict[str, Any] = {key: detail} if key else {}
        yield CustomFieldOptions(name=name, column=name, type=field_type, options=seen.options, **option)
