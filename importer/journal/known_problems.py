"""Which problems are new: those of a run, compared with what the last run of the same import told.

    run or retry, all outcomes recorded | compare: marks in `rows.known_codes` | reports | keep

A problem is known by its hash (`importer.journal.problem_hash`): a row that moves keeps it, and of rows that are alike,
as many are known as there were. What an earlier version told is known by the hash that it made.

Runs of one import have one `series`; what is kept of a series are the problems of the last run that told its own, and
each run replaces them:

    a run that came to its end ....... by its own; those of before that it does not have are gone
    a retry that came to its end ..... those of the run that is retried, by its own
    one that was interrupted, or ..... by those of before and its own: what was told is not told as new again, and of
    whose input was cut short          what it did not reach nobody knows
    one that was killed .............. not at all: it told nothing, so the next one tells it as new
"""

import json
import sqlite3
from dataclasses import asdict, dataclass

from importer.journal.database import Database
from importer.journal.problem_hash import gather_problems
from importer.journal.run_input import RunKey
from importer.model.person import FORGOTTEN
from importer.model.rows import CONFLICT
from importer.model.runs import Comparison, EarlierRuns

_MEDIAN_RUNS = 5
_OF_SERIES = "account = :account AND series <> '' AND series = (SELECT series FROM runs WHERE id = :run) AND id <> :run"
_LAST_TOLD = f"SELECT id, name FROM runs WHERE {_OF_SERIES} AND is_told ORDER BY id DESC LIMIT 1"  # noqa: S608 - only constants
_HAS_SERIES = "SELECT series <> '' FROM runs WHERE id = :run"
# A retry leaves them out, so it settles none.
_LEAVE_OUT = f"DELETE FROM temp.compared_problems WHERE run = :retried AND code = '{FORGOTTEN}'"  # noqa: S608 - only constants
_STORE = """
INSERT INTO known_problems (run, problem, count)
SELECT run, problem, count(*) FROM temp.compared_problems WHERE run = :run AND problem IS NOT NULL GROUP BY problem
"""
# Of rows that are alike, as many are known as there were.
_COPIES = """
SELECT seq, code, column_header, is_fixable, problem, old_problem,
    row_number() OVER (PARTITION BY problem ORDER BY seq) AS copy,
    row_number() OVER (PARTITION BY old_problem ORDER BY seq) AS old_copy
FROM temp.compared_problems WHERE run = :run
"""
_IS_KNOWN = """
known.run = :last AND known.problem IN (told.problem, told.old_problem)
    AND iif(known.problem = told.problem, told.copy, told.old_copy) <= known.count
"""
_MARK = f"""
UPDATE rows SET known_codes = found.codes FROM (
    SELECT seq, json_group_array(json_array(code, column_header)) AS codes FROM (
        SELECT DISTINCT seq, code, column_header FROM ({_COPIES}) AS told
        CROSS JOIN known_problems AS known ON {_IS_KNOWN}
    ) GROUP BY seq
) AS found WHERE rows.run = :run AND rows.seq = found.seq
"""  # noqa: S608 - only constants
_NEW_ROWS = f"""
SELECT count(DISTINCT seq) FROM ({_COPIES}) AS told LEFT JOIN known_problems AS known ON {_IS_KNOWN}
WHERE is_fixable AND known.problem IS NULL
"""  # noqa: S608 - only constants
_CONFLICTS = f"SELECT count(*) FROM temp.compared_problems WHERE run = :run AND is_fixable AND code = '{CONFLICT}'"  # noqa: S608 - only constants
_OF_RETRIED = """
min(known.count, (
    SELECT count(*) FROM temp.compared_problems AS retried
    WHERE run = :retried AND (retried.problem = known.problem OR retried.old_problem = known.problem)
))
"""
_GONE = """
SELECT coalesce(sum(max(0, {settled} - coalesce(told.count, (
    SELECT count(*) FROM temp.compared_problems AS old WHERE old.run = :run AND old.old_problem = known.problem
)))), 0) FROM known_problems AS known
LEFT JOIN known_problems AS told ON told.run = :run AND told.problem = known.problem WHERE known.run = :last
"""
_CARRY_OVER = """
INSERT INTO known_problems (run, problem, count)
SELECT :run, known.problem, known.count - {settled} FROM known_problems AS known
WHERE known.run = :last AND known.count > {settled}
ON CONFLICT DO UPDATE SET count = {both}
"""
_TOLD = "UPDATE runs SET is_told = 1 WHERE id = :run AND series <> ''"
_FORGET_EARLIER = f"DELETE FROM known_problems WHERE run IN (SELECT id FROM runs WHERE {_OF_SERIES})"  # noqa: S608 - only constants
_USUAL = f"""
{_OF_SERIES} AND command = 'run' AND exit_code IN (0, 1)
    AND EXISTS (SELECT 1 FROM json_each(tally) WHERE value > 0)
    AND NOT EXISTS (SELECT 1 FROM json_each(degraded) WHERE json_extract(value, '$[0]') = 'too_few_rows')
"""  # noqa: S608 - only constants
"""Runs that say how many rows are usual: one that had too few says nothing, however often the export is cut short."""
_ROWS_READ = f"""
SELECT tally FROM runs WHERE {_USUAL} AND id >= coalesce((
    SELECT max(id) FROM runs WHERE {_USUAL} AND json_extract(options, '$.min_rows') IN ('0', '0%')
), 0)
ORDER BY id DESC LIMIT :count
"""  # noqa: S608 - only constants
"""Whoever gives `--min-rows 0` takes that number of rows for the new usual one."""
_TOLD_RUN = f"""
SELECT id FROM runs WHERE {_OF_SERIES} AND command = 'run' AND is_told ORDER BY id DESC LIMIT 1 OFFSET :back
"""  # noqa: S608 - only constants
_HEADERS = f"""
SELECT json_extract(runs.files, '$[' || place || ']'), header FROM sheets JOIN runs ON runs.id = run
WHERE run = ({_TOLD_RUN}) ORDER BY place
"""  # noqa: S608 - only constants
_HAS_CHANGED_HEADER = f"""
SELECT 1 FROM runs, json_each(runs.degraded) AS one
WHERE runs.id = ({_TOLD_RUN}) AND json_extract(one.value, '$[0]') = 'header_changed'
"""  # noqa: S608 - only constants


@dataclass(frozen=True, slots=True)
class RunHistory:
    """A run beside those before it of the same import."""

    database: Database
    key: RunKey

    def compare(self, *, is_finished: bool, retried: RunKey | None = None) -> Comparison:
        """Compare the run's problems with those that the last run of its series told, and mark those that are new.

        Args:
            is_finished: Whether it came to the end of a whole input, so that what it does not have is gone.
            retried: The run whose rows it retries; None: it is no retry.

        """
        with self.database.transaction() as connection:
            return _compare(connection, self.key, is_finished=is_finished, retried=retried.run if retried else None)

    def keep(self) -> None:
        """Have the next run of the series know the problems of this one, now that they were told, and only these."""
        with self.database.transaction() as connection:
            connection.execute(_TOLD, asdict(self.key))
            connection.execute(_FORGET_EARLIER, asdict(self.key))

    def before(self) -> EarlierRuns:
        """Return what the runs of the series before it tell of what is usual; retries do not count."""
        key = asdict(self.key)
        tallies = [json.loads(tally) for (tally,) in self.database.fetch(_ROWS_READ, key | {"count": _MEDIAN_RUNS})]
        was_changed = self.database.fetch(_HAS_CHANGED_HEADER, key | {"back": 0})
        return EarlierRuns(
            rows_read=tuple(sum(tally.values()) for tally in tallies),
            headers=self._headers(0),
            headers_before=self._headers(1) if was_changed else (),
        )

    def _headers(self, back: int) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the files of a run of the series, each with its header; 0: of the last one, 1: of the one before."""
        found = self.database.fetch(_HEADERS, asdict(self.key) | {"back": back})
        return tuple((file, tuple(json.loads(header))) for file, header in found)


def _compare(connection: sqlite3.Connection, key: RunKey, *, is_finished: bool, retried: int | None) -> Comparison:
    """Compare a run's problems with those that the last run of its series told; in the caller's transaction."""
    gather_problems(connection, "run IN (:run, :retried)", {"run": key.run, "retried": retried})
    values = asdict(key) | {"last": None, "retried": retried}
    connection.execute(_LEAVE_OUT, values)
    found = connection.execute(_LAST_TOLD, values).fetchone()
    name, values["last"] = ("", None) if found is None else (found[1], found[0])
    settled = "0" if not is_finished else "known.count" if retried is None else _OF_RETRIED
    both = "count + excluded.count" if is_finished else "max(count, excluded.count)"
    gone = 0
    if connection.execute(_HAS_SERIES, values).fetchone()[0]:
        connection.execute(_STORE, values)
    if name:
        connection.execute(_MARK, values)
        ((gone,),) = connection.execute(_GONE.format(settled=settled), values)
        connection.execute(_CARRY_OVER.format(settled=settled, both=both), values)
    ((new_rows,),) = connection.execute(_NEW_ROWS, values)
    ((conflicts,),) = connection.execute(_CONFLICTS, values)
    return Comparison(compared_with=name, gone=gone, new_rows=new_rows, conflicts=conflicts)
