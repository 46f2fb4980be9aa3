"""The files of `[notify]` with a secret that a nightly job may not read, and the command that cures it.

Whoever tries the notices is root, who may read all of them; the nights have another user.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from importer.commands.context import CommandContext
from importer.commands.schedule.access_advice import secret_advice
from importer.system.installed_crons import nightly_jobs
from importer.system.installed_units import InstalledUnit
from importer.system.nightly_job import SERVICE_USER, ScheduleKind, time_of_day
from importer.system.service_user import find_user, may
from importer.system.shell import importer_name, option_words, quote

_PASSED = ("CALLBELL_", "SSL_CERT", "PYTHONPATH")
"""Beginnings of the variables that `schedule` takes from its shell."""
_HANDED_OVER = "CALLBELL_IMPORTER_TOKEN_FILE="


def jobs_of_config(context: CommandContext) -> Sequence[InstalledUnit]:
    """Return the nightly jobs whose command names the config that is in force."""
    config = _real(str(context.options.get("config") or ""))
    return [job for job in nightly_jobs() if config and job.config and _real(job.config) == config]


def unread_files(job: InstalledUnit, files: Mapping[str, Path]) -> Mapping[str, Path]:
    """Return the files that are neither handed over to a nightly job nor readable for its user.

    Args:
        job: The job.
        files: By the names of their secrets.

    """
    user = find_user(job.user, "")
    return {
        name: file
        for name, file in files.items()
        if not job.hands_over(name, file) and may(user, "r", str(file)) is False
    }


def cure_of_unread(job: InstalledUnit, unread: Mapping[str, Path]) -> str:
    """Return what lets a nightly job read its files: a service is put in place again, and is handed them over then."""
    if not job.is_cron:
        which = "the file" if len(unread) == 1 else "the files"
        return f"As root, put the service in place again, so that systemd hands {which} over:\n{schedule_again(job)}"
    user = find_user(job.user, "")
    keys = {f"{name}_file under [notify]": str(file) for name, file in unread.items()}
    return "\n".join(secret_advice(user, file, "the secret", key) for key, file in keys.items())


def cure_of_unreadable(context: CommandContext) -> str:
    """Return what to do where a notice's file may not be read by whoever gives the command; empty: no night has it.

    What is given by hand as the user of a service lacks what systemd hands over.
    """
    if not jobs_of_config(context):
        return ""
    if has_handed_over(context):
        return "Only root may read it. The nights can, as systemd hands it over to them."
    options = option_words([("config", context.options.get("config")), ("notify", True)])
    doctor = " ".join([importer_name(), "doctor", *map(quote, options)])
    return f"What lets the nights read it, this says as root:\n  {doctor}"


def has_handed_over(context: CommandContext) -> bool:
    """Tell whether systemd hands the files over to a nightly job that has the config which is in force."""
    files = context.settings.notify.secret_files
    jobs = jobs_of_config(context)
    return any(all(job.hands_over(name, file) for name, file in files.items()) for job in jobs)


def schedule_again(job: InstalledUnit) -> str:
    """Return the command that puts a service in place again as it is, with what its config names now."""
    given = list(job.words[job.words.index("run") + 1 :]) if "run" in job.words else ["FILE..."]
    name = job.name.removeprefix("callbell-importer").lstrip("-")
    own = {
        "at": None if job.minute is None else time_of_day(job.minute),
        "kind": ScheduleKind.SYSTEMD.value,
        "user": None if job.user == SERVICE_USER else job.user,
        "name": name,
        "install": True,
    }
    variables = [one for one in job.variables if one.startswith(_PASSED) and not one.startswith(_HANDED_OVER)]
    assignments = [f"{variable}={quote(value)}" for variable, _, value in (one.partition("=") for one in variables)]
    words = [word for word in given if word != "--yes"]
    return " ".join([*assignments, importer_name(), "schedule", *map(quote, [*words, *option_words([*own.items()])])])


def _real(path: str) -> str:
    return str(Path(path).resolve()) if path else ""
