"""The journals that a purge opens: the own one, and that of rehearsals."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from importer.commands.account.account_registry import registered_journals
from importer.commands.context import CommandContext
from importer.commands.journal_path import journal_path
from importer.commands.named_journal import other_journals, require_journal
from importer.commands.purge.other_journals import shown_number
from importer.commands.service_journals import fail_without_journal
from importer.commands.setup import is_there
from importer.journal.database import Database
from importer.model.plain_text import plain
from importer.system.locks import journal_lock
from importer.system.shell import importer_command


@contextmanager
def open_journals(
    context: CommandContext, *arguments: str, of_person: bool = False, is_needed: bool = True
) -> Iterator[Sequence[Database]]:
    """Yield the journals that are there, with their locks: the own one, and that of rehearsals if none is named.

    Args:
        context: Of the command.
        arguments: Those of the command.
        of_person: Whether it is about one person, who is forgotten in the rehearsals' also if one is named.
        is_needed: Whether there has to be one; else none may be there if none is named and none was used.

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
    if not paths and not is_needed:
        require_journal(context.settings, own)
    if (not paths and is_needed) or (run.journal and own not in paths):
        fail_without_journal(context, own, _where_else(context, own, arguments), "purge", *arguments)
    with ExitStack() as opened:
        journals = []
        for path in paths:
            lock_again = opened.enter_context(journal_lock(path, "a purge", wait=run.wait))
            journals.append(opened.enter_context(closing(Database(path, rehearsal=run.dry_run))))
            lock_again()
        yield journals


def _where_else(context: CommandContext, own: Path, arguments: Sequence[str]) -> str:
    """Return what was looked for, and the commands for the journals that are somewhere else."""
    run = context.settings.run
    of_rehearsals = journal_path(None, sandbox=True, account=run.of_account)
    too = "" if run.sandbox or is_there(of_rehearsals) else f" and for that of rehearsals, {plain(str(of_rehearsals))}"
    lines = [f"It was looked for there{too}."]
    words = ["purge", *arguments]
    if "--contact" in arguments:
        words[words.index("--contact") + 1] = shown_number(context, words[words.index("--contact") + 1])
    others = [path for path in sorted({*other_journals([own]), *registered_journals()} - {own}) if is_there(path)]
    lines.append(
        "Other journals of this user, each with its command:" if others else "If the runs had another journal:"
    )
    for path in [*map(str, others)] or ["JOURNAL"]:
        options = [("config", context.options.get("config")), ("account", run.of_account), ("journal", path)]
        lines.append(f"  {importer_command(*words, options=options)}")
    return "\n".join(lines)
