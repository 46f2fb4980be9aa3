"""The closing words that a person reads after a run: what became of the rows, what was wrong, and what to do next."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from importer.model.plain_text import duration, plain
from importer.model.rows import Status
from importer.model.runs import ProblemGroup, RunRecord
from importer.reports.summary import FINAL
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
    Status.IN_DOUBT: "sent, and nobody can say whether it arrived",
    Status.UNSENT: "not sent: the run ended before their turn",
}

_MOST_GROUPS = 10
_MOST_ROWS = 5
_WENT_TO_ITS_END = (0, 1)
_GIVEN_AGAIN = ("config", "source", "country", "tag", "journal", "sandbox", "report_dir")
"""The options that decide how the mended rows are read and where they go."""
_WHERE_RUNS_ARE = ("journal", "sandbox")
"""The options that `retry` must be given to find the run; it knows the others from there."""
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
        problems: What was wrong, most first.
        reports: Where the reports are; None for a dry run, which writes none.
        warnings: What is worth a look in rows that are right.
        windows: Whether the commands are for Windows' shell; None: as this system is.

    """
    steps = _next(record, tally, reports, windows=windows)
    head = _head(record, tally, dry=reports is None)
    problems = [group for group in problems if group.code != Status.UNSENT]  # the tally says it, and why is said above
    parts = [
        head,
        _tally(tally, dry=reports is None),
        _problems(problems),
        worth_a_look(warnings),
        _reports(reports),
        steps,
    ]
    return "\n\n".join(part for part in parts if part)


def _head(record: RunRecord, tally: Mapping[Status, int], *, dry: bool) -> str:
    ended = "Finished" if record.exit_code in _WENT_TO_ITS_END else "Ended early"
    time = ""
    if record.finished_at:
        time = f" after {duration((record.finished_at - record.started_at).total_seconds())}"
    blank = f", and {counted(record.blank, 'blank row')} passed over" if record.blank else ""
    rehearsed = " Dry run: nothing was sent or written down." if dry else ""
    return f"{ended}{time}: {counted(sum(tally.values()))} read{blank}.{rehearsed}"


def _tally(tally: Mapping[Status, int], *, dry: bool) -> str:
    meanings = MEANINGS | {Status.UNSENT: "would be sent"} if dry else MEANINGS
    counts = [(f"{tally[status]:,}", status) for status in FINAL if tally.get(status)]
    width = max((len(count) for count, _ in counts), default=0)
    return "\n".join(f"  {count:>{width}} {status.value:<9}  {meanings[status]}" for count, status in counts)


def _problems(problems: Sequence[ProblemGroup]) -> str:
    if not problems:
        return ""
    lines = [line for group in problems[:_MOST_GROUPS] for line in group_lines(group)]
    if len(problems) > _MOST_GROUPS:
        lines.append(f"  and {counted(len(problems) - _MOST_GROUPS, 'kind')} more: see summary.json")
    return "\n".join(["Problems:", *lines])


def worth_a_look(warnings: Sequence[ProblemGroup]) -> str:
    """Return the warnings as a paragraph; an empty text without any."""
    return (
        "\n".join(["Worth a look:", *(line for group in warnings for line in group_lines(group))]) if warnings else ""
    )


def group_lines(group: ProblemGroup) -> Iterator[str]:
    """Yield how many rows have the same wrong, which ones are the first, and what to do."""
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
    if record.exit_code not in _WENT_TO_ITS_END:
        goes_on = "a new stand-in begins anew" if record.options.get("sandbox") else "it goes on where this run ended"
        steps.append(f"Give the same command again: {goes_on}.")
    elif any(tally.get(status) for status in (Status.FAILED, Status.IN_DOUBT, Status.UNSENT)):
        where = {name: record.options.get(name) for name in _WHERE_RUNS_ARE}
        retry = command_line("retry", [record.name], where, windows=windows)
        steps.append(f"Send again what was refused, is in doubt or was not sent:\n  {retry}")
    if tally.get(Status.INVALID) and reports.failed:
        names = " and ".join(path.name for path in reports.failed)
        commands = "\n  ".join(command_line("run", [path], record.options, windows=windows) for path in reports.failed)
        steps.append(f"Mend the rows in {names} (the last columns say why), save, and import them:\n  {commands}")
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


def counted(count: int, noun: str = "row") -> str:
    """Return the number with its noun, such as `1 row` or `3,812 rows`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
