"""The command `runs`: past runs, as a table or one by itself."""

from importer.commands.app import earlier_run, runs
from importer.model.plain_text import plain
from importer.model.rows import IN_CALLBELL, Status
from importer.settings import Settings


def all_runs(settings: Settings) -> str:
    """Return a line for each run, newest first."""
    found = runs(settings)
    if not found:
        return "There is no run yet. Make one with: callbell-importer run FILE\n"
    width = max(len(record.name) for record, _ in found)
    lines = [f"{'RUN':<{width}}  COMMAND  EXIT  {'ROWS':>9}  {'IN CALLBELL':>11}  {'TO MEND':>9}"]
    for record, tally in found:
        total, there = sum(tally.values()), sum(tally[status] for status in IN_CALLBELL)
        code = "-" if record.exit_code is None else record.exit_code
        lines.append(
            f"{record.name:<{width}}  {record.command:<7}  {code:>4}  {total:>9,}  {there:>11,}  {total - there:>9,}"
        )
    return "\n".join(lines) + "\n"


def one_run(settings: Settings, name: str) -> str:
    """Return what is known of one run.

    Raises:
        UsageError: There is none of this name.

    """
    record = earlier_run(settings, name)
    tally = next(tally for found, tally in runs(settings) if found.name == record.name)
    ended = record.finished_at.isoformat(timespec="seconds") if record.finished_at else "not yet, or it was cut off"
    lines = [
        f"{record.name} ({record.command})",
        f"  files     {plain(', '.join(record.files))}",
        f"  started   {record.started_at.isoformat(timespec='seconds')}",
        f"  ended     {ended}",
        f"  exit code {'-' if record.exit_code is None else record.exit_code}",
        f"  rows      {sum(tally.values()):,}, and {record.blank:,} blank",
        *(f"    {tally[status]:>9,} {status}" for status in Status if tally[status]),
        f"  requests  {record.requests_sent:,} sent, of them {record.requests_retried:,} again",
        f"  reports   {plain(record.report_dir)}",
    ]
    return "\n".join(lines) + "\n"
