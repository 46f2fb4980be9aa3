"""The options that several commands share, each with its name, its help and its group.

Each has a config key of the same name. One that is not given is None, so that the environment and the config count.
"""

from collections.abc import Callable
from functools import partial
from inspect import Parameter, Signature, signature
from pathlib import Path

import typer


def takes(*options: Parameter) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command these options besides its own parameters; typer reads them from its signature."""

    def with_options(command: Callable[..., None]) -> Callable[..., None]:
        own = [one for one in signature(command).parameters.values() if one.kind is not Parameter.VAR_KEYWORD]
        command.__signature__ = Signature([*own, *options])  # type: ignore[attr-defined]  # as inspect documents it
        return command

    return with_options


def _option(panel: str, names: str, kind: type, metavar: str, help_text: str) -> Parameter:
    """Return an option; the command gets it under its long name."""
    flags = names.split("/")
    option = typer.Option(None, *flags, metavar=metavar or None, rich_help_panel=panel, help=help_text)
    name = flags[-1].removeprefix("--").replace("-", "_")
    return Parameter(name, Parameter.KEYWORD_ONLY, default=option, annotation=kind | None)


_mapping = partial(_option, "How rows become contacts")
_sending = partial(_option, "How they are sent")
_writing = partial(_option, "What is written and shown")

SHEET = _mapping("--sheet", str, "NAME", "The sheet's name, where a workbook has several.")
HEADER_ROW = _mapping("--header-row", int, "N", "The header's row number, where it is not the first.")
ENCODING = _mapping(
    "--encoding", str, "NAME", "A text file's encoding, such as utf-8 or cp1252, where the guess is wrong."
)
DELIMITER = _mapping(
    "--delimiter", str, "SIGN", "The sign between a text file's cells, or tab, where the guess is wrong."
)
SOURCE = _mapping("--source", str, "NAME", "whatsapp (the default), telegram, instagram or facebook.")
COUNTRY = _mapping("--country", str, "CC", "Where numbers without a country code are from, such as ES.")
TAG = _mapping("--tag", list[str], "TEXT", "A tag for every contact; may be given several times.")

LIMIT = _sending("--limit", int, "N", "Only the first N rows.")
DRY_RUN = _sending("--dry-run", bool, "", "Do everything but send, and write nothing down.")
SANDBOX = _sending("--sandbox", bool, "", "Send to a sandbox inside this run, not to Callbell; needs no token.")
RATE = _sending("--rate", float, "N", "Requests per second that the account allows; 0: no limit (default: 300).")
CONCURRENCY = _sending("--concurrency", int, "N", "Most requests in flight (default: as many as the rate needs).")
AMBIGUOUS = _sending("--ambiguous", str, "WORD", "Rows in doubt: reconcile (the default), strict or resend.")
MAX_OUTAGE = _sending(
    "--max-outage", str, "TIME", "End the run when the service is out of reach so long (default: 30m)."
)
WAIT = _sending("--wait", bool, "", "Wait for another run that uses the journal.")
MAX_FAILURES = _sending(
    "--max-failures", str, "N|N%", "End the run after so many failed rows, or such a share of them."
)
MAX_DURATION = _sending("--max-duration", str, "TIME", "End the run after this time, such as 2h.")

REPORT_DIR = _writing("--report-dir", Path, "DIR", "The reports' folder (default: reports).")
JOURNAL = _writing("--journal", Path, "FILE", "The file that remembers what was sent (default: in your state folder).")
YES = _writing("-y/--yes", bool, "", "Ask no questions.")
QUIET = _writing("-q/--quiet", bool, "", "Show no progress.")
VERBOSE = _writing("-v/--verbose", bool, "", "Tell what happens to each row.")
JSON = _writing("--json", bool, "", "The summary as JSON on standard output.")
LOG_FORMAT = _writing("--log-format", str, "text|json", "How the log is written (default: text).")
LOG_FILE = _writing("--log-file", Path, "FILE", "Where the log goes (default: standard error).")

MAPPING = (SHEET, HEADER_ROW, ENCODING, DELIMITER, SOURCE, COUNTRY, TAG)
SENDING = (LIMIT, DRY_RUN, SANDBOX, RATE, CONCURRENCY, AMBIGUOUS, MAX_OUTAGE, WAIT, MAX_FAILURES, MAX_DURATION)
FILES = (REPORT_DIR, JOURNAL)
MESSAGES = (QUIET, VERBOSE, JSON, LOG_FORMAT, LOG_FILE)
