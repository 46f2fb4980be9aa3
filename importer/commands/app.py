"""What each command does: opens what it needs, in the order in which it can fail, and lets go of it again."""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from importer.commands.context import Ending, Order
from importer.commands.mapping_selection import Ask
from importer.commands.paths import is_there, journal_path, run_name
from importer.commands.run import Run
from importer.journal import Journal
from importer.model.errors import UsageError
from importer.model.protocols import Reader
from importer.model.rows import TO_RETRY, Status
from importer.model.runs import RunRecord
from importer.readers import open_reader
from importer.settings import Settings
from importer.system.locks import journal_lock
from importer.system.logs import LOG, logging_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every command is given besides its own arguments."""

    settings: Settings
    options: Mapping[str, object]
    """What was given on the command line, for the journal."""
    environment: Mapping[str, str]
    stream: TextIO
    """Standard error."""
    ask: Ask | None = None


def run(desk: Desk, files: Sequence[str]) -> Ending:
    """Import the rows of the files.

    Raises:
        ImporterError: The run could not begin, or could not be written down.

    """
    with _journal(desk) as store, contextlib.ExitStack() as opened:
        readers = [_opened(file, desk.settings, opened) for file in files]
        paths = tuple(str(Path(file).absolute()) for file in files)
        return _carry_out(_order(desk, store, "run", paths), store, readers)


def check(desk: Desk, files: Sequence[str]) -> Ending:
    """Find every problem of the files' rows, and send nothing.

    Raises:
        ImporterError: A file cannot be read, the mapping does not fit, or the service does not answer.

    """
    from importer.commands.check import Check  # noqa: PLC0415 - the other commands do not wait for it

    rehearsal = replace(desk.settings, run=replace(desk.settings.run, dry_run=True))
    desk = replace(desk, settings=rehearsal, ask=None)
    with _journal(desk, tallied_only=True) as store, contextlib.ExitStack() as opened:
        readers = [_opened(file, desk.settings, opened) for file in files]
        order = _order(desk, store, "check", [str(Path(file).absolute()) for file in files])
        return asyncio.run(Check(order=order, store=store, readers=readers).execute())


def retry(desk: Desk, earlier: RunRecord) -> Ending:
    """Send the rows of an earlier run again that are not where they should be.

    Raises:
        ImporterError: The run could not begin, or could not be written down.

    """
    with _journal(desk) as store:
        order = _order(desk, store, "retry", earlier.files)
        order = replace(order, account="" if desk.settings.run.sandbox else earlier.account)
        ending = _carry_out(order, store, store.rows_of(earlier.name))
        if any(count for status, count in store.report_source(earlier.name).tally().items() if status in TO_RETRY):
            return ending
        return replace(ending, text=f"Nothing of {earlier.name} is left to be sent again.\n\n{ending.text}")


def undo(desk: Desk, earlier: RunRecord) -> Ending:
    """Delete the contacts that an earlier run created, after showing them and asking.

    Raises:
        ImporterError: Nobody could be asked, or the answer was no; or it could not begin, or not be written down.

    """
    from importer.commands.undo import Undo, command_with_yes, nothing_to_do, plan, summary_of  # noqa: PLC0415 - as for `check`

    chosen = desk.settings.run
    with _journal(desk) as store:
        store.end_dead_runs()
        contacts = store.undo_of(earlier.name)
        untouched = summary_of(contacts, earlier.name, datetime.now(UTC))
        if reason := nothing_to_do(contacts, earlier):
            return Ending(exit_code=0, text=reason, summary_json=untouched)
        if chosen.dry_run:
            text = f"{plan(contacts, earlier)}\n\nDry run: nothing was deleted or written down."
            return Ending(exit_code=0, text=text, summary_json=untouched)
        if not chosen.yes and desk.ask is None:
            again = command_with_yes(earlier.name, desk.options)
            raise UsageError("Nothing was deleted: nobody is there to be asked.", f"To delete them:\n  {again}")
        if desk.ask and not desk.ask(plan(contacts, earlier)):
            raise UsageError("Nothing was deleted.")
        order = _order(desk, store, "undo", earlier.files, f"undo-{earlier.name}")
        order = replace(order, account=earlier.account)
        LOG.info("undo of %s begins: %s", earlier.name, order.name)
        return asyncio.run(Undo(order=order, store=store, earlier=earlier).execute())


def earlier_run(settings: Settings, name: str) -> RunRecord:
    """Return the run of a name, or the last one if the name is empty.

    Raises:
        UsageError: There is none.

    """
    found = runs(settings)
    for record, _ in found:
        if name in ("", record.name):
            return record
    if name and found:
        raise UsageError(f"There is no run named {name}.", "See their names with: callbell-importer runs")
    raise UsageError("There is no run yet.", "Make one with: callbell-importer run FILE")


def runs(settings: Settings) -> list[tuple[RunRecord, dict[Status, int]]]:
    """Return the runs that the journal knows, newest first, with how many rows have each status."""
    path = journal_path(settings.run.journal, sandbox=settings.run.sandbox)
    if not is_there(path):
        return []
    with contextlib.closing(Journal.open(path)) as store:
        return store.runs()


def _carry_out(order: Order, store: Journal, readers: Sequence[Reader]) -> Ending:
    LOG.info("%s of %s begins: %s", order.command, ", ".join(order.files), order.name)
    return asyncio.run(Run(order=order, store=store, readers=readers).execute())


@contextlib.contextmanager
def _journal(desk: Desk, *, tallied_only: bool = False) -> Iterator[Journal]:
    """Open the journal with the log on and the lock held."""
    chosen = desk.settings.run
    path = journal_path(chosen.journal, sandbox=chosen.sandbox)
    with (
        logging_to(chosen.log_file, desk.stream, log_format=chosen.log_format, verbose=chosen.verbose),
        journal_lock(path, wait=chosen.wait),
        contextlib.closing(Journal.open(path, rehearsal=chosen.dry_run, tallied_only=tallied_only)) as store,
    ):
        yield store


def _opened(file: str, settings: Settings, opened: contextlib.ExitStack) -> Reader:
    reader = open_reader(file, settings.input)
    opened.callback(reader.close)
    return reader


def _order(desk: Desk, store: Journal, command: str, files: Sequence[str], called: str = "") -> Order:
    started_at = datetime.now(UTC)
    taken = {record.name for record, _ in store.runs()} | store.undo_names()
    return Order(
        command=command,
        name=run_name(started_at, called or files[0], desk.settings.run.report_dir, taken),
        started_at=started_at,
        settings=desk.settings,
        options=desk.options,
        environment=desk.environment,
        files=tuple(files),
        ask=desk.ask,
        stream=desk.stream,
    )
