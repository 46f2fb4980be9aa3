"""`run`: imports the rows of spreadsheets. From the files to the worker pool, and from there to the reports."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from importer.commands.account.connection import Connection
from importer.commands.account.preflight import ask_before_sending
from importer.commands.context import CommandContext, CommandResult
from importer.commands.dry_run import dry_operation, foretold_notes, tells_gone
from importer.commands.end.exit_status import failure_limit
from importer.commands.end.retention import with_journal_trimmed
from importer.commands.end.run_end import EndOfRun, with_series
from importer.commands.input.input_files import input_files, nothing_to_import, with_files_moved
from importer.commands.input.open_sheets import Before, as_opened, open_sheets, runs_before
from importer.commands.input.own_file import list_file, with_list
from importer.commands.live_display import PoolDisplay
from importer.commands.mapping_selection import kept_answers, kept_conditions, kept_country, notes_of
from importer.commands.pool_command import PoolCommand
from importer.commands.questions.question_time import QuestionTime
from importer.commands.questions.unasked_answers import take_unasked
from importer.commands.refused_alike import goes_on
from importer.commands.rehearsal import tell_rehearsal
from importer.commands.report_folder import make_report_folder
from importer.commands.row_observers import RowObservers
from importer.commands.setup import new_run, open_journal
from importer.commands.sheet_notes import SheetNotes, sheet_to_keep
from importer.journal import AsyncJournal
from importer.model.errors import InputError, ServiceError, UsageError
from importer.model.replies import Outcome
from importer.model.rows import Status
from importer.model.runs import RunRecord
from importer.pipeline import Source, enqueue_all, run_import
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
    if context.asker is not None:
        from importer.commands.questions.token_question import with_token  # noqa: PLC0415 - only where a person is

        context = with_token(context)
    with open_journal(context) as journal, input_files(context, files, moves=True) as inputs:
        if not inputs:
            return nothing_to_import(context, files)
        before = runs_before(context, journal, inputs)
        with open_sheets(context, inputs, before=before) as readers:
            context = as_opened(context, readers)
            record = with_series(context, new_run(context, journal, "run", inputs), files, readers)
            record = with_list(context, record, journal, [reader.sheet for reader in readers])
            run = ImportRun(context=context, store=journal, record=record, arguments=record.files, readers=readers)
            run.tell_notes()  # before anything is asked, or refused because of what was guessed
            run.ask(before)
            result = asyncio.run(run.execute())
        result = with_files_moved(context, journal, record.name, result, zip(inputs, readers, strict=True))
    return with_journal_trimmed(context, result)


@dataclass(slots=True, kw_only=True)
class ImportRun(PoolCommand):
    """An import that is under way.

    Args:
        retried: The run whose rows it retries; empty: it is no retry.

    """

    retried: str = ""
    _observers: RowObservers = field(default_factory=RowObservers)
    _notes: SheetNotes = field(init=False)
    _dry: DryRun | None = None
    """The operation of a dry run."""
    _asks_at_last: bool = False
    _question_time: QuestionTime = field(default_factory=QuestionTime)

    def __post_init__(self) -> None:
        """Have what the last run told at hand; a retry asks nothing but whether to send."""
        self._notes = SheetNotes(self.context, self.store, self.record)
        self._observers.last_question.retried = self.retried
        self._asks_at_last = bool(self.retried) and self.context.asks_at_last

    def ask(self, before: Before) -> None:
        """Ask what cannot be told of the sheets, if a person is there; the answers are as good as options."""
        if before is None:
            take_unasked(self.context, self.store, self.record.files, self.readers)
            return
        from importer.commands.questions.column_questions import with_answers_to_run  # noqa: PLC0415 - for a person

        earlier = before.answers(self.context.options, [reader.sheet for reader in self.readers])
        with self._question_time.counted(self.context.clock):
            self.context, note, doubt = with_answers_to_run(self.context, self.readers, earlier)
        self._asks_at_last = self.context.asks_at_last
        if self._asks_at_last:
            asked, of_list = self._observers.last_question, list_file(self.record, "")
            asked.note, asked.was_guessed, asked.of_list, asked.doubt = note, self._notes.was_guessed, of_list, doubt
        elif told := "\n".join(filter(None, [note, doubt.text])):
            self.context.tell(told)
        self.record = replace(self.record, options={**self.record.options, **self.context.options})

    def tell_notes(self) -> None:
        """Tell what a person should know of each sheet, and was not told yet: more is known when all rows were read."""
        for index, reader in enumerate(self.readers):
            self._notes.tell(index, reader.sheet, reader.sheet.notes)

    async def _send(self, connection: Connection) -> CommandResult:
        """Bring every row to its final status and write the reports."""
        self.interruption.hurries = self.context.settings.run.dry_run
        with self.interruption.by_exception():
            sources = list(self._sources(connection))
        record, end = await self._import(connection, sources)
        return self._report(record, end, connection)

    def _sources(self, connection: Connection) -> Iterator[Source]:
        """Show what a person should know of each sheet and of a guessed mapping, and yield what is to be read."""
        for index, one in enumerate(connection.sheets):
            sheet = one.reader.sheet
            if self.record.command == "run":
                self._notes.tell(index, sheet, notes_of(sheet, one.options, one.mapping, one.notes))
            if not self.context.settings.mapping_given and (self.retried or not self._asks_at_last):
                self._notes.tell_guess(index, sheet, one.options, one.mapping)
            yield self._observers.source(index, one, connection.directory)

    async def _import(self, connection: Connection, sources: Sequence[Source]) -> tuple[RunRecord, EndOfRun]:
        """Send the rows; return the run with its end, and how that came."""
        settings, account = self.context.settings, connection.account.name
        if not settings.run.dry_run:  # now: that a folder cannot be created is better known before anything is sent
            make_report_folder(self.record.report_dir)
        journal = AsyncJournal(self.store)
        rate, learned = settings.service.rate, self.store.learned_limit(account)
        limiter = RateLimiter(rate=rate, concurrency=settings.service.concurrency, learned=learned)
        limit = failure_limit(settings.run.max_failures)
        # Before anything is waited for: from here on a signal ends the run gracefully.
        pool = self._pool(self._operation(account), connection.service, journal, limiter, limit)
        pool.trial = Trial(0 if settings.run.dry_run or settings.run.max_failures else TRIAL_ROWS)
        record = replace(self.record, account=account, rate_limit=rate, options=self._kept_options(connection))
        self.store.tells_gone, contact = tells_gone(self.context, connection), settings.mapping.contact
        await journal.begin(record, connection.account, contact.existing, contact.on_conflict)
        for one in connection.sheets:
            await journal.add_sheet(sheet_to_keep(one))
        async with PoolDisplay(self.context, pool, limiter) as display:
            try:
                if settings.run.dry_run and not connection.foretells:
                    await enqueue_all(sources, journal, pool, settings.run.limit)
                else:
                    paced = PacedService(connection.service, limiter, self.context.jitter)
                    patient = PatientService(paced, pool.outage)
                    ask = partial(
                        ask_before_sending, self.context, connection, self._observers.preflight, patient, journal
                    )
                    before = partial(self._before_sending, ask, connection, pool, limiter, display)
                    await run_import(sources, journal, pool, settings.run.limit, before)
            except (InputError, ServiceError, UsageError) as error:
                pool.stop(error)
        if goes_on(self.context, pool.stopped):
            pool = await self._send_others(pool, limiter)
        if rate and rate >= learned:  # a run that was told to be slow has learned nothing about the service
            await journal.learn(limiter.learned)
        await journal.checkpoint()
        end = EndOfRun(self.context, self.store, pool.stopped, self.interruption.signalled, self.retried, self.readers)
        ended = self._ended(self._observers.last_question.noted(record), pool, limiter)
        await journal.finish(record := end.judged(ended, connection.sheets, end.tally(ended)))
        return record, end

    def _kept_options(self, connection: Connection) -> Mapping[str, object]:
        """Return the options for the journal: with the guessed columns, and `quiet` however that was said."""
        settings = self.context.settings
        is_quiet = {"quiet": True} if settings.run.quiet else {}
        kept = {**self.record.options, **is_quiet, **kept_country(self.context)}
        if settings.mapping_given:
            return {**kept, **kept_conditions(self.readers)}
        return {**kept, **kept_answers([(one.reader, one.options.columns) for one in connection.sheets])}

    async def _before_sending(
        self,
        ask: Callable[[], Awaitable[None]],
        connection: Connection,
        pool: ImportPool,
        limiter: RateLimiter,
        display: PoolDisplay,
    ) -> None:
        """Ask the account, and then the person, without a live display in the way; tell of undos that were stopped.

        Raises:
            InputError: The person wants nothing to be sent.

        """
        with display.asking():
            await ask()
        found, tally = self._observers, pool.counters.tally()
        question = found.last_question
        undos = self.store.unfinished_undos() if tally.get(Status.PENDING) else []
        if undos or self._asks_at_last:
            async with display.hidden():
                with self._question_time.counted(self.context.clock, limiter):
                    if undos:
                        question.ask_of_undos(self.context, undos, self.interruption)
                    if self._asks_at_last:
                        question.prepare(self.context, connection, found.preflight, self.store, found.warnings)
                        question.ask(self.context, connection, tally, self.interruption)

    def _operation(self, account: str) -> ImportOperation:
        if not self.context.settings.run.dry_run:
            return ImportOperation(self.context.settings.policy, self._observers.preflight.refusal)
        self._dry = dry_operation(self.context, self.store, account, self._observers.preflight.refusal)
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
        return replace(
            self._question_time.noted(record),
            finished_at=self.context.clock.now(),
            blank=sum(reader.blank_rows for reader in self.readers),
            left_out=sum(reader.left_out for reader in self.readers),
            requests_sent=limiter.sent,
            requests_retried=pool.counters.retried,
            requests_throttled=pool.counters.throttled,
            rate_achieved=round(limiter.mean_rate(), 1),
            pace_seconds=limiter.pace.interval_seconds,
            pace=tuple(limiter.pace.counts),
        )

    def _report(self, record: RunRecord, end: EndOfRun, connection: Connection) -> CommandResult:
        """Write the reports, unless a person wanted nothing to be sent."""
        question = self._observers.last_question
        if question.is_declined:
            return question.result(record, end.tally(record), self.readers[0].sheet.file)
        if record.command == "run":
            self.tell_notes()
        found = self._observers.findings(self.context, connection, self.store, record)
        if self._dry and connection.foretells:
            told = foretold_notes(self.context, self._dry, record.requests_sent, self.store, record.account)
            found = replace(found, notes=(*found.notes, *told))
        return end.reported(record, found)
