"""Whether a night finds its files, may read them, and would notice that one was cut short."""

import glob
import os
import re
import stat
from collections.abc import Iterator

from importer.commands.end.run_end import pattern_of
from importer.commands.schedule.access_advice import looking_advice, reading_advice
from importer.commands.schedule.night import Night
from importer.model.addresses import scheme_of
from importer.model.diagnosis import Diagnosis, Level, problem_diagnosis
from importer.model.plain_text import counted
from importer.readers.files import unreadable
from importer.system.nightly_job import is_pattern
from importer.system.service_user import may
from importer.system.shell import quote

TEMPORARY_FOLDERS = ("/tmp/", "/var/tmp/")  # noqa: S108 - named because nothing should be there
_USAGE, _INPUT = 2, 3
_PASSWORD = re.compile("://[^/]*:[^/]*@")


def own_temporary_folder(path: str) -> str:
    """Return what a service has in place of the system's folder for temporary files in which a path is (PrivateTmp)."""
    shared = next(one for one in TEMPORARY_FOLDERS if f"{path}/".startswith(one)).rstrip("/")
    return f"systemd gives the service a {shared} of its own, and empties that when it ends"


def files_at_night(night: Night) -> Iterator[Diagnosis]:
    """Tell how each file, address and pattern stands."""
    for file in night.files:
        if _PASSWORD.search(file):
            text = "an address has a password in it, and units and crontabs are no place for one"
            yield problem_diagnosis("file", text, "Take it out of the address.", _USAGE)
        elif scheme_of(file):
            yield Diagnosis(name="file", text=f"{file}, fetched each night")
        elif is_pattern(file):
            yield _of_pattern(night, file)
        elif night.has_systemd and file.startswith(TEMPORARY_FOLDERS):
            text = f"{file} cannot be read: {own_temporary_folder(file)}"
            yield problem_diagnosis("file", text, "Put it elsewhere, such as /srv.", _INPUT)
        elif not os.path.lexists(file):
            text = f"{file} is not there yet; without it a night ends with exit code 3"
            yield Diagnosis(
                name="file", level=Level.NOTE, text=text, next_step=unreadable(file, FileNotFoundError()).hint
            )
        elif may(night.user, "r", file) is False:
            text = f"{night.user.name} may not read {file}"
            yield problem_diagnosis("file", text, reading_advice(night.user, file), _INPUT)
        else:
            yield Diagnosis(name="file", text=file)
    if len(night.files) > 1 and not any(map(scheme_of, night.files)) and (pattern := pattern_of(night.files)):
        step = f"Say so with a pattern in quotes: '{pattern}'"
        text = f"these {len(night.files)} files are named one by one; files that come later are not imported"
        yield Diagnosis(name="file", level=Level.NOTE, text=text, next_step=step)


def rows_at_night(night: Night) -> Iterator[Diagnosis]:
    """Yield a hint where nothing would be said of a list that is cut short, or has a header alone."""
    if not night.context.settings.run.min_rows:
        text = "a list that is cut short, even to its header, is a good night; --min-rows 50% tells of it"
        yield Diagnosis(name="file", level=Level.NOTE, text=text)


def _of_pattern(night: Night, pattern: str) -> Diagnosis:
    folder = _fixed_folder(pattern)
    if _is_missing(folder):
        text = f"{folder} is not there, so no night would find a file that is like {pattern}"
        return problem_diagnosis("file", text, f"Correct the pattern, or: mkdir -p {quote(folder)}", _INPUT)
    if os.path.isdir(folder) and may(night.user, "r", folder) is False:  # noqa: PTH112 - texts
        text = f"{night.user.name} may not look into {folder}"
        return problem_diagnosis("file", text, looking_advice(night.user, folder), _INPUT)
    found = len(glob.glob(pattern))  # noqa: PTH207 - the same
    empty = "" if "--done-dir" in night.job.arguments else "; a night without any ends with exit code 3"
    return Diagnosis(name="file", text=f"{pattern}, which is {counted(found, 'file')} now{empty}")


def _fixed_folder(pattern: str) -> str:
    """Return the deepest folder that all files of a pattern are in, whatever stands for its signs."""
    folder = os.path.dirname(pattern)  # noqa: PTH120 - texts
    while is_pattern(folder):
        folder = os.path.dirname(folder)  # noqa: PTH120 - the same
    return folder


def _is_missing(folder: str) -> bool:
    """Tell whether a folder is surely not there: not where this user may not look."""
    try:
        return not stat.S_ISDIR(os.stat(folder).st_mode)  # noqa: PTH116 - texts
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
