"""Write a config: a whole one with comments, or only its `[columns]` table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

import tomli_w

from importer.mapper.options import FIELDS, REQUIRED, ColumnOptions, CustomFieldOptions, MappingOptions
from importer.model.account import FieldType
from importer.readers.options import InputOptions

_COMMENT_AT = 40
_EXAMPLE = "config.example.toml, beside the README of the importer,"
_EXAMPLES: dict[str, object] = {"source": "whatsapp", "country": "ES", "tags": ["Imported"]}
_HINTS = {"country": "where numbers without a country code are from", "tags": "tags of every contact"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The content of a new config."""

    file: str
    """The spreadsheet that it is made for."""
    input: InputOptions
    mapping: MappingOptions
    reasons: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Field to the reason for its column."""
    open_fields: Mapping[str, Sequence[str]] = field(default_factory=lambda: MappingProxyType({}))
    """Field to its candidate columns, of which none was chosen."""
    offered: Mapping[str, Sequence[str]] = field(default_factory=lambda: MappingProxyType({}))
    """Key of `[contact]` to what the account has for it, written as a comment."""
    both_forms: str = ""
    """How many mobile numbers are in which of their two forms, told in a comment; empty: all are in one."""
    schema: str = ""
    """The address of the config's JSON Schema, by which editors know its keys; empty: none is named."""
    example: str = ""
    """Where config.example.toml is; empty: it is not known."""
    suggestions: Sequence[CustomFieldOptions] = ()
    """Custom fields that the account may have, written as comments."""
    evidence: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Column of dates to what tells their format, or that nothing does."""


def config_text(draft: Draft) -> str:
    """Return the config as TOML."""
    lines = [
        *([f"#:schema {draft.schema}"] if draft.schema else []),
        f"# How {_seen(draft.file)} becomes contacts in Callbell. Look through it, and try it with: check",
        f"# {_seen(draft.example) or _EXAMPLE} has every other setting, with a sentence about it.",
        "",
        "[input]",
        *_input(draft),
        "",
        "[contact]                               # the same for every row",
        *_contact(draft),
        "",
        "[columns]                               # field = header, or a text with headers in braces",
        *_columns(draft),
        "",
        "[columns.custom_fields]                 # name in Callbell = header, or a table",
        *_custom_fields(draft),
    ]
    return "\n".join(lines) + "\n"


def columns_text(columns: ColumnOptions, doubtful: Mapping[str, Sequence[str]]) -> str:
    """Return the `[columns]` table as TOML.

    Args:
        columns: The guessed columns; a required field without one is written as `???`.
        doubtful: Field to the headers that it could be, which are named in comments above the table.

    """
    fed = dict.fromkeys(REQUIRED, "???") | _given(columns)
    has_custom_fields = fed.pop("custom_fields", False)
    lines = [f"# {field}: one of {', '.join(map(repr, found))}" for field, found in doubtful.items()]
    lines += ["[columns]", *(_line(key, value) for key, value in fed.items())]
    if has_custom_fields:
        lines += ["", "[columns.custom_fields]", *map(_custom_field, columns.custom_fields)]
    return "\n".join(lines) + "\n"


def toml(value: object) -> str:
    """Return a value as TOML writes it, on one line."""
    match value:
        case list() | tuple():
            return f"[{', '.join(map(toml, value))}]"
        case dict():
            return f"{{ {', '.join(f'{key} = {toml(inner)}' for key, inner in value.items())} }}"
        case _:
            return tomli_w.dumps({"k": value}).removeprefix("k = ").rstrip("\n")


def _given(options: Any) -> dict[str, object]:  # noqa: ANN401 - the options of any table
    """Return what differs from its default, by key."""
    return {one.name: value for one in fields(options) if (value := getattr(options, one.name)) != one.default}


def _seen(text: str) -> str:
    """Return a text for a comment: on one line, without control characters."""
    return "".join(filter(str.isprintable, " ".join(text.split())))


def _line(key: str, value: object, comment: str = "", *, mute: bool = False) -> str:
    line = f"{'# ' if mute else ''}{key} = {toml(value)}"
    return f"{line:<{_COMMENT_AT - 1}} # {_seen(comment)}" if comment else line


def _input(draft: Draft) -> Iterator[str]:
    given = _given(draft.input)
    where = given.pop("where", ())
    if seconds := given.pop("download_timeout_seconds", None):
        given["download_timeout"] = f"{seconds:.0f}s"
    yield from (_line(key, value) for key, value in given.items())
    yield "# The header that this config was made for: a run stops if a column is gone that is used below."
    yield _line("header", draft.mapping.made_for)
    if isinstance(where, tuple) and where:
        yield from ("", "[input.where]", *(_line(toml(header), values) for header, values in where))


def _contact(draft: Draft) -> Iterator[str]:
    given = {"source": draft.mapping.contact.source} | _given(draft.mapping.contact)
    for key, value in (_EXAMPLES | given).items():
        yield _line(key, value, _HINTS.get(key, ""), mute=key not in given)
    if draft.both_forms and "mobile_form" not in given:
        yield f'# {_seen(draft.both_forms)} To send all in one form: "with" the digit of mobiles, or "without" it.'
        yield _line("mobile_form", "without", mute=True)
    for key, names in draft.offered.items():
        if names and key not in given and not getattr(draft.mapping.columns, key):
            yield _line(key, names[0], f"for every contact; the account has {', '.join(names)}", mute=True)


def _columns(draft: Draft) -> Iterator[str]:
    given = _given(draft.mapping.columns)
    for name in (*FIELDS, "tag_separators"):
        if name in given:
            yield _line(name, given[name], draft.reasons.get(name, "as you said"))
        for choice in draft.open_fields.get(name, ()):
            yield _line(name, choice, "could be it", mute=True)
    if "tags" not in given and "tags" not in draft.open_fields:
        for one in draft.suggestions:
            if one.options:
                yield _line("tags", [one.column], "its values as tags, in place of a custom field", mute=True)


def _custom_fields(draft: Draft) -> Iterator[str]:
    yield from (_custom_field(one, draft.evidence) for one in draft.mapping.columns.custom_fields)
    if draft.suggestions:
        yield "# These columns are not sent. Where Callbell has such a field, take the # away:"
    yield from (f"# {_custom_field(one, draft.evidence)}" for one in draft.suggestions)


def _custom_field(field: CustomFieldOptions, evidence: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return the line of a custom field: its header alone, or a table of it and what its type needs."""
    table = _given(field)
    name = table.pop("name")
    why = evidence.get(field.column, "") if field.type is FieldType.DATE else ""
    return _line(toml(name), table if "type" in table else field.column, why)
