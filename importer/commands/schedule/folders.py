"""The folders of a night: where it keeps its reports if nobody says, and in which it writes."""

import os
from collections.abc import Sequence
from pathlib import Path

from importer.model.addresses import scheme_of
from importer.settings import RunOptions, Settings
from importer.system import runtime
from importer.system.nightly_job import SERVICE_HOME
from importer.system.service_user import is_root


def is_usual_report_dir(run: RunOptions) -> bool:
    """Tell whether nobody named a folder for the reports: it is the usual one, or the account's in the usual one."""
    usual = RunOptions().report_dir
    return run.report_dir in ({usual / run.of_account} if run.of_account else {usual})


def reports_at_night(run: RunOptions) -> Path:
    """Return where the reports are of the user who gives the command: the system service's user has its own folder."""
    reports = run.report_dir
    if is_usual_report_dir(run) and not is_root() and _is_own(Path(SERVICE_HOME)):
        reports = Path(SERVICE_HOME, reports)
    return reports.absolute()


def _is_own(folder: Path) -> bool:
    """Tell whether a folder is there and belongs to the user who gives the command."""
    try:
        return not runtime.WINDOWS and folder.stat().st_uid == os.geteuid()
    except OSError:
        return False


def written_folders(settings: Settings, files: Sequence[str], journal: Path) -> tuple[str, ...]:
    """Return the folders in which the command writes."""
    run = settings.run
    folders = [run.report_dir.absolute(), journal.parent]
    folders += [path.absolute().parent for path in (run.log_file, run.metrics) if path]
    if run.done_dir:
        folders += [
            run.done_dir.absolute(),
            *(Path(file).parent for file in files if not scheme_of(file)),
        ]  # files are moved out of these
    return tuple(dict.fromkeys(map(str, folders)))
