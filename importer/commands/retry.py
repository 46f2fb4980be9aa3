"""`retry`: sends the rows of an earlier run again that are not in Callbell."""

import asyncio
from dataclasses import replace
from pathlib import Path

from importer.commands.context import CommandContext, CommandResult, with_config_of
from importer.commands.run import ImportRun
from importer.commands.setup import new_run, open_journal
from importer.model.rows import TO_RETRY
from importer.model.runs import RunRecord

_OF_ONE_RUN_ALONE = frozenset({"config", "dry_run", "json", "limit", "quiet", "verbose", "yes"})
"""Options of an earlier run that are not repeated: they do not decide what is sent, or where it goes."""


def with_options_of(context: CommandContext, earlier: RunRecord, config: Path | None) -> CommandContext:
    """Return the context with the options of an earlier run, over which those of the context win.

    Args:
        context: With what was given now.
        earlier: The run.
        config: The config file that was given now; None: the earlier run's.

    Raises:
        UsageError: The config cannot be read, or something is wrong in it.

    """
    before = {name: value for name, value in earlier.options.items() if name not in _OF_ONE_RUN_ALONE}
    return with_config_of(context, earlier, config, options=before)


def retry_run(context: CommandContext, earlier: RunRecord) -> CommandResult:
    """Send the rows of an earlier run again that are not where they should be.

    Raises:
        ImporterError: The run could not begin, or could not be written down.

    """
    account = "" if context.settings.run.sandbox else earlier.account
    with open_journal(context) as journal:
        record = new_run(context, journal, "retry", earlier.files, account=account)
        run = ImportRun(
            context=context,
            store=journal,
            record=record,
            arguments=[earlier.name],
            readers=journal.rows_of(earlier.name),
        )
        result = asyncio.run(run.execute())
        if any(count for status, count in journal.report_source(earlier.name).tally().items() if status in TO_RETRY):
            return result
        return replace(result, text=f"Nothing of {earlier.name} is left to be sent again.\n\n{result.text}")
