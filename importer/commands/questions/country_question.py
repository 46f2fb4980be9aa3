"""Where numbers are from that do not say it: asked on a terminal with what they tell as evidence; Enter takes it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from importer.commands.context import CommandContext
from importer.commands.input.input_sheet import InputSheet
from importer.commands.mapping_selection import guess_of
from importer.commands.questions.country_cure import country_here, words_of
from importer.commands.questions.earlier_answers import NO_ANSWERS, EarlierAnswers
from importer.commands.questions.place_names import place_hints
from importer.mapper.column_candidates import Question
from importer.mapper.header import texts_of
from importer.mapper.options import ColumnOptions
from importer.mapper.phones import count_right
from importer.mapper.phones.countries import country_name, country_of, sharing_code, similar_country
from importer.mapper.phones.country_guess import MOST_CELLS, CountryGuess, guess_country, lacks_country
from importer.model.answers import is_no, is_yes
from importer.model.plain_text import plain
from importer.model.rows import Row, Sheet
from importer.settings import Settings

_WHERE = "Where are they from? Such as Spain, ES or +34 (Enter: not known, not sent):"


class NumbersSeen(NamedTuple):
    """The numbers of sheets, some of which do not say their country."""

    cells: Sequence[str]
    guess: CountryGuess
    """Where those are probably from; without a country: no country fits them."""

    def are_of_another(self, region: str) -> bool:
        """Tell whether they fit another country better, and are enough to tell: some country fits a few by chance."""
        can_tell = replace(self.guess, rivals={}).is_proposed
        without = (cell for cell in self.cells if lacks_country([cell]))
        return can_tell and count_right(without, region) < self.guess.right


def country_evidence(
    context: CommandContext, readers: Sequence[InputSheet], earlier: EarlierAnswers = NO_ANSWERS
) -> NumbersSeen | None:
    """Return the sheets' numbers, and where they are probably from, if they do not say it and nothing else does.

    Raises:
        InputError: A file cannot be read.

    """
    settings = context.settings
    if settings.mapping.contact.country or settings.mapping.contact.source != "whatsapp":
        return None
    cells = [cell for reader in readers for cell in phone_cells_of(reader, settings)]
    rows = list(chain.from_iterable(reader.sample() for reader in readers))
    return numbers_seen(cells, [reader.sheet for reader in readers], rows, context.environment, earlier)


def numbers_seen(
    cells: Sequence[str],
    sheets: Sequence[Sheet],
    rows: Sequence[Row],
    environment: Mapping[str, str],
    earlier: EarlierAnswers,
) -> NumbersSeen | None:
    """Return numbers, and where they are probably from; None: they say it themselves.

    Args:
        cells: With the numbers.
        sheets: That they are from, whose headers and names are a hint.
        rows: That they are from, whose cells may name places.
        environment: The environment variables, which tell the machine's country.
        earlier: What was answered before: a country that the numbers fit as well comes first.

    """
    if not lacks_country(cells):
        return None
    told = Counter(earlier.country_weights)
    told.update(place_hints(rows))
    found = guess_country(cells, words_of(sheets), country_here(environment), told)
    nowhere = CountryGuess(country="", right=0, looked_at=len(cells), with_code=0, is_likely=False)
    return NumbersSeen(cells, found or nowhere)


def phone_cells_of(reader: InputSheet, settings: Settings) -> Iterator[str]:
    """Return the same as `phone_cells` of the first rows of an opened sheet.

    Raises:
        InputError: The file cannot be read.

    """
    guessed, given = guess_of(reader, settings), settings.mapping.columns
    columns = given if guessed is None else guessed.columns
    given_too = {field: value for field in ("identifier", "country") if (value := getattr(given, field))}
    columns = replace(columns, **given_too)
    questions = guessed.questions if guessed else ()
    return phone_cells(columns, questions, reader.sheet.header, reader.look_ahead(MOST_CELLS))


def phone_cells(
    columns: ColumnOptions, questions: Sequence[Question], header: Sequence[str], rows: Iterable[Row]
) -> Iterator[str]:
    """Yield the cells of the column that has, or probably has, the phone number; none beside a country's cell.

    Args:
        columns: Which column feeds which field, as far as that is known.
        questions: What is open still.
        header: The columns' headers.
        rows: Of which the cells are.

    """
    country = header.index(columns.country) if columns.country in header else None
    if columns.country and country is None:
        return
    asked = (one.choices[0] for one in questions if one.field == "identifier" and one.choices)
    texts = texts_of(columns.identifier or next(asked, ""))
    places = [header.index(text) for text in texts if text in header]
    for row in rows:
        if country is None or not row.cells[country].strip():
            yield next((row.cells[place] for place in places if row.cells[place].strip()), "")


def country_answer(numbers: NumbersSeen, earlier: EarlierAnswers, ask: Callable[[str], str] | None) -> tuple[str, str]:
    """Return the country of numbers that do not say it, and a sentence that tells of it where it was not asked for.

    Args:
        numbers: What they are, and tell.
        earlier: What was answered before: a country that was right then is not asked for again; that of a file of our
            own making is taken too, unless many of its numbers fit another one better.
        ask: Asks the person; None: nobody is asked.

    """
    found, (written, where) = numbers.guess, earlier.written_with
    if written and not numbers.are_of_another(written):
        return written, f"Country: {country_name(written)}, as in {where}; for another, --country."
    known = earlier.countries.get(found.country)
    if known and not (written or found.rivals):
        return found.country, f"Country: {found.name}, as in {known.where}; for another, --country."
    before = (written, where) if written else (earlier.rehearsed, "the rehearsal")
    return asked_country(found, ask, *before) if ask else "", ""


def asked_country(found: CountryGuess, ask: Callable[[str], str], before: str = "", where: str = "") -> str:
    """Return the country that the person confirms or names; empty: none.

    Args:
        found: What the numbers tell.
        ask: Asks the person.
        before: The country that was named before, which is proposed first; empty: none was.
        where: Such as `the rehearsal`.

    """
    proposed = before or (found.country if found.is_proposed else "")
    if proposed:
        question = f"Are they {found.of_people}?"
        if before:
            question = f"In {where} they were from {country_name(before)}: is that right?"
        answer = ask(f"{found.evidence if found.country else ''} {question} [Y/n]".lstrip()).strip()
        if not answer or is_yes(answer):  # `SI` and `NO` are countries too
            return proposed
        return _named_country(ask(_WHERE) if is_no(answer) else answer, ask)
    if found.rivals and replace(found, rivals={}).is_proposed:
        return _named_country(ask(f"{found.evidence}\n{_WHERE}"), ask)
    return _named_country(ask(f"Phone numbers have no country code, and {_doubt(found)}.\n{_WHERE}"), ask)


def _doubt(found: CountryGuess) -> str:
    """Return why no country is proposed."""
    if not found.country:
        return "most of them fit no one country"
    fits = f"{found.right:,} of {found.looked_at:,} would be right {found.for_which}"
    return f"they do not tell where they are from: {fits}"


def _named_country(answer: str, ask: Callable[[str], str]) -> str:
    """Return the country that an answer names, asked again as long as it is none; empty: the person named none."""
    while answer := answer.strip():
        if not (said := _why_no_country(answer)):
            return country_of(answer)
        answer = ask(f"{said}\n{_WHERE}")
    return ""


def _why_no_country(answer: str) -> str:
    """Return why an answer names no country, or not surely; empty: it does."""
    if shared := sharing_code(answer):
        each = ", ".join(f"{country_name(region)} ({region})" for region in shared)
        return f"Several countries share {plain(answer)}. Write two letters: {each} or another."
    found = country_of(answer)
    if found and (is_yes(answer) or is_no(answer)):
        return f"If you mean {country_name(found)}, write its name."
    if found:
        return ""
    near = similar_country(answer)
    meant = f" Did you mean {country_name(near)} ({near})?" if near else ""
    return f'No country is called "{plain(answer)}".{meant}'


def with_country(context: CommandContext, country: str) -> CommandContext:
    """Return the context with the country, as if it had been given: `retry` repeats it."""
    if not country:
        return context
    mapping = context.settings.mapping
    mapping = replace(mapping, contact=replace(mapping.contact, country=country))
    settings = replace(context.settings, mapping=mapping)
    return replace(context, settings=settings, options={**context.options, "country": country})
