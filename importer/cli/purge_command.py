"""The command `purge`."""

from typing import Annotated

import typer

from importer.cli import options
from importer.cli.app import command_context, examples
from importer.cli.command_end import finish
from importer.cli.prompts import confirm_purge
from importer.model.errors import UsageError

PURGE_EXAMPLES = examples(
    "purge --older-than 90d --dry-run", "purge --contact +34600111222", "purge --contact +34600111222 --remember"
)
_OlderThan = Annotated[
    str, typer.Option("--older-than", metavar="TIME", help="Forget the data of runs before that, such as 90d or 12w.")
]
_Contact = Annotated[
    str, typer.Option("--contact", metavar="NUMBER", help="Forget one person, and import them no more.")
]
_DryRun = Annotated[bool | None, typer.Option("--dry-run", help="Say what would be forgotten, and change nothing.")]
_Remember = Annotated[bool, typer.Option("--remember", help="With --contact: let them be imported again.")]


def purge(
    older_than: _OlderThan = "",
    contact: _Contact = "",
    config: options.Config = None,
    *,
    remember: _Remember = False,
    account: options.Account = None,
    country: options.Country = None,
    dry_run: _DryRun = None,
    sandbox: options.OfRehearsals = None,
    wait: options.Wait = None,
    journal: options.Journal = None,
    log_file: options.LogFile = None,
    yes: options.Yes = None,
    quiet: options.Quiet = None,
    json: options.Json = None,
) -> None:
    """Forget people's data: of old runs, or of one person.

    Of old runs in the journal and reports; of one person in backups and logs too. Which contacts exist stays known:
    nobody is made twice. In Callbell nothing is deleted.
    """
    given = {"account": account, "country": country, "dry_run": dry_run, "sandbox": sandbox, "wait": wait}
    places = {"journal": journal, "log_file": log_file}
    context = command_context({**given, **places, "yes": yes, "quiet": quiet, "json": json}, config, confirm_purge)
    if bool(older_than) == bool(contact) or (remember and not contact):
        raise UsageError(
            "purge needs to know what to forget: --older-than TIME, or --contact NUMBER (with --remember or without).",
            "See the examples: callbell-importer purge --help",
        )
    from importer.commands.purge import command as people  # noqa: PLC0415 - heavy, and --help does not wait for it

    if contact:
        finish(context, (people.remember_contact if remember else people.purge_contact)(context, contact))
    from importer.commands.purge.runs import purge_runs  # noqa: PLC0415 - the same

    finish(context, purge_runs(context, _days(older_than), older_than))


def _days(text: str) -> int:
    """Return the days of `90d`, `12w` or `90`."""
    from importer.settings.value_checks import days  # noqa: PLC0415 - see above

    try:
        return days(text)
    except ValueError as error:
        raise UsageError(f"the option --older-than: {error}", "Nothing was forgotten.") from None
