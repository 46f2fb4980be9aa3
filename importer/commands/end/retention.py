"""The end of a run for its journal: what nothing needs of past runs is dropped, what is too old is forgotten.

It takes a bounded time, and what is left is for the next run. Nothing in it changes how the run ended.
"""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from importer.commands.context import CommandContext, CommandResult
from importer.commands.journal_path import journal_of
from importer.journal.database import Database
from importer.journal.retention import compact, drop_settled_rows, unfinished_purges
from importer.model.errors import BusyError, ImporterError
from importer.reports.run_commands import same_journal
from importer.system.locks import journal_lock
from importer.system.logs import LOG

_MOST_SECONDS = 20.0
"""After which no other run is begun with: the rows of one take about a second."""
_AS_PLANNED = frozenset({0, 1})
"""Exit codes of runs that ended as planned; whoever interrupted one does not wait for more."""


def with_journal_trimmed(context: CommandContext, result: CommandResult) -> CommandResult:
    """Keep the journal of a run small that has ended, and return how it ended.

    Whatever goes wrong is told, and is done the next time.
    """
    if context.settings.run.dry_run or result.exit_code not in _AS_PLANNED:
        return result
    try:
        path = journal_of(context.settings)
        with (
            context.logging(),
            journal_lock(path, "the end of a run") as lock_again,
        ):
            _trim(context, path, lock_again)
    except BusyError:  # the run that has it does it
        return result
    except ImporterError as error:
        context.tell(f"Old rows were not dropped from the journal: the next run does it. {error.message}")
    return result


def _trim(context: CommandContext, path: Path, lock_again: Callable[[], None]) -> None:
    with closing(Database(path)) as database:
        lock_again()
        began_at, days = context.clock.now(), context.settings.retention.older_than_days

        def has_time() -> bool:
            return (context.clock.now() - began_at).total_seconds() < _MOST_SECONDS

        dropped = drop_settled_rows(database, began_at, has_time)
        if dropped and not (context.logs_on_stream and context.settings.run.quiet):
            LOG.info("%d rows of past runs were dropped that nothing needs any more", dropped)
        if days and has_time():
            from importer.commands.purge.runs import forget_oldest  # noqa: PLC0415 - most runs have no use for it

            forget_oldest(database, began_at, days, context.settings.run.report_dir)
        compact(database)
        if unfinished_purges(database):
            again = same_journal(context.options, "purge", "--contact", "NUMBER")
            context.tell(f"A purge was cut off: give its command again: {again}")
