"""results.csv and summary.json: what a run did, for programs."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from importer.model.errors import DeclinedError, error_json
from importer.model.plain_text import escape, plain, utc
from importer.model.rows import FINAL, Sheet, Status
from importer.model.runs import ProblemGroup, Result, RunRecord
from importer.reports.problem_groups import group_sentence, problem_changes

COLUMNS = (
    *("file", "sheet", "row", "identifier", "name", "status", "uuid", "href"),
    *("http_status", "code", "column", "reason", "attempts", "finished_at"),
)
_MAY_CHANGE = re.compile(",[=+@' -]")
"""The beginnings of cells that `plain` or `escape` may change, besides those that cannot be printed."""


def write_csv_table(
    path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]], *, excel_delimiter: str = ""
) -> None:
    """Write a file for programs: UTF-8 without a byte order mark, commas, and no line break within a cell.

    Its cells are safe to open in a spreadsheet program. Its lines end in a line feed: RFC 4180 says CR LF, but every
    reader of CSV takes a line feed too, while `cut`, `awk` and `grep` see the CR as part of the last cell.

    Args:
        path: The file.
        columns: Its header.
        rows: Their cells.
        excel_delimiter: It is for Excel, which takes this for the delimiter and needs a byte order mark.

    """
    with path.open("w", encoding="utf-8-sig" if excel_delimiter else "utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", delimiter=excel_delimiter or ",")
        writer.writerow(columns)
        for texts in rows:
            line = ",".join(texts)
            if not excel_delimiter and _is_a_line(line, len(columns)):
                file.write(line + "\n")
            else:
                writer.writerow([escape(plain(text)) for text in texts])


def _is_a_line(line: str, cells: int) -> bool:
    """Return, quickly, whether `plain`, `escape` and csv would surely leave texts with commas between them as is.

    True of nearly all rows; csv takes a third of the time of a report of 100,000 rows (November 2026).
    """
    return (
        line.isprintable()
        and line.count(",") == cells - 1
        and '"' not in line
        and " ," not in line
        and not _MAY_CHANGE.search("," + line)
    )


def result_lines(sheets: Sequence[Sheet], results: Iterable[Result]) -> Iterator[Sequence[str]]:
    """Yield the cells of results.csv for each row of the input, in its order."""
    for index, row, identifier, name, status, uuid, href, http_status, code, column, reason, attempts, at in results:
        sheet, answered = sheets[index], "" if http_status is None else str(http_status)
        before = (sheet.file, sheet.name, str(row), identifier, name, status, uuid, href, answered)
        yield (*before, code, column, reason, str(attempts), utc(at))


def summary_text(
    record: RunRecord,
    tally: Mapping[Status, int],
    problems: Sequence[ProblemGroup],
    reports: Mapping[str, object],
    warnings: Sequence[ProblemGroup] = (),
    error: Mapping[str, str] | None = None,
) -> str:
    """Return the summary as JSON text. Times are UTC, `seconds` without the time that questions waited.

    Args:
        record: The run.
        tally: Rows per status; `read` is their sum, rows that are not decided yet included.
        problems: The groups of problems, most rows first.
        reports: The paths by the report's name.
        warnings: What to check in rows that are valid.
        error: Why it ended early (`importer.model.errors.error_json`); None: its record tells, if it did.

    """
    return json_text(
        counts_json(record, tally)
        | {
            "problems": groups_json(problems),
            "changes": changes_json(record, problems),
            "degraded": degraded_json(record),
            "warnings": groups_json(warnings),
            "reports": reports,
            "error": error or run_error(record),
        }
    )


def run_error(record: RunRecord) -> Mapping[str, str] | None:
    """Return why a run ended early for JSON, as its record tells; None: it did not.

    A no ends with the exit code of a spreadsheet that cannot be read, and is nothing that anybody has to repair.
    """
    declined = DeclinedError("The answer was no: nothing was sent.", "The same command asks again.")
    is_no = record.is_declined and record.exit_code == DeclinedError.exit_code  # not of Ctrl-C at the question
    return error_json(record.exit_code, declined if is_no else None)


def counts_json(record: RunRecord, tally: Mapping[Status, int]) -> dict[str, object]:
    """Return a run and its figures for JSON; `read` is the sum of all rows, those not decided yet included."""
    counts = {status.value: tally.get(status, 0) for status in FINAL}
    return run_json(record) | {
        "seconds": record.seconds,
        "rows": {**counts, "read": sum(tally.values()), "blank": record.blank, "left_out": record.left_out},
        "requests": {
            "sent": record.requests_sent,
            "retried": record.requests_retried,
            "throttled": record.requests_throttled,
        },
        "rate": {"limit": record.rate_limit, "achieved": round(record.rate_achieved, 1)},
    }


def changes_json(record: RunRecord, problems: Sequence[ProblemGroup]) -> dict[str, object]:
    """Return how many problems are new since the last run of the same import, still there, and gone, for JSON."""
    new, still_there = problem_changes(problems)
    earlier = record.compared_with or None
    return {"compared_with": earlier, "new": new, "still_there": still_there, "gone": record.gone}


def degraded_json(record: RunRecord) -> list[dict[str, str]]:
    """Return what is not as it should be with a run as a whole, for JSON."""
    return [{"code": one.code, "message": plain(one.message)} for one in record.degraded]


def run_json(record: RunRecord) -> dict[str, object]:
    """Return what every JSON output says of its run."""
    return {
        "run": record.name,
        "command": record.command,
        "files": record.files,
        "started_at": utc(record.started_at),
        "finished_at": utc(record.finished_at) or None,
        "exit_code": record.exit_code,
        "sandbox": record.is_rehearsal,
    }


def groups_json(groups: Sequence[ProblemGroup]) -> list[dict[str, object]]:
    """Return groups of problems for JSON: each text on one line, each message true of all rows."""
    return [
        {
            "code": plain(group.code),
            "column": plain(group.column),
            "message": plain(group_sentence(group)),
            "count": group.count,
            "rows": group.rows,
            "new": group.new,
        }
        for group in groups
    ]


def json_text(content: Mapping[str, object]) -> str:
    """Return the text of a JSON file."""
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def seconds_between(start: datetime, end: datetime | None) -> float | None:
    """Return the seconds from start to end, to the millisecond; None while there is no end."""
    return round((end - start).total_seconds(), 3) if end else None
