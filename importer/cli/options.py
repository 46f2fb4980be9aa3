"""The options that `run`, `retry` and their like share: each has a config key of the same name."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

_MAPPING, _SENDING, _WRITING = "How rows become contacts", "How they are sent", "What is written and shown"
_OPTIONS: tuple[tuple[type, str, str, str, str], ...] = (
    (str, "--sheet", "NAME", _MAPPING, "The sheet's name, where a workbook has several."),
    (int, "--header-row", "N", _MAPPING, "The header's row number, where it is not the first."),
    (str, "--encoding", "NAME", _MAPPING, "A text file's encoding, such as utf-8 or cp1252, where the guess is wrong."),
    (str, "--delimiter", "SIGN", _MAPPING, "The sign between a text file's cells, or tab, where the guess is wrong."),
    (str, "--source", "NAME", _MAPPING, "whatsapp (the default), telegram, instagram or facebook."),
    (str, "--country", "CC", _MAPPING, "Where numbers without a country code are from, such as ES."),
    (list[str], "--tag", "TEXT", _MAPPING, "A tag for every contact; may be given several times."),
    (int, "--limit", "N", _SENDING, "Only the first N rows."),
    (bool, "--dry-run", "", _SENDING, "Do everything but send, and write nothing down."),
    (bool, "--sandbox", "", _SENDING, "Send to a stand-in for Callbell inside this run; needs no token."),
    (float, "--rate", "N", _SENDING, "Requests per second that the account allows; 0: no limit (default: 300)."),
    (int, "--concurrency", "N", _SENDING, "Most requests in flight (default: as many as the rate needs)."),
    (str, "--ambiguous", "WORD", _SENDING, "Rows in doubt: reconcile (the default), strict or resend."),
    (str, "--max-outage", "TIME", _SENDING, "End the run when the service is out of reach so long (default: 30m)."),
    (bool, "--wait", "", _SENDING, "Wait for another run that uses the journal."),
    (str, "--max-failures", "N|N%", _SENDING, "End the run after so many failed rows, or such a share of them."),
    (str, "--max-duration", "TIME", _SENDING, "End the run after this time, such as 2h."),
    (Path, "--report-dir", "DIR", _WRITING, "The reports' folder (default: reports)."),
    (Path, "--journal", "FILE", _WRITING, "The file that remembers what was sent (default: in your state folder)."),
    (bool, "-y/--yes", "", _WRITING, "Ask no questions."),
    (bool, "-q/--quiet", "", _WRITING, "Show no progress."),
    (bool, "-v/--verbose", "", _WRITING, "Tell what happens to each row."),
    (bool, "--json", "", _WRITING, "The summary as JSON on standard output."),
    (str, "--log-format", "text|json", _WRITING, "How the log is written (default: text)."),
    (Path, "--log-file", "FILE", _WRITING, "Where the log goes (default: standard error)."),
)


class GroupedHelp(TyperCommand):
    """A command whose help shows its options under the headings of their groups.

    typer does so only through rich, whose import takes longer than all the rest of `--help` (0.1 s of 0.24 s,
    November 2026).
    """

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - typer hides the types that it vendors
        """Write the arguments, the ungrouped options, and each group."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for one in self.get_params(ctx):
            heading = getattr(one, "rich_help_panel", None) or f"{one.param_type_name.capitalize()}s"
            if record := one.get_help_record(ctx):
                groups.setdefault(heading, []).append(record)
        for heading, records in sorted(groups.items(), key=lambda group: group[0] == "Options"):
            with formatter.section(heading):
                formatter.write_dl(records)


def with_options(command: Callable[..., None], names: frozenset[str] | None = None) -> Callable[..., None]:
    """Give the command the shared options: its `**given` gets each by its name, None where it was not given.

    Args:
        command: Whose last parameter is `**given`.
        names: Which of them, by their config keys; None: all.

    """
    own = [one for one in inspect.signature(command).parameters.values() if one.kind is not one.VAR_KEYWORD]
    shared = [_parameter(*option) for option in _OPTIONS]
    chosen = [one for one in shared if names is None or one.name in names]
    command.__signature__ = inspect.Signature([*own, *chosen])  # type: ignore[attr-defined]  # read by inspect.signature
    command.__annotations__ = {one.name: one.annotation for one in (*own, *chosen)}
    return command


def _parameter(kind: Any, declaration: str, metavar: str, panel: str, help_text: str) -> inspect.Parameter:  # noqa: ANN401 - a type
    declarations = declaration.split("/")
    option = typer.Option(*declarations, metavar=metavar or None, rich_help_panel=panel, help=help_text)
    name = declarations[-1].removeprefix("--").replace("-", "_")
    annotation = Annotated[kind | None, option]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
