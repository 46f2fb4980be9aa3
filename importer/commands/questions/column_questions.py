"""What a run asks on a terminal before it reads the rows: columns and country, and only where they are not sure.

Each question shows its evidence, and Enter takes what is likeliest.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

from importer.commands.context import CommandContext
from importer.commands.input.input_sheet import InputSheet
from importer.commands.mapping_selection import guess_of
from importer.commands.questions.consent_question import ask_consent
from importer.commands.questions.country_cure import country_here, words_of
from importer.commands.questions.earlier_answers import NO_ANSWERS, EarlierAnswers
from importer.mapper.column_candidates import Question
from importer.mapper.header import IN_BRACES, texts_of
from importer.mapper.mapping_guess import with_fields
from importer.mapper.options import ColumnOptions
from importer.mapper.phones.countries import country_name, country_of
from importer.mapper.phones.country_guess import MOST_CELLS, CountryGuess, guess_country, lacks_country
from importer.model.answers import is_no, is_yes
from importer.model.plain_text import plain, shortened
from importer.model.rows import Row, Sheet
from importer.reports.run_commands import choose_columns
from importer.settings import Settings
from importer.settings.value_checks import country as checked_country

_MOST_CHOICES = 9
_SAMPLES = 3
_LONGEST_SAMPLE = 16
_LONGEST_CHOICE = 22
_CONTENT = {"identifier": "the phone number", "name": "the name"}


def with_answers(
    context: CommandContext, readers: Sequence[InputSheet], earlier: EarlierAnswers = NO_ANSWERS, *, asks: bool = True
) -> tuple[CommandContext, str]:
    """Ask what cannot be told of the sheets, and return the context with the numbers' country.

    The answers about columns are left with the sheets (`InputSheet.answered`).

    Args:
        context: With how to ask; where nobody can be asked, it is returned as it is.
        readers: The opened sheets.
        earlier: What was answered before: a country that was right in the last run is not asked for again.
        asks: Whether questions are asked; else only what was answered before is taken, as `check` does.

    Returns:
        The context, and a line for each answer that was taken from before.

    Raises:
        InputError: A file cannot be read, or the input ended without an answer.

    """
    if context.asker is None:
        return context, ""
    ask, taken = context.asker if asks else None, []
    found = _country_evidence(context, readers)
    if found is not None:
        country, note = country_answer(found, earlier, ask)
        context = _with_country(context, country)
        taken += [note] if note else []
    for index, reader in enumerate(readers):
        _ask_columns(reader, context.settings, ask, partial(earlier.column, index), earlier.where)
        known = earlier.consent[index] if index < len(earlier.consent) else {}
        said = ask_consent(reader, context.settings, ask, known)
        otherwise = choose_columns([reader.sheet.file], context.options)
        taken += [f"{one}, as in {earlier.consent_where}; to answer otherwise:\n  {otherwise}" for one in said]
    return context, "\n".join(taken)


def _country_evidence(context: CommandContext, readers: Sequence[InputSheet]) -> CountryGuess | None:
    """Return where the sheets' numbers are probably from, if they do not say it and nothing else does.

    Raises:
        InputError: A file cannot be read.

    """
    settings = context.settings
    if settings.mapping.contact.country or settings.mapping.contact.source != "whatsapp":
        return None
    cells = [cell for reader in readers for cell in _phone_cells(reader, settings)]
    return country_guess(cells, [reader.sheet for reader in readers], context.environment)


def country_guess(cells: Sequence[str], sheets: Sequence[Sheet], environment: Mapping[str, str]) -> CountryGuess | None:
    """Return where numbers are probably from; None: they say it themselves.

    A guess without a country: there are numbers that do not say it, and no country fits them.

    Args:
        cells: With the numbers.
        sheets: That they are from, whose headers and names are a hint.
        environment: The environment variables, which tell the machine's country.

    """
    if not lacks_country(cells):
        return None
    found = guess_country(cells, words_of(sheets), country_here(environment))
    return found or CountryGuess(country="", right=0, looked_at=len(cells), with_code=0, is_likely=False)


def _phone_cells(reader: InputSheet, settings: Settings) -> Iterator[str]:
    guessed, given = guess_of(reader, settings), settings.mapping.columns
    columns = given if guessed is None else guessed.columns
    if given.country:
        return iter(())
    columns = replace(columns, identifier=given.identifier or columns.identifier)
    questions = guessed.questions if guessed else ()
    return phone_cells(columns, questions, reader.sheet.header, reader.look_ahead(MOST_CELLS))


def phone_cells(
    columns: ColumnOptions, questions: Sequence[Question], header: Sequence[str], rows: Iterable[Row]
) -> Iterator[str]:
    """Yield the cells of the column that has, or probably has, the phone number; none beside a column of countries.

    Args:
        columns: Which column feeds which field, as far as that is known.
        questions: What is open still.
        header: The columns' headers.
        rows: Of which the cells are.

    """
    if columns.country:
        return
    asked = (one.choices[0] for one in questions if one.field == "identifier" and one.choices)
    texts = texts_of(columns.identifier or next(asked, ""))
    places = [header.index(text) for text in texts if text in header]
    for row in rows:
        yield next((row.cells[place] for place in places if row.cells[place].strip()), "")


def country_answer(found: CountryGuess, earlier: EarlierAnswers, ask: Callable[[str], str] | None) -> tuple[str, str]:
    """Return the country of numbers that do not say it, and a sentence that tells of it where it was not asked for.

    Args:
        found: What the numbers tell.
        earlier: What was answered before: a country that was right then is not asked for again.
        ask: Asks the person; None: nobody is asked.

    """
    if found.country and found.country == earlier.country:
        where = "the rehearsal" if earlier.is_rehearsed else "the last run"
        return found.country, f"Country: {found.name}, as in {where}; for another, --country."
    return asked_country(found, ask, earlier.country if earlier.is_rehearsed else "") if ask else "", ""


def asked_country(found: CountryGuess, ask: Callable[[str], str], rehearsed: str = "") -> str:
    """Return the country that the person confirms or names; empty: none.

    Args:
        found: What the numbers tell.
        ask: Asks the person.
        rehearsed: The country that was named in the rehearsal, which is proposed first; empty: there was none.

    """
    proposed = rehearsed or (found.country if found.is_proposed else "")
    if proposed:
        question = f"Are they {found.of_people}?"
        if rehearsed:
            question = f"In the rehearsal they were from {country_name(rehearsed)}: is that right?"
        answer = ask(f"{found.evidence if found.country else ''} {question} [Y/n]".lstrip()).strip()
        if not answer or is_yes(answer):  # `SI` and `NO` are countries too
            return proposed
        if (named := country_of(answer)) and not is_no(answer):
            return named
    hint = "" if proposed else f"Phone numbers have no country code, and {_doubt(found)}.\n"
    return _named_country(f"{hint}Where are they from? Such as Spain, ES or +34 (Enter: nowhere, not sent):", ask)


def _doubt(found: CountryGuess) -> str:
    """Return why no country is proposed."""
    if not found.country:
        return "most of them fit no one country"
    fits = f"{found.right:,} of {found.looked_at:,} would be right for {found.name}"
    return f"they do not tell where they are from: {fits}"


def _named_country(question: str, ask: Callable[[str], str]) -> str:
    """Return the country that a person names, asked again as long as it is none; empty: they named none."""
    said = ""
    while answer := ask(f"{said}{question}").strip():
        try:
            return checked_country(answer)
        except ValueError as error:
            said = f"It {error}\n"
    return ""


def _with_country(context: CommandContext, country: str) -> CommandContext:
    """Return the context with the country, as if it had been given: `retry` repeats it."""
    if not country:
        return context
    mapping = context.settings.mapping
    mapping = replace(mapping, contact=replace(mapping.contact, country=country))
    settings = replace(context.settings, mapping=mapping)
    return replace(context, settings=settings, options={**context.options, "country": country})


def _ask_columns(
    reader: InputSheet, settings: Settings, ask: Callable[[str], str] | None, before: Callable[[str], str], where: str
) -> None:
    """Ask which column feeds what every contact needs, and leave the answers with the sheet.

    Args:
        reader: The sheet.
        settings: With the columns that were given.
        ask: Asks the person; None: only what was chosen before is taken.
        before: Returns the column that fed a field before; empty: none is known.
        where: When that was.

    """
    guessed, given = guess_of(reader, settings), settings.mapping.columns
    if guessed is None:
        return
    header = reader.sheet.header
    chosen: dict[str, str] = {}
    for question in guessed.questions:
        is_askable = all(header.count(part) == 1 for choice in question.choices for part in _parts(choice))
        if question.is_required and question.choices and is_askable and not getattr(given, question.field):
            if ask is not None:
                chosen[question.field] = _column_chosen(question, reader, ask, before(question.field), where)
            elif before(question.field) in question.choices:
                chosen[question.field] = before(question.field)
    if chosen:
        left = tuple(one for one in guessed.questions if one.field not in chosen)
        reader.answered = replace(guessed, columns=with_fields(guessed.columns, chosen), questions=left)


def _column_chosen(question: Question, reader: InputSheet, ask: Callable[[str], str], before: str, where: str) -> str:
    choices, rows = question.choices[:_MOST_CHOICES], reader.sample()
    shown = [_choice_line(number, text, reader.sheet.header, rows) for number, text in enumerate(choices, 1)]
    file = plain(Path(reader.sheet.file).name)
    text = "\n".join([f"{file}: which column has {_CONTENT[question.field]}? ({question.why})", *shown])
    default, as_before = (choices.index(before), f", as in {where}") if before in choices else (0, "")
    while answer := ask(f"{text}\nIts number; Enter: {default + 1}{as_before}").strip():
        if answer.isdecimal() and 0 < int(answer) <= len(choices):
            return choices[int(answer) - 1]
        if answer in question.choices:
            return answer
    return choices[default]


def _choice_line(number: int, choice: str, header: Sequence[str], rows: Sequence[Row]) -> str:
    """Return a column as a person recognises it: its header, how full it is, and a few of its values."""
    places = [header.index(part) for part in _parts(choice)]
    values = (" ".join(row.cells[place].strip() for place in places).strip() for row in rows)
    filled = [value for value in values if value]
    share = f"{len(filled) / len(rows):.0%} full" if rows else "empty"
    samples = (shortened(plain(value), _LONGEST_SAMPLE) for value in dict.fromkeys(filled))
    name = shortened(plain(choice), _LONGEST_CHOICE)
    return f"  {number} {name:<{_LONGEST_CHOICE}} {share:>9}  {', '.join(islice(samples, _SAMPLES))}"


def _parts(choice: str) -> list[str]:
    return IN_BRACES.findall(choice) or [choice]
