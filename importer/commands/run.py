"""One run from its first question to the service to its last report: the real parts, put together."""

import asyncio
import contextlib
import random
import signal
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from importer.client.http import CallbellClient
from importer.commands.context import Ending, Order
from importer.commands.exit_status import exit_code, failure_limit, interrupted, out_of_time, same_again
from importer.commands.input_fingerprint import input_fingerprint
from importer.commands.setup import Prepared, prepare
from importer.journal import Journal, ThreadedJournal
from importer.mapper.warnings import Findings
from importer.model.errors import ImporterError, InputError
from importer.model.journal_rows import Recorded
from importer.model.masking import unnumbered
from importer.model.policy import Policy
from importer.model.protocols import PipelineJournal, Reader
from importer.model.replies import Outcome
from importer.model.rows import Status
from importer.model.runs import ProblemGroup, RunRecord
from importer.model.stop import Stop
from importer.pipeline import Source, enter_all, run_import
from importer.reports import write_reports
from importer.reports.closing_text import closing_text
from importer.reports.progress import Snapshot, choose_progress
from importer.reports.summary import summary_text
from importer.system.clock import SystemClock
from importer.system.files import private_folder
from importer.system.garbage import collect_less_garbage
from importer.system.logs import LOG
from importer.system.stop_signals import install_stop_handlers
from importer.worker_pool.create import CreateOperation, CreateStep
from importer.worker_pool.parts import PoolParts
from importer.worker_pool.pool import WorkerPool
from importer.worker_pool.rate_limiter import RateLimiter, RateLimits

_SHOW_SECONDS = 0.25
ImportPool = WorkerPool[CreateStep, Outcome, Recorded]


@dataclass(slots=True, kw_only=True)
class Run:
    """A run that is under way; `execute` is called once.

    Args:
        order: What to do.
        store: The open journal, whose lock is held.
        readers: The opened sheets.

    """

    order: Order
    store: Journal
    readers: Sequence[Reader]
    findings: Findings = field(default_factory=Findings)
    _signalled: signal.Signals | None = None
    _pool: ImportPool | None = None
    _task: asyncio.Task[Ending] | None = None

    async def execute(self) -> Ending:
        """Bring every row to its end and write the reports.

        Raises:
            ImporterError: The run could not begin, or could not be written down.

        """
        self._task = asyncio.current_task()
        with install_stop_handlers(asyncio.get_running_loop(), self._on_signal):
            async with contextlib.AsyncExitStack() as opened:
                try:
                    prepared = await prepare(self.order, self.readers, opened)
                except asyncio.CancelledError:
                    if self._signalled is None:
                        raise
                    code = exit_code({}, None, self._signalled)
                    return Ending(exit_code=code, text="Interrupted before anything was sent.")
                return await self._import(prepared)

    def _on_signal(self, number: signal.Signals) -> None:
        """End in good order at the first signal, at once at the second."""
        if self._pool:
            self._pool.stop(interrupted(number))
            if self._signalled is not None or self.order.settings.run.dry_run:
                self._pool.hurry()
        elif self._task:
            self._task.cancel()
        self._signalled = self._signalled or number

    async def _import(self, prepared: Prepared) -> Ending:
        settings = self.order.settings
        if not settings.run.dry_run:
            private_folder(self.order.folder)  # now: a folder that cannot be made is better known before than after
        journal = ThreadedJournal(self.store)
        rate, learned = settings.service.rate, self.store.learned_limit(prepared.account)
        limiter = RateLimiter(RateLimits(rate=rate, concurrency=settings.service.concurrency, learned=learned))
        # Before anything is waited for: from here on a signal ends the run in good order.
        self._pool = pool = WorkerPool(self._parts(prepared.service, journal, limiter))
        given = await asyncio.to_thread(input_fingerprint, self.order, self.readers, prepared)
        record = self.order.record(prepared.account)
        record = replace(record, rate_limit=settings.service.rate, input_fingerprint=given)
        if earlier := self.store.last_run_given(prepared.account, given):
            return self._repeat(record, earlier)
        await journal.begin(record)
        sources = await self._sources(journal, prepared)
        flow = enter_all if settings.run.dry_run else run_import
        collect_less_garbage()
        async with self._timed_and_shown(pool, limiter):
            try:
                await flow(sources, journal, pool, settings.run.limit)
            except InputError as error:
                pool.stop(error)
        if rate and rate >= learned:  # a run that was told to be slow has learned nothing about the service
            await journal.learn(limiter.learned)
        record = self._ended(record, pool, limiter)
        await journal.finish(record)
        return self._report(record, pool.stopped)

    async def _sources(self, journal: ThreadedJournal, prepared: Prepared) -> list[Source]:
        """Return the sheets as the flow takes them, written down in their order."""
        return [
            Source(
                sheet_index=await journal.add_sheet(reader.sheet),
                reader=reader,
                to_contact=self.findings.watching(mapping),
                fingerprint=fingerprint,
                recognised=partial(self.findings.see_recognised, column=mapping.identifier_feed.label),
            )
            for reader, mapping, fingerprint in zip(self.readers, prepared.mappings, prepared.fingerprints, strict=True)
        ]

    def _repeat(self, record: RunRecord, earlier: str) -> Ending:
        """End a run that was given the same as the one before it: all its rows are where that one left them."""
        before = self.store.report_source(earlier)
        code = exit_code(before.tally_again(), None, self._signalled)
        record = replace(record, finished_at=SystemClock().now(), exit_code=code, blank=before.record().blank)
        self.store.repeat(record, earlier)
        return self._report(record, same_again(earlier))

    def _parts(
        self, service: CallbellClient, journal: PipelineJournal, limiter: RateLimiter
    ) -> PoolParts[CreateStep, Outcome, Recorded]:
        settings = self.order.settings
        policy = Policy(ambiguous=settings.service.ambiguous, settle_seconds=settings.service.settle_seconds)
        return PoolParts(
            operation=CreateOperation(policy),
            service=service,
            journal=journal,
            rate_limiter=limiter,
            clock=SystemClock(),
            jitter=random.random,
            rate=settings.service.rate,
            longest_outage_seconds=settings.service.max_outage_seconds,
            too_many_failures=failure_limit(settings.run.max_failures),
        )

    @contextlib.asynccontextmanager
    async def _timed_and_shown(self, pool: ImportPool, limiter: RateLimiter) -> AsyncIterator[None]:
        """Show how it goes, and stop the pool when the run has taken as long as it may."""
        loop, seconds = asyncio.get_running_loop(), self.order.settings.run.max_duration_seconds
        timer = loop.call_later(seconds, lambda: pool.stop(out_of_time(seconds))) if seconds else None
        showing = asyncio.create_task(self._show(pool, limiter))
        try:
            yield
        finally:
            if timer:
                timer.cancel()
            showing.cancel()
            await asyncio.wait({showing})

    async def _show(self, pool: ImportPool, limiter: RateLimiter) -> None:
        """Keep the display up to date until cancelled, and once more then."""
        run, loop = self.order.settings.run, asyncio.get_running_loop()
        quiet = run.quiet or (run.log_format == "json" and run.log_file is None)
        with choose_progress(self.order.stream, self.order.environment, time.monotonic, quiet=quiet) as progress:
            try:
                while True:
                    progress.update(snapshot(pool, limiter, loop.time()))
                    await asyncio.sleep(_SHOW_SECONDS)
            finally:
                progress.update(snapshot(pool, limiter, loop.time()))

    def _ended(self, record: RunRecord, pool: ImportPool, limiter: RateLimiter) -> RunRecord:
        return replace(
            record,
            finished_at=SystemClock().now(),
            exit_code=exit_code(pool.counters.tally(), pool.stopped, self._signalled),
            blank=sum(reader.blank_rows for reader in self.readers),
            requests_sent=limiter.sent,
            requests_retried=pool.counters.retried,
            requests_throttled=pool.counters.throttled,
            rate_achieved=round(limiter.mean_rate(), 1),
        )

    def _report(self, record: RunRecord, reason: Stop | Exception | None) -> Ending:
        """Write the reports; the reason is why the run ended before its end, if it did."""
        source = self.store.report_source(record.name)
        tally, problems, warnings = source.tally(), source.problems(), self.findings.warnings()
        dry = self.order.settings.run.dry_run
        reports = None if dry else write_reports(source, self.order.folder, warnings=warnings)
        text = closing_text(record, tally, self._said(problems), reports, warnings=self._said(warnings))
        if isinstance(reason, Stop | ImporterError):
            text = f"{reason.message} {reason.hint}".rstrip() + f"\n\n{text}"
        LOG.info("ended with exit code %s: %s", record.exit_code, {f"{s}": n for s, n in tally.items() if n})
        summary = reports.summary_json if reports else summary_text(record, tally, problems, {}, warnings)
        return Ending(exit_code=record.exit_code or 0, text=text, summary_json=summary)

    def _said(self, groups: Sequence[ProblemGroup]) -> list[ProblemGroup]:
        """Return the groups as they are told: what is no terminal is a log, where no whole phone number belongs."""
        if self.order.stream.isatty():
            return list(groups)
        return [replace(group, message=unnumbered(group.message)) for group in groups]


def snapshot(pool: ImportPool, limiter: RateLimiter, loop_time: float) -> Snapshot:
    """Return how the run stands now."""
    tally = pool.counters.tally()
    return Snapshot(
        read=sum(tally.values()),
        read_all=pool.input_is_over,
        done=sum(count for status, count in tally.items() if status is not Status.PENDING),
        created=tally[Status.CREATED],
        failed=tally[Status.FAILED],
        invalid=tally[Status.INVALID],
        in_doubt=tally[Status.IN_DOUBT],
        in_flight=limiter.in_flight,
        per_second=limiter.recent_rate(loop_time),
        limit=limiter.limit,
        held_seconds=max(limiter.paused_seconds(loop_time), pool.outage.next_probe_at - loop_time, 0.0),
    )
