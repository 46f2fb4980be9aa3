"""Write a config: a whole one with comments, or only its `[columns]` table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import tomli_w

from importer.mapper.options import FIELDS, REQUIRED, ColumnOptions, ContactOptions, CustomFieldOptions
from importer.model.account import FieldType
from importer.readers.options import InputOptions

_COMMENT_AT = 40
_PLAIN = InputOptions()
_INPUT_KEYS = ("sheet", "header_row", "encoding", "delimiter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The content of a new config."""

    file: str
    """The spreadsheet that it is made for."""
    header: tuple[str, ...]
    input: InputOptions
    contact: ContactOptions
    columns: ColumnOptions
    reasons: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Field to the reason for its column."""
    open_fields: Mapping[str, Sequence[str]] = field(default_factory=lambda: MappingProxyType({}))
    """Field to its candidate columns, of which none was chosen."""
    suggestions: Sequence[CustomFieldOptions] = ()
    """Custom fields that the account may have, written as comments."""


def config_text(draft: Draft) -> str:
    """Return the config as TOML."""
    lines = [
        f"# How {_seen(draft.file)} becomes contacts in Callbell. Look through it, and try it with: check",
        "# config.example.toml, which comes with the importer, has every other setting.",
        "",
        "[input]",
        *_input(draft),
        "",
        "[contact]                               # the same for every row",
        *_contact(draft.contact),
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
    fed = {field: getattr(columns, field) or ("???" if field in REQUIRED else "") for field in FIELDS}
    lines = [f"# {field}: one of {', '.join(map(repr, found))}" for field, found in doubtful.items()]
    lines += ["[columns]", *(_line(field, value) for field, value in fed.items() if value)]
    return "\n".join(lines) + "\n"


def toml(value: object) -> str:
    """Return a value as TOML writes it, on one line."""
    match value:
        case str() | int():
            return tomli_w.dumps({"k": value}).removeprefix("k = ").rstrip("\n")
        case list() | tuple():
            return f"[{', '.join(map(toml, value))}]"
        case dict():
            return f"{{ {', '.join(f'{key} = {toml(inner)}' for key, inner in value.items())} }}"
        case _:
            raise TypeError(value)


def _seen(text: str) -> str:
    """Return a text for a comment: on one line, without control characters."""
    return "".join(filter(str.isprintable, " ".join(text.split())))


def _line(key: str, value: object, comment: str = "", *, mute: bool = False) -> str:
    line = f"{'# ' if mute else ''}{key} = {toml(value)}"
    return f"{line:<{_COMMENT_AT - 1}} # {_seen(comment)}" if comment else line


def _input(draft: Draft) -> Iterator[str]:
    for key in _INPUT_KEYS:
        if (value := getattr(draft.input, key)) != getattr(_PLAIN, key):
            yield _line(key, value)
    yield "# The header that this config was made for: a run stops if a column is gone that is used below."
    yield _line("header", draft.header)


def _contact(contact: ContactOptions) -> Iterator[str]:
    yield _line("source", contact.source)
    country = "where numbers without a country code are from"
    yield _line("country", contact.country or "ES", country, mute=not contact.country)
    yield _line("tags", contact.tags or ["Imported"], "tags of every contact", mute=not contact.tags)


def _columns(draft: Draft) -> Iterator[str]:
    for name in FIELDS:
        value: object = getattr(draft.columns, name)
        if value:
            yield _line(name, value, draft.reasons.get(name, "as you said"))
        for choice in draft.open_fields.get(name, ()):
            yield _line(name, choice, "could be it", mute=True)


def _custom_fields(draft: Draft) -> Iterator[str]:
    for one in draft.columns.custom_fields:
        yield _line(toml(one.name), _value(one))
    if draft.suggestions:
        yield "# These columns are not sent. Where Callbell has such a field, take the # away:"
    for one in draft.suggestions:
        yield _line(toml(one.name), _value(one), mute=True)


def _value(one: CustomFieldOptions) -> object:
    """Return the header alone, or a table of it and what its type needs."""
    if one.type is FieldType.TEXT:
        return one.column
    table: dict[str, object] = {"column": one.column, "type": one.type.value}
    keys = ("format", "decimal", "separator", "options")
    return table | {key: value for key in keys if (value := getattr(one, key))}
