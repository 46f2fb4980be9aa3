"""The command `doctor`."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from importer.cli import options
from importer.cli.app import command_context, examples
from importer.cli.command_end import finish
from importer.cli.prompts import confirm_probe
from importer.model.errors import UsageError

if TYPE_CHECKING:
    from importer.commands.context import CommandContext

DOCTOR_EXAMPLES = examples("doctor", "doctor --json", "doctor --notify", "doctor --probe +34600111222")


def doctor(
    probe: Annotated[
        str, typer.Option("--probe", metavar="NUMBER", help="Make one contact of this number, and delete it again.")
    ] = "",
    config: options.Config = None,
    *,
    notify: Annotated[
        bool, typer.Option("--notify", help="Send a test notice to everyone whom [notify] of the config names.")
    ] = False,
    account: options.Account = None,
    journal: options.Journal = None,
    report_dir: options.ReportDir = None,
    yes: options.Yes = None,
    json: options.Json = None,
) -> None:
    """Check the set-up: token, service, journal, disk.

    With --probe it finds out, with one contact that it makes and deletes, what Callbell's documentation does not say.
    It ends with 0 where all is well, 2 for the config or the token, 4 for the disk, 5 for the service, 6 where a run
    uses the journal; of several problems the first of these counts.
    """
    given = {"account": account, "journal": journal, "report_dir": report_dir, "yes": yes, "json": json}
    context, error = _context(given, config)
    from importer.commands.doctor.command import Doctor  # noqa: PLC0415 - heavy, and --help does not wait for it

    finish(context, Doctor(context=context, config=config, config_error=error).examine(probe, notify=notify))


def _context(given: Mapping[str, object], config: Path | None) -> "tuple[CommandContext, UsageError | None]":
    """Return what the command is given; where the settings are wrong, the defaults and what is wrong."""
    try:
        return command_context(given, config, confirm_probe), None
    except UsageError as error:
        from importer.commands.context import CommandContext  # noqa: PLC0415 - see above
        from importer.settings import RunOptions, Settings  # noqa: PLC0415 - the same

        settings = Settings(run=RunOptions(json=bool(given["json"]), yes=bool(given["yes"])))
        return CommandContext(settings=settings, environment=os.environ, stream=sys.stderr), error
