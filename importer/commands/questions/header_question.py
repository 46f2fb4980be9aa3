"""Which row is the header, where the row that should be it is plainly not: a title, say.

On a terminal the row that seems to be it is proposed, and one that was said before is taken; elsewhere the file is
refused, with the command that names it.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from importer.commands.context import CommandContext
from importer.commands.input.fetch import InputFile
from importer.model.answers import is_no, is_yes
from importer.model.errors import InputError, OtherHeaderError
from importer.model.plain_text import plain, shortened
from importer.model.protocols import Reader
from importer.readers.options import InputOptions
from importer.system.shell import importer_command, short_path

if TYPE_CHECKING:
    from importer.commands.questions.earlier_answers import EarlierAnswers

_WHICH = "Which row has the columns' names? Its number; Enter: nothing is read:"
_MOST_OF_NAMES = 45
"""So that they stand on one line of a terminal."""


def open_with_header(
    context: CommandContext,
    file: InputFile,
    command: str,
    more: Sequence[tuple[str, object]] = (),
    earlier: "EarlierAnswers | None" = None,
) -> tuple[Reader, int | None]:
    """Open a file, and return it with the header's row, if a person had to say which it is, or said it before.

    Args:
        context: With how the file is to be read, and how to ask.
        file: The spreadsheet.
        command: Such as `run`, for the command that names the row; `check` takes the likeliest row and asks nothing,
            and `init` asks though it was said before.
        more: Options that were given besides those of the context, as `importer_command` takes them.
        earlier: With the row that a person said before, and the columns under it; None: nothing is known.

    Raises:
        InputError: It cannot be read; or which row is the header is in doubt, and nobody said it.

    """
    options = context.settings.input
    try:
        return file.open(options), None
    except OtherHeaderError as error:
        row, refused = error.row, _refusal(context, file, command, more, error)
    if reader := _opened_as_config_says(context, file, row):
        return reader, row
    reader = _opened_as_before(file, options, earlier)
    is_known = reader is not None
    reader = reader or _opened_at(file, options, row)
    if reader is None:  # no table after all
        raise refused
    if context.asker is None:
        reader.close()
        raise refused
    if command == "check" or (is_known and command != "init"):
        _tell_row(context, reader, "as you said before" if is_known else "which looks like it")
        return reader, reader.sheet.header_row
    return _as_answered(context.asker, file, reader, options, refused, is_known=is_known)


def _refusal(
    context: CommandContext,
    file: InputFile,
    command: str,
    more: Sequence[tuple[str, object]],
    error: OtherHeaderError,
) -> InputError:
    """Return the error with the whole command that names the row that seems to be the header."""
    given = [*more, *((key, value) for key, value in context.options.items() if key != "header_row")]
    whole = importer_command(command, short_path(file.name), options=[*given, ("header_row", error.row)])
    return InputError(error.message, f"{error.hint}\nWith row {error.row} as the header:\n  {whole}")


def _opened_as_config_says(context: CommandContext, file: InputFile, row: int) -> Reader | None:
    """Return the file opened at a row with all columns of the config, which names the row of another sheet.

    None: the sheet or the row is not one that was named besides the config, or the row has other columns.
    """
    options, columns = context.settings.input, set(filter(None, context.settings.mapping.made_for))
    is_of_config = "sheet" in context.options and "header_row" not in context.options and options.header_row
    if not is_of_config or not columns or (reader := _opened_at(file, options, row)) is None:
        return None
    if columns <= set(reader.sheet.header):
        _tell_row(context, reader, f"which has the config's columns (its row {options.header_row} is of another sheet)")
        return reader
    reader.close()
    return None


def _opened_as_before(file: InputFile, options: InputOptions, earlier: "EarlierAnswers | None") -> Reader | None:
    """Return the file opened with the header's row that was said before; None: none was, or the header has moved."""
    if earlier is None or (reader := _opened_at(file, options, earlier.header_row)) is None:
        return None
    if earlier.fits(reader.sheet.header):
        return reader
    reader.close()
    return None


def _opened_at(file: InputFile, options: InputOptions, row: int | None) -> Reader | None:
    """Return the file opened with the row as its header; None: there is no such row, or it is no header."""
    with contextlib.suppress(InputError):
        return file.open(replace(options, header_row=row)) if row else None
    return None


def _as_answered(
    ask: Callable[[str], str],
    file: InputFile,
    reader: Reader,
    options: InputOptions,
    refused: InputError,
    *,
    is_known: bool,
) -> tuple[Reader, int]:
    """Return the file with the row that the person confirms or names.

    Raises:
        InputError: They name none.

    """
    row = reader.sheet.header_row
    seems = "was the header before" if is_known else "looks like the header"
    answer = ask(f"{plain(refused.message)}\nRow {row} {seems}: {_names(reader)}\nIs it? [Y/n]").strip()
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
    sheet, names = reader.sheet, _names(reader)
    end = "" if names.endswith("...") else "."
    text = f"row {sheet.header_row} is read as the header, {why}: {names}{end} Another: --header-row"
    context.tell(plain(f"{short_path(sheet.file)}: {text}"))


def _names(reader: Reader) -> str:
    return shortened(", ".join(map(plain, filter(None, reader.sheet.header))), _MOST_OF_NAMES)
