"""`journal backup` and `journal check`: a safe copy of the journal, and whether it is whole."""

import os
from pathlib import Path

from importer.commands.context import CommandContext, CommandResult
from importer.commands.journal_path import journal_of
from importer.commands.service_journals import elsewhere, fail_without_journal
from importer.commands.setup import is_there
from importer.journal.backup import back_up, note_backup
from importer.journal.integrity import JournalState, examine
from importer.model.errors import StorageError, UsageError
from importer.model.plain_text import plain
from importer.system.locks import journal_lock
from importer.system.service_user import own_name
from importer.system.shell import importer_command


def back_up_journal(context: CommandContext, copy: Path) -> CommandResult:
    """Copy the journal to a file that is not there yet, while no run uses it.

    Raises:
        BusyError: A run uses the journal.
        StorageError: The journal cannot be read, or the copy not written.
        UsageError: There is no journal, or something is where the copy should be.

    """
    copy = copy.absolute()
    journal = _journal(context, "backup", copy=copy)
    if is_there(copy) or copy.is_symlink():
        raise UsageError(f"{copy} is there already, and a backup replaces nothing.", "Name a file that is not there.")
    _require_place(context, journal, copy)
    with journal_lock(journal, "a backup", wait=context.settings.run.wait):
        note_backup(journal, copy, context.clock.now())  # before there is one: `purge` must find every copy
        back_up(journal, copy)
    done = f"The journal {journal} was copied to {copy}, whole."
    others = elsewhere(context, "journal", "backup", copy=copy)
    return CommandResult(exit_code=0, text="\n".join(filter(None, (done, others))))


def _require_place(context: CommandContext, journal: Path, copy: Path) -> None:
    """Return if a copy can be put where it is to be.

    Raises:
        StorageError: Its folder may not be written to.

    """
    folder = next(one for one in copy.parents if is_there(one))
    if os.access(folder, os.W_OK | os.X_OK):
        return
    own = next((one for one in (Path.home(), journal.parent) if os.access(one, os.W_OK)), journal.parent)
    again = importer_command("journal", "backup", str(own / copy.name), options=[*context.options.items()])
    raise StorageError(
        f"The copy {copy} cannot be written: {own_name()} may not write to the folder {folder}.",
        f"Name a file in a folder that is yours to write to, such as:\n  {again}",
    )


def check_journal(context: CommandContext) -> str:
    """Return what the journal holds.

    Raises:
        StorageError: It is damaged, or cannot be read.
        UsageError: There is no journal.

    """
    journal = _journal(context, "check")
    state = examine(journal)
    if state.faults:
        faults = "".join(f"\n  - {plain(fault)}" for fault in state.faults)
        raise StorageError(
            f"The journal {journal} is not whole:{faults}",
            "Keep a copy of it as it is. Then bring it back from a backup; a new one would not know what was sent.",
        )
    return _told(journal, state)


def tell_of_other_journals(context: CommandContext) -> None:
    """Say how the journal of a nightly job is checked, where that is another one and none was named."""
    if others := elsewhere(context, "journal", "check"):
        context.tell(others)


def _journal(context: CommandContext, command: str, copy: Path | None = None) -> Path:
    journal = journal_of(context.settings)
    if not is_there(journal):
        hint = "Name yours with --journal, or make one with a run."
        fail_without_journal(context, journal, hint, "journal", command, copy=copy)
    return journal


def _told(journal: Path, state: JournalState) -> str:
    newest = state.schema_version == state.newest_version
    later = "" if newest else f"; the next run brings it to {state.newest_version}"
    lines = [
        f"The journal {plain(str(journal))} is whole.",
        f"  schema    {state.schema_version}{later}",
        f"  runs      {state.runs:,}",
        f"  rows      {state.rows:,}",
        f"  contacts  {state.contacts:,}, of them {state.in_doubt:,} in doubt",
        *([f"  forgotten {state.forgotten:,} contacts more, by a purge"] if state.forgotten else []),
    ]
    return "\n".join(lines) + "\n"
