"""Whether anybody hears of a bad night: cron and the units of systemd mail, if there is a mail program."""

import os
import re
import shutil
from collections.abc import Iterator

from importer.commands.schedule.night import Night
from importer.model.diagnosis import Diagnosis, Level
from importer.model.errors import StorageError
from importer.system.cron_table import cron_marks
from importer.system.nightly_job import ScheduleKind
from importer.system.scheduler import Scheduler, crontab_words
from importer.system.service_user import own_name

_MAIL_TO = re.compile(r"^[ \t]*MAILTO[ \t]*=(.*)$", re.MULTILINE)
_MAILED_BY_UNIT = (ScheduleKind.SYSTEMD, ScheduleKind.SYSTEMD_USER)
_INSTALL = "Install one that gives sendmail (Debian: apt install postfix)"
_NOTIFY = "or name a webhook or a mail server in [notify] of the config, which needs no mail program"


def mail_at_night(night: Night, scheduler: Scheduler) -> Iterator[Diagnosis]:
    """Yield a note where nobody would hear of a bad night, with what has to be installed or said."""
    if night.context.settings.notify.has_receivers:
        return
    user, has_mail = night.user.name, shutil.which("sendmail", path=program_path(night)) is not None
    if not has_mail and night.kind in _MAILED_BY_UNIT:
        text = "a bad night is told in the log alone: there is no mail program"
        yield Diagnosis(name="mail", level=Level.NOTE, text=text, next_step=f"{_INSTALL}; {_NOTIFY}.")
    if night.kind is not ScheduleKind.CRON or not shutil.which("crontab", path=program_path(night)):
        return
    crontab_user = "" if user == own_name() else user
    mail_to = _mail_to(night, scheduler, crontab_user)
    is_off, reads_own = mail_to == "", bool(mail_to) or (mail_to is None and not crontab_user)
    place = "in place of the empty MAILTO" if is_off else "in a line above the others"
    words = " ".join(crontab_words(crontab_user))
    reader = f"name who reads it in the crontab ({words} -e), {place}: MAILTO=you@example.com"
    if not has_mail:
        also = "" if reads_own else f"; and {reader}"
        yield Diagnosis(
            name="cron",
            level=Level.NOTE,
            text=f"nobody is told of a bad night: cron mails {user}, and there is no mail program",
            next_step=f"{_INSTALL}{also}; {_NOTIFY}.",
        )
    elif not reads_own:
        text = f"of a bad night cron mails {user}, whose mail perhaps nobody reads"
        if is_off:
            text = f"nobody is told of a bad night: MAILTO is empty in the crontab of {user}"
        step = f"{reader[:1].upper()}{reader[1:]}; {_NOTIFY}."
        yield Diagnosis(name="cron", level=Level.NOTE, text=text, next_step=step)


def program_path(night: Night) -> str:
    """Return where programs of the system are looked for, also by a user whose PATH lacks them."""
    return os.pathsep.join([night.now.environment.get("PATH", ""), "/usr/sbin", "/usr/lib"])


def _mail_to(night: Night, scheduler: Scheduler, user: str) -> str | None:
    """Return whom cron mails what the job says: the last MAILTO above it; empty: nobody; None: there is none.

    Args:
        night: Whose job it is.
        scheduler: The system.
        user: Whose crontab it is; empty: that of whoever gives the command.

    """
    try:
        above = scheduler.crontab(user).partition(cron_marks(night.job.name)[0])[0]
    except StorageError:
        return None
    found = _MAIL_TO.findall(above)
    return found[-1].strip(" \t\"'") if found else None
