"""The text at the end of a run: what became of the rows, what was wrong with them, and what to do next."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from importer.model.plain_text import counted, duration, plain
from importer.model.rows import FINAL, Status
from importer.model.runs import ProblemGroup, RunRecord, conflict_count
from importer.reports.report_files import Reports
from importer.system import shell

MEANINGS: dict[Status, str] = {
    Status.CREATED: "now in Callbell",
    Status.UPDATED: "were in Callbell, and were changed",
    Status.EXISTS: "were in Callbell before, and were left as they are",
    Status.UNCHANGED: "the same as in an earlier run",
    Status.DUPLICATE: "same identifier as an earlier row",
    Status.INVALID: "something in the row is wrong; not sent",
    Status.FAILED: "refused, or given up on",
    Status.IN_DOUBT: "sent, but it is unknown whether it arrived",
    Status.UNSENT: "not sent: the run ended before their turn",
}

REHEARSED: dict[Status, tuple[str, str]] = {
    Status.CREATED: ("would be created", "if Callbell answers as the sandbox did"),
    Status.UPDATED: ("would be updated", "if Callbell answers as the sandbox did"),
    Status.EXISTS: (Status.EXISTS, "are in the file more than once, and would be left as they are"),
    Status.FAILED: (Status.FAILED, "refused by the sandbox, or given up on"),
}
"""What a rehearsal calls the statuses that say what is in Callbell now, and what they mean there."""
FORETOLD: dict[Status, str] = {
    Status.CREATED: "would be created",
    Status.UPDATED: "are in Callbell, and would be changed",
    Status.EXISTS: "are in Callbell, and would be left as they are",
    Status.FAILED: "would be refused, or Callbell does not say whether they are there",
    Status.IN_DOUBT: "were sent by an earlier run, and it is unknown whether they arrived",
    Status.UNSENT: "would be sent",
}
"""The same of a dry run."""

_MOST_GROUPS = 10
_MOST_ROWS = 5
_WIDTH = 9
"""Of the longest status."""
_FINISHED = (0, 1)
_GIVEN_AGAIN = (
    "config",
    "source",
    "country",
    "tag",
    "existing",
    "on_conflict",
    "gone",
    "journal",
    "sandbox",
    "report_dir",
)
"""The options that decide how corrected rows are read and where they are sent."""
_WHERE_RUNS_ARE = ("journal", "sandbox")
"""The options that `retry` needs to find the run, which has the others."""
_HOW_TO_READ = ("sheet", "header_row", "no_header", "encoding", "delimiter")


def closing_text(
    record: RunRecord,
    tally: Mapping[Status, int],
    problems: Sequence[ProblemGroup],
    reports: Reports | None,
    *,
    warnings: Sequence[ProblemGroup] = (),
    notes: Sequence[str] = (),
) -> str:
    """Return the closing text, without a line break at its end.

    Args:
        record: The run, with its exit code and when it ended.
        tally: How many rows have each status.
        problems: The groups of problems, most rows first.
        reports: Where the reports are; None for a dry run, which writes none.
        warnings: What is worth a look in rows that are right.
        notes: Paragraphs about what the account must have.

    """
    # The tally says these, and what stopped the run is said above: contacts that were there are no problem.
    problems = [group for group in problems if group.code not in (Status.UNSENT, Status.EXISTS)]
    meanings = MEANINGS | FORETOLD if reports is None else MEANINGS
    parts = [
        _head(record, tally, dry=reports is None),
        _counts(record, tally, meanings),
        groups_text("Problems:", problems, _MOST_GROUPS),
        groups_text("Worth a look:", warnings),
        _reports(reports),
        _next(record, tally, conflict_count(problems), reports),
        *notes,
        _rehearsal_end(record) if record.is_rehearsal else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _counts(record: RunRecord, tally: Mapping[Status, int], meanings: Mapping[Status, str]) -> str:
    words: dict[Status, tuple[str, str]] = {status: (status.value, meanings[status]) for status in FINAL}
    words |= REHEARSED if record.is_rehearsal else {}
    width = max(len(words[status][0]) for status in FINAL if tally.get(status)) if any(tally.values()) else 0
    return count_lines([(tally.get(status, 0), *words[status]) for status in FINAL], width=max(width, _WIDTH))


def _head(record: RunRecord, tally: Mapping[Status, int], *, dry: bool) -> str:
    ended = ended_after(record.exit_code, record.started_at, record.finished_at)
    blank = f", {counted(record.blank, 'blank row')} skipped" if record.blank else ""
    left_out = f", {counted(record.left_out)} left out by [input.where]" if record.left_out else ""
    where = " Rehearsal in a sandbox: nothing was sent to Callbell." if record.is_rehearsal else ""
    rehearsed = " Dry run: nothing was sent or saved." if dry else where
    return f"{ended}: {counted(sum(tally.values()))} read{blank}{left_out}.{rehearsed}"


def ended_after(exit_code: int | None, start: datetime, end: datetime | None) -> str:
    """Return whether it came to its end, and after how long, such as `Finished after 2 h 5 min`."""
    ended = "Finished" if exit_code in _FINISHED else "Ended early"
    return f"{ended} after {duration((end - start).total_seconds())}" if end else ended


def groups_text(title: str, groups: Sequence[ProblemGroup], most: int | None = None) -> str:
    """Return a paragraph with a title and at most so many groups of problems; an empty text without any."""
    if not groups:
        return ""
    left = len(groups[most:]) if most is not None else 0
    more = [f"  and {counted(left, 'kind')} more: see summary.json"] if left else []
    return "\n".join([title, *map(_group_text, groups[:most]), *more])


def required_text(required: Sequence[str]) -> str:
    """Return the paragraph that lists what must be in the account; an empty text without any."""
    return "\n  ".join(["These must be in your account:", *map(plain, required)]) if required else ""


def _group_text(group: ProblemGroup) -> str:
    """Return how many rows have the problem, the first of them, and what to do."""
    where = f' in column "{plain(group.column)}"' if group.column else ""
    shown = ", ".join(map(str, group.rows[:_MOST_ROWS]))
    more = ", ..." if group.count > min(len(group.rows), _MOST_ROWS) else ""
    rows = f" ({shown}{more})" if shown else ""
    message = f"\n    {plain(group.message)}" if group.message else ""
    return f"  {plain(group.code)}{where}: {counted(group.count)}{rows}{message}"


def _reports(reports: Reports | None) -> str:
    if reports is None:
        return ""
    return f"Reports in {reports.folder}:\n  " + ", ".join(reports.names)


def _next(record: RunRecord, tally: Mapping[Status, int], in_conflict: int, reports: Reports | None) -> str:
    """Return what to do next, with the exact commands; an empty text where all is done."""
    if reports is None:
        is_sent = any(tally.get(status) for status in (Status.CREATED, Status.UPDATED, Status.UNSENT))
        return "Give the same command without --dry-run to send the rows." if is_sent else ""
    steps: list[str] = []
    where = {name: record.options.get(name) for name in _WHERE_RUNS_ARE}
    if record.exit_code not in _FINISHED:
        goes_on = "the sandbox starts empty" if record.options.get("sandbox") else "it continues where this run ended"
        steps.append(f"Give the same command again: {goes_on}.")
    elif any(tally.get(status) for status in (Status.FAILED, Status.IN_DOUBT, Status.UNSENT)):
        retry = command_line("retry", [record.name], where)
        again = "Rehearse again" if record.is_rehearsal else "Send again"
        steps.append(f"{again} what was refused, is in doubt or was not sent:\n  {retry}")
    names = " and ".join(path.name for path in reports.failed)
    if in_conflict and record.exit_code in _FINISHED:
        retry = shell.importer_command("retry", record.name, options=[("on_conflict", "sheet"), *where.items()])
        steps.append(
            f"{counted(in_conflict)} in conflict: {names} says what the sheet and Callbell have. Correct one and give"
            f" the same command again, or let the sheet's values win:\n  {retry}"
        )
    if tally.get(Status.INVALID) and reports.failed:
        commands = "\n  ".join(command_line("run", [path], record.options) for path in reports.failed)
        verb = "rehearse" if record.is_rehearsal else "import"
        steps.append(f"Fix the rows in {names} (the last columns say why), save, and {verb} them:\n  {commands}")
    return "\n".join(steps)


def _rehearsal_end(record: RunRecord) -> str:
    """Return the last lines of a rehearsal."""
    without = "without --sandbox" if record.options.get("sandbox") else "with sandbox = false under [run] of the config"
    return f"To send the rows, give the same command {without}.\nThis was a rehearsal: nothing was sent to Callbell."


def command_line(
    command: str,
    paths: Sequence[Path | str],
    options: Mapping[str, object],
    *,
    same_files: bool = False,
) -> str:
    """Return the command that reads files as this run did.

    Args:
        command: Such as `run`.
        paths: The files.
        options: The options that were given.
        same_files: Whether they are the run's own files, which have to be read as they were; the rows to fix are in
            files of our own making.

    """
    names = (*(_HOW_TO_READ if same_files else ()), *_GIVEN_AGAIN)
    given = [(name, options.get(name)) for name in names]
    return shell.importer_command(command, *map(str, paths), options=given)


def count_lines(counts: Sequence[tuple[int, str, str]], width: int) -> str:
    """Return a line for each count, word and meaning, in columns; counts of 0 are left out.

    Args:
        counts: Such as `(3, "created", "now in Callbell")`.
        width: Of the longest word.

    """
    shown = [(f"{count:,}", word, meaning) for count, word, meaning in counts if count]
    widest = max((len(count) for count, *_ in shown), default=0)
    return "\n".join(f"  {count:>{widest}} {word:<{width}}  {meaning}" for count, word, meaning in shown)
