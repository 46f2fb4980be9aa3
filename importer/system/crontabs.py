"""The tables of cron that are on this computer, as far as whoever asks may read them.

Sources: crontab(5) of Debian, cronie and SUSE, and cron(8) of macOS, for where each person's table is.
"""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

SPOOLS = tuple(map(Path, ("/var/spool/cron/crontabs", "/var/spool/cron/tabs", "/var/spool/cron", "/usr/lib/cron/tabs")))
"""Folders with a table for each person, by its name, which root alone may read."""
CRON_FOLDER = Path("/etc/cron.d")
"""Tables that name a user in each line."""


def persons_tables() -> Mapping[str, str]:
    """Return the tables of persons by their names; none of those that may not be read."""
    return {path.name: table for folder in SPOOLS for path, table in _tables_in(folder)}


def system_tables() -> Iterator[tuple[Path, str]]:
    """Yield the tables of the system, each with its path."""
    yield from _tables_in(CRON_FOLDER)


def _tables_in(folder: Path) -> Iterator[tuple[Path, str]]:
    with contextlib.suppress(OSError):
        for path in sorted(folder.iterdir()):
            with contextlib.suppress(OSError):  # a folder, or a table that only others may read
                yield path, path.read_text("utf-8", "replace")
