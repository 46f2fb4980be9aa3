"""`run --done-dir`: files are moved whose rows are all where they should be; the others stay, and it is said why.

A file stays of which one row is invalid, failed, in doubt, unsent or in conflict, of which a duplicate repeats such a
row, which was not read to its end, or which is not what it was when it was read; and all of a degraded run stay, which
the next run reads again. Rehearsals and dry runs move nothing.
"""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

from importer.commands.context import CommandContext
from importer.commands.input.fetch import InputFile
from importer.commands.input.input_sheet import InputSheet
from importer.journal import Journal, file_moved, settled_rows
from importer.model.errors import ImporterError, UsageError
from importer.model.plain_text import counted, plain
from importer.readers.files import FileState
from importer.system.logs import LOG
from importer.system.moves import NotMovedError, move_file
from importer.system.shell import short_path

_MOST_NAMED = 10
_NOT_MOVED = "Not moved:"


def move_done_files(
    context: CommandContext, store: Journal, run_name: str, folder: Path, files: Iterable[tuple[InputFile, InputSheet]]
) -> str:
    """Move the files of a run that are done, and return what to tell of it; it raises nothing.

    Args:
        context: Of the run.
        store: The journal, in which the run has ended.
        run_name: The run's.
        folder: For files that are done.
        files: In the order in which they were read, closed again, each with its sheet.

    """
    moved, staying, not_moved = [], [], []
    for index, (file, reader) in enumerate(files):
        name = plain(short_path(file.name))
        try:
            if reason := _why_it_stays(context, store, run_name, index, reader):
                staying.append(f"{name} ({reason})")
                continue
            target = _moved(store, run_name, index, file, folder)
        except (NotMovedError, ImporterError) as error:
            not_moved.append(f"{name} ({error})")
        else:
            moved.append(name if target.name == Path(file.path).name else f"{name} (as {plain(target.name)})")
    parts = ((f"Moved to {plain(short_path(folder))}:", moved), (_NOT_MOVED, [*not_moved, *staying]))
    lines = [f"{what} {_listed(names)}." for what, names in parts if names]
    # A quiet night says this too: where there is no log, Python writes it to standard error.
    warns = not_moved and (context.is_quiet or LOG.hasHandlers())
    for line in lines:
        LOG.log(logging.WARNING if warns and line.startswith(_NOT_MOVED) else logging.INFO, "%s", line)
    return "\n".join(lines)


def _why_it_stays(context: CommandContext, store: Journal, run_name: str, index: int, reader: InputSheet) -> str:
    """Return why a file is not done, as far as its rows tell; an empty text if it is."""
    if context.settings.run.limit:
        return "--limit leaves rows out"
    if not reader.is_read:
        return "it was not read to its end"
    try:
        source = store.report_source(run_name)
    except UsageError:  # the run ended before it had begun
        return "it was not sent"
    if source.record().degraded:
        return "the run is degraded"
    left = reader.row_count - settled_rows(source, index)
    are = "is" if left == 1 else "are"
    return f"{counted(left)} {are} not where {'it' if left == 1 else 'they'} should be" if left else ""


def _moved(store: Journal, run_name: str, index: int, file: InputFile, folder: Path) -> Path:
    """Move a file, and write down where it is.

    Raises:
        NotMovedError: It stays.

    """
    if file.mark is None:
        raise NotMovedError("it could not be read a second time")
    target = move_file(Path(file.path), folder, file.mark)
    try:
        stamp = FileState(str(target)).stamp
        file_moved(store.report_source(run_name), index, str(target.absolute()), stamp)
    except ImporterError as error:  # the file is where it should be; only the reports will not find it
        LOG.warning("where %s is now was not written down: %s", target, error.message)
    return target


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
