"""A past run for programs: what the journal knows of it, and what only its reports folder keeps."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from importer.model.protocols import ReportSource
from importer.model.rows import Status
from importer.model.runs import ProblemGroup, RunRecord
from importer.reports.results import changes_json, counts_json, degraded_json, groups_json, run_error
from importer.system.files import read_json_object

_FILES = {"results": "results.csv", "workbook": "results.xlsx", "page": "report.html", "summary": "summary.json"}


def listed_run_json(record: RunRecord, tally: Mapping[Status, int], *, undone: int = 0) -> dict[str, object]:
    """Return a run as it is listed, and how many of its contacts an undo took back."""
    of_journal = {"account": record.account, "report_dir": record.report_dir, "undone": undone}
    return counts_json(record, tally) | of_journal


def past_run_json(source: ReportSource, *, undone: int = 0) -> dict[str, object]:
    """Return all that is known of a run, which of its reports are there, and how many contacts an undo took back."""
    record, problems = source.record(), source.problems()
    folder = Path(record.report_dir)
    summary = kept_summary(folder)
    return listed_run_json(record, source.tally(), undone=undone) | {
        "problems": groups_json(problems),
        "changes": changes_json(record, problems),
        "degraded": degraded_json(record),
        "warnings": summary.get("warnings", []),
        "reports": _reports(folder),
        "error": kept_error(summary) or run_error(record),
    }


def kept_summary(folder: Path) -> Mapping[str, Any]:
    """Return the summary of a run as its reports folder has it; empty if it is not there or cannot be read."""
    return read_json_object(folder / "summary.json")


def kept_error(summary: Mapping[str, Any]) -> Mapping[str, str] | None:
    """Return why the run ended early, which only its summary keeps; None if it did not, or does not say."""
    error = summary.get("error")
    return error if isinstance(error, dict) else None


def kept_groups(summary: Mapping[str, Any], which: str) -> Sequence[ProblemGroup] | None:
    """Return the `problems` or `warnings` of a run as its summary has them; None if it does not say."""
    try:
        return [ProblemGroup(**group | {"rows": tuple(group["rows"])}) for group in summary[which]]
    except (LookupError, TypeError):
        return None


def failed_files(folder: Path) -> Sequence[Path]:
    """Return the files with the rows to fix that are in a run's folder."""
    return [folder / name for name in report_names(folder) if name.startswith("failed")]


def _reports(folder: Path) -> dict[str, object]:
    there = report_names(folder)
    found: dict[str, object] = {kind: str(folder / name) for kind, name in _FILES.items() if name in there}
    return found | {"failed": [*map(str, failed_files(folder))]}


def report_names(folder: Path) -> Sequence[str]:
    """Return the names of the files in a folder; none if it cannot be read."""
    try:
        return sorted(path.name for path in folder.iterdir())
    except OSError:
        return ()
