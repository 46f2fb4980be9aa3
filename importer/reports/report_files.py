"""Write the files that a run leaves in its folder, each whole or not at all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

from importer.model.protocols import ReportSource
from importer.model.rows import NEEDS_PERSON
from importer.model.runs import ProblemGroup, conflict_count
from importer.reports.failed_rows import write_failed
from importer.reports.report_options import FOR_PROGRAMS, NO_REPORTS, EarlierReports, ReportOptions, Reports
from importer.reports.results import COLUMNS, result_lines, summary_text, write_csv_table
from importer.system.files import write_whole

if TYPE_CHECKING:
    from importer.reports.run_summary import RunSummary

_NAMES = {"csv": "results.csv", "xlsx": "results.xlsx", "html": "report.html"}
"""By the words of `[run] reports`."""
_WORKBOOK_IS_LEFT = (
    "results.xlsx is left as it is: the list is gone or was changed since, and the rows would be missing in a new one."
)


def write_reports(
    source: ReportSource,
    folder: Path,
    *,
    warnings: Sequence[ProblemGroup] = (),
    options: ReportOptions = FOR_PROGRAMS,
    error: Mapping[str, str] | None = None,
    earlier: EarlierReports = NO_REPORTS,
) -> Reports:
    """Write the reports of a run, each whole or not at all.

    The summary is written last: where it exists, the others are complete.

    Args:
        source: The run, as the journal yields it.
        folder: The run's own folder; created if it does not exist.
        warnings: What to check in rows that are valid.
        options: Which reports are written.
        error: Why the run ended early, for the summary.
        earlier: What stays as it is in the folder.

    Raises:
        StorageError: One of them cannot be written.

    """
    record, tally, target = source.record(), source.tally(), _Target(folder, options.kinds, earlier.names)
    problems = source.problems() if earlier.problems is None else earlier.problems
    results, summary = _write_results(source, target, options), folder / "summary.json"
    is_to_fix = conflict_count(problems) or any(tally[status] for status in NEEDS_PERSON)
    failed = write_failed(source, folder, stays=earlier.names) if is_to_fix else ()
    hint = (error or {}).get("hint", "")
    workbook, page, notes, kept = _write_for_people(source, target, failed, (problems, warnings), options, hint)
    paths = _told_paths({"results": results, "workbook": workbook, "page": page}, failed, summary)
    text = summary_text(record, tally, problems, paths, warnings, error)
    with write_whole(summary) as unfinished:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
    found = Reports(folder=folder, failed=failed, summary=summary, summary_json=text, problems=problems)
    return replace(found, results=results, workbook=workbook, page=page, notes=notes, left=(*earlier.names, *kept))


def _told_paths(written: Mapping[str, Path | None], failed: Sequence[Path], summary: Path) -> dict[str, object]:
    """Return where the reports are, as the summary tells it."""
    paths = {name: str(path) for name, path in written.items() if path}
    return {**paths, "failed": [str(path) for path in failed], "summary": str(summary)}


@dataclass(frozen=True, slots=True)
class _Target:
    """Where reports are written, and which of them."""

    folder: Path
    kinds: Collection[str]
    stays: Collection[str]

    def path(self, kind: str) -> Path | None:
        """Return where a report is, or will be; None: it is neither wanted nor there."""
        name = _NAMES[kind]
        return self.folder / name if kind in self.kinds or name in self.stays else None

    def is_to_write(self, path: Path | None) -> TypeGuard[Path]:
        """Tell whether a report is wanted that does not stay as it is."""
        return path is not None and path.name not in self.stays


def _write_results(source: ReportSource, target: _Target, options: ReportOptions) -> Path | None:
    """Write results.csv, if it is wanted, and return its path."""
    path = target.path("csv")
    if target.is_to_write(path):
        with write_whole(path) as unfinished:
            lines = result_lines(source.sheets(), source.results())
            write_csv_table(unfinished, COLUMNS, lines, excel_delimiter=options.excel_delimiter)
    return path


def _write_for_people(
    source: ReportSource,
    target: _Target,
    failed: tuple[Path, ...],
    groups: tuple[Sequence[ProblemGroup], Sequence[ProblemGroup]],
    options: ReportOptions,
    early_cure: str,
) -> tuple[Path | None, Path | None, Sequence[str], Sequence[str]]:
    """Write what is wanted of workbook and page; return their paths, notes, and the names of those that stay.

    The groups are problems and warnings.
    """
    workbook, page = target.path("xlsx"), target.path("html")
    if not (target.is_to_write(workbook) or target.is_to_write(page)):
        return workbook, page, (), ()
    from importer.reports.html_report import html_report  # noqa: PLC0415 - not wanted in each run
    from importer.reports.results_workbook import CellsGoneError, write_results_workbook  # noqa: PLC0415 - the same

    notes: Sequence[str] = ()
    kept: Sequence[str] = ()
    about = _run_summary(source, failed, groups, options, early_cure)
    if target.is_to_write(workbook):
        try:
            with write_whole(workbook) as unfinished:
                is_whole = workbook.exists()
                notes = write_results_workbook(unfinished, source, about, options.input_cells, is_whole=is_whole)
        except CellsGoneError:
            notes, kept = [_WORKBOOK_IS_LEFT], [workbook.name]
    if target.is_to_write(page):
        with write_whole(page) as unfinished:
            unfinished.write_text(html_report(source, about), encoding="utf-8", newline="\n")
    return workbook, page, notes, kept


def _run_summary(
    source: ReportSource,
    failed: tuple[Path, ...],
    groups: tuple[Sequence[ProblemGroup], Sequence[ProblemGroup]],
    options: ReportOptions,
    early_cure: str,
) -> "RunSummary":
    """Return what workbook and page say of the run."""
    from importer.reports.run_summary import RunSummary  # noqa: PLC0415 - not wanted in each run

    return RunSummary(
        record=source.record(),
        tally=source.tally(),
        problems=groups[0],
        warnings=groups[1],
        sheets=source.sheets(),
        to_fix=failed,
        background=options.background,
        early_cure=early_cure,
        not_updated=source.not_updated(),
        kept=source.kept(),
    )
