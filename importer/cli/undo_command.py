"""The command `undo`."""

from importer.cli import options
from importer.cli.app import command_context, examples
from importer.cli.command_end import finish
from importer.cli.prompts import confirm_undo
from importer.model.errors import UsageError

UNDO_EXAMPLES = examples("undo 20261123-020000-contacts --dry-run", "undo 20261123-020000-contacts --yes")


def undo(
    run: options.OneRun = "",
    config: options.Config = None,
    *,
    account: options.Account = None,
    dry_run: options.DryRun = None,
    sandbox: options.Sandbox = None,
    rate: options.Rate = None,
    concurrency: options.Concurrency = None,
    max_outage: options.MaxOutage = None,
    wait: options.Wait = None,
    report_dir: options.ReportDir = None,
    journal: options.Journal = None,
    yes: options.Yes = None,
    quiet: options.Quiet = None,
    verbose: options.Verbose = None,
    json: options.Json = None,
    log_format: options.LogFormat = None,
    log_file: options.LogFile = None,
) -> None:
    """Delete what a run created, and give back what it changed.

    What was changed since is kept.
    """
    context = command_context(locals(), config, confirm_undo)
    from importer.commands.context import with_config_of  # noqa: PLC0415 - late, see above
    from importer.commands.runs import find_run, last_to_undo  # noqa: PLC0415 - the same
    from importer.commands.undo import undo_run  # noqa: PLC0415 - the same

    if not run:
        raise UsageError("undo needs the name of a run.", last_to_undo(context))
    earlier = find_run(context, "undo", run)
    context = with_config_of(context, earlier, config)
    finish(context, undo_run(context, earlier))
