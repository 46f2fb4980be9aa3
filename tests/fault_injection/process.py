"""One run of the command in this process: the real journal, pipeline, pool, pace, decisions and reports.

It does what `importer.commands.run.ImportRun` does, without its sockets, signals and display.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from importer.commands.exit_status import exit_code
from importer.journal import AsyncJournal, Journal
from importer.model.errors import ImporterError, StorageError
from importer.model.policy import Policy
from importer.model.protocols import Clock, PipelineJournal, Service, Slots
from importer.model.replies import Reply
from importer.model.runs import RunRecord
from importer.model.stop import Stop
from importer.pipeline import Source, run_import
from importer.reports import write_reports
from importer.system.logs import LoggedJournal
from importer.worker_pool.pool import Pool, PoolParts
from importer.worker_pool.rate_limiter import Pace, PaceOptions
from tests.fault_injection.table import Table, fingerprint, to_contact
from tests.support.inline_executor import InlineExecutor

JOURNAL = "journal.sqlite3"
REPORTS = "reports"
_TIME_IS_UP = Stop(message="enough", hint="go on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Stands between the pool and its ports, for those who want to see or spoil what passes; as it is, it does not."""

    journal: Callable[[PipelineJournal], PipelineJournal] = lambda journal: journal
    service: Callable[[Service], Service] = lambda service: service
    pace: Callable[[Slots], Slots] = lambda pace: pace
    step: Callable[[str], contextlib.AbstractContextManager[None]] = lambda _: contextlib.nullcontext()
    """Around `begin`, `finish` and `reports`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What the command is given."""

    folder: Path
    """With the journal and the reports."""
    name: str
    """The run's."""
    tables: Sequence[Table]
    service: Service
    ask_me: Callable[[], Awaitable[Reply]]
    clock: Clock
    policy: Policy
    chance: Random
    source: str = "whatsapp"
    rate: float = 300.0
    stop_after_seconds: float | None = None
    hurry_after_seconds: float | None = None
    """After the stop."""
    watch: Watch = field(default_factory=Watch)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How the command ended."""

    name: str
    exit_code: int
    hurried: bool = False
    error: ImporterError | None = None
    """Where it could not be written down."""
    stopped: Stop | None = None


async def give(command: Command) -> Ended:
    """Run the command to its end."""
    try:
        with contextlib.closing(Journal.open(command.folder / JOURNAL, now=command.clock.now)) as store:
            return await _import(command, store)
    except StorageError as error:
        return Ended(name=command.name, exit_code=error.exit_code, error=error)


async def _import(command: Command, store: Journal) -> Ended:
    watch, journal = command.watch, AsyncJournal(store, InlineExecutor())
    record = _record(command)
    with watch.step("begin"):
        await journal.begin(record)
    sources = [
        Source(
            sheet_index=await journal.add_sheet(table.sheet),
            reader=table,
            to_contact=to_contact(command.source),
            fingerprint=fingerprint,
        )
        for table in command.tables
    ]
    logged = LoggedJournal(watch.journal(journal))
    pool = Pool(_parts(command, logged))
    stopping = asyncio.create_task(_stop(command, pool))
    try:
        await run_import(sources, logged, pool)
    finally:
        stopping.cancel()
    code = exit_code(pool.counters.tally(), pool.stopped, None)
    with watch.step("finish"):
        await journal.finish(replace(record, exit_code=code, finished_at=command.clock.now()))
    with watch.step("reports"):
        write_reports(store.report_source(command.name), command.folder / REPORTS / command.name)
    stopped = pool.stopped if isinstance(pool.stopped, Stop) else None
    return Ended(name=command.name, exit_code=code, hurried=pool.hurried, stopped=stopped)


def _record(command: Command) -> RunRecord:
    return RunRecord(
        name=command.name,
        command="run",
        account="main",
        files=tuple(table.sheet.file for table in command.tables),
        options={},
        report_dir=REPORTS,
        started_at=command.clock.now(),
    )


def _parts(command: Command, journal: PipelineJournal) -> PoolParts:
    return PoolParts(
        service=command.watch.service(command.service),
        ask_me=command.ask_me,
        journal=journal,
        pace=command.watch.pace(Pace(PaceOptions(rate=command.rate))),
        clock=command.clock,
        policy=command.policy,
        jitter=command.chance.random,
        rate=command.rate,
        too_many_failures=lambda _: None,
    )


async def _stop(command: Command, pool: Pool) -> None:
    """Ask the pool to stop, as a signal does, and then to hurry, as a second one does."""
    if command.stop_after_seconds is not None:
        await asyncio.sleep(command.stop_after_seconds)
        pool.stop(_TIME_IS_UP)
        if command.hurry_after_seconds is not None:
            await asyncio.sleep(command.hurry_after_seconds)
            pool.hurry()
