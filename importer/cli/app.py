"""The application: its version, the help of its commands, what each is given, and how each ends."""

import os
import sys
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from importer import __version__
from importer.cli.process import VERSION, is_terminal, put_out, say
from importer.cli.prompts import ask_hidden, ask_line, confirm_import
from importer.model.errors import ImporterError
from importer.system.shell import importer_command, importer_name

if TYPE_CHECKING:
    from importer.commands.context import CommandContext, CommandResult

_NO_SETTINGS = frozenset({"files", "file", "force", "run", "config"})
"""Parameters of commands that are no keys of the config."""

app = typer.Typer(
    help="Brings the customers in a spreadsheet into Callbell, each exactly once.",
    epilog="\b\nTry it without an account:\n  " + importer_command("run", "sample_inputs/contacts.csv", "--sandbox"),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # see GroupedCommand
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
    from importer.commands.context import CommandContext, load_settings  # noqa: PLC0415 - --help does not wait for it

    given = {name: value for name, value in parameters.items() if name not in _NO_SETTINGS and value not in (None, [])}
    settings, kept = load_settings(given, os.environ, config, find_config=find_config)
    asks = is_terminal()
    return CommandContext(
        settings=settings,
        options=kept,
        environment=os.environ,
        stream=sys.stderr,
        confirm=confirm if asks else None,
        ask_line=ask_line if asks else None,
        ask_hidden=ask_hidden if asks else None,
    )


def finish(context: "CommandContext", result: "CommandResult") -> None:
    """Show how a command ended, and end with its exit code."""
    if result.exit_code or not context.settings.run.quiet:
        say(result.text)
    if context.settings.run.json:
        put_out(result.summary_json)
    raise typer.Exit(result.exit_code)


def _defect(error: Exception) -> str:
    """Say where a defect is, without a traceback and without what the exception holds: it may be somebody's data."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return (
        f"This is a defect of the importer: {type(error).__name__} at {places}.\n"
        "The journal is whole, and the same command goes on. "
        f"Please report it with this text and the version, {__version__}."
    )


class GroupedCommand(TyperCommand):
    """A command whose help shows its options under the headings of their groups.

    typer does so only through rich, whose import takes longer than all the rest of `--help` (0.1 s of 0.24 s,
    November 2026).
    """

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer hides the types that it vendors
        """Run the command; whatever it raises is told without a traceback and ends in an exit code."""
        from importer.commands.exit_status import DEFECT, INTERRUPTED  # noqa: PLC0415 - --help does not wait for it

        try:
            return super().invoke(ctx)
        except ImporterError as error:
            say(f"{error.message}\n{error.hint}".rstrip())
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            say("Interrupted. The same command goes on.")
            raise typer.Exit(INTERRUPTED) from None
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody is shown a traceback
            say(_defect(error))
            raise typer.Exit(DEFECT) from None

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - the same
        """Write the arguments, the ungrouped options, and each group."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for one in self.get_params(ctx):
            heading = getattr(one, "rich_help_panel", None) or f"{one.param_type_name.capitalize()}s"
            if record := one.get_help_record(ctx):
                groups.setdefault(heading, []).append(record)
        for heading, records in sorted(groups.items(), key=lambda group: group[0] == "Options"):
            with formatter.section(heading):
                formatter.write_dl(records)


command = partial(app.command, cls=GroupedCommand)


def examples(*commands: str) -> str:
    """Return the end of a command's help: commands to try."""
    lines = [f"  {importer_name()} {one}" for one in commands]
    return "\b\n" + "\n".join(["Examples:", *lines])
