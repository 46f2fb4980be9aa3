"""Whom `--contact` names: a number, however it is written, or the user name of another service.

A number without its country code is of the country that the option says, else of the only person who is known here
and whom it fits (`importer.commands.purge.national_number`).
"""

from collections.abc import Sequence

from importer.commands.context import CommandContext
from importer.commands.purge.national_number import person_of, place_of, readings_of, the_one_who_is_known
from importer.commands.purge.other_journals import is_shown
from importer.journal.database import Database
from importer.mapper.phones import identify
from importer.mapper.phones.examples import such_as
from importer.model.errors import UsageError
from importer.model.person import Person
from importer.model.plain_text import plain
from importer.model.rows import Problem
from importer.reports.run_commands import same_journal

_NOTHING = "Nothing was changed"
_ONLY_ONE = ": nobody else who is known here has it"


def named_person(
    context: CommandContext, journals: Sequence[Database], text: str, *more: str
) -> tuple[Person, Sequence[str]]:
    """Return whom a number or a user name names, and how the number was read if it does not say its country.

    Args:
        context: Of the command.
        journals: That are open: who is known in them decides whose a number is that does not say its country.
        text: What was given.
        more: The command's other arguments.

    Raises:
        UsageError: It is neither, or a number of nobody who is known, or of several people.

    """
    own = context.settings.mapping.contact.country
    readings = {} if context.options.get("country") else readings_of(text)
    if readings.keys() - {""}:
        person = the_one_who_is_known(context, journals, text, readings, *more)
        return person, _read_as(context, text, person, _ONLY_ONE)
    number = identify(text, "whatsapp", own)
    if not isinstance(number, Problem):
        person = person_of(number)
        return person, _read_as(context, text, person)
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


def _read_as(context: CommandContext, text: str, person: Person, why: str = "") -> Sequence[str]:
    """Return a line that says how a number was read without its country code; none if it said it."""
    digits = "".join(filter(str.isdecimal, text)).removeprefix("00")
    if digits == person.identifier:
        return ()
    if not is_shown(context):
        return (f"The number is read as one of {place_of(person)}{why}.",)
    return (f"{plain(text.strip())} is read as +{person.identifier}, a number of {place_of(person)}{why}.",)
