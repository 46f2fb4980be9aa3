"""Whom `--contact` names: a number, however it is written, or the user name of another service.

A number without its country code is of the config's country, else of the one that the runs before had; where that
leaves a choice, nobody is forgotten.
"""

from collections.abc import Iterator, Sequence

from importer.commands.context import CommandContext
from importer.commands.purge.other_journals import is_shown, shown_number
from importer.commands.questions.earlier_countries import country_in
from importer.journal.database import Database
from importer.journal.run_records import load_runs
from importer.mapper.phones import identify
from importer.mapper.phones.countries import country_name
from importer.mapper.phones.examples import such_as
from importer.mapper.phones.numbering_plans import country_code_of
from importer.model.errors import UsageError
from importer.model.person import Person
from importer.model.plain_text import plain
from importer.model.rows import Problem
from importer.reports.run_commands import same_journal, where_runs_are
from importer.system.shell import importer_command

_NOTHING = "Nothing was changed"


def named_person(
    context: CommandContext, journals: Sequence[Database], text: str, *more: str
) -> tuple[Person, Sequence[str]]:
    """Return whom a number or a user name names, and how the number was read if it does not say its country.

    Args:
        context: Of the command.
        journals: That are open: their runs say of which country numbers are.
        text: What was given.
        more: The command's other arguments.

    Raises:
        UsageError: It is neither, or a number of several countries.

    """
    own = context.settings.mapping.contact.country
    number = identify(text, "whatsapp", own)
    if not isinstance(number, Problem):
        return _person(number), _read_as(context, text, number, own)
    if number.code == "phone_no_country":
        return _of_earlier_country(context, journals, text, number, *more)
    handle = text.strip().casefold()
    if any(map(str.isalpha, handle)) and not any(map(str.isspace, handle)):
        return Person(identifier=handle), ()
    if any(map(str.isdecimal, text)):
        hint = f"{_NOTHING}. Give the person's number with its country code{such_as(own or 'ES')}."
        raise UsageError(f"--contact names no number that a contact can have: {number.message}", hint)
    raise UsageError(f"{_NOTHING}: that is no phone number.", how_to_find_them(context))


def how_to_find_them(context: CommandContext) -> str:
    """Return what `--contact` expects, and where a person's number stands."""
    runs = same_journal(context.options, "runs")
    country = context.settings.mapping.contact.country or "ES"
    return (
        f"--contact takes the person's number with its country code{such_as(country)}; a name may be many people's."
        " The number stands beside the name in your list, in Callbell, and in the results.csv of each run. To see the"
        f" runs:\n  {runs}"
    )


def _of_earlier_country(
    context: CommandContext, journals: Sequence[Database], text: str, problem: Problem, *more: str
) -> tuple[Person, Sequence[str]]:
    """Return whom a number names without its country code that no option and no config says.

    Raises:
        UsageError: No run says it either, or runs of several countries do.

    """
    found = {
        country: number
        for country in _earlier_countries(journals)
        if not isinstance(number := identify(text, "whatsapp", country), Problem)
    }
    if len(found) == 1:
        ((country, number),) = found.items()
        return _person(number), _read_as(context, text, number, country, ", as those of the runs before")
    if not found:
        raise UsageError(f"--contact: {problem.message}", f"{_NOTHING}.")
    names = " or ".join(map(country_name, found))
    commands = "\n".join(f"  {_command(context, country, number, *more)}" for country, number in found.items())
    raise UsageError(
        f"{_NOTHING}: the number does not say its country, and can be one of {names}: the runs before had both.",
        f"Give it with its country code:\n{commands}",
    )


def _earlier_countries(journals: Sequence[Database]) -> Iterator[str]:
    """Yield the countries that numbers without a country code were of, of the newest runs first, each once."""
    records = (record for journal in journals for record, _ in load_runs(journal))
    newest = sorted(records, key=lambda record: record.started_at, reverse=True)
    yield from dict.fromkeys(filter(None, map(country_in, newest)))


def _command(context: CommandContext, country: str, number: str, *more: str) -> str:
    """Return the command with the whole number, or with the country where the number is not to be shown."""
    shown = shown_number(context, f"+{number}")
    options = where_runs_are(context.options)
    options = options if shown.startswith("+") else [("country", country), *options]
    return importer_command("purge", "--contact", shown, *more, options=options)


def _read_as(context: CommandContext, text: str, number: str, country: str, why: str = "") -> Sequence[str]:
    """Return a line that says how a number was read without its country code; none if it said it."""
    digits = "".join(filter(str.isdecimal, text)).removeprefix("00")
    if not country or digits == number:
        return ()
    name = country_name(country)
    if not is_shown(context):
        return (f"The number is read as one of {name} (+{country_code_of(number)[0]}){why}.",)
    return (f"{plain(text.strip())} is read as +{number}, a number of {name}{why}.",)


def _person(number: str) -> Person:
    code, is_ambiguous = country_code_of(number)
    return Person(identifier=number, code=code, is_national_ambiguous=is_ambiguous)
