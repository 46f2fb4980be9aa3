"""Whose a number without its country code is: the only person's who is known here and whom it fits, or nobody's.

Everybody counts whom the journals know that a purge looks at, whatever the country: neither the config's country nor
that of the runs before decides whom a purge forgets. Where it is not sure, the commands of all who fit are told.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from importer.commands.context import CommandContext
from importer.commands.purge.other_journals import paths_besides, shown_number
from importer.commands.questions.earlier_countries import country_in
from importer.journal.database import Database
from importer.journal.known_numbers import NumberFound, numbers_found, numbers_found_in
from importer.journal.run_records import load_runs
from importer.mapper.phones import identify
from importer.mapper.phones.countries import country_name, country_of, region_codes, region_dialled, sharing_code
from importer.mapper.phones.examples import such_as
from importer.mapper.phones.numbering_plans import country_code_of
from importer.model.errors import StorageError, UsageError
from importer.model.person import Person
from importer.model.plain_text import plain
from importer.reports.run_commands import where_runs_are
from importer.system.shell import importer_command

_REMEMBER = "--remember"
_NOTHING = "Nothing was changed: the number does not say its country"
_CODES = range(1, 1000)
_NO_FILES = "[]"


def person_of(number: str) -> Person:
    """Return the person of a valid number, as digits with country code."""
    code, is_ambiguous = country_code_of(number)
    return Person(identifier=number, code=code, is_national_ambiguous=is_ambiguous)


def place_of(person: Person) -> str:
    """Return a number's country, such as `Spain (+34)`, or the code alone where several countries share it."""
    dialled = f"+{person.code}"
    region = "" if sharing_code(dialled) else region_dialled(person.code)
    return f"{country_name(region)} ({dialled})" if region else dialled


def readings_of(text: str) -> Mapping[str, Person]:
    """Return all people whose number a text can be, by the region as whose it is read; of two forms of a number, one.

    The region is empty if the text can be a number with its country code.
    """
    found = dict[str, Person]()
    for region in dict.fromkeys(["", *filter(None, map(region_dialled, map(str, _CODES))), *region_codes()]):
        number = identify(text, "whatsapp", region)
        if isinstance(number, str) and not any(person.is_key(number) for person in found.values()):
            found[region] = person_of(number)
    return found


def the_one_who_is_known(
    context: CommandContext, journals: Sequence[Database], text: str, readings: Mapping[str, Person], *more: str
) -> Person:
    """Return the only person who is known and whose number a text can be.

    Args:
        context: Of the command.
        journals: That are open.
        text: What was given.
        readings: Of it.
        more: The command's other arguments.

    Raises:
        UsageError: It fits nobody who is known, or several.

    """
    found = [*_found_in_all(context, journals, [*readings.values()])]
    number = _NationalNumber(context, text, readings, more)
    people = number.people(one.identifier for one in found if one.is_on_list) if _REMEMBER in more else {}
    is_on_list = bool(people)
    people = people or number.people(one.identifier or number.read_as(one.country) for one in found)
    if not people:
        raise number.of_nobody(_likely(context, journals))
    if len(people) > 1:
        raise number.of_several(people)
    ((region, person),) = people.items()
    if not is_on_list and (files := number.unsure_files(person, found)) is not None:
        raise number.of_somebody_else_perhaps(region, files)
    return person


@dataclass(frozen=True, slots=True)
class _NationalNumber:
    """A number without its country code, and what is said where it is not sure whose it is."""

    context: CommandContext
    text: str
    readings: Mapping[str, Person]
    more: Sequence[str]
    """The command's other arguments."""

    def people(self, identifiers: Iterable[str]) -> Mapping[str, Person]:
        """Return the readings that are of these people."""
        known = set(identifiers)
        return {region: person for region, person in self.readings.items() if person.identifier in known}

    def read_as(self, country: str) -> str:
        """Return whose it is as a number of a country; empty: nobody's, or no country is named."""
        number = identify(self.text, "whatsapp", region) if (region := country_of(country)) else None
        same = (one.identifier for one in self.readings.values() if isinstance(number, str) and one.is_key(number))
        return next(same, "")

    def unsure_files(self, person: Person, found: Sequence[NumberFound]) -> Sequence[str] | None:
        """Return the files with rows that were refused and may be somebody else's, of a country that nobody knows.

        They are the person's in a file that has them with their country too, or if it is the config's country. None:
        there is nothing of the kind. Contacts are of no file, so that none of them tells whose another one is.
        """
        if self.read_as(self.context.settings.mapping.contact.country) == person.identifier:
            return None
        theirs = {one.files for one in found if one.identifier == person.identifier} - {_NO_FILES}
        unsure = {one.files for one in found if not one.identifier and not self.read_as(one.country)} - theirs
        if not unsure:
            return None
        return sorted({Path(file).name for files in unsure for file in json.loads(files)})

    def of_nobody(self, likely: Sequence[str]) -> UsageError:
        """Return that nobody has it who is known; `likely` are countries that it is probably of."""
        fitting = [self.readings[""].identifier] if "" in self.readings else []
        fitting += [self.read_as(region) for region in likely]
        people = [person for one in dict.fromkeys(fitting) for person in self.people([one]).items()]
        lines = [line for region, person in people for line in self._if_it_is(region, person)]
        country = next(iter(likely), "") or "ES"
        hint = f"Give it with its country code{such_as(country)}. The results.csv of each run has it."
        return UsageError(f"{_NOTHING}, and is of nobody who is known here.", "\n".join([hint, *lines]))

    def of_several(self, people: Mapping[str, Person]) -> UsageError:
        """Return that several people have it."""
        places = " and ".join(map(place_of, people.values()))
        lines = [line for region, person in people.items() for line in self._if_it_is(region, person)]
        said = f"{_NOTHING}, and fits {len(people)} people who are known here, of {places}."
        return UsageError(said, "\n".join(["Say which of them is meant.", *lines]))

    def of_somebody_else_perhaps(self, region: str, files: Sequence[str]) -> UsageError:
        """Return that one person has it, and that rows may be another's."""
        person = self.readings[region]
        rows = f"rows that were refused, of {plain(', '.join(files))}" if files else "what an older version wrote"
        said = f"{_NOTHING}. It fits one person who is known here, of {place_of(person)}; but it stands in {rows}, too."
        rest = f"If it is another person: give the number with its country code{such_as('ES')}."
        return UsageError(said, "\n".join([*self._if_it_is(region, person), rest]))

    def _if_it_is(self, region: str, person: Person) -> Iterator[str]:
        """Yield the command with the whole number, or with the country where the number is not to be shown."""
        shown = shown_number(self.context, f"+{person.identifier}")
        options = where_runs_are(self.context.options)
        country = region or region_dialled(person.code)
        options = options if shown.startswith("+") else [("country", country), *options]
        yield f"If it is of {place_of(person)}:"
        yield f"  {importer_command('purge', '--contact', shown, *self.more, options=options)}"


def _found_in_all(
    context: CommandContext, journals: Sequence[Database], people: Sequence[Person]
) -> Iterator[NumberFound]:
    """Yield what journals know of people: those that are open, and the others that can be read."""
    for journal in journals:
        yield from numbers_found(journal, people)
    for path in paths_besides(context, [journal.path for journal in journals]):
        with suppress(StorageError):
            yield from numbers_found_in(path, people)


def _likely(context: CommandContext, journals: Sequence[Database]) -> Sequence[str]:
    """Return the config's country, and those that runs had, the newest first."""
    records = (record for journal in journals for record, _ in load_runs(journal))
    newest = sorted(records, key=lambda record: record.started_at, reverse=True)
    return [*dict.fromkeys(filter(None, [context.settings.mapping.contact.country, *map(country_in, newest)]))]
