"""`runs`: past runs, as a table or one by itself."""

import contextlib
from collections.abc import Mapping, Sequence

from importer.commands.context import CommandContext, CommandResult
from importer.commands.setup import is_there, journal_path
from importer.journal import Journal
from importer.model.errors import UsageError
from importer.model.plain_text import plain
from importer.model.rows import IN_CALLBELL, Status
from importer.model.runs import RunRecord
from importer.reports.past_run import listed_run_json, past_run_json
from importer.reports.results import json_text
from importer.settings import Settings

_Counts = Mapping[Status, int]
"""How many rows have each status."""


def list_runs(context: CommandContext, name: str = "") -> str:
    """Return a line for each run, newest first; with a name, what is known of that run.

    Raises:
        StorageError: The journal cannot be read.
        UsageError: There is no run of this name.

    """
    found = _runs(context.settings)
    return _one_run(*_named(found, name)) + _kept_lines(context.settings, name) if name else _table(found)


def runs_result(context: CommandContext, name: str = "") -> CommandResult:
    """Return the same for programs.

    Raises:
        StorageError: The journal cannot be read.
        UsageError: There is no run of this name.

    """
    found = _runs(context.settings)
    ending: dict[str, object] = {"command": "runs", "exit_code": 0, "error": None}
    if not name:
        ending["runs"] = [listed_run_json(record, counts) for record, counts in found]
    else:
        _named(found, name)
        path = journal_path(context.settings.run.journal, sandbox=context.settings.run.sandbox)
        with contextlib.closing(Journal.open(path)) as journal:
            ending["run"] = past_run_json(journal.report_source(name))
    return CommandResult(exit_code=0, text="", summary_json=json_text(ending))


def find_run(settings: Settings, name: str) -> RunRecord:
    """Return the run of a name, or the last one if the name is empty.

    Raises:
        StorageError: The journal cannot be read.
        UsageError: There is none.

    """
    return _named(_runs(settings), name)[0]


def _runs(settings: Settings) -> Sequence[tuple[RunRecord, _Counts]]:
    """Return the runs that the journal knows, newest first."""
    path = journal_path(settings.run.journal, sandbox=settings.run.sandbox)
    if not is_there(path):
        return []
    with contextlib.closing(Journal.open(path)) as journal:
        return journal.runs()


def _kept_lines(settings: Settings, name: str) -> str:
    """Return which rows of a run are only counted, if any are."""
    path = journal_path(settings.run.journal, sandbox=settings.run.sandbox)
    with contextlib.closing(Journal.open(path)) as journal:
        return "".join(f"  kept      {line}\n" for line in journal.report_source(name).kept().lines())


def _named(found: Sequence[tuple[RunRecord, _Counts]], name: str) -> tuple[RunRecord, _Counts]:
    for record, counts in found:
        if name in ("", record.name):
            return record, counts
    if name and found:
        raise UsageError(
            f"There is no run named {name}.", "See their names with: callbell-importer runs", code="run_unknown"
        )
    raise UsageError("There is no run yet.", "Make one with: callbell-importer run FILE", code="run_unknown")


def _table(found: Sequence[tuple[RunRecord, _Counts]]) -> str:
    if not found:
        return "There is no run yet. Make one with: callbell-importer run FILE\n"
    width = max(len(record.name) for record, _ in found)
    where = "IN SANDBOX" if all(record.is_rehearsal for record, _ in found) else "IN CALLBELL"
    lines = [f"{'RUN':<{width}}  COMMAND  EXIT  {'ROWS':>9}  {where:>11}  {'TO FIX':>9}"]
    for record, counts in found:
        total, there = sum(counts.values()), sum(counts[status] for status in IN_CALLBELL)
        to_fix = total - there + record.conflicts
        code = "-" if record.exit_code is None else record.exit_code
        lines.append(f"{record.name:<{width}}  {record.command:<7}  {code:>4}  {total:>9,}  {there:>11,}  {to_fix:>9,}")
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
        *([f"    {record.conflicts:>9,} of these in conflict"] if record.conflicts else []),
        *(f"  degraded  {plain(one.message)} ({one.code})" for one in record.degraded),
        f"  requests  {record.requests_sent:,} sent, of them {record.requests_retried:,} again",
        f"  reports   {plain(record.report_dir)}",
    ]
    return "\n".join(lines) + "\n"
