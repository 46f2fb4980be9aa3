"""Whether anybody hears of a bad night that cron runs: cron mails its user, if there is a mail program."""

import os
import re
import shutil
from collections.abc import Iterator

from importer.commands.schedule.night import Night
from importer.model.diagnosis import Diagnosis, Level
from importer.model.errors import StorageError
from importer.system.nightly_job import ScheduleKind
from importer.system.scheduler import Scheduler, crontab_words
from importer.system.service_user import own_name

_MAIL_TO = re.compile(r"^\s*MAILTO\s*=\s*\S", re.MULTILINE)
_NOTIFY = "or name a webhook or a mail server in [notify] of the config, which needs no mail program"


def mail_at_night(night: Night, scheduler: Scheduler) -> Iterator[Diagnosis]:
    """Yield a note where nobody would hear of a bad night, with what has to be installed or said."""
    is_told_otherwise = night.context.settings.notify.has_receivers
    if (
        night.kind is not ScheduleKind.CRON
        or is_told_otherwise
        or not shutil.which("crontab", path=program_path(night))
    ):
        return
    user, has_mail = night.user.name, shutil.which("sendmail", path=program_path(night)) is not None
    reads_own = user == own_name() or _names_reader(night, scheduler)
    words = " ".join(crontab_words("" if user == own_name() else user))
    reader = f"name who reads it in the crontab ({words} -e), in a line above the others: MAILTO=you@example.com"
    if not has_mail:
        also = "" if reads_own else f"; and {reader}"
        yield Diagnosis(
            name="cron",
            level=Level.NOTE,
            text=f"nobody is told of a bad night: cron mails {user}, and there is no mail program",
            next_step=f"Install one that gives sendmail (Debian: apt install postfix){also}; {_NOTIFY}.",
        )
    elif not reads_own:
        text = f"of a bad night cron mails {user}, whose mail perhaps nobody reads"
        step = f"{reader[:1].upper()}{reader[1:]}; {_NOTIFY}."
        yield Diagnosis(name="cron", level=Level.NOTE, text=text, next_step=step)


def program_path(night: Night) -> str:
    """Return where programs of the system are looked for, also by a user whose PATH lacks them."""
    return os.pathsep.join([night.now.environment.get("PATH", ""), "/usr/sbin", "/usr/lib"])


def _names_reader(night: Night, scheduler: Scheduler) -> bool:
    """Tell whether the user's crontab says who is mailed."""
    try:
        return bool(_MAIL_TO.search(scheduler.crontab(night.user.name)))
    except StorageError:
        return False
