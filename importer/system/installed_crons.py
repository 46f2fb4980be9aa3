"""The cron jobs that `schedule --install` put in place on this computer, as far as whoever asks may read the tables.

Sources: crontab(5) of Debian, cronie and SUSE, and cron(8) of macOS, for where each person's table is.
"""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from importer.model.errors import StorageError
from importer.system import runtime
from importer.system.cron_table import known_lines
from importer.system.installed_units import InstalledUnit
from importer.system.scheduler import Scheduler
from importer.system.service_user import find_user, own_name

SPOOLS = tuple(map(Path, ("/var/spool/cron/crontabs", "/var/spool/cron/tabs", "/var/spool/cron", "/usr/lib/cron/tabs")))
"""Folders with a table for each person, by its name, which root alone may read."""
CRON_FOLDER = Path("/etc/cron.d")
"""Tables that name a user in each line."""
_STATE = ".local/state/callbell-importer/journal.sqlite3"


def installed_crons() -> Sequence[InstalledUnit]:
    """Return the cron jobs between our marks, without those in tables that may not be read."""
    if runtime.WINDOWS:
        return []
    tables = dict(_spooled())
    if own_name() not in tables:
        tables[own_name()] = own_table()
    found = [one for user, table in sorted(tables.items()) for one in _jobs_of(table, user)]
    texts = (_text_of(path) for path in sorted(CRON_FOLDER.glob("*")))
    return [*found, *(one for text in texts for one in _jobs_of(text))]


def own_table() -> str:
    """Return the table of whoever asks, which its program alone may read; empty if there is none, or no cron."""
    try:
        return Scheduler().crontab("")
    except StorageError:
        return ""


def _spooled() -> Iterator[tuple[str, str]]:
    """Yield each person's name and table."""
    for folder in SPOOLS:
        with contextlib.suppress(OSError):
            yield from ((path.name, text) for path in sorted(folder.iterdir()) if (text := _text_of(path)))


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:  # a folder, or a table that only others may read
        return ""


def _jobs_of(table: str, user: str = "") -> Iterator[InstalledUnit]:
    """Yield the jobs between marks.

    Args:
        table: A crontab.
        user: Whose it is; empty: each of its lines names a user.

    """
    for line in known_lines(table, where="", owner=user):
        if not line.name:
            continue
        journal = line.journal or str(Path(find_user(line.user, "").home, _STATE))
        yield InstalledUnit(
            name=line.name, user=line.user, journal=Path(journal), token_file="", minute=line.minute, is_cron=True
        )
