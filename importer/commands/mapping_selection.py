"""Which column mapping to use: the config's, or one guessed by header and values, which is shown and asked about."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from importer.commands.context import CommandContext
from importer.commands.input.input_sheet import ConsentAnswer, InputSheet
from importer.mapper.account_names import columns_in_account
from importer.mapper.column_candidates import left_out
from importer.mapper.column_mapping import ColumnMapping, plan_mapping
from importer.mapper.header import new_columns, texts_of
from importer.mapper.mapping_guess import Guess, guess
from importer.mapper.messages import listed, quoted
from importer.mapper.options import FIELDS, ColumnOptions, MappingOptions
from importer.model.account import Directory
from importer.model.errors import InputError
from importer.model.plain_text import plain
from importer.model.rows import Sheet
from importer.model.runs import CONSENT, NUMBERS_OF
from importer.settings import Settings
from importer.settings.config_places import header_places
from importer.settings.config_text import columns_text
from importer.system.shell import importer_command, short_path


def guess_of(rows: InputSheet, settings: Settings) -> Guess | None:
    """Return the guessed mapping of a sheet, by its header and first rows; None where the config has the mapping.

    A retry repeats the guess of the run; its own rows are those that went wrong, and no sample.

    Raises:
        InputError: The file cannot be read.

    """
    if settings.mapping_given:
        return None
    if rows.answered is not None:
        return rows.answered
    if rows.guessed is None:
        return guess(rows.sheet.header, rows.sample(), settings.mapping.contact.country)
    found = guess(rows.sheet.header)
    return replace(_with_kept(found, rows.guessed), by_account={}) if rows.guessed else found


def take_columns(readers: Sequence[InputSheet], settings: Settings, kept: Sequence[Mapping[str, Any]]) -> None:
    """Have sheets read with the columns of an earlier run; what that run could not ask the account is open still.

    Args:
        readers: The opened sheets, with which the columns are left (`InputSheet.answered`).
        settings: A config that has the mapping wins.
        kept: Field to column for each sheet, as the journal keeps them; empty: it is guessed.

    Raises:
        InputError: A file cannot be read.

    """
    for reader, columns in zip(readers, kept, strict=False):
        if columns and (guessed := guess_of(reader, settings)):
            reader.answered = _with_kept(guessed, columns)


def _with_kept(guessed: Guess, kept: Mapping[str, Any]) -> Guess:
    """Return the guess with the columns that the journal keeps of a run, and nothing to ask."""
    columns: dict[str, Any] = {
        field: tuple(value) if isinstance(value, list) else value for field, value in kept.items()
    }
    unused = tuple(f"{quoted(value)} is not used as " for value in columns.values() if isinstance(value, str))
    return replace(
        guessed,
        columns=ColumnOptions(**columns, tag_separators=guessed.columns.tag_separators),
        questions=(),
        notes=tuple(note for note in guessed.notes if not note.startswith(unused)),
    )


def mapping_options(sheet: Sheet, settings: Settings, guessed: Guess | None = None) -> MappingOptions:
    """Return the mapping options for a sheet: the config's, or what header and values leave no doubt about.

    Args:
        sheet: With the header.
        settings: With the config's mapping, if it has one.
        guessed: The guessed mapping; None: the header alone is to tell.

    Raises:
        InputError: The mapping cannot be guessed without doubt; with the config to write.

    """
    if settings.mapping_given:
        return settings.mapping
    guessed, given = guessed or guess(sheet.header), settings.mapping.columns
    columns = _with_given(given, guessed.columns)
    if any(one.is_required and not getattr(given, one.field) for one in guessed.questions):
        raise _doubtful(sheet, guessed, columns, settings)
    return replace(settings.mapping, columns=columns)


def with_account(
    options: MappingOptions, guessed: Guess | None, directory: Directory | None
) -> tuple[MappingOptions, tuple[str, ...]]:
    """Return the options with the columns of what the account has (teams, channels, users), and notes on the guess."""
    if guessed is None:
        return options, ()
    there = columns_in_account(guessed.by_account, directory)
    fitting: dict[str, Any] = {name: header for name, header in there.items() if not getattr(options.columns, name)}
    unused = [
        left_out(name, header)
        for name, (header, _) in guessed.by_account.items()
        if name not in there and not getattr(options.columns, name)
    ]
    return replace(options, columns=replace(options.columns, **fitting)), (*guessed.notes, *unused)


def kept_answers(sheets: Sequence[tuple[InputSheet, ColumnOptions]]) -> dict[str, object]:
    """Return what the journal keeps of a guess among a run's options: the columns by field for a retry, and consent."""
    consent = [{header: one._asdict() for header, one in reader.consent.items()} for reader, _ in sheets]
    guessed = [kept_columns(columns) for _, columns in sheets]
    return {"guessed": guessed, **({CONSENT: consent} if any(consent) else {})}


def kept_conditions(readers: Sequence[InputSheet]) -> dict[str, object]:
    """Return what the journal keeps of the rows that a config lets count, as if it had been answered: nothing was seen.

    So the run's end says in words which rows were left out, and no later run takes it for a person's answer. What a
    person did answer about other columns stands beside it.
    """
    kept = [
        {header: ConsentAnswer(values, ())._asdict() for header, values in reader.where}
        | {header: one._asdict() for header, one in reader.consent.items()}
        for reader in readers
    ]
    return {CONSENT: kept} if any(kept) else {}


def kept_country(context: CommandContext) -> dict[str, object]:
    """Return what the journal keeps of a country that no option said: later commands find it by the run."""
    contact = context.settings.mapping.contact
    is_said = not contact.country or contact.source != "whatsapp" or context.options.get("country")
    return {} if is_said else {NUMBERS_OF: contact.country}


def kept_columns(columns: ColumnOptions) -> dict[str, object]:
    """Return the columns of a guess by field, those that have one."""
    return {field: value for field in FIELDS if (value := getattr(columns, field))}


def column_mapping(
    sheet: Sheet, options: MappingOptions, directory: Directory | None, config: object = None
) -> ColumnMapping:
    """Return the column mapping of a sheet.

    Args:
        sheet: With the header.
        options: Which column feeds which field.
        directory: The account's teams, channels and users; None: names pass as they are.
        config: The path of the config that the options are of, to say where it names a column; None: there is none.

    Raises:
        InputError: The options do not fit the header; with every reason.

    """
    mapping = plan_mapping(sheet.header, options, directory)
    if isinstance(mapping, ColumnMapping):
        return mapping
    problems = "".join(f"\n  - {problem.message}" for problem in mapping)
    message = f"The mapping does not fit {_place(sheet)}:{problems}"
    hint = "Fix the config or the header and give the same command again."
    if places := [place for one in mapping for place in _named_in(config, one.column)]:
        hint = "\n  ".join(["Change the name there, or the header, and give the same command again:", *places])
    raise InputError(message, hint, code="mapping_misfit")


def _named_in(config: object, header: str) -> list[str]:
    """Return the places where a config names a column: its file, a line and a key each; none if it cannot be read."""
    if not config or not header:
        return []
    with contextlib.suppress(OSError, ValueError):
        text = Path(str(config)).read_text("utf-8-sig")
        return [f"{short_path(str(config))}, line {line}, {key}" for line, key in header_places(text, header)]
    return []


def tell_guess(
    context: CommandContext, sheet: Sheet, options: MappingOptions, mapping: ColumnMapping, of_list: str = ""
) -> None:
    """Show a guessed mapping, where nobody is asked about it; `of_list` is as `mapping_lines` takes it."""
    why = "" if of_list not in ("", sheet.file) else ", by their headers and values"  # else they are as in its list
    head = f"{_place(sheet)}: the columns{why}:"
    context.tell("\n".join([head, *mapping_lines(sheet, options, mapping, of_list=of_list)]))


def notes_of(sheet: Sheet, options: MappingOptions, mapping: ColumnMapping, notes: Sequence[str] = ()) -> list[str]:
    """Return what a person should know of a sheet before its rows are read, with the notes on the guess."""
    new = [name for name in new_columns(options.made_for, sheet.header) if name in mapping.left_over]
    of_header = [f"New columns, which the config says nothing of: {listed(new)}."] if new else []
    return [plain(note) for note in (*sheet.notes, *of_header, *notes)]


def mapping_lines(
    sheet: Sheet, options: MappingOptions, mapping: ColumnMapping, *, with_cure: bool = True, of_list: str = ""
) -> list[str]:
    """Return a mapping as lines for a person: what each field is from, which columns are not sent, and the cure.

    Args:
        sheet: Whose columns they are.
        options: With which column feeds which field.
        mapping: The mapping.
        with_cure: Whether it is said what to do about columns that are not sent.
        of_list: The file of the list that the sheet's rows are of, for the cure; empty: they are the list.

    """
    fed = {field: value for field in FIELDS if (value := getattr(options.columns, field))}
    lines = [f"  {field:<14} from {plain(', '.join(texts_of(value)))}" for field, value in fed.items()]
    lines += [f"  {plain(field.name):<14} from {plain(field.column)}" for field in options.columns.custom_fields]
    if mapping.left_over:
        lines.append(f"  {'not sent':<14}      {plain(', '.join(mapping.left_over))}")
        init = importer_command("init", short_path(of_list or sheet.file))
        lines += [f"    (make a custom field in Callbell, then: {init})"] if with_cure else []
    return lines


def _with_given(given: ColumnOptions, guessed: ColumnOptions) -> ColumnOptions:
    """Let what the config says of columns win over the guess."""
    return replace(
        guessed,
        **{field: value for field in FIELDS if (value := getattr(given, field))},
        tag_separators=given.tag_separators,
        custom_fields=given.custom_fields,
    )


def _doubtful(sheet: Sheet, guessed: Guess, columns: ColumnOptions, settings: Settings) -> InputError:
    given = settings.mapping.columns
    asked = [one for one in guessed.questions if one.is_required and not getattr(given, one.field)]
    doubts = [f"{one.field}: {one.why}: {', '.join(one.choices)}" for one in asked]
    message = f"{_place(sheet)}: which column is which cannot be told: {plain('; '.join(doubts))}."
    proposed = columns_text(columns, {one.field: one.choices for one in guessed.questions})
    init = importer_command("init", short_path(sheet.file), options=settings.input.as_given())
    hint = f"Let the columns be asked about on a terminal:\n  {init}\nOr write this into config.toml, fix it, and give"
    return InputError(message, f"{hint} the same command again:\n\n{proposed}", code="mapping_doubtful")


def _place(sheet: Sheet) -> str:
    return f'{sheet.file}, sheet "{sheet.name}"' if sheet.name else sheet.file
