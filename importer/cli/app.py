"""The application: its help, its version, what every command is given, and how every command ends."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from importer import __version__
from importer.cli.prompts import ask_line, confirm_import
from importer.cli.streams import is_terminal, put_out, say

if TYPE_CHECKING:
    from importer.commands.context import CommandContext, CommandResult

VERSION = f"callbell-importer {__version__}"
_NO_SETTINGS = frozenset({"files", "file", "force", "run", "config"})
"""Parameters of commands that are no keys of the config."""

app = typer.Typer(
    help="Brings the customers in a spreadsheet into Callbell, each exactly once.",
    epilog="\b\nTry it without an account:\n  callbell-importer run sample_inputs/contacts.csv --sandbox",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # see importer.cli.grouped_help
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def top(
    *,
    version: Annotated[bool, typer.Option("--version", is_eager=True, help="Show the version and end.")] = False,
) -> None:
    """Brings the customers in a spreadsheet into Callbell, each exactly once."""
    if version:
        typer.echo(VERSION)
        raise typer.Exit


def command_context(
    parameters: Mapping[str, object],
    config: Path | None,
    confirm: Callable[[str], bool] = confirm_import,
    *,
    find_config: bool = True,
) -> "CommandContext":
    """Return what a command is given.

    Args:
        parameters: The command's parameters by their names; what is None was not given.
        config: The config file that was named.
        confirm: How the person is asked whether to go on.
        find_config: Whether a config that was not named is looked for.

    Raises:
        UsageError: The options or the config are wrong.

    """
    from importer.commands.context import CommandContext, with_options  # noqa: PLC0415 - --help does not wait for it

    given = {name: value for name, value in parameters.items() if name not in _NO_SETTINGS and value not in (None, [])}
    asks = is_terminal()
    context = CommandContext(
        environment=os.environ,
        stream=sys.stderr,
        confirm=confirm if asks else None,
        ask_line=ask_line if asks else None,
    )
    return with_options(context, given, config, find_config=find_config)


def finish(context: "CommandContext", result: "CommandResult") -> None:
    """Show how a command ended, and end with its exit code."""
    if result.exit_code or not context.settings.run.quiet:
        say(result.text)
    if context.settings.run.json:
        put_out(result.summary_json)
    raise typer.Exit(result.exit_code)
