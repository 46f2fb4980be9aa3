"""The commands that take a schedule back: of each kind, with the names of what it wrote. Pure."""

from collections.abc import Iterator, Sequence

from importer.system.cron_table import cron_marks, cut_out_job
from importer.system.nightly_job import KnownSchedule
from importer.system.shell import quote


def removed_units(name: str, paths: Sequence[str], *, of_person: bool, whose: str = "") -> Iterator[str]:
    """Yield what takes back a schedule of systemd.

    Args:
        name: Of the timer.
        paths: The files that were written for it.
        of_person: Whether it is a person's own service; else the system's.
        whose: The person, where it is somebody else than whoever gives the commands.

    """
    of_whom = f" --machine={whose}@" if whose else ""
    systemctl = f"systemctl --user{of_whom}" if of_person else "systemctl"
    yield f"{systemctl} disable --now {name}.timer"
    yield from (f"rm {quote(path)}" for path in paths)
    yield f"{systemctl} daemon-reload"


def removed_lines(name: str, crontab: Sequence[str], *, is_whole: bool = True) -> Iterator[str]:
    """Yield what takes a schedule out of a crontab; all else in it stays, and nothing happens where it is not listed.

    Args:
        name: Of the schedule.
        crontab: The command that deals with the table.
        is_whole: Whether each block of it has its end; else a filter would leave less than it should, and somebody
            has to look.

    """
    if is_whole:
        yield cut_from_table(crontab, cut_out_job(name))
        return
    begin, end = cron_marks(name)
    yield " ".join([*crontab, "-e"])
    yield f'and delete the lines from "{begin.partition(" (")[0]}" to "{end}"'


def cut_from_table(crontab: Sequence[str], cut: str, added: str = "") -> str:
    """Return the command that writes a crontab without some of its lines.

    Without a file: the table may hold what others should not read. With `&&`: an empty one would be written where it
    cannot be listed.

    Args:
        crontab: The command that deals with the table.
        cut: Prints what is to stay of its standard input.
        added: The file whose lines come after that; empty: there is none.

    """
    words = " ".join(crontab)
    kept = f"""printf '%s\\n' "$TABLE" | {cut}"""
    kept = f"{{ {kept}; cat {quote(added)}; }}" if added else kept
    return f"TABLE=$({words} -l) && {kept} | {words} -"


def removed_line(one: KnownSchedule, editor: str) -> Iterator[str]:
    """Yield what takes out a line that somebody wrote themselves."""
    yield editor
    yield f'and delete the line that begins with "{one.minute % 60} {one.minute // 60} * * *"'


def removed_task(name: str) -> str:
    """Return what takes a schedule out of Windows' Task Scheduler, in cmd and in PowerShell."""
    return f"schtasks /Delete /TN {name} /F"
