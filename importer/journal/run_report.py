"""Queries behind the reports and the list of runs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from importer.journal.column_values import (
    RUN_COLUMNS,
    SHEET_COLUMNS,
    decode_json,
    maybe_moment,
    run_of,
    sheet_of,
    tally_of,
)
from importer.journal.database import Database
from importer.model.errors import UsageError
from importer.model.rows import TO_RETRY, Sheet, Status
from importer.model.runs import ProblemGroup, Result, RowToFix, RunRecord

_PAGE_ROWS = 1000
_FIRST_ROWS = 20
_BETWEEN_COLUMNS = "\x1f"
_STATUSES = {status.value: status for status in Status}

TO_RETRY_SQL = ", ".join(f"'{status}'" for status in sorted(TO_RETRY))
_RUNS = f"SELECT {RUN_COLUMNS}, runs.id, runs.tally FROM runs JOIN accounts ON accounts.id = runs.account"  # noqa: S608 - only constants
_SHEETS = f"SELECT {SHEET_COLUMNS} FROM sheets WHERE run = ? ORDER BY place"  # noqa: S608 - only constants
_TALLY = "SELECT status, count(*) FROM rows WHERE run = ? GROUP BY status"
# A duplicate, and a row that was recognised, has the UUID and name of the row that `same_as` points to.
_RESULTS = """
SELECT rows.seq, rows.sheet, rows.number, rows.identifier, coalesce(nullif(rows.name, ''), first.name, ''), rows.status,
    coalesce(first.uuid, rows.uuid), coalesce(first.href, rows.href), rows.http_status, rows.code, rows.column_header,
    rows.reason, rows.attempts, rows.finished_at
FROM rows LEFT JOIN rows AS first ON first.run = coalesce(rows.same_run, rows.run) AND first.seq = rows.same_as
WHERE rows.run = ? AND rows.seq > ? ORDER BY rows.seq LIMIT ?
"""
_TO_FIX = f"""
SELECT seq, number, cells, status, reason, (
    SELECT group_concat(column_header, char(31)) FROM (
        SELECT column_header FROM problems
        WHERE problems.run = rows.run AND problems.seq = rows.seq AND column_header <> '' ORDER BY n
    )
) FROM rows
WHERE run = ? AND seq > ? AND sheet = ? AND status IN ({TO_RETRY_SQL}) ORDER BY seq LIMIT ?
"""  # noqa: S608 - only constants
# A row with the same problem twice in one column (two unknown tags) counts once.
_PROBLEMS = """
WITH found AS (
    SELECT seq, code, column_header, message, min(n) FROM problems WHERE run = :run GROUP BY seq, code, column_header
    UNION ALL
    SELECT seq, code, column_header, reason, 0 FROM rows WHERE run = :run AND code <> '' AND status <> 'invalid'
), placed AS (
    SELECT *, row_number() OVER (PARTITION BY code, column_header ORDER BY seq) AS place,
        count(*) OVER (PARTITION BY code, column_header) AS total
    FROM found
)
SELECT placed.code, placed.column_header, placed.message, placed.total, rows.number
FROM placed JOIN rows ON rows.run = :run AND rows.seq = placed.seq
WHERE place <= :first ORDER BY total DESC, placed.code, placed.column_header, place
"""


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run as the journal has it; a `protocols.ReportSource`."""

    database: Database
    run: int

    def record(self) -> RunRecord:
        """Return the run."""
        ((*columns, _, _),) = self.database.fetch(f"{_RUNS} WHERE runs.id = ?", (self.run,))
        return run_of(tuple(columns))

    def sheets(self) -> Sequence[Sheet]:
        """Return the run's sheets, in the order in which they were given."""
        return [sheet_of(columns) for columns in self.database.fetch(_SHEETS, (self.run,))]

    def tally(self) -> Mapping[Status, int]:
        """Return how many rows have each status."""
        return tally_of(dict(self.database.fetch(_TALLY, (self.run,))))

    def results(self) -> Iterator[Result]:
        """Yield every row, in the input's order."""
        seq = 0
        while page := self.database.fetch(_RESULTS, (self.run, seq, _PAGE_ROWS)):
            seq = page[-1][0]
            yield from map(_result, page)

    def rows_to_fix(self, sheet_index: int) -> Iterator[RowToFix]:
        """Yield the sheet's rows whose status is in `TO_RETRY`, in the input's order."""
        seq = 0
        while page := self.database.fetch(_TO_FIX, (self.run, seq, sheet_index, _PAGE_ROWS)):
            seq = page[-1][0]
            for _, number, cells, status, reason, columns in page:
                yield RowToFix(
                    row=number,
                    cells=tuple(decode_json(cells)),
                    status=Status(status),
                    reason=reason,
                    columns=tuple(dict.fromkeys(columns.split(_BETWEEN_COLUMNS))) if columns else (),
                )

    def problems(self) -> Sequence[ProblemGroup]:
        """Return the problems grouped by code and column, most frequent first."""
        groups: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
        for columns in self.database.fetch(_PROBLEMS, {"run": self.run, "first": _FIRST_ROWS}):
            groups.setdefault(columns[:2], []).append(columns[2:])
        return [
            ProblemGroup(
                code=code,
                column=column,
                message=lines[0][0],
                count=lines[0][1],
                rows=tuple(number for _, _, number in lines),
            )
            for (code, column), lines in groups.items()
        ]


def run_number(database: Database, name: str) -> int:
    """Return the journal's id of the run.

    Raises:
        UsageError: No run has this name.

    """
    match database.fetch("SELECT id FROM runs WHERE name = ?", (name,)):
        case [(run,)]:
            return int(run)
        case _:
            raise UsageError(
                f"The journal {database.path} has no run named {name}.", "`callbell-importer runs` lists those it has."
            )


def load_runs(database: Database) -> list[tuple[RunRecord, dict[Status, int]]]:
    """Return every run, newest first, with how many rows have each status (counted once, when the run ends)."""
    return [
        (run_of(tuple(columns)), tally_of(_counts(database, run, tally)))
        for *columns, run, tally in database.fetch(f"{_RUNS} ORDER BY runs.id DESC")
    ]


def _counts(database: Database, run: int, tally: str | None) -> dict[str, int]:
    return dict(database.fetch(_TALLY, (run,))) if tally is None else dict(decode_json(tally))


def _result(columns: tuple[Any, ...]) -> Result:
    """Return the row from the columns of `_RESULTS`, which are in the order of the fields of `Result`."""
    return Result._make((*columns[1:5], _STATUSES[columns[5]], *columns[6:13], maybe_moment(columns[13])))
