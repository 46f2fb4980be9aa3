"""Where things are kept when nobody says where, and what a run is called."""

import os
import re
import unicodedata
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from platformdirs import user_state_path

from importer.model.errors import StorageError

_NAME = "callbell-importer"
_LONGEST_STEM = 40


def journal_path(given: Path | None, *, sandbox: bool) -> Path:
    """Return the journal's one true path: of the given file, else of one in the user's state folder.

    Args:
        given: A path that may lead through links, also to what is not there yet.
        sandbox: Whether the journal is a sandbox's, which has its own.

    Raises:
        StorageError: The file has a second name, a hard link, by which SQLite would look for another log of it.

    """
    name = "sandbox.sqlite3" if sandbox else "journal.sqlite3"
    path = Path(os.path.realpath(given or user_state_path(_NAME, appauthor=False) / name))
    if _has_other_names(path):
        raise StorageError(
            f"The journal {path} has more than one name: it is hard-linked, and SQLite's log beside it goes by name.",
            f'Delete the other names (find them with: find / -xdev -samefile "{path}"), or name another journal with'
            " --journal.",
        )
    return path


def _has_other_names(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_nlink > 1
    except (OSError, ValueError):  # told by whoever opens it
        return False


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
