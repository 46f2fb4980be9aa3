"""Find the custom fields of the account that a sheet's columns are named like. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

from importer.mapper.account_names import folded_label
from importer.mapper.options import CustomFieldOptions
from importer.model.account import FieldType

_ALIKE = 0.85
"""How much alike names must be (`difflib`): `Loyalty point` and `Loyalty Points` are, `City` and `Country` are not."""
_WITH_OPTIONS = frozenset({FieldType.DROPDOWN, FieldType.CHECKBOX})


def fields_of_account(
    columns: Sequence[CustomFieldOptions], fields: Sequence[CustomFieldOptions]
) -> tuple[CustomFieldOptions, ...]:
    """Return the columns that are named like a custom field of the account, with its name, type and options.

    Args:
        columns: Each as a field of its own, as its values suggest.
        fields: The account's, without columns.

    """
    left = {folded_label(one.name): one for one in fields}
    found: dict[str, CustomFieldOptions] = {}
    for column in columns:
        if (same := left.pop(folded_label(column.column), None)) is not None:
            found[column.column] = as_field(column, same)
    for column in columns:
        close = [] if column.column in found else get_close_matches(folded_label(column.column), left, 1, _ALIKE)
        if close:
            found[column.column] = as_field(column, left.pop(close[0]))
    return tuple(found[column.column] for column in columns if column.column in found)


def as_field(column: CustomFieldOptions, field: CustomFieldOptions) -> CustomFieldOptions:
    """Return a column as this field of the account; how its cells are written matters for the same type alone."""
    options = field.options if field.type in _WITH_OPTIONS else ()
    if column.type is field.type:
        return replace(column, name=field.name, options=options)
    return CustomFieldOptions(name=field.name, column=column.column, type=field.type, options=options)
