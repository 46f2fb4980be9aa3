"""Write the files that a run leaves in its folder, each whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from importer.model.protocols import ReportSource
from importer.model.rows import NEEDS_PERSON
from importer.model.runs import ProblemGroup, conflict_count
from importer.reports.failed_rows import write_failed
from importer.reports.report_options import FOR_PROGRAMS, ReportOptions, Reports
from importer.reports.results import COLUMNS, result_lines, summary_text, write_csv_table
from importer.system.files import write_whole


def write_reports(
    source: ReportSource,
    folder: Path,
    *,
    warnings: Sequence[ProblemGroup] = (),
    options: ReportOptions = FOR_PROGRAMS,
    error: Mapping[str, str] | None = None,
) -> Reports:
    """Write the reports of a run, each whole or not at all.

    The summary is written last: where it exists, the others are complete.

    Args:
        source: The run, as the journal yields it.
        folder: The run's own folder; created if it does not exist.
        warnings: What to check in rows that are valid.
        options: Which reports are written.
        error: Why the run ended early, for the summary.

    Raises:
        StorageError: One of them cannot be written.

    """
    record, tally, problems = source.record(), source.tally(), source.problems()
    results, summary = _write_results(source, folder, options), folder / "summary.json"
    is_to_fix = conflict_count(problems) or any(tally[status] for status in NEEDS_PERSON)
    failed = write_failed(source, folder) if is_to_fix else ()
    hint = (error or {}).get("hint", "")
    workbook, page, notes = _write_for_people(source, folder, failed, (problems, warnings), options, hint)
    written = {"results": results, "workbook": workbook, "page": page}
    paths: dict[str, object] = {name: str(path) for name, path in written.items() if path}
    paths |= {"failed": [str(path) for path in failed], "summary": str(summary)}
    text = summary_text(record, tally, problems, paths, warnings, error)
    with write_whole(summary) as unfinished:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
    found = Reports(folder=folder, failed=failed, summary=summary, summary_json=text, problems=problems)
    return replace(found, results=results, workbook=workbook, page=page, notes=notes)


def _write_results(source: ReportSource, folder: Path, options: ReportOptions) -> Path | None:
    """Write results.csv, if it is wanted, and return its path."""
    if "csv" not in options.kinds:
        return None
    with write_whole(folder / "results.csv") as unfinished:
        lines = result_lines(source.sheets(), source.results())
        write_csv_table(unfinished, COLUMNS, lines, excel_delimiter=options.excel_delimiter)
    return folder / "results.csv"


def _write_for_people(
    source: ReportSource,
    folder: Path,
    failed: tuple[Path, ...],
    groups: tuple[Sequence[ProblemGroup], Sequence[ProblemGroup]],
    options: ReportOptions,
    early_cure: str,
) -> tuple[Path | None, Path | None, Sequence[str]]:
    """Write what is wanted of workbook and page; return their paths, and notes; the groups: problems, warnings."""
    workbook = folder / "results.xlsx" if "xlsx" in options.kinds else None
    page = folder / "report.html" if "html" in options.kinds else None
    if not (workbook or page):
        return None, None, ()
    from importer.reports.html_report import html_report  # noqa: PLC0415 - not wanted in each run
    from importer.reports.results_workbook import write_results_workbook  # noqa: PLC0415 - the same
    from importer.reports.run_summary import RunSummary  # noqa: PLC0415 - the same

    problems, warnings = groups
    notes: Sequence[str] = ()
    about = RunSummary(
        record=source.record(),
        tally=source.tally(),
        problems=problems,
        warnings=warnings,
        sheets=source.sheets(),
        to_fix=failed,
        leaves_existing=options.leaves_existing,
        given_back=options.given_back,
        of_list=options.of_list,
        country=options.country,
        early_cure=early_cure,
        not_updated=source.not_updated(),
    )
    if workbook:
        with write_whole(workbook) as unfinished:
            notes = write_results_workbook(unfinished, source, about, options.input_cells)
    if page:
        with write_whole(page) as unfinished:
            unfinished.write_text(html_report(source, about), encoding="utf-8", newline="\n")
    return workbook, page, notes
