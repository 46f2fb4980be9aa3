"""Whether a night would work: looked at before anything is printed or installed, as the user who will be there then."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from importer.client.token import VARIABLE, find_token
from importer.commands.schedule.access_advice import (
    made_user,
    new_user_command,
    reading_advice,
    token_advice,
    writing_advice,
)
from importer.commands.schedule.clash import others_in_place
from importer.commands.schedule.columns_check import columns_at_night
from importer.commands.schedule.files_check import (
    TEMPORARY_FOLDERS,
    files_at_night,
    own_temporary_folder,
    rows_at_night,
)
from importer.commands.schedule.journal_check import journal_at_night
from importer.commands.schedule.mail_check import mail_at_night, program_path
from importer.commands.schedule.night import CONFIG_FOLDER, Night
from importer.commands.schedule.notify_check import notices_at_night
from importer.model.diagnosis import Diagnosis, Level, problem_diagnosis
from importer.model.errors import UsageError
from importer.system import runtime
from importer.system.cron_daemon import is_cron_running, start_command
from importer.system.cron_table import LONGEST_COMMAND, cron_command
from importer.system.nightly_job import SERVICE_USER, ScheduleKind
from importer.system.program import program_files
from importer.system.scheduler import Scheduler
from importer.system.service_user import ServiceUser, find_user, is_root, may
from importer.system.shell import importer_command, quote

_SHARED_USER = "nobody"
_USAGE, _INPUT, _STORAGE = 2, 3, 4


def check_night(night: Night, scheduler: Scheduler) -> list[Diagnosis]:
    """Return how each part of the set-up stands: what the night needs and would not find is a problem.

    Args:
        night: As it will be.
        scheduler: The system, which knows what else is in place.

    """
    checks = [
        _program,
        _config,
        files_at_night,
        rows_at_night,
        columns_at_night,
        _token,
        notices_at_night,
        _folders,
        _kept,
        _shell,
        _cron,
    ]
    if _lacks_user(night):  # what a user may do is looked at once there is such a one: until then all of it is wrong
        checks = [rows_at_night, columns_at_night, _shell, _cron]
    found = [*_when(night), *others_in_place(night, scheduler), *(one for check in checks for one in check(night))]
    found += [*journal_at_night(night), *mail_at_night(night, scheduler)]
    return list(_said_once(found, "".join(made_user(night.user))))


def _said_once(diagnoses: Sequence[Diagnosis], command: str) -> Iterator[Diagnosis]:
    """Yield the checks, with the command that makes the user only in the first that needs it."""
    is_said = False
    for one in diagnoses:
        lines = one.next_step.split("\n")
        yield replace(one, next_step="\n".join(line for line in lines if line != command)) if is_said else one
        is_said |= command in lines


def _lacks_user(night: Night) -> bool:
    """Tell whether there is no such user, and nothing that makes one."""
    return night.kind is ScheduleKind.CRON and not night.user.is_there


def _when(night: Night) -> Iterator[Diagnosis]:
    job = night.job
    made = "" if night.user.is_there else ", who is made for it"
    text = f"every night at {job.hour:02}:{job.minute:02}, by {night.kind}, as {job.user}{made}"
    if _lacks_user(night):
        step = "As root, make it, and give the same command again, which tells what it may not read or write:"
        step = f"{step}\n{new_user_command(job.user)}"
        yield problem_diagnosis("when", f"there is no user {job.user}", step, _USAGE)
    elif night.user.name == _SHARED_USER:
        step = f"Make one of its own, and name it with --user: {new_user_command(SERVICE_USER)}"
        whose = "so they would read the customers and the token too"
        yield problem_diagnosis("when", f"other services run as {_SHARED_USER}, {whose}", step, _USAGE)
    elif night.user.numbers[0] == 0 and night.user.is_there:
        step = f"Name a user of its own, such as: --user {SERVICE_USER}"
        yield Diagnosis(name="when", level=Level.NOTE, text=f"{text}; it does not need {job.user}", next_step=step)
    else:
        yield Diagnosis(name="when", text=text)


def _program(night: Night) -> Iterator[Diagnosis]:
    """Tell whether the night's user can start the program: not if it lies in somebody's home."""
    words = " ".join(map(quote, night.job.program))
    closed = [file for file in program_files(night.job.program) if may(night.user, "r", file) is False]
    if closed:
        step = (
            "Install it where everybody can read it:\n"
            "python3 -m venv /opt/callbell-importer\n/opt/callbell-importer/bin/pip install ."
        )
        yield problem_diagnosis("program", f"{night.user.name} may not read {closed[-1]}", step, _USAGE)
    else:
        yield Diagnosis(name="program", text=words)


def _config(night: Night) -> Iterator[Diagnosis]:
    config, run = night.job.config, night.context.settings.run
    if run.dry_run or run.sandbox:
        key = "dry_run" if run.dry_run else "sandbox"
        yield problem_diagnosis("config", f"{key} is true, so nothing is sent", f"Take {key} out of it.", _USAGE)
    elif run.limit:
        text = f"limit is {run.limit}, so only the first rows are imported"
        yield problem_diagnosis("config", text, "Take limit out of it.", _USAGE)
    elif not config:
        step = f"Write one, and look through it: {importer_command('init', *night.files[:1])}"
        text = "none: each night the columns are guessed again, and a changed file may be guessed otherwise"
        yield Diagnosis(name="config", level=Level.NOTE, text=text, next_step=step)
    elif not _is_trusted(config, night.user):
        text = f"{config} is neither root's nor {night.user.name}'s, so {night.user.name} does not trust it"
        yield problem_diagnosis("config", text, f"Read it, and: chown root {quote(config)}", _USAGE)
    elif may(night.user, "r", config) is False and not night.has_systemd:
        step = reading_advice(night.user, config)
        yield problem_diagnosis("config", f"{night.user.name} may not read {config}", step, _USAGE)
    elif night.has_systemd and may(night.user, "x", str(Path(config).parent)) is False:
        step = (
            "As root, put it, and the token if it is beside it, where others may go, and name it with -c:\n"
            f"install -d -m 755 {CONFIG_FOLDER}\nmv {quote(config)} {CONFIG_FOLDER}/"
        )
        yield problem_diagnosis("config", f"{night.user.name} may not go into the folder of {config}", step, _USAGE)
    else:
        is_opened = night.has_systemd and may(night.user, "r", config) is False
        opened = f", which --install lets the group of {night.user.name} read" if is_opened else ""
        yield Diagnosis(name="config", text=f"{config}{opened}")


def _is_trusted(config: str, user: ServiceUser) -> bool:
    """Tell whether a user takes the config for its own, as `settings.config_access` does."""
    return runtime.WINDOWS or Path(config).stat().st_uid in (0, user.numbers[0])


def _token(night: Night) -> Iterator[Diagnosis]:
    """Tell whether the token is where the night finds it: neither in this shell nor behind a desktop's keyring."""
    account = night.context.settings.service.account
    file = Path(night.token_file) if night.token_file else None
    if night.has_systemd and not is_root():
        text = f"{file}, handed over by systemd; only root can look into it"
        yield Diagnosis(name="token", level=Level.SKIPPED, text=text)
        return
    reader = find_user("root", "/root") if night.has_systemd else night.user
    nameless = f"a file of {reader.name}, chmod 600, and name it in the config as token_file under [service]."
    step = token_advice(reader, str(file)) if file else f"Put the token, alone, into {nameless}"
    if file and not file.exists():
        yield problem_diagnosis("token", f"{file} is not there", step, _USAGE)
        return
    try:
        find_token(night.context.environment, file, account)
    except UsageError as error:
        shell = f" (the variable {VARIABLE} of this shell is not there at night)"
        told = error.message + (shell if VARIABLE in night.now.environment else "")
        yield problem_diagnosis("token", told, error.hint if file else step, _USAGE)
        return
    how = ", handed over by systemd" if night.has_systemd else ""
    if not night.has_systemd and file and may(night.user, "r", str(file)) is False:
        yield problem_diagnosis("token", f"{night.user.name} may not read {file}", step, _USAGE)
    else:
        yield Diagnosis(name="token", text=f"{file or 'found without this shell'}{how}")


def _folders(night: Night) -> Iterator[Diagnosis]:
    """Tell whether the folders can be written in, or made where they are missing."""
    wrong = list(_wrong_folders(night))
    yield from wrong or [Diagnosis(name="folder", text=", ".join(night.job.writes))]


def _kept(night: Night) -> Iterator[Diagnosis]:
    """Tell where a night's reports, journal and log are, and from where the paths of options count."""
    run, job = night.context.settings.run, night.job
    by_systemd = f"journalctl {'-u' if night.has_systemd else '--user-unit'} {job.name}"
    usual = {ScheduleKind.CRON: f"what cron mails {job.user}", ScheduleKind.WINDOWS: "none without --log-file"}
    log = run.log_file.absolute() if run.log_file else usual.get(night.kind, by_systemd)
    text = f"reports in {run.report_dir.absolute()}, the journal {night.journal}, the log: {log}"
    yield Diagnosis(name="kept", text=text if night.has_systemd else f"{text}; it starts in {job.folder}")


def _wrong_folders(night: Night) -> Iterator[Diagnosis]:
    name, start = night.user.name, night.job.folder
    if may(night.user, "x", start) is False:
        step = "Give the command in a folder of its own."
        yield problem_diagnosis("folder", f"{name} may not go into {start}, where it is to start", step, _STORAGE)
        return
    for folder in night.job.writes:
        if folder in night.job.public_folders and not Path(folder).is_dir():
            step = f"Make it, so that its reader may go in: install -d -o {name} -m 755 {quote(folder)}"
            yield problem_diagnosis("folder", f"{folder}, where --metrics writes, is not there", step, _STORAGE)
            continue
        if night.has_systemd and f"{folder}/".startswith(TEMPORARY_FOLDERS):
            text = f"{folder} cannot be used: {own_temporary_folder(folder)}, so what it writes there is gone"
            yield problem_diagnosis("folder", text, "Name one elsewhere, such as in /srv.", _STORAGE)
            continue
        above = (Path(folder), *(() if night.has_systemd else Path(folder).parents))  # root makes those of the service
        there = next((str(one) for one in above if one.is_dir()), None)
        if there and may(night.user, "w", there) is False:
            made = f", where {folder} is to be" if folder != there else ""
            step = writing_advice(night.user, folder, there)
            yield problem_diagnosis("folder", f"{name} may not write in {there}{made}", step, _STORAGE)


def _shell(night: Night) -> Iterator[Diagnosis]:
    """Tell what of this shell comes along, and what cannot."""
    passed = sorted(name for name in night.job.environment if name != "LANG")
    if not passed:
        return
    if runtime.WINDOWS:
        step = "Say it in the config, or for all of your programs with: setx NAME VALUE"
        text = f"a task has none of this shell's variables: {', '.join(passed)}"
        yield problem_diagnosis("variables", text, step, _USAGE)
    else:
        yield Diagnosis(name="variables", text=f"of this shell: {', '.join(passed)}")


def _cron(night: Night) -> Iterator[Diagnosis]:
    if night.kind is not ScheduleKind.CRON:
        return
    if len(cron_command(night.job)) > LONGEST_COMMAND:
        text = f"its line has more than the {LONGEST_COMMAND} characters that cron reads"
        yield problem_diagnosis("cron", text, "Put options into the config.", _USAGE)
    elif shutil.which("crontab", path=program_path(night)) is None:
        yield problem_diagnosis("cron", "there is no crontab here", "Install it (Debian: apt install cron).", _USAGE)
    else:
        yield from _daemon()


def _daemon() -> Iterator[Diagnosis]:
    """Yield a note where cron does not run: it can be started later, so the line can be put in place."""
    if is_cron_running() is False:
        step = f"As root, start it: {start}" if (start := start_command()) else "Install it (Debian: apt install cron)."
        text = "cron does not run here, and no night begins without it"
        yield Diagnosis(name="cron", level=Level.NOTE, text=text, next_step=step)
