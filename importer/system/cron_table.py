"""The lines of a crontab that run a command every night. Pure.

Sources: crontab(5) of Debian's cron (vixie), which the line was run with (tests/integration/cron_line.py), and cronie.
"""

import re
import shlex
from collections.abc import Iterator

from importer.model.errors import StorageError
from importer.system.nightly_job import JOURNAL_COMMENT, KnownSchedule, NightlyJob
from importer.system.shell import option_values, split_command

LONGEST_COMMAND = 998
"""Characters that cron takes for a command (MAX_COMMAND in its source)."""
_PATH = "/usr/local/bin:/usr/bin:/bin"
"""cron's own lacks /usr/local/bin."""
_EVERY_NIGHT = re.compile(r"\s*(\d{1,2})\s+(\d{1,2})\s+\*\s+\*\s+\*\s+(.*)")
_OURS = re.compile(r"(?:callbell-importer|-m importer)['\"]? run ")
_BEGIN = re.compile(r"# begin (\S+) \(callbell-importer schedule\)")
_END = re.compile(r"# end \S+$")


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
    journal = f"{JOURNAL_COMMENT}{job.journal}\n" if job.journal else ""
    return (
        f"{begin}\n"
        "# After a bad night cron mails what it said, if there is a mail program;\n"
        "# [notify] of the config needs none.\n"
        f"{journal}{job.minute} {job.hour} * * * {cron_command(job)}\n"
        f"{end}\n"
    )


def with_job(table: str, job: NightlyJob) -> str:
    """Return a crontab with the job in it, in the place of all earlier ones of its name; all else stays as it is.

    Raises:
        StorageError: Somebody changed the lines between the marks, so that it cannot be told what is ours.

    """
    begin, end = cron_marks(job.name)
    earlier = re.compile(rf"^{re.escape(begin)}\n(?:#[^\n]*\n){{1,3}}[^\n]*\n{re.escape(end)}$\n?", re.MULTILINE)
    block = cron_block(job)
    found = list(earlier.finditer(table))
    rest = earlier.sub("", table)
    if begin in rest:
        raise StorageError(
            f'The crontab has the line "{begin}", but not the lines that should follow it.',
            "Delete it and the line of that job with crontab -e, and give the same command again.",
        )
    if found:
        at = found[0].start()
        return f"{table[:at]}{block}{rest[at:]}"
    gap = "" if not table or table.endswith("\n") else "\n"  # a last line without its end is not run
    return f"{table}{gap}{block}"


def known_lines(table: str, where: str, owner: str = "") -> Iterator[KnownSchedule]:
    """Yield the schedules of a crontab: those between marks, and lines that somebody wrote.

    Args:
        table: The crontab's text.
        where: What a line without marks is called.
        owner: Whose table it is; empty: it names a user in each line, as those in /etc/cron.d do.

    """
    name = journal = ""
    for line in table.splitlines():
        if begin := _BEGIN.fullmatch(line):
            name = begin[1]
        elif _END.match(line):  # the line between may have been taken out, or changed to another time
            name = journal = ""
        elif line.startswith(JOURNAL_COMMENT):
            journal = line.removeprefix(JOURNAL_COMMENT)
        elif found := _EVERY_NIGHT.fullmatch(line):
            minute, hour, command = int(found[1]), int(found[2]), found[3]
            if name or _OURS.search(command):
                yield KnownSchedule(
                    name=name or where,
                    minute=60 * hour + minute,
                    journal=journal or _named_journal(command),
                    user=owner or command.split()[0],
                    command=command.replace("\\%", "%"),
                )
            name = journal = ""


def _named_journal(command: str) -> str:
    """Return the journal that a command names as an absolute path; empty: the usual one, or it cannot be told."""
    return next(reversed(option_values(split_command(command.replace("\\%", "%")), "--journal")), "")


def cron_marks(name: str) -> tuple[str, str]:
    """Return the lines before and after a job in a crontab."""
    return f"# begin {name} (callbell-importer schedule)", f"# end {name}"


def is_whole_job(name: str, table: str) -> bool:
    """Tell whether the lines of a job can be cut out of a crontab: each of its blocks has its end."""
    begin, end = map(re.escape, cron_marks(name))
    blocks = re.findall(rf"^{begin}\n(?:(?!# begin )[^\n]*\n)*?{end}$", table, re.MULTILINE)
    return 0 < len(blocks) == len(re.findall(rf"^{begin}$", table, re.MULTILINE))


def cut_out_job(name: str) -> str:
    """Return the words that print the rest of a crontab, which is their standard input, without the lines of a job."""
    begin, end = cron_marks(name)
    return f"sed '/^{begin.partition('(')[0]}(/,/^{end}$/d'"


def _word(word: str) -> str:
    return "\\%".join(shlex.quote(part) if part or part == word else "" for part in word.split("%"))
