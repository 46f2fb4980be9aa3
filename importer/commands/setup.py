"""What a command needs before its first row: log, lock, journal, sheets, its name, and the account that it must be."""

import contextlib
import os
import re
import threading
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from platformdirs import user_state_path

from importer.commands.context import CommandContext, is_yes
from importer.commands.mapping_selection import InputSheet
from importer.commands.named_journal import begin_named_journal, remember_journal
from importer.journal import AccountMatch, Journal
from importer.model.errors import StorageError, UsageError
from importer.model.plain_text import plain
from importer.model.runs import RunRecord
from importer.readers import open_reader, preload
from importer.system.locks import journal_lock
from importer.system.logs import LOG, logging_to
from importer.system.shell import importer_command

_NAME = "callbell-importer"
_LONGEST_STEM = 40
REHEARSALS = "rehearsals"
"""The folder within the reports' folder that has the reports of runs with `--sandbox`."""


@contextlib.contextmanager
def open_journal(context: CommandContext) -> Iterator[Journal]:
    """Yield the open journal, with the log on and the lock held.

    Args:
        context: With the journal's path, and how to log.

    Raises:
        BusyError: Another run uses the journal.
        StorageError: The journal, its lock or the log cannot be opened; or it was named and is missing.
        UsageError: It is missing, and the person does not want a new one.

    """
    run = context.settings.run
    path = journal_path(run.journal, sandbox=run.sandbox)
    with logging_to(run.log_file, context.stream, log_format=run.log_format, verbose=run.verbose):
        is_named = run.journal is not None and not run.sandbox  # of a rehearsal's, nothing is missed
        known = user_state_path(_NAME, appauthor=False) / "named-journals.json"
        if is_named:
            begin_named_journal(context, path, known)
        with (
            journal_lock(path, wait=run.wait) as lock_again,
            contextlib.closing(Journal.open(path, rehearsal=run.dry_run)) as journal,
        ):
            lock_again()
            if is_named:
                remember_journal(path, context.clock.now(), known)
            yield journal


@contextlib.contextmanager
def open_sheets(context: CommandContext, files: Sequence[str]) -> Iterator[Sequence[InputSheet]]:
    """Yield a reader for each file; what their rows are read with is imported meanwhile, on a thread.

    Raises:
        InputError: A file cannot be read.

    """
    with contextlib.ExitStack() as opened:
        readers = []
        for file in files:
            reader = open_reader(file, context.settings.input)
            opened.callback(reader.close)
            readers.append(InputSheet(reader, context.settings.input.where))
        threading.Thread(target=_preload, name="preload").start()
        yield readers


def _preload() -> None:
    with contextlib.suppress(Exception):  # reading the rows says what is wrong
        preload()


def new_run(
    context: CommandContext,
    journal: Journal,
    command: str,
    files: Sequence[str],
    *,
    account: str = "",
    undone: str = "",
) -> RunRecord:
    """Return what the journal is to know of a new run, and log that it begins.

    Args:
        context: With the options and the reports' folder.
        journal: With the names that are taken.
        command: Such as `run`.
        files: As the person wrote them; they are made absolute.
        account: The account that it must be, as the journal calls it; empty: any.
        undone: The run that is undone, after which the undo is named; left out: it is named after the first file.

    """
    started_at = context.clock.now()
    taken = {record.name for record, _ in journal.runs()} | journal.undo_names()
    run = context.settings.run
    report_dir = run.report_dir / REHEARSALS if run.sandbox else run.report_dir
    name = run_name(started_at, f"{command}-{undone}" if undone else files[0], report_dir, taken)
    LOG.info("%s of %s begins: %s", command, undone or ", ".join(files), name)
    return RunRecord(
        name=name,
        command=command,
        account=account,
        files=tuple(str(Path(file).absolute()) for file in files),
        options=context.options,
        report_dir=str((report_dir / name).absolute()),
        started_at=started_at,
    )


def journal_path(given: Path | None, *, sandbox: bool) -> Path:
    """Return the journal's one true path: of the given file, else of one in the user's state folder.

    Args:
        given: A path that may lead through links, also to what is not there yet.
        sandbox: Whether the journal is a sandbox's, which has its own.

    Raises:
        StorageError: The file has a second name, a hard link, by which SQLite would look for another log of it.

    """
    name = "sandbox.sqlite3" if sandbox else "journal.sqlite3"
    path = Path(os.path.realpath(given or user_state_path(_NAME, appauthor=False) / name))
    if _has_other_names(path):
        raise StorageError(
            f"The journal {path} has more than one name: it is hard-linked, and SQLite's log beside it goes by name.",
            f'Delete the other names (find them with: find / -xdev -samefile "{path}"), or name another journal with'
            " --journal.",
        )
    return path


def _has_other_names(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_nlink > 1
    except (OSError, ValueError):  # told by whoever opens it
        return False


def run_name(started_at: datetime, file: str, report_dir: Path, taken: Collection[str]) -> str:
    """Return a name such as `20261123-020000-contacts`, that no other run has.

    Args:
        started_at: UTC, so that names sort by time whatever the clocks of summer and winter do.
        file: The first input file, whose name the run gets.
        report_dir: Where the runs' own folders are; what is wrong with it is told by whoever writes there.
        taken: The names of the journal's runs, whose reports may be elsewhere.

    """
    plain = unicodedata.normalize("NFKD", Path(file).stem).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", plain).strip("-")[:_LONGEST_STEM] or "rows"
    first = name = f"{started_at:%Y%m%d-%H%M%S}-{stem}"
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
        raise UsageError(
            f"That run was for another account ({record.account}), and this one is {account.identity.name}.",
            "Give the token and the config of that account. Nothing was changed.",
        )
    if not account.is_doubtful:
        return account
    doubt = (
        f"This may not be the account that the journal knows as {plain(account.name)}:"
        " no team or channel of that one is among those that Callbell names now."
    )
    question = f"{doubt}\nIs it that account all the same? Then what was sent to it is not sent again. [y/n]"
    answer = context.ask_line(question).strip() if context.ask_line else ""
    if is_yes(answer):
        return account
    is_named = account.identity.name not in account.names
    if is_named and answer[:1].lower() == "n" and not record.account:
        return AccountMatch(identity=account.identity, name=account.identity.name)
    name_it = "" if is_named else 'If it is another account, name it: account = "..." under [service] of its config. '
    command = importer_command(record.command, *arguments, options=[*context.options.items()])
    raise UsageError(
        f"{doubt} Nothing was sent.",
        f"{name_it}Give this command on a terminal, where you are asked whether it is:\n  {command}",
    )
