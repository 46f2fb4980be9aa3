"""The latest runs, for shells that complete a command and for `doctor`: quick, and nothing is made or waited for."""

import contextlib
import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from importer.model.runs import OF_SANDBOX

_MOST_NAMES = 50
_NAMES = "SELECT name FROM runs ORDER BY id DESC LIMIT ?"
_NEWEST = """
SELECT runs.name, command, started_at, exit_code FROM runs JOIN accounts ON accounts.id = runs.account
WHERE accounts.name NOT LIKE ? ORDER BY runs.id DESC LIMIT 1
"""
_OF_DAYS = "SELECT started_at FROM runs WHERE substr(started_at, 1, 10) IN (SELECT value FROM json_each(?))"
_WAIT_SECONDS = 0.1


class NewestRun(NamedTuple):
    """The run of a journal that began last, rehearsals left out."""

    name: str
    command: str
    started_at: datetime
    exit_code: int | None
    """None: it goes on still, or was killed."""


def latest_run_names(journal: Path) -> list[str]:
    """Return the names of a journal's latest runs, newest first; none if they cannot be read at once."""
    return [str(name) for (name,) in _fetch(journal, _NAMES, _MOST_NAMES)]


def newest_run(journal: Path) -> NewestRun | None:
    """Return the run of a journal that began last; None if there is none, or it cannot be read at once."""
    for name, command, started_at, exit_code in _fetch(journal, _NEWEST, f"{OF_SANDBOX}%"):
        return NewestRun(name, command, datetime.fromisoformat(started_at), exit_code)
    return None


def has_run_between(journal: Path, first: datetime, last: datetime) -> bool:
    """Tell whether a run of a journal began between two times of UTC; not if it cannot be read at once."""
    days = json.dumps([f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}"])
    return any(first <= datetime.fromisoformat(at) <= last for (at,) in _fetch(journal, _OF_DAYS, days))


def _fetch(journal: Path, query: str, value: object) -> Sequence[Sequence[Any]]:
    """Return the rows of a query; none if they cannot be read at once.

    Without a log beside the journal nobody writes to it, and it is opened so that no file is made beside it.
    """
    log = journal.with_name(f"{journal.name}-wal")
    try:
        if not journal.is_file():
            return []
        address = f"{journal.absolute().as_uri()}?{'mode=ro' if log.exists() else 'immutable=1'}"
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=_WAIT_SECONDS)) as connection:
            return connection.execute(query, (value,)).fetchall()
    except (OSError, sqlite3.Error):
        return []
