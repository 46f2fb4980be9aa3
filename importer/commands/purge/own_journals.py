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
def open_journals(context: CommandContext, *arguments: str, of_person: bool = False) -> Iterator[Sequence[Database]]:
    """Yield the journals that are there, with their locks: the own one, and that of rehearsals if none is named.

    Args:
        context: Of the command.
        arguments: Those of the command.
        of_person: Whether it is about one person, who is forgotten in the rehearsals' also if one is named.

    Raises:
        BusyError: A run uses one of them.
        StorageError: One of them cannot be opened.
        UsageError: There is none.

    """
    run = context.settings.run
    own = journal_path(run.journal, sandbox=run.sandbox, account=run.of_account)
    paths = [own]
    if not run.sandbox and (of_person or not run.journal):
        paths.append(journal_path(None, sandbox=True, account=run.of_account))
    paths = [path for path in dict.fromkeys(paths) if is_there(path)]
    if not paths or (run.journal and own not in paths):
        fail_without_journal(context, own, "Name yours with --journal.", "purge", *arguments)
    with ExitStack() as opened:
        journals = []
        for path in paths:
            lock_again = opened.enter_context(journal_lock(path, "a purge", wait=run.wait))
            journals.append(opened.enter_context(closing(Database(path, rehearsal=run.dry_run))))
            lock_again()
        yield journals
