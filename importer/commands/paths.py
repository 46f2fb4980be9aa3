"""Where things are kept when nobody says where, and what a run is called."""

import re
import unicodedata
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from platformdirs import user_state_path

_NAME = "callbell-importer"
_LONGEST_STEM = 40


def journal_path(given: Path | None, *, sandbox: bool) -> Path:
    """Return the journal's path: the given one, else one in the user's state folder; a sandbox has its own."""
    if given is not None:
        return given
    return user_state_path(_NAME, appauthor=False) / ("sandbox.sqlite3" if sandbox else "journal.sqlite3")


def lock_path(journal: Path) -> Path:
    """Return the lock file of a journal."""
    return journal.with_name(journal.name + ".lock")


def run_name(started_at: datetime, file: str, report_dir: Path, taken: Collection[str]) -> str:
    """Return a name such as `20261123-020000-contacts`, that no other run has.

    Args:
        started_at: UTC, so that names sort by time whatever the clocks of summer and winter do.
        file: The first input file, whose name the run gets.
        report_dir: Where the runs' own folders are; what is wrong with it is told by whoever writes there.
        taken: The names of the journal's runs, whose reports may be elsewhere.

    """
    plain = unicodedata.normalize("NFKD", Path(file).stem).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", plain).strip("-")[:_LONGEST_STEM] or "rows"
    first = name = f"{started_at:%Y%m%d-%H%M%S}-{stem}"
    number = 2
    while name in taken or is_there(report_dir / name):
        name, number = f"{first}-{number}", number + 1
    return name


def is_there(path: Path) -> bool:
    """Tell whether something is there; what the system refuses to tell is told by whoever opens it."""
    try:
        return path.exists()
    except OSError:
        return False
