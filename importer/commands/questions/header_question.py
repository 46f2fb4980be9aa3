"""Which row is the header, where the row that should be it is plainly not: a title, say.

On a terminal the row that seems to be it is proposed; elsewhere the file is refused, with the command that names it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from importer.commands.context import CommandContext
from importer.commands.input.fetch import InputFile
from importer.commands.input.input_sheet import InputSheet
from importer.model.addresses import scheme_of
from importer.model.answers import is_no, is_yes
from importer.model.errors import InputError, OtherHeaderError
from importer.model.plain_text import plain, shortened
from importer.model.protocols import Reader
from importer.readers.options import InputOptions
from importer.system.shell import importer_command, short_path

_WHICH = "Which row has the columns' names? Its number; Enter: nothing is read:"
_MOST_OF_NAMES = 45
"""So that they stand on one line of a terminal."""


def open_asking(
    context: CommandContext,
    file: InputFile,
    command: str,
    more: Sequence[tuple[str, object]] = (),
    header_row: int | None = None,
) -> tuple[Reader, int | None]:
    """Open a file, and return it with the header's row, if a person had to say which it is.

    Args:
        context: With how the file is to be read, and how to ask.
        file: The spreadsheet.
        command: Such as `run`, for the command that names the row; `check` takes the likeliest row and asks nothing.
        more: Options that were given besides those of the context, as `importer_command` takes them.
        header_row: The row that a person said before, which `check` takes; None: nobody did.

    Raises:
        InputError: It cannot be read; or which row is the header is in doubt, and nobody said it.

    """
    options = context.settings.input
    try:
        return file.open(options), None
    except OtherHeaderError as error:
        row = error.row
        given = [*more, *((key, value) for key, value in context.options.items() if key != "header_row")]
        name = file.name if scheme_of(file.name) else short_path(file.name)
        whole = importer_command(command, name, options=[*given, ("header_row", row)])
        refused = InputError(error.message, f"{error.hint}\nWith row {row} as the header:\n  {whole}")
    try:
        reader = file.open(replace(options, header_row=(command == "check" and header_row) or row))
    except InputError:  # no table after all
        raise refused from None
    if context.asker is None:
        reader.close()
        raise refused
    if command != "check":
        return _as_answered(context.asker, file, reader, options, refused)
    _tell_row(context, reader, "as you said before" if header_row else "which looks like it")
    return reader, reader.sheet.header_row


def with_header_rows(context: CommandContext, sheets: Sequence[InputSheet]) -> CommandContext:
    """Return the context with the header's row that a person said, as if it had been given, if it is that of all files.

    Of several files each may have another, and the option is for all of them.
    """
    rows = {sheet.header_row for sheet in sheets}
    row = rows.pop() if len(rows) == 1 else None
    if row is None:
        return context
    settings = replace(context.settings, input=replace(context.settings.input, header_row=row))
    return replace(context, settings=settings, options={**context.options, "header_row": row})


def _as_answered(
    ask: Callable[[str], str], file: InputFile, reader: Reader, options: InputOptions, refused: InputError
) -> tuple[Reader, int]:
    """Return the file with the row that the person confirms or names.

    Raises:
        InputError: They name none.

    """
    row = reader.sheet.header_row
    answer = ask(f"{plain(refused.message)}\nRow {row} looks like the header: {_names(reader)}\nIs it? [Y/n]").strip()
    if not answer or is_yes(answer):
        return reader, row
    reader.close()
    answer = ask(_WHICH).strip() if is_no(answer) else answer
    while answer:
        if answer.isdecimal() and int(answer):
            try:
                return file.open(replace(options, header_row=int(answer))), int(answer)
            except InputError as error:
                answer = ask(f"{plain(error.message)}\n{_WHICH}").strip()
        else:
            answer = ask(_WHICH).strip()
    raise refused


def _tell_row(context: CommandContext, reader: Reader, why: str) -> None:
    sheet = reader.sheet
    text = f"row {sheet.header_row} is read as the header, {why}: {_names(reader)}. Another: --header-row"
    context.tell(plain(f"{short_path(sheet.file)}: {text}"))


def _names(reader: Reader) -> str:
    return shortened(", ".join(map(plain, filter(None, reader.sheet.header))), _MOST_OF_NAMES)
