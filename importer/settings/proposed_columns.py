"""A config for a person to look through and save, from a guessed mapping."""

from collections.abc import Mapping, Sequence

import tomli_w

from importer.mapper.options import ColumnOptions

_TEXTS = ("identifier", "name", "note", "assigned_user", "team", "channel", "bot_status")
_REQUIRED = ("identifier", "name")


def proposal(columns: ColumnOptions, doubtful: Mapping[str, Sequence[str]]) -> str:
    """Return the `[columns]` table as TOML.

    Args:
        columns: What was guessed; a required field without a guess is there to be filled in.
        doubtful: Field to the headers that it could be, which are named in a comment above the table.

    """
    table: dict[str, object] = {
        field: text or "???" for field in _TEXTS if (text := getattr(columns, field)) or field in _REQUIRED
    }
    if columns.tags:
        table["tags"] = list(columns.tags)
    notes = [f"# {field}: one of {', '.join(map(repr, found))}\n" for field, found in doubtful.items()]
    return "".join(notes) + tomli_w.dumps({"columns": table})
