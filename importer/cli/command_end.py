"""How a command ends, in one place: what is said, the object of `--json`, what monitoring is told, the exit code."""

import json
import logging
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from importer.cli.process import put_out, say
from importer.model.errors import ImporterError, StorageError, UsageError, error_json
from importer.system.shell import as_typed

if TYPE_CHECKING:
    from importer.commands.context import CommandContext, CommandResult

_FLAGS = frozenset({"json", "dry_run", "sandbox", "verbose"})
_LIKE_RUN = frozenset({"retry", "report"})
_WITH_VALUE = frozenset({"account", "config", "journal", "log_format", "log_file", "metrics"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """A command that was given, and what is known of it so far."""

    command: str = ""
    """Such as `run` or `journal check`; empty: there is no such command."""
    has_json: bool = False
    """Whether it prints an object where the settings say so."""
    wants_json: bool = False
    """Whether the command line says so."""
    files: Sequence[str] = ()
    """The input files as the command line names them."""
    config: str = ""
    """The config file that the command line names."""
    person: str = ""
    """Whose number the command line names; it stands in no object."""
    context: "CommandContext | None" = None
    """None: its settings are not known."""
    ended: int | None = None
    """The exit code that was told; None: it has not ended."""
    log: ExitStack = field(default_factory=ExitStack)
    """Ends the log for programs on standard error, if there is one."""

    def log_on(self, *, verbose: bool) -> None:
        """Let standard error be a log for programs from now on, until the command has ended."""
        from importer.system.logs import json_stream, logs_on_stream  # noqa: PLC0415 - --help does not wait for it

        if not logs_on_stream():
            self.log.enter_context(json_stream(sys.stderr, verbose=verbose))

    @property
    def prints_json(self) -> bool:
        """Whether an object is printed at its end."""
        return self.wants_json or bool(self.has_json and self.context and self.context.settings.run.json)


_INVOCATION: ContextVar[Invocation] = ContextVar("invocation")


def invoked(command: str, parameters: Mapping[str, object]) -> None:
    """Take note of a command that begins, and of its parameters."""
    wants_json = bool(parameters.get("json"))
    files, config = parameters.get("files"), parameters.get("config")
    _INVOCATION.set(
        Invocation(
            command=command,
            has_json="json" in parameters,
            wants_json=wants_json,
            files=tuple(map(str, files)) if isinstance(files, list | tuple) else (),
            config=str(config or ""),
            person=str(parameters.get("contact") or ""),
        )
    )


def close_log() -> None:
    """End the log for programs on standard error, if there is one."""
    _INVOCATION.get().log.close()


def given(context: "CommandContext") -> None:
    """Take note of what the command is given; the last counts."""
    invocation = _INVOCATION.get()
    _INVOCATION.set(replace(invocation, context=context))
    if context.logs_on_stream:
        invocation.log_on(verbose=context.settings.run.verbose)


def begun(context: "CommandContext") -> "CommandContext":
    """Return what an import is given, of which monitoring is told that it begins."""
    from importer.commands.end.conclusion import begin  # noqa: PLC0415 - --help does not wait for it

    given(context)
    begin(context, _INVOCATION.get().command)
    return context


def finish(context: "CommandContext", result: "CommandResult") -> NoReturn:
    """Show how a command ended, and end with its exit code.

    Raises:
        typer.Exit: Always.

    """
    given(context)
    if result.text and (result.exit_code or not context.settings.run.quiet or context.logs_on_stream):
        _say(result.text, result.exit_code)
    ending = json.loads(result.summary_json) if result.summary_json else _bare(result.exit_code, text=result.text)
    _end(ending, result.exit_code)


def fail(exit_code: int, text: str, reason: Exception | None = None) -> NoReturn:
    """Say why a command came to no result, and end.

    Args:
        exit_code: Its exit code.
        text: For the person.
        reason: The error, where it is one of ours.

    Raises:
        typer.Exit: Always.

    """
    if (ended := _INVOCATION.get().ended) is not None:  # interrupted while monitoring was told
        raise typer.Exit(ended)
    _say(text, exit_code, reason)
    _end(_bare(exit_code, reason, text), exit_code)


def fail_with(error: ImporterError) -> NoReturn:
    """Say which error ended a command, and end.

    Raises:
        typer.Exit: Always.

    """
    if (context := _INVOCATION.get().context) and error.code.startswith("token_"):
        from importer.commands.account.token_place import with_token_place  # noqa: PLC0415 - nearly never

        error = with_token_place(context, error)
    fail(error.exit_code, f"{error.message}\n{error.hint}".rstrip(), error)


def fail_use(arguments: Sequence[str], message: str, show: Callable[[], None]) -> NoReturn:
    """End for a command line that typer cannot read.

    Args:
        arguments: Of the command line.
        message: What is wrong.
        show: Says so to a person, with how the command is used.

    Raises:
        typer.Exit: Always.

    """
    words = " ".join(filter(None, ["callbell-importer", _INVOCATION.get().command, "--help"]))
    error = UsageError(message, f"See: {words}")
    options = _read_options(arguments)
    # As `schedule` writes them: the files stand before the options.
    files = () if _INVOCATION.get().command != "run" else tuple(takewhile(lambda one: one[:1] != "-", arguments))
    _INVOCATION.set(replace(_INVOCATION.get(), wants_json="json" in options, files=files))
    given(_context_of(options))
    _say(f"{error.message} {error.hint}", error.exit_code, error, show)
    from importer.model.phone_mask import unnumbered  # noqa: PLC0415 - --help does not wait for it

    _end(_bare(error.exit_code, UsageError(unnumbered(message), error.hint)), error.exit_code)


def _read_options(arguments: Sequence[str]) -> dict[str, str | bool]:
    """Return the options by which the end of a command is told, of a command line that cannot be read as a whole."""
    found: dict[str, str | bool] = {}
    words = iter(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    for word in words:
        option, _, value = word.partition("=")
        if word.startswith("-c"):
            option, value = "--config", word.removeprefix("-c")
        name = option.removeprefix("--").replace("-", "_")
        if name in _FLAGS and option.startswith("--"):
            found[name] = True
        elif name in _WITH_VALUE and option.startswith("--"):
            found[name] = value or next(words, "")
    return found


def _context_of(options: Mapping[str, str | bool]) -> "CommandContext":
    """Return what can be known of the settings."""
    from importer.commands.context import CommandContext, load_settings  # noqa: PLC0415 - --help does not wait for it
    from importer.settings import SettingsError  # noqa: PLC0415 - the same

    config = options.get("config")
    chosen = {name: value for name, value in options.items() if name != "config" and value}
    try:
        settings, _ = load_settings(chosen, os.environ, Path(str(config)) if config else None)
    except SettingsError as error:
        settings = error.rest
    return CommandContext(settings=settings, environment=os.environ, stream=sys.stderr)


def print_json_schema(command: str) -> None:
    """Print the JSON Schema of what a command prints with `--json`.

    Raises:
        StorageError: It cannot be printed.

    """
    name = "run" if command in _LIKE_RUN else command
    put_out((Path(__file__).parents[1] / "reports" / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))


def _say(text: str, exit_code: int, reason: Exception | None = None, show: Callable[[], None] | None = None) -> None:
    """Tell the person how the command ended, in their own way if there is one, or the program that reads the stream."""
    from importer.model.phone_mask import unnumbered  # noqa: PLC0415 - --help does not wait for it
    from importer.system.logs import LOG, log_fields, logs_on_stream  # noqa: PLC0415 - the same

    if not logs_on_stream():
        show() if show else say(text)
        return
    level = logging.ERROR if exit_code > 1 else logging.INFO
    extra = log_fields("end", exit_code=exit_code, code=(error_json(exit_code, reason) or {}).get("code"))
    LOG.log(level, "%s", unnumbered(as_typed(text)), extra=extra)


def _bare(exit_code: int, reason: Exception | None = None, text: str = "") -> dict[str, object]:
    """Return the object of a command that came to no result."""
    invocation, error = _INVOCATION.get(), error_json(exit_code, reason, text)
    if error and invocation.person:
        person = re.compile(rf"(?<!\w){re.escape(invocation.person)}(?!\w)")
        error = {key: person.sub("NUMBER", text) for key, text in error.items()}
    return {"command": invocation.command or None, "exit_code": exit_code, "error": error}


def _end(ending: dict[str, object], exit_code: int) -> NoReturn:
    """Print the object where it is wanted, tell monitoring, and end."""
    invocation = replace(_INVOCATION.get(), ended=exit_code)
    _INVOCATION.set(invocation)
    if invocation.prints_json:
        try:
            put_out(json.dumps(ending, ensure_ascii=False, indent=2) + "\n")
        except StorageError as error:
            exit_code = error.exit_code
            _INVOCATION.set(replace(invocation, ended=exit_code))
            _say(error.message, exit_code, error)
            ending |= {"exit_code": exit_code, "error": error_json(exit_code, error)}
    if invocation.context is not None:
        from importer.commands.end.conclusion import conclude  # noqa: PLC0415 - --help does not wait for it

        told = (invocation.command, ending)
        conclude(invocation.context, *told, files=invocation.files, config=invocation.config)
    close_log()
    raise typer.Exit(exit_code)
