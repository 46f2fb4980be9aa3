"""The problems of a run's rows, grouped by code and column, with the first rows of each and their cells."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from importer.journal.database import Database
from importer.journal.deduplicate import DUPLICATE_DIFFERS
from importer.journal.run_input import any_of
from importer.model.account import ACCOUNT_PROBLEMS
from importer.model.cell_names import cells_of_several
from importer.model.rows import NEEDS_PERSON
from importer.model.runs import ProblemGroup

_FIRST_ROWS = 20
_MOST_VALUES = 200
"""Wrong values that get a line of their own; the others share one."""
BY_MESSAGE = ACCOUNT_PROBLEMS | {"tag_unknown", "assigned_user_unknown", "differs"}
"""Codes whose sentences name what the account lacks, or the fields that differ: few, however many rows there are."""
_CELLS = "SELECT cells FROM rows WHERE run = ? AND seq = ?"
# A row with the same problem twice in one column (two unknown tags) counts once.
_PROBLEMS = f"""
SELECT seq, number, sheet, {any_of(NEEDS_PERSON)}, known_codes,
    CASE WHEN status <> 'invalid' THEN json_array(json_array(code, column_header, reason)) ELSE (
    SELECT json_group_array(json_array(code, column_header, message)) FROM (
        SELECT code, column_header, message, min(n) FROM problems
        WHERE problems.run = rows.run AND problems.seq = rows.seq GROUP BY code, column_header
    )
) END
FROM rows WHERE run = :run AND seq > :after AND code <> '' ORDER BY seq LIMIT :count
"""  # noqa: S608 - only constants


class _FirstRow(NamedTuple):
    """One of the first rows of a group."""

    number: int
    sheet: int
    """The index of its sheet."""
    message: str
    seq: int
    """Its place in the run."""


def grouped_problems(database: Database, run: int, headers: Sequence[Sequence[str]]) -> Sequence[ProblemGroup]:
    """Return a run's problems grouped by code and column, most frequent first.

    What the account does not have, and fields that differ, are grouped by message too: a line for each. Duplicates
    that say something else are a group of their own. Of each group's first rows the new ones stand before the known
    ones, as does the message of one that is new.

    Args:
        database: Of the journal.
        run: The run's id.
        headers: Of its sheets.

    """
    counts, messages = Counter[tuple[str, str, str]](), dict[tuple[str, str, str], str]()
    first = defaultdict[tuple[tuple[str, str, str], bool], list[_FirstRow]](list)
    new = Counter[tuple[str, str, str]]()
    varying = set[tuple[str, str, str]]()
    for seq, number, sheet, is_problem, known_codes, problems in chain.from_iterable(
        database.pages(_PROBLEMS, {"run": run})
    ):
        known = {one if isinstance(one, str) else tuple(one) for one in json.loads(known_codes or "[]")}
        for code, column, message in json.loads(problems):
            key = code, column, message
            if key not in counts and (code not in BY_MESSAGE or len(counts) >= _MOST_VALUES):
                key = code, column, DUPLICATE_DIFFERS if DUPLICATE_DIFFERS in message else ""
            if messages.setdefault(key, message) != message:
                varying.add(key)
            counts[key] += 1
            is_new = bool(is_problem and not {code, (code, column)} & known)
            new[key] += is_new
            if len(first[key, is_new]) < _FIRST_ROWS:
                first[key, is_new].append(_FirstRow(number, sheet, message, seq))
    groups = []
    for key, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        rows = (first[key, True] + first[key, False])[:_FIRST_ROWS]
        cells = _cells(database, run, headers, key[1], rows)
        groups.append(_group(key, rows, cells, count=count, new=new[key], varies=key in varying))
    return groups


def _group(
    key: tuple[str, str, str], rows: Sequence[_FirstRow], cells: tuple[str, ...], *, count: int, new: int, varies: bool
) -> ProblemGroup:
    code, column, _ = key
    return ProblemGroup(
        code=code,
        column=column,
        message=rows[0].message,
        count=count,
        rows=tuple(row.number for row in rows),
        sheets=tuple(row.sheet for row in rows),
        cells=cells,
        new=new,
        varies=varies,
    )


def _cells(
    database: Database, run: int, headers: Sequence[Sequence[str]], column: str, rows: Sequence[_FirstRow]
) -> tuple[str, ...]:
    """Return the names of the rows' cells where a problem is of several columns; of one, nothing."""
    header_of = [headers[row.sheet] if row.sheet < len(headers) else () for row in rows]
    if any(not cells_of_several(header, column, 0, None) for header in header_of):
        return ()
    kept = [database.fetch(_CELLS, (run, row.seq))[0][0] for row in rows]
    return tuple(
        cells_of_several(header, column, row.number, json.loads(cells) if cells else None)
        for row, header, cells in zip(rows, header_of, kept, strict=True)
    )
