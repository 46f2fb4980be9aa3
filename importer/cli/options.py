"""The options that several commands share: an annotation for each, with its name, its help and its group.

Each has a config key of the same name. One that is not given is None, so that the environment and the config count.
No path is tried here, as typer does unless `readable` is False: whoever opens it says what is wrong with it and what to
do, and ends with the exit code that fits.
"""

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from importer.cli.completion import Completion, complete_account, complete_run, complete_sheet, complete_words


def _option(panel: str, names: str, metavar: str, help_text: str, complete: Completion | None = None) -> Any:  # noqa: ANN401 - as typer declares it
    return typer.Option(
        *names.split("/"),
        metavar=metavar or None,
        rich_help_panel=panel,
        help=help_text,
        autocompletion=complete,
        readable=False,
    )


_mapping = partial(_option, "How rows become contacts")
_sending = partial(_option, "How they are sent")
_writing = partial(_option, "What is written and shown")

Config = Annotated[
    Path | None,
    typer.Option(
        "-c",
        "--config",
        metavar="FILE",
        help="The config file (default: config.toml, if it is there).",
        readable=False,
    ),
]

Account = Annotated[
    str | None,
    typer.Option(
        "--account",
        metavar="NAME",
        help="Which of the config's accounts, where it has several.",
        autocompletion=complete_account,
    ),
]

RUN = "The run's name, as `runs` lists it."
LastRun = Annotated[
    str, typer.Argument(metavar="[RUN]", help=f"{RUN[:-1]}; left out: the last run.", autocompletion=complete_run)
]
AnyRun = Annotated[str, typer.Argument(metavar="[RUN]", help="The run's name.", autocompletion=complete_run)]
OneRun = Annotated[str, typer.Argument(metavar="RUN", help=RUN, autocompletion=complete_run)]
"""Is needed; without one, the last run is named."""

Sheet = Annotated[
    str | None, _mapping("--sheet", "NAME", "The sheet's name, where a workbook has several.", complete_sheet)
]
HeaderRow = Annotated[int | None, _mapping("--header-row", "N", "The header's row number, where it is not the first.")]
NoHeader = Annotated[
    bool | None, _mapping("--no-header", "", "The file has no header: its columns are called A, B and so on.")
]
Encoding = Annotated[
    str | None,
    _mapping("--encoding", "NAME", "A text file's encoding, such as utf-8 or cp1252, where the guess is wrong."),
]
Delimiter = Annotated[
    str | None,
    _mapping("--delimiter", "SIGN", "The sign between a text file's cells, or tab, where the guess is wrong."),
]
Source = Annotated[
    str | None,
    _mapping("--source", "NAME", "whatsapp (the default), telegram, instagram or facebook.", complete_words("source")),
]
Country = Annotated[
    str | None,
    _mapping(
        "--country",
        "COUNTRY",
        "Where numbers without a country code are from: ES, Spain or +34.",
        complete_words("country"),
    ),
]
Tag = Annotated[list[str] | None, _mapping("--tag", "TEXT", "A tag for every contact; may be given several times.")]

Limit = Annotated[int | None, _sending("--limit", "N", "Only the first N rows.")]
DryRun = Annotated[bool | None, _sending("--dry-run", "", "Do everything but send, and write nothing down.")]
Sandbox = Annotated[
    bool | None,
    _sending("--sandbox", "", "Rehearse: send to a sandbox inside this run, not to Callbell; needs no token."),
]
OfRehearsals = Annotated[
    bool | None,
    typer.Option("--sandbox", help="Look into the rehearsals, which have a journal and reports of their own."),
]
"""What `--sandbox` is to a command that looks at past runs."""
Rate = Annotated[
    float | None, _sending("--rate", "N", "Requests per second that the account allows; 0: no limit (default: 300).")
]
Concurrency = Annotated[
    int | None, _sending("--concurrency", "N", "Most requests in flight (default: as many as the rate needs).")
]
Existing = Annotated[
    str | None,
    _sending(
        "--existing",
        "WORD",
        "Contacts that the account has: skip (the default), update, or create unasked.",
        complete_words("existing"),
    ),
]
OnConflict = Annotated[
    str | None,
    _sending(
        "--on-conflict",
        "WORD",
        "With update, what both have, each differently: callbell stays (the default), or sheet.",
        complete_words("on_conflict"),
    ),
]
Gone = Annotated[
    str | None,
    _sending(
        "--gone",
        "WORD",
        "A contact found deleted in Callbell: report it (the default), or recreate it.",
        complete_words("gone"),
    ),
]
Ambiguous = Annotated[
    str | None,
    _sending(
        "--ambiguous", "WORD", "Rows in doubt: reconcile (the default), strict or resend.", complete_words("ambiguous")
    ),
]
MaxOutage = Annotated[
    str | None, _sending("--max-outage", "TIME", "End the run when the service is out of reach so long (default: 30m).")
]
Wait = Annotated[bool | None, _sending("--wait", "", "Wait for another run that uses the journal.")]
MaxFailures = Annotated[
    str | None, _sending("--max-failures", "N|N%", "End the run after so many failed rows, or such a share of them.")
]
MinRows = Annotated[
    str | None, _sending("--min-rows", "N|N%", "Fewer rows, or less of what is usual, are told: exit code 1.")
]
FailOn = Annotated[
    str | None,
    _sending(
        "--fail-on",
        "any|new",
        "Exit code 1 for any row to fix (the default), or for new ones only.",
        complete_words("fail_on"),
    ),
]
MaxDuration = Annotated[str | None, _sending("--max-duration", "TIME", "End the run after this time, such as 2h.")]

ReportDir = Annotated[Path | None, _writing("--report-dir", "DIR", "The reports' folder (default: reports).")]
Journal = Annotated[
    Path | None, _writing("--journal", "FILE", "The file that remembers what was sent (default: in your state folder).")
]
Metrics = Annotated[
    Path | None, _writing("--metrics", "FILE", "Where metrics for Prometheus go, a file that ends in .prom.")
]
DoneDir = Annotated[
    Path | None, _writing("--done-dir", "DIR", "Move files there whose rows are all where they should be.")
]
Yes = Annotated[bool | None, _writing("-y/--yes", "", "Ask no questions.")]
Quiet = Annotated[bool | None, _writing("-q/--quiet", "", "Show no progress.")]
Verbose = Annotated[bool | None, _writing("-v/--verbose", "", "Tell what happens to each row.")]
Json = Annotated[
    bool | None, _writing("--json", "", "The summary as JSON on standard output; --json-schema shows its schema.")
]
LogFormat = Annotated[
    str | None,
    _writing("--log-format", "text|json", "How the log is written (default: text).", complete_words("log_format")),
]
LogFile = Annotated[Path | None, _writing("--log-file", "FILE", "Where the log goes (default: standard error).")]
