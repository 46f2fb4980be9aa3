"""The lines of a crontab that run a command every night. Pure.

Sources: crontab(5) of Debian's cron (vixie), which the line was run with (tests/integration/cron_line.py), and cronie.
"""

import re
import shlex

from importer.model.errors import StorageError
from importer.system.nightly_job import NightlyJob

LONGEST_COMMAND = 998
"""Characters that cron takes for a command (MAX_COMMAND in its source)."""
_PATH = "/usr/local/bin:/usr/bin:/bin"
"""cron's own lacks /usr/local/bin."""


def cron_command(job: NightlyJob) -> str:
    r"""Return what cron gives to sh.

    For cron a bare per cent sign ends the command, so each is written as `\%`, outside of quotes: cron takes the
    backslash away, and a cron that knows nothing of per cent signs (busybox) leaves it to sh, which does.
    """
    variables = {"PATH": _PATH, **job.environment}
    assignments = [f"{name}={_word(value)}" for name, value in sorted(variables.items())]
    return f"cd {_word(job.folder)} && {' '.join([*assignments, *map(_word, job.words), '--quiet'])}"


def cron_block(job: NightlyJob) -> str:
    """Return the lines for the crontab: the job between two marks, by which it is found again."""
    begin, end = cron_marks(job.name)
    return (
        f"{begin}\n"
        "# cron mails what it says, nothing after a good night, if there is a mail program; [notify] needs none.\n"
        f"{job.minute} {job.hour} * * * {cron_command(job)}\n"
        f"{end}\n"
    )


def with_job(table: str, job: NightlyJob) -> str:
    """Return a crontab with the job in it, in the place of an earlier one of its name; all else stays as it is.

    Raises:
        StorageError: Somebody changed the lines between the marks, so that it cannot be told what is ours.

    """
    begin, end = cron_marks(job.name)
    earlier = re.compile(rf"^{re.escape(begin)}\n#[^\n]*\n[^\n]*\n{re.escape(end)}$\n?", re.MULTILINE)
    block = cron_block(job)
    changed, count = earlier.subn(lambda _: block, table, count=1)
    if count:
        return changed
    if begin in table:
        raise StorageError(
            f'The crontab has the line "{begin}", but not the lines that should follow it.',
            "Delete it and the line of that job with crontab -e, and give the same command again.",
        )
    gap = "" if not table or table.endswith("\n") else "\n"  # a last line without its end is not run
    return f"{table}{gap}{block}"


def cron_marks(name: str) -> tuple[str, str]:
    """Return the lines before and after a job in a crontab."""
    return f"# begin {name} (callbell-importer schedule)", f"# end {name}"


def _word(word: str) -> str:
    return "\\%".join(shlex.quote(part) if part or part == word else "" for part in word.split("%"))
