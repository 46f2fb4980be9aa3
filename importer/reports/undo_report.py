"""What an undo says and writes: what it is about to do, a line per contact, the closing words, the summary."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from importer.model.deletion import Fate, RemovalResult
from importer.model.formula_escape import escape
from importer.model.plain_text import plain, utc
from importer.model.rows import Sheet
from importer.reports.closing_text import duration
from importer.system.files import write_whole

COLUMNS = ("file", "sheet", "row", "identifier", "name", "uuid", "outcome", "reason", "finished_at")
MEANINGS: dict[Fate, str] = {
    Fate.DELETED: "deleted from Callbell",
    Fate.GONE: "were not there any more",
    Fate.CHANGED: "changed since they were created; kept",
    Fate.FAILED: "could not be deleted",
    Fate.UNSENT: "not decided yet: the undo ended before their turn",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoSummary:
    """How an undo went."""

    name: str
    run: str
    """The run whose contacts were taken back."""
    started_at: datetime
    finished_at: datetime
    exit_code: int
    tally: Mapping[Fate, int]
    """All contacts that the run created, also those that an earlier undo took back."""
    requests_sent: int = 0
    requests_throttled: int = 0


def write_undone(path: Path, sheets: Sequence[Sheet], results: Iterable[RemovalResult]) -> None:
    """Write a line per contact that the run created, in its input's order, in the form of results.csv.

    Raises:
        StorageError: It cannot be written.

    """
    with write_whole(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_cells(sheets, results))


def closing_words(undo: UndoSummary, report: Path) -> str:
    """Return what a person reads after an undo."""
    ended = "Finished" if undo.exit_code in (0, 1) else "Ended early"
    seconds = (undo.finished_at - undo.started_at).total_seconds()
    parts = [f"{ended} after {duration(seconds)}: the contacts that {undo.run} created.", counts(undo.tally)]
    parts.append(f"Report: {report}")
    if undo.tally[Fate.UNSENT]:
        parts.append("Give the same command again: it goes on where this undo ended.")
    elif undo.tally[Fate.FAILED]:
        parts.append("Give the same command again for those that failed.")
    return "\n\n".join(parts)


def counts(tally: Mapping[Fate, int]) -> str:
    """Return a line per fate that any contact has."""
    found = [(f"{tally[fate]:,}", fate) for fate in Fate if tally.get(fate)]
    width = max((len(count) for count, _ in found), default=0)
    return "\n".join(f"  {count:>{width}} {fate.value:<7}  {MEANINGS[fate]}" for count, fate in found)


def undo_json(undo: UndoSummary, report: Path | None) -> str:
    """Return the summary as the text of a JSON object; times are UTC."""
    summary = {
        "undo": undo.name,
        "run": undo.run,
        "started_at": utc(undo.started_at),
        "finished_at": utc(undo.finished_at),
        "seconds": round((undo.finished_at - undo.started_at).total_seconds(), 3),
        "exit_code": undo.exit_code,
        "contacts": {**{fate.value: undo.tally.get(fate, 0) for fate in Fate}, "created": sum(undo.tally.values())},
        "requests": {"sent": undo.requests_sent, "throttled": undo.requests_throttled},
        "reports": {"undone": str(report)} if report else {},
    }
    return json.dumps(summary, ensure_ascii=False, indent=2) + "\n"


def _cells(sheets: Sequence[Sheet], results: Iterable[RemovalResult]) -> Iterator[list[str]]:
    for result in results:
        sheet = sheets[result.sheet_index]
        texts = (sheet.file, sheet.name, str(result.row), result.identifier, result.name, result.uuid)
        outcome = (result.fate.value, result.reason, utc(result.finished_at))
        yield [escape(plain(text)) for text in (*texts, *outcome)]
