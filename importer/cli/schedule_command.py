"""The command `schedule`, which takes the options of `run` too and passes them on."""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from importer.cli import options
from importer.cli.app import command_context, examples
from importer.cli.command_end import finish
from importer.cli.completion import complete_words
from importer.cli.process import put_out
from importer.cli.prompts import confirm_schedule

SCHEDULE_EXAMPLES = examples(
    "schedule contacts.csv --at 02:00",
    "schedule contacts.csv --at 02:00 --install",
    "schedule 'inbox/*.xlsx' --kind cron --country ES",
)
OF_ONE_RUN = frozenset({"files", "limit", "dry_run", "sandbox", "json", "verbose", "quiet", "yes"})
"""Parameters of `run` that are no use at night, or that a night always or never has."""


def schedule(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE...",
            help="Spreadsheets, or patterns in quotes, such as 'inbox/*.xlsx'. Without one: what is installed.",
        ),
    ] = None,
    config: options.Config = None,
    *,
    at: Annotated[str, typer.Option("--at", metavar="HH:MM", help="When, by this computer's clock.")] = "02:00",
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            metavar="WORD",
            help="systemd, systemd-user, cron or windows (default: what is here).",
            autocompletion=complete_words("kind"),
        ),
    ] = "",
    user: Annotated[
        str,
        typer.Option("--user", metavar="NAME", help="Who runs it (systemd: callbell, who is made; cron: you)."),
    ] = "",
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="What this schedule is called, where there are several.")
    ] = "",
    install: Annotated[bool, typer.Option("--install", help="Put it in place, after showing it.")] = False,
    yes: options.Yes = None,
    **of_run: object,
) -> None:
    """Print what runs the same import every night, or install it.

    For systemd, cron or Windows, with all options of `run` that are given beside. It says what such a night would
    lack, and ends with 0 if nothing, 2 for the config or the token, 3 for a spreadsheet, 4 for a folder.
    """
    _schedule({key: value for key, value in locals().items() if key != "of_run"}, of_run)


def with_options_of(run: Callable[..., None]) -> Callable[..., None]:
    """Return `schedule` with the options of `run` after its own, so that what `run` has need not be said twice."""
    own = [one for one in inspect.signature(schedule).parameters.values() if one.kind is not one.VAR_KEYWORD]
    names = OF_ONE_RUN | {one.name for one in own}
    passed = [one for one in inspect.signature(run).parameters.values() if one.name not in names]

    @functools.wraps(schedule)
    def command(**given: Any) -> None:  # noqa: ANN401 - whatever the options are
        schedule(**given)

    command.__signature__ = inspect.Signature([*own, *passed])  # type: ignore[attr-defined]  # inspect looks for it
    command.__annotations__ = {one.name: one.annotation for one in (*own, *passed)}
    return command


def _schedule(own: dict[str, Any], of_run: dict[str, object]) -> None:
    from importer.commands.schedule.command import schedule_run  # noqa: PLC0415 - heavy, and --help does not wait for it
    from importer.commands.schedule.night import ScheduleRequest  # noqa: PLC0415 - the same
    from importer.system.scheduler import Scheduler  # noqa: PLC0415 - the same

    # What is given for the night, such as where its log goes, is not for this command; but which account it is.
    given = {"yes": own.pop("yes"), "account": of_run.get("account")}
    own["files"] = own["files"] or []
    config, reads_config = own.pop("config"), bool(own["files"] or own["install"])  # what is in place needs no account
    context = command_context(given, config if reads_config else None, confirm_schedule, find_config=reads_config)
    finish(context, schedule_run(context, ScheduleRequest(**own, options=of_run), put_out, Scheduler()))
