"""`undo`: deletes the contacts that a run created, and only those."""

import asyncio
import contextlib
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

from importer.commands.context import CommandContext, CommandResult
from importer.commands.exit_status import exit_code
from importer.commands.setup import connect, new_run, open_journal
from importer.journal import AsyncUndo, Journal, RunUndo
from importer.model.deletion import TAKEN_BACK, Deletion, Fate
from importer.model.errors import UsageError
from importer.model.phone_mask import masked
from importer.model.plain_text import plain
from importer.model.policy import Policy
from importer.model.protocols import Service
from importer.model.rows import Status
from importer.model.runs import RunRecord
from importer.model.stop import Stop
from importer.reports.closing_text import counted
from importer.reports.progress import LINE_EVERY_SECONDS
from importer.reports.undo_report import UndoSummary, closing_words, counts, undo_json, write_undone
from importer.system.files import private_folder
from importer.system.logs import LOG
from importer.system.shell import importer_command
from importer.system.stop_signals import Interruption
from importer.worker_pool.delete import DeleteOperation, DeleteStep
from importer.worker_pool.operation import PoolParts
from importer.worker_pool.pool import WorkerPool
from importer.worker_pool.rate_limiter import RateLimiter, RateLimits

_SHOWN = 10
UndoPool = WorkerPool[DeleteStep, Deletion]
_GIVEN_AGAIN = ("config", "journal", "report_dir", "rate", "concurrency")


def undo_run(context: CommandContext, earlier: RunRecord) -> CommandResult:
    """Delete the contacts that an earlier run created, after showing them and asking.

    Raises:
        ImporterError: Nobody could be asked, or the answer was no; or it could not begin, or not be written down.

    """
    with open_journal(context) as store:
        store.end_dead_runs()
        contacts = store.undo_of(earlier.name)
        now = context.clock.now()
        summary = UndoSummary(
            name="", run=earlier.name, started_at=now, finished_at=now, exit_code=0, tally=contacts.tally()
        )
        untouched = undo_json(summary, None)
        if reason := nothing_to_do(contacts, earlier):
            return CommandResult(exit_code=0, text=reason, summary_json=untouched)
        if context.settings.run.dry_run:
            text = f"{undo_plan(contacts, earlier)}\n\nDry run: nothing was deleted or written down."
            return CommandResult(exit_code=0, text=text, summary_json=untouched)
        _confirm(context, contacts, earlier)
        record = new_run(
            context, store, "undo", earlier.files, account=earlier.account, named_after=f"undo-{earlier.name}"
        )
        return asyncio.run(Undo(context=context, store=store, record=record, earlier=earlier).execute())


def _confirm(context: CommandContext, contacts: RunUndo, earlier: RunRecord) -> None:
    """Return if the person wants the contacts to be deleted."""
    if context.settings.run.yes:
        return
    if context.confirm is None:
        again = command_with_yes(earlier.name, context.options)
        raise UsageError("Nothing was deleted: nobody is there to be asked.", f"To delete them:\n  {again}")
    if not context.confirm(undo_plan(contacts, earlier)):
        raise UsageError("Nothing was deleted.")


@dataclass(slots=True, kw_only=True)
class Undo:
    """An undo that is under way; `execute` is called once.

    Args:
        context: What the command was given.
        store: The open journal, whose lock is held.
        record: The undo's name, folder and start; its account is the one that the contacts were created in.
        earlier: The run whose contacts are to be deleted.
        executor: Where the journal is written: one call at a time and in order. Left out: a thread of its own.

    """

    context: CommandContext
    store: Journal
    record: RunRecord
    earlier: RunRecord
    executor: Executor | None = None
    interruption: Interruption = field(default_factory=Interruption)

    async def execute(self) -> CommandResult:
        """Delete the contacts and write the report.

        Raises:
            ImporterError: The undo could not begin, or could not be written down.

        """
        LOG.info("undo of %s begins: %s", self.earlier.name, self.record.name)
        with self.interruption.by_signals():
            async with contextlib.AsyncExitStack() as opened:
                try:
                    # In another account, nothing would be found, and all would seem to be gone.
                    connection = await connect(self.context, self.record, (), opened)
                except asyncio.CancelledError:
                    if self.interruption.signalled is None:
                        raise
                    code = exit_code({}, None, self.interruption.signalled)
                    return CommandResult(exit_code=code, text="Interrupted before anything was deleted.")
                return await self.take_back(connection.service)

    async def take_back(self, service: Service) -> CommandResult:
        """Do it through a service that is open.

        Raises:
            StorageError: It could not be written down.

        """
        record, chosen = self.record, self.context.settings.service
        folder = Path(record.report_dir)
        private_folder(folder)  # now: a folder that cannot be made is better known before than after
        undo = self.store.undo_of(self.earlier.name)
        journal = AsyncUndo(undo, self.executor)
        limiter = RateLimiter(RateLimits(rate=chosen.rate, concurrency=chosen.concurrency))
        # Before the journal is waited for: from here on a signal ends it in good order.
        self.interruption.pool = pool = WorkerPool(self._parts(service, journal, limiter))
        await journal.begin(record.name, folder, record.started_at)
        pool.enqueued({Fate.UNSENT: undo.tally()[Fate.UNSENT]})
        pool.input_over()
        showing = asyncio.create_task(self._show(pool, sum(undo.tally().values())))
        try:
            await pool.run()
        finally:
            showing.cancel()
            await asyncio.wait({showing})
        summary = self._summary(undo, pool, limiter)
        await journal.finish(summary.exit_code, summary.finished_at)
        return self._report(undo, pool, summary)

    def _parts(self, service: Service, journal: AsyncUndo, limiter: RateLimiter) -> PoolParts[DeleteStep, Deletion]:
        chosen = self.context.settings.service
        return PoolParts(
            operation=DeleteOperation(Policy()),
            service=service,
            journal=journal,
            rate_limiter=limiter,
            clock=self.context.clock,
            jitter=self.context.jitter,
            rate=chosen.rate,
            longest_outage_seconds=chosen.max_outage_seconds,
        )

    async def _show(self, pool: UndoPool, total: int) -> None:
        while True:
            await asyncio.sleep(LINE_EVERY_SECONDS)
            told = ", ".join(f"{count:,} {fate}" for fate, count in pool.counters.done.items())
            self.context.tell(f"{pool.counters.done.total():,} of {total:,} contacts: {told}")

    def _summary(self, undo: RunUndo, pool: UndoPool, limiter: RateLimiter) -> UndoSummary:
        tally = undo.tally()
        left = {Status.FAILED: sum(count for fate, count in tally.items() if fate not in TAKEN_BACK)}
        return UndoSummary(
            name=self.record.name,
            run=self.earlier.name,
            started_at=self.record.started_at,
            finished_at=self.context.clock.now(),
            exit_code=exit_code(left, pool.stopped, self.interruption.signalled),
            tally=tally,
            requests_sent=limiter.sent,
            requests_throttled=pool.counters.throttled,
        )

    def _report(self, undo: RunUndo, pool: UndoPool, summary: UndoSummary) -> CommandResult:
        report = Path(self.record.report_dir) / "undone.csv"
        write_undone(report, self.store.report_source(self.earlier.name).sheets(), undo.results())
        text = closing_words(summary, report)
        if isinstance(pool.stopped, Stop):
            text = f"{pool.stopped.message} {pool.stopped.hint}".rstrip() + f"\n\n{text}"
        rows = {f"{fate}": count for fate, count in summary.tally.items() if count}
        LOG.info("ended with exit code %s: %s", summary.exit_code, rows)
        return CommandResult(exit_code=summary.exit_code, text=text, summary_json=undo_json(summary, report))


def undo_plan(undo: RunUndo, earlier: RunRecord) -> str:
    """Return what an undo of the run would do, for the person to see before it is done."""
    count, tally = undo.to_do(), undo.tally()
    before: dict[Fate, int] = {fate: number for fate, number in tally.items() if fate is not Fate.UNSENT and number}
    lines = [f"{earlier.name} created {counted(sum(tally.values()), 'contact')} in {plain(earlier.account)}."]
    if before:
        lines += ["Of these, by an earlier undo:", counts(before)]
    lines.append(f"To be deleted from Callbell, which cannot be undone: {counted(count, 'contact')}.")
    shown = undo.first(_SHOWN)
    lines += [f"  row {row}: {plain(name)} ({masked(identifier)})" for row, identifier, name in shown]
    if count > len(shown):
        lines.append(f"  and {count - len(shown):,} more")
    lines.append("Those that were changed since are kept; what was there before the run is not touched.")
    return "\n".join(lines)


def nothing_to_do(undo: RunUndo, earlier: RunRecord) -> str:
    """Return why there is nothing to delete; empty if there is."""
    if earlier.account.startswith("sandbox "):
        return f"{earlier.name} was sent to a sandbox, which is gone with all that was in it: there is nothing to undo."
    if undo.to_do():
        return ""
    if created := sum(undo.tally().values()):
        return f"All of the {counted(created, 'contact')} that {earlier.name} created were taken back already."
    return f"{earlier.name} created no contacts: there is nothing to undo."


def command_with_yes(run: str, options: Mapping[str, object], *, windows: bool | None = None) -> str:
    """Return the command that does it without a question, with the options that it was given."""
    given = [(name, options.get(name)) for name in _GIVEN_AGAIN]
    return importer_command("undo", run, options=[("yes", True), *given], windows=windows)
