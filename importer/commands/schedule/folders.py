"""The folders of a night: in which it writes, and who is let in."""

from collections.abc import Sequence
from pathlib import Path

from importer.model.addresses import scheme_of
from importer.settings import Settings
from importer.system.service_user import ServiceUser
from importer.system.shell import quote


def let_in(user: ServiceUser, rights: str, path: str) -> str:
    """Return the command that lets a user in and nobody else: by its group, or where it has none yet, everybody."""
    if not user.is_there:
        return f"chmod o+{rights} {quote(path)}"
    return f'chgrp "$(id -gn {user.name})" {quote(path)} && chmod g+{rights} {quote(path)}'


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
