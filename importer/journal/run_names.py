"""The names of the latest runs, for shells that complete a command: quick, and nothing is made or waited for."""

import contextlib
import sqlite3
from pathlib import Path

_MOST_NAMES = 50
_NAMES = "SELECT name FROM runs ORDER BY id DESC LIMIT ?"
_WAIT_SECONDS = 0.1


def latest_run_names(journal: Path) -> list[str]:
    """Return the names of a journal's latest runs, newest first; none if they cannot be read at once.

    Without a log beside the journal nobody writes to it, and it is opened so that no file is made beside it.
    """
    if not journal.is_file():
        return []
    log = journal.with_name(f"{journal.name}-wal")
    address = f"{journal.absolute().as_uri()}?{'mode=ro' if log.exists() else 'immutable=1'}"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=_WAIT_SECONDS)) as connection:
            return [str(name) for (name,) in connection.execute(_NAMES, (_MOST_NAMES,))]
    except sqlite3.Error:
        return []
