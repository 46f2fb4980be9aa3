"""`check`: the dry run that tells more. Reads and maps every row, and sends nothing: no POST, PATCH or DELETE."""

import contextlib
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from importer.commands.account_check import census
from importer.commands.account_requirements import Wanted, not_seen
from importer.commands.context import Ending, Order
from importer.commands.mapping_selection import mapping_lines
from importer.commands.setup import Prepared, notes, prepare
from importer.journal import Journal, ThreadedJournal
from importer.mapper.column_mapping import uses_channels, uses_teams
from importer.mapper.warnings import Findings
from importer.model.errors import InputError
from importer.model.protocols import Reader
from importer.model.rows import Contact, InvalidRow, Row, Status
from importer.model.runs import ProblemGroup
from importer.pipeline import Source, enter_all
from importer.reports.check_report import Checked, CheckedSheet, checked_json, checked_text
from importer.reports.failed_rows import write_failed
from importer.reports.progress import Progress, Snapshot, choose_progress
from importer.system.clock import SystemClock
from importer.system.garbage import collect_less_garbage


@dataclass(slots=True, kw_only=True)
class Check:
    """A check that is under way; `execute` is called once.

    Args:
        order: What to do; its settings say dry run.
        store: The open journal, a rehearsal: it finds duplicates and rows of earlier runs in bounded memory.
        readers: The opened sheets.

    """

    order: Order
    store: Journal
    readers: Sequence[Reader]
    findings: Findings = field(default_factory=Findings)
    wanted: Wanted = field(default_factory=Wanted)
    rows: Counter[int] = field(default_factory=Counter)
    """Rows read, per sheet."""
    tally: Counter[Status] = field(default_factory=Counter)
    """Rows entered, per status: the journal does not keep those that would be sent."""

    async def execute(self) -> Ending:
        """Read every row, ask the account if there is a token, and say what was found.

        Raises:
            ImporterError: The mapping does not fit, the service does not answer, or nothing can be written.

        """
        async with contextlib.AsyncExitStack() as opened:
            prepared = await prepare(self.order, self.readers, opened)
            broken = await self._read(prepared)
            not_there: tuple[ProblemGroup, ...] = ()
            if prepared.asked:
                types = {one.name: one.type for options in prepared.options for one in options.columns.custom_fields}
                seen = await census(prepared.service, self.wanted, random.random)
                not_there = tuple(not_seen(self.wanted, seen, types))
        checked = self._checked(prepared, not_there, broken)
        text = checked_text(checked)
        if broken:
            text = f"{broken.message} {broken.hint}\n\nUp to there:\n\n{text}"
        return Ending(exit_code=checked.record.exit_code or 0, text=text, summary_json=checked_json(checked))

    async def _read(self, prepared: Prepared) -> InputError | None:
        """Read and map every row; return why not, if a file breaks off."""
        collect_less_garbage()  # an eighth of the time of a row (measured in November 2026)
        journal = ThreadedJournal(self.store)
        await journal.begin(self.order.record(prepared.account))
        sources = [
            Source(
                sheet_index=await journal.add_sheet(reader.sheet),
                reader=reader,
                to_contact=self._counting(index, self.findings.watching(mapping, self.wanted.see)),
            )
            for index, (reader, mapping) in enumerate(zip(self.readers, prepared.mappings, strict=True))
        ]
        try:
            with _shown(self.order) as progress:
                heard = _Heard(progress, self.tally)
                await enter_all(sources, journal, heard, self.order.settings.run.limit)
                heard.show(read_all=True)
        except InputError as error:
            return error
        return None

    def _counting(
        self, index: int, to_contact: Callable[[Row], Contact | InvalidRow]
    ) -> Callable[[Row], Contact | InvalidRow]:
        def counting(row: Row) -> Contact | InvalidRow:
            self.rows[index] += 1
            return to_contact(row)

        return counting

    def _checked(self, prepared: Prepared, not_there: Sequence[ProblemGroup], broken: InputError | None) -> Checked:
        source = self.store.report_source(self.order.name)
        groups = source.problems()
        aside = {Status.DUPLICATE.value, "differs"}
        problems = tuple(group for group in groups if group.code not in aside)
        to_mend = write_failed(source, self.order.folder, stem="problems", with_cells=True)
        record = replace(
            self.order.record(prepared.account),
            finished_at=SystemClock().now(),
            exit_code=broken.exit_code if broken else int(bool(self.tally[Status.INVALID])),
            blank=sum(reader.blank_rows for reader in self.readers),
        )
        return Checked(
            record=record,
            sheets=tuple(self._sheets(prepared)),
            tally=self.tally,
            problems=problems,
            warnings=(*(group for group in groups if group.code in aside), *self.findings.warnings(), *not_there),
            not_checked=tuple(self._not_checked(prepared)),
            to_mend=to_mend,
        )

    def _sheets(self, prepared: Prepared) -> Iterator[CheckedSheet]:
        laid_out = zip(self.readers, prepared.options, prepared.mappings, strict=True)
        for index, (reader, options, mapping) in enumerate(laid_out):
            yield CheckedSheet(
                sheet=reader.sheet,
                rows=self.rows[index],
                blank=reader.blank_rows,
                mapping=tuple(mapping_lines(options, mapping)),
                notes=tuple(notes(reader.sheet, options)),
            )

    def _not_checked(self, prepared: Prepared) -> Iterator[str]:
        """Yield what only the account could have told, where there was no token to ask it with."""
        if prepared.asked:
            return
        asked_for = {
            "teams": any(map(uses_teams, prepared.options)),
            "channels": any(map(uses_channels, prepared.options)),
            "users": bool(self.wanted.users),
            "tags": bool(self.wanted.tags),
            "custom fields": bool(self.wanted.fields),
        }
        if names := [name for name, wanted in asked_for.items() if wanted]:
            yield f"There is no token, so whether the account has these {', '.join(names)} was not asked."
        if not self.order.settings.service.account:
            yield "There is no token, so which rows an earlier run sent is not known."


class _Heard:
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
        self._progress.update(
            Snapshot(
                read=read,
                read_all=read_all,
                done=read,
                created=0,
                failed=0,
                invalid=self._tally[Status.INVALID],
                in_doubt=0,
                in_flight=0,
                per_second=0.0,
                limit=0.0,
                sends=False,
            )
        )


@contextlib.contextmanager
def _shown(order: Order) -> Iterator[Progress]:
    run = order.settings.run
    quiet = run.quiet or (run.log_format == "json" and run.log_file is None)
    with choose_progress(order.stream, order.environment, time.monotonic, quiet=quiet) as progress:
        yield progress
