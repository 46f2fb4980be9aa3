"""`report`: writes the reports of a past run again, from the journal, and opens them."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from importer.commands.context import CommandContext, CommandResult
from importer.commands.input.report_input import report_options
from importer.commands.journal_path import journal_of
from importer.commands.setup import open_journal
from importer.journal import Journal
from importer.model.runs import RunRecord
from importer.reports import Reports, write_reports
from importer.reports.edited_files import keep_edited
from importer.reports.past_run import kept_error, kept_groups, kept_summary, report_names
from importer.reports.report_options import NO_REPORTS, EarlierReports
from importer.reports.run_commands import command_line
from importer.system.desktop import open_file
from importer.system.shell import short_path


def report_run(context: CommandContext, earlier: RunRecord, *, is_to_open: bool) -> CommandResult:
    """Write the reports of a run into its folder, over those that are there; those with rows that are gone stay.

    Args:
        context: With the settings of the run.
        earlier: The run.
        is_to_open: Whether the report is opened where there is a desktop.

    Raises:
        BusyError: The run is under way.
        StorageError: The journal cannot be read, or the reports not written.

    """
    if earlier.finished_at is None:  # it was cut off, unless somebody has the lock
        with open_journal(context) as journal:
            journal.end_dead_runs()
    folder = Path(earlier.report_dir)
    with contextlib.closing(Journal.open(journal_of(context.settings))) as journal:
        source = journal.report_source(earlier.name)
        kept = source.kept().lines()
        options = report_options(context.settings, source.record(), source.sheets(), journal)
        # Only the run itself has seen all rows.
        options = replace(options, background=replace(options.background, required=None))
        summary = kept_summary(folder)
        edited = keep_edited(folder, summary)
        # Those that are there have rows that the journal has not any more.
        there = _there(folder, summary) if kept and summary else NO_REPORTS
        warnings, error = kept_groups(summary, "warnings") or (), kept_error(summary)
        reports = write_reports(source, folder, warnings=warnings, options=options, error=error, earlier=there)
    opened = _opened(context, reports) if is_to_open and context.stream.isatty() else []
    lines = [
        *kept,
        *_written_lines(earlier, reports, has_all_rows=not kept),
        *(reports.notes if set(reports.names) - {*there.names} else ()),
        *_edited_lines(edited, earlier),
        *opened,
    ]
    return CommandResult(exit_code=0, text="\n".join(lines), summary_json=reports.summary_json)


def _there(folder: Path, summary: Mapping[str, Any]) -> EarlierReports:
    return EarlierReports(names=report_names(folder), problems=kept_groups(summary, "problems"))


def _written_lines(earlier: RunRecord, reports: Reports, *, has_all_rows: bool) -> Iterator[str]:
    """Yield which reports were written, and which are left as they are.

    Args:
        earlier: The run.
        reports: Its reports.
        has_all_rows: Whether the journal has all its rows: what is left then has a note of its own.

    """
    left = [name for name in reports.names if name in reports.left]
    written = [name for name in reports.names if name not in reports.left]
    if not written:
        yield f"The reports of {earlier.name} are all there, and are left as they are, in {reports.folder}:"
    elif not left or has_all_rows:
        yield f"The reports of {earlier.name} are written again, in {reports.folder}:"
    else:
        yield f"Those that were missing are written again, in {reports.folder}:"
        yield f"  {', '.join(written)}"
        yield "The others are left as they are, as they have these rows:"
    yield f"  {', '.join(written if has_all_rows or not left else left)}"


def _opened(context: CommandContext, reports: Reports) -> Sequence[str]:
    """Open the report that says most, and return that it is being opened; or where it is, if nothing can open it."""
    best = reports.page or reports.workbook or reports.results or reports.summary
    if open_file(best, context.environment):
        return [f"{best.name} is being opened."]
    return [f"No desktop is here to open {best.name} on. Open it yourself:", f"  {short_path(best)}"]


def _edited_lines(edited: Sequence[tuple[Path, Path]], earlier: RunRecord) -> Iterator[str]:
    """Yield which files were edited since they were written, where they are now, and how they are imported."""
    for before, now in edited:
        yield f"{before.name} was changed since the run wrote it: what you changed is kept in {now.name}."
        if before.stem.startswith("failed") or before.suffix == ".xlsx":
            yield f"To import it:\n  {command_line('run', [now], earlier.options)}"
