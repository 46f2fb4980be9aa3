"""Where the reports are if nobody says: in the current folder; of the system service's user, in the service's own.

So that what its user gives by hand has its reports beside those of the nights, wherever it is given; and so that a
cron job of this user has them where it may write.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from importer.settings import RunOptions, Settings
from importer.system import runtime
from importer.system.files import private_folder
from importer.system.nightly_job import SERVICE_HOME
from importer.system.ownership import folder_cure
from importer.system.service_user import ServiceUser

REHEARSALS = "rehearsals"
"""The folder within the reports' folder that has the reports of runs with `--sandbox`."""
_ANOTHER_FOLDER = "Name another with --report-dir, or make it yours to write to."


def make_report_folder(folder: Path | str) -> None:
    """Make the folder of a run's reports.

    Raises:
        StorageError: It cannot be made.

    """
    private_folder(Path(folder), closed_folder_hint(Path(folder).absolute().parent))


def closed_folder_hint(folder: Path) -> str:
    """Return what to do where nothing can be written to the folder of the reports.

    Args:
        folder: The one of all runs, absolute.

    """
    cure = folder_cure(folder)
    if not cure and folder.name == REHEARSALS:  # which is not seen where the folder of the runs in earnest is closed
        cure = folder_cure(folder.parent)
    return f"{cure} Or name another with --report-dir." if cure else _ANOTHER_FOLDER


def is_usual_report_dir(run: RunOptions) -> bool:
    """Tell whether nobody named a folder for the reports: it is the usual one, or the account's in the usual one."""
    usual = RunOptions().report_dir
    return run.report_dir in ({usual / run.of_account} if run.of_account else {usual})


def with_report_folder(settings: Settings, options: Mapping[str, object]) -> Settings:
    """Return the settings with the folder for reports of the user who gives the command, where nobody named one.

    Args:
        settings: Of a command.
        options: That were given: one may name the folder `reports` where the command is given.

    """
    run = settings.run
    if not options.get("report_dir") and is_usual_report_dir(run) and not runtime.WINDOWS and _is_owner(os.geteuid()):
        return replace(settings, run=replace(run, report_dir=Path(SERVICE_HOME, run.report_dir)))
    return settings


def has_service_folder(user: ServiceUser) -> bool:
    """Tell whether the reports of a user's runs go to the service's own folder, where nobody named another."""
    return user.is_there and not runtime.WINDOWS and _is_owner(user.numbers[0])


def _is_owner(user_id: int) -> bool:
    """Tell whether the service's own folder is there and belongs to a user, if that is not root."""
    try:
        return Path(SERVICE_HOME).stat().st_uid == user_id != 0
    except OSError:
        return False
