"""What typer is given to complete values with; whatever goes wrong on the way, a shell is told nothing."""

import contextlib
import os
from collections.abc import Callable, Iterable

import typer

Completion = Callable[..., list[str]]


def _beginning(incomplete: str, words: Callable[[], Iterable[str]]) -> list[str]:
    """Return those of the words that begin so; none if they cannot be told."""
    with contextlib.suppress(Exception):  # a traceback would stand in the middle of what the person types
        return [word for word in words() if word.startswith(incomplete)]
    return []


def complete_words(option: str) -> Completion:
    """Return the completion of an option that takes one of a few words."""

    def complete(incomplete: str) -> list[str]:
        from importer.commands.completion import words_of_option  # noqa: PLC0415 - --help does not wait for it

        return _beginning(incomplete, lambda: words_of_option(option))

    return complete


def complete_code(incomplete: str) -> list[str]:
    """Complete a code to explain."""
    from importer.commands.completion import explained_codes  # noqa: PLC0415 - the same

    return _beginning(incomplete, explained_codes)


def complete_run(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete a run's name."""
    from importer.commands.completion import run_names  # noqa: PLC0415 - the same

    return _beginning(incomplete, lambda: run_names(ctx.params, os.environ))


def complete_account(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete the name of one of the config's accounts."""
    from importer.commands.completion import account_names  # noqa: PLC0415 - the same

    return _beginning(incomplete, lambda: account_names(ctx.params, os.environ))


def complete_sheet(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete the name of a sheet of the workbooks that the command line has before it."""
    from importer.commands.completion import sheets_of  # noqa: PLC0415 - the same

    return _beginning(incomplete, lambda: sheets_of(ctx.args))  # where typer leaves them: the option lacks its value
