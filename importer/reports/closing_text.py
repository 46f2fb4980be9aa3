"""The text at the end of a run: what became of the rows, what was wrong with them, and what to do next."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from importer.model.plain_text import duration, plain
from importer.model.rows import FINAL, Status
from importer.model.runs import ProblemGroup, RunRecord
from importer.reports.phrases import count_lines, counted
from importer.reports.write_reports import Reports
from importer.system import shell

MEANINGS: dict[Status, str] = {
    Status.CREATED: "now in Callbell",
    Status.UPDATED: "were in Callbell, and were changed",
    Status.EXISTS: "were in Callbell before, and were left as they are",
    Status.UNCHANGED: "sent by an earlier run already",
    Status.DUPLICATE: "same identifier as an earlier row",
    Status.INVALID: "something in the row is wrong; not sent",
    Status.FAILED: "sent, and refused or given up on",
    Status.IN_DOUBT: "sent, but it is unknown whether it arrived",
    Status.UNSENT: "not sent: the run ended before their turn",
}

_MOST_GROUPS = 10
_MOST_ROWS = 5
_FINISHED = (0, 1)
_GIVEN_AGAIN = ("config", "source", "country", "tag", "journal", "sandbox", "report_dir")
"""The options that decide how corrected rows are read and where they are sent."""
_WHERE_RUNS_ARE = ("journal", "sandbox")
"""The options that `retry` needs to find the run, which has the others."""
_HOW_TO_READ = ("sheet", "header_row", "encoding", "delimiter")


def closing_text(
    record: RunRecord,
    tally: Mapping[Status, int],
    problems: Sequence[ProblemGroup],
    reports: Reports | None,
    *,
    warnings: Sequence[ProblemGroup] = (),
    windows: bool | None = None,
) -> str:
    """Return the closing text, without a line break at its end.

    Args:
        record: The run, with its exit code and when it ended.
        tally: How many rows have each status.
        problems: The groups of problems, most rows first.
        reports: Where the reports are; None for a dry run, which writes none.
        warnings: What is worth a look in rows that are right.
        windows: Whether the commands are for Windows' shell; None: as this system is.

    """
    problems = [group for group in problems if group.code != Status.UNSENT]  # the tally and the message above say it
    parts = [
        _head(record, tally, dry=reports is None),
        _tally(tally, dry=reports is None),
        groups_text("Problems:", problems, _MOST_GROUPS),
        groups_text("Worth a look:", warnings),
        _reports(reports),
        _next(record, tally, reports, windows=windows),
    ]
    return "\n\n".join(part for part in parts if part)


def _head(record: RunRecord, tally: Mapping[Status, int], *, dry: bool) -> str:
    ended = "Finished" if record.exit_code in _FINISHED else "Ended early"
    time = ""
    if record.finished_at:
        time = f" after {duration((record.finished_at - record.started_at).total_seconds())}"
    blank = f", {counted(record.blank, 'blank row')} skipped" if record.blank else ""
    rehearsed = " Dry run: nothing was sent or saved." if dry else ""
    return f"{ended}{time}: {counted(sum(tally.values()))} read{blank}.{rehearsed}"


def _tally(tally: Mapping[Status, int], *, dry: bool) -> str:
    meanings = MEANINGS | {Status.UNSENT: "would be sent"} if dry else MEANINGS
    return count_lines([(tally.get(status, 0), status.value, meanings[status]) for status in FINAL], width=9)


def groups_text(title: str, groups: Sequence[ProblemGroup], most: int | None = None) -> str:
    """Return a paragraph with a title and at most so many groups of problems; an empty text without any."""
    lines = [line for group in groups[:most] for line in _group_lines(group)]
    if most is not None and len(groups) > most:
        lines.append(f"  and {counted(len(groups) - most, 'kind')} more: see summary.json")
    return "\n".join([title, *lines]) if lines else ""


def _group_lines(group: ProblemGroup) -> Iterator[str]:
    """Yield how many rows have the problem, the first of them, and what to do."""
    where = f' in column "{plain(group.column)}"' if group.column else ""
    shown = ", ".join(str(row) for row in group.rows[:_MOST_ROWS])
    more = ", ..." if group.count > min(len(group.rows), _MOST_ROWS) else ""
    rows = f" ({shown}{more})" if shown else ""
    yield f"  {plain(group.code)}{where}: {counted(group.count)}{rows}"
    if group.message:
        yield f"    {plain(group.message)}"


def _reports(reports: Reports | None) -> str:
    if reports is None:
        return ""
    names = [path.name for path in (reports.results, *reports.failed, reports.summary)]
    return f"Reports in {reports.folder}:\n  " + ", ".join(names)


def _next(record: RunRecord, tally: Mapping[Status, int], reports: Reports | None, *, windows: bool | None) -> str:
    """Return what to do next, with the exact commands; an empty text where all is done."""
    steps: list[str] = []
    if reports is None:
        return "Give the same command without --dry-run to send the rows."
    if record.exit_code not in _FINISHED:
        goes_on = "the sandbox starts empty" if record.options.get("sandbox") else "it continues where this run ended"
        steps.append(f"Give the same command again: {goes_on}.")
    elif any(tally.get(status) for status in (Status.FAILED, Status.IN_DOUBT, Status.UNSENT)):
        where = {name: record.options.get(name) for name in _WHERE_RUNS_ARE}
        retry = command_line("retry", [record.name], where, windows=windows)
        steps.append(f"Send again what was refused, is in doubt or was not sent:\n  {retry}")
    if tally.get(Status.INVALID) and reports.failed:
        names = " and ".join(path.name for path in reports.failed)
        commands = "\n  ".join(command_line("run", [path], record.options, windows=windows) for path in reports.failed)
        steps.append(f"Fix the rows in {names} (the last columns say why), save, and import them:\n  {commands}")
    return "\n".join(steps)


def command_line(
    command: str,
    paths: Sequence[Path | str],
    options: Mapping[str, object],
    *,
    same_files: bool = False,
    windows: bool | None = None,
) -> str:
    """Return the command that reads files as this run did.

    Args:
        command: Such as `run`.
        paths: The files.
        options: The options that were given.
        same_files: Whether they are the run's own files, which have to be read as they were; the rows to mend are in
            files of our own making.
        windows: Whether it is for Windows' shell; None: as this system is.

    """
    names = (*(_HOW_TO_READ if same_files else ()), *_GIVEN_AGAIN)
    given = [(name, options.get(name)) for name in names]
    return shell.importer_command(command, *map(str, paths), options=given, windows=windows)
