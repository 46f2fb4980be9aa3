"""Translate pydantic's errors into sentences for users."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from importer.settings.config_tables import CustomFieldTable, keys_of

_TABLES = keys_of("")
_WRONG_TYPE = {
    **dict.fromkeys(("bool_parsing", "bool_type"), "must be true or false"),
    **dict.fromkeys(("float_parsing", "float_type"), "must be a number"),
    **dict.fromkeys(("int_from_float", "int_parsing", "int_type"), "must be a whole number"),
    **dict.fromkeys(("mapping_type", "model_attributes_type", "model_type"), "must be a table"),
    "dict_type": "must be a table of texts in quotes",
    "int_parsing_size": "must be a smaller number",
    "missing": "is missing",
    "string_type": "must be a text in quotes",
    "tuple_type": 'must be a list of texts, such as ["A", "B"]',
}


def sentence(detail: Mapping[str, Any]) -> str:
    """Return the end of a sentence that begins with where the key is.

    Args:
        detail: One of pydantic's `ValidationError.errors()`: `type`, `loc`, `msg`, and `ctx` for our own checks.

    """
    match detail["type"]:
        case "value_error":
            return str(detail["ctx"]["error"])
        case "extra_forbidden":
            return _unknown_key(detail["loc"])
        case kind:
            return _WRONG_TYPE.get(kind) or str(detail["msg"])


def unknown_name(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about an unknown name, with the name that was probably meant."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return "there is no such setting" + (f"; did you mean {close[0]}?" if close else "")


def _unknown_key(path: Sequence[str | int]) -> str:
    key = str(path[-1])
    if len(path) == 1:
        homes = [table for table in _TABLES if key in _keys(table)]
        return f"belongs in the table [{homes[0]}]" if homes else unknown_name(key, _TABLES)
    known = _keys(str(path[0])) if len(path) == 2 else tuple(CustomFieldTable.model_fields)  # noqa: PLR2004 - table, key
    near = unknown_name(key, known)
    homes = [table for table in _TABLES if len(path) == 2 and key in _keys(table)]  # noqa: PLR2004 - the same
    return f"belongs in the table [{homes[0]}]" if homes and "mean" not in near else near


def _keys(table: str) -> tuple[str, ...]:
    return keys_of(table) if table not in {"values", ""} else ()
