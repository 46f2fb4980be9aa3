"""What is installed every night on this computer: of each kind, whose it is, and what takes it back.

Root sees the crontabs and units of everybody; whoever else asks sees their own and the system's.
"""

import contextlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from importer.commands.schedule.removal import removed_line, removed_lines, removed_task, removed_units
from importer.model.errors import StorageError
from importer.system import runtime
from importer.system.cron_table import is_whole_job, known_lines
from importer.system.crontabs import persons_tables, system_tables
from importer.system.installed_units import UNITS
from importer.system.nightly_job import KnownSchedule, ScheduleKind, has_crontab, time_of_day
from importer.system.scheduler import Scheduler, crontab_words
from importer.system.service_user import is_root, own_name
from importer.system.systemd_units import USERS, known_timer
from importer.system.windows_task import known_tasks

_HOMES = Path("/home")
_USERS = Path(USERS)
_PERSONS_UNITS = ".config/systemd/user"
_LINE = "a line of the crontab"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledSchedule:
    """A schedule that is in place."""

    kind: ScheduleKind
    schedule: KnownSchedule
    taken_back: tuple[str, ...]
    """The commands that take it back."""

    @property
    def text(self) -> str:
        """What it is, when it runs, and whose it is."""
        one = self.schedule
        whose = f", as {one.user}" if one.user else ""
        return f"{one.name}, every night at {time_of_day(one.minute)}{whose}, by {self.kind}"


def installed_schedules(
    scheduler: Scheduler, environment: Mapping[str, str], users: Collection[str] = ()
) -> Iterator[InstalledSchedule]:
    """Yield what is in place of each kind that this system has, as far as whoever gives the command may read it.

    Args:
        scheduler: The system.
        environment: Tells whether there is cron.
        users: Whose crontabs are asked for, besides one's own.

    """
    if runtime.WINDOWS:
        for task in known_tasks(scheduler.tasks()):
            yield InstalledSchedule(kind=ScheduleKind.WINDOWS, schedule=task, taken_back=(removed_task(task.name),))
        return
    yield from _timers(UNITS, "")
    homes = {Path.home(): own_name()}
    if is_root():
        homes |= {home: home.name for home in _HOMES.glob("*")}
    for home, person in homes.items():
        yield from _timers(home / _PERSONS_UNITS, person)
    yield from _lines(scheduler, environment, {own_name(), *users})


def _timers(folder: Path, person: str) -> Iterator[InstalledSchedule]:
    """Yield what the units of a folder are: a person's, or the system's if nobody is named."""
    for timer in sorted(folder.glob("callbell-importer*.timer")):
        with contextlib.suppress(OSError):
            service = timer.with_suffix(".service").read_text("utf-8", "replace")
            if found := known_timer(timer.stem, timer.read_text("utf-8", "replace"), service, person):
                paths = [] if person else [_USERS / f"{timer.stem}.conf"]
                paths += [folder / f"{timer.stem}{end}" for end in (".service", ".timer", "-failed.service")]
                written = [str(path) for path in paths if path.exists()]
                whose = "" if person == own_name() else person
                removed = removed_units(timer.stem, written, of_person=bool(person), whose=whose)
                kind = ScheduleKind.SYSTEMD_USER if person else ScheduleKind.SYSTEMD
                yield InstalledSchedule(kind=kind, schedule=found, taken_back=tuple(removed))


def _lines(scheduler: Scheduler, environment: Mapping[str, str], users: Collection[str]) -> Iterator[InstalledSchedule]:
    """Yield the schedules of crontabs: of those who are named, of everybody if root asks, and of the system."""
    tables = dict(persons_tables()) if is_root() else {}
    if has_crontab(environment):
        for user in users:
            with contextlib.suppress(StorageError):
                tables[user] = scheduler.crontab("" if user == own_name() else user)
    for user, table in sorted(tables.items()):
        for one in known_lines(table, _LINE, user):
            words, is_whole = crontab_words("" if user == own_name() else user), is_whole_job(one.name, table)
            removed = (
                removed_line(one, " ".join([*words, "-e"]))
                if one.name == _LINE
                else removed_lines(one.name, words, is_whole=is_whole)
            )
            yield InstalledSchedule(kind=ScheduleKind.CRON, schedule=one, taken_back=tuple(removed))
    for path, table in system_tables():
        for one in known_lines(table, f"a line of {path}"):
            removed = removed_line(one, f"Open {path} in an editor")
            yield InstalledSchedule(kind=ScheduleKind.CRON, schedule=one, taken_back=tuple(removed))
