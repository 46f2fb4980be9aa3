"""The one command for which root became the service's user, `su -s /bin/sh callbell -c '...'`: root's prompt is next.

su stays the parent of the command, or of the shell that it starts with -c; an interactive shell has no -c, and the
person is still in it when the command has ended. Where /proc does not tell (Macs, busybox' su, which is replaced by
what it starts), it is taken for none.
"""

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path, PurePath

from importer.system import runtime
from importer.system.installed_crons import nightly_jobs
from importer.system.installed_units import InstalledUnit
from importer.system.service_user import own_name

_PROCESSES = Path("/proc")
_ONE_COMMAND = frozenset({"-c", "--command"})


def is_one_command() -> bool:
    """Tell whether another user than root was become for this command alone."""
    return not runtime.WINDOWS and os.geteuid() != 0 and _is_of_su(os.getppid())


@lru_cache(maxsize=4)
def own_job(account: str) -> InstalledUnit | None:
    """Return the nightly job of whoever gives the command; None: there is none, or several with other secrets.

    Args:
        account: The config's account that the command is for; empty: it names none. No job of another one is taken.

    """
    jobs = [job for job in nightly_jobs() if job.user == own_name()]
    if account:
        return _one_of([job for job in jobs if job.account == account] or [job for job in jobs if not job.account])
    return _one_of(jobs)


def _one_of(jobs: Sequence[InstalledUnit]) -> InstalledUnit | None:
    """Return the first of jobs that have the same secrets."""
    return jobs[0] if len({(job.token_file, *sorted(job.secrets.items())) for job in jobs}) == 1 else None


@lru_cache(maxsize=1)  # texts with many commands ask for each of them
def _is_of_su(process: int) -> bool:
    """Tell whether a process is su with a command, or the shell that it gives one to."""
    words = _words(process)
    if not _ONE_COMMAND.intersection(words):
        return False
    return _is_su(words) or (_is_su(above := _words(_parent(process))) and bool(_ONE_COMMAND.intersection(above)))


def _is_su(words: Sequence[str]) -> bool:
    return PurePath(words[0]).name == "su" if words else False


def _words(process: int) -> Sequence[str]:
    """Return the words that a process was started with; none where they may not be read."""
    try:
        return (_PROCESSES / str(process) / "cmdline").read_text("utf-8", "replace").rstrip("\0").split("\0")
    except OSError:
        return ()


def _parent(process: int) -> int:
    """Return the process that started another one; 0: it is not known."""
    try:
        status = (_PROCESSES / str(process) / "stat").read_text("utf-8", "replace")
        return int(status.rpartition(")")[2].split()[1])  # a name may hold spaces and brackets
    except (OSError, ValueError, IndexError):
        return 0
