"""The queue of an undo: the contacts that a run created, claimed before they are deleted, and their outcomes."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from importer.journal.claim import ROW_KEY
from importer.journal.database import Database, columns, maybe_moment, moment, storable
from importer.journal.run_input import RunKey
from importer.model.deletion import TAKEN_BACK, Fate, RemovalResult, Removed
from importer.model.journal_rows import Pending
from importer.model.payload import from_json

_TAKEN_BACK_SQL = ", ".join(f"'{fate}'" for fate in sorted(TAKEN_BACK))
_CREATED = "rows.run = :run AND rows.status = 'created' AND rows.uuid <> ''"
_OPEN = "run = :run AND status IN ('pending', 'in_flight')"
_OPEN_OURS = "removals.run = :run AND removals.status IN ('pending', 'in_flight') AND rows.is_ours"
_UNSENT = "coalesce(removals.status, 'pending') IN ('pending', 'in_flight')"
_FATE = f"CASE WHEN NOT {_UNSENT} THEN removals.status WHEN rows.is_ours THEN 'unsent' ELSE 'kept' END"
_TALLY = f"SELECT {_FATE}, count(*) FROM rows LEFT JOIN removals USING (run, seq) WHERE {_CREATED} GROUP BY 1"  # noqa: S608 - only constants
# An undo that was interrupted resumes with what it left; otherwise what was kept or failed is tried again.
_TO_DO = f"""
FROM rows LEFT JOIN removals USING (run, seq)
WHERE {_CREATED} AND rows.is_ours AND coalesce(removals.status, '') NOT IN ({_TAKEN_BACK_SQL})
    AND (removals.status IN ('pending', 'in_flight')
        OR NOT EXISTS (SELECT 1 FROM removals JOIN rows USING (run, seq) WHERE {_OPEN_OURS}))
"""  # noqa: S608 - only constants
_FIRST = f"SELECT rows.number, rows.identifier, rows.name {_TO_DO} ORDER BY rows.seq LIMIT :count"
_COUNT = f"SELECT count(*) {_TO_DO}"
_FIRST_KEPT = f"""
SELECT rows.number, rows.identifier, rows.name FROM rows LEFT JOIN removals USING (run, seq)
WHERE {_CREATED} AND {_FATE} = 'kept' ORDER BY rows.seq LIMIT :count
"""  # noqa: S608 - only constants
_ENQUEUE = f"""
INSERT INTO removals (run, seq, status, reason)
SELECT rows.run, rows.seq, 'pending', '' {_TO_DO}
ON CONFLICT DO UPDATE SET status = 'pending', http_status = NULL, reason = '', finished_at = NULL
"""
_NEXT = f"""
SELECT removals.seq, rows.number, rows.uuid, rows.payload, rows.normalised FROM removals JOIN rows USING (run, seq)
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
    SELECT {ROW_KEY}, rows.uuid FROM rows WHERE run = :run AND seq = :seq
)
"""  # noqa: S608 - only constants
_BEGIN = "INSERT INTO undos (name, run, report_dir, started_at) VALUES (:name, :run, :report_dir, :at) RETURNING id"
_END = "UPDATE undos SET finished_at = :at, exit_code = :exit_code WHERE id = :undo"
_RELEASE = f"UPDATE removals SET status = 'pending' WHERE {_OPEN} AND status = 'in_flight'"  # noqa: S608 - only constants
_RESULTS = f"""
SELECT rows.seq, rows.sheet, rows.number, rows.identifier, rows.name, rows.uuid, {_FATE},
    CASE WHEN NOT {_UNSENT} THEN removals.reason WHEN rows.is_ours THEN 'the undo ended before its turn'
        ELSE 'Kept: it is not proved that the run made it.' END, removals.finished_at
FROM rows LEFT JOIN removals USING (run, seq)
WHERE {_CREATED} AND rows.seq > :after ORDER BY rows.seq LIMIT :count
"""  # noqa: S608 - only constants
_RESULT_FIELDS = [field.name for field in fields(RemovalResult)]


@dataclass(slots=True)
class RunUndo:
    """The contacts that one run created; every method is one transaction.

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

    def to_do(self) -> int:
        """Return how many contacts `begin` would enqueue."""
        ((count,),) = self.database.fetch(_COUNT, asdict(self.key))
        return int(count)

    def first(self, count: int) -> list[tuple[int, str, str]]:
        """Return row number, identifier and name of the first contacts that `begin` would enqueue."""
        return self.database.fetch(_FIRST, {**asdict(self.key), "count": count})

    def first_kept(self, count: int) -> list[tuple[int, str, str]]:
        """Return the same of the first contacts that are kept: it is not proved that the run made them."""
        return self.database.fetch(_FIRST_KEPT, {**asdict(self.key), "count": count})

    def begin(self, name: str, folder: Path, at: datetime) -> None:
        """Insert an undo and enqueue what an interrupted undo left, otherwise every contact that is still there."""
        line = {"run": self.key.run, "name": name, "report_dir": storable(str(folder)), "at": moment(at)}
        with self.database.transaction() as connection:
            ((self._undo,),) = connection.execute(_BEGIN, line).fetchall()
            connection.execute(_ENQUEUE, line)

    def claim(self, count: int, removed: Sequence[Removed] = ()) -> list[Pending]:
        """Record outcomes, and mark up to `count` contacts as in flight: about to be deleted."""
        with self.database.transaction() as connection:
            self._record(connection, removed)
            found = connection.execute(_NEXT, {**asdict(self.key), "count": count}).fetchall()
            connection.executemany(_CLAIM, [{"run": self.key.run, "seq": seq} for seq, *_ in found])
        return [
            Pending(seq=seq, row=number, uuid=uuid, contact=from_json(payload, normalised or ""))
            for seq, number, uuid, payload, normalised in found
        ]

    def record(self, removed: Sequence[Removed]) -> None:
        """Record outcomes; a contact that is gone is forgotten, so that a later run creates it again."""
        if removed:
            with self.database.transaction() as connection:
                self._record(connection, removed)

    def finish(self, exit_code: int, at: datetime, removed: Sequence[Removed] = ()) -> None:
        """Record outcomes and the undo's end; the next undo claims again what is still in flight."""
        line = {"run": self.key.run, "undo": self._undo, "exit_code": exit_code, "at": moment(at)}
        with self.database.transaction() as connection:
            self._record(connection, removed)
            connection.execute(_RELEASE, line)
            connection.execute(_END, line)

    def results(self) -> Iterator[RemovalResult]:
        """Return every contact that the run created, in the input's order; memory does not grow with their number."""
        return map(_result, chain.from_iterable(self.database.pages(_RESULTS, asdict(self.key))))

    def _record(self, connection: sqlite3.Connection, removed: Sequence[Removed]) -> None:
        for one in removed:
            line = asdict(self.key) | columns(one.outcome) | {"seq": one.seq, "at": moment(one.at)}
            connection.execute(_SETTLE, line)
            if one.outcome.status in TAKEN_BACK:
                connection.execute(_FORGET, line)


def _result(columns: tuple[Any, ...]) -> RemovalResult:
    """Return the contact from the columns of `_RESULTS`, which are in the order of the fields of `RemovalResult`."""
    values = dict(zip(_RESULT_FIELDS, columns[1:], strict=True))
    return RemovalResult(**values | {"fate": Fate(values["fate"]), "finished_at": maybe_moment(values["finished_at"])})
