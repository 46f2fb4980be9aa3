"""Which column mapping to use: the config's, or one guessed from the header, which is shown and asked about."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from importer.errors import InputError
from importer.mapping.columns import ColumnMapping, plan
from importer.mapping.guess import FIELDS, Guess, guess
from importer.mapping.options import ColumnOptions, Directory, MappingOptions
from importer.model import Problem, Sheet
from importer.settings import Settings
from importer.settings.proposal import proposal

Ask = Callable[[str], bool]
"""Shows a text and asks whether to go on."""


def mapping_options(sheet: Sheet, settings: Settings, ask: Ask | None) -> MappingOptions:
    """Return the mapping options for a sheet.

    Args:
        sheet: With the header.
        settings: With the config's mapping, if it has one.
        ask: Asks the person; None: nobody is there to be asked, or the answer is yes to all.

    Raises:
        InputError: The mapping cannot be guessed without doubt, or the person said no; with the config to write.

    """
    if settings.mapping_given:
        return settings.mapping
    guessed = guess(sheet.header)
    if not guessed.is_sure:
        raise _doubtful(sheet, guessed)
    if ask is not None and not ask(shown(sheet, guessed)):
        raise InputError("Nothing was sent.", f"Write the mapping that you want into config.toml:\n{_config(guessed)}")
    return replace(settings.mapping, columns=_with_given(settings.mapping.columns, guessed.columns))


def column_mapping(sheet: Sheet, options: MappingOptions, directory: Directory | None) -> ColumnMapping:
    """Return the column mapping of a sheet.

    Raises:
        InputError: The options do not fit the header; with every reason.

    """
    mapping = plan(sheet.header, options, directory)
    if isinstance(mapping, ColumnMapping):
        return mapping
    raise InputError(_said_of(sheet, mapping), "Mend the config or the header and give the same command again.")


def shown(sheet: Sheet, guessed: Guess) -> str:
    """Return a guessed mapping as lines for a person."""
    lines = [f"{_place(sheet)}: this is what the columns seem to be:"]
    lines += [f"  {field:<14} from {column}" for field, column in guessed.unmistakable.items()]
    if guessed.left_over:
        lines.append(f"  not sent       {', '.join(guessed.left_over)}")
    return "\n".join(lines)


def _with_given(given: ColumnOptions, guessed: ColumnOptions) -> ColumnOptions:
    """Let what the config says of columns win over the guess."""
    return replace(
        guessed,
        **{field: value for field in FIELDS if (value := getattr(given, field))},
        tag_separators=given.tag_separators,
        custom_fields=given.custom_fields,
    )


def _doubtful(sheet: Sheet, guessed: Guess) -> InputError:
    doubts = [f"{field}: {', '.join(found)} could each be it" for field, found in guessed.doubtful.items()]
    doubts += [f"{field}: no column looks like it" for field in ("identifier", "name") if field in guessed.missing]
    message = f"{_place(sheet)}: which column is which cannot be told from the header: {'; '.join(doubts)}."
    return InputError(
        message, f"Write this into config.toml, mend it, and give the same command again:\n{_config(guessed)}"
    )


def _config(guessed: Guess) -> str:
    return "\n" + proposal(guessed.columns, guessed.doubtful)


def _said_of(sheet: Sheet, problems: Sequence[Problem]) -> str:
    return f"The mapping does not fit {_place(sheet)}:" + "".join(f"\n  - {problem.message}" for problem in problems)


def _place(sheet: Sheet) -> str:
    return f'{sheet.file}, sheet "{sheet.name}"' if sheet.name else sheet.file
