"""The queue of an undo: what a run created or changed, claimed before it is taken back, and what became of it.

    row that created its contact .... to be deleted, if it is proved that the run made it
    any other row with a change ..... to be given back what was there before

An update whose answer never came is among the latter: what is given back then was perhaps never changed.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from importer.journal.database import Database, columns, maybe_moment, moment, storable
from importer.journal.intents import change_of
from importer.journal.run_input import ROW_KEY, RunKey
from importer.journal.sent_before import begin_give_back, end_give_back
from importer.model.deletion import TAKEN_BACK, Fate, RemovalResult, Removed
from importer.model.journal_rows import Intended, Pending
from importer.model.payload import from_json

_TAKEN_BACK_SQL = ", ".join(f"'{fate}'" for fate in sorted(TAKEN_BACK))
_TABLES = "rows LEFT JOIN removals USING (run, seq) LEFT JOIN changes USING (run, seq)"
_CHANGED = "rows.status <> 'created'"
"""Of the rows of `_DONE`: it changed its contact, and did not create it."""
_REFUSED = "(rows.status = 'failed' AND rows.attempts = 1 AND rows.http_status BETWEEN 400 AND 499)"
"""Its only PATCH was answered, and changed nothing; of several, the first may have got no answer."""
_DONE = f"rows.run = :run AND iif({_CHANGED}, changes.uuid, rows.uuid) <> '' AND NOT {_REFUSED}"
_OURS = f"(rows.is_ours OR {_CHANGED})"
_OPEN = "run = :run AND status IN ('pending', 'in_flight')"
_OPEN_OURS = f"removals.run = :run AND removals.status IN ('pending', 'in_flight') AND {_OURS}"
_UNSENT = "coalesce(removals.status, 'pending') IN ('pending', 'in_flight')"
_FATE = f"CASE WHEN NOT {_UNSENT} THEN removals.status WHEN {_OURS} THEN 'unsent' ELSE 'kept' END"
_TALLY = f"SELECT {_FATE}, count(*) FROM {_TABLES} WHERE {_DONE} GROUP BY 1"  # noqa: S608 - only constants
_FORGOTTEN_TALLY = f"""
SELECT removals.status, count(*) FROM {_TABLES}
WHERE rows.run = :run AND NOT ({_DONE}) IS TRUE AND removals.status IN ({_TAKEN_BACK_SQL}) GROUP BY 1
"""  # noqa: S608 - only constants
# An undo that was interrupted resumes with what it left; otherwise what was kept or failed is tried again.
_TO_DO = f"""
FROM {_TABLES}
WHERE {_DONE} AND {_OURS} AND coalesce(removals.status, '') NOT IN ({_TAKEN_BACK_SQL})
    AND (removals.status IN ('pending', 'in_flight')
        OR NOT EXISTS (SELECT 1 FROM removals JOIN rows USING (run, seq) WHERE {_OPEN_OURS}))
"""  # noqa: S608 - only constants
_PERSON = f"rows.number, rows.identifier, rows.name, iif({_CHANGED}, changes.after, '{{}}')"
_FIRST = f"SELECT {_PERSON} {_TO_DO} AND NOT {_CHANGED} ORDER BY rows.seq LIMIT :count"
_FIRST_CHANGED = f"SELECT {_PERSON} {_TO_DO} AND {_CHANGED} ORDER BY rows.seq LIMIT :count"
_EACH = f"count(*) FILTER (WHERE NOT {_CHANGED}), count(*) FILTER (WHERE {_CHANGED})"
_COUNT = f"SELECT {_EACH} {_TO_DO}"
_TOTALS = f"SELECT {_EACH} FROM {_TABLES} WHERE {_DONE}"  # noqa: S608 - only constants
_FIRST_KEPT = f"SELECT {_PERSON} FROM {_TABLES} WHERE {_DONE} AND {_FATE} = 'kept' ORDER BY rows.seq LIMIT :count"  # noqa: S608 - only constants
_CHANGED_LATER = f"""
SELECT runs.name, count(*)
FROM changes JOIN rows USING (run, seq) LEFT JOIN removals USING (run, seq) JOIN runs ON runs.id = changes.run
WHERE changes.run > :run AND rows.status = 'updated' AND coalesce(removals.status, '') NOT IN ({_TAKEN_BACK_SQL})
    AND changes.uuid IN (SELECT iif({_CHANGED}, changes.uuid, rows.uuid) {_TO_DO})
GROUP BY runs.id ORDER BY runs.id DESC
"""  # noqa: S608 - only constants
_ENQUEUE = f"""
INSERT INTO removals (run, seq, status, reason)
SELECT rows.run, rows.seq, 'pending', '' {_TO_DO}
ON CONFLICT DO UPDATE SET status = 'pending', http_status = NULL, reason = '', finished_at = NULL
"""
_NEXT = f"""
SELECT removals.seq, rows.number, iif({_CHANGED}, changes.uuid, rows.uuid), rows.payload, rows.normalised,
    iif({_CHANGED}, changes.after, NULL), changes.before, rows.status = 'in_doubt' OR removals.counted
FROM removals JOIN rows USING (run, seq) LEFT JOIN changes USING (run, seq)
WHERE removals.status = 'pending' AND {_OPEN_OURS} -- its list of statuses as the index open_removals says it
ORDER BY removals.seq LIMIT :count
"""  # noqa: S608 - only constants
_CLAIM = "UPDATE removals SET status = 'in_flight' WHERE run = :run AND seq = :seq"
_SETTLE = """
UPDATE removals SET status = :status, http_status = :http_status, reason = :reason, finished_at = :at
WHERE run = :run AND seq = :seq
"""
# Only what this run created: a later one may have created the contact again, with another UUID.
_FORGET = f"""
DELETE FROM contacts WHERE account = :account AND (source, channel, identifier, uuid) = (
    SELECT {ROW_KEY}, rows.uuid FROM rows WHERE run = :run AND seq = :seq AND status = 'created'
)
"""  # noqa: S608 - only constants
_BEGIN = "INSERT INTO undos (name, run, report_dir, started_at) VALUES (:name, :run, :report_dir, :at) RETURNING id"
_END = "UPDATE undos SET finished_at = :at, exit_code = :exit_code WHERE id = :undo"
_RELEASE = f"UPDATE removals SET status = 'pending' WHERE {_OPEN} AND status = 'in_flight'"  # noqa: S608 - only constants
_RESULTS = f"""
SELECT rows.seq, rows.sheet, rows.number, rows.identifier, rows.name, iif({_CHANGED}, changes.uuid, rows.uuid), {_FATE},
    CASE WHEN NOT {_UNSENT} THEN removals.reason WHEN {_OURS} THEN 'the undo ended before its turn'
        ELSE 'Kept: it is not proved that the run made it.' END, removals.finished_at
FROM {_TABLES}
WHERE {_DONE} AND rows.seq > :after ORDER BY rows.seq LIMIT :count
"""  # noqa: S608 - only constants
UNFINISHED_UNDOS = f"""
SELECT runs.name, count(*) FROM removals JOIN rows USING (run, seq) JOIN runs ON runs.id = removals.run
WHERE runs.account = ? AND removals.status IN ('pending', 'in_flight') AND {_OURS}
GROUP BY runs.id ORDER BY runs.id
"""  # noqa: S608 - only constants
"""The runs of an account whose undo ended before its end, each with how many contacts it left."""
_Shown = tuple[int, str, str, tuple[str, ...]]
"""Row number, identifier and name of a contact, and the fields that the run changed in it; none: it created it."""
_RESULT_FIELDS = [field.name for field in fields(RemovalResult)]


@dataclass(slots=True)
class RunUndo:
    """What one run created or changed; every method is one transaction.

    Raises (all methods):
        StorageError: The file cannot be read or written; what it held before is intact.
    """

    database: Database
    key: RunKey
    _undo: int = 0

    def tally(self) -> Mapping[Fate, int]:
        """Return how many of the contacts have each fate; a fate that no contact has is there with 0."""
        found = self.database.fetch(_TALLY, asdict(self.key))
        return dict.fromkeys(Fate, 0) | {Fate(fate): count for fate, count in found}

    def tally_with_forgotten(self) -> Mapping[Fate, int]:
        """Return the same, with contacts that were taken back and whose people were forgotten since."""
        forgotten = self.database.fetch(_FORGOTTEN_TALLY, asdict(self.key))
        return Counter(self.tally()) + Counter({Fate(fate): count for fate, count in forgotten})

    def to_do(self) -> int:
        """Return how many contacts `begin` would enqueue."""
        return sum(self.to_do_each())

    def to_do_each(self) -> tuple[int, int]:
        """Return how many of these are to be deleted, and how many to be given back."""
        ((delete, restore),) = self.database.fetch(_COUNT, asdict(self.key))
        return delete, restore

    def totals(self) -> tuple[int, int]:
        """Return how many contacts the run created, and how many it changed."""
        ((created, changed),) = self.database.fetch(_TOTALS, asdict(self.key))
        return created, changed

    def first(self, count: int) -> list[_Shown]:
        """Return the first contacts that `begin` would enqueue to be deleted."""
        return self._shown(_FIRST, count)

    def first_changed(self, count: int) -> list[_Shown]:
        """Return the first that `begin` would enqueue to be given back what the run changed."""
        return self._shown(_FIRST_CHANGED, count)

    def first_kept(self, count: int) -> list[_Shown]:
        """Return the first contacts that are kept: it is not proved that the run made them."""
        return self._shown(_FIRST_KEPT, count)

    def changed_later(self) -> Mapping[str, int]:
        """Return which later runs changed contacts that `begin` would enqueue, newest first, each with how many."""
        return dict(self.database.fetch(_CHANGED_LATER, asdict(self.key)))

    def _shown(self, sql: str, count: int) -> list[_Shown]:
        found = self.database.fetch(sql, {**asdict(self.key), "count": count})
        return [(row, identifier, name, tuple(json.loads(after))) for row, identifier, name, after in found]

    def begin(self, name: str, folder: Path, at: datetime) -> None:
        """Insert an undo and enqueue what an interrupted undo left, otherwise all that is not taken back yet."""
        line = {"run": self.key.run, "name": name, "report_dir": storable(str(folder)), "at": moment(at)}
        with self.database.transaction() as connection:
            ((self._undo,),) = connection.execute(_BEGIN, line).fetchall()
            connection.execute(_ENQUEUE, line)

    def claim(self, count: int, removed: Sequence[Removed | Intended] = ()) -> list[Pending]:
        """Record outcomes, and mark up to `count` contacts as in flight: about to be deleted, or given back."""
        with self.database.transaction() as connection:
            self._record(connection, removed)
            found = connection.execute(_NEXT, {**asdict(self.key), "count": count}).fetchall()
            connection.executemany(_CLAIM, [{"run": self.key.run, "seq": seq} for seq, *_ in found])
        return [
            Pending(
                seq=seq,
                row=number,
                uuid=uuid,
                contact=from_json(payload, normalised or ""),
                change=None if after is None else change_of(uuid, after, before),
                in_doubt=bool(in_doubt),
            )
            for seq, number, uuid, payload, normalised, after, before, in_doubt in found
        ]

    def record(self, removed: Sequence[Removed | Intended]) -> None:
        """Record outcomes, and values that are about to be given back.

        A created contact that is gone is forgotten, so that a later run creates it again; of one that gets values back,
        what counts as sent.
        """
        if removed:
            with self.database.transaction() as connection:
                self._record(connection, removed)

    def finish(self, exit_code: int, at: datetime, removed: Sequence[Removed | Intended] = ()) -> None:
        """Record outcomes and the undo's end; the next undo claims again what is still in flight."""
        line = {"run": self.key.run, "undo": self._undo, "exit_code": exit_code, "at": moment(at)}
        with self.database.transaction() as connection:
            self._record(connection, removed)
            connection.execute(_RELEASE, line)
            connection.execute(_END, line)

    def results(self) -> Iterator[RemovalResult]:
        """Return all that the run created or changed, in the input's order; memory does not grow with their number."""
        return map(_result, chain.from_iterable(self.database.pages(_RESULTS, asdict(self.key))))

    def _record(self, connection: sqlite3.Connection, removed: Sequence[Removed | Intended]) -> None:
        for one in removed:
            line: dict[str, object] = asdict(self.key) | {"seq": one.seq}
            if isinstance(one, Intended):
                begin_give_back(connection, line)
                continue
            connection.execute(_SETTLE, line | columns(one.outcome) | {"at": moment(one.at)})
            if one.outcome.status in TAKEN_BACK:
                connection.execute(_FORGET, line)
            end_give_back(connection, line, one.outcome.last_sent)


def _result(columns: tuple[Any, ...]) -> RemovalResult:
    """Return the contact from the columns of `_RESULTS`, which are in the order of the fields of `RemovalResult`."""
    values = dict(zip(_RESULT_FIELDS, columns[1:], strict=True))
    return RemovalResult(**values | {"fate": Fate(values["fate"]), "finished_at": maybe_moment(values["finished_at"])})
