"""`check`: the dry run that tells more. Reads and maps every row, and sends nothing: no POST, PATCH or DELETE."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from importer.commands.account_check import census
from importer.commands.account_requirements import Requirements, unmet
from importer.commands.context import CommandContext, CommandResult
from importer.commands.mapping_selection import column_mapping, mapping_lines, mapping_options, notes_of
from importer.commands.setup import Connection, connect, new_run, open_journal, open_sheets
from importer.journal import AsyncJournal, Journal
from importer.mapper.column_mapping import ColumnMapping, uses_channels, uses_teams
from importer.mapper.contact import to_contact
from importer.mapper.options import MappingOptions
from importer.mapper.warnings import Findings, SheetWarnings
from importer.model.errors import InputError
from importer.model.protocols import Reader
from importer.model.rows import Contact, Entry, Status
from importer.model.runs import ProblemGroup, RunRecord
from importer.pipeline import Source, enqueue_all
from importer.reports.check_report import Checked, CheckedSheet, checked_json, checked_text
from importer.reports.failed_rows import write_failed
from importer.reports.progress import Progress, Snapshot, choose_progress
from importer.system.logs import LOG
from importer.system.runtime import collect_less_garbage


def check_files(context: CommandContext, files: Sequence[str]) -> CommandResult:
    """Find every problem of the files' rows, and send nothing.

    Raises:
        ImporterError: A file cannot be read, the mapping does not fit, or the service does not answer.

    """
    settings = context.settings
    context = replace(context, settings=replace(settings, run=replace(settings.run, dry_run=True)))
    with open_journal(context, tallied_only=True) as journal, open_sheets(context, files) as readers:
        record = new_run(context, journal, "check", files)
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
    readers: Sequence[Reader]
    _warnings: Findings = field(default_factory=Findings)
    _requirements: Requirements = field(default_factory=Requirements)
    _rows: Counter[int] = field(default_factory=Counter)
    """Rows read, per sheet."""
    _tally: Counter[Status] = field(default_factory=Counter)
    """Rows enqueued, per status: the journal does not keep those that would be sent."""

    async def execute(self) -> CommandResult:
        """Read every row, ask the account if there is a token, and say what was found.

        Raises:
            ImporterError: The mapping does not fit, the service does not answer, or nothing can be written.

        """
        context, record = self.context, self.record
        LOG.info("check of %s begins: %s", ", ".join(record.files), record.name)
        async with contextlib.AsyncExitStack() as opened:
            options = [mapping_options(reader.sheet, context.settings) for reader in self.readers]
            connection = await connect(context, record, options, opened)
            mappings = [
                column_mapping(reader.sheet, one, connection.directory)
                for reader, one in zip(self.readers, options, strict=True)
            ]
            self.record = replace(record, account=connection.account)
            broken = await self._read(mappings)
            not_there = await self._not_there(connection, options)
        unasked = () if connection.directory else tuple(self._unasked(options))
        checked = replace(self._checked(not_there, unasked, broken), sheets=tuple(self._sheets(options, mappings)))
        text = checked_text(checked)
        if broken:
            text = f"{broken.message} {broken.hint}\n\nUp to there:\n\n{text}"
        return CommandResult(exit_code=checked.record.exit_code or 0, text=text, summary_json=checked_json(checked))

    async def _read(self, mappings: Sequence[ColumnMapping]) -> InputError | None:
        """Read and map every row; return why not, if a file breaks off."""
        collect_less_garbage()  # an eighth of the time of a row (measured in November 2026)
        journal = AsyncJournal(self.store)
        await journal.begin(self.record)
        sources = []
        for index, (reader, mapping) in enumerate(zip(self.readers, mappings, strict=True)):
            await journal.add_sheet(reader.sheet)
            observers = (SheetWarnings(self._warnings, mapping), _Counting(self._requirements, self._rows, index))
            mapped = partial(to_contact, mapping=mapping)
            sources.append(Source(sheet_index=index, reader=reader, to_contact=mapped, observers=observers))
        context = self.context
        try:
            with choose_progress(
                context.stream, context.environment, time.monotonic, quiet=context.is_quiet
            ) as progress:
                display = _Display(progress, self._tally)
                await enqueue_all(sources, journal, display, context.settings.run.limit)
                display.show(read_all=True)
        except InputError as error:
            return error
        return None

    async def _not_there(self, connection: Connection, options: Sequence[MappingOptions]) -> tuple[ProblemGroup, ...]:
        """Return what the rows require and the account was not seen to have."""
        if connection.directory is None:
            return ()
        types = {field.name: field.type for one in options for field in one.columns.custom_fields}
        seen = await census(connection.service, self._requirements, self.context.jitter)
        return tuple(unmet(self._requirements, seen, types))

    def _checked(
        self,
        not_there: Sequence[ProblemGroup],
        unasked: tuple[str, ...],
        broken: InputError | None,
    ) -> Checked:
        source = self.store.report_source(self.record.name)
        groups = source.problems()
        aside = {Status.DUPLICATE.value, "differs"}
        record = replace(
            self.record,
            finished_at=self.context.clock.now(),
            exit_code=broken.exit_code if broken else int(bool(self._tally[Status.INVALID])),
            blank=sum(reader.blank_rows for reader in self.readers),
        )
        return Checked(
            record=record,
            sheets=(),
            tally=self._tally,
            problems=tuple(group for group in groups if group.code not in aside),
            warnings=(*(group for group in groups if group.code in aside), *self._warnings.warnings(), *not_there),
            not_checked=unasked,
            to_fix=write_failed(source, Path(record.report_dir), stem="problems", with_cells=True),
        )

    def _sheets(self, options: Sequence[MappingOptions], mappings: Sequence[ColumnMapping]) -> Iterator[CheckedSheet]:
        for index, (reader, one, mapping) in enumerate(zip(self.readers, options, mappings, strict=True)):
            yield CheckedSheet(
                sheet=reader.sheet,
                rows=self._rows[index],
                blank=reader.blank_rows,
                mapping=tuple(mapping_lines(one, mapping)),
                notes=tuple(notes_of(reader.sheet, one)),
            )

    def _unasked(self, options: Sequence[MappingOptions]) -> Iterator[str]:
        """Yield what only the account could have told, where there was no token to ask it with."""
        asked_for = {
            "teams": any(map(uses_teams, options)),
            "channels": any(map(uses_channels, options)),
            "users": bool(self._requirements.users),
            "tags": bool(self._requirements.tags),
            "custom fields": bool(self._requirements.fields),
        }
        if names := [name for name, is_used in asked_for.items() if is_used]:
            yield f"There is no token, so whether the account has these {', '.join(names)} was not asked."
        if not self.context.settings.service.account:
            yield "There is no token, so which rows an earlier run sent is not known."


class _Counting:
    """Observes the rows of one sheet: how many there are, and what they require of the account."""

    def __init__(self, requirements: Requirements, rows: Counter[int], sheet_index: int) -> None:
        self._requirements = requirements
        self._rows = rows
        self._sheet_index = sheet_index

    def mapped(self, entries: Sequence[Entry]) -> None:
        self._rows[self._sheet_index] += len(entries)
        for entry in entries:
            if isinstance(entry.mapped, Contact):
                self._requirements.see(entry.row, entry.mapped)

    def recognised(self, row: int, identifier: str) -> None:
        """A check maps every row, so it recognises none."""


class _Display:
    """Shows how far the reading is."""

    hurried = False

    def __init__(self, progress: Progress, tally: Counter[Status]) -> None:
        self._progress = progress
        self._tally = tally

    def enqueued(self, tally: Mapping[Status, int]) -> None:
        self._tally.update(tally)
        self.show(read_all=False)

    def show(self, *, read_all: bool) -> None:
        read = self._tally.total()
        invalid = self._tally[Status.INVALID]
        self._progress.update(Snapshot(read=read, read_all=read_all, done=read, invalid=invalid, sends=False))
