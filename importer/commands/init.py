"""`init`: looks at a spreadsheet, asks what only the person can know, and writes the config that it would use."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from importer.commands.context import CommandContext, CommandResult, is_yes
from importer.commands.mapping_selection import column_mapping
from importer.commands.setup import is_there
from importer.mapper.contact import to_contact
from importer.mapper.header_guess import with_fields
from importer.mapper.mapping_proposal import Proposal, Question, feeds, propose
from importer.mapper.options import FIELDS, ContactOptions, MappingOptions
from importer.mapper.phones.countries import is_region
from importer.model.errors import InputError, UsageError
from importer.model.payload import payload
from importer.model.plain_text import plain
from importer.model.rows import Contact, InvalidRow, Row, Sheet
from importer.readers import open_reader
from importer.readers.options import InputOptions
from importer.settings.config_text import Draft, config_text
from importer.system.files import write_whole
from importer.system.shell import quote

_SAMPLE_ROWS = 1_000
_SHOWN_ROWS = 3
_SHOWN_CHOICES = 12


def write_config(context: CommandContext, file: str, path: Path, *, force: bool = False) -> CommandResult:
    """Write a config for a spreadsheet.

    Args:
        context: With how the file is to be read, what is the same for every contact, and how to ask.
        file: The spreadsheet.
        path: The config to write.
        force: Whether a file that is there may be written over.

    Raises:
        InputError: It cannot be read, or a required field is open and nobody is there to be asked.
        UsageError: There is such a config already.
        StorageError: It cannot be written.

    """
    given = context.settings
    ask = None if given.run.yes else context.ask_line
    if is_there(path) and not force and not (ask and is_yes(ask(f"{path} is there. Write over it? [y/N]"))):
        raise UsageError(f"{path} is there already.", "Name another file with -c, or write over it with --force.")
    sheet, rows = _sample(file, given.input)
    contact, proposal = _proposed(sheet.header, rows, given.mapping.contact, ask)
    proposal = _answered(proposal, ask) if ask else proposal
    options = replace(given.mapping, contact=contact, columns=proposal.columns, made_for=sheet.header)
    config = _config(sheet, given.input, options, proposal)
    if ask is None and any(question.is_required for question in proposal.questions):
        raise _unanswered(sheet, proposal, config)
    shown = "\n".join(_shown(sheet, rows, options, proposal))
    if ask and not is_yes(ask(f"{shown}\n\nWrite this to {path}? [Y/n]"), default=True):
        raise InputError("Nothing was written.", "Give the same command again to answer otherwise.")
    with write_whole(path) as unfinished:
        unfinished.write_text(config, encoding="utf-8", newline="\n")
    told = "" if ask else f"{shown}\n\n"
    check = f"callbell-importer check {quote(file)} -c {quote(str(path))}"
    return CommandResult(exit_code=0, text=f"{told}Wrote {path}. Next:\n  {check}")


def _sample(file: str, options: InputOptions) -> tuple[Sheet, Sequence[Row]]:
    """Return a file's sheet and its first rows."""
    with closing(open_reader(file, options)) as reader:
        return reader.sheet, list(islice(chain.from_iterable(reader.chunks()), _SAMPLE_ROWS))


def _proposed(
    header: Sequence[str], rows: Sequence[Row], contact: ContactOptions, ask: Callable[[str], str] | None
) -> tuple[ContactOptions, Proposal]:
    """Return what the sheet suggests, and the contact options with the country, if the person was asked for it."""
    proposal = propose(header, rows, contact.country)
    if not (proposal.lacks_country and ask) or contact.country:
        return contact, proposal
    question = "The phone numbers have no country code. Where are they from? Two letters such as ES, or nothing:"
    while (country := ask(question).strip().upper()) and not is_region(country):
        question = f"{plain(country)} is not the code of a country. Two letters such as ES, or nothing:"
    return replace(contact, country=country), propose(header, rows, country)


def _answered(proposal: Proposal, ask: Callable[[str], str]) -> Proposal:
    """Return the proposal with the columns that the person chose, and with what is open still."""
    chosen = {question.field: found for question in proposal.questions if (found := _choose(question, ask))}
    columns = with_fields(proposal.columns, chosen)
    left = [one for one in proposal.suggestions if not feeds(columns, one.column)]
    numbers = set[int]()
    if left:
        numbered = "\n".join(f"  {number} {plain(one.name)} ({one.type})" for number, one in enumerate(left, 1))
        asked = f"These columns are not sent:\n{numbered}\nWhich of them has Callbell as custom fields? Such as 1,3:"
        numbers = {int(part) for part in ask(asked).replace(",", " ").split() if part.isdecimal()}
    taken = tuple(one for number, one in enumerate(left, 1) if number in numbers)
    return replace(
        proposal,
        columns=replace(columns, custom_fields=taken),
        questions=tuple(question for question in proposal.questions if question.field not in chosen),
        suggestions=tuple(one for one in left if one not in taken),
    )


def _choose(question: Question, ask: Callable[[str], str]) -> str:
    """Return the person's choice; nothing only for a field that no contact needs."""
    choices = question.choices[:_SHOWN_CHOICES]
    lines = [f"{question.field}: {question.why}."]
    lines += [f"  {number} {plain(choice)}" for number, choice in enumerate(choices, 1)]
    end = "Which is it?" if question.is_required else "Which is it? Nothing: none of them."
    while True:
        text = ask("\n".join([*lines, end])).strip()
        if text.isdecimal() and 0 < int(text) <= len(choices):
            return choices[int(text) - 1]
        if text in question.choices or not (text or question.is_required):
            return text


def _shown(sheet: Sheet, rows: Sequence[Row], options: MappingOptions, proposal: Proposal) -> Iterator[str]:
    """Yield how sure the mapping is, and the first rows as they would be sent."""
    columns = options.columns
    yield f"{plain(sheet.file)}:"
    for field in FIELDS:
        if value := getattr(columns, field):
            text = value if isinstance(value, str) else ", ".join(value)
            yield f"  {field:<14} from {plain(text)} ({proposal.reasons.get(field, 'as you said')})"
    for one in columns.custom_fields:
        yield f"  {plain(one.name):<14} from {plain(one.column)} ({one.type})"
    for question in proposal.questions:
        if not getattr(columns, question.field):
            yield f"  {question.field:<14} open: {_doubt(question)}"
    if proposal.lacks_country and not options.contact.country:
        yield "The phone numbers have no country code: set country under [contact] of the config, or give --country."
    mapping = column_mapping(sheet, options, None)
    yield "The first rows as they would be sent:"
    for row in rows[:_SHOWN_ROWS]:
        yield f"  row {row.number}: {_row(to_contact(row, mapping))}"


def _row(mapped: Contact | InvalidRow) -> str:
    if isinstance(mapped, Contact):
        return plain(json.dumps(payload(mapped), ensure_ascii=False))
    return "not sent: " + plain(" ".join(problem.message for problem in mapped.problems))


def _config(sheet: Sheet, given: InputOptions, options: MappingOptions, proposal: Proposal) -> str:
    draft = Draft(
        file=Path(sheet.file).name,
        input=given,
        mapping=options,
        reasons=proposal.reasons,
        open_fields={one.field: one.choices[:_SHOWN_CHOICES] for one in proposal.questions},
        suggestions=proposal.suggestions,
    )
    return config_text(draft)


def _unanswered(sheet: Sheet, proposal: Proposal, config: str) -> InputError:
    questions = "".join(f"\n  - {one.field}: {_doubt(one)}" for one in proposal.questions if one.is_required)
    return InputError(
        f"{plain(sheet.file)}: which column is which cannot be told, and nobody can be asked:{questions}",
        "Give the same command on a terminal, or write this into config.toml and take the # from the right lines:\n\n"
        + config,
    )


def _doubt(question: Question) -> str:
    return f"{question.why}: {plain(', '.join(question.choices[:_SHOWN_CHOICES]))}"
