"""Reports that cannot be written, as on a full disk: the run's counts are shown all the same, and it exits with 4."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from importer.journal import Journal
from importer.model.errors import StorageError, error_json
from importer.model.runs import ProblemGroup
from importer.reports import write_reports
from importer.reports.report_options import ReportOptions, Reports
from importer.reports.results import summary_text
from importer.reports.run_commands import write_again
from importer.system.logs import LOG


def write_or_explain(
    store: Journal,
    run: str,
    *,
    warnings: Sequence[ProblemGroup],
    options: ReportOptions,
    error: Mapping[str, str] | None = None,
) -> Reports:
    """Write the reports of a run that has ended; where they cannot be written, return why in their place.

    Args:
        store: The journal, which gets to know the exit code then.
        run: The run's name.
        warnings: What to check in rows that are valid.
        options: Which reports are written.
        error: Why the run ended early, for the summary.

    """
    source = store.report_source(run)
    folder = Path(source.record().report_dir)
    try:
        return write_reports(source, folder, warnings=warnings, options=options, error=error)
    except StorageError as unwritten:
        LOG.error("the reports were not written: %s", unwritten.message)
        try:
            source.end_with(unwritten.exit_code)
        except StorageError as again:  # both are on the full disk
            LOG.error("nor was the exit code: %s", again.message)
        # The same as at the end of the run's text: its rows are where they should be, and only reports are missing.
        told = StorageError(unwritten.message, write_again(source.record()), code=unwritten.code)
        problems, why = source.problems(), error_json(told.exit_code, told)
        return Reports(
            folder=folder,
            failed=(),
            summary=folder / "summary.json",
            summary_json=summary_text(source.record(), source.tally(), problems, {}, warnings, why),
            problems=problems,
            unwritten=unwritten.message,
        )
