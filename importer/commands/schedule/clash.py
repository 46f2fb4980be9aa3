"""Other schedules of one journal at the same time: one run at a time uses a journal, and the second ends with 6."""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from importer.commands.schedule.night import Night
from importer.model.diagnosis import Diagnosis, Level
from importer.system.nightly_job import ScheduleKind
from importer.system.systemd_units import JOURNAL_COMMENT, unit_folder

APART_MINUTES = 60
"""Nights that begin closer together may meet: each begins up to ten minutes late, and takes its time."""
_DAY_MINUTES = 24 * 60
_TIME = re.compile(r"^OnCalendar=.*?(\d\d):(\d\d)", re.MULTILINE)


def clashes(night: Night) -> Iterator[Diagnosis]:
    """Yield a note where another unit has the same journal at about the same time, with a time that is free."""
    if night.kind not in (ScheduleKind.SYSTEMD, ScheduleKind.SYSTEMD_USER):
        return
    job = night.job
    others = _others(Path(unit_folder(job, of_person=not night.has_systemd)), job.name, str(night.journal))
    minute = 60 * job.hour + job.minute
    if close := sorted(name for name, at in others.items() if _apart(minute, at) < APART_MINUTES):
        text = (
            f"{', '.join(close)} uses the same journal at about that time, and the later of two ends with exit code 6"
        )
        free = free_minute(minute, others.values())
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


def _others(folder: Path, name: str, journal: str) -> Mapping[str, int]:
    """Return at which minute of the day the other units of a journal start; what cannot be read is left out."""
    found = {}
    for timer in sorted(folder.glob("callbell-importer*.timer")):
        try:
            service = timer.with_suffix(".service").read_text("utf-8", "replace")
            time = _TIME.search(timer.read_text("utf-8", "replace"))
        except OSError:
            continue
        if time and timer.stem != name and f"{JOURNAL_COMMENT}{journal}" in service.splitlines():
            found[timer.stem] = 60 * int(time[1]) + int(time[2])
    return found
