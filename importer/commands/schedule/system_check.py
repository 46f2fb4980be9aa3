"""Whether a schedule can be put in place on this system, asked before anything is changed."""

from collections.abc import Iterator

from importer.commands.schedule.night import USUAL_TIME, Night, ScheduleRequest
from importer.model.diagnosis import Diagnosis, Level
from importer.model.errors import UsageError
from importer.system import runtime
from importer.system.nightly_job import SYSTEMD_FOLDER, ScheduleKind, has_crontab, is_systemd_running
from importer.system.service_user import is_root
from importer.system.shell import importer_command

NO_SYSTEMD = f"systemd does not run here ({SYSTEMD_FOLDER} is missing), as in a container, or in WSL without it."


def chosen_kind(night: Night, request: ScheduleRequest) -> Iterator[Diagnosis]:
    """Yield why it is cron, where nobody named the kind."""
    if night.kind is ScheduleKind.CRON and not request.kind and not runtime.MAC:
        text = f"cron, as systemd does not run here ({SYSTEMD_FOLDER} is missing)"
        yield Diagnosis(name="schedule", level=Level.NOTE, text=text)


def require_system(night: Night, request: ScheduleRequest) -> None:
    """See that what the schedule needs runs here, and that whoever gives the command may install it.

    Raises:
        UsageError: It does not, or may not; with the command that works here.

    """
    kind = night.kind
    if (kind is ScheduleKind.WINDOWS) is not runtime.WINDOWS:
        raise UsageError(f"This system has no schedules of the kind {kind}.", "Leave --kind out, or --install.")
    if lacks_systemd(kind):
        raise UsageError(NO_SYSTEMD, f"Nothing was changed. {what_works(night, request)}")
    if kind is ScheduleKind.SYSTEMD and not is_root():
        hint = "Give the same command as root (sudo), or with --kind systemd-user for a service of your own."
        raise UsageError("A service of the system is installed by root.", hint)


def lacks_systemd(kind: ScheduleKind) -> bool:
    """Tell whether the schedule is of systemd, which does not run here."""
    return kind in (ScheduleKind.SYSTEMD, ScheduleKind.SYSTEMD_USER) and not is_systemd_running()


def what_works(night: Night, request: ScheduleRequest) -> str:
    """Return the command that puts the same schedule in place where systemd does not run."""
    install = "" if has_crontab(night.now.environment) else "install it (Debian: apt install cron) and "
    command = schedule_command(night, request, kind=ScheduleKind.CRON)
    return f"It works with cron: {install}give this command:\n{command}"


def schedule_command(night: Night, request: ScheduleRequest, kind: str) -> str:
    """Return the command that was given, with a kind of schedule; an empty one leaves the choice to it."""
    own = {
        "at": "" if request.at == USUAL_TIME else request.at,
        "kind": kind,
        "user": request.user,
        "name": request.name,
    }
    given = [("config", night.now.options.get("config")), *own.items(), *request.options.items()]
    last = [("install", request.install), ("yes", night.now.settings.run.yes)]
    return importer_command("schedule", *request.files, options=[*dict([*given, *last]).items()])
