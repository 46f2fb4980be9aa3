"""Where a command does not find a run or a journal that a nightly service of this computer has: how it is given there.

The service has its journal in its own user's home; whoever is root looks into another one.
"""

import os
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import NoReturn

from importer.commands.context import CommandContext
from importer.commands.journal_path import journal_of
from importer.commands.named_journal import is_journal_missing, require_journal
from importer.model.errors import UsageError
from importer.model.plain_text import plain
from importer.system.installed_units import InstalledUnit, installed_units
from importer.system.service_user import find_user
from importer.system.shell import importer_command


def other_services(known: AbstractSet[Path]) -> Sequence[InstalledUnit]:
    """Return the nightly services whose journal is none of these, without those that have not begun theirs yet."""
    return [
        unit
        for unit in installed_units()
        if not known & {unit.journal, Path(os.path.realpath(unit.journal))} and not is_journal_missing(unit.journal)
    ]


def elsewhere(context: CommandContext, *words: str) -> str:
    """Return how a command is given that looks into a nightly service's journal.

    Args:
        context: What the command was given; where that names a journal, or is a rehearsal, no other is meant.
        words: The command's name and its arguments.

    """
    run = context.settings.run
    if run.journal or run.sandbox:
        return ""
    journal = journal_of(context.settings)
    units = other_services({journal})
    named = [unit for unit in units if unit.journal.name == journal.name]  # of the same account of the config
    return "\n".join(
        f"The nightly {unit.name}.service has the journal {plain(str(unit.journal))}. To look there, give this as root:"
        f"\n  {_there(unit, context, journal.name, *words)}"
        for unit in named or units
    )


def fail_without_journal(context: CommandContext, journal: Path, hint: str, *words: str) -> NoReturn:
    """Say that a journal is not there, and where there is another.

    Args:
        context: What the command was given.
        journal: The one that is not there.
        hint: What to do where no nightly service has a journal.
        words: The command's name and its arguments.

    Raises:
        StorageError: An earlier run used it, or whether it is there cannot be told.
        UsageError: There never was one.

    """
    require_journal(context.settings, journal)
    raise UsageError(f"There is no journal {journal}.", elsewhere(context, *words) or hint)


def _there(unit: InstalledUnit, context: CommandContext, usual: str, *words: str) -> str:
    """Return the command for a service's journal, which is named unless its user finds it without.

    Args:
        unit: The service.
        context: What the command was given.
        usual: The journal's name in a user's state folder.
        words: The command's name and its arguments.

    """
    home = find_user(unit.user, "").home
    is_found = unit.journal == Path(home, ".local/state/callbell-importer", usual)
    options = [*context.options.items(), ("journal", None if is_found else str(unit.journal))]
    return unit.as_its_user(importer_command(*words, options=options))
