"""The application: its version, the help of its commands, what each is given, and how each ends."""

import contextlib
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from importer import __version__
from importer.cli.command_end import close_log, fail, fail_use, fail_with, given, invoked, print_json_schema
from importer.cli.process import INTERRUPTED_TEXT, VERSION, interrupted_exit_code, is_terminal, raised_when_told_to_end
from importer.cli.prompts import ask_hidden, ask_line, confirm_import
from importer.model.errors import ImporterError
from importer.system.shell import bare_command, importer_command, importer_name

if TYPE_CHECKING:
    from importer.commands.context import CommandContext

_NO_SETTINGS = frozenset({"files", "file", "force", "run", "config"})
"""Parameters of commands that are no keys of the config."""
_JSON_SCHEMA = "--json-schema"
_WrongUse: Any = next(one for one in typer.BadParameter.__mro__ if one.__name__ == "ClickException")
"""What typer raises for a wrong command line: of a package that it vendors, or of click itself before 0.26."""


@contextlib.contextmanager
def _wrong_use_told(arguments: Sequence[str]) -> Iterator[None]:
    """Tell what typer finds wrong with a command line, to a program too where one is told."""
    try:
        yield
    except _WrongUse as error:
        if hasattr(error, "possibilities"):
            _suggest(error)
        fail_use(arguments, error.format_message(), error.show)
    except KeyboardInterrupt as error:
        fail(interrupted_exit_code(error), INTERRUPTED_TEXT)


def _suggest(error: Any) -> None:  # noqa: ANN401 - typer hides the types that it vendors
    """Let an error about an option that does not exist name what is meant; typer names whatever is a little alike."""
    from importer.cli.near_options import is_word_for_file, near_options  # noqa: PLC0415 - nearly never

    command = error.ctx.command
    error.possibilities = near_options(error.option_name, [name for one in command.params for name in one.opts])
    file = next((str(one.metavar) for one in command.params if one.name in {"file", "files"}), "")
    if file and not error.possibilities and is_word_for_file(error.option_name):
        error.message += f" (the file needs no option: {command.name} {file})"


def _refuse_split_names(group: str, command: str, words: Sequence[str]) -> None:
    """Tell of a file's name with spaces that stands without quotes; a shell does not say where they were missing."""
    from importer.cli.split_names import with_whole_names  # noqa: PLC0415 - nearly never

    if whole := with_whole_names(words, os.path.isfile):  # which answers for a name too long for a path too
        told = importer_command(*filter(None, [group, command]), *whole)
        raise _WrongUse(f"A file's name with spaces in it has to be put in quotes:\n  {told}")


def _write_usage(command: Any, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - typer hides the types that it vendors
    """Write how a command is used, under its own name: a path, as it has to be typed here, is in the examples."""
    words = ctx.command_path.removeprefix(ctx.find_root().info_name)
    formatter.write_usage(f"callbell-importer{words}", " ".join(command.collect_usage_pieces(ctx)))


class CommandGroup(TyperGroup):
    """A group of commands; there is no word for what is none of them but the exit code and what typer says."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - the same
        """Write the usage on one line."""
        _write_usage(self, ctx, formatter)

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:  # noqa: ANN401 - typer hides the types that it vendors
        """Read the options before the command; what is wrong with them is told."""
        invoked(str(info_name) if parent else "", {})
        with _wrong_use_told([*args]):
            return super().make_context(info_name, args, parent, **extra)

    def resolve_command(self, ctx: Any, args: Any) -> Any:  # noqa: ANN401 - the same
        """Find the command of a name; that there is none is told."""
        with _wrong_use_told(args):
            return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=CommandGroup,
    help="Brings the customers in a spreadsheet into Callbell, each exactly once.",
    epilog="\b\nTry it without an account:\n  " + bare_command("run", "sample_inputs/contacts.csv", "--sandbox"),
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
    from importer.settings import Settings, SettingsError  # noqa: PLC0415 - the same

    chosen = {name: value for name, value in parameters.items() if name not in _NO_SETTINGS and value not in (None, [])}
    context = CommandContext(settings=Settings(), environment=os.environ, stream=sys.stderr)
    try:
        settings, kept = load_settings(chosen, os.environ, config, find_config=find_config)
    except SettingsError as error:
        given(replace(context, settings=error.rest))
        raise
    context = replace(context, settings=settings, options=kept)
    if is_terminal() and not context.logs_on_stream:  # where a question would be no entry
        context = replace(context, confirm=confirm, ask_line=ask_line, ask_hidden=ask_hidden)
    given(context)
    return context


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

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:  # noqa: ANN401 - typer hides the types that it vendors
        """Read the command line; what is wrong with it is told."""
        of_group = " ".join(parent.command_path.split()[1:]) if parent else ""
        invoked(f"{of_group} {info_name}".strip(), dict.fromkeys(one.name for one in self.params))
        is_given = not extra.get("resilient_parsing")  # else a shell completes it
        if is_given and _JSON_SCHEMA in args and any(one.name == "json" for one in self.params):
            print_json_schema(str(info_name))
            raise typer.Exit
        with _wrong_use_told([*args]):
            if is_given and any(one.name in {"file", "files"} for one in self.params):
                _refuse_split_names(of_group, str(info_name), args)
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - the same
        """Run the command; whatever it raises is told without a traceback and ends in an exit code."""
        invoked(" ".join(ctx.command_path.split()[1:]), ctx.params)
        try:
            with raised_when_told_to_end():
                return super().invoke(ctx)
        except ImporterError as error:
            fail_with(error)
        except KeyboardInterrupt as error:
            fail(interrupted_exit_code(error), str(error) or INTERRUPTED_TEXT)
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody is shown a traceback
            from importer.commands.end.exit_status import DEFECT  # noqa: PLC0415 - nearly never

            fail(DEFECT, _defect(error))
        finally:
            close_log()

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - the same
        """Write the usage on one line."""
        _write_usage(self, ctx, formatter)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401 - the same
        """Return the words after the command's name: of arguments their metavars alone, without braces and types."""
        arguments = [str(one.metavar) for one in self.get_params(ctx) if one.param_type_name == "argument"]
        return ["[OPTIONS]", *arguments]

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - the same
        """Write the arguments, the ungrouped options, and each group."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for one in self.get_params(ctx):
            heading = getattr(one, "rich_help_panel", None) or f"{one.param_type_name.capitalize()}s"
            if record := one.get_help_record(ctx):
                words = str(one.metavar) if one.param_type_name == "argument" else record[0]
                groups.setdefault(heading, []).append((words, record[1]))
        for heading, records in sorted(groups.items(), key=lambda group: group[0] == "Options"):
            with formatter.section(heading):
                formatter.write_dl(records)


command = partial(app.command, cls=GroupedCommand)


def examples(*commands: str) -> str:
    """Return the end of a command's help: commands to try."""
    lines = [f"  {importer_name()} {one}" for one in commands]
    return "\b\n" + "\n".join(["Examples:", *lines])
