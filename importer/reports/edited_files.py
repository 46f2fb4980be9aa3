"""Reports that somebody has edited since they were written: they are kept under another name, not written over.

Of a run's reports summary.json is written last, so whatever is newer than it was changed since.
"""

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from importer.system.files import as_storage_error

EDITED = "edited-"
"""What the names of kept files begin with."""
_REPORTS = ("failed.csv", "failed.xlsx", "results.csv", "results.xlsx", "report.html")


def keep_edited(folder: Path, summary: Mapping[str, Any]) -> list[tuple[Path, Path]]:
    """Rename the reports that were edited, and return for each where it was and where it is.

    Args:
        folder: The run's own.
        summary: What summary.json there says, with the names of the reports; empty: it is gone, and whatever is there
            may have been edited.

    Raises:
        StorageError: One cannot be renamed, as one that is open in Excel.

    """
    edited = filter(is_newer_than_summary, _reports(folder, summary))
    kept = [(path, _free_name(path)) for path in edited]
    for path, name in kept:
        with as_storage_error(
            f"{path} was edited, and cannot be renamed", "Close it, and give the same command again."
        ):
            path.rename(name)
    return kept


def is_newer_than_summary(path: Path) -> bool:
    """Tell whether a file of a run's folder was written after summary.json there; without that, whether it is there."""
    return (_written_at(path) or 0) > (_written_at(path.with_name("summary.json")) or 0)


def _reports(folder: Path, summary: Mapping[str, Any]) -> Iterator[Path]:
    """Yield the reports that may be there; those with rows to fix have names of their own where there are several."""
    told = summary.get("reports")
    failed = told.get("failed") if isinstance(told, Mapping) else ()
    names = [Path(one).name for one in failed if isinstance(one, str)] if isinstance(failed, list) else []
    yield from (folder / name for name in dict.fromkeys([*_REPORTS, *names]))


def _written_at(path: Path) -> int | None:
    """Return when a file was written, in nanoseconds; None: it is not there."""
    try:
        return path.stat().st_mtime_ns
    except (OSError, ValueError):
        return None


def _free_name(path: Path) -> Path:
    """Return a name beside a file that no other has, such as `edited-failed.xlsx`; no report begins like it."""
    numbers = itertools.chain([""], (f"{number}-" for number in itertools.count(2)))
    names = (path.with_name(f"{EDITED}{number}{path.name}") for number in numbers)
    return next(name for name in names if _written_at(name) is None)
