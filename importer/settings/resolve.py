"""Resolve options, environment and config to one `Settings`, or to every problem at once."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from importer.mapper.options import ColumnOptions, ContactOptions, CustomFieldOptions, MappingOptions
from importer.model.errors import UsageError
from importer.readers.options import InputOptions
from importer.settings.config_file import config_layer
from importer.settings.layers import Layer, environment_layer, options_layer, stacked
from importer.settings.options import RunOptions, ServiceOptions, Settings

Tables = Mapping[str, Mapping[str, Any]]


def settle(
    options: Mapping[str, object],
    environment: Mapping[str, str],
    config_text: str | None = None,
    config_name: str = "config.toml",
    config_folder: Path = Path(),
) -> Settings:
    """Return the settings: an option wins over the environment, that over the config, that over the default.

    Args:
        options: The command line's options, by the key's name in the config; None: not given.
        environment: The environment variables.
        config_text: The config file's text; None: there is none.
        config_name: The config file's name in messages.
        config_folder: Where the config file is; its paths are relative to it, all others to the current folder.

    Raises:
        UsageError: Something is wrong; its message lists all of it.

    """
    config = Layer() if config_text is None else config_layer(config_text, config_name, config_folder)
    layers = (config, environment_layer(environment), options_layer(options))
    problems = tuple(problem for layer in layers for problem in layer.problems)
    if problems:
        raise _usage_error(problems)
    settings = _settings(stacked(layers))
    if settings.run.quiet and settings.run.verbose:
        raise _usage_error(("--quiet and --verbose contradict each other; leave one of them out",))
    return settings


def _usage_error(problems: Sequence[str]) -> UsageError:
    if len(problems) == 1:
        message = problems[0]
    else:
        message = f"{len(problems)} settings are wrong:" + "".join(f"\n  - {problem}" for problem in problems)
    return UsageError(message, "Nothing was sent. Fix this and give the same command again.")


def _settings(tables: Tables) -> Settings:
    """Return the settings of the checked tables, with the defaults for the rest."""
    reading, columns = dict(tables["input"]), dict(tables["columns"])
    made_for = reading.pop("header", ())
    fields: Mapping[str, Mapping[str, Any]] = columns.pop("custom_fields", {})
    custom_fields = tuple(CustomFieldOptions(name=name, **keys) for name, keys in fields.items())
    mapping = MappingOptions(
        contact=ContactOptions(**tables["contact"]),
        columns=ColumnOptions(**columns, custom_fields=custom_fields),
        values=MappingProxyType({header: MappingProxyType(to) for header, to in tables["values"].items()}),
        made_for=made_for,
    )
    return Settings(
        service=ServiceOptions(**tables["service"]),
        input=InputOptions(**reading),
        mapping=mapping,
        run=RunOptions(**tables["run"]),
        mapping_given=bool(mapping.columns.identifier),
    )
