"""The cron jobs that `schedule --install` put in place on this computer, as far as whoever asks may read the tables."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from importer.model.errors import StorageError
from importer.system import runtime
from importer.system.cron_table import known_lines
from importer.system.crontabs import persons_tables, system_tables
from importer.system.installed_units import InstalledUnit, installed_units
from importer.system.scheduler import Scheduler
from importer.system.service_user import find_user, own_name
from importer.system.shell import split_command

_JOURNAL = "journal.sqlite3"


def nightly_jobs() -> Sequence[InstalledUnit]:
    """Return the services and cron jobs that are in place, as far as they may be read."""
    return [*installed_units(), *installed_crons()]


def installed_crons() -> Sequence[InstalledUnit]:
    """Return the cron jobs between our marks, without those in tables that may not be read."""
    if runtime.WINDOWS:
        return []
    tables = dict(persons_tables())
    if own_name() not in tables:
        tables[own_name()] = own_table()
    found = [one for user, table in sorted(tables.items()) for one in _jobs_of(table, user)]
    return [*found, *(one for _, table in system_tables() for one in _jobs_of(table))]


def own_table() -> str:
    """Return the table of whoever asks, which its program alone may read; empty if there is none, or no cron."""
    try:
        return Scheduler().crontab("")
    except StorageError:
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
        journal = line.journal or str(find_user(line.user, "").state_folder / _JOURNAL)
        yield InstalledUnit(
            name=line.name,
            user=line.user,
            journal=Path(journal),
            token_file="",
            minute=line.minute,
            is_cron=True,
            words=split_command(line.command),
        )
