"""`report`: writes the reports of a past run again, from the journal, and opens them."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from importer.commands.context import CommandContext, CommandResult
from importer.commands.input.report_input import report_options
from importer.commands.journal_path import journal_of
from importer.commands.setup import is_there, open_journal
from importer.journal import Journal
from importer.model.errors import UsageError
from importer.model.runs import ProblemGroup, RunRecord
from importer.reports import Reports, write_reports
from importer.reports.edited_files import keep_edited
from importer.reports.past_run import kept_error, kept_summary
from importer.reports.run_commands import command_line
from importer.system.desktop import open_file
from importer.system.shell import short_path


def report_run(context: CommandContext, earlier: RunRecord, *, is_to_open: bool) -> CommandResult:
    """Write the reports of a run into its folder, over those that are there.

    Args:
        context: With the settings of the run.
        earlier: The run.
        is_to_open: Whether the report is opened where there is a desktop.

    Raises:
        BusyError: The run is under way.
        StorageError: The journal cannot be read, or the reports not written.
        UsageError: The journal has fewer rows of it than the reports that are there.

    """
    if earlier.finished_at is None:  # it was cut off, unless somebody has the lock
        with open_journal(context) as journal:
            journal.end_dead_runs()
    folder = Path(earlier.report_dir)
    with contextlib.closing(Journal.open(journal_of(context.settings))) as journal:
        source = journal.report_source(earlier.name)
        kept = source.kept().lines()
        if kept and is_there(folder / "summary.json"):
            raise UsageError(
                f"{kept[0]} Its reports are left as they are, in {folder}.",
                "To have those of the other rows, move that folder away and give the same command again.",
            )
        options = report_options(context.settings, source.record(), source.sheets(), journal)
        summary = kept_summary(folder)
        edited = keep_edited(folder, summary)
        reports = write_reports(source, folder, warnings=_warnings(summary), options=options, error=kept_error(summary))
    opened = _opened(context, reports) if is_to_open and context.stream.isatty() else []
    lines = [
        *kept,
        f"The reports of {earlier.name} are written again, in {reports.folder}:",
        f"  {', '.join(reports.names)}",
        *reports.notes,
        *_edited_lines(edited, earlier),
        *opened,
    ]
    return CommandResult(exit_code=0, text="\n".join(lines), summary_json=reports.summary_json)


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


def _warnings(summary: Mapping[str, Any]) -> Sequence[ProblemGroup]:
    """Return what the run said is worth a look, which only its summary keeps; none if it cannot be read."""
    try:
        return [ProblemGroup(**group | {"rows": tuple(group["rows"])}) for group in summary["warnings"]]
    except (LookupError, TypeError):
        return ()
