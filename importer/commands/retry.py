"""`retry`: sends the rows of an earlier run again that are not in Callbell."""

import asyncio
from dataclasses import replace
from itertools import repeat
from pathlib import Path

from importer.commands.context import CommandContext, CommandResult, with_config_of
from importer.commands.input.input_sheet import InputSheet
from importer.commands.rehearsal import tell_rehearsal
from importer.commands.run import ImportRun
from importer.commands.runs import find_run_to_report, find_run_to_retry
from importer.commands.setup import new_run, open_journal
from importer.model.rows import TO_RETRY
from importer.model.runs import DECLINED, RunRecord

_OF_ONE_RUN_ALONE = frozenset(
    {"config", DECLINED, "dry_run", "guessed", "json", "limit", "min_rows", "quiet", "verbose", "yes"}
)
"""Options of an earlier run that are not repeated: they do not decide what is sent, or where it goes."""


def earlier_run(context: CommandContext, name: str, config: Path | None) -> tuple[CommandContext, RunRecord]:
    """Return the context with the options of an earlier run, over which those of the context win, and that run.

    Args:
        context: With what was given now.
        name: The run's; empty: the last one that has reports.
        config: The config file that was given now; None: the earlier run's.

    Raises:
        StorageError: The journal cannot be read.
        UsageError: There is no such run, or its config cannot be read, or something is wrong in it.

    """
    return _with_options(context, find_run_to_report(context.settings, name), config)


def run_to_retry(context: CommandContext, name: str, config: Path | None) -> tuple[CommandContext, RunRecord]:
    """Return the same for a run that may be sent again: one that was declined or undone has to be asked for by `run`.

    Raises:
        StorageError: The journal cannot be read.
        UsageError: As of `earlier_run`, or its rows are not wanted in Callbell.

    """
    earlier, left_out = find_run_to_retry(context.settings, name)
    for reason in left_out:
        context.tell(f"{reason} The run before it is taken: {earlier.name}.")
    return _with_options(context, earlier, config)


def _with_options(context: CommandContext, earlier: RunRecord, config: Path | None) -> tuple[CommandContext, RunRecord]:
    before = {name: value for name, value in earlier.options.items() if name not in _OF_ONE_RUN_ALONE}
    return with_config_of(context, earlier, config, options=before), earlier


def retry_run(context: CommandContext, earlier: RunRecord) -> CommandResult:
    """Send the rows of an earlier run again that are not where they should be.

    Raises:
        ImporterError: The run could not begin, or could not be written down.

    """
    tell_rehearsal(context)
    account = "" if context.settings.run.sandbox else earlier.account
    with open_journal(context) as journal:
        record = replace(new_run(context, journal, "retry", earlier.files, account=account), series=earlier.series)
        guessed = earlier.options.get("guessed")
        columns = guessed if isinstance(guessed, list) else repeat({})
        sheets = zip(journal.rows_of(earlier.name), columns, strict=False)
        readers = [InputSheet(rows, guessed=one) for rows, one in sheets]
        run = ImportRun(
            context=context,
            store=journal,
            record=record,
            arguments=[earlier.name],
            readers=readers,
            retried=earlier.name,
        )
        result = asyncio.run(run.execute())
        source = journal.report_source(earlier.name)
        if source.conflicts() or any(count for status, count in source.tally().items() if status in TO_RETRY):
            if not (kept := source.kept()).is_retry_whole:
                text = f"{kept.lines()[0]} To send those again that are not in Callbell, give their file to `run`."
                return replace(result, text=f"{text}\n\n{result.text}")
            return result
        return replace(result, text=f"Nothing of {earlier.name} is left to be sent again.\n\n{result.text}")
