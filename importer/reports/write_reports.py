"""The reports of a run, written into its own folder, each whole or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from importer.model.protocols import ReportSource
from importer.model.runs import ProblemGroup
from importer.reports.failed_rows import write_failed
from importer.reports.results import write_results
from importer.reports.summary import summary_text
from importer.system.files import write_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """Where a run's reports are."""

    folder: Path
    results: Path
    failed: tuple[Path, ...]
    """The files with the rows to fix, in the order of the sheets; sheets without such rows have none."""
    summary: Path
    summary_json: str
    """The summary's text, which `--json` prints."""


def write_reports(
    source: ReportSource,
    folder: Path,
    *,
    exit_code: int | None = None,
    finished_at: datetime | None = None,
    warnings: Sequence[ProblemGroup] = (),
) -> Reports:
    """Write results, failed rows and summary.

    The summary is written last: where it exists, the others are complete.

    Args:
        source: The run, as the journal yields it.
        folder: The run's own folder; created if it does not exist.
        exit_code: The run's exit code, if the journal does not have it yet.
        finished_at: The end of the run, if the journal does not have it yet.
        warnings: What to check in rows that are valid.

    Raises:
        StorageError: One of them cannot be written.

    """
    results, summary_path = folder / "results.csv", folder / "summary.json"
    with write_whole(results) as unfinished:
        write_results(unfinished, source.sheets(), source.results())
    failed = write_failed(source, folder)
    record = source.record()
    if exit_code is not None:
        record = replace(record, exit_code=exit_code)
    if finished_at is not None:
        record = replace(record, finished_at=finished_at)
    paths: dict[str, Path | Sequence[Path]] = {"results": results, "failed": failed, "summary": summary_path}
    text = summary_text(record, source.tally(), source.problems(), paths, warnings)
    with write_whole(summary_path) as unfinished:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
    return Reports(folder=folder, results=results, failed=failed, summary=summary_path, summary_json=text)
