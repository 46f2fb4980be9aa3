"""Past runs for people: as a table, and one by itself."""

import textwrap
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from pathlib import PurePath
from types import MappingProxyType

from importer.model.deletion import Fate, taken_back
from importer.model.plain_text import counted, duration, plain
from importer.model.rows import IN_CALLBELL, Status
from importer.model.runs import DECLINED, PastUndo, RunRecord
from importer.reports.customers import customers_there

Counts = Mapping[Status, int]
"""How many rows have each status."""
Undone = Mapping[str, Mapping[Fate, int]]
"""What became of the contacts of the runs of which an undo was begun."""
_NUMBERS = frozenset({"EXIT", "ROWS", "IN CALLBELL", "IN SANDBOX", "TWICE", "TO FIX", "UNSENT", "UNDONE"})
"""Columns of numbers."""
_LEAST_NEEDED = ("FILE", "DATE", "TIME", "ACCOUNT", "COMMAND", "ROWS", "TWICE", "UNSENT", "UNDONE", "EXIT")
"""Columns that a narrow terminal is spared, in this order; file and date are in the run's name, and what is unsent is
told below the table."""
_ONLY_IF_ANY = ("TWICE", "UNSENT", "UNDONE")
"""Columns that are left out where each run has 0."""
TO_FINISH = "  to finish "
"""Before the command that finishes an undo."""
_VALUES_AT = len(TO_FINISH)
_LONGEST = 24
"""Characters of an account or a file in the table."""


def runs_table(
    found: Sequence[tuple[RunRecord, Counts]],
    zone: tzinfo | None,
    line_width: int,
    undone: Undone = MappingProxyType({}),
    not_updated: Mapping[str, int] = MappingProxyType({}),
    *,
    running: str = "",
) -> str:
    """Return a line for each run.

    Args:
        found: The runs, each with how many rows have each status.
        zone: In which times are told whose own is not known.
        line_width: Of the terminal, for which columns that are least needed are left out; 0: it is none.
        undone: What became of the contacts of runs that were undone.
        not_updated: How many customers of runs are in Callbell as they were, and their row was not sent or failed.
        running: The run that is under way; empty: none is.

    """
    where = "IN SANDBOX" if all(record.is_rehearsal for record, _ in found) else "IN CALLBELL"
    lines = [
        _cells(
            record,
            counts,
            zone,
            undone.get(record.name, {}),
            {where: f"{_customers(record, counts, undone, not_updated):,}"},
        )
        | {"EXIT": _exit(record, running)}
        for record, counts in found
    ]
    names = [name for name in lines[0] if name not in _ONLY_IF_ANY or any(line[name] != "0" for line in lines)]
    widths = {name: max(len(name), *(len(line[name]) for line in lines)) for name in names}
    spared = (name for name in _LEAST_NEEDED if name in names)
    while line_width and sum(widths.values()) + 2 * len(widths) - 2 > line_width and (one := next(spared, "")):
        del widths[one]
    told = [] if "UNSENT" in widths else [f"{line['UNSENT']} unsent: {line['RUN']}" for line in lines if _is_left(line)]
    table = [_aligned(line, widths) for line in [{name: name for name in names}, *lines]]
    return "".join(f"{line}\n" for line in (*table, *told))


def _is_left(line: Mapping[str, str]) -> bool:
    """Tell whether rows of a run still have to be sent."""
    return line["UNSENT"] != "0"


def _customers(record: RunRecord, counts: Counts, undone: Undone, not_updated: Mapping[str, int]) -> int:
    """Return how many customers of a run are there: as its closing text says, without those that an undo deleted."""
    fates = undone.get(record.name, {})
    there = customers_there(counts, not_updated.get(record.name, 0))
    return max(0, there - fates.get(Fate.DELETED, 0) - fates.get(Fate.GONE, 0))


def _cells(
    record: RunRecord, counts: Counts, zone: tzinfo | None, fates: Mapping[Fate, int], customers: Mapping[str, str]
) -> dict[str, str]:
    """Return a run by column, among them that of its customers; its counts are those of its closing text.

    Of a run that was declined nobody has to fix or send a row.
    """
    total, settled = sum(counts.values()), sum(counts[one] for one in IN_CALLBELL)
    unsent = 0 if record.is_declined else counts[Status.UNSENT] + counts[Status.PENDING]
    to_fix = f"{total - settled - unsent + record.conflicts:,}"
    return {
        "RUN": record.name,
        "DATE": f"{record.local(record.started_at, zone):%Y-%m-%d %H:%M}",
        "ACCOUNT": _account(record),
        "FILE": _files(record),
        "TIME": _time(record),
        "COMMAND": record.command,
        "EXIT": "",
        "ROWS": f"{total:,}",
        **customers,
        "TWICE": f"{counts[Status.DUPLICATE]:,}",
        "TO FIX": DECLINED if record.is_declined else to_fix,
        "UNSENT": f"{unsent:,}",
        "UNDONE": f"{taken_back(fates):,}",
    }


def _exit(record: RunRecord, running: str) -> str:
    """Return a run's exit code; of one without, whether it is under way or was killed."""
    if record.exit_code is not None:
        return str(record.exit_code)
    return "running" if record.name == running else "killed"


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


def undo_lines(undos: Sequence[PastUndo], fates: Mapping[Fate, int], zone: tzinfo | None) -> list[str]:
    """Return what undos took back of a run, and each of them with where its reports are."""
    words = {Fate.DELETED: "deleted", Fate.RESTORED: "given back what was there before", Fate.GONE: "deleted before"}
    said = ", ".join(f"{fates[fate]:,} {word}" for fate, word in words.items() if fates.get(fate))
    left = sum(fates.get(fate, 0) for fate in (Fate.CHANGED, Fate.KEPT, Fate.FAILED, Fate.UNSENT))
    kept = f"; {left:,} left" if left else ""
    lines = [f"  undone    {counted(taken_back(fates), 'contact')}{f': {said}' if said else ''}{kept}"] if undos else []
    for one in undos:
        at = one.started_at.astimezone(zone).isoformat(sep=" ", timespec="seconds")
        ended = "not finished" if one.exit_code is None else f"exit code {one.exit_code}"
        lines.append(f"  undo      {at}, {ended}, reports in {plain(one.report_dir)}")
    return lines


def run_text(record: RunRecord, counts: Counts, zone: tzinfo | None, running: str = "") -> str:
    """Return what is known of one run, on several lines; the arguments are those of `runs_table`."""
    ended_as = _exit(record, running)
    unended = {"running": "not yet", "killed": "it was cut off"}.get(ended_as, "-")
    started, ended = (
        record.local(at, zone).isoformat(sep=" ", timespec="seconds") if at else unended
        for at in (record.started_at, record.finished_at)
    )
    waited = f", and {duration(record.waited_seconds)} of questions" if record.waited_seconds else ""
    lines = [
        f"{record.name} ({record.command})",
        f"  account   {plain(record.account)}",
        f"  files     {plain(', '.join(record.files))}",
        f"  started   {started}",
        f"  ended     {ended}{f', after {_time(record)}' if record.finished_at else ''}{waited}",
        *(["  declined  at its question: nothing was sent"] if record.is_declined else []),
        f"  exit code {ended_as}",
        f"  rows      {sum(counts.values()):,}, and {record.blank:,} blank",
        *(f"    {counts[status]:>9,} {status}" for status in Status if counts[status]),
        *([f"    {record.conflicts:>9,} of these in conflict"] if record.conflicts else []),
        *(f"  degraded  {plain(one.message)} ({one.code})" for one in record.degraded),
        f"  requests  {record.requests_sent:,} sent, of them {record.requests_retried:,} again",
        f"  reports   {plain(record.report_dir)}",
    ]
    return "\n".join(lines) + "\n"


def fitted_line(line: str, width: int) -> str:
    """Return a line of `run_text` on as many as a terminal needs, broken between words; their values are one column.

    Args:
        line: Which begins with the name of its value.
        width: Of the terminal; 0: it is none.

    """
    if not width or len(line) <= width or line.startswith(TO_FINISH):  # a command is to be copied
        return line
    return textwrap.fill(
        line, width, subsequent_indent=" " * _VALUES_AT, break_long_words=False, break_on_hyphens=False
    )
