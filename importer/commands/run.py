"""`run`: imports the rows of spreadsheets. From the files to the worker pool, and from there to the reports."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from importer.commands.connection import Connection
from importer.commands.context import CommandContext, CommandResult, may_ask
from importer.commands.country_cure import NumbersWithoutCountry
from importer.commands.dry_run import dry_operation, foretold_notes
from importer.commands.exit_status import early_end, exit_code, failure_limit
from importer.commands.last_question import LastQuestion, asks_at_last
from importer.commands.live_display import PoolDisplay
from importer.commands.mapping_selection import guessed_columns, notes_of, tell_guess
from importer.commands.pool_command import PoolCommand
from importer.commands.preflight import Preflight, ask_before_sending
from importer.commands.refused_alike import goes_on
from importer.commands.rehearsal import tell_rehearsal
from importer.commands.report_input import report_options
from importer.commands.setup import new_run, open_journal, open_sheets
from importer.commands.unwritten_reports import write_or_explain
from importer.journal import AsyncJournal
from importer.mapper.contact import RowFingerprint, to_contact
from importer.mapper.warnings import Findings, SheetWarnings
from importer.model.errors import InputError, ServiceError, StorageError, UsageError
from importer.model.plain_text import plain
from importer.model.replies import Outcome
from importer.model.rows import Sheet, Status
from importer.model.runs import RunRecord
from importer.model.stop import Stop
from importer.pipeline import Source, enqueue_all, run_import
from importer.reports.closing_text import Ending, closing_text, required_text
from importer.reports.results import summary_text
from importer.system.files import private_folder
from importer.system.logs import LOG
from importer.worker_pool.dry_run import DryRun
from importer.worker_pool.import_operation import ImportOperation, ImportStep
from importer.worker_pool.paced_service import PacedService
from importer.worker_pool.patient_service import PatientService
from importer.worker_pool.pool import WorkerPool
from importer.worker_pool.rate_limiter import RateLimiter
from importer.worker_pool.trial import TRIAL_ROWS, Trial

ImportPool = WorkerPool[ImportStep, Outcome]


def import_files(context: CommandContext, files: Sequence[str]) -> CommandResult:
    """Import the rows of the files.

    Raises:
        ImporterError: The run could not begin, or could not be written down.

    """
    tell_rehearsal(context)
    if may_ask(context):
        from importer.commands.token_question import with_token  # noqa: PLC0415 - only where a person is

        context = with_token(context)
    with open_journal(context) as journal, open_sheets(context, files) as readers:
        record = new_run(context, journal, "run", files)
        run = ImportRun(context=context, store=journal, record=record, arguments=record.files, readers=readers)
        run.tell_notes()  # before anything is asked, or refused because of what was guessed
        run.ask()
        return asyncio.run(run.execute())


@dataclass(slots=True, kw_only=True)
class ImportRun(PoolCommand):
    """An import that is under way."""

    _warnings: Findings = field(default_factory=Findings)
    _told: set[str] = field(default_factory=set)
    """Notes of sheets that were told."""
    _preflight: Preflight = field(default_factory=Preflight)
    _dry: DryRun | None = None
    """The operation of a dry run."""
    _without_country: NumbersWithoutCountry = field(default_factory=NumbersWithoutCountry)
    _last_question: LastQuestion = field(default_factory=LastQuestion)
    _asks_at_last: bool = False

    def ask(self) -> None:
        """Ask what cannot be told of the sheets; the answers are as good as options."""
        if not may_ask(self.context):
            return
        from importer.commands.questions import with_answers  # noqa: PLC0415 - only where a person is

        before, self.context = self.context, with_answers(self.context, self.readers)
        self._asks_at_last = asks_at_last(self.context, is_asked=self.context is not before)
        self.record = replace(self.record, options=self.context.options)

    def tell_notes(self) -> None:
        """Tell what a person should know of each sheet, and was not told yet: more is known when all rows were read."""
        for reader in self.readers:
            self._tell(reader.sheet, reader.sheet.notes)

    def _tell(self, sheet: Sheet, notes: Sequence[str]) -> None:
        for note in notes:
            if (text := plain(f"{sheet.file}: {note}")) not in self._told:
                self._told.add(text)
                self.context.tell(text)

    async def _send(self, connection: Connection) -> CommandResult:
        """Bring every row to its final status and write the reports."""
        self.interruption.hurries = self.context.settings.run.dry_run
        with self.interruption.by_exception():
            sources = list(self._sources(connection))
        record, stopped = await self._import(connection, sources)
        return self._report(record, stopped, connection)

    def _sources(self, connection: Connection) -> Iterator[Source]:
        """Show what a person should know of each sheet and of a guessed mapping, and yield what is to be read."""
        for index, one in enumerate(connection.sheets):
            sheet = one.reader.sheet
            if self.record.command == "run":
                self._tell(sheet, notes_of(sheet, one.options, one.notes))
            if not self.context.settings.mapping_given and not self._asks_at_last:
                tell_guess(self.context, sheet, one.options, one.mapping)
            yield Source(
                sheet_index=index,
                reader=one.reader,
                to_contact=partial(to_contact, mapping=one.mapping),
                fingerprint=RowFingerprint(one.mapping, one.options, connection.directory),
                observers=(
                    SheetWarnings(self._warnings, one.mapping),
                    self._preflight.observer(one.options),
                    self._without_country,
                    self._last_question,
                ),
            )

    async def _import(
        self, connection: Connection, sources: Sequence[Source]
    ) -> tuple[RunRecord, Stop | Exception | None]:
        """Send the rows; return the run with its end, and why it ended early, if it did."""
        settings, account = self.context.settings, connection.account.name
        if not settings.run.dry_run:
            # Now: that a folder cannot be created is better known before anything is sent.
            private_folder(Path(self.record.report_dir))
        journal = AsyncJournal(self.store)
        rate, learned = settings.service.rate, self.store.learned_limit(account)
        limiter = RateLimiter(rate=rate, concurrency=settings.service.concurrency, learned=learned)
        limit = failure_limit(settings.run.max_failures)
        # Before anything is waited for: from here on a signal ends the run in good order.
        pool = self._pool(self._operation(account), connection.service, journal, limiter, limit)
        pool.trial = Trial(0 if settings.run.dry_run or settings.run.max_failures else TRIAL_ROWS)
        guessed = [guessed_columns(one.options.columns) for one in connection.sheets]
        options = self.record.options if settings.mapping_given else {**self.record.options, "guessed": guessed}
        record = replace(self.record, account=account, rate_limit=rate, options=options)
        await journal.begin(record, connection.account, settings.mapping.contact.existing)
        for source in sources:
            await journal.add_sheet(source.reader.sheet)
        async with PoolDisplay(self.context, pool, limiter) as display:
            try:
                if settings.run.dry_run and not connection.foretells:
                    await enqueue_all(sources, journal, pool, settings.run.limit)
                else:
                    paced = PacedService(connection.service, limiter, self.context.jitter)
                    patient = PatientService(paced, pool.outage)
                    ask = partial(ask_before_sending, self.context, connection, self._preflight, patient, journal)
                    before = partial(self._before_sending, ask, connection, pool, display)
                    await run_import(sources, journal, pool, settings.run.limit, before)
            except (InputError, ServiceError, UsageError) as error:
                pool.stop(error)
        if goes_on(self.context, pool.stopped):
            pool = await self._send_others(pool, limiter)
        if rate and rate >= learned:  # a run that was told to be slow has learned nothing about the service
            await journal.learn(limiter.learned)
        record = self._ended(record, pool, limiter)
        await journal.finish(record)
        return record, pool.stopped

    async def _before_sending(
        self, ask: Callable[[], Awaitable[None]], connection: Connection, pool: ImportPool, display: PoolDisplay
    ) -> None:
        """Ask the account, and then the person, without a live display in the way.

        Raises:
            InputError: The person wants nothing to be sent.

        """
        with display.asking():
            await ask()
        if self._asks_at_last:
            async with display.hidden():
                self._last_question.ask(self.context, connection, pool.counters.tally(), self.interruption)

    def _operation(self, account: str) -> ImportOperation:
        if not self.context.settings.run.dry_run:
            return ImportOperation(self.context.settings.policy, self._preflight.refusal)
        self._dry = dry_operation(self.context, self.store, account, self._preflight.refusal)
        return self._dry

    async def _send_others(self, stopped: ImportPool, limiter: RateLimiter) -> ImportPool:
        """Send what a pool gave back when its first rows were refused; return the pool that did."""
        limit = stopped.too_many_failures
        pool = self._pool(stopped.operation, stopped.service, stopped.journal, limiter, limit)
        pool.counters = stopped.counters.without_given_back()
        pool.input_over()
        async with PoolDisplay(self.context, pool, limiter):
            await pool.run()
        return pool

    def _ended(self, record: RunRecord, pool: ImportPool, limiter: RateLimiter) -> RunRecord:
        tally, conflicts = self._tally(record.name), self.store.report_source(record.name).conflicts()
        return replace(
            record,
            finished_at=self.context.clock.now(),
            exit_code=exit_code(tally, pool.stopped, self.interruption.signalled, conflicts=conflicts),
            blank=sum(reader.blank_rows for reader in self.readers),
            left_out=sum(reader.left_out for reader in self.readers),
            requests_sent=limiter.sent,
            requests_retried=pool.counters.retried,
            requests_throttled=pool.counters.throttled,
            rate_achieved=round(limiter.mean_rate(), 1),
            pace_seconds=limiter.pace.interval_seconds,
            pace=tuple(limiter.pace.counts),
        )

    def _tally(self, name: str) -> Mapping[Status, int]:
        """Return the journal's own count; a row that it still has open is unsent, unless none was to be sent."""
        tally = dict(self.store.report_source(name).tally())
        open_rows = 0 if self.context.settings.run.dry_run else tally[Status.PENDING] + tally[Status.IN_FLIGHT]
        return tally | {Status.UNSENT: tally[Status.UNSENT] + open_rows}

    def _report(self, record: RunRecord, reason: Stop | Exception | None, connection: Connection) -> CommandResult:
        """Write the reports; the reason is why the run ended early, if it did."""
        if self._last_question.is_declined:
            return self._last_question.result(record, self._tally(record.name), self.readers[0].sheet.file)
        if record.command == "run":
            self.tell_notes()
        source = self.store.report_source(record.name)
        tally, warnings = source.tally(), (*self._warnings.warnings(), *self._preflight.warnings)
        dry = self.context.settings.run.dry_run
        wanted = report_options(self.context.settings, record, source.sheets())
        reports = None if dry else write_or_explain(self.store, record.name, warnings=warnings, options=wanted)
        problems = reports.problems if reports else source.problems()
        required = () if connection.is_asked else self._preflight.requirements.lines()
        refused, told = connection.rehearsal.not_seen() if connection.rehearsal else [], self.context.told
        country, evidence = self._without_country.cure([one.sheet for one in self.readers], self.context.environment)
        notes = [*refused, required_text(required), evidence]
        if self._dry and connection.foretells:
            notes += foretold_notes(self.context, self._dry, record.requests_sent, self.store, record.account)
        ending = Ending(
            record=record,
            tally=tally,
            problems=told(problems),
            reports=reports,
            early_end=early_end(reason),
            warnings=told(warnings),
            notes=notes,
            sheets=source.sheets(),
            line_width=self.context.line_width,
            country=country,
        )
        code = StorageError.exit_code if reports and reports.unwritten else record.exit_code or 0
        LOG.info("ended with exit code %s: %s", code, {f"{s}": n for s, n in tally.items() if n})
        summary = reports.summary_json if reports else summary_text(record, tally, problems, {}, warnings)
        return CommandResult(exit_code=code, text=closing_text(ending), summary_json=summary)
