"""Other schedules: of the same import, and of one journal at the same time.

One run at a time uses a journal, and the second ends with 6.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from importer.commands.schedule.in_place import InstalledSchedule, installed_schedules
from importer.commands.schedule.night import Night
from importer.commands.schedule.other_account import account_of, lacks_account
from importer.model.diagnosis import Diagnosis, Level
from importer.system import runtime
from importer.system.nightly_job import KnownSchedule, ScheduleKind, time_of_day
from importer.system.scheduler import Scheduler

APART_MINUTES = 60
"""Nights that begin closer together may meet: each begins up to ten minutes late, and takes its time."""
_DAY_MINUTES = 24 * 60
_SAME = "the same import is in place already"
_OLD = "a schedule from before the config had accounts is in place"
_STAYS = "It stays. If this one is to run in its place, take it back:"
_QUOTING = re.compile(r"""['"\\]""")


def others_in_place(night: Night, scheduler: Scheduler) -> Iterator[Diagnosis]:
    """Yield a note for each other schedule of the same import, and where another one meets it."""
    installed = list(
        installed_schedules(scheduler, night.now.environment, [night.job.user] if night.user.is_there else [])
    )
    yield from _clashes(night, installed)
    for found in installed:
        if _is_same_import(night, found.schedule) and not _is_replaced(night, found):
            old = lacks_account(found.schedule)
            stays = f"{old[:1].upper()}{old[1:]}. Take it back:" if old else _STAYS
            step = "\n".join([stays, *found.taken_back])
            text = f"{_OLD if old else _SAME}: {found.text}"
            yield Diagnosis(name="others", level=Level.NOTE, text=text, next_step=step)


def _is_replaced(night: Night, found: InstalledSchedule) -> bool:
    """Tell whether it is the one that is written over: each user has a crontab and units of their own."""
    is_same_place = found.kind is ScheduleKind.SYSTEMD or runtime.WINDOWS or found.schedule.user == night.job.user
    return (found.kind, found.schedule.name) == (night.kind, night.job.name) and is_same_place


def _is_same_import(night: Night, one: KnownSchedule) -> bool:
    """Tell whether a schedule has the same name, or runs with the same config or one of the files.

    One of another account of the config is another import.
    """
    chosen = night.context.settings
    if (other := account_of(one)) and other not in (chosen.run.of_account, chosen.service.account):
        return False
    command, named = f" {_bare(one.command)} ", [*night.files, *filter(None, [night.job.config])]
    return one.name == night.job.name or any(f" {_bare(name)} " in command for name in named)


def _bare(text: str) -> str:
    """Return a text without what quotes it in a shell, a crontab or a unit, so that paths in it can be compared."""
    return _QUOTING.sub("", text).replace("%%", "%")


def _clashes(night: Night, installed: Sequence[InstalledSchedule]) -> Iterator[Diagnosis]:
    """Yield a note where another schedule has the same journal at about the same time, with a time that is free."""
    job = night.job
    usual = "" if night.context.settings.run.journal else str(night.journal)
    others = [
        (one.name if kind is night.kind else f"{one.name} ({kind})", one.minute)
        for kind, one in ((found.kind, found.schedule) for found in installed if not _is_replaced(night, found))
        if (one.journal or (usual if one.user == job.user else "")) == str(night.journal)
    ]
    minute = 60 * job.hour + job.minute
    if close := sorted({name for name, at in others if _apart(minute, at) < APART_MINUTES}):
        text = (
            f"{', '.join(close)} uses the same journal at about that time, and the later of two ends with exit code 6"
        )
        free = free_minute(minute, [at for _, at in others])
        step = "Give it a journal of its own with --journal, or add --wait."
        if free is not None:
            step = f"Take a time that is free: --at {time_of_day(free)}"
        yield Diagnosis(name="others", level=Level.NOTE, text=text, next_step=step)


def free_minute(wanted: int, taken: Collection[int]) -> int | None:
    """Return the first minute of the day, from the wanted one, that is far enough from all that are taken; or None."""
    later = ((wanted + step) % _DAY_MINUTES for step in range(0, _DAY_MINUTES, 15))
    return next((one for one in later if all(_apart(one, at) >= APART_MINUTES for at in taken)), None)


def _apart(one: int, other: int) -> int:
    """Return how many minutes lie between two times of day, also over midnight."""
    difference = abs(one - other)
    return min(difference, _DAY_MINUTES - difference)
