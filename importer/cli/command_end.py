"""How a command ends, in one place: what is said, the object of `--json`, what monitoring is told, the exit code."""

import json
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

import typer

from importer.cli.process import put_out, say
from importer.model.errors import StorageError, UsageError, error_json

if TYPE_CHECKING:
    from importer.commands.context import CommandContext, CommandResult

_JSON = "--json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """A command that was given, and what is known of it so far."""

    command: str = ""
    """Such as `run` or `journal check`; empty: there is no such command."""
    has_json: bool = False
    """Whether it prints an object where the settings say so."""
    wants_json: bool = False
    """Whether the command line says so."""
    context: "CommandContext | None" = None
    """None: its settings are not known."""

    @property
    def prints_json(self) -> bool:
        """Whether an object is printed at its end."""
        return self.wants_json or bool(self.has_json and self.context and self.context.settings.run.json)


_INVOCATION: ContextVar[Invocation] = ContextVar("invocation")


def invoked(command: str, parameters: Mapping[str, object]) -> None:
    """Take note of a command that begins, and of its parameters."""
    wants_json = bool(parameters.get("json"))
    _INVOCATION.set(Invocation(command=command, has_json="json" in parameters, wants_json=wants_json))


def given(context: "CommandContext") -> None:
    """Take note of what the command is given; the last counts."""
    _INVOCATION.set(replace(_INVOCATION.get(), context=context))


def begun(context: "CommandContext") -> "CommandContext":
    """Return what an import is given, of which monitoring is told that it begins."""
    from importer.commands.conclusion import begin  # noqa: PLC0415 - --help does not wait for it

    given(context)
    begin(context, _INVOCATION.get().command)
    return context


def finish(context: "CommandContext", result: "CommandResult") -> NoReturn:
    """Show how a command ended, and end with its exit code.

    Raises:
        typer.Exit: Always.

    """
    given(context)
    if result.exit_code or not context.settings.run.quiet:
        say(result.text)
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
    say(text)
    _end(_bare(exit_code, reason, text), exit_code)


def fail_use(arguments: Sequence[str], message: str) -> NoReturn:
    """End for a command line that typer cannot read, and has said so.

    Args:
        arguments: Of the command line.
        message: What is wrong.

    Raises:
        typer.Exit: Always.

    """
    asked = _JSON in (arguments[: arguments.index("--")] if "--" in arguments else arguments)
    _INVOCATION.set(replace(_INVOCATION.get(), wants_json=asked))
    words = " ".join(filter(None, ["callbell-importer", _INVOCATION.get().command, "--help"]))
    _end(_bare(UsageError.exit_code, UsageError(message, f"See: {words}")), UsageError.exit_code)


def _bare(exit_code: int, reason: Exception | None = None, text: str = "") -> dict[str, object]:
    """Return the object of a command that came to no result."""
    command = _INVOCATION.get().command or None
    return {"command": command, "exit_code": exit_code, "error": error_json(exit_code, reason, text)}


def _end(ending: dict[str, object], exit_code: int) -> NoReturn:
    """Print the object where it is wanted, tell monitoring, and end."""
    invocation = _INVOCATION.get()
    if invocation.prints_json:
        try:
            put_out(json.dumps(ending, ensure_ascii=False, indent=2) + "\n")
        except StorageError as error:
            say(error.message)
            exit_code = error.exit_code
            ending |= {"exit_code": exit_code, "error": error_json(exit_code, error)}
    if invocation.context is not None:
        from importer.commands.conclusion import conclude  # noqa: PLC0415 - --help does not wait for it

        conclude(invocation.context, ending)
    raise typer.Exit(exit_code)
