"""The command group `journal`."""

from pathlib import Path
from typing import Annotated

import typer

from importer.cli import options
from importer.cli.app import CommandGroup, GroupedCommand, command_context, examples
from importer.cli.command_end import finish
from importer.cli.process import put_out
from importer.system.shell import as_typed

journal_group = typer.Typer(
    cls=CommandGroup,
    help="Copy the journal safely, or check whether it is whole.",
    epilog=examples("journal backup copy.sqlite3", "journal check"),
    no_args_is_help=True,
    rich_markup_mode=None,  # see GroupedCommand
)


@journal_group.command(
    cls=GroupedCommand,
    epilog=examples("journal backup copy.sqlite3", "journal backup /backups/journal-monday.sqlite3 --wait"),
)
def backup(
    copy: Annotated[Path, typer.Argument(metavar="FILE", help="The copy, where nothing is yet.", readable=False)],
    config: options.Config = None,
    *,
    account: options.Account = None,
    sandbox: options.OfRehearsals = None,
    journal: options.Journal = None,
    wait: options.Wait = None,
    quiet: options.Quiet = None,
) -> None:
    """Copy the journal to one private file.

    Not while a run uses it: then it ends with 6, or waits with --wait.
    """
    given = {"account": account, "sandbox": sandbox, "journal": journal, "wait": wait, "quiet": quiet}
    context = command_context(given, config)
    from importer.commands.journal import back_up_journal  # noqa: PLC0415 - heavy, and --help does not wait for it

    finish(context, back_up_journal(context, copy))


@journal_group.command(
    cls=GroupedCommand, epilog=examples("journal check", "journal check --journal /backups/journal-monday.sqlite3")
)
def check(
    config: options.Config = None,
    *,
    account: options.Account = None,
    sandbox: options.OfRehearsals = None,
    journal: options.Journal = None,
) -> None:
    """Check whether the journal is whole.

    Also while a run uses it, and also a backup. It ends with 0, or with 4 and what is wrong.
    """
    context = command_context({"account": account, "sandbox": sandbox, "journal": journal}, config)
    from importer.commands.journal import check_journal, tell_of_other_journals  # noqa: PLC0415 - heavy, and --help does not wait for it

    put_out(as_typed(check_journal(context)))
    tell_of_other_journals(context)
