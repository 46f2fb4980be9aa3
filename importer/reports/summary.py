"""summary.json: what a run did, for programs."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from importer.model.plain_text import plain, utc
from importer.model.rows import Status
from importer.model.runs import ProblemGroup, RunRecord

FINAL = tuple(status for status in Status if status not in {Status.PENDING, Status.IN_FLIGHT})
"""The statuses that can be the last word on a row."""


def summary(
    record: RunRecord,
    tally: Mapping[Status, int],
    problems: Sequence[ProblemGroup],
    reports: Mapping[str, Path | Sequence[Path]],
    warnings: Sequence[ProblemGroup] = (),
) -> dict[str, object]:
    """Return the summary as JSON has it.

    `rows` has a count per status; `read` is their sum, and holds rows that are not decided yet too. Times are UTC,
    `seconds` from start to end, `rate` in requests per second.

    Args:
        record: The run.
        tally: How many rows have each status.
        problems: What was wrong, most first.
        reports: The paths by the report's name.
        warnings: What is worth a look in rows that are right.

    """
    return {
        "run": record.name,
        "command": record.command,
        "files": list(record.files),
        "started_at": utc(record.started_at),
        "finished_at": utc(record.finished_at) or None,
        "seconds": _seconds(record.started_at, record.finished_at),
        "exit_code": record.exit_code,
        "rows": {
            **{status.value: tally.get(status, 0) for status in FINAL},
            "read": sum(tally.values()),
            "blank": record.blank,
        },
        "requests": {
            "sent": record.requests_sent,
            "retried": record.requests_retried,
            "throttled": record.requests_throttled,
        },
        "rate": {"limit": record.rate_limit, "achieved": round(record.rate_achieved, 1)},
        "problems": [group_json(group) for group in problems],
        "warnings": [group_json(group) for group in warnings],
        "reports": {
            name: str(paths) if isinstance(paths, Path) else [str(path) for path in paths]
            for name, paths in reports.items()
        },
    }


def summary_text(
    record: RunRecord,
    tally: Mapping[Status, int],
    problems: Sequence[ProblemGroup],
    reports: Mapping[str, Path | Sequence[Path]],
    warnings: Sequence[ProblemGroup] = (),
) -> str:
    """Return the summary as the text of a JSON file."""
    return json.dumps(summary(record, tally, problems, reports, warnings), ensure_ascii=False, indent=2) + "\n"


def _seconds(start: datetime, end: datetime | None) -> float | None:
    return round((end - start).total_seconds(), 3) if end else None


def group_json(group: ProblemGroup) -> dict[str, object]:
    """Return a group of problems as JSON has it."""
    return {
        "code": plain(group.code),
        "column": plain(group.column),
        "message": plain(group.message),
        "count": group.count,
        "rows": list(group.rows),
    }
