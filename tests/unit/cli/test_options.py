"""The options: what typer itself would say of a path."""

import inspect
from pathlib import Path
from typing import Any, get_args

import pytest

from importer.cli.command_line import app


def _paths() -> list[Any]:
    """Return how each option and argument is declared that is a path, with its command and its name."""
    groups = [app, *(one.typer_instance for one in app.registered_groups if one.typer_instance)]
    commands = [one.callback for group in groups for one in group.registered_commands if one.callback]
    found = [(command, one) for command in commands for one in inspect.signature(command).parameters.values()]
    return [
        pytest.param(kinds[1], id=f"{command.__name__} {one.name}")
        for command, one in found
        if (kinds := get_args(one.annotation)) and Path in (kinds[0], *get_args(kinds[0]))
    ]


@pytest.mark.parametrize("declared", _paths())
def test_no_path_is_refused_before_the_command_itself_opens_it(declared: Any) -> None:
    """What may not be read or written is told in a sentence with what to do, and with the exit code that fits."""
    assert not any([declared.readable, declared.writable, declared.exists])
