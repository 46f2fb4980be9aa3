"""What a command needs before its first row: log, lock, journal, its name, and the account that it must be."""

import contextlib
import os
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from importer.commands.context import CommandContext
from importer.commands.input.fetch import InputFile
from importer.commands.journal_path import journal_of, journal_path
from importer.commands.named_journal import (
    begin_missing_journal,
    is_journal_missing,
    known_journals,
    remember_journal,
)
from importer.commands.report_folder import REHEARSALS
from importer.journal import AccountMatch, Journal
from importer.journal.database import Database
from importer.model.addresses import scheme_of
from importer.model.answers import is_no, is_yes
from importer.model.errors import StorageError, UsageError
from importer.model.loopback import is_sandbox
from importer.model.plain_text import plain
from importer.model.runs import RUN_STAMP, RunRecord
from importer.reports.account_words import kept_account_words
from importer.settings import Settings
from importer.system.locks import journal_lock
from importer.system.logs import log_begin
from importer.system.shell import importer_command

_LONGEST_STEM = 40
_STAMP_FORMAT = "%Y%m%d-%H%M%S"
_LONGEST_CHANGE = timedelta(hours=2)
"""By which clocks are put back when summer ends; it is one hour, or less."""
_NEXT = timedelta(seconds=1)


@contextlib.contextmanager
def open_journal(context: CommandContext) -> Iterator[Journal]:
    """Yield the open journal, with the log on and the lock held; a dry run begins none, and leaves nothing behind.

    Args:
        context: With the journal's path, and how to log.

    Raises:
        BusyError: Another run uses the journal.
        DeclinedError: It is missing, and the person does not want a new one.
        StorageError: The journal, its lock or the log cannot be opened; or it was there before and is missing.

    """
    run = context.settings.run
    path = journal_of(context.settings)
    with context.logging():
        known = known_journals()
        token = context.environment.get("CALLBELL_API_TOKEN", "")
        if not (run.sandbox or is_sandbox(context.settings.service.base_url, token)):  # of such, nothing is missed
            begin_missing_journal(context, path, known, is_named=run.journal is not None)
        if run.dry_run and _can_be_begun(path):
            with contextlib.closing(Journal(Database(path, rehearsal=True, temporary=True), context.clock.now)) as none:
                yield none
            return
        with (
            journal_lock(path, wait=run.wait) as lock_again,
            contextlib.closing(Journal.open(path, rehearsal=run.dry_run)) as journal,
        ):
            lock_again()
            if not (run.sandbox or run.dry_run):
                remember_journal(path, context.clock.now(), known)
            yield journal


def _can_be_begun(journal: Path) -> bool:
    """Tell whether there is no journal, and whether a run can begin one there: what a dry run is not to find out."""
    folder = next((one for one in journal.parents if is_there(one)), journal)
    return is_journal_missing(journal) and folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


@contextlib.contextmanager
def rehearsals_journal(settings: Settings) -> Iterator[Journal | None]:
    """Yield the journal of the rehearsals, beside the run's own; None: there is none, or it cannot be opened.

    Args:
        settings: Which tell the run's own journal; where that is of rehearsals itself, or named, no other is meant.

    """
    run = settings.run
    with contextlib.ExitStack() as opened:
        journal = None
        if not run.sandbox and run.journal is None:
            with contextlib.suppress(StorageError):
                if is_there(path := journal_path(None, sandbox=True, account=run.of_account)):
                    journal = opened.enter_context(contextlib.closing(Journal.open(path)))
        yield journal


def new_run(
    context: CommandContext,
    journal: Journal,
    command: str,
    files: Sequence[str | InputFile],
    *,
    account: str = "",
    undone: str = "",
) -> RunRecord:
    """Return what the journal is to know of a new run, and log that it begins.

    Args:
        context: With the options and the reports' folder.
        journal: With the names that are taken.
        command: Such as `run`.
        files: Or their names as the person wrote them; these are made absolute, but for addresses.
        account: The account that it must be, as the journal calls it; empty: any.
        undone: The run that is undone, after which the undo is named; left out: it is named after the first file.

    """
    started_at = context.clock.now()
    local = started_at.astimezone(context.zone)
    earlier = [record for record, _ in journal.runs()]
    taken = {record.name for record in earlier} | journal.undo_names()
    run = context.settings.run
    report_dir = run.report_dir / REHEARSALS if run.sandbox else run.report_dir
    names = [file if isinstance(file, str) else file.name for file in files]
    first = files[0] if isinstance(files[0], str) else files[0].path
    name = run_name(after_earlier(local, earlier), f"{command}-{undone}" if undone else first, report_dir, taken)
    log_begin(name, f"{command} of {undone or ', '.join(names)} begins: {name}")
    return RunRecord(
        name=name,
        command=command,
        account=account,
        files=recorded_files(names),
        options=context.options,
        report_dir=str((report_dir / name).absolute()),
        started_at=started_at,
        offset_minutes=round((local.utcoffset() or timedelta()).total_seconds() / 60),
    )


def recorded_files(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of files as the journal has them: absolute, but for addresses."""
    return tuple(file if scheme_of(file) else str(Path(file).absolute()) for file in names)


def after_earlier(local: datetime, earlier: Iterable[RunRecord]) -> datetime:
    """Return the time for a run's name: what the clock shows, or where it was put back, right after the run before.

    So names sort by time also in the hour that clocks show twice when summer ends.

    Args:
        local: What the clock shows, with its offset.
        earlier: The runs that there are.

    """
    shown = local.replace(tzinfo=None)
    for record in earlier:
        is_near = record.offset_minutes is not None and _NEXT <= local - record.started_at < _LONGEST_CHANGE
        if is_near and RUN_STAMP.match(record.name):
            shown = max(shown, datetime.strptime(record.name[:15], _STAMP_FORMAT) + _NEXT)  # noqa: DTZ007 - of the wall
    return shown


def run_name(started_at: datetime, file: str, report_dir: Path, taken: Collection[str]) -> str:
    """Return a name such as `20261123-020000-contacts`, that no other run has.

    Args:
        started_at: As the clock on the wall shows it.
        file: The first input file, whose name the run gets.
        report_dir: Where the runs' own folders are; what is wrong with it is told by whoever writes there.
        taken: The names of the journal's runs, whose reports may be elsewhere.

    """
    plain = unicodedata.normalize("NFKD", Path(file).stem).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", plain).strip("-")[:_LONGEST_STEM] or "rows"
    first = name = f"{started_at:{_STAMP_FORMAT}}-{stem}"
    number = 2
    while name in taken or is_there(report_dir / name):
        name, number = f"{first}-{number}", number + 1
    return name


def is_there(path: Path) -> bool:
    """Tell whether something is there; what the system refuses to tell is told by whoever opens it."""
    try:
        return path.exists()
    except OSError:
        return False


def required_account(
    context: CommandContext, record: RunRecord, account: AccountMatch, arguments: Sequence[str]
) -> AccountMatch:
    """Return which account it is, as far as the journal or else a person can tell.

    Args:
        context: With how to ask.
        record: The command's name, and a name of the account that it must be; empty: any.
        account: What the journal knows of the account.
        arguments: Of the command, to be given again.

    Raises:
        UsageError: It is not the one that it must be, or nobody is there to say which it is.

    """
    if record.account and record.account not in account.names:
        was, now = map(kept_account_words, (record.account, account.identity.name))
        raise UsageError(
            f"That run was for another account ({was}), and this one is {plain(now)}.",
            "Give the token and the config of that account. Nothing was changed.",
            code="other_account",
        )
    if not account.is_doubtful:
        return account
    doubt = (
        f"This may not be the account that the journal knows as {plain(kept_account_words(account.name))}:"
        " no team or channel of that one is among those that Callbell names now."
    )
    question = f"{doubt}\nIs it that account all the same? Then what was sent to it is not sent again. [y/n]"
    answer = context.ask_line(question).strip() if context.ask_line else ""
    if is_yes(answer):
        return account
    is_named = account.identity.name not in account.names
    if is_named and is_no(answer) and not record.account:
        return AccountMatch(identity=account.identity, name=account.identity.name)
    name_it = "" if is_named else 'If it is another account, name it: account = "..." under [service] of its config. '
    command = importer_command(record.command, *arguments, options=[*context.options.items()])
    hint = f"{name_it}Give this command on a terminal, where you are asked whether it is:\n  {command}"
    raise UsageError(f"{doubt} Nothing was sent.", hint, code="account_doubtful")
