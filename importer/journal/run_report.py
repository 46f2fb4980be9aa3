"""Queries behind reports, `retry` and the list of runs; runs and sheets as the columns of their tables."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import chain
from typing import Any

from importer.journal.database import Database, maybe_moment
from importer.journal.run_input import IN_CONFLICT, NOT_UPDATED, any_of
from importer.journal.run_problems import grouped_problems
from importer.journal.run_records import RUNS, run_record, tally_of
from importer.model.person import FORGOTTEN
from importer.model.rows import NEEDS_PERSON, TO_RETRY, Problem, Row, Sheet, Status
from importer.model.rows_not_kept import KeptRows
from importer.model.runs import (
    PastUndo,
    ProblemGroup,
    Result,
    RowToFix,
    RunRecord,
    ShownRow,
    ShownRows,
)

_CHUNK_ROWS = 500
_STATUSES = {status.value: status for status in Status}
_SHEET_FIELDS = [field.name for field in fields(Sheet)]
_PROBLEM_FIELDS = [field.name for field in fields(Problem)]

INSERT_SHEET = f"""
INSERT INTO sheets (run, place, {", ".join(_SHEET_FIELDS)}) VALUES (:run, :place, :{", :".join(_SHEET_FIELDS)})
"""  # noqa: S608 - our own fields
_SHEETS = f"SELECT {', '.join(_SHEET_FIELDS)} FROM sheets WHERE run = ? ORDER BY place"  # noqa: S608 - only constants
# A duplicate, and a row that was recognised, has the UUID and name of the row that `same_as` points to.
_RESULT_COLUMNS = """
rows.seq, rows.sheet, rows.number, iif(rows.name = '', coalesce(first.identifier, rows.identifier),
    rows.identifier), coalesce(nullif(rows.name, ''), first.name, ''), rows.status,
    coalesce(first.uuid, rows.uuid), coalesce(first.href, rows.href), rows.http_status, rows.code, rows.column_header,
    rows.reason, rows.attempts, rows.finished_at
"""
_RESULT_ROWS = """
rows LEFT JOIN rows AS first ON first.run = coalesce(rows.same_run, rows.run) AND first.seq = rows.same_as
"""
_RESULTS = f"""
SELECT {_RESULT_COLUMNS} FROM {_RESULT_ROWS}
WHERE rows.run = :run AND rows.seq > :after ORDER BY rows.seq LIMIT :count
"""  # noqa: S608 - only constants
_STORED_TALLY = "SELECT tally FROM runs WHERE id = ?"
_KEPT = """
SELECT rows_dropped, rows_kept <> 'changes' AND (forgotten_at IS NULL OR rows_dropped = 0), forgotten_at FROM runs
WHERE id = ?
"""
_UNDOS = "SELECT started_at, exit_code, report_dir FROM undos WHERE run = ? ORDER BY id"
_CONFLICTS = f"SELECT count(*) FROM rows WHERE run = ? AND {IN_CONFLICT}"  # noqa: S608 - only constants
# Counted when the run ends: its rows may be dropped afterwards.
_NOT_UPDATED = f"""
SELECT coalesce(not_updated, (SELECT count(*) FROM rows WHERE run = runs.id AND {NOT_UPDATED})) FROM runs WHERE id = ?
"""  # noqa: S608 - only constants
_NOT_UPDATED_BUT_SENT = f"SELECT count(*) FROM rows WHERE run = ? AND {NOT_UPDATED} AND status <> '{Status.UNSENT}'"  # noqa: S608 - only constants
_PROBLEM_COLUMNS = """(
    SELECT json_group_array(column_header) FROM (
        SELECT column_header FROM problems
        WHERE problems.run = rows.run AND problems.seq = rows.seq AND column_header <> '' ORDER BY n
    )
)"""
_OF_SHEET = "rows.run = :run AND rows.seq > :after AND rows.sheet = :sheet"
_TO_FIX, _TO_SEND_AGAIN = (
    f"""
    SELECT seq, number, cells, status, reason, reader_problems, {_PROBLEM_COLUMNS} FROM rows
    WHERE {_OF_SHEET} AND {any_of(statuses)} AND code <> '{FORGOTTEN}' ORDER BY seq LIMIT :count
    """  # noqa: S608 - only constants
    for statuses in (NEEDS_PERSON, TO_RETRY)
)
_SHOWN = {
    which: f"""
    SELECT {_RESULT_COLUMNS}, rows.cells, {_PROBLEM_COLUMNS} FROM {_RESULT_ROWS}
    WHERE {_OF_SHEET} AND {condition} ORDER BY rows.seq LIMIT :count
    """  # noqa: S608 - only constants
    for which, condition in (
        (ShownRows.EVERY, "true"),
        (ShownRows.CHANGED, f"rows.status <> '{Status.UNCHANGED}'"),
        (ShownRows.TO_FIX, any_of(NEEDS_PERSON)),
    )
}


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run as the journal has it; a `protocols.ReportSource`."""

    database: Database
    run: int

    def end_with(self, exit_code: int) -> None:
        """Give the run, which has ended, another exit code."""
        with self.database.transaction() as connection:
            connection.execute("UPDATE runs SET exit_code = ? WHERE id = ?", (exit_code, self.run))

    def record(self) -> RunRecord:
        """Return the run."""
        ((*columns, _, _),) = self.database.fetch(f"{RUNS} WHERE runs.id = ?", (self.run,))
        return run_record(columns)

    def sheets(self) -> Sequence[Sheet]:
        """Return the run's sheets, in the order in which they were given."""
        return [_sheet(columns) for columns in self.database.fetch(_SHEETS, (self.run,))]

    def tally(self) -> Mapping[Status, int]:
        """Return how many rows have each status."""
        return tally_of(self.database, self.run, self.database.fetch(_STORED_TALLY, (self.run,))[0][0])

    def kept(self) -> KeptRows:
        """Return which rows of the run are only counted."""
        ((dropped, is_whole, at),) = self.database.fetch(_KEPT, (self.run,))
        return KeptRows(dropped=dropped, is_retry_whole=bool(is_whole), forgotten_at=maybe_moment(at))

    def undos(self) -> Sequence[PastUndo]:
        """Return the undos of the run, in the order in which they began."""
        return [
            PastUndo(datetime.fromisoformat(at), *others) for at, *others in self.database.fetch(_UNDOS, (self.run,))
        ]

    def conflicts(self) -> int:
        """Return how many rows are in conflict: they are in Callbell, and need a person all the same."""
        return int(self.database.fetch(_CONFLICTS, (self.run,))[0][0])

    def not_updated(self, *, is_dry: bool = False) -> int:
        """Return how many customers are in Callbell as they were, whose row is invalid, failed or was not sent.

        Args:
            is_dry: Whether it is a dry run, which leaves out the rows that are not sent: they would be.

        """
        return int(self.database.fetch(_NOT_UPDATED_BUT_SENT if is_dry else _NOT_UPDATED, (self.run,))[0][0])

    def results(self) -> Iterator[Result]:
        """Return every row, in the input's order."""
        return map(_result, chain.from_iterable(self.database.pages(_RESULTS, {"run": self.run})))

    def rows_to_fix(self, sheet_index: int) -> Iterator[RowToFix]:
        """Yield the sheet's rows whose status is in `NEEDS_PERSON`, or that are in conflict, in the input's order."""
        for page in self.database.pages(_TO_FIX, {"run": self.run, "sheet": sheet_index}):
            for _, number, cells, status, reason, _, columns in page:
                yield RowToFix(
                    row=number,
                    cells=tuple(json.loads(cells)),
                    status=Status(status),
                    reason=reason,
                    columns=tuple(dict.fromkeys(json.loads(columns))),
                )

    def shown_rows(self, sheet_index: int, which: ShownRows) -> Iterator[ShownRow]:
        """Yield the sheet's rows to show, in the input's order, with the cells that are kept."""
        for page in self.database.pages(_SHOWN[which], {"run": self.run, "sheet": sheet_index}):
            for *columns, cells, wrong in page:
                kept = tuple(json.loads(cells)) if cells else None
                yield ShownRow(_result(tuple(columns)), kept, tuple(dict.fromkeys(json.loads(wrong))))

    def problems(self) -> Sequence[ProblemGroup]:
        """Return the problems grouped by code and column, most frequent first."""
        return grouped_problems(self.database, self.run, [sheet.header for sheet in self.sheets()])


@dataclass(frozen=True, slots=True)
class EarlierRows:
    """One sheet of an earlier run with only the rows to retry; a `protocols.Reader`."""

    sheet: Sheet
    database: Database
    run: int
    sheet_index: int
    blank_rows: int = 0
    """The journal keeps no blank rows."""

    def chunks(self) -> Iterator[Sequence[Row]]:
        """Yield the rows in their order, with their original numbers, cells and problems."""
        for page in self.database.pages(_TO_SEND_AGAIN, {"run": self.run, "sheet": self.sheet_index}, _CHUNK_ROWS):
            yield [
                Row(
                    number=number,
                    cells=tuple(json.loads(cells)),
                    problems=tuple(map(_reader_problem, json.loads(problems or "[]"))),
                )
                for _, number, cells, _, _, problems, _ in page
            ]

    def close(self) -> None:
        """Do nothing: the journal stays open."""


def _reader_problem(parts: Sequence[Any]) -> Problem:
    return Problem(**dict(zip(_PROBLEM_FIELDS, parts, strict=False)))  # older journals have fewer fields


def _sheet(columns: Sequence[Any]) -> Sheet:
    values = dict(zip(_SHEET_FIELDS, columns, strict=True))
    return Sheet(**values | {name: tuple(json.loads(values[name])) for name in ("header", "notes")})


def _result(columns: tuple[Any, ...]) -> Result:
    """Return the row from the columns of `_RESULTS`, which are in the order of the fields of `Result`."""
    return Result._make((*columns[1:5], _STATUSES[columns[5]], *columns[6:13], maybe_moment(columns[13])))
