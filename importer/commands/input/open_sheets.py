"""Open the files of a command; on a terminal it is asked which sheet is meant, and which row is the header."""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from importer.commands.context import CommandContext
from importer.commands.input.fetch import InputFile
from importer.commands.input.input_sheet import InputSheet
from importer.commands.questions.header_question import open_with_header
from importer.commands.setup import recorded_files
from importer.journal import Journal
from importer.model.errors import InputError, SeveralSheetsError
from importer.model.plain_text import plain
from importer.model.protocols import Reader
from importer.readers import preload
from importer.system.shell import short_path

if TYPE_CHECKING:
    from importer.commands.questions.earlier_answers import RunsBefore

Before: TypeAlias = "RunsBefore | None"
"""The runs that tell what was answered before; None: nobody can be asked."""


@contextlib.contextmanager
def open_sheets(
    context: CommandContext, files: Sequence[InputFile], command: str = "run", before: Before = None
) -> Iterator[Sequence[InputSheet]]:
    """Yield a reader for each file; what their rows are read with is imported meanwhile, on a thread.

    Args:
        context: With how to read them, and how to ask.
        files: The spreadsheets.
        command: That reads them.
        before: The runs that tell what was answered before; None: nobody can be asked.

    Raises:
        InputError: A file cannot be read.

    """
    with contextlib.ExitStack() as opened:
        readers = []
        for file in files:
            readers.append(reader := open_asking(context, file, command, before=before))
            opened.callback(reader.close)
        threading.Thread(target=_preload, name="preload").start()
        yield readers


def open_asking(
    context: CommandContext,
    file: InputFile,
    command: str,
    more: Sequence[tuple[str, object]] = (),
    before: Before = None,
) -> InputSheet:
    """Open a file, with the sheet and the header's row that a person says, where they are in doubt.

    Args:
        context: With how the file is to be read, and how to ask.
        file: The spreadsheet.
        command: Such as `run`.
        more: Options that were given besides those of the context, as `importer_command` takes them.
        before: The runs that tell what was answered before; None: nobody can be asked.

    Raises:
        InputError: It cannot be read; or what is in doubt was not said.

    """
    said: dict[str, object] = {}
    try:
        reader, row = _opened(context, file, command, more, before)
    except SeveralSheetsError as error:
        if context.asker is None:
            raise
        from importer.commands.questions.sheet_question import sheet_meant  # noqa: PLC0415 - few files need it

        said["sheet"] = sheet_meant(context, file, error, command, before.sheet if before else "")
        context = _with_option(context, "sheet", said["sheet"])
        reader, row = _opened(context, file, command, more, before)
    else:
        _tell_other_sheet(context, reader, before)
    if row is not None:
        said["header_row"] = row
    try:
        return InputSheet(reader, context.settings.input.where, path=file.path, said=said)
    except InputError:
        reader.close()
        raise


def _opened(
    context: CommandContext,
    file: InputFile,
    command: str,
    more: Sequence[tuple[str, object]],
    before: Before,
) -> tuple[Reader, int | None]:
    return open_with_header(context, file, command, more, before.answers(context.options) if before else None)


def _tell_other_sheet(context: CommandContext, reader: Reader, before: Before) -> None:
    """Tell where the only sheet that can be meant is not the one that the last run was told to read."""
    now = reader.sheet.name
    if now and before and not context.settings.input.sheet and (last := before.other_sheet(now)):
        why = f'the only sheet that has rows and is not hidden; before it was "{last}"'
        text = f'"{now}" is read, {why}. Another: --sheet NAME'
        context.tell(plain(f"{short_path(reader.sheet.file)}: {text}"))


def as_opened(context: CommandContext, sheets: Sequence[InputSheet]) -> CommandContext:
    """Return the context with what a person said on opening, as if it had been given, if it is the same of all files.

    Of several files each may have another, and the option is for all of them.
    """
    for key in ("sheet", "header_row"):
        answers = {sheet.said.get(key) for sheet in sheets}
        if len(answers) == 1 and (answer := answers.pop()) is not None:
            context = _with_option(context, key, answer)
    return context


def runs_before(context: CommandContext, journal: Journal, files: Sequence[InputFile]) -> Before:
    """Return the runs that tell what was answered before about the files; None where nobody can be asked."""
    if context.asker is None:
        return None
    from importer.commands.questions import earlier_answers  # noqa: PLC0415 - only where a person is

    return earlier_answers.earlier_runs(context.settings, journal, recorded_files(one.name for one in files))


def _with_option(context: CommandContext, key: str, value: object) -> CommandContext:
    option: dict[str, Any] = {key: value}
    settings = replace(context.settings, input=replace(context.settings.input, **option))
    return replace(context, settings=settings, options={**context.options, **option})


def _preload() -> None:
    with contextlib.suppress(Exception):  # reading the rows says what is wrong
        preload()
