"""The commands: what each is given on the command line. What is heavy is imported once a command needs it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from importer.cli import options
from importer.cli.app import app, command, command_context, examples
from importer.cli.command_end import begun, finish
from importer.cli.doctor_command import DOCTOR_EXAMPLES, doctor
from importer.cli.explain_command import EXPLAIN_EXAMPLES, explain
from importer.cli.journal_commands import journal_group
from importer.cli.process import put_out
from importer.cli.prompts import confirm_retry
from importer.cli.purge_command import PURGE_EXAMPLES, purge
from importer.cli.report_command import REPORT_EXAMPLES, report
from importer.cli.sandbox_command import SANDBOX_EXAMPLES, sandbox
from importer.cli.schedule_command import SCHEDULE_EXAMPLES, with_options_of
from importer.cli.undo_command import UNDO_EXAMPLES, undo
from importer.system.terminal import line_width

if TYPE_CHECKING:
    from importer.commands.context import CommandContext

__all__ = ["app"]

app.add_typer(journal_group, name="journal")
command(epilog=DOCTOR_EXAMPLES)(doctor)

NewConfig = Annotated[Path, typer.Option("-c", "--config", metavar="FILE", help="The config to write.", readable=False)]
Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...", help="Spreadsheets (.csv .tsv .txt .xlsx .xlsm .xls .ods), or https:// addresses."
    ),
]


@command(epilog=examples("run contacts.csv --sandbox", "run clientes.xlsx --country ES --tag Imported"))
def run(
    files: Files,
    config: options.Config = None,
    *,
    account: options.Account = None,
    sheet: options.Sheet = None,
    header_row: options.HeaderRow = None,
    no_header: options.NoHeader = None,
    encoding: options.Encoding = None,
    delimiter: options.Delimiter = None,
    source: options.Source = None,
    country: options.Country = None,
    tag: options.Tag = None,
    limit: options.Limit = None,
    dry_run: options.DryRun = None,
    sandbox: options.Sandbox = None,
    rate: options.Rate = None,
    concurrency: options.Concurrency = None,
    existing: options.Existing = None,
    on_conflict: options.OnConflict = None,
    gone: options.Gone = None,
    ambiguous: options.Ambiguous = None,
    max_outage: options.MaxOutage = None,
    wait: options.Wait = None,
    max_failures: options.MaxFailures = None,
    min_rows: options.MinRows = None,
    fail_on: options.FailOn = None,
    max_duration: options.MaxDuration = None,
    report_dir: options.ReportDir = None,
    journal: options.Journal = None,
    done_dir: options.DoneDir = None,
    yes: options.Yes = None,
    quiet: options.Quiet = None,
    verbose: options.Verbose = None,
    json: options.Json = None,
    log_format: options.LogFormat = None,
    log_file: options.LogFile = None,
    metrics: options.Metrics = None,
) -> None:
    """Import the rows of spreadsheets: read, map, send, report."""
    _import(begun(command_context(locals(), config)), files)


def _import(context: "CommandContext", files: list[str]) -> None:
    from importer.commands.run import import_files  # noqa: PLC0415 - late, see above

    finish(context, import_files(context, files))


@command(epilog=examples("check contacts.xlsx", "check clientes.csv --country ES"))
def check(
    files: Files,
    config: options.Config = None,
    *,
    account: options.Account = None,
    sheet: options.Sheet = None,
    header_row: options.HeaderRow = None,
    no_header: options.NoHeader = None,
    encoding: options.Encoding = None,
    delimiter: options.Delimiter = None,
    source: options.Source = None,
    country: options.Country = None,
    tag: options.Tag = None,
    limit: options.Limit = None,
    existing: options.Existing = None,
    on_conflict: options.OnConflict = None,
    gone: options.Gone = None,
    sandbox: options.Sandbox = None,
    wait: options.Wait = None,
    min_rows: options.MinRows = None,
    fail_on: options.FailOn = None,
    report_dir: options.ReportDir = None,
    journal: options.Journal = None,
    quiet: options.Quiet = None,
    verbose: options.Verbose = None,
    json: options.Json = None,
    log_format: options.LogFormat = None,
    log_file: options.LogFile = None,
) -> None:
    """Find every problem in the rows and the mapping; send nothing.

    With a token the account is asked too.
    """
    context = command_context(locals(), config)
    from importer.commands.check import check_files  # noqa: PLC0415 - late, see above

    finish(context, check_files(context, files))


@command(epilog=examples("init contacts.xlsx", "init clientes.csv --country ES -c clientes.toml"))
def init(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A spreadsheet, or its address.")],
    config: NewConfig = Path("config.toml"),
    *,
    force: Annotated[bool, typer.Option("--force", help="Write over a config that is there.")] = False,
    sheet: options.Sheet = None,
    header_row: options.HeaderRow = None,
    no_header: options.NoHeader = None,
    encoding: options.Encoding = None,
    delimiter: options.Delimiter = None,
    source: options.Source = None,
    country: options.Country = None,
    tag: options.Tag = None,
    yes: options.Yes = None,
) -> None:
    """Look at a spreadsheet and write a config for it.

    The config has the column mapping that would be used; where that is not sure, you are asked.
    """
    context = command_context(locals(), None, find_config=False)
    from importer.commands.init import write_config  # noqa: PLC0415 - late, see above

    finish(context, write_config(context, file, config, force=force))


@command(epilog=examples("retry", "retry 20261123-020000-contacts --country ES"))
def retry(
    run: options.LastRun = "",
    config: options.Config = None,
    *,
    account: options.Account = None,
    sheet: options.Sheet = None,
    header_row: options.HeaderRow = None,
    no_header: options.NoHeader = None,
    encoding: options.Encoding = None,
    delimiter: options.Delimiter = None,
    source: options.Source = None,
    country: options.Country = None,
    tag: options.Tag = None,
    limit: options.Limit = None,
    dry_run: options.DryRun = None,
    sandbox: options.Sandbox = None,
    rate: options.Rate = None,
    concurrency: options.Concurrency = None,
    existing: options.Existing = None,
    on_conflict: options.OnConflict = None,
    gone: options.Gone = None,
    ambiguous: options.Ambiguous = None,
    max_outage: options.MaxOutage = None,
    wait: options.Wait = None,
    max_failures: options.MaxFailures = None,
    fail_on: options.FailOn = None,
    max_duration: options.MaxDuration = None,
    report_dir: options.ReportDir = None,
    journal: options.Journal = None,
    yes: options.Yes = None,
    quiet: options.Quiet = None,
    verbose: options.Verbose = None,
    json: options.Json = None,
    log_format: options.LogFormat = None,
    log_file: options.LogFile = None,
    metrics: options.Metrics = None,
) -> None:
    """Send again an earlier run's rows that are not in Callbell."""
    _send_again(command_context(locals(), config, confirm_retry), run, config)


def _send_again(context: "CommandContext", run: str, config: Path | None) -> None:
    from importer.commands.retry import retry_run, run_to_retry  # noqa: PLC0415 - late, see above

    context, earlier = run_to_retry(context, run, config)
    finish(context, retry_run(begun(context), earlier))


@command(epilog=examples("runs", "runs 20261123-020000-contacts"))
def runs(
    run: options.AnyRun = "",
    config: options.Config = None,
    *,
    account: options.Account = None,
    sandbox: options.OfRehearsals = None,
    journal: options.Journal = None,
    json: options.Json = None,
) -> None:
    """List past runs, or show one.

    Newest first; with a run's name, its summary and where its reports are.
    """
    context = command_context(locals(), config)
    from importer.commands.runs import list_runs, runs_result  # noqa: PLC0415 - late, see above

    if context.settings.run.json:
        finish(context, runs_result(context, run))
    put_out(list_runs(context, run, line_width(sys.stdout)))


command(epilog=UNDO_EXAMPLES)(undo)
command(epilog=PURGE_EXAMPLES)(purge)
command(epilog=REPORT_EXAMPLES)(report)
command(epilog=SCHEDULE_EXAMPLES)(with_options_of(run))
command(epilog=EXPLAIN_EXAMPLES)(explain)
command(epilog=SANDBOX_EXAMPLES)(sandbox)
