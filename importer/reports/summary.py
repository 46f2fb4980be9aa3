"""summary.json: what a run did, for programs."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from importer.model.plain_text import plain, utc
from importer.model.rows import FINAL, Status
from importer.model.runs import ProblemGroup, RunRecord


def summary_text(
    record: RunRecord,
    tally: Mapping[Status, int],
    problems: Sequence[ProblemGroup],
    reports: Mapping[str, Path | Sequence[Path]],
    warnings: Sequence[ProblemGroup] = (),
) -> str:
    """Return the summary as JSON text. Times are UTC, `seconds` from start to end, `rate` in requests per second.

    Args:
        record: The run.
        tally: Rows per status; `read` is their sum, rows that are not decided yet included.
        problems: The groups of problems, most rows first.
        reports: The paths by the report's name.
        warnings: What to check in rows that are valid.

    """
    counts = {status.value: tally.get(status, 0) for status in FINAL}
    summary = run_json(record) | {
        "seconds": seconds_between(record.started_at, record.finished_at),
        "rows": {**counts, "read": sum(tally.values()), "blank": record.blank},
        "requests": {
            "sent": record.requests_sent,
            "retried": record.requests_retried,
            "throttled": record.requests_throttled,
        },
        "rate": {"limit": record.rate_limit, "achieved": round(record.rate_achieved, 1)},
        "problems": groups_json(problems),
        "warnings": groups_json(warnings),
        "reports": {
            name: str(paths) if isinstance(paths, Path) else [str(path) for path in paths]
            for name, paths in reports.items()
        },
    }
    return json_text(summary)


def run_json(record: RunRecord) -> dict[str, object]:
    """Return what every JSON output says of its run."""
    return {
        "run": record.name,
        "command": record.command,
        "files": list(record.files),
        "started_at": utc(record.started_at),
        "finished_at": utc(record.finished_at) or None,
        "exit_code": record.exit_code,
    }


def groups_json(groups: Sequence[ProblemGroup]) -> list[dict[str, object]]:
    """Return groups of problems for JSON."""
    return [
        {
            "code": plain(group.code),
            "column": plain(group.column),
            "message": plain(group.message),
            "count": group.count,
            "rows": list(group.rows),
        }
        for group in groups
    ]


def json_text(content: Mapping[str, object]) -> str:
    """Return the text of a JSON file."""
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def seconds_between(start: datetime, end: datetime | None) -> float | None:
    """Return the seconds from start to end, to the millisecond; None while there is no end."""
    return round((end - start).total_seconds(), 3) if end else None
