"""What is told of a run: a subject that says it all, a short text, and the summary without people's data. Pure.

Only counts and codes are told, and what the importer itself calls things. Numbers and names stand in messages, columns
and errors: those are left out or masked, unless `details` asks for them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from importer.model.phone_mask import unnumbered
from importer.model.plain_text import counted, duration, plain, plain_lines
from importer.notify.event import Event, problem_groups, table, tables, whole_number
from importer.notify.headline import counts_of, headline_of, subject_line
from importer.notify.masked_text import MOST_CHARACTERS, masked_line, masked_lines
from importer.system.nightly_job import MOST_STARTS, RETRY_MINUTES

TEST = "test"
_FOLDER = re.compile(r"(.*)[\\/]")
_MOST_GROUPS = 10
_MOST_ROWS = 5
_MISSING = "file_missing"
_SAME = "same command"
"""Whoever reads of it elsewhere does not see which one."""
_TOLD = re.compile(rf"{_SAME}[^\n]*:\n +.*callbell-importer.* run ")
"""It is named in the step already."""
_BY_ITSELF = "A schedule gives that command again at its next time, and does nothing else of this."
_BY_SYSTEMD = (
    f"systemd gives that command again in {RETRY_MINUTES} minutes, up to {MOST_STARTS - 1} times in a night, and does"
    " nothing else of this. The same end is not told again."
)
_SERVICE_AWAY = 5
"""The exit code that the unit of a service does not take for final."""
_MASKED = frozenset({"message", "hint"})
_PATHS = "reports"
_KEPT = frozenset({"run", "command", "files", "started_at", "finished_at", "code", "account", "compared_with", _PATHS})
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
    is_service: bool = False
    """Whether it was our service of systemd, which tries again by itself."""


def notice_of(events: Sequence[Event], summary: Mapping[str, object], place: Place, *, details: bool = False) -> Notice:
    """Return what is told of a run.

    Args:
        events: Of the run, the worst first.
        summary: The object that `--json` prints.
        place: Where it was.
        details: Whether people's data may be told.

    """
    headline = headline_of(events, summary)
    named = f"{headline} ({plain(str(summary['run']))})" if summary.get("run") else headline
    lines = [
        *_rows(summary),
        *_problems(summary, details=details),
        *_degraded(summary),
        *_ending(summary),
        "",
        *_next_lines(summary, place),
        *_reports(summary, place),
    ]
    subject, text = subject_line(headline, named, summary), "\n".join([named, "", *lines])
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
            return value if key in _KEPT else masked
        case Mapping():
            in_rows, is_paths = of_rows or key in _OF_ROWS, key == _PATHS
            return {name: shared(one, key if is_paths else name, of_rows=in_rows) for name, one in value.items()}
        case list() | tuple():
            return [shared(one, key, of_rows=of_rows or key in _OF_ROWS) for one in value]
        case _:
            return value


def _rows(summary: Mapping[str, object]) -> list[str]:
    counts = {name: count for name, count in counts_of(summary).items() if count}
    if not counts:
        return []
    read, told = counts.pop("read", 0), [f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items()]
    return [f"Rows: {read:,} read; {', '.join(told)}." if told else f"Rows: {read:,} read."]


def _problems(summary: Mapping[str, object], *, details: bool) -> list[str]:
    groups = problem_groups(summary) if details else _by_code(problem_groups(summary))
    if not groups:
        return []
    files = summary.get("files")
    is_one_file = isinstance(files, list | tuple) and len(files) == 1  # rows of several files have the same numbers
    lines = [f"  {_group(group, names_rows=is_one_file, details=details)}" for group in groups[:_MOST_GROUPS]]
    more = len(groups) - _MOST_GROUPS
    return ["Problems:", *lines, *([f"  and {counted(more, 'more kind')}"] if more > 0 else [])]


def _by_code(groups: Sequence[Mapping[str, object]]) -> Sequence[Mapping[str, object]]:
    """Return one group for each code, as a line has nothing else: with the sums, and the rows that are new."""
    alike: dict[object, list[Mapping[str, object]]] = {}
    for group in groups:
        alike.setdefault(str(group.get("code")), []).append(group)
    return [same[0] if len(same) == 1 else _sum(same) for same in alike.values()]


def _sum(groups: Sequence[Mapping[str, object]]) -> Mapping[str, object]:
    sums = {key: sum(whole_number(one.get(key)) for one in groups) for key in ("count", "new") if key in groups[0]}
    rows = [
        whole_number(row)
        for one in groups
        if isinstance(found := one.get("rows"), list | tuple)
        for row in found[: whole_number(one.get("new"))]
    ]
    return {**groups[0], **sums, "rows": sorted(rows)}


def _group(group: Mapping[str, object], *, names_rows: bool, details: bool) -> str:
    new = f", {whole_number(group['new']):,} new" if "new" in group else ""
    new += _new_rows(group) if names_rows else ""
    line = f"{plain(str(group.get('code')))}: {counted(whole_number(group.get('count')))}{new}"
    if not details:
        return line
    column = f' in the column "{plain(str(group["column"]))}"' if group.get("column") else ""
    return f"{line}{column}: {plain(str(group.get('message', '')))[:MOST_CHARACTERS]}"


def _new_rows(group: Mapping[str, object]) -> str:
    """Return which of the group's rows are new, where others are known; they stand before these."""
    new, rows = whole_number(group.get("new")), group.get("rows")
    if not isinstance(rows, list | tuple) or not 0 < new < whole_number(group.get("count")):
        return ""
    numbers = [str(whole_number(row)) for row in rows[: min(new, _MOST_ROWS)]]
    more = ", ..." if new > len(numbers) else ""
    return f" ({'row' if new == 1 else 'rows'} {', '.join(numbers)}{more})" if numbers else ""


def _degraded(summary: Mapping[str, object]) -> list[str]:
    lines = [f"  {one.get('code')}: {masked_line(one.get('message'))}" for one in tables(summary, "degraded")]
    return ["Degraded:", *lines] if lines else []


def _ending(summary: Mapping[str, object]) -> list[str]:
    seconds = summary.get("seconds")
    took = f" after {duration(seconds)}" if isinstance(seconds, int | float) else ""
    said = masked_lines(table(summary, "error").get("message"))
    return [*([f"Error: {said}"] if said else []), f"Exit code {summary.get('exit_code')}{took}."]


def _next_lines(summary: Mapping[str, object], place: Place) -> list[str]:
    """Return what to do, each command on a line of its own."""
    error = table(summary, "error")
    step = masked_lines(error.get("hint")) or plain_lines(place.next_step) or "nothing has to be done."
    if error.get("code") == _MISSING:
        step = "the list did not come, or has another name: have it put there, and give the same command again."
    by_itself = _BY_SYSTEMD if place.is_service and summary.get("exit_code") == _SERVICE_AWAY else _BY_ITSELF
    is_told = _SAME in step and summary.get("command") != "retry"  # of that a person knows which one it was
    return [f"Next: {step}", *(_same_command(step, place.command, by_itself) if is_told else ())]


def _same_command(step: str, command: str, by_itself: str) -> Iterator[str]:
    """Yield which command is meant, unless the step says so, and who gives it by themselves."""
    if command and not _TOLD.search(step):
        yield from ("The same command:", f"  {plain(command)}")
    yield by_itself


def _reports(summary: Mapping[str, object], place: Place) -> list[str]:
    path = table(summary, _PATHS).get("summary")
    folder = _FOLDER.match(str(path)) if path else None
    if folder:
        return [f"Reports on {place.host}: {plain(folder[1])}"]
    return [f"It ran on {place.host}{f' with {plain(place.config)}' if place.config else ''}."]
