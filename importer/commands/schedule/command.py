"""`schedule`: prints what runs the same import every night, says whether such a night would work, and installs it."""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from importer.commands.context import CommandContext, CommandResult
from importer.commands.schedule.checks import check_night
from importer.commands.schedule.in_place import installed_schedules
from importer.commands.schedule.night import Night, ScheduleRequest, scheduled_night
from importer.commands.schedule.other_account import lacks_account
from importer.commands.schedule.removal import cut_from_table
from importer.commands.schedule.steps import Placement, placement
from importer.commands.schedule.system_check import (
    NO_SYSTEMD,
    chosen_kind,
    lacks_systemd,
    require_system,
    schedule_command,
    what_works,
)
from importer.model.diagnosis import Diagnosis, diagnosed_exit_code
from importer.model.errors import StorageError, UsageError
from importer.model.plain_text import wrapped_text
from importer.reports.doctor_report import doctor_text
from importer.system.cron_daemon import is_cron_running, start_command
from importer.system.cron_table import cut_out_job
from importer.system.nightly_job import ScheduleKind
from importer.system.scheduler import Scheduler, Step, crontab_words
from importer.system.service_user import is_root
from importer.system.shell import importer_command
from importer.system.terminal import is_terminal

_NOT_COPIED = " without copying it (what begins with the time is one line, however a terminal shows it)"
"""Said of a crontab's line."""


def schedule_run(
    context: CommandContext, request: ScheduleRequest, put_out: Callable[[str], None], scheduler: Scheduler
) -> CommandResult:
    """Print what runs an import every night, and put it in place if that is wanted.

    Args:
        context: With the settings as the options, the environment and the config have them now.
        request: What was asked for.
        put_out: Writes to standard output.
        scheduler: The system that it is installed on.

    Raises:
        UsageError: Something in the request is wrong, such as no file to install; or nobody can be asked whether to
            install it.
        StorageError: It could not be put in place.

    """
    if not request.files:
        return _list_installed(context, request, put_out, scheduler)
    night = scheduled_night(context, request)
    kind = night.kind
    if request.install:
        require_system(night, request)
    diagnoses = [*chosen_kind(night, request), *check_night(night, scheduler)]
    first_day = (context.clock.now() + timedelta(days=1)).date()
    placed = placement(night.job, kind, night.user, first_day, night.context.environment)
    put_out(placed.text)
    code = diagnosed_exit_code(diagnoses)
    found = doctor_text(diagnoses, context.line_width)
    if not request.install:
        how = _how_to_install(placed, night, request, scheduler)
        return CommandResult(exit_code=code, text=f"{found}\n\n{how}")
    if code:
        missing = "Nothing was installed: such a night would not work yet. Solve the problems above first."
        return CommandResult(exit_code=code, text=f"{found}\n\n{missing}")
    return _install(night, placed, diagnoses, scheduler)


def _install(night: Night, placed: Placement, diagnoses: Sequence[Diagnosis], scheduler: Scheduler) -> CommandResult:
    """Ask whether to put it in place, and do so.

    Raises:
        UsageError: The answer is no, or nobody can be asked.
        StorageError: It could not be put in place.

    """
    context = night.now
    steps = placed.steps(scheduler)
    found = doctor_text(diagnoses, context.line_width)
    _ask(context, "\n".join([found, "", "To be done:", *(f"  {step}" for step in steps)]))
    _put_in_place(steps, placed, scheduler)
    lines = [*_installed(night), *placed.afterwards, *_taken_back(placed)]
    return CommandResult(exit_code=0, text="\n".join(lines))


def _list_installed(
    context: CommandContext, request: ScheduleRequest, put_out: Callable[[str], None], scheduler: Scheduler
) -> CommandResult:
    """Print what is in place, and how each is taken back: what a command without a file asks for.

    Raises:
        UsageError: Something is to be installed and nobody says what.

    """
    users = [request.user] if request.user else []
    example = importer_command("schedule", "contacts.csv", options=[("at", request.at)])
    if request.install:
        raise UsageError("Missing argument 'FILE...'.", f"Name the spreadsheet:\n{example}")
    found = list(installed_schedules(scheduler, context.environment, users))
    for one in found:
        old = f"; {old}" if (old := lacks_account(one.schedule)) else ""
        lines = [f"{one.text}{old}. To take it back:", *(f"  {line}" for line in one.taken_back), ""]
        put_out(wrapped_text("\n".join(lines), context.line_width))
    whose = "" if is_root() else "Root is shown the schedules of everybody."
    none = "" if found else f"No schedule is in place here. To see what puts one in place:\n  {example}"
    return CommandResult(exit_code=0, text="\n".join(filter(None, [none, whose])))


def _ask(context: CommandContext, text: str) -> None:
    """Show what will be done, and ask whether to.

    Raises:
        UsageError: The answer is no, or nobody is there to be asked and --yes was not given.

    """
    if context.settings.run.yes:
        context.tell(text)
    elif context.confirm is None:
        raise UsageError("Nobody can be asked whether to install it. Nothing was.", "Give the same command with --yes.")
    elif not context.confirm(text):
        raise UsageError("Nothing was installed.")


def _put_in_place(steps: Sequence[Step], placed: Placement, scheduler: Scheduler) -> None:
    """Do the steps.

    Raises:
        StorageError: One failed; with how to take back those before it.

    """
    for number, step in enumerate(steps):
        try:
            scheduler.perform(step)
        except StorageError as error:
            if not number:
                raise
            hint = "\n".join(filter(None, [error.hint, *_taken_back(placed)]))
            raise StorageError(error.message, hint, code=error.code) from error


def _installed(night: Night) -> Iterator[str]:
    """Yield when it will run; systemd and Windows' Task Scheduler start a bit later, and make up for a night."""
    at = f"every night at {night.job.hour:02}:{night.job.minute:02}"
    if night.kind is not ScheduleKind.CRON:
        yield f"Installed: {at}, or soon after."
        return
    is_stopped = is_cron_running() is False
    yield f"Installed: {at}{', once cron runs, which it does not now' if is_stopped else ''}."
    if is_stopped and (start := start_command()):
        yield f"Start it, as root: {start}"
    yield "A night on which this computer is off is left out: cron does not make up for it."


def _how_to_install(placed: Placement, night: Night, request: ScheduleRequest, scheduler: Scheduler) -> str:
    if lacks_systemd(night.kind):
        return f"{NO_SYSTEMD} The units are for another computer.\n{what_works(night, replace(request, install=True))}"
    others = ", ".join(one for one in ScheduleKind if one is not night.kind)
    is_cron_shown = placed.cron_job is not None and is_terminal(sys.stdout)
    lines = [
        f"To put it in place{_NOT_COPIED if is_cron_shown else ''}:",
        f"  {schedule_command(night, replace(request, install=True), request.kind)}",
        "It does this:",
        *(f"  {step}" for step in _steps(placed, scheduler)),
        *(_by_file(placed, schedule_command(night, request, request.kind), scheduler) if is_cron_shown else ()),
        *_taken_back(placed),
        f"This is --kind {night.kind}; there are {others} too.",
    ]
    return "\n".join(lines)


def _steps(placed: Placement, scheduler: Scheduler) -> Sequence[Step]:
    """Return the steps as they are now, as far as the crontab can be read."""
    try:
        return placed.steps(scheduler)
    except StorageError:
        return placed.shown


def _by_file(placed: Placement, command: str, scheduler: Scheduler) -> Iterator[str]:
    """Yield how the lines of a crontab get into a file as they are, and from there into the crontab.

    Nothing where that cannot be read, or somebody took away the end of a block in it.
    """
    if placed.cron_job is None:
        return
    name, words = placed.cron_job.name, crontab_words(placed.cron_user)
    file = f"{name}.cron"
    try:
        placed.steps(scheduler)
        is_empty = not scheduler.crontab(placed.cron_user).strip()
    except StorageError:
        return
    yield "Or by a file, which can be looked at first; " + (
        "the crontab is empty now:" if is_empty else "all else in the crontab stays:"
    )
    yield f"  {command} > {file}"
    yield f"  {' '.join(words)} {file}" if is_empty else f"  {cut_from_table(words, cut_out_job(name), file)}"


def _taken_back(placed: Placement) -> list[str]:
    return ["To take it back:", *(f"  {line}" for line in placed.taken_back)]
