"""The folders of a night: where it keeps its reports if nobody says, and in which it writes."""

from collections.abc import Sequence
from pathlib import Path

from importer.model.addresses import scheme_of
from importer.settings import RunOptions, Settings


def is_usual_report_dir(run: RunOptions) -> bool:
    """Tell whether nobody named a folder for the reports: it is the usual one, or the account's in the usual one."""
    usual = RunOptions().report_dir
    return run.report_dir in ({usual / run.of_account} if run.of_account else {usual})


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
