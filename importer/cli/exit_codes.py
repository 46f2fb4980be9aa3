"""From an exception to one sentence on standard error and an exit code: nobody is shown a traceback."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import typer

from importer import __version__
from importer.cli.streams import say
from importer.commands.exit_status import DEFECT, INTERRUPTED
from importer.model.errors import ImporterError


@contextlib.contextmanager
def exit_codes() -> Iterator[None]:
    """Say why the block failed, and end with the exit code of its exception.

    Raises:
        typer.Exit: With the exit code.

    """
    try:
        yield
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


def _defect(error: Exception) -> str:
    """Say where a defect is, without a traceback and without what the exception holds: it may be somebody's data."""
    trace, places = error.__traceback__, []
    while trace is not None:
        places.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return (
        f"This is a defect of the importer: {type(error).__name__} at {' > '.join(places[-4:])}.\n"
        "The journal is whole, and the same command goes on. "
        f"Please report it with this text and the version, {__version__}."
    )
