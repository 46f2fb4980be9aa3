"""The rows to fix that a check writes, and beside them of which list they are: whoever gives them to `run` is known."""

from collections.abc import Sequence
from pathlib import Path

from importer.commands.account.connection import MappedSheet
from importer.commands.context import CommandContext
from importer.commands.input.check_record import keep_check
from importer.commands.mapping_selection import kept_answers, kept_country
from importer.journal import Journal
from importer.model.runs import RunRecord
from importer.reports.failed_rows import write_failed


def write_rows_to_fix(
    context: CommandContext, store: Journal, record: RunRecord, sheets: Sequence[MappedSheet]
) -> tuple[Path, ...]:
    """Write the rows of a check that have a problem, and return the files with them; nothing where there are none.

    Raises:
        StorageError: One cannot be written.

    """
    source = store.report_source(record.name)
    paths = write_failed(source, Path(record.report_dir), stem="problems", with_cells=True)
    if paths:
        given = context.settings.mapping_given  # a config tells it again
        answers = {} if given else kept_answers([(one.reader, one.options.columns) for one in sheets])
        keep_check(record, {**record.options, **context.options, **kept_country(context), **answers})
    return paths
