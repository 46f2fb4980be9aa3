"""The commands that take a schedule back: of each kind, with the names of what it wrote. Pure."""

from collections.abc import Iterator, Sequence

from importer.system.cron_table import cron_marks
from importer.system.nightly_job import NightlyJob
from importer.system.shell import quote


def removed_units(job: NightlyJob, paths: Sequence[str], *, of_person: bool) -> Iterator[str]:
    """Yield what takes back a schedule of systemd.

    Args:
        job: The command.
        paths: The files that were written for it.
        of_person: Whether it is a person's own service; else the system's.

    """
    systemctl = "systemctl --user" if of_person else "systemctl"
    yield f"{systemctl} disable --now {job.name}.timer"
    yield from (f"rm {quote(path)}" for path in paths)
    yield f"{systemctl} daemon-reload"


def removed_lines(job: NightlyJob, crontab: Sequence[str]) -> Iterator[str]:
    """Yield what takes a schedule out of a crontab.

    An editor, and no filter: of lines that somebody changed, or after a failure of `crontab -l`, a filter would leave
    less than it should.
    """
    begin, end = cron_marks(job.name)
    yield " ".join([*crontab, "-e"])
    yield f'and delete the lines from "{begin.partition(" (")[0]}" to "{end}"'


def removed_task(job: NightlyJob, path: str) -> Iterator[str]:
    """Yield what takes a schedule out of Windows' Task Scheduler, in cmd and in PowerShell."""
    yield f"schtasks /Delete /TN {job.name} /F"
    yield f"del {quote(path)}"
