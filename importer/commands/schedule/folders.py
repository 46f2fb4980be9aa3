"""The folders in which a night writes."""

from collections.abc import Sequence
from pathlib import Path

from importer.model.addresses import scheme_of
from importer.settings import Settings


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
