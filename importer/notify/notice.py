"""What is told of a run: a subject that says it all, a short text, and the summary without people's data. Pure.

Only counts and codes are told, and what the importer itself calls things. Numbers and names stand in messages, columns
and errors: those are left out or masked, unless `details` asks for them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten

from importer.model.errors import GENERAL_CODES
from importer.model.phone_mask import unnumbered
from importer.model.plain_text import counted, duration, plain
from importer.notify.event import Event, new_problems, problem_groups, table, tables, unsettled_rows, whole_number

TEST = "test"
_SLASH = re.compile(r"[\\/]")
_FOLDER = re.compile(r"(.*)[\\/]")
_MOST_GROUPS = 10
_MOST_ROWS = 5
_MISSING = "file_missing"
_SAME = "same command"
"""Whoever reads of it elsewhere does not see which one."""
_LONGEST_NAME = 40
_LONGEST_SUBJECT = 80
_SHORTEST_REASON = 16
"""Of an error in the subject; with less room than that it has none."""
_LONGEST_SENTENCE = 500
_MASKED = frozenset({"message", "hint"})
_PATHS = "reports"
_TOLD = frozenset({"run", "command", "files", "started_at", "finished_at", "code", "account", _PATHS})
"""Keys of the summary whose texts are the importer's own words, names of files, times and paths."""
_OF_ROWS = frozenset({"problems", "warnings"})
"""Groups of rows: their messages and columns hold what stands in cells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is told."""

    event: str
    """The worst of its events, or `test`."""
    subject: str
    """One line that says it all."""
    text: str
    """Some lines: counts, the next step, where the reports are."""
    summary: Mapping[str, object]
    """For programs: without people's data, and with the notice's own texts under `notice`."""
    reports: Mapping[str, object]
    """The summary's paths, by the reports' names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the run was, for whoever reads of it elsewhere."""

    host: str
    next_step: str = ""
    """What to do, with the exact command; an error's own hint goes before it."""
    command: str = ""
    """The command that was given."""
    config: str = ""
    """The config file, which tells which import it was where nothing ran; empty: there is none."""


def notice_of(events: Sequence[Event], summary: Mapping[str, object], place: Place, *, details: bool = False) -> Notice:
    """Return what is told of a run.

    Args:
        events: Of the run, the worst first.
        summary: The object that `--json` prints.
        place: Where it was.
        details: Whether people's data may be told.

    """
    headline = _headline(events, summary)
    named = f"{headline} ({plain(str(summary['run']))})" if summary.get("run") else headline
    lines = [
        *_rows(summary),
        *_problems(summary, details=details),
        *_degraded(summary),
        *_ending(summary),
        "",
        f"Next: {_next_step(summary, place)}",
        *_reports(summary, place),
    ]
    subject, text = _subject(headline, named, summary), "\n".join([named, "", *lines])
    event = events[0].value if events else ""
    told = dict(summary if details else _without_data(summary))
    return _notice(event, subject, text, told, place)


def check_notice(place: Place) -> Notice:
    """Return a test of whether notices arrive."""
    subject = "callbell-importer: a test notice; nothing has happened"
    text = f"{subject}\n\nIt was sent from {place.host} by: callbell-importer doctor --notify"
    return _notice(TEST, subject, text, {"command": "doctor", "exit_code": 0}, place)


def _notice(event: str, subject: str, text: str, summary: Mapping[str, object], place: Place) -> Notice:
    words = {"event": event, "subject": plain(subject), "text": text, "host": place.host}
    told = {**summary, "notice": words}
    return Notice(event=event, subject=plain(subject), text=text, summary=told, reports=table(summary, _PATHS))


def _without_data(summary: Mapping[str, object]) -> Mapping[str, object]:
    return {key: shared(value, key) for key, value in summary.items()}


def shared(value: object, key: str, *, of_rows: bool = False) -> object:
    """Return a value of the summary without people's data: numbers, codes, paths and times stay; else texts are empty.

    Args:
        value: Of the key.
        key: Of the summary, or of a table within.
        of_rows: Whether it is of a group of rows, whose messages are about cells.

    """
    match value:
        case str():
            masked = unnumbered(value) if key in _MASKED and not of_rows else ""
            return value if key in _TOLD else masked
        case Mapping():
            in_rows, is_paths = of_rows or key in _OF_ROWS, key == _PATHS
            return {name: shared(one, key if is_paths else name, of_rows=in_rows) for name, one in value.items()}
        case list() | tuple():
            return [shared(one, key, of_rows=of_rows or key in _OF_ROWS) for one in value]
        case _:
            return value


def _subject(headline: str, named: str, summary: Mapping[str, object]) -> str:
    """Return the headline with as much of the error, or with the run's name, as a line of a mail program shows."""
    subject = f"callbell-importer: {headline}"
    left, error = _LONGEST_SUBJECT - len(subject) - len(": "), table(summary, "error")
    if left >= _SHORTEST_REASON and (why := _masked(error.get("message"))):
        code = plain(str(error.get("code") or ""))
        if len(why) > left and code not in {*GENERAL_CODES, ""}:  # the half of a sentence says less
            why = code.replace("_", " ")
        return f"{subject}: {shorten(why, left, placeholder=' ...')}"
    whole = f"callbell-importer: {named}"
    return whole if len(whole) <= _LONGEST_SUBJECT else subject


def _headline(events: Sequence[Event], summary: Mapping[str, object]) -> str:
    files, code = _files(summary), summary.get("exit_code")
    match events[0] if events else None:
        case Event.FAILURE if code == 1:
            return f"{_unsettled(summary)} in {files or 'the input'}"
        case Event.DEGRADED:
            codes = ", ".join(str(one.get("code")) for one in tables(summary, "degraded"))
            return f"degraded import{f' of {files}' if files else ''}{f': {codes}' if codes else ''}"
        case Event.NEW:
            return f"{counted(new_problems(summary), 'new problem')} in {files or 'the input'}"
        case Event.KNOWN:
            count = sum(whole_number(group.get("count")) for group in problem_groups(summary))
            return f"{counted(count, 'problem')} in {files or 'the input'}, none of them new"
        case Event.SUCCESS:
            return f"import{f' of {files}' if files else ''} finished, every row is where it should be"
        case _:
            what = f"{summary.get('command') or 'run'}{f' of {files}' if files else ''}"
            return f"{what} failed, exit code {code}"


def _files(summary: Mapping[str, object]) -> str:
    files = summary.get("files")
    names = [_SLASH.split(str(file))[-1] for file in files] if isinstance(files, list | tuple) else []
    if not names:
        return ""
    first = plain(names[0])[:_LONGEST_NAME]
    return first if len(names) == 1 else f"{first} and {counted(len(names) - 1, 'more file')}"


def _counts(summary: Mapping[str, object]) -> dict[str, int]:
    return {name: whole_number(count) for name, count in table(summary, "rows").items()}


def _unsettled(summary: Mapping[str, object]) -> str:
    words = {"failed": "failed", "in_doubt": "in doubt", "unsent": "not sent"}
    counts = _counts(summary)
    parts = [f"{counts[status]:,} {said}" for status, said in words.items() if counts.get(status)]
    rows = counted(unsettled_rows(summary))
    return f"{rows} ({', '.join(parts)})" if len(parts) > 1 else f"{rows} {parts[0].partition(' ')[2]}"


def _rows(summary: Mapping[str, object]) -> list[str]:
    counts = {name: count for name, count in _counts(summary).items() if count}
    if not counts:
        return []
    read, told = counts.pop("read", 0), [f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items()]
    return [f"Rows: {read:,} read; {', '.join(told)}." if told else f"Rows: {read:,} read."]


def _problems(summary: Mapping[str, object], *, details: bool) -> list[str]:
    groups = problem_groups(summary)
    if not groups:
        return []
    files = summary.get("files")
    is_one_file = isinstance(files, list | tuple) and len(files) == 1  # rows of several files have the same numbers
    lines = [f"  {_group(group, names_rows=is_one_file, details=details)}" for group in groups[:_MOST_GROUPS]]
    more = len(groups) - _MOST_GROUPS
    return ["Problems:", *lines, *([f"  and {counted(more, 'more kind')}"] if more > 0 else [])]


def _group(group: Mapping[str, object], *, names_rows: bool, details: bool) -> str:
    new = f", {whole_number(group['new']):,} new" if "new" in group else ""
    new += _new_rows(group) if names_rows else ""
    line = f"{plain(str(group.get('code')))}: {counted(whole_number(group.get('count')))}{new}"
    if not details:
        return line
    column = f' in the column "{plain(str(group["column"]))}"' if group.get("column") else ""
    return f"{line}{column}: {plain(str(group.get('message', '')))[:_LONGEST_SENTENCE]}"


def _new_rows(group: Mapping[str, object]) -> str:
    """Return which of the group's rows are new, where others are known; they stand before these."""
    new, rows = whole_number(group.get("new")), group.get("rows")
    if not isinstance(rows, list | tuple) or not 0 < new < whole_number(group.get("count")):
        return ""
    numbers = [str(whole_number(row)) for row in rows[: min(new, _MOST_ROWS)]]
    more = ", ..." if new > len(numbers) else ""
    return f" ({'row' if new == 1 else 'rows'} {', '.join(numbers)}{more})" if numbers else ""


def _degraded(summary: Mapping[str, object]) -> list[str]:
    lines = [f"  {one.get('code')}: {_masked(one.get('message'))}" for one in tables(summary, "degraded")]
    return ["Degraded:", *lines] if lines else []


def _ending(summary: Mapping[str, object]) -> list[str]:
    seconds = summary.get("seconds")
    took = f" after {duration(seconds)}" if isinstance(seconds, int | float) else ""
    said = _masked(table(summary, "error").get("message"))
    return [*([f"Error: {said}"] if said else []), f"Exit code {summary.get('exit_code')}{took}."]


def _next_step(summary: Mapping[str, object], place: Place) -> str:
    error = table(summary, "error")
    step = _masked(error.get("hint")) or plain(place.next_step) or "nothing has to be done."
    if error.get("code") == _MISSING:
        step = "the list did not come, or has another name: have it put there, and give the same command again."
    if _SAME not in step:
        return step
    command = f" The command: {plain(place.command)}" if place.command else ""
    return f"{step} What runs every night does so by itself.{command}"


def _reports(summary: Mapping[str, object], place: Place) -> list[str]:
    path = table(summary, _PATHS).get("summary")
    folder = _FOLDER.match(str(path)) if path else None
    if folder:
        return [f"Reports on {place.host}: {plain(folder[1])}"]
    return [f"It ran on {place.host}{f' with {plain(place.config)}' if place.config else ''}."]


def _masked(text: object) -> str:
    """Return a text on one line, not too long, with every possible phone number masked."""
    words = plain(" ".join(str(text or "").split()))
    return unnumbered(words if len(words) <= _LONGEST_SENTENCE else words[:_LONGEST_SENTENCE] + "…")
