"""Runs that did not come to their end: one that is under way, or that was killed, of which the next run goes on."""

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from importer.journal import Journal
from importer.journal.integrity import JournalState
from importer.model.diagnosis import Diagnosis, Level
from importer.model.plain_text import counted
from importer.model.rows import Status
from importer.model.runs import RunRecord
from importer.reports.run_commands import whole_command
from importer.system.locks import is_locked

_Runs = Sequence[tuple[RunRecord, Mapping[Status, int]]]
_LEFT = (Status.PENDING, Status.IN_FLIGHT, Status.IN_DOUBT, Status.UNSENT)


def running_run(journal: Path, found: _Runs) -> str:
    """Return the name of the run that is under way; empty: none is.

    Args:
        journal: Whose lock tells.
        found: Its runs, newest first.

    """
    unfinished = next((record.name for record, _ in found if record.exit_code is None), "")
    return unfinished if unfinished and is_locked(journal) else ""


def free_lock(journal: Path, state: JournalState) -> Diagnosis:
    """Return that nobody holds the journal, with the run that was killed if no later one of its files went on.

    Args:
        journal: That is held by whoever asks, or that no run has.
        state: What it holds; one of another schema, or with faults, is not looked into.

    """
    free = Diagnosis(name="lock", text="free")
    if state.faults or state.schema_version != state.newest_version:
        return free
    with contextlib.closing(Journal.open(journal)) as opened:
        killed = _killed(opened.runs())
    if killed is None:
        return free
    record, tally = killed
    left = sum(tally.get(status, 0) for status in _LEFT)
    rows = f"{counted(left)} unsent or in doubt" if left else "no row unsent or in doubt"
    text = f"free; the run {record.name} did not come to its end, {rows}: the next run goes on"
    step = f"To go on now:\n{whole_command(record.files, record.options)}"
    return Diagnosis(name="lock", level=Level.NOTE, text=text, next_step=step if record.command == "run" else "")


def _killed(found: _Runs) -> tuple[RunRecord, Mapping[Status, int]] | None:
    """Return the newest run without an end, if no later run is of its files."""
    later: set[tuple[str, ...]] = set()
    for record, tally in found:
        if record.exit_code is None and record.files not in later:
            return record, tally
        later.add(record.files)
    return None
