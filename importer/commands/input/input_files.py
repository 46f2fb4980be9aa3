"""The files that a command reads: patterns are expanded, and addresses fetched into a private folder.

Shells of Windows, systemd and quotes leave `inbox/*.xlsx` as it is, so the importer expands it. An address is fetched
whole before its first row is read, and what was fetched is deleted at the end of the command, however it ends.
"""

import contextlib
import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from importer.commands.context import CommandContext, CommandResult
from importer.commands.end.degradation import degradations
from importer.commands.input.fetch import InputFile, fetched
from importer.commands.input.input_sheet import InputSheet
from importer.commands.setup import is_there
from importer.journal import Journal
from importer.model.addresses import scheme_of, shown_address
from importer.model.errors import InputError, StorageError, UsageError
from importer.model.plain_text import plain
from importer.model.runs import EarlierRuns, RunRecord
from importer.readers.files import name_advice
from importer.reports.closing_text import degraded_texts
from importer.reports.results import summary_text
from importer.settings import Settings
from importer.system.files import private_folder
from importer.system.logs import LOG
from importer.system.ownership import folder_cure

_OFFICE_LOCK = "~$"
"""How the files begin that Excel and Word lay beside one that they have open."""


@contextlib.contextmanager
def input_files(context: CommandContext, given: Sequence[str], *, moves: bool = False) -> Iterator[Sequence[InputFile]]:
    """Yield the files that are meant; none where a pattern matches nothing, and an empty inbox is as it should be.

    Args:
        context: With how much may be fetched, and the folder for files that are done, which is made if it is missing.
        given: Names, patterns and addresses.
        moves: Whether files are moved that are done.

    Raises:
        InputError: An address cannot be fetched, or a pattern matches nothing.
        StorageError: What is fetched cannot be written, or the folder for files that are done not be made.
        UsageError: What is given contradicts itself, or something is to be installed.

    """
    done = _done_dir(context.settings) if moves else None
    named = list(_expanded(context, given))
    if not named and not done:
        raise InputError(f"No file matches {', '.join(given)}.", name_advice(given[0]))
    if done:
        _check_done_dir(done, named)
        _make_done_dir(done)
    with contextlib.ExitStack() as opened:
        yield [
            fetched(context, opened, name) if scheme_of(name) else _local(name, is_marked=bool(done)) for name in named
        ]


def _done_dir(settings: Settings) -> Path | None:
    """Return the folder for files that are done; None: files stay, because none was named, or nothing is sent."""
    run = settings.run
    return None if run.dry_run or run.sandbox else run.done_dir


def with_files_moved(
    context: CommandContext,
    store: Journal,
    run_name: str,
    result: CommandResult,
    files: Iterable[tuple[InputFile, InputSheet]],
) -> CommandResult:
    """Move the files of a run that are done, if that is wanted, and return its result with what to tell of it.

    Args:
        context: With the folder for files that are done.
        store: The journal, in which the run has ended.
        run_name: The run's.
        result: Of the run.
        files: In the order in which they were read, closed again, each with its sheet.

    """
    folder = _done_dir(context.settings)
    if folder is None:
        return result
    from importer.commands.input.done_files import move_done_files  # noqa: PLC0415 - not wanted in each run

    told = move_done_files(context, store, run_name, folder, files)
    return replace(result, text=f"{told}\n\n{result.text}")


def nothing_to_import(context: CommandContext, given: Sequence[str]) -> CommandResult:
    """Return how a run ends without a file: an empty inbox is as it should be, unless so many rows were asked for."""
    now, fewest = context.clock.now(), context.settings.run.min_rows
    degraded = degradations(0, (), EarlierRuns(), fewest)
    nothing = RunRecord(
        name="",
        command="run",
        account="",
        files=(),
        options=context.options,
        report_dir="",
        started_at=now,
        finished_at=now,
        exit_code=int(bool(degraded)),
        degraded=degraded,
    )
    text = f"Nothing to import: no file matches {plain(', '.join(given))}."
    LOG.info("%s", text)
    text = "\n\n".join([*degraded_texts(nothing), text])
    return CommandResult(exit_code=int(bool(degraded)), text=text, summary_json=summary_text(nothing, {}, (), {}))


def _expanded(context: CommandContext, given: Sequence[str]) -> Iterator[str]:
    """Yield each name once, patterns expanded in the order of their names."""
    yielded = set()
    for text in given:
        is_pattern = not scheme_of(text) and glob.has_magic(text) and not is_there(Path(text))
        for name in _matches(text) if is_pattern else [text]:
            if (is_pattern or len(given) > 1) and Path(name).name.startswith(_OFFICE_LOCK):
                context.tell(f"{plain(name)} is left out: it only says that somebody has a file open.")
            elif name not in yielded:
                yielded.add(name)
                yield name


def _matches(pattern: str) -> Sequence[str]:
    """Return the files that a pattern matches, which may be none; that its folder is missing is another thing."""
    found = sorted(name for name in glob.glob(pattern) if Path(name).is_file())  # noqa: PTH207 - as it was written
    folder = next(up for up in Path(pattern).parents if not glob.has_magic(str(up)))
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}.", name_advice(str(folder)))
    return found


def _make_done_dir(done: Path) -> None:
    """Make the folder for files that are done, which has to be there and open before anything is sent.

    Raises:
        StorageError: It cannot be made, or nothing can be moved there.

    """
    hint = "Name another with --done-dir, or make it yours to write to."
    private_folder(done, hint)
    if not os.access(done, os.W_OK | os.X_OK):
        cure = folder_cure(done)
        raise StorageError(
            f"The folder {done} cannot be written to: Permission denied.",
            f"{cure} Or name another with --done-dir." if cure else hint,
        )


def _check_done_dir(done: Path, named: Sequence[str]) -> None:
    """Return if all files can be moved there, as far as their names tell."""
    for name in named:
        if scheme_of(name):
            raise UsageError(
                f"--done-dir moves files, and {shown_address(name)} is an address, where nothing can be moved.",
                "Give addresses in a command of their own, without --done-dir (done_dir in the config).",
            )
        if Path(name).absolute().parent.resolve() == done.resolve():
            raise UsageError(
                f"{name} is in the folder of --done-dir already.", "Name another folder for files that are done."
            )


def _local(name: str, *, is_marked: bool) -> InputFile:
    mark = None
    if is_marked:
        from importer.system.moves import mark_of  # noqa: PLC0415 - not wanted in each run

        with contextlib.suppress(OSError):  # told by whoever opens it
            mark = mark_of(Path(name))
    return InputFile(name=name, path=name, mark=mark)
