"""Resolve the layers of settings (config, environment, options) to one `Settings`, or to every problem at once."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from importer.mapper.options import ColumnOptions, ContactOptions, CustomFieldOptions, MappingOptions
from importer.notify.options import VARIABLES, NotifyOptions
from importer.readers.options import InputOptions
from importer.settings.accounts import UnclearAccountError, account_journals, account_layer
from importer.settings.config_file import Key, dotted, parsed_config
from importer.settings.config_tables import TABLES, Tables, keys_of
from importer.settings.near_keys import unknown_key, unknown_name
from importer.settings.options import RetentionOptions, RunOptions, ServiceOptions, Settings
from importer.settings.settings_error import all_wrong

PLAIN_TABLES = ("service", "input", "contact", "run")
"""The tables whose keys are also options and environment variables."""
_TABLE_OF = {key: table for table in PLAIN_TABLES for key in keys_of(table)} | {"webhook": "notify", "ping": "notify"}
"""Of the keys that have a variable; the last two have no option, as others see the command line."""
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
_MOST_PROBLEMS = 50
"""More than a person wants to read, and each costs a search for the name that was meant."""
_PREFIX = "CALLBELL_IMPORTER_"
_READ_ELSEWHERE = frozenset({"CALLBELL_IMPORTER_CONFIG", VARIABLES["smtp_password"]})

_Values = Mapping[str, Mapping[str, Any]]
"""Per table, its keys with their checked values."""
_Layer = tuple[_Values, Sequence[str]]
"""The settings from one source, and a sentence for each that is wrong."""


def settle(
    options: Mapping[str, object],
    environment: Mapping[str, str],
    config_text: str | None = None,
    config_name: str = "config.toml",
    config_folder: Path = Path(),
) -> Settings:
    """Return the settings: an option wins over the environment, that over the config, that over the default.

    Args:
        options: The command line's options, by the key's name in the config (`tag` is another name of `tags`); None
            and empty lists: not given.
        environment: The environment variables.
        config_text: The config file's text; None: there is none.
        config_name: The config file's name in messages.
        config_folder: Where the config file is; its paths are relative to it, all others to the current folder.

    Raises:
        SettingsError: Something is wrong; its message lists all of it.
        KeyError: There is no key for an option: a defect of the caller.

    """
    config: _Layer = _config_layer(config_text, config_name, config_folder) if config_text else ({}, ())
    above = (_environment_layer(environment), _options_layer(options))
    account = _account_layer(config[0], [values for values, _ in above])
    layers = (config, account, *above)
    problems = [*(problem for _, wrong in layers for problem in wrong), *_of_another(account[0], above[0][0])]
    tables: dict[str, dict[str, Any]] = {table: {} for table in TABLES}
    for values, _ in layers:
        for table, keys in values.items():
            tables[table] |= keys
    if chosen := account[0].get("service"):  # what it is chosen by is not what it is called
        tables["service"]["account"] = chosen["account"]
    if tables["run"].get("quiet") and tables["run"].get("verbose"):
        problems.append("--quiet and --verbose contradict each other; leave one of them out")
    if problems:
        is_known = not any("journal" in problem.lower() for problem in problems) and bool(config[0] or not config[1])
        raise all_wrong(problems, replace(_settings(tables), is_journal_known=is_known or "journal" in tables["run"]))
    return replace(_settings(tables), account_journals=MappingProxyType(account_journals(config[0])))


def _settings(tables: _Values) -> Settings:
    """Return the settings of the checked tables, with the defaults for the rest."""
    reading, columns = dict(tables["input"]), dict(tables["columns"])
    made_for = reading.pop("header", ())
    where = tuple(reading.pop("where", {}).items())
    fields: _Values = columns.pop("custom_fields", {})
    custom_fields = tuple(CustomFieldOptions(name=name, **keys) for name, keys in fields.items())
    mapping = MappingOptions(
        contact=ContactOptions(**tables["contact"]),
        columns=ColumnOptions(**columns, custom_fields=custom_fields),
        values=MappingProxyType({header: MappingProxyType(to) for header, to in tables["values"].items()}),
        made_for=made_for,
    )
    return Settings(
        service=ServiceOptions(**tables["service"]),
        input=InputOptions(**reading, where=where),
        mapping=mapping,
        run=RunOptions(**tables["run"]),
        notify=NotifyOptions(**tables["notify"]),
        retention=RetentionOptions(**tables["retention"]),
        mapping_given=bool(mapping.columns.identifier),
    )


def _account_layer(config: _Values, above: Sequence[_Values]) -> _Layer:
    """Return the layer of the account that is chosen, where the config has several; the last that names one chooses."""
    named = [str(values.get("service", {}).get("account", "")) for values in (config, *above)]
    try:
        return account_layer(config, next(filter(None, reversed(named)), "")), ()
    except UnclearAccountError as error:
        return {}, [str(error)]


def _of_another(account: _Values, environment: _Values) -> Iterable[str]:
    """Yield what is wrong where a variable would send an account's customers to another address than its own."""
    named, given = (values.get("service", {}).get("base_url") for values in (account, environment))
    if named and given and named != given:
        name, variable = account["run"]["of_account"], _variable_of("base_url")
        yield (
            f"the variable {variable} says {given}, and base_url of [accounts.{name}] says {named}: take the variable"
            f" away (unset {variable}), or the key"
        )


def _config_layer(text: str, name: str, folder: Path) -> _Layer:
    """Return the config's layer, its paths resolved against its folder; the problems in the file's order."""
    try:
        raw, line = parsed_config(text, name)
    except ValueError as error:
        return {}, [str(error)]
    return _checked(raw, lambda key: f"{name}, line {line(key)}, {dotted(key)}", line, folder, strict=True)


def _environment_layer(environment: Mapping[str, str]) -> _Layer:
    """Return the environment's layer; an empty variable is not set, and commas separate several."""
    names = {_variable_of(key): key for key in _TABLE_OF}
    given: dict[str, Any] = {names[name]: text for name, text in environment.items() if text and name in names}
    for key in given.keys() & {"tags", "reports"}:
        given[key] = [word for word in given[key].split(",") if word.strip()]
    values, problems = _checked(_by_table(given), lambda key: f"the variable {_variable_of(str(key[1]))}")
    unknown = [name for name in environment if name.startswith(_PREFIX) and name not in {*names, *_READ_ELSEWHERE}]
    return values, [*problems, *(f"the variable {name}: {unknown_name(name, names)}" for name in unknown)]


def _options_layer(options: Mapping[str, object]) -> _Layer:
    given = {
        "tags" if name == "tag" else name: str(value) if isinstance(value, Path) else value
        for name, value in options.items()
        if value is not None and value not in ([], ())
    }
    return _checked(_by_table(given), lambda key: f"the option {_option_of(str(key[1]))}")


def _variable_of(key: str) -> str:
    return "CALLBELL_BASE_URL" if key == "base_url" else _PREFIX + key.upper()


def _option_of(key: str) -> str:
    return "--tag" if key == "tags" else "--" + key.replace("_", "-")


def _by_table(given: Mapping[str, object]) -> Mapping[str, Mapping[str, object]]:
    """Return the values by table and key; KeyError: there is no such key."""
    tables: dict[str, dict[str, object]] = {}
    for key, value in given.items():
        tables.setdefault(_TABLE_OF[key], {})[key] = value
    return tables


def _checked(
    raw: Mapping[str, Any],
    where: Callable[[Key], str],
    order: Callable[[Key], int] = lambda _: 0,
    folder: Path = Path(),
    *,
    strict: bool = False,
) -> _Layer:
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
        problems = [f"{where(detail['loc'])}: {_sentence(detail)}" for detail in details[:_MOST_PROBLEMS]]
        if len(details) > _MOST_PROBLEMS:
            problems.append(f"and {len(details) - _MOST_PROBLEMS:,} more of this kind")
        return _right_values(raw, [detail["loc"] for detail in details], folder, strict=strict), problems
    # No warnings: the checks return other types than they take, such as seconds for a text.
    return tables.model_dump(exclude_unset=True, by_alias=True, warnings=False), ()


def _right_values(raw: Mapping[str, Any], wrong: Iterable[Key], folder: Path, *, strict: bool) -> _Values:
    """Return the checked values without the keys that are wrong; none if there is more to it.

    Of an account only the key goes: whoever is told of the error wants to know whose night it was.
    """
    places = {tuple(map(str, loc[: 3 if loc[0] == "accounts" else 2])) for loc in wrong}
    right = _without(raw, places)
    try:
        tables = Tables.model_validate(right, strict=strict, context=folder)
    except ValidationError:
        return {}
    return tables.model_dump(exclude_unset=True, by_alias=True, warnings=False)


def _without(raw: Mapping[str, Any], places: Collection[Key], within: Key = ()) -> dict[str, Any]:
    """Return tables without what is at the places."""
    return {
        key: _without(value, places, (*within, key)) if isinstance(value, Mapping) else value
        for key, value in raw.items()
        if (*within, key) not in places
    }


def _sentence(detail: Mapping[str, Any]) -> str:
    """Return the end of a sentence that begins with where the key is.

    Args:
        detail: One of pydantic's `ValidationError.errors()`: `type`, `loc`, `msg`, and `ctx` for our own checks.

    """
    match detail["type"]:
        case "value_error":
            return str(detail["ctx"]["error"])
        case "extra_forbidden":
            return unknown_key(*map(str, detail["loc"]))
        case kind:
            return _WRONG_TYPE.get(kind) or str(detail["msg"])
