"""The command `schedule`."""

from pathlib import Path
from typing import Annotated

import typer

from importer.cli import options
from importer.cli.app import command_context, examples, finish
from importer.cli.process import put_out
from importer.cli.prompts import confirm_schedule

SCHEDULE_EXAMPLES = examples(
    "schedule contacts.csv --at 02:00",
    "schedule contacts.csv --at 02:00 --install",
    "schedule 'inbox/*.xlsx' --kind cron --country ES",
)

Night = Annotated[str, typer.Option("--at", metavar="HH:MM", help="When, by this computer's clock.")]
Kind = Annotated[
    str,
    typer.Option(
        "--kind",
        metavar="WORD",
        help="By systemd (for a user of its own), systemd-user (for you), cron or windows (default: what is here).",
    ),
]
User = Annotated[
    str,
    typer.Option("--user", metavar="NAME", help="As whom it runs (systemd: callbell, who is made; cron: you)."),
]
Name = Annotated[str, typer.Option("--name", metavar="NAME", help="The schedule's name, where there are several.")]

FailOn = Annotated[
    str | None, typer.Option("--fail-on", metavar="any|new", help="When it ends with exit code 1 (default: new).")
]
MinRows = Annotated[
    str | None, typer.Option("--min-rows", metavar="N|N%", help="Fewer rows than this are a problem to be told.")
]
DoneDir = Annotated[
    Path | None,
    typer.Option("--done-dir", metavar="DIR", help="Where files go that are done."),
]
Metrics = Annotated[
    Path | None, typer.Option("--metrics", metavar="FILE", help="Figures of each run, for node_exporter to collect.")
]


def schedule(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Spreadsheets, or patterns in quotes, such as 'inbox/*.xlsx'."),
    ],
    config: options.Config = None,
    *,
    at: Night = "02:00",
    kind: Kind = "",
    user: User = "",
    name: Name = "callbell-importer",
    install: Annotated[bool, typer.Option("--install", help="Put it in place, after showing it.")] = False,
    yes: options.Yes = None,
    sheet: options.Sheet = None,
    header_row: options.HeaderRow = None,
    no_header: options.NoHeader = None,
    encoding: options.Encoding = None,
    delimiter: options.Delimiter = None,
    source: options.Source = None,
    country: options.Country = None,
    tag: options.Tag = None,
    rate: options.Rate = None,
    concurrency: options.Concurrency = None,
    existing: options.Existing = None,
    on_conflict: options.OnConflict = None,
    gone: options.Gone = None,
    ambiguous: options.Ambiguous = None,
    max_outage: options.MaxOutage = None,
    wait: options.Wait = None,
    max_failures: options.MaxFailures = None,
    max_duration: options.MaxDuration = None,
    fail_on: FailOn = None,
    min_rows: MinRows = None,
    done_dir: DoneDir = None,
    report_dir: options.ReportDir = None,
    journal: options.Journal = None,
    metrics: Metrics = None,
    log_format: options.LogFormat = None,
    log_file: options.LogFile = None,
) -> None:
    """Print what runs the same import every night, or install it.

    For systemd, cron or Windows, with all options of `run` that are given beside. It says what such a night would
    lack, and ends with 0 if nothing, 2 for the config or the token, 3 for a spreadsheet, 4 for a folder.
    """
    given = dict(locals())
    # These are the schedule's own; all others are options of `run`.
    own = {key: given.pop(key) for key in ("files", "at", "kind", "user", "name", "install")}
    from importer.commands.schedule import schedule_run  # noqa: PLC0415 - heavy, and --help does not wait for it
    from importer.commands.schedule_night import ScheduleRequest, known_options  # noqa: PLC0415 - the same
    from importer.system.scheduler import Scheduler  # noqa: PLC0415 - the same

    del given["config"]
    context = command_context(known_options(given), config, confirm_schedule)
    del given["yes"]
    finish(context, schedule_run(context, ScheduleRequest(**own, options=given), put_out, Scheduler()))
