"""`runs`: past runs, as a table or one by itself."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from pathlib import PurePath

from importer.commands.context import CommandContext, CommandResult
from importer.commands.journal_path import journal_of
from importer.commands.named_journal import require_journal
from importer.commands.setup import is_there
from importer.journal import Journal
from importer.model.errors import UsageError
from importer.model.plain_text import duration, plain
from importer.model.rows import IN_CALLBELL, TO_RETRY, Status
from importer.model.runs import RunRecord
from importer.reports.past_run import listed_run_json, past_run_json
from importer.reports.results import json_text
from importer.reports.run_commands import command_line
from importer.settings import Settings
from importer.system.shell import as_typed

_MAKE_ONE = "Make one with: callbell-importer run FILE"
_Counts = Mapping[Status, int]
"""How many rows have each status."""
_NUMBERS = frozenset({"EXIT", "ROWS", "IN CALLBELL", "IN SANDBOX", "TWICE", "TO FIX", "UNSENT"})
"""Columns of numbers."""
_LEAST_NEEDED = ("FILE", "DATE", "TIME", "ACCOUNT", "COMMAND", "EXIT", "ROWS", "TWICE")
"""Columns that a narrow terminal is spared, in this order; file and date are in the run's name."""
_ONLY_IF_ANY = ("TWICE", "UNSENT")
"""Columns that are left out where each run has 0."""
_LONGEST = 24
"""Characters of an account or a file in the table."""


def list_runs(context: CommandContext, name: str = "", line_width: int = 0) -> str:
    """Return a line for each run, newest first; with a name, what is known of that run.

    Args:
        context: With the journal.
        name: The run's; empty: all of them.
        line_width: Of the terminal, for which columns that are least needed are left out; 0: it is none.

    Raises:
        StorageError: The journal cannot be read.
        UsageError: There is no run of this name.

    """
    with _journal(context.settings) as journal:
        found = journal.runs() if journal else []
        if not name:
            return (
                _table(found, context.zone, line_width)
                if found
                else f"{_no_run(context.settings)} {as_typed(_MAKE_ONE)}\n"
            )
        shown = _one_run(*_named(found, name, context.settings), context.zone)
        kept = journal.report_source(name).kept().lines() if journal else []
    return shown + "".join(f"  kept      {line}\n" for line in kept)


def runs_result(context: CommandContext, name: str = "") -> CommandResult:
    """Return the same for programs.

    Raises:
        StorageError: The journal cannot be read.
        UsageError: There is no run of this name.

    """
    ending: dict[str, object] = {"command": "runs", "exit_code": 0, "error": None}
    with _journal(context.settings) as journal:
        found = journal.runs() if journal else []
        if not name:
            ending["runs"] = [listed_run_json(record, counts) for record, counts in found]
        else:
            _named(found, name, context.settings)
            ending["run"] = past_run_json(journal.report_source(name)) if journal else None
    return CommandResult(exit_code=0, text="", summary_json=json_text(ending))


def find_run(settings: Settings, name: str) -> RunRecord:
    """Return the run of a name.

    Raises:
        StorageError: The journal cannot be read.
        UsageError: There is none.

    """
    with _journal(settings) as journal:
        return _named(journal.runs() if journal else [], name, settings)[0]


def find_run_to_report(settings: Settings, name: str) -> RunRecord:
    """Return the run of a name; without one, the last that was not declined: of that nothing was sent or written.

    Raises:
        StorageError: The journal cannot be read.
        UsageError: There is none.

    """
    with _journal(settings) as journal:
        found = journal.runs() if journal else []
    reported = [one for one in found if name or not one[0].is_declined]
    if found and not reported:
        raise UsageError("There is no run with reports yet.", _MAKE_ONE, code="run_unknown")
    return _named(reported, name, settings)[0]


def find_run_to_retry(settings: Settings, name: str) -> tuple[RunRecord, Sequence[str]]:
    """Return the run of a name; without one, the last that a person wants in Callbell, and why later ones are not it.

    Raises:
        StorageError: The journal cannot be read.
        UsageError: There is none, or its rows are not wanted in Callbell.

    """
    with _journal(settings) as journal:
        found, undone = (journal.runs(), journal.undone_runs()) if journal else ([], set())
    reasons = {record.name: _unwanted(record, counts, undone) for record, counts in found}
    wanted = [one for one, why in reasons.items() if not why]
    record, _ = _named(found, name or next(iter(wanted), ""), settings)
    if why := reasons[record.name]:
        again = command_line("run", record.files, record.options, same_files=True)
        raise UsageError(f"Nothing was sent: {why}", f"To import it after all:\n  {again}", code="run_unwanted")
    later = list(reasons)[: list(reasons).index(record.name)]
    return record, [] if name else [reasons[one] for one in later]


def _unwanted(record: RunRecord, counts: _Counts, undone: set[str]) -> str:
    """Return why the rows of a run are not to be sent again unasked; empty if they may be, or none is left."""
    if record.is_declined:
        return f"{record.name} was declined at its question, so `retry` does not send its rows."
    if record.name in undone and any(counts[status] for status in TO_RETRY):
        return f"{record.name} was undone, so `retry` does not send its other rows."
    return ""


@contextlib.contextmanager
def _journal(settings: Settings) -> Iterator[Journal | None]:
    """Yield the open journal; None: there never was one, and none is made.

    Raises:
        StorageError: It cannot be read, or an earlier run used it and it is missing.

    """
    path = journal_of(settings)
    if not is_there(path):
        require_journal(settings, path)
        yield None
        return
    with contextlib.closing(Journal.open(path)) as journal:
        yield journal


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
        raise UsageError(
            f"There is no run named {name}.", "See their names with: callbell-importer runs", code="run_unknown"
        )
    raise UsageError(_no_run(settings), _MAKE_ONE, code="run_unknown")


def _table(found: Sequence[tuple[RunRecord, _Counts]], zone: tzinfo | None, line_width: int) -> str:
    where = "IN SANDBOX" if all(record.is_rehearsal for record, _ in found) else "IN CALLBELL"
    lines = [_cells(record, counts, zone, where) for record, counts in found]
    names = [name for name in lines[0] if name not in _ONLY_IF_ANY or any(line[name] != "0" for line in lines)]
    widths = {name: max(len(name), *(len(line[name]) for line in lines)) for name in names}
    spared = iter(_LEAST_NEEDED)
    while line_width and sum(widths.values()) + 2 * len(widths) - 2 > line_width and (one := next(spared, "")):
        del widths[one]
    return "".join(f"{_aligned(line, widths)}\n" for line in [{name: name for name in names}, *lines])


def _cells(record: RunRecord, counts: _Counts, zone: tzinfo | None, where: str) -> dict[str, str]:
    """Return a run by column; its counts are those of its closing text, where a duplicate is no customer."""
    total, settled, twice = sum(counts.values()), sum(counts[one] for one in IN_CALLBELL), counts[Status.DUPLICATE]
    unsent = counts[Status.UNSENT] + counts[Status.PENDING]
    return {
        "RUN": record.name,
        "DATE": f"{record.local(record.started_at, zone):%Y-%m-%d %H:%M}",
        "ACCOUNT": _account(record),
        "FILE": _files(record),
        "TIME": _time(record),
        "COMMAND": record.command,
        "EXIT": "-" if record.exit_code is None else str(record.exit_code),
        "ROWS": f"{total:,}",
        where: f"{settled - twice:,}",
        "TWICE": f"{twice:,}",
        "TO FIX": f"{total - settled - unsent + record.conflicts:,}",
        "UNSENT": f"{unsent:,}",
    }


def _aligned(line: Mapping[str, str], widths: Mapping[str, int]) -> str:
    """Return a line of the table: numbers to the right, all else to the left."""
    cells = (f"{line[name]:{'>' if name in _NUMBERS else '<'}{width}}" for name, width in widths.items())
    return "  ".join(cells).rstrip()


def _account(record: RunRecord) -> str:
    """Return what people call the account: its label, or the e-mail of the token's owner."""
    return "sandbox" if record.is_rehearsal else _short(record.account.partition(" ")[2] or record.account)


def _files(record: RunRecord) -> str:
    first, *more = [PurePath(file).name for file in record.files] or [""]
    return _short(first) + (f" +{len(more)}" if more else "")


def _short(text: str) -> str:
    shown = plain(text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def _time(record: RunRecord) -> str:
    return "-" if record.seconds is None else duration(record.seconds)


def _one_run(record: RunRecord, counts: _Counts, zone: tzinfo | None) -> str:
    started, ended = (
        record.local(at, zone).isoformat(sep=" ", timespec="seconds") if at else "not yet, or it was cut off"
        for at in (record.started_at, record.finished_at)
    )
    waited = f", and {duration(record.waited_seconds)} of questions" if record.waited_seconds else ""
    lines = [
        f"{record.name} ({record.command})",
        f"  account   {plain(record.account)}",
        f"  files     {plain(', '.join(record.files))}",
        f"  started   {started}",
        f"  ended     {ended}{f', after {_time(record)}' if record.finished_at else ''}{waited}",
        f"  exit code {'-' if record.exit_code is None else record.exit_code}",
        f"  rows      {sum(counts.values()):,}, and {record.blank:,} blank",
        *(f"    {counts[status]:>9,} {status}" for status in Status if counts[status]),
        *([f"    {record.conflicts:>9,} of these in conflict"] if record.conflicts else []),
        *(f"  degraded  {plain(one.message)} ({one.code})" for one in record.degraded),
        f"  requests  {record.requests_sent:,} sent, of them {record.requests_retried:,} again",
        f"  reports   {plain(record.report_dir)}",
    ]
    return "\n".join(lines) + "\n"
