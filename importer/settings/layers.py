"""The layers of settings (config, environment, options): the checked values of each, and which one wins."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ValidationError

from importer.settings.config_tables import Tables, keys_of
from importer.settings.messages import sentence, unknown_name

PLAIN_TABLES = ("service", "input", "contact", "run")
"""The tables whose keys are also options and environment variables."""

PATHS = (("service", "token_file"), ("run", "report_dir"), ("run", "journal"), ("run", "log_file"))
"""Table and key of every path."""

Key = Sequence[str | int]

_PREFIX = "CALLBELL_IMPORTER_"
_CONFIG_VARIABLE = "CALLBELL_IMPORTER_CONFIG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """The settings from one source: per table, its keys with their checked values."""

    values: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    problems: tuple[str, ...] = ()
    """A sentence for each wrong setting."""


def variable_of(key: str) -> str:
    """Return the environment variable of a key of the plain tables."""
    return "CALLBELL_BASE_URL" if key == "base_url" else _PREFIX + key.upper()


def checked_layer(
    raw: Mapping[str, Any],
    where: Callable[[Key], str],
    order: Callable[[Key], int] = lambda _: 0,
    *,
    strict: bool,
) -> Layer:
    """Return the checked values, or the problems.

    Args:
        raw: The tables by name.
        where: From a key's path to the beginning of its message, such as "config.toml, line 3, service.rate".
        order: From a key's path to a sort key for its problem.
        strict: Whether a text is refused where a number is expected: TOML has types, the environment only texts.

    """
    try:
        tables = Tables.model_validate(raw, strict=strict)
    except ValidationError as error:
        details = sorted(error.errors(include_url=False, include_input=False), key=lambda detail: order(detail["loc"]))
        return Layer(problems=tuple(f"{where(detail['loc'])}: {sentence(detail)}" for detail in details))
    return Layer(values=_given(tables))


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
    return checked_layer(_by_table(given), lambda key: f"the option {_option_of(str(key[1]))}", strict=False)


def environment_layer(environment: Mapping[str, str]) -> Layer:
    """Return the environment's layer; an empty variable is not set, and commas separate tags."""
    names = {variable_of(key): key for table in PLAIN_TABLES for key in keys_of(table)}
    given: dict[str, object] = {names[name]: text for name, text in environment.items() if text and name in names}
    if "tags" in given:
        given["tags"] = [tag for tag in str(given["tags"]).split(",") if tag.strip()]
    layer = checked_layer(_by_table(given), lambda key: f"the variable {variable_of(str(key[1]))}", strict=False)
    unknown = tuple(
        f"the variable {name}: {unknown_name(name, names)}"
        for name in environment
        if name.startswith(_PREFIX) and name not in {*names, _CONFIG_VARIABLE}
    )
    return Layer(values=layer.values, problems=layer.problems + unknown)


def stacked(layers: Sequence[Layer]) -> dict[str, dict[str, Any]]:
    """Return every table's keys, each with the value of the last layer that has it."""
    tables: dict[str, dict[str, Any]] = {}
    for layer in layers:
        for table, keys in layer.values.items():
            tables.setdefault(table, {}).update(keys)
    return tables


def _option_of(key: str) -> str:
    return "--tag" if key == "tags" else "--" + key.replace("_", "-")


def _by_table(given: Mapping[str, object]) -> dict[str, dict[str, object]]:
    return {table: {key: given[key] for key in keys_of(table) if key in given} for table in PLAIN_TABLES}


def _given(value: Any) -> Any:  # noqa: ANN401 - tables hold tables, texts, numbers and lists
    """Return the keys that were set in a model, and in the models in it, as dicts."""
    if isinstance(value, BaseModel):
        aliases = {name: field.alias or name for name, field in type(value).model_fields.items()}
        return {aliases[name]: _given(getattr(value, name)) for name in value.model_fields_set}
    if isinstance(value, Mapping):
        return {name: _given(inner) for name, inner in value.items()}
    return value
