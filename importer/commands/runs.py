"""`runs`: past runs, as a table or one by itself."""

import contextlib
from collections.abc import Mapping, Sequence

from importer.commands.context import CommandContext
from importer.commands.setup import is_there, journal_path
from importer.journal import Journal
from importer.model.errors import UsageError
from importer.model.plain_text import plain
from importer.model.rows import IN_CALLBELL, Status
from importer.model.runs import RunRecord
from importer.settings import Settings

_MAKE_ONE = "Make one with: callbell-importer run FILE"
_Counts = Mapping[Status, int]
"""How many rows have each status."""


def list_runs(context: CommandContext, name: str = "") -> str:
    """Return a line for each run, newest first; with a name, what is known of that run.

    Raises:
        StorageError: The journal cannot be read.
        UsageError: There is no run of this name.

    """
    found = _runs(context.settings)
    if not found and not name:
        return f"{_no_run(context.settings)} {_MAKE_ONE}\n"
    return _one_run(*_named(found, name, context.settings)) if name else _table(found)


def find_run(settings: Settings, name: str) -> RunRecord:
    """Return the run of a name, or the last one if the name is empty.

    Raises:
        StorageError: The journal cannot be read.
        UsageError: There is none.

    """
    return _named(_runs(settings), name, settings)[0]


def _runs(settings: Settings) -> Sequence[tuple[RunRecord, _Counts]]:
    """Return the runs that the journal knows, newest first."""
    path = journal_path(settings.run.journal, sandbox=settings.run.sandbox)
    if not is_there(path):
        return []
    with contextlib.closing(Journal.open(path)) as journal:
        return journal.runs()


def _no_run(settings: Settings) -> str:
    """Return the sentence that no run is known, with the journal's path where one was named that is not there."""
    named = settings.run.journal
    if named is None or is_there(named):
        return "There is no run yet."
    return f"There is no journal at {plain(str(named))}, so no run is known."


def _named(found: Sequence[tuple[RunRecord, _Counts]], name: str, settings: Settings) -> tuple[RunRecord, _Counts]:
    for record, counts in found:
        if name in ("", record.name):
            return record, counts
    if name and found:
        raise UsageError(f"There is no run named {name}.", "See their names with: callbell-importer runs")
    raise UsageError(_no_run(settings), _MAKE_ONE)


def _table(found: Sequence[tuple[RunRecord, _Counts]]) -> str:
    width = max(len(record.name) for record, _ in found)
    where = "IN SANDBOX" if all(record.is_rehearsal for record, _ in found) else "IN CALLBELL"
    lines = [f"{'RUN':<{width}}  COMMAND  EXIT  {'ROWS':>9}  {where:>11}  {'TO FIX':>9}"]
    for record, counts in found:
        total, there = sum(counts.values()), sum(counts[status] for status in IN_CALLBELL)
        code = "-" if record.exit_code is None else record.exit_code
        lines.append(
            f"{record.name:<{width}}  {record.command:<7}  {code:>4}  {total:>9,}  {there:>11,}  {total - there:>9,}"
        )
    return "\n".join(lines) + "\n"


def _one_run(record: RunRecord, counts: _Counts) -> str:
    ended = record.finished_at.isoformat(timespec="seconds") if record.finished_at else "not yet, or it was cut off"
    lines = [
        f"{record.name} ({record.command})",
        f"  files     {plain(', '.join(record.files))}",
        f"  started   {record.started_at.isoformat(timespec='seconds')}",
        f"  ended     {ended}",
        f"  exit code {'-' if record.exit_code is None else record.exit_code}",
        f"  rows      {sum(counts.values()):,}, and {record.blank:,} blank",
        *(f"    {counts[status]:>9,} {status}" for status in Status if counts[status]),
        f"  requests  {record.requests_sent:,} sent, of them {record.requests_retried:,} again",
        f"  reports   {plain(record.report_dir)}",
    ]
    return "\n".join(lines) + "\n"
