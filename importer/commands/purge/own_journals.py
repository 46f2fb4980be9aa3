"""The journals that a purge opens: the own one, and that of rehearsals."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager

from importer.commands.context import CommandContext
from importer.commands.journal_path import journal_path
from importer.commands.service_journals import fail_without_journal
from importer.commands.setup import is_there
from importer.journal.database import Database
from importer.system.locks import journal_lock


@contextmanager
def open_journals(context: CommandContext, *arguments: str) -> Iterator[Sequence[Database]]:
    """Yield the journals that are there, with their locks: the own one, and that of rehearsals if none is named.

    Args:
        context: Of the command.
        arguments: Those of the command.

    Raises:
        BusyError: A run uses one of them.
        StorageError: One of them cannot be opened.
        UsageError: There is none.

    """
    run = context.settings.run
    kinds = (True,) if run.sandbox else (False,) if run.journal else (False, True)
    paths = [
        path for kind in kinds if is_there(path := journal_path(run.journal, sandbox=kind, account=run.of_account))
    ]
    if not paths:
        missing = journal_path(run.journal, sandbox=kinds[0], account=run.of_account)
        fail_without_journal(context, missing, "Name yours with --journal.", "purge", *arguments)
    with ExitStack() as opened:
        journals = []
        for path in paths:
            lock_again = opened.enter_context(journal_lock(path, "a purge", wait=run.wait))
            journals.append(opened.enter_context(closing(Database(path, rehearsal=run.dry_run))))
            lock_again()
        yield journals
