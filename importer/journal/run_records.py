"""Runs as the columns of their table: inserted, ended, found by their names, and listed."""

import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from importer.journal.claim import TALLY
from importer.journal.database import Database, maybe_moment
from importer.journal.run_input import RunKey
from importer.model.errors import UsageError
from importer.model.rows import Status
from importer.model.runs import Degradation, RunRecord

_RUN_FIELDS = [field.name for field in fields(RunRecord)]
_RUN_COLUMNS = ", ".join("accounts.name" if name == "account" else f"runs.{name}" for name in _RUN_FIELDS)
_ENDED_FIELDS = ["options", *_RUN_FIELDS[_RUN_FIELDS.index("finished_at") :]]
"""Options too: whether the run was declined is known at its end."""

INSERT_RUN = f"INSERT INTO runs ({', '.join(_RUN_FIELDS)}) VALUES (:{', :'.join(_RUN_FIELDS)}) RETURNING id"  # noqa: S608 - our own fields
END_RUN = f"UPDATE runs SET {', '.join(f'{name} = :{name}' for name in _ENDED_FIELDS)} WHERE id = :run"  # noqa: S608 - our own fields
RUNS = f"SELECT {_RUN_COLUMNS}, runs.id, runs.tally FROM runs JOIN accounts ON accounts.id = runs.account"  # noqa: S608 - only constants
"""Every run, with its id and its tally."""


def run_key(database: Database, name: str) -> RunKey:
    """Return the journal's ids of the run and its account.

    Raises:
        UsageError: No run has this name.

    """
    for run, account in database.fetch("SELECT id, account FROM runs WHERE name = ?", (name,)):
        return RunKey(run, account)
    raise UsageError(
        f"The journal {database.path} has no run named {name}.",
        "`callbell-importer runs` lists those it has.",
        code="run_unknown",
    )


def load_runs(database: Database) -> list[tuple[RunRecord, dict[Status, int]]]:
    """Return every run, newest first, with how many rows have each status (counted once, when the run ends)."""
    return [
        (run_record(columns), tally_of(database, run, tally))
        for *columns, run, tally in database.fetch(f"{RUNS} ORDER BY runs.id DESC")
    ]


def run_record(columns: Sequence[Any]) -> RunRecord:
    """Return the run from the columns of `RUNS`."""
    values = dict(zip(_RUN_FIELDS, columns, strict=True))
    texts = {name: tuple(json.loads(values[name])) for name in ("files", "pace")}
    texts["degraded"] = tuple(Degradation(*one) for one in json.loads(values["degraded"]))
    texts["options"] = json.loads(values["options"])
    times = {name: maybe_moment(values[name]) for name in ("started_at", "finished_at")}
    return RunRecord(**values | texts | times)


def tally_of(database: Database, run: int, stored: str | None = None) -> dict[Status, int]:
    """Return the count of every status; a status that no row has is there with 0."""
    counts = json.loads(stored or database.fetch(TALLY, {"run": run})[0][0])
    return {status: counts.get(status.value, 0) for status in Status}
