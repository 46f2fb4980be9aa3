"""The reports of an undo: the counts before it, a line per contact, the text at its end, and its summary."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from importer.model.deletion import Fate, RemovalResult
from importer.model.errors import error_json
from importer.model.plain_text import plain, utc
from importer.model.rows import Sheet
from importer.model.runs import RunRecord
from importer.reports.closing_text import count_lines, ended_after
from importer.reports.next_step import AGAIN
from importer.reports.results import json_text, seconds_between, write_csv_table
from importer.system.files import write_whole
from importer.system.shell import short_path

COLUMNS = ("file", "sheet", "row", "identifier", "name", "uuid", "outcome", "reason", "finished_at")
MEANINGS: dict[Fate, str] = {
    Fate.DELETED: "deleted from Callbell",
    Fate.RESTORED: "given back what the run had changed",
    Fate.GONE: "were not there any more",
    Fate.CHANGED: "by somebody since, or cannot be given back: left, at least in part",
    Fate.KEPT: "not proved to be made by the run; kept",
    Fate.FAILED: "could not be undone",
    Fate.UNSENT: "not decided yet: the undo ended before their turn",
}


def write_undone(path: Path, sheets: Sequence[Sheet], results: Iterable[RemovalResult]) -> None:
    """Write a line per contact that the run created or changed, in its input's order, in the form of results.csv.

    Raises:
        StorageError: It cannot be written.

    """
    with write_whole(path) as unfinished:
        write_csv_table(unfinished, COLUMNS, _lines(sheets, results))


def closing_words(
    undo: RunRecord, undone: str, tally: Mapping[Fate, int], report: Path | str, *, again: str, cure: str = ""
) -> str:
    """Return the text at the end of an undo.

    Args:
        undo: The undo itself, with its end.
        undone: The run that was undone.
        tally: All contacts that the run created or changed, including those that an earlier undo took back.
        report: The file with a line for each; or why there is no such file.
        again: The command.
        cure: What to do about the reason why it ended early; empty: nothing.

    """
    ended = ended_after(undo.exit_code, seconds_between(undo.started_at, undo.finished_at))
    about = plain(report) if isinstance(report, str) else f"Report: {short_path(report)}"
    parts = [f"{ended}: the undo of {undone}.", counts(tally), about]
    if tally[Fate.UNSENT] and AGAIN in cure:
        parts.append(cure)
    elif tally[Fate.UNSENT]:
        go_on = f"{cure} Then go" if cure else "To go"
        parts.append(f"{go_on} on where this undo ended:\n  {again}")
    elif tally[Fate.FAILED]:
        parts.append(f"To try those again that failed:\n  {again}")
    return "\n\n".join(parts)


def counts(tally: Mapping[Fate, int]) -> str:
    """Return a line for each fate, with its number of contacts."""
    width = max((len(fate.value) for fate in Fate if tally.get(fate, 0)), default=0)
    return count_lines([(tally.get(fate, 0), fate.value, MEANINGS[fate]) for fate in Fate], width=width)


def undo_json(
    undo: RunRecord,
    undone: str,
    tally: Mapping[Fate, int],
    report: Path | None,
    *,
    updated: int = 0,
    reason: object = None,
) -> str:
    """Return the summary as the text of a JSON object, of what `closing_words` is given; times are UTC.

    `updated` is how many of the contacts the run changed, it created the others; `reason` is why the undo ended early.
    """
    done = {"created": sum(tally.values()) - updated, "updated": updated}
    summary = {
        "command": "undo",
        "undo": undo.name,
        "run": undone,
        "started_at": utc(undo.started_at),
        "finished_at": utc(undo.finished_at),
        "seconds": seconds_between(undo.started_at, undo.finished_at),
        "exit_code": undo.exit_code,
        "contacts": {fate.value: tally.get(fate, 0) for fate in Fate} | done,
        "requests": {"sent": undo.requests_sent, "throttled": undo.requests_throttled},
        "reports": {"undone": str(report)} if report else {},
        "error": error_json(undo.exit_code, reason),
    }
    return json_text(summary)


def _lines(sheets: Sequence[Sheet], results: Iterable[RemovalResult]) -> Iterator[Sequence[str]]:
    for one in results:
        row = (sheets[one.sheet_index].file, sheets[one.sheet_index].name, str(one.row), one.identifier, one.name)
        yield (*row, one.uuid, one.fate.value, one.reason, utc(one.finished_at))
