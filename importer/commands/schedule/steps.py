"""Where what `schedule` prints goes, for each kind of system, and what puts it in place."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import assert_never

from importer.commands.schedule.removal import removed_lines, removed_task, removed_units
from importer.system.cron_table import cron_block, is_whole_job, with_job
from importer.system.nightly_job import MOST_STARTS, SERVICE_HOME, NightlyJob, ScheduleKind
from importer.system.scheduler import CallStep, FileStep, FolderStep, ReadableStep, Scheduler, Step, crontab_words
from importer.system.service_user import ServiceUser, as_user, may, own_name
from importer.system.shell import quote
from importer.system.systemd_units import (
    USERS,
    failure_unit,
    needed_folders,
    service_unit,
    sysusers_text,
    timer_unit,
    unit_folder,
)
from importer.system.windows_task import task_xml


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """What is printed, and the steps that put it in place."""

    text: str
    """For standard output."""
    shown: tuple[Step, ...]
    """The steps as they are told before anything is looked up."""
    cron_job: NightlyJob | None = None
    cron_user: str = ""
    afterwards: tuple[str, ...] = ()
    """What to do next."""
    taken_back: tuple[str, ...] = ()
    """The commands that take it back."""

    def steps(self, scheduler: Scheduler) -> tuple[Step, ...]:
        """Return the steps; a crontab is read for them, as all of it is written again.

        Raises:
            StorageError: The crontab cannot be read.

        """
        if self.cron_job is None:
            return self.shown
        before = scheduler.crontab(self.cron_user)
        is_there = is_whole_job(self.cron_job.name, before)
        return (_table_step(self.cron_job, self.cron_user, with_job(before, self.cron_job), is_there=is_there),)


def placement(
    job: NightlyJob, kind: ScheduleKind, user: ServiceUser, first_day: date, environment: Mapping[str, str]
) -> Placement:
    """Return what is printed for a kind, and how it is put in place."""
    match kind:
        case ScheduleKind.SYSTEMD:
            return _by_system(job, user)
        case ScheduleKind.SYSTEMD_USER:
            return _by_person(job)
        case ScheduleKind.CRON:
            return _by_cron(job)
        case ScheduleKind.WINDOWS:
            return _by_windows(job, first_day, environment)
        case _:
            assert_never(kind)


def _by_system(job: NightlyJob, user: ServiceUser) -> Placement:
    users = str(USERS / f"{job.name}.conf")
    # Who is there already stays as it is: the line is for the next computer, and for the first time.
    made = [] if user.is_there else [FileStep(path=users, text=sysusers_text(job))]
    units = _units(job, of_person=False)
    files = (*made, *units)
    folders = [folder for folder in (SERVICE_HOME, *needed_folders(job)) if folder not in job.public_folders]
    steps: list[Step] = [*files]
    steps += [CallStep(words=("systemd-sysusers", users))] if made else []
    steps += [FolderStep(path=folder, user=job.user) for folder in folders if not os.path.isdir(folder)]  # noqa: PTH112
    if job.config and may(user, "r", job.config) is False:
        steps.append(ReadableStep(path=job.config, user=job.user))
    steps += [
        CallStep(words=("systemctl", "daemon-reload")),
        CallStep(words=("systemctl", "enable", "--now", f"{job.name}.timer")),
    ]
    afterwards = (
        "Try it now:",
        f"  systemctl start {job.name}",
        f"  journalctl -u {job.name}",
        f"Of {MOST_STARTS} starts in 20 hours the night's is one; to count again: systemctl reset-failed {job.name}",
        f"Other commands are given as its user, who has the journal: {as_user(job.user, job.token_file, job.secrets)}",
    )
    written = [*([users] if made or os.path.lexists(users) else []), *(unit.path for unit in units)]
    taken_back = (
        *removed_units(job.name, written, of_person=False),
        f"# What stays: the user {job.user}, and {job.home}, where the journal knows who is in Callbell.",
    )
    return Placement(text=_text(files), shown=tuple(steps), afterwards=afterwards, taken_back=taken_back)


def _by_person(job: NightlyJob) -> Placement:
    files = _units(job, of_person=True)
    lingering = tuple(_lingering(own_name()))
    steps: tuple[Step, ...] = (
        *files,
        CallStep(words=("systemctl", "--user", "daemon-reload")),
        CallStep(words=("systemctl", "--user", "enable", "--now", f"{job.name}.timer")),
        *lingering,
    )
    afterwards = ("Try it now:", f"  systemctl --user start {job.name}", f"  journalctl --user-unit {job.name}")
    taken_back = (
        *removed_units(job.name, [file.path for file in files], of_person=True),
        *(f"loginctl disable-linger {own_name()}" for _ in lingering),
    )
    return Placement(text=_text(files), shown=steps, afterwards=afterwards, taken_back=taken_back)


def _lingering(person: str) -> Iterator[CallStep]:
    """Yield what lets a person's services run while they are not logged in, unless they may already."""
    if not os.path.exists(f"/var/lib/systemd/linger/{person}"):  # noqa: PTH110 - a text
        words = ("loginctl", "enable-linger", person)
        hint = f"All else is in place, but runs only while {person} is logged in, until root gives: {' '.join(words)}"
        yield CallStep(words=words, hint=hint)


def _by_cron(job: NightlyJob) -> Placement:
    user = "" if job.user == own_name() else job.user
    words = crontab_words(user)
    shown = (_table_step(job, user),)
    afterwards = (f"See it with: {' '.join(words)} -l",)
    return Placement(
        text=cron_block(job),
        shown=shown,
        cron_job=job,
        cron_user=user,
        afterwards=afterwards,
        taken_back=tuple(removed_lines(job.name, words)),
    )


def _table_step(job: NightlyJob, user: str, table: str = "", *, is_there: bool = False) -> CallStep:
    """Return the step that writes a crontab; all else in it stays."""
    does = "replace its lines in" if is_there else "add its lines to"
    return CallStep(words=(*crontab_words(user), "-"), stdin=table, purpose=f"{does} the crontab of {job.user}")


def _by_windows(job: NightlyJob, first_day: date, environment: Mapping[str, str]) -> Placement:
    xml = task_xml(job, first_day)
    folder = environment.get("LOCALAPPDATA") or environment.get("USERPROFILE") or job.folder
    file = FileStep(path=f"{folder}\\{job.name}.xml", text=xml, encoding="utf-16")
    create = CallStep(words=("schtasks", "/Create", "/TN", job.name, "/XML", file.path, "/F"))
    afterwards = ("Try it now:", f"  schtasks /Run /TN {job.name}", f"  schtasks /Query /V /FO LIST /TN {job.name}")
    taken_back = (removed_task(job.name), f"del {quote(file.path)}")
    return Placement(text=xml, shown=(file, create), afterwards=afterwards, taken_back=taken_back)


def _units(job: NightlyJob, *, of_person: bool) -> tuple[FileStep, ...]:
    folder = unit_folder(job, of_person=of_person)
    texts = {
        f"{job.name}.service": service_unit(job, of_person=of_person),
        f"{job.name}.timer": timer_unit(job),
        f"{job.name}-failed.service": failure_unit(job, of_person=of_person),
    }
    return tuple(FileStep(path=f"{folder}/{name}", text=text) for name, text in texts.items())


def _text(files: Sequence[FileStep]) -> str:
    return "\n".join(f"# {file.path}\n{file.text.rstrip()}\n" for file in files)
