"""One undo from its first question to the service to its report: the contacts that a run created, taken back."""

import asyncio
import contextlib
import os
import random
import shlex
import signal
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime

from importer.client.account import who_am_i
from importer.client.http import CallbellClient
from importer.client.token import find_token
from importer.commands.context import Ending, Order
from importer.commands.exit_status import exit_code, interrupted
from importer.journal import Journal, RunUndo, ThreadedUndo
from importer.model.deletion import TAKEN_BACK, Deletion, Fate, Removed
from importer.model.errors import UsageError
from importer.model.masking import masked
from importer.model.plain_text import plain
from importer.model.policy import Policy
from importer.model.protocols import Clock, Service
from importer.model.rows import Status
from importer.model.runs import RunRecord
from importer.model.stop import Stop
from importer.reports.progress import LINE_EVERY_SECONDS
from importer.reports.undo_report import UndoSummary, closing_words, counts, undo_json, write_undone
from importer.system.clock import SystemClock
from importer.system.files import private_folder
from importer.system.logs import LOG
from importer.system.stop_signals import install_stop_handlers
from importer.worker_pool.delete import DeleteOperation, DeleteStep
from importer.worker_pool.parts import PoolParts
from importer.worker_pool.pool import WorkerPool
from importer.worker_pool.rate_limiter import RateLimiter, RateLimits

_SHOWN = 10
UndoPool = WorkerPool[DeleteStep, Deletion, Removed]
_GIVEN_AGAIN = ("config", "journal", "report_dir", "rate", "concurrency")


@dataclass(slots=True, kw_only=True)
class Undo:
    """An undo that is under way; `execute` is called once.

    Args:
        order: What to do; its account is the one that the contacts were created in.
        store: The open journal, whose lock is held.
        earlier: The run whose contacts are to be deleted.
        clock: The time of day.
        jitter: Returns a number from 0.0 to 1.0.
        executor: Where the journal is written: one call at a time and in order. Left out: a thread of its own.

    """

    order: Order
    store: Journal
    earlier: RunRecord
    clock: Clock = field(default_factory=SystemClock)
    jitter: Callable[[], float] = random.random
    executor: Executor | None = None
    _signalled: signal.Signals | None = None
    _pool: UndoPool | None = None
    _task: asyncio.Task[Ending] | None = None

    async def execute(self) -> Ending:
        """Delete the contacts and write the report.

        Raises:
            ImporterError: The undo could not begin, or could not be written down.

        """
        self._task = asyncio.current_task()
        with install_stop_handlers(asyncio.get_running_loop(), self.interrupt):
            async with contextlib.AsyncExitStack() as opened:
                try:
                    service = await self._connected(opened)
                except asyncio.CancelledError:
                    if self._signalled is None:
                        raise
                    code = exit_code({}, None, self._signalled)
                    return Ending(exit_code=code, text="Interrupted before anything was deleted.")
                return await self.take_back(service)

    def interrupt(self, number: signal.Signals) -> None:
        """End in good order at the first signal, at once at the second."""
        if self._pool:
            self._pool.stop(interrupted(number))
            if self._signalled is not None:
                self._pool.hurry()
        elif self._task:
            self._task.cancel()
        self._signalled = self._signalled or number

    async def _connected(self, opened: contextlib.AsyncExitStack) -> CallbellClient:
        """Return the service, after asking it whose the token is: in another account, nothing would be found."""
        chosen = self.order.settings.service
        token = find_token(self.order.environment, chosen.token_file, chosen.account)
        service = await opened.enter_async_context(CallbellClient(chosen.base_url, token, self.clock))
        email = await who_am_i(service, self.jitter)
        account = f"{chosen.base_url} {chosen.account or email}"
        if account != self.order.account:
            raise UsageError(
                f"That run was for another account ({self.order.account}), and this one is {account}.",
                "Give the token and the config of that account. Nothing was deleted.",
            )
        return service

    async def take_back(self, service: Service) -> Ending:
        """Do it through a service that is open.

        Raises:
            StorageError: It could not be written down.

        """
        order, chosen = self.order, self.order.settings.service
        private_folder(order.folder)  # now: a folder that cannot be made is better known before than after
        undo = self.store.undo_of(self.earlier.name)
        journal = ThreadedUndo(undo, self.executor)
        limiter = RateLimiter(RateLimits(rate=chosen.rate, concurrency=chosen.concurrency))
        # Before the journal is waited for: from here on a signal ends it in good order.
        self._pool = pool = WorkerPool(self._parts(service, journal, limiter))
        await journal.begin(order.name, order.folder, order.started_at)
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

    def _parts(
        self, service: Service, journal: ThreadedUndo, limiter: RateLimiter
    ) -> PoolParts[DeleteStep, Deletion, Removed]:
        chosen = self.order.settings.service
        return PoolParts(
            operation=DeleteOperation(Policy()),
            service=service,
            journal=journal,
            rate_limiter=limiter,
            clock=self.clock,
            jitter=self.jitter,
            rate=chosen.rate,
            longest_outage_seconds=chosen.max_outage_seconds,
        )

    async def _show(self, pool: UndoPool, total: int) -> None:
        while not self.order.settings.run.quiet:
            await asyncio.sleep(LINE_EVERY_SECONDS)
            told = ", ".join(f"{count:,} {fate}" for fate, count in pool.counters.done.items())
            with contextlib.suppress(OSError):  # whoever closes the terminal wants it done all the same
                self.order.stream.write(f"{pool.counters.done.total():,} of {total:,} contacts: {told}\n")
                self.order.stream.flush()

    def _summary(self, undo: RunUndo, pool: UndoPool, limiter: RateLimiter) -> UndoSummary:
        tally = undo.tally()
        left = {Status.FAILED: sum(count for fate, count in tally.items() if fate not in TAKEN_BACK)}
        return UndoSummary(
            name=self.order.name,
            run=self.earlier.name,
            started_at=self.order.started_at,
            finished_at=self.clock.now(),
            exit_code=exit_code(left, pool.stopped, self._signalled),
            tally=tally,
            requests_sent=limiter.sent,
            requests_throttled=pool.counters.throttled,
        )

    def _report(self, undo: RunUndo, pool: UndoPool, summary: UndoSummary) -> Ending:
        report = self.order.folder / "undone.csv"
        write_undone(report, self.store.report_source(self.earlier.name).sheets(), undo.results())
        text = closing_words(summary, report)
        if isinstance(pool.stopped, Stop):
            text = f"{pool.stopped.message} {pool.stopped.hint}".rstrip() + f"\n\n{text}"
        counted = {f"{fate}": count for fate, count in summary.tally.items() if count}
        LOG.info("ended with exit code %s: %s", summary.exit_code, counted)
        return Ending(exit_code=summary.exit_code, text=text, summary_json=undo_json(summary, report))


def plan(undo: RunUndo, earlier: RunRecord) -> str:
    """Return what an undo of the run would do, for the person to see before it is done."""
    count, tally = undo.to_do(), undo.tally()
    before: dict[Fate, int] = {fate: number for fate, number in tally.items() if fate is not Fate.UNSENT and number}
    lines = [f"{earlier.name} created {_contacts(sum(tally.values()))} in {plain(earlier.account)}."]
    if before:
        lines += ["Of these, by an earlier undo:", counts(before)]
    lines.append(f"To be deleted from Callbell, which cannot be undone: {_contacts(count)}.")
    shown = undo.first(_SHOWN)
    lines += [f"  row {row}: {plain(name)} ({masked(identifier)})" for row, identifier, name in shown]
    if count > len(shown):
        lines.append(f"  and {count - len(shown):,} more")
    lines.append("Those that were changed since are kept; what was there before the run is not touched.")
    return "\n".join(lines)


def nothing_to_do(undo: RunUndo, earlier: RunRecord) -> str:
    """Return why there is nothing to delete; empty if there is."""
    if earlier.account.startswith("sandbox "):
        return f"{earlier.name} went to a stand-in, which is gone with all that was in it: there is nothing to undo."
    if undo.to_do():
        return ""
    if created := sum(undo.tally().values()):
        return f"All of the {_contacts(created)} that {earlier.name} created were taken back already."
    return f"{earlier.name} created no contacts: there is nothing to undo."


def command_with_yes(run: str, options: Mapping[str, object], *, windows: bool = os.name == "nt") -> str:
    """Return the command that does it without a question, with the options that it was given."""
    words = ["callbell-importer", "undo", run, "--yes"]
    for name in _GIVEN_AGAIN:
        if name in options:
            words += ["--" + name.replace("_", "-"), str(options[name])]
    return " ".join(f'"{word}"' if " " in word else word for word in words) if windows else shlex.join(words)


def summary_of(undo: RunUndo, run: str, now: datetime) -> str:
    """Return, as JSON, how the contacts stand where nothing was done."""
    summary = UndoSummary(name="", run=run, started_at=now, finished_at=now, exit_code=0, tally=undo.tally())
    return undo_json(summary, None)


def _contacts(count: int) -> str:
    return f"{count:,} contact{'' if count == 1 else 's'}"
