"""The options that several commands share: an annotation for each, with its name, its help and its group.

Each has a config key of the same name. One that is not given is None, so that the environment and the config count.
"""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

_mapping = partial(typer.Option, rich_help_panel="How rows become contacts")
_sending = partial(typer.Option, rich_help_panel="How they are sent")
_writing = partial(typer.Option, rich_help_panel="What is written and shown")

Sheet = Annotated[
    str | None, _mapping("--sheet", metavar="NAME", help="The sheet's name, where a workbook has several.")
]
HeaderRow = Annotated[
    int | None, _mapping("--header-row", metavar="N", help="The header's row number, where it is not the first.")
]
Encoding = Annotated[
    str | None,
    _mapping(
        "--encoding",
        metavar="NAME",
        help="A text file's encoding, such as utf-8 or cp1252, where the guess is wrong.",
    ),
]
Delimiter = Annotated[
    str | None,
    _mapping(
        "--delimiter",
        metavar="SIGN",
        help="The sign between a text file's cells, or tab, where the guess is wrong.",
    ),
]
Source = Annotated[
    str | None,
    _mapping("--source", metavar="NAME", help="whatsapp (the default), telegram, instagram or facebook."),
]
Country = Annotated[
    str | None,
    _mapping("--country", metavar="CC", help="Where numbers without a country code are from, such as ES."),
]
Tag = Annotated[
    list[str] | None,
    _mapping("--tag", metavar="TEXT", help="A tag for every contact; may be given several times."),
]

Limit = Annotated[int | None, _sending("--limit", metavar="N", help="Only the first N rows.")]
DryRun = Annotated[bool | None, _sending("--dry-run", help="Do everything but send, and write nothing down.")]
Sandbox = Annotated[
    bool | None, _sending("--sandbox", help="Send to a sandbox inside this run, not to Callbell; needs no token.")
]
Rate = Annotated[
    float | None,
    _sending("--rate", metavar="N", help="Requests per second that the account allows; 0: no limit (default: 300)."),
]
Concurrency = Annotated[
    int | None,
    _sending("--concurrency", metavar="N", help="Most requests in flight (default: as many as the rate needs)."),
]
Ambiguous = Annotated[
    str | None,
    _sending("--ambiguous", metavar="WORD", help="Rows in doubt: reconcile (the default), strict or resend."),
]
MaxOutage = Annotated[
    str | None,
    _sending(
        "--max-outage",
        metavar="TIME",
        help="End the run when the service is out of reach so long (default: 30m).",
    ),
]
Wait = Annotated[bool | None, _sending("--wait", help="Wait for another run that uses the journal.")]
MaxFailures = Annotated[
    str | None,
    _sending("--max-failures", metavar="N|N%", help="End the run after so many failed rows, or such a share of them."),
]
MaxDuration = Annotated[
    str | None, _sending("--max-duration", metavar="TIME", help="End the run after this time, such as 2h.")
]

ReportDir = Annotated[
    Path | None, _writing("--report-dir", metavar="DIR", help="The reports' folder (default: reports).")
]
Journal = Annotated[
    Path | None,
    _writing(
        "--journal", metavar="FILE", help="The file that remembers what was sent (default: in your state folder)."
    ),
]
Yes = Annotated[bool | None, _writing("-y", "--yes", help="Ask no questions.")]
Quiet = Annotated[bool | None, _writing("-q", "--quiet", help="Show no progress.")]
Verbose = Annotated[bool | None, _writing("-v", "--verbose", help="Tell what happens to each row.")]
Json = Annotated[bool | None, _writing("--json", help="The summary as JSON on standard output.")]
LogFormat = Annotated[
    str | None, _writing("--log-format", metavar="text|json", help="How the log is written (default: text).")
]
LogFile = Annotated[
    Path | None, _writing("--log-file", metavar="FILE", help="Where the log goes (default: standard error).")
]
