"""The command `report`."""

from typing import Annotated

import typer

from importer.cli import options
from importer.cli.app import command_context, examples
from importer.cli.command_end import finish

REPORT_EXAMPLES = examples("report", "report 20261123-020000-contacts --no-open")


def report(
    run: options.LastRun = "",
    config: options.Config = None,
    *,
    no_open: Annotated[bool, typer.Option("--no-open", help="Write the reports, and open none.")] = False,
    account: options.Account = None,
    sandbox: options.OfRehearsals = None,
    journal: options.Journal = None,
    wait: options.Wait = None,
    quiet: options.Quiet = None,
    json: options.Json = None,
) -> None:
    """Write a run's reports again, and open them.

    report.html is opened where there is a desktop, or the first report that there is.
    """
    given = {"account": account, "sandbox": sandbox, "journal": journal, "wait": wait, "quiet": quiet, "json": json}
    context = command_context(given, config)
    from importer.commands.report import report_run  # noqa: PLC0415 - heavy, and --help does not wait for it
    from importer.commands.retry import earlier_run  # noqa: PLC0415 - the same

    context, earlier = earlier_run(context, run, config)
    finish(context, report_run(context, earlier, is_to_open=not no_open))
