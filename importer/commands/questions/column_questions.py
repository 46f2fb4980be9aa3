"""What a run asks on a terminal before it reads the rows: columns and country, and only where they are not sure.

Each question shows its evidence, and Enter takes what is likeliest.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

from importer.commands.context import CommandContext
from importer.commands.input.input_sheet import InputSheet
from importer.commands.mapping_selection import guess_of, take_columns
from importer.commands.questions.consent_question import ask_consent
from importer.commands.questions.country_doubt import CountryDoubt, country_doubt
from importer.commands.questions.country_question import country_answer, country_evidence, with_country
from importer.commands.questions.earlier_answers import NO_ANSWERS, EarlierAnswers
from importer.mapper.column_candidates import Question
from importer.mapper.header import IN_BRACES
from importer.mapper.mapping_guess import with_fields
from importer.model.plain_text import plain, shortened
from importer.model.rows import Row
from importer.settings import Settings

_MOST_CHOICES = 9
_SAMPLES = 3
_LONGEST_SAMPLE = 16
_LONGEST_CHOICE = 22
_NO_COLUMN = "no column looks like it"
"""Why the guess of a mapping (`importer.mapper.mapping_guess`) asks, where it would be a mere chance."""
_CONTENT = {"identifier": "the phone number", "name": "the name"}


def with_answers_to_run(
    context: CommandContext, readers: Sequence[InputSheet], earlier: EarlierAnswers
) -> tuple[CommandContext, str, CountryDoubt]:
    """Return the same as `with_answers` of a run, and why a country that was given is probably another.

    Raises:
        InputError: A file cannot be read, or the input ended without an answer.

    """
    take_columns(readers, context.settings, earlier.mappings)
    doubt = country_doubt(context, readers, earlier)
    return (*with_answers(context, readers, earlier), doubt)


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
    numbers = country_evidence(context, readers, earlier)
    if numbers is not None:
        country, note = country_answer(numbers, earlier, ask)
        context = with_country(context, country)
        taken += [note] if note else []
    for index, reader in enumerate(readers):
        _ask_columns(reader, context.settings, ask, partial(earlier.column, index), earlier.where)
        known = earlier.consent[index] if index < len(earlier.consent) else {}
        options = {**context.options, **earlier.of_list}
        for one in ask_consent(reader, context.settings, ask, known, options):
            otherwise = one.otherwise([reader.sheet.file], options)
            taken.append(f"{one.text}, as in {earlier.consent_where}; {otherwise}")
            taken += filter(None, [one.left_out_line([each.sheet.file for each in readers], context.options)])
    return context, "\n".join(taken)


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
    if before not in choices and question.why == _NO_COLUMN:
        return _column_named(question, choices, ask, f"{text}\n{_how_to_answer(reader)}")
    while answer := ask(f"{text}\nIts number; Enter: {default + 1}{as_before}").strip():
        if answer.isdecimal() and 0 < int(answer) <= len(choices):
            return choices[int(answer) - 1]
        if answer in question.choices:
            return answer
    return choices[default]


def _column_named(question: Question, choices: Sequence[str], ask: Callable[[str], str], text: str) -> str:
    """Return the column that a person names, asked until it is one: where none looks right, Enter takes none."""
    while True:
        answer = ask(text).strip()
        if answer.isdecimal() and 0 < int(answer) <= len(choices):
            return choices[int(answer) - 1]
        if answer in question.choices:
            return answer


def _how_to_answer(reader: InputSheet) -> str:
    """Return how to answer where maybe no column is right: how to stop, and how to read another sheet."""
    if not reader.sheet.name:
        return "Its number, or q to stop if none of them has it:"
    return "Its number, or q if none of them has it; for another sheet: --sheet NAME"


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
