"""What old checks wrote: they stand in no journal, so their folders are found by name, and only our files are deleted.

    20261101-020000-contacts/check.txt, check.json, problems.csv, problems.xlsx, problems-1-contacts.csv

A folder with a run's reports is no check's. A file that somebody changed since is as old as the change, and with it the
one that says of which list its rows are.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from importer.commands.input.check_record import CHECK_FILE
from importer.commands.purge.files import is_left_over, is_report
from importer.commands.report_folder import REHEARSALS
from importer.model.plain_text import counted
from importer.model.runs import RUN_STAMP
from importer.reports.check_report import WHOLE_FILE
from importer.system.files import as_storage_error

_OURS = re.compile(rf"{re.escape(WHOLE_FILE)}|{re.escape(CHECK_FILE)}|problems(-[0-9]+-[\w-]*)?\.(csv|xlsx)")
_NO_RUN_NAME = re.compile(r"[^A-Za-z0-9_-]")
"""What no folder of ours has in its name, and a copy that somebody made of one mostly has."""
_NUMBERED = re.compile(r"-.*(?=\.)")
_STAMP = "%Y%m%d-%H%M%S-"


@dataclass(frozen=True, slots=True, kw_only=True)
class OldCheck:
    """The folder of a check that is old."""

    folder: Path
    files: Sequence[Path]
    """Those of ours that are as old."""

    def delete(self) -> int:
        """Delete the files, and the folder if nothing else is in it; return how many files there were.

        Raises:
            StorageError: One cannot be deleted.

        """
        for path in self.files:
            with as_storage_error(f"{path} cannot be deleted"):
                path.unlink(missing_ok=True)
        with suppress(OSError):  # something else is in it
            self.folder.rmdir()
        return len(self.files)


def old_checks(report_dir: Path, run_folders: Iterable[str], before: datetime) -> Sequence[OldCheck]:
    """Return the checks that are older than a time, in the folders for reports.

    Args:
        report_dir: The folder for reports.
        run_folders: The runs' own folders, beside which checks may be, too.
        before: The time.

    """
    root = report_dir.absolute()
    roots = {root, root / REHEARSALS, *(Path(folder).parent for folder in run_folders)}
    checks = (_check(folder, before) for one in sorted(roots) for folder in _old_folders(one, before))
    return [check for check in checks if check.files]


def checks_text(checks: Sequence[OldCheck], age: str) -> str:
    """Return how many files of checks are older than an age, and which."""
    files = [path for one in checks for path in one.files]
    names = sorted({_NUMBERED.sub("", path.name) for path in files if _OURS.fullmatch(path.name)})
    return f"{counted(len(files), 'file')} of {counted(len(checks), 'check')} older than {age} ({', '.join(names)})"


def delete_checks(checks: Sequence[OldCheck]) -> int:
    """Delete the files of checks, and return how many there were.

    Raises:
        StorageError: One cannot be deleted.

    """
    return sum(one.delete() for one in checks)


def _old_folders(root: Path, before: datetime) -> Iterator[Path]:
    """Yield the folders whose names say that they are of a command that began before a time."""
    for folder in sorted(root.glob("*")):
        is_ours = folder.is_dir() and not folder.is_symlink() and not _NO_RUN_NAME.search(folder.name)
        if is_ours and (stamp := RUN_STAMP.match(folder.name)):
            with suppress(ValueError, OverflowError):
                if datetime.strptime(stamp[0], _STAMP).astimezone(UTC) < before:
                    yield folder


def _check(folder: Path, before: datetime) -> OldCheck:
    """Return a check's files; none where the folder is not a check's, or is somebody's who does not let it be read."""
    with as_storage_error(f"{folder} cannot be read"):
        try:
            plain = [path for path in folder.iterdir() if path.is_file() and not path.is_symlink()]
        except PermissionError:
            return OldCheck(folder=folder, files=())
        ours = [path for path in plain if _OURS.fullmatch(path.name)]
        if not ours or any(is_report(path) and not path.name.startswith("problems") for path in {*plain} - {*ours}):
            return OldCheck(folder=folder, files=())
        ours += [path for path in plain if is_left_over(path, folder)]
        old = [path for path in sorted(ours) if _changed_at(path) < before]
    is_told_of = any(path not in old and path.name.startswith("problems") for path in ours)
    return OldCheck(folder=folder, files=[path for path in old if not (is_told_of and path.name == CHECK_FILE)])


def _changed_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
