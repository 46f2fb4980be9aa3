"""`purge --older-than` and `[retention]`: forgets what old runs kept of people, and deletes their reports.

reports of the runs -> rows, values and numbers in the journal -> its free pages -> "forgotten"

What checks wrote is deleted at the same age.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from importer.commands.context import CommandContext, CommandResult
from importer.commands.purge.command import confirm_purge_of
from importer.commands.purge.files import is_left_over, is_report
from importer.commands.purge.old_checks import checks_text, delete_checks, old_checks
from importer.commands.purge.own_journals import open_journals
from importer.commands.service_journals import elsewhere
from importer.commands.setup import is_there
from importer.journal.database import Database
from importer.journal.purge import JournalPurge, OldRun, PurgedRuns
from importer.journal.retention import compact
from importer.journal.run_records import load_runs
from importer.model.plain_text import counted, plain
from importer.reports.purge_report import PurgeCounts, purge_json
from importer.reports.run_commands import same_journal
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
    now, age, report_dir = context.clock.now(), counted(days, "day"), context.settings.run.report_dir
    others = [*filter(None, [elsewhere(context, "purge", "--older-than", given)])]
    before = now - timedelta(days=days)
    is_needed = not old_checks(report_dir, (), before)
    with open_journals(context, "--older-than", given, is_needed=is_needed) as journals:
        old = [JournalPurge(journal).old_runs(before) for journal in journals]
        runs = [run for one in old for run in one]
        backups = [path for one in journals for path, _ in JournalPurge(one).backups() if is_there(path)]
        checks = old_checks(report_dir, _folders(journals), before)
        of_checks = [checks_text(checks, age)] if checks else []
        plan = "\n".join([_plan(runs, age, backups), *(f"To be deleted: {text}." for text in of_checks)])
        if context.settings.run.dry_run:
            files = sum(len(_reports(Path(folder))[0]) for run in runs for folder in run.report_dirs)
            files += sum(len(check.files) for check in checks)
            counts = PurgeCounts(runs=len(runs), rows=None, contacts=None, files=files)
            plan, summary = "\n".join([plan, *others]), purge_json(counts, is_dry_run=True)
            text = f"{plan}\n\nDry run: nothing was forgotten."
            return CommandResult(exit_code=0, text=text, summary_json=summary)
        if runs or checks:
            confirm_purge_of(context, plan, "--older-than", given)
        done = [_forget(journal, these, before, now) for journal, these in zip(journals, old, strict=True)]
        counts = _counts(runs, done)
        counts = replace(counts, files=counts.files + delete_checks(checks))
    said = _done(runs, done, age, context.options, backups)
    text = "\n".join([said, *(f"{text}: deleted." for text in of_checks), *others])
    return CommandResult(exit_code=0, text=text, summary_json=purge_json(counts, is_dry_run=False))


def _folders(journals: Iterable[Database]) -> Iterator[str]:
    """Yield the folders of the runs' reports."""
    yield from (record.report_dir for journal in journals for record, _ in load_runs(journal))


def forget_oldest(database: Database, now: datetime, days: int, report_dir: Path) -> None:
    """Forget the runs that are older than so many days, the oldest first, as many as a night has time for.

    What checks left that are as old is deleted, too: in the folder for reports, and beside the runs' own folders.
    """
    purge, oldest = JournalPurge(database), now - timedelta(days=days)
    checks = old_checks(report_dir, _folders([database]), oldest)
    before = purge.nth_old(oldest, _RUNS_A_NIGHT) or oldest
    if old := purge.old_runs(before):
        done = _forget(database, old, before, now, always=False).runs
        LOG.info("%d runs are older than %d days and were forgotten, %d rows of them", len(old), days, done.rows)
    if checks:  # last: one that cannot be deleted keeps no run
        text, _ = checks_text(checks, counted(days, "day")), delete_checks(checks)
        LOG.info("%s: deleted", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Forgotten:
    """What became of the old runs of a journal."""

    runs: PurgedRuns
    file_count: int
    """Reports that were deleted."""
    left: Sequence[Path]
    """What else is in their folders."""


def _forget(
    database: Database, old: Sequence[OldRun], before: datetime, now: datetime, *, always: bool = True
) -> _Forgotten:
    """Forget old runs, with their reports."""
    files = [_delete_reports(Path(folder)) for run in old for folder in run.report_dirs]
    purge = JournalPurge(database)
    done = purge.forget_runs(before)
    compact(database, always=always)
    purge.mark_forgotten(before, now)
    count, left = sum(count for count, _ in files), [path for _, left in files for path in left]
    return _Forgotten(runs=done, file_count=count, left=left)


def _delete_reports(folder: Path) -> tuple[int, Sequence[Path]]:
    """Delete a run's reports, and their folder if nothing else is in it; return how many, and what else is."""
    ours, others = _reports(folder)
    for path in ours:
        with as_storage_error(f"{path} cannot be deleted"):
            path.unlink(missing_ok=True)
    with suppress(OSError):  # it is not empty, or gone
        for inner in sorted(folder.glob("tmp*")):
            inner.rmdir()
        folder.rmdir()
    return len(ours), others


def _reports(folder: Path) -> tuple[Sequence[Path], Sequence[Path]]:
    """Return the reports in a run's own folder with what a run left there that was cut off, and all else in it."""
    ours, others = list[Path](), list[Path]()
    for path in sorted(folder.rglob("*")) if is_there(folder) else ():
        if not path.is_dir():
            is_ours = (is_report(path) and path.parent == folder) or is_left_over(path, folder)
            (ours if is_ours else others).append(path)
    return ours, others


def _plan(runs: Sequence[OldRun], age: str, backups: Sequence[Path]) -> str:
    if not runs:
        return f"No run is older than {age} that is not forgotten yet."
    shown = [f"  {run.name}" for run in runs[:_SHOWN]]
    more = [f"  and {len(runs) - _SHOWN:,} more"] if len(runs) > _SHOWN else []
    return "\n".join(
        [
            f"To be forgotten: names, numbers, cells and values of {counted(len(runs), 'run')}, and their reports.",
            *shown,
            *more,
            "Which contacts exist stays known: nobody is made twice. These runs cannot be undone afterwards.",
            "Contacts that a later run had stay as they are.",
            *_backup_lines(backups),
        ]
    )


def _backup_lines(backups: Sequence[Path]) -> Iterator[str]:
    """Yield which backups have the runs still: they are copies to come back to, and no purge of runs changes them."""
    if backups:
        yield "Left for you to do: backups keep what they have. Delete them, and make a new one after the purge:"
        yield from (f"  {plain(str(path))}" for path in backups)


def _counts(runs: Sequence[OldRun], done: Sequence[_Forgotten]) -> PurgeCounts:
    rows, contacts = (sum(getattr(one.runs, name) for one in done) for name in ("rows", "contacts"))
    return PurgeCounts(runs=len(runs), rows=rows, contacts=contacts, files=sum(one.file_count for one in done))


def _done(
    runs: Sequence[OldRun],
    done: Sequence[_Forgotten],
    age: str,
    options: Mapping[str, object],
    backups: Sequence[Path],
) -> str:
    counts, open_rows = _counts(runs, done), sum(one.runs.open_rows for one in done)
    if not (runs or counts.rows or counts.contacts):
        return _plan(runs, age, backups)
    hidden = (
        f" and the numbers of {counted(counts.contacts, 'contact')}; that these exist stays known."
        if counts.contacts
        else "; later runs had all of their contacts, whose numbers stay."
    )
    lines = [
        f"{counted(len(runs), 'run')} older than {age}: forgotten, with their reports.",
        f"  {counted(counts.rows or 0)}{hidden}",
    ]
    if open_rows:
        retry = same_journal(options, "retry", "RUN")
        lines.append(f"  {counted(open_rows)} kept: nobody knows yet what became of them. {retry}")
    lines += [f"  {plain(str(path))}: not the importer's, and still there" for one in done for path in one.left]
    lines += _backup_lines(backups if runs else ())
    return "\n".join(lines)
