"""Where a command does not find a run or a journal that a nightly job of this computer has: how it is given there.

The service, or the cron job, has its journal in its own user's home; whoever is root looks into another one.
"""

import os
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import NoReturn

from importer.commands.context import CommandContext
from importer.commands.copy_place import copy_place
from importer.commands.input.check_record import CHECK_FILE
from importer.commands.journal_path import journal_of
from importer.commands.named_journal import is_journal_missing, require_journal
from importer.model.addresses import scheme_of
from importer.model.errors import UsageError
from importer.model.plain_text import plain
from importer.model.runs import RUN_STAMP
from importer.system import runtime
from importer.system.installed_crons import nightly_jobs
from importer.system.installed_units import InstalledUnit
from importer.system.service_user import ServiceUser, as_user, find_user, own_name
from importer.system.shell import bare_command, importer_command, quote

_GIVE_AS_ROOT = "To look there, give this as root:"
_GIVE = "To look there:"


def other_services(known: AbstractSet[Path]) -> Sequence[InstalledUnit]:
    """Return the nightly jobs whose journal is none of these, without those that have not begun theirs yet.

    Of several jobs of a user with one journal, as of systemd and of cron, the first is enough.
    """
    jobs: dict[tuple[str, Path], InstalledUnit] = {}
    for job in nightly_jobs():
        if not known & {job.journal, Path(os.path.realpath(job.journal))} and not is_journal_missing(job.journal):
            jobs.setdefault((job.user, job.journal), job)
    return [*jobs.values()]


def owner_of_reports(folder: Path) -> str:
    """Return the other user of this computer whose run has the newest reports in a folder; empty: there is none."""
    try:
        newest = max(path for path in folder.iterdir() if RUN_STAMP.match(path.name))
    except (OSError, ValueError):  # not to be looked into; no reports
        return ""
    return _other_owner(newest)


def _other_owner(folder: Path) -> str:
    """Return the other user of this computer whose folder it is; empty: there is none, or it cannot be told."""
    if runtime.WINDOWS:
        return ""
    try:
        owner = folder.owner()
    except (OSError, KeyError):  # not there; a user that was deleted
        return ""
    return "" if owner == own_name() else owner


def of_another_user(context: CommandContext, files: Sequence[str]) -> str:
    """Return that files are of a run of another user, on a line, and how they are given to that user's journal.

    Args:
        context: What the command was given.
        files: As a run's record has them; empty text if they are in no folder of a run, or in one of one's own.

    """
    folders = {Path(one).parent for one in files if not scheme_of(one)}
    if len(folders) != 1 or context.settings.run.sandbox or not RUN_STAMP.match((folder := folders.pop()).name):
        return ""
    if not (owner := _other_owner(folder)):
        return ""
    journal, me = journal_of(context.settings), own_name()
    command = bare_command("run", *files, options=list(context.options.items()), from_anywhere=True)
    jobs = [job for job in nightly_jobs() if job.user == owner]
    job = next((one for one in jobs if one.journal.name == journal.name), jobs[0] if jobs else None)
    as_theirs = job.as_its_user(command) if job else f"{as_user(owner, '')} -c {quote(command)}"
    it_is, its = ("it is", "its") if len(files) == 1 else ("they are", "their")
    what = "check" if (folder / CHECK_FILE).is_file() else "run"
    return (
        f"{plain(Path(files[0]).name)} is of a {what} of {owner}, which {me}'s journal {plain(str(journal))} does not"
        f" know. If {it_is} sent from here, {owner}'s journal and nights know nothing of {its} rows."
        f"\nTo send with {owner}'s journal, as root:\n  {as_theirs}"
    )


def elsewhere(context: CommandContext, *words: str, copy: Path | None = None) -> str:
    """Return how a command is given that looks into a nightly job's journal.

    Args:
        context: What the command was given; where that names a journal, or is a rehearsal, no other is meant.
        words: The command's name and its arguments.
        copy: The command's last argument, where it puts a copy of the journal; None: it makes none.

    """
    run = context.settings.run
    if run.journal or run.sandbox:
        return ""
    journal = journal_of(context.settings)
    units = other_services({journal})
    named = [unit for unit in units if unit.journal.name == journal.name]  # of the same account of the config
    return "\n".join(_of_job(unit, context, journal.name, words, copy) for unit in named or units) or _of_reports(
        context, words, copy
    )


def _of_job(unit: InstalledUnit, context: CommandContext, usual: str, words: Sequence[str], copy: Path | None) -> str:
    """Return the same of one job."""
    place, why = _place(find_user(unit.user, ""), unit.journal.parent, copy)
    has = f"The nightly {unit.title} has the journal {plain(str(unit.journal))}."
    give = _GIVE if _is_own(unit) else _GIVE_AS_ROOT
    return _lines(f"{has} {give}", _there(unit, context, usual, *words, *place), why)


def _of_reports(context: CommandContext, words: Sequence[str], copy: Path | None) -> str:
    """Return the same where only the reports tell who gives the nightly command."""
    folder = context.settings.run.report_dir.absolute()
    if not (owner := owner_of_reports(folder)):
        return ""
    user = find_user(owner, "")
    place, why = _place(user, user.state_folder, copy)
    command = bare_command(*words, *place, options=list(context.options.items()))
    newest = f"The newest run in {plain(str(folder))} is {owner}'s"
    other = f"{newest}, so the nights run as {owner}, whose journal is another. {_GIVE_AS_ROOT}"
    return _lines(other, f"{as_user(owner, '')} -c {quote(command)}", why)


def _lines(said: str, command: str, why: str) -> str:
    """Return a sentence, its command, and what is to be known of that, if something is."""
    return "\n".join(filter(None, (said, f"  {command}", why)))


def _place(user: ServiceUser, folder: Path, copy: Path | None) -> tuple[Sequence[str], str]:
    """Return the word for where a user can put a copy, none without one, and why it is another place."""
    if copy is None:
        return (), ""
    place, why = copy_place(user, folder, copy)
    return [str(place)], why


def fail_without_journal(
    context: CommandContext, journal: Path, hint: str, *words: str, copy: Path | None = None
) -> NoReturn:
    """Say that a journal is not there, and where there is another.

    Args:
        context: What the command was given.
        journal: The one that is not there.
        hint: What to do where no nightly job has a journal.
        words: The command's name and its arguments.
        copy: As `elsewhere` takes it.

    Raises:
        StorageError: An earlier run used it, or whether it is there cannot be told.
        UsageError: There never was one.

    """
    require_journal(context.settings, journal)
    raise UsageError(f"There is no journal {journal}.", elsewhere(context, *words, copy=copy) or hint)


def _there(unit: InstalledUnit, context: CommandContext, usual: str, *words: str) -> str:
    """Return the command for a nightly job's journal, which is named unless its user finds it without.

    Args:
        unit: The job.
        context: What the command was given.
        usual: The journal's name in a user's state folder.
        words: The command's name and its arguments.

    """
    is_found = unit.journal == find_user(unit.user, "").state_folder / usual
    options = [*context.options.items(), ("journal", None if is_found else str(unit.journal))]
    if _is_own(unit):
        return importer_command(*words, options=options)
    return unit.as_its_user(bare_command(*words, options=options))


def _is_own(unit: InstalledUnit) -> bool:
    """Tell whether whoever gives the command is the job's user, with all that this user needs."""
    return unit.user == own_name() and not unit.token_file
