"""`check`: the dry run that tells more. Reads and maps every row, and sends nothing: no POST, PATCH or DELETE."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar

from importer.commands.account.connection import Connection, connect
from importer.commands.account.preflight import Preflight
from importer.commands.account.presence import find_existing
from importer.commands.account.requirements import RequirementsOfSheet
from importer.commands.account_gaps import not_checked
from importer.commands.context import CommandContext, CommandResult
from importer.commands.dry_run import dry_operation, foretold_notes, tells_gone
from importer.commands.end.run_end import EndOfRun, with_series, with_told_degradations
from importer.commands.input.input_files import input_files
from importer.commands.input.input_sheet import InputSheet
from importer.commands.input.open_sheets import as_opened, open_sheets, runs_before
from importer.commands.input.own_file import list_of_sheets
from importer.commands.live_display import context_progress, in_background, show_pool
from importer.commands.mapping_selection import mapping_lines, notes_of, take_columns
from importer.commands.pool_command import pool_of
from importer.commands.questions.column_questions import with_answers
from importer.commands.questions.country_cure import NumbersWithoutCountry
from importer.commands.questions.earlier_answers import NO_ANSWERS
from importer.commands.questions.unasked_answers import take_unasked
from importer.commands.rows_to_fix import write_rows_to_fix
from importer.commands.setup import new_run, open_journal, required_account
from importer.journal import AsyncJournal, Journal
from importer.mapper.contact import to_contact
from importer.mapper.sheet_warnings import SheetWarnings
from importer.mapper.warnings import Findings
from importer.model.errors import InputError, ServiceError
from importer.model.rows import Status
from importer.model.runs import RunRecord
from importer.model.stop import Stop
from importer.pipeline import Source, enqueue_all
from importer.reports.check_report import Checked, CheckedSheet, checked_json
from importer.reports.check_screen import screen_text
from importer.reports.progress import Progress
from importer.reports.snapshot import Snapshot
from importer.worker_pool.paced_service import PacedService
from importer.worker_pool.rate_limiter import RateLimiter


def check_files(context: CommandContext, files: Sequence[str]) -> CommandResult:
    """Find every problem of the files' rows, and send nothing.

    Raises:
        ImporterError: A file cannot be read, the mapping does not fit, or the service does not answer.

    """
    settings = context.settings
    context = replace(context, settings=replace(settings, run=replace(settings.run, dry_run=True)))
    with open_journal(context) as journal, input_files(context, files) as inputs:
        before = runs_before(context, journal, inputs)
        with open_sheets(context, inputs, "check", before) as readers:
            context = as_opened(context, readers)
            sheets = [reader.sheet for reader in readers]
            earlier = before.answers(context.options, sheets) if before else NO_ANSWERS
            take_columns(readers, context.settings, earlier.mappings)
            context, taken = with_answers(context, readers, earlier, asks=False)
            if taken:
                context.tell(taken)
            record = with_series(context, new_run(context, journal, "check", inputs), files, readers)
            if before is None:
                take_unasked(context, journal, record.files, readers)
            return asyncio.run(Check(context=context, store=journal, record=record, readers=readers).execute())


@dataclass(slots=True, kw_only=True)
class Check:
    """A check that is under way; `execute` is called once.

    Args:
        context: What the command was given; its settings say dry run.
        store: The open journal, a rehearsal: it finds duplicates and rows of earlier runs in bounded memory.
        record: The check's name, folder and start.
        readers: The opened sheets.

    """

    context: CommandContext
    store: Journal
    record: RunRecord
    readers: Sequence[InputSheet]
    _warnings: Findings = field(default_factory=Findings)
    _preflight: Preflight = field(default_factory=Preflight)
    _observers: list[RequirementsOfSheet] = field(default_factory=list)
    """One for each sheet."""
    _without_country: NumbersWithoutCountry = field(default_factory=NumbersWithoutCountry)
    _tally: Counter[Status] = field(default_factory=Counter)
    """Rows enqueued, per status: the journal does not keep those that would be sent."""
    _progress: Progress = field(default_factory=Progress)
    hurried: ClassVar = False

    async def execute(self) -> CommandResult:
        """Read every row, ask the account if there is a token, and say what was found.

        Raises:
            ImporterError: The mapping does not fit, the service does not answer, or nothing can be written.

        """
        async with contextlib.AsyncExitStack() as opened:
            try:
                connection = await connect(self.context, self.store, self.record, self.readers, opened)
            except InputError:  # maybe because of what the notes say; later they are part of the result
                for sheet in (reader.sheet for reader in self.readers):
                    for note in sheet.notes:
                        self.context.tell(f"{sheet.file}: {note}")
                raise
            account = required_account(self.context, self.record, connection.account, self.record.files)
            connection = replace(connection, account=account)
            self.record = replace(self.record, account=account.name)
            journal = AsyncJournal(self.store)
            broken = await self._read(connection, journal)
            foretold = () if broken else await self._ask(connection, journal)
        checked = self._checked(connection, broken, foretold)
        told = self.context.told
        country, evidence = self._country()
        shown = replace(
            checked,
            record=with_told_degradations(self.context, checked.record),
            problems=told(checked.problems),
            warnings=told(checked.warnings),
            country=country,
        )
        text = screen_text(shown, evidence, self.context.line_width, self.context.line_count)
        return CommandResult(exit_code=checked.record.exit_code or 0, text=text, summary_json=checked_json(checked))

    def _country(self) -> tuple[str, str]:
        """Return the country of numbers that do not say it, and a sentence with the evidence; empty without one."""
        sheets = [one.sheet for one in self.readers]
        return self._without_country.cure_in(self.context, sheets, self.store, self.record.files)

    async def _read(self, connection: Connection, journal: AsyncJournal) -> InputError | None:
        """Read and map every row; return why not, if a file breaks off."""
        context = self.context
        self.store.tallied_only = not connection.foretells
        self.store.tells_gone = tells_gone(context, connection)
        contact = context.settings.mapping.contact
        await journal.begin(self.record, connection.account, contact.existing, contact.on_conflict)
        sources = []
        for index, one in enumerate(connection.sheets):
            await journal.add_sheet(one.reader.sheet)
            self._observers.append(rows := self._preflight.observer(one.options))
            found = SheetWarnings(self._warnings, one.mapping, index, one.options.contact)
            observers = (found, rows, self._without_country)
            mapped = partial(to_contact, mapping=one.mapping)
            sources.append(Source(sheet_index=index, reader=one.reader, to_contact=mapped, observers=observers))
        try:
            with context_progress(context) as progress:
                self._progress = progress
                await enqueue_all(sources, journal, self, context.settings.run.limit)
                self._show(read_all=True)
        except InputError as error:
            return error
        return None

    def enqueued(self, tally: Mapping[Status, int]) -> None:
        """Count rows, and show how far the reading is."""
        self._tally.update(tally)
        self._show(read_all=False)

    def _show(self, *, read_all: bool) -> None:
        self._progress.update(Snapshot(tally=self._tally.copy(), read_all=read_all, sends=False))

    async def _ask(self, connection: Connection, journal: AsyncJournal) -> tuple[str, ...]:
        """Find out what the rows require and the account was not seen to have, and what a run would do with them.

        Returns:
            Paragraphs on what it would do; none where the account cannot be asked.

        Raises:
            ServiceError: The token is refused, or the service cannot be reached.

        """
        context, chosen = self.context, self.context.settings.service
        if connection.lists is None:
            return ()
        limiter = RateLimiter(rate=chosen.rate, concurrency=chosen.concurrency)
        paced = PacedService(connection.service, limiter, context.jitter)
        show, is_walked = self._preflight.census.see_contacts, False
        if connection.foretells:
            is_walked = await find_existing(context, paced, journal, connection.lists, show)
        await self._preflight.ask(paced, context.jitter, connection.directory, is_walked=is_walked)
        if not connection.foretells:
            return ()
        dry = dry_operation(context, self.store, self.record.account, self._preflight.refusal)
        pool = pool_of(context, dry, connection.service, journal, limiter)
        pool.enqueued(self._tally)
        pool.input_over()
        if self._tally[Status.PENDING]:
            async with in_background(show_pool(context, pool, limiter)):
                await pool.run()
        if isinstance(pool.stopped, Stop):
            raise ServiceError(pool.stopped.message, pool.stopped.hint, code=pool.stopped.code)
        self._tally = Counter(self.store.report_source(self.record.name).tally())
        return tuple(
            foretold_notes(
                context, dry, limiter.sent, self.store, self.record.account, samples=not context.stream.isatty()
            )
        )

    def _checked(self, connection: Connection, broken: InputError | None, foretold: Sequence[str]) -> Checked:
        source, tally = self.store.report_source(self.record.name), self._tally
        would_be_sent = tally[Status.PENDING] + tally[Status.UNSENT]
        judged = EndOfRun(self.context, self.store, broken).judged(
            self.record, connection.sheets, dict(tally) | {Status.PENDING: would_be_sent, Status.UNSENT: 0}
        )
        # Rows that the account would refuse stand among the preflight's problems, a line for each value.
        groups = [one for one in source.problems() if one.code not in {"exists", "custom_field_refused"}]
        refused = [replace(one, new=one.count) for one in self._preflight.problems]  # whose they are is not known
        aside, conflicts = {Status.DUPLICATE.value, "differs"}, source.conflicts()
        record = replace(
            judged,
            finished_at=self.context.clock.now(),
            exit_code=judged.exit_code or int(bool(self._preflight.problems)),
            blank=sum(reader.blank_rows for reader in self.readers),
            left_out=sum(reader.left_out for reader in self.readers),
        )
        return Checked(
            record=record,
            sheets=tuple(self._sheets(connection)),
            tally=self._tally,
            conflicts=conflicts,
            foretold=tuple(foretold),
            problems=(*(group for group in groups if group.code not in aside), *refused),
            warnings=(
                *(group for group in groups if group.code in aside),
                *self._warnings.warnings(),
                *self._preflight.warnings,
            ),
            not_checked=()
            if connection.directory
            else tuple(not_checked(connection.sheets, self._preflight.requirements, self.context.settings)),
            required=() if connection.is_asked else self._preflight.requirements.lines(),
            to_fix=write_rows_to_fix(self.context, self.store, record, connection.sheets),
            broken=broken,
        )

    def _sheets(self, connection: Connection) -> Iterator[CheckedSheet]:
        cured = not self.context.settings.mapping_given  # else what is left out is so on purpose
        found = list_of_sheets(self.record.files, self.store, [one.sheet for one in self.readers])
        of_list = found.files[0] if found else ""
        for one, observer in zip(connection.sheets, self._observers, strict=True):
            lines = mapping_lines(one.reader.sheet, one.options, one.mapping, with_cure=cured, of_list=of_list)
            yield CheckedSheet(
                sheet=one.reader.sheet,
                rows=observer.count,
                blank=one.reader.blank_rows,
                mapping=tuple(lines),
                notes=tuple(notes_of(one.reader.sheet, one.options, one.mapping, one.notes)),
                left_out=one.reader.left_out,
                consent=tuple(one.reader.where),
            )
