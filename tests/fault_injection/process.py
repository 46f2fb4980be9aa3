"""One command in this process: the real journal, pipeline, worker pool, rate limiter, decisions and reports.

It does what `run` and `undo` do, without their sockets, signals and display; the pool is the same for both.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from importer.client.account import AccountLists, identify_account, read_lists
from importer.client.contact_list import ContactList
from importer.commands.account.presence import has_several_channels
from importer.commands.end.exit_status import exit_code
from importer.journal import AsyncJournal, AsyncUndo, Journal, RunUndo
from importer.journal.accounts import AccountMatch
from importer.model.deletion import TAKEN_BACK
from importer.model.errors import ImporterError, ServiceError, StorageError, UsageError
from importer.model.policy import Policy
from importer.model.protocols import Clock, RequestLimiter, Service, WorkJournal
from importer.model.rows import Status
from importer.model.runs import RunRecord
from importer.model.stop import Stop
from importer.pipeline import Source, run_import
from importer.reports import write_reports
from importer.reports.undo_report import undo_json, write_undone
from importer.system.logs import LOG
from importer.worker_pool.import_operation import ImportOperation
from importer.worker_pool.operation import Operation
from importer.worker_pool.paced_service import PacedService
from importer.worker_pool.pool import WorkerPool
from importer.worker_pool.rate_limiter import RateLimiter
from importer.worker_pool.restore import UndoOperation
from tests.fault_injection.account import Account
from tests.fault_injection.table import Mapping, Table
from tests.support.inline_executor import InlineExecutor

JOURNAL = "journal.sqlite3"
REPORTS = "reports"
LOG.addHandler(logging.NullHandler())
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
    account: Account = field(default_factory=Account)
    """Its names."""
    clock: Clock
    """As it was when the process began, and moved on by a clock that nobody sets."""
    wall_clock: Clock
    """As it is set now: the journal's."""
    policy: Policy
    chance: Random
    walks: bool = False
    """Whether the contact list is walked before anything is sent."""
    mapping: Mapping = field(default_factory=Mapping)
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
        with contextlib.closing(Journal.open(command.folder / JOURNAL, now=command.wall_clock.now)) as store:
            return await (_undo if command.undoes else _import)(command, store)
    except (StorageError, ServiceError, UsageError) as error:
        return Ended(name=command.name, exit_code=error.exit_code, error=error)


async def _import(command: Command, store: Journal) -> Ended:
    watch, journal = command.watch, AsyncJournal(store, InlineExecutor())
    account, lists = await _account(command, store)
    record = _record(command, account.name)
    with watch.step("begin"):
        await journal.begin(record, account, command.policy.existing)
    sources = [
        Source(
            sheet_index=await journal.add_sheet(table.sheet),
            reader=table,
            to_contact=command.mapping.to_contact,
            fingerprint=command.mapping.fingerprint,
        )
        for table in command.tables
    ]
    watched = watch.journal(journal)
    pool = _pool(command, ImportOperation(command.policy), watched)
    async with _stopped_in_time(command, pool):
        await run_import(sources, watched, pool, before_sending=lambda: _walk(command, pool, journal, lists))
    in_conflict = store.report_source(command.name).conflicts()
    code = exit_code(pool.counters.tally(), pool.stopped, None, conflicts=in_conflict)
    with watch.step("finish"):
        await journal.finish(replace(record, exit_code=code, finished_at=command.clock.now()))
    with watch.step("reports"):
        write_reports(store.report_source(command.name), command.folder / REPORTS / command.name)
    return _ended(command, pool, code)


async def _walk(command: Command, pool: WorkerPool[Any, Any], journal: AsyncJournal, lists: AccountLists) -> None:
    """Tell the journal who is there already, as `importer.commands.account.presence.find_existing` does."""
    paced = PacedService(pool.service, pool.rate_limiter, command.chance.random)
    if command.walks:
        with contextlib.suppress(ServiceError):
            walked = await ContactList(paced, command.chance.random).walk(most_requests=1_000)
            await journal.add_walked(walked, several_channels=has_several_channels(lists))


async def _undo(command: Command, store: Journal) -> Ended:
    store.end_dead_runs()
    await _account(command, store, store.report_source(command.undoes).record().account)
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
    pool = _pool(command, UndoOperation(command.policy), watch.journal(journal))
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
    record = replace(_record(command, ""), started_at=now, finished_at=now, exit_code=code)
    return undo_json(record, command.undoes, undo.tally(), report, updated=undo.totals()[1])


def _ended(command: Command, pool: WorkerPool[Any, Any], code: int) -> Ended:
    stopped = pool.stopped if isinstance(pool.stopped, Stop) else None
    return Ended(name=command.name, exit_code=code, hurried=pool.hurried, stopped=stopped)


async def _account(command: Command, store: Journal, required: str = "") -> tuple[AccountMatch, AccountLists]:
    """Return what the journal knows of the account, and its lists, as `commands.account.connection.connect` does.

    Raises:
        ServiceError: The service cannot be asked.
        UsageError: It is not the required account, or a person would have to say.

    """
    service, names, jitter = command.service, command.account, command.chance.random
    lists = await read_lists(service, jitter, teams=True, channels=True)
    identity = await identify_account(service, lists, names.base_url, names.label, jitter)
    match = store.match_account(identity)
    if match.is_doubtful or (required and required not in match.names):
        raise UsageError(f"{identity} is not known for {required or match.name}")
    return match, lists


def _record(command: Command, account: str) -> RunRecord:
    return RunRecord(
        name=command.name,
        command="run",
        account=account,
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
