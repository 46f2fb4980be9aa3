"""Other schedules of one journal at the same time: one run at a time uses a journal, and the second ends with 6."""

import contextlib
from collections.abc import Collection, Iterator
from pathlib import Path

from importer.commands.schedule.night import Night
from importer.model.diagnosis import Diagnosis, Level
from importer.model.errors import StorageError
from importer.system import runtime
from importer.system.cron_table import known_lines
from importer.system.nightly_job import KnownSchedule, ScheduleKind, has_crontab
from importer.system.scheduler import Scheduler
from importer.system.service_user import own_name
from importer.system.systemd_units import known_timer, unit_folder
from importer.system.windows_task import known_tasks

APART_MINUTES = 60
"""Nights that begin closer together may meet: each begins up to ten minutes late, and takes its time."""
_DAY_MINUTES = 24 * 60
_CRON_FOLDER = "/etc/cron.d"


def clashes(night: Night, scheduler: Scheduler) -> Iterator[Diagnosis]:
    """Yield a note where another schedule has the same journal at about the same time, with a time that is free."""
    job = night.job
    usual = "" if night.context.settings.run.journal else str(night.journal)
    others = [
        (one.name if kind is night.kind else f"{one.name} ({kind})", one.minute)
        for kind, one in _schedules(night, scheduler)
        if (kind, one.name) != (night.kind, job.name) and (one.journal or usual) == str(night.journal)
    ]
    minute = 60 * job.hour + job.minute
    if close := sorted({name for name, at in others if _apart(minute, at) < APART_MINUTES}):
        text = (
            f"{', '.join(close)} uses the same journal at about that time, and the later of two ends with exit code 6"
        )
        free = free_minute(minute, [at for _, at in others])
        step = "Give it a journal of its own with --journal, or add --wait."
        if free is not None:
            step = f"Take a time that is free: --at {free // 60:02}:{free % 60:02}"
        yield Diagnosis(name="others", level=Level.NOTE, text=text, next_step=step)


def free_minute(wanted: int, taken: Collection[int]) -> int | None:
    """Return the first minute of the day, from the wanted one, that is far enough from all that are taken; or None."""
    later = ((wanted + step) % _DAY_MINUTES for step in range(0, _DAY_MINUTES, 15))
    return next((one for one in later if all(_apart(one, at) >= APART_MINUTES for at in taken)), None)


def _apart(one: int, other: int) -> int:
    """Return how many minutes lie between two times of day, also over midnight."""
    difference = abs(one - other)
    return min(difference, _DAY_MINUTES - difference)


def _schedules(night: Night, scheduler: Scheduler) -> Iterator[tuple[ScheduleKind, KnownSchedule]]:
    """Yield what is in place of each kind that this system has, as far as whoever gives the command may read it."""
    if runtime.WINDOWS:
        yield from ((ScheduleKind.WINDOWS, one) for one in known_tasks(scheduler.tasks()))
        return
    for kind in (ScheduleKind.SYSTEMD, ScheduleKind.SYSTEMD_USER):
        folder = unit_folder(night.job, of_person=kind is ScheduleKind.SYSTEMD_USER)
        yield from ((kind, one) for one in _timers(Path(folder)))
    yield from ((ScheduleKind.CRON, one) for one in _lines(night, scheduler))


def _timers(folder: Path) -> Iterator[KnownSchedule]:
    for timer in sorted(folder.glob("callbell-importer*.timer")):
        with contextlib.suppress(OSError):
            service = timer.with_suffix(".service").read_text("utf-8", "replace")
            if found := known_timer(timer.stem, timer.read_text("utf-8", "replace"), service):
                yield found


def _lines(night: Night, scheduler: Scheduler) -> Iterator[KnownSchedule]:
    """Yield the schedules in the crontab of the night's user, and that user's in /etc/cron.d."""
    if has_crontab(night.now.environment):
        with contextlib.suppress(StorageError):
            user = "" if night.job.user == own_name() else night.job.user
            yield from known_lines(scheduler.crontab(user), "a line of the crontab")
    for table in sorted(Path(_CRON_FOLDER).glob("*")):
        with contextlib.suppress(OSError):
            yield from known_lines(table.read_text("utf-8", "replace"), f"a line of {table}", night.job.user)
