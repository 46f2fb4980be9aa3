"""`run --done-dir`: files are moved whose rows are all where they should be; the others stay, and it is said why.

A file stays of which one row is invalid, failed, in doubt, unsent or in conflict, of which a duplicate repeats such a
row, which was not read to its end, or which is not what it was when it was read. Rehearsals and dry runs move nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from importer.commands.context import CommandContext, CommandResult
from importer.commands.fetch import InputFile
from importer.commands.mapping_selection import InputSheet
from importer.journal import Journal, file_moved, settled_rows
from importer.model.errors import ImporterError
from importer.model.plain_text import counted, plain
from importer.readers.files import FileState
from importer.settings import Settings
from importer.system.logs import LOG
from importer.system.moves import NotMovedError, move_file
from importer.system.shell import short_path

_MOST_NAMED = 10


def done_dir(settings: Settings) -> Path | None:
    """Return the folder for files that are done; None: files stay, because none was named, or nothing is sent."""
    run = settings.run
    return None if run.dry_run or run.sandbox else run.done_dir


def move_done_files(
    context: CommandContext,
    store: Journal,
    run_name: str,
    result: CommandResult,
    files: Iterable[tuple[InputFile, InputSheet]],
) -> CommandResult:
    """Move the files of a run that are done, and return its result with what to tell of it; it raises nothing.

    Args:
        context: With the folder.
        store: The journal, in which the run has ended.
        run_name: The run's.
        result: Of the run.
        files: In the order in which they were read, closed again, each with its sheet.

    """
    folder = done_dir(context.settings)
    if folder is None:
        return result
    moved, staying = [], []
    for index, (file, reader) in enumerate(files):
        name = plain(short_path(file.name))
        try:
            if reason := _why_it_stays(context, store, run_name, index, reader):
                raise NotMovedError(reason)  # noqa: TRY301 - one of several that end here
            target = _moved(store, run_name, index, file, folder)
        except (NotMovedError, ImporterError) as error:
            staying.append(f"{name} ({error})")
        else:
            moved.append(name if target.name == Path(file.path).name else f"{name} (as {plain(target.name)})")
    parts = ((f"Moved to {plain(short_path(folder))}:", moved), ("Not moved:", staying))
    lines = [f"{what} {_listed(names)}." for what, names in parts if names]
    for line in lines:
        LOG.info("%s", line)
    return replace(result, text="\n".join(lines) + f"\n\n{result.text}")


def _why_it_stays(context: CommandContext, store: Journal, run_name: str, index: int, reader: InputSheet) -> str:
    """Return why a file is not done, as far as its rows tell; an empty text if it is."""
    if context.settings.run.limit:
        return "--limit leaves rows out"
    if not reader.is_read:
        return "it was not read to its end"
    left = reader.row_count - settled_rows(store.report_source(run_name), index)
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
