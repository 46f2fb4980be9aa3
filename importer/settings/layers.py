"""The layers of settings (config, environment, options): the checked values of each, and which one wins."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from importer.settings.config_tables import TABLES, CustomFieldTable, Tables, keys_of

PLAIN_TABLES = ("service", "input", "contact", "run")
"""The tables whose keys are also options and environment variables."""

Key = Sequence[str | int]

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

_PREFIX = "CALLBELL_IMPORTER_"
_CONFIG_VARIABLE = "CALLBELL_IMPORTER_CONFIG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """The settings from one source: per table, its keys with their checked values."""

    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    """A sentence for each wrong setting."""


def variable_of(key: str) -> str:
    """Return the environment variable of a key of the plain tables."""
    return "CALLBELL_BASE_URL" if key == "base_url" else _PREFIX + key.upper()


def checked_layer(
    raw: Mapping[str, Any],
    where: Callable[[Key], str],
    order: Callable[[Key], int] = lambda _: 0,
    folder: Path = Path(),
    *,
    strict: bool = False,
) -> Layer:
    """Return the checked values, or the problems.

    Args:
        raw: The tables by name.
        where: From a key's path to the beginning of its message, such as "config.toml, line 3, service.rate".
        order: From a key's path to a sort key for its problem.
        folder: The folder that paths are relative to.
        strict: Whether a text is refused where a number is expected: TOML has types, the environment only texts.

    """
    try:
        tables = Tables.model_validate(raw, strict=strict, context=folder)
    except ValidationError as error:
        details = sorted(error.errors(include_url=False, include_input=False), key=lambda detail: order(detail["loc"]))
        return Layer(problems=tuple(f"{where(detail['loc'])}: {sentence(detail)}" for detail in details))
    # No warnings: the checks return other types than they take, such as seconds for a text.
    return Layer(values=tables.model_dump(exclude_unset=True, by_alias=True, warnings=False))


def options_layer(options: Mapping[str, object]) -> Layer:
    """Return the command line's layer; None and empty lists are not set.

    Args:
        options: By the key's name in the config (`tag` is another name of `tags`).

    Raises:
        KeyError: There is no such key: a defect of the caller.

    """
    given = {
        "tags" if name == "tag" else name: str(value) if isinstance(value, Path) else value
        for name, value in options.items()
        if value is not None and value not in ([], ())
    }
    if unknown := given.keys() - {key for table in PLAIN_TABLES for key in keys_of(table)}:
        raise KeyError(*unknown)
    return checked_layer(_by_table(given), lambda key: f"the option {_option_of(str(key[1]))}")


def environment_layer(environment: Mapping[str, str]) -> Layer:
    """Return the environment's layer; an empty variable is not set, and commas separate tags."""
    names = {variable_of(key): key for table in PLAIN_TABLES for key in keys_of(table)}
    given: dict[str, object] = {names[name]: text for name, text in environment.items() if text and name in names}
    if "tags" in given:
        given["tags"] = [tag for tag in str(given["tags"]).split(",") if tag.strip()]
    layer = checked_layer(_by_table(given), lambda key: f"the variable {variable_of(str(key[1]))}")
    unknown = tuple(
        f"the variable {name}: {unknown_name(name, names)}"
        for name in environment
        if name.startswith(_PREFIX) and name not in {*names, _CONFIG_VARIABLE}
    )
    return Layer(values=layer.values, problems=layer.problems + unknown)


def stacked(layers: Sequence[Layer]) -> dict[str, dict[str, Any]]:
    """Return every table's keys, each with the value of the last layer that has it."""
    return {
        table: {key: value for layer in layers for key, value in layer.values.get(table, {}).items()}
        for table in TABLES
    }


def _option_of(key: str) -> str:
    return "--tag" if key == "tags" else "--" + key.replace("_", "-")


def _by_table(given: Mapping[str, object]) -> dict[str, dict[str, object]]:
    return {table: {key: given[key] for key in keys_of(table) if key in given} for table in PLAIN_TABLES}


def sentence(detail: Mapping[str, Any]) -> str:
    """Return the end of a sentence that begins with where the key is.

    Args:
        detail: One of pydantic's `ValidationError.errors()`: `type`, `loc`, `msg`, and `ctx` for our own checks.

    """
    match detail["type"]:
        case "value_error":
            return str(detail["ctx"]["error"])
        case "extra_forbidden":
            return _unknown_key(*map(str, detail["loc"]))
        case kind:
            return _WRONG_TYPE.get(kind) or str(detail["msg"])


def unknown_name(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about an unknown name, with the name that was probably meant."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return "there is no such setting" + (f"; did you mean {close[0]}?" if close else "")


def _unknown_key(table: str, key: str = "", *inner: str) -> str:
    """Return which key was probably meant, or in which table the key belongs."""
    if inner:
        return unknown_name(inner[-1], CustomFieldTable.model_fields)
    near = unknown_name(key or table, keys_of(table) if key else TABLES)
    homes = [name for name in TABLES if (key or table) in keys_of(name)]
    return f"belongs in the table [{homes[0]}]" if homes and not (key and "mean" in near) else near
