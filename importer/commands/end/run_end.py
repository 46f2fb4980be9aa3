"""The end of an import: its exit code, in view of the runs before it; its reports, and what is said of it."""

import glob
import signal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from importer.commands.account.connection import MappedSheet
from importer.commands.account.token_place import with_token_place
from importer.commands.context import CommandContext, CommandResult
from importer.commands.end.answer_gaps import unanswered_rows
from importer.commands.end.degradation import ReadSheet, degradations, series_of, undated
from importer.commands.end.exit_status import early_end, exit_code
from importer.commands.end.unwritten_reports import write_or_explain
from importer.commands.input.input_sheet import InputSheet
from importer.commands.input.report_input import report_options
from importer.journal import Journal
from importer.model.addresses import scheme_of, shown_address
from importer.model.errors import InputError, StorageError, error_json
from importer.model.own_names import is_own_header
from importer.model.phone_mask import unnumbered
from importer.model.plain_text import plain
from importer.model.policy import FailOn
from importer.model.rows import Status
from importer.model.runs import TOO_FEW_ROWS, Degradation, ProblemGroup, RunRecord
from importer.model.stop import Stop
from importer.reports.closing_text import Ending, closing_text
from importer.reports.results import summary_text
from importer.system.logs import log_end

_OPEN = (Status.PENDING, Status.IN_FLIGHT)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFindings:
    """What a run found out besides the outcomes of its rows."""

    warnings: Sequence[ProblemGroup]
    """What is worth a look in rows that are right."""
    notes: Sequence[str]
    """Paragraphs about what was not seen in the account, and what to write into the config."""
    required: Sequence[str] = ()
    """What the account must have, where it was not asked whether it has."""
    country: str
    """That the numbers fit, where they do not say their country; empty: it is not known."""


@dataclass(frozen=True, slots=True)
class EndOfRun:
    """A run whose rows have come to their end, or will come no further.

    Args:
        context: Of the command.
        store: With all outcomes of the run.
        stopped: Why the pool stopped before its end, if it did.
        signalled: The signal that asked it to stop, if one did.
        retried: The run whose rows it retries; empty: it is no retry.
        readers: Of its files, which know where these are.

    """

    context: CommandContext
    store: Journal
    stopped: Stop | Exception | None = None
    signalled: signal.Signals | None = None
    retried: str = ""
    readers: Sequence[InputSheet] = ()

    def judged(self, record: RunRecord, sheets: Sequence[MappedSheet], tally: Mapping[Status, int]) -> RunRecord:
        """Return the run with its exit code, and how it stands beside the last one of the same import.

        Args:
            record: The run.
            sheets: Of the run.
            tally: How many rows have each status.

        """
        run, history, read = self.context.settings.run, self.store.history_of(record.name), sum(tally.values())
        degraded = self._degraded(record, sheets, read)
        # What is not in an export that was cut short is not gone, nor what a limit leaves out, or only sending tells.
        is_short = not read or run.limit or run.dry_run or any(one.code == TOO_FEW_ROWS for one in degraded)
        found = history.compare(
            is_finished=self.stopped is None and self.signalled is None and not is_short,
            retried=self.store.history_of(self.retried).key if self.retried else None,
        )
        code = exit_code(
            tally,
            self.stopped,
            self.signalled,
            conflicts=found.conflicts,
            new=found.new_rows if run.fail_on is FailOn.NEW else None,
            is_degraded=bool(degraded),
        )
        return replace(record, exit_code=code, compared_with=found.compared_with, gone=found.gone, degraded=degraded)

    def _degraded(self, record: RunRecord, sheets: Sequence[MappedSheet], read: int) -> tuple[Degradation, ...]:
        """Return what is not as it should be with the run as a whole; of a part of the input nothing can be said."""
        run = self.context.settings.run
        is_whole = self.signalled is None and not isinstance(self.stopped, InputError)
        if self.retried or not is_whole:
            return ()
        is_never_asked = run.yes and not record.options.get("yes")
        unanswered = [one for sheet in sheets for one in unanswered_rows(sheet.reader, is_never_asked=is_never_asked)]
        read_sheets = list(map(self._read_sheet, sheets, record.files))
        if run.limit or any(one.is_ours for one in read_sheets):
            return tuple(unanswered)
        before, made_for = self.store.history_of(record.name).before(), self.context.settings.mapping.made_for
        return (*degradations(read, read_sheets, before, run.min_rows, made_for), *unanswered)

    def _read_sheet(self, mapped: MappedSheet, path: str) -> ReadSheet:
        sheet, used = mapped.reader.sheet, frozenset(column.header for column in mapped.mapping.used)
        named = used if self.context.settings.mapping_given else frozenset[str]()
        return ReadSheet(file=sheet.file, path=path, header=sheet.header, used=used, named=named)

    def tally(self, record: RunRecord) -> Mapping[Status, int]:
        """Return the journal's own count; a row that it still has open is unsent, unless none was to be sent."""
        tally = dict(self.store.report_source(record.name).tally())
        if self.context.settings.run.dry_run:
            return tally
        unsent = sum(tally[status] for status in (Status.UNSENT, *_OPEN))
        return tally | dict.fromkeys(_OPEN, 0) | {Status.UNSENT: unsent}

    def reported(self, record: RunRecord, findings: RunFindings) -> CommandResult:
        """Write the reports of the run, and have the next one know what was told.

        Where they cannot be written, what is new is so in the next run too.
        """
        context, source, told = self.context, self.store.report_source(record.name), self.context.told
        tally, warnings, is_dry = source.tally(), findings.warnings, context.settings.run.dry_run
        options = report_options(context.settings, record, source.sheets(), self.store, self.readers)
        background = replace(options.background, country=findings.country, required=findings.required)
        options = replace(options, background=background)
        stopped = with_token_place(context, self.stopped)
        error = error_json(record.exit_code, stopped) if record.exit_code and stopped else None
        reports = None
        if not is_dry:
            reports = write_or_explain(self.store, record.name, warnings=warnings, options=options, error=error)
        problems = reports.problems if reports else source.problems()
        ending = Ending(
            record=with_told_degradations(context, record),
            tally=tally,
            problems=told(problems),
            reports=reports,
            early_end=early_end(stopped),
            warnings=told(warnings),
            notes=findings.notes,
            sheets=source.sheets(),
            line_width=context.line_width,
            line_count=context.line_count,
            background=background,
            not_updated=source.not_updated(is_dry=is_dry),
        )
        if reports and not reports.unwritten:
            self.store.history_of(record.name).keep()
        code = StorageError.exit_code if reports and reports.unwritten else record.exit_code or 0
        log_end(code, tally)
        summary = reports.summary_json if reports else summary_text(record, tally, problems, {}, warnings, error)
        return CommandResult(exit_code=code, text=closing_text(ending), summary_json=summary)


def with_series(
    context: CommandContext, record: RunRecord, given: Sequence[str], readers: Iterable[InputSheet]
) -> RunRecord:
    """Return a run that is known to be of one import with others; what reads a part, or rehearses, stands alone.

    Args:
        context: Of the command.
        record: The run.
        given: Names, patterns and addresses as they were given: which files a pattern matches changes every night.
        readers: Of the files.

    """
    run = context.settings.run
    if run.limit or run.sandbox:
        return record
    config = str(record.options.get("config") or "")
    files = [plain(shown_address(one)) if scheme_of(one) else str(Path(one).absolute()) for one in given]
    compares = run.fail_on is FailOn.NEW or run.min_rows.endswith("%")
    if compares and len(given) > 1 and not any(map(scheme_of, given)) and (pattern := pattern_of(files)):
        context.tell(
            f"These {len(files)} files are named one by one, so a run with one more or fewer is another import,"
            " which is compared with no run before it. If they come from a pattern,"
            f" put it in quotes: '{plain(pattern)}'"
        )
    is_ours = any(is_own_header(reader.sheet.header) for reader in readers)
    return replace(record, series=series_of(files, context.settings.input.sheet, config, is_ours=is_ours))


def pattern_of(files: Sequence[str]) -> str:
    """Return the pattern that a shell seems to have expanded into these names, absolute; empty: it has not.

    They are in one folder, end alike, and differ by more than a date.
    """
    places = {(str(Path(file).parent), Path(file).suffix) for file in files}
    if len(places) != 1 or len({undated(file) for file in files}) == 1 or any(map(glob.has_magic, files)):
        return ""
    ((folder, suffix),) = places
    return str(Path(folder, f"*{suffix}"))


def with_told_degradations(context: CommandContext, record: RunRecord) -> RunRecord:
    """Return the run as it is told: what is no terminal is a log, where no whole phone number belongs."""
    if context.stream.isatty():
        return record
    return replace(record, degraded=tuple(one._replace(message=unnumbered(one.message)) for one in record.degraded))
