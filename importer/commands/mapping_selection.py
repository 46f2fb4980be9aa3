"""Which column mapping to use: the config's, or one guessed from the header, which is shown and asked about."""

from dataclasses import replace

from importer.commands.context import CommandContext
from importer.mapper.column_mapping import ColumnMapping, plan_mapping
from importer.mapper.header import new_columns
from importer.mapper.header_guess import Guess, guess
from importer.mapper.messages import listed
from importer.mapper.options import FIELDS, REQUIRED, ColumnOptions, MappingOptions
from importer.model.account import Directory
from importer.model.errors import InputError
from importer.model.plain_text import plain
from importer.model.rows import Sheet
from importer.settings import Settings
from importer.settings.config_text import columns_text


def mapping_options(sheet: Sheet, settings: Settings) -> MappingOptions:
    """Return the mapping options for a sheet: the config's, or what the header makes unmistakable.

    Args:
        sheet: With the header.
        settings: With the config's mapping, if it has one.

    Raises:
        InputError: The mapping cannot be guessed without doubt; with the config to write.

    """
    if settings.mapping_given:
        return settings.mapping
    guessed, given = guess(sheet.header), settings.mapping.columns
    columns = _with_given(given, guessed.columns)
    if not all(field in guessed.unmistakable or getattr(given, field) for field in REQUIRED):
        raise _doubtful(sheet, guessed, columns)
    return replace(settings.mapping, columns=columns)


def column_mapping(sheet: Sheet, options: MappingOptions, directory: Directory | None) -> ColumnMapping:
    """Return the column mapping of a sheet.

    Raises:
        InputError: The options do not fit the header; with every reason.

    """
    mapping = plan_mapping(sheet.header, options, directory)
    if isinstance(mapping, ColumnMapping):
        return mapping
    problems = "".join(f"\n  - {problem.message}" for problem in mapping)
    message = f"The mapping does not fit {_place(sheet)}:{problems}"
    raise InputError(message, "Fix the config or the header and give the same command again.")


def confirm_guess(context: CommandContext, sheet: Sheet, options: MappingOptions, mapping: ColumnMapping) -> None:
    """Show a guessed mapping, and ask the person whether to use it, if there is one to be asked.

    Raises:
        InputError: The person said no; with the config to write.

    """
    head = f"{_place(sheet)}: no config says which column is which, so the header does:"
    text = "\n".join([head, *mapping_lines(options, mapping)])
    if context.confirm is None or context.settings.run.yes:
        context.tell(text)
    elif not context.confirm(text):
        proposed = columns_text(options.columns, {})
        raise InputError("Nothing was sent.", f"Write the mapping that you want into config.toml:\n\n{proposed}")


def notes_of(sheet: Sheet, options: MappingOptions) -> list[str]:
    """Return what a person should know of a sheet before its rows are read."""
    new = new_columns(options.made_for, sheet.header)
    notes = [f"New columns, which the config says nothing of: {listed(new)}."] if new else []
    return [plain(note) for note in (*sheet.notes, *notes)]


def mapping_lines(options: MappingOptions, mapping: ColumnMapping) -> list[str]:
    """Return a mapping as lines for a person: what each field is from, and which columns are not sent."""
    fed = {field: value for field in FIELDS if (value := getattr(options.columns, field))}
    fed["tags"] = ", ".join(options.columns.tags)
    lines = [f"  {field:<14} from {plain(column)}" for field, column in fed.items() if column]
    lines += [f"  {plain(field.name):<14} from {plain(field.column)}" for field in options.columns.custom_fields]
    if mapping.left_over:
        lines.append(f"  {'not sent':<14}      {plain(', '.join(mapping.left_over))}")
    return lines


def _with_given(given: ColumnOptions, guessed: ColumnOptions) -> ColumnOptions:
    """Let what the config says of columns win over the guess."""
    return replace(
        guessed,
        **{field: value for field in FIELDS if (value := getattr(given, field))},
        tag_separators=given.tag_separators,
        custom_fields=given.custom_fields,
    )


def _doubtful(sheet: Sheet, guessed: Guess, columns: ColumnOptions) -> InputError:
    doubts = [f"{field}: {', '.join(found)} could each be it" for field, found in guessed.doubtful.items()]
    doubts += [f"{field}: no column looks like it" for field in REQUIRED if field in guessed.missing]
    message = f"{_place(sheet)}: which column is which cannot be told from the header: {plain('; '.join(doubts))}."
    proposed = columns_text(columns, guessed.doubtful)
    hint = (
        "Let the columns be asked about on a terminal with callbell-importer init, or write this into config.toml, fix"
        " it, and give the same command again:"
    )
    return InputError(message, f"{hint}\n\n{proposed}")


def _place(sheet: Sheet) -> str:
    return f'{sheet.file}, sheet "{sheet.name}"' if sheet.name else sheet.file
