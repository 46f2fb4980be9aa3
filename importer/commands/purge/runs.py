"""`purge --older-than` and `[retention]`: forgets what old runs kept of people, and deletes their reports.

reports of the runs -> rows, values and numbers in the journal -> its free pages -> "forgotten"
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from importer.commands.context import CommandContext, CommandResult
from importer.commands.purge.command import confirm_purge_of, open_journals
from importer.commands.purge.files import is_left_over, is_report
from importer.commands.setup import is_there
from importer.journal.database import Database
from importer.journal.purge import JournalPurge, OldRun, PurgedRuns
from importer.journal.retention import compact
from importer.model.plain_text import counted, plain
from importer.system.files import as_storage_error
from importer.system.logs import LOG

_RUNS_A_NIGHT = 30
_SHOWN = 5


def purge_runs(context: CommandContext, days: int, given: str) -> CommandResult:
    """Forget the data of runs that are older than so many days, after showing it and asking.

    Args:
        context: What the command was given.
        days: Runs that began before are old.
        given: The same, as it was given.

    Raises:
        BusyError: A run uses the journal.
        StorageError: Something cannot be read, written or deleted; the same command goes on.
        UsageError: Nobody could be asked, or the answer was no.

    """
    now = context.clock.now()
    before = now - timedelta(days=days)
    with open_journals(context) as journals:
        old = [JournalPurge(journal).old_runs(before) for journal in journals]
        runs = [run for one in old for run in one]
        plan = _plan(runs, given)
        if context.settings.run.dry_run:
            return CommandResult(exit_code=0, text=f"{plan}\n\nDry run: nothing was forgotten.")
        if runs:
            confirm_purge_of(context, plan, "--older-than", given)
        done = [_forget(journal, these, before, now) for journal, these in zip(journals, old, strict=True)]
    return CommandResult(exit_code=0, text=_done(runs, done, given))


def forget_oldest(database: Database, now: datetime, days: int) -> None:
    """Forget the runs that are older than so many days, the oldest first, as many as a night has time for."""
    purge, before = JournalPurge(database), now - timedelta(days=days)
    before = purge.nth_old(before, _RUNS_A_NIGHT) or before
    if old := purge.old_runs(before):
        _, done = _forget(database, old, before, now, always=False)
        LOG.info("%d runs are older than %d days and were forgotten, %d rows of them", len(old), days, done.rows)


def _forget(
    database: Database, old: Sequence[OldRun], before: datetime, now: datetime, *, always: bool = True
) -> tuple[list[Path], PurgedRuns]:
    """Forget old runs; return what else is in their reports' folders, and what was forgotten."""
    left = [path for run in old for folder in run.report_dirs for path in _delete_reports(Path(folder))]
    purge = JournalPurge(database)
    done = purge.forget_runs(before)
    compact(database, always=always)
    purge.mark_forgotten(before, now)
    return left, done


def _delete_reports(folder: Path) -> Iterator[Path]:
    """Delete the reports in a run's own folder, and the folder if nothing else is in it; yield what else is."""
    for path in sorted(folder.rglob("*")) if is_there(folder) else ():
        if path.is_dir():
            continue
        if (is_report(path) and path.parent == folder) or is_left_over(path, folder):
            with as_storage_error(f"{path} cannot be deleted"):
                path.unlink(missing_ok=True)
        else:
            yield path
    with suppress(OSError):  # it is not empty, or gone
        for inner in sorted(folder.glob("tmp*")):
            inner.rmdir()
        folder.rmdir()


def _plan(runs: Sequence[OldRun], given: str) -> str:
    if not runs:
        return f"No run is older than {given} that is not forgotten yet."
    shown = [f"  {run.name}" for run in runs[:_SHOWN]]
    more = [f"  and {len(runs) - _SHOWN:,} more"] if len(runs) > _SHOWN else []
    return "\n".join(
        [
            f"To be forgotten: names, numbers, cells and values of {counted(len(runs), 'run')}, and their reports.",
            *shown,
            *more,
            "Which contacts exist stays known: nobody is made twice. These runs cannot be undone afterwards.",
            "Contacts that a later run had stay as they are.",
        ]
    )


def _done(runs: Sequence[OldRun], done: Sequence[tuple[list[Path], PurgedRuns]], given: str) -> str:
    rows, contacts, open_rows = (
        sum(getattr(one, name) for _, one in done) for name in ("rows", "contacts", "open_rows")
    )
    if not (runs or rows or contacts):
        return _plan(runs, given)
    lines = [
        f"{counted(len(runs), 'run')} older than {given}: forgotten, with their reports.",
        f"  {counted(rows)} and the numbers of {counted(contacts, 'contact')}; that these are in Callbell stays known.",
    ]
    if open_rows:
        lines.append(f"  {counted(open_rows)} kept: nobody knows yet what became of them. callbell-importer retry RUN")
    lines += [f"  {plain(str(path))}: not the importer's, and still there" for left, _ in done for path in left]
    return "\n".join(lines)
