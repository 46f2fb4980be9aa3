"""One undo in this process: the real journal, remover, pace, decisions, exit code and report.

It does what the command does, without its sockets and signals.
"""

import asyncio
import contextlib
import io
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from importer.commands.context import CommandContext, CommandResult
from importer.commands.undo import Undo, nothing_to_do
from importer.journal import Journal
from importer.model.protocols import Clock
from importer.model.runs import RunRecord
from importer.settings import Settings
from importer.settings.options import RunOptions, ServiceOptions
from importer.worker_pool.remover import ContactService
from tests.fault_injection.process import JOURNAL, REPORTS
from tests.support.inline_executor import InlineExecutor


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoCommand:
    """What the command is given."""

    folder: Path
    """With the journal and the reports."""
    name: str
    """The undo's."""
    run: str
    """Whose contacts are to be deleted."""
    service: ContactService
    clock: Clock
    chance: Random
    rate: float
    concurrency: int
    """Most requests in flight; 0: as many as the rate needs."""
    stop_after_seconds: float | None = None
    hurry_after_seconds: float | None = None
    """After the stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoEnded:
    """How the command ended."""

    name: str
    ending: CommandResult | None
    """None: there was nothing to do."""
    signalled: bool


async def give_undo(command: UndoCommand) -> UndoEnded:
    """Carry an undo out to its end."""
    with contextlib.closing(Journal.open(command.folder / JOURNAL, now=command.clock.now)) as store:
        store.end_dead_runs()
        earlier = next(record for record, _ in store.runs() if record.name == command.run)
        if nothing_to_do(store.undo_of(command.run), earlier):
            return UndoEnded(name=command.name, ending=None, signalled=False)
        undo = Undo(
            context=_context(command),
            store=store,
            record=_record(command, earlier),
            earlier=earlier,
            executor=InlineExecutor(),
        )
        with _signals(command, undo) as sent:
            ending = await undo.take_back(command.service)
        return UndoEnded(name=command.name, ending=ending, signalled=bool(sent))


def _context(command: UndoCommand) -> CommandContext:
    return CommandContext(
        settings=Settings(
            service=ServiceOptions(rate=command.rate, concurrency=command.concurrency),
            run=RunOptions(quiet=True),
        ),
        environment={},
        stream=io.StringIO(),
        clock=command.clock,
        jitter=command.chance.random,
    )


def _record(command: UndoCommand, earlier: RunRecord) -> RunRecord:
    return RunRecord(
        name=command.name,
        command="undo",
        account=earlier.account,
        files=earlier.files,
        options={},
        report_dir=str((command.folder / REPORTS / command.name).absolute()),
        started_at=command.clock.now(),
    )


@contextlib.contextmanager
def _signals(command: UndoCommand, undo: Undo) -> Iterator[list[signal.Signals]]:
    """Yield the signals that came so far; the second one is in a hurry."""
    sent: list[signal.Signals] = []

    async def stop() -> None:
        if command.stop_after_seconds is not None:
            await asyncio.sleep(command.stop_after_seconds)
            sent.append(signal.SIGINT)
            undo.interruption.interrupt(signal.SIGINT)
            if command.hurry_after_seconds is not None:
                await asyncio.sleep(command.hurry_after_seconds)
                undo.interruption.interrupt(signal.SIGTERM)

    stopping = asyncio.create_task(stop())
    try:
        yield sent
    finally:
        stopping.cancel()
