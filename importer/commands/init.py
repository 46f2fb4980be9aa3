"""`init`: looks at a spreadsheet, asks what only the person can know, and writes the config that it would use."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from importer.commands.account.own_account import KnownAccount, known_account
from importer.commands.context import CommandContext, CommandResult
from importer.commands.init_refusal import doubt_text, why_refused
from importer.commands.input.input_files import input_files
from importer.commands.input.input_sheet import rows_that_count
from importer.commands.input.open_sheets import as_opened, open_asking
from importer.commands.mapping_selection import column_mapping
from importer.commands.questions.consent_question import ConsentBefore, consent_of
from importer.commands.questions.country_question import country_answer, numbers_seen, phone_cells
from importer.commands.questions.earlier_answers import NO_ANSWERS, EarlierAnswers, runs_about
from importer.commands.questions.last_question import SOURCES_AT
from importer.commands.questions.mobile_form_question import with_mobile_form
from importer.commands.questions.proposal_questions import SHOWN_CHOICES, with_columns_chosen
from importer.commands.questions.rows_to_send import folded_line, row_line
from importer.commands.setup import is_there
from importer.mapper.contact import to_contact
from importer.mapper.header import texts_of
from importer.mapper.mapping_proposal import Proposal, propose
from importer.mapper.options import FIELDS, ContactOptions, MappingOptions
from importer.model.addresses import shown_address
from importer.model.answers import says_yes
from importer.model.errors import DeclinedError, UsageError
from importer.model.plain_text import plain
from importer.model.rows import Contact, Entry, InvalidRow, Row, Sheet
from importer.readers.options import InputOptions
from importer.reports.problem_groups import ShownGroups, groups_text
from importer.settings.config_text import Draft, config_text
from importer.system.example_config import example_config
from importer.system.files import write_whole
from importer.system.shell import quote
from importer.system.standalone import is_standalone

_CONFIG = Path("config.toml")
_SAMPLE_ROWS = 1_000
_SCHEMA = Path(__file__).resolve().parents[1] / "settings" / "config.schema.json"
"""For editors. It is of the installed importer, so that it fits the keys that this one knows."""
_SHOWN_ROWS = 3


def write_config(context: CommandContext, file: str, path: Path, *, force: bool = False) -> CommandResult:
    """Write a config for a spreadsheet.

    Args:
        context: With how the file is to be read, what is the same for every contact, and how to ask.
        file: The spreadsheet.
        path: The config to write.
        force: Whether a file that is there may be written over.

    Raises:
        DeclinedError: The answer was no.
        InputError: It cannot be read; or a required field is open, or most rows would be wrong, and nobody is there to
            be asked.
        UsageError: There is such a config already, and nobody is there to be asked.
        StorageError: It cannot be written.

    """
    ask = context.asker
    _require_free(path, ask, force=force)
    given_too = [("config", "" if path == _CONFIG else path), ("force", force)]
    context, sheet, rows, earlier = _sample(context, file, given_too)
    account = asyncio.run(known_account(context))
    contact, proposal = _proposed(context, sheet, rows, account, earlier)
    if ask:
        proposal = with_columns_chosen(proposal, account, ask, earlier)
        context, rows, proposal = _with_consent(context, sheet, rows, proposal, earlier)
    given = context.settings
    options = replace(given.mapping, contact=contact, columns=proposal.columns, made_for=sheet.header)
    options, forms = with_mobile_form(options, proposal, sheet, rows, ask)
    config = _config(sheet, given.input, options, proposal, account.offered if account else {}, forms)
    if ask is None and (refusal := why_refused(sheet, rows, options, proposal, account)):
        raise refusal.error(path, config, said_yes=given.run.yes)
    shown = "\n".join(_shown(sheet, rows, options, proposal, account))
    if ask and not says_yes(ask, f"{shown}\n\nWrite this to {path}? [Y/n]", default=True):
        raise DeclinedError("Nothing was written.", "Give the same command again to answer otherwise.")
    with write_whole(path) as unfinished:
        unfinished.write_text(config, encoding="utf-8", newline="\n")
    told = "" if ask else f"{shown}\n\n"
    check = f"callbell-importer check {quote(shown_address(file))} -c {quote(str(path))}"
    return CommandResult(exit_code=0, text=f"{told}Wrote {path}. Next:\n  {check}")


def _require_free(path: Path, ask: Callable[[str], str] | None, *, force: bool) -> None:
    """Return if no config is there, or it may be written over."""
    if force or not is_there(path):
        return
    other = "Name another file with -c, or write over it with --force."
    if ask is None:
        raise UsageError(f"{path} is there already.", other)
    if not says_yes(ask, f"{path} is there. Write over it? [y/N]"):
        raise DeclinedError("Nothing was written.", other)


def _sample(
    context: CommandContext, file: str, given_too: Sequence[tuple[str, object]]
) -> tuple[CommandContext, Sheet, Sequence[Row], EarlierAnswers]:
    """Return the context, with what a person said of how to read a file, its sheet, first rows, and old answers."""
    before = runs_about(context.settings, file) if context.asker else None
    with (
        input_files(context, [file]) as (found, *_),
        closing(open_asking(context, found, "init", given_too, before)) as rows,
    ):
        context = as_opened(context, [rows])
        for note in rows.sheet.notes:  # before the questions: what was guessed may be wrong
            context.tell(f"{plain(rows.sheet.file)}: {plain(note)}")
        earlier = before.answers(context.options, [rows.sheet]) if before else NO_ANSWERS
        return context, rows.sheet, list(islice(chain.from_iterable(rows.chunks()), _SAMPLE_ROWS)), earlier


def _proposed(
    context: CommandContext, sheet: Sheet, rows: Sequence[Row], account: KnownAccount | None, earlier: EarlierAnswers
) -> tuple[ContactOptions, Proposal]:
    """Return what the sheet suggests, and the contact options with the country that a person says or has said."""
    contact, header, ask = context.settings.mapping.contact, sheet.header, context.asker
    there = (account.directory, account.fields) if account else ()
    proposal = propose(header, rows, contact.country, *there)
    if ask is None or contact.country or contact.source != "whatsapp":
        return contact, proposal
    cells = list(phone_cells(proposal.columns, proposal.questions, header, rows))
    if (numbers := numbers_seen(cells, [sheet], rows, context.environment, earlier)) is None:
        return contact, proposal
    country, note = country_answer(numbers, earlier, ask)
    if note:
        context.tell(note)
    return replace(contact, country=country), propose(header, rows, country, *there)


def _with_consent(
    context: CommandContext, sheet: Sheet, rows: Sequence[Row], proposal: Proposal, earlier: EarlierAnswers
) -> tuple[CommandContext, Sequence[Row], Proposal]:
    """Return the three with what the person says of those who did not agree to be written to."""
    if (ask := context.asker) is None:
        return context, rows, proposal
    before = ConsentBefore(answers=next(iter(earlier.consent), {}), where=earlier.consent_where)
    is_whole = len(rows) < _SAMPLE_ROWS
    asked, where = consent_of(sheet.header, rows, ask, before, is_whole=is_whole)
    told = {one.note for one in asked}
    proposal = replace(proposal, notes=tuple(note for note in proposal.notes if note not in told))
    given = context.settings.input
    settings = replace(context.settings, input=replace(given, where=(*given.where, *where)))
    return replace(context, settings=settings), rows_that_count(sheet, rows, where), proposal


def _shown(
    sheet: Sheet, rows: Sequence[Row], options: MappingOptions, proposal: Proposal, account: KnownAccount | None
) -> Iterator[str]:
    """Yield how sure the mapping is, and the first rows as they would be sent."""
    columns = options.columns
    yield f"{plain(sheet.file)}:"
    yield from (f"  {plain(note)}" for note in proposal.notes)
    for field in FIELDS:
        if value := getattr(columns, field):
            reason = proposal.reasons.get(field, "as you said")
            yield _source_line(f"  {field:<14} from {plain(', '.join(texts_of(value)))} ({reason})")
    for one in columns.custom_fields:
        why = f"; {proposal.evidence[one.column]}" if one.type == "date" and one.column in proposal.evidence else ""
        yield _source_line(f"  {plain(one.name):<14} from {plain(one.column)} ({one.type}{plain(why)})")
    for question in proposal.questions:
        if not getattr(columns, question.field):
            yield _source_line(f"  {question.field:<14} open: {doubt_text(question)}")
    if proposal.lacks_country and not options.contact.country:
        yield "The phone numbers have no country code: set country under [contact] of the config, or give --country."
    mapping = column_mapping(sheet, options, account.directory if account else None)
    yield "The first rows as they would be sent:"
    for row in rows[:_SHOWN_ROWS]:
        yield _row_line(row.number, to_contact(row, mapping))
    if account:
        entries = [Entry(row=row, mapped=to_contact(row, mapping)) for row in rows]
        missing = account.missing(entries, options)
        if told := groups_text("Not seen in the account:", missing, ShownGroups(SHOWN_CHOICES)):
            yield told


def _source_line(text: str) -> str:
    """Return where a field is from, on lines of which none is broken where the columns begin."""
    return folded_line(text, indent=SOURCES_AT, lines=3)


def _row_line(number: int, mapped: Contact | InvalidRow) -> str:
    if isinstance(mapped, Contact):
        return row_line(number, mapped)
    return f"  row {number}: not sent: {plain(' '.join(problem.message for problem in mapped.problems))}"


def _config(
    sheet: Sheet,
    given: InputOptions,
    options: MappingOptions,
    proposal: Proposal,
    offered: Mapping[str, Sequence[str]],
    both_forms: str,
) -> str:
    draft = Draft(
        file=Path(sheet.file).name,
        input=given,
        mapping=options,
        reasons=proposal.reasons,
        open_fields={one.field: one.choices[:SHOWN_CHOICES] for one in proposal.questions},
        offered=offered,
        both_forms=both_forms,
        schema="" if is_standalone() else _SCHEMA.as_uri(),  # what a standalone build unpacks does not stay
        example=str(example_config() or ""),
        suggestions=proposal.suggestions,
        evidence=proposal.evidence,
    )
    return config_text(draft)
