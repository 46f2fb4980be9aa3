"""One command in this process: the real journal, pipeline, worker pool, rate limiter, decisions and reports.

It does what `run` and `undo` do, without their sockets, signals and display; the pool is the same for both.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from importer.commands.exit_status import exit_code
from importer.journal import AsyncJournal, AsyncUndo, Journal, RunUndo
from importer.model.deletion import TAKEN_BACK
from importer.model.errors import ImporterError, StorageError
from importer.model.policy import Policy
from importer.model.protocols import Clock, RequestLimiter, Service, WorkJournal
from importer.model.rows import Status
from importer.model.runs import RunRecord
from importer.model.stop import Stop
from importer.pipeline import Source, run_import
from importer.reports import write_reports
from importer.reports.undo_report import undo_json, write_undone
from importer.worker_pool.create import CreateOperation
from importer.worker_pool.delete import DeleteOperation
from importer.worker_pool.operation import Operation
from importer.worker_pool.pool import WorkerPool
from importer.worker_pool.rate_limiter import RateLimiter
from tests.fault_injection.table import Table, fingerprint, to_contact
from tests.support.inline_executor import InlineExecutor

JOURNAL = "journal.sqlite3"
REPORTS = "reports"
_TIME_IS_UP = Stop(message="enough", hint="go on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Stands between the pool and its protocols, to see or spoil what passes; as it is, it does not."""

    journal: Callable[[Any], Any] = lambda journal: journal
    service: Callable[[Service], Service] = lambda service: service
    limiter: Callable[[RequestLimiter], RequestLimiter] = lambda limiter: limiter
    step: Callable[[str], contextlib.AbstractContextManager[None]] = lambda _: contextlib.nullcontext()
    """Around `begin`, `finish` and `reports`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What the command is given."""

    folder: Path
    """With the journal and the reports."""
    name: str
    """The run's, or the undo's."""
    tables: Sequence[Table] = ()
    undoes: str = ""
    """The run whose contacts are to be deleted; empty: the tables are imported."""
    service: Service
    clock: Clock
    policy: Policy
    chance: Random
    source: str = "whatsapp"
    rate: float = 300.0
    concurrency: int = 0
    """Most requests in flight; 0: as many as the rate needs."""
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
    summary_json: str = ""
    """Of an undo; empty where there was nothing to do."""


async def give(command: Command) -> Ended:
    """Run the command to its end."""
    try:
        with contextlib.closing(Journal.open(command.folder / JOURNAL, now=command.clock.now)) as store:
            return await (_undo if command.undoes else _import)(command, store)
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
    watched = watch.journal(journal)
    pool = _pool(command, CreateOperation(command.policy), watched)
    async with _stopped_in_time(command, pool):
        await run_import(sources, watched, pool)
    code = exit_code(pool.counters.tally(), pool.stopped, None)
    with watch.step("finish"):
        await journal.finish(replace(record, exit_code=code, finished_at=command.clock.now()))
    with watch.step("reports"):
        write_reports(store.report_source(command.name), command.folder / REPORTS / command.name)
    return _ended(command, pool, code)


async def _undo(command: Command, store: Journal) -> Ended:
    store.end_dead_runs()
    undo = store.undo_of(command.undoes)
    if not undo.to_do():
        return Ended(name=command.name, exit_code=0)
    watch, journal, folder = (
        command.watch,
        AsyncUndo(undo, InlineExecutor()),
        command.folder / REPORTS / command.name,
    )
    began = command.clock.now()
    with watch.step("begin"):
        await journal.begin(command.name, folder, began)
    pool = _pool(command, DeleteOperation(command.policy), watch.journal(journal))
    pool.input_over()
    async with _stopped_in_time(command, pool):
        await pool.run()
    left = {Status.FAILED: sum(count for fate, count in undo.tally().items() if fate not in TAKEN_BACK)}
    code, ended_at = exit_code(left, pool.stopped, None), command.clock.now()
    with watch.step("finish"):
        await journal.finish(code, ended_at)
    with watch.step("reports"):
        summary_json = _write_undone(command, store, undo, folder, code)
    return replace(_ended(command, pool, code), summary_json=summary_json)


def _write_undone(command: Command, store: Journal, undo: RunUndo, folder: Path, code: int) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    report, now = folder / "undone.csv", command.clock.now()
    write_undone(report, store.report_source(command.undoes).sheets(), undo.results())
    record = replace(_record(command), started_at=now, finished_at=now, exit_code=code)
    return undo_json(record, command.undoes, undo.tally(), report)


def _ended(command: Command, pool: WorkerPool[Any, Any], code: int) -> Ended:
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


def _pool(command: Command, operation: Operation[Any, Any], journal: WorkJournal[Any]) -> WorkerPool[Any, Any]:
    return WorkerPool(
        operation=operation,
        service=command.watch.service(command.service),
        journal=journal,
        rate_limiter=command.watch.limiter(RateLimiter(rate=command.rate, concurrency=command.concurrency)),
        clock=command.clock,
        jitter=command.chance.random,
        rate=command.rate,
        longest_outage_seconds=command.policy.longest_outage_seconds,
    )


@contextlib.asynccontextmanager
async def _stopped_in_time(command: Command, pool: WorkerPool[Any, Any]) -> AsyncIterator[None]:
    """Ask the pool to stop when its time has come, as a signal does, and then to hurry, as a second one does."""

    async def stop() -> None:
        if command.stop_after_seconds is not None:
            await asyncio.sleep(command.stop_after_seconds)
            pool.stop(_TIME_IS_UP)
            if command.hurry_after_seconds is not None:
                await asyncio.sleep(command.hurry_after_seconds)
                pool.hurry()

    stopping = asyncio.create_task(stop())
    try:
        yield
    finally:
        stopping.cancel()
