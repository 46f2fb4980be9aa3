"""A country that was given and is probably another: told before the last question, whose default is No then."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from importer.commands.context import CommandContext
from importer.commands.input.input_sheet import InputSheet
from importer.commands.questions.country_cure import words_of
from importer.commands.questions.country_question import phone_cells_of
from importer.commands.questions.earlier_answers import EarlierAnswers
from importer.commands.questions.place_names import place_hints
from importer.mapper.phones import count_right
from importer.mapper.phones.countries import country_name
from importer.mapper.phones.country_guess import guess_country, lacks_country

_OF_A_PERSON = 2.0
"""How much it speaks for a country that a person named it, as `guess_country` takes it."""
_FEWEST_WRONG, _FEWEST_RIGHT = 5, 10
"""Of fewer numbers nothing is told: those that are wrong, and those that are right in both countries."""
_MORE = 0.25
"""The share of the numbers by which another country has to fit more of them: some plans take nearly all lengths."""


class CountryDoubt(NamedTuple):
    """Why a country is probably not the one that was given."""

    text: str
    """A line for the person; empty: there is no doubt."""
    country: str
    """The region that is probably meant, such as `ES`; empty: it may be one of several."""


NO_DOUBT = CountryDoubt("", "")


def country_doubt(context: CommandContext, readers: Sequence[InputSheet], earlier: EarlierAnswers) -> CountryDoubt:
    """Return why the numbers are probably not from the country that was given.

    Args:
        context: With that country; where none was given, there is no doubt.
        readers: The opened sheets.
        earlier: What was answered before. A country that a config names, or an earlier run of the same files had, is
            doubted only if numbers are wrong there; that of the run which wrote the file is not: wrong rows are all
            that is in it.

    Raises:
        InputError: A file cannot be read.

    """
    settings = context.settings
    given = settings.mapping.contact.country
    if not given or settings.mapping.contact.source != "whatsapp" or earlier.written_with[0] == given:
        return NO_DOUBT
    cells = [cell for reader in readers for cell in phone_cells_of(reader, settings) if lacks_country([cell])]
    told = Counter({given: _OF_A_PERSON})
    told.update(place_hints(chain.from_iterable(reader.sample() for reader in readers)))
    told.update(earlier.country_weights)
    words = words_of([reader.sheet for reader in readers])
    found = guess_country(cells, words, "", told)
    if found is None or not found.is_likely or given in found.countries:
        return NO_DOUBT
    count, right, better = len(cells), count_right(cells, given), count_right(cells, found.country)
    where = f"{country_name(given)} (--country {given})"
    cure, country = " or ".join(f"--country {one}" for one in found.countries), "" if found.rivals else found.country
    if count >= _FEWEST_WRONG and better - right >= _MORE * count:
        wrong = f"{count - right:,} of {count:,} numbers are not right for {where}"
        return CountryDoubt(f"{wrong}, whereas {better:,} are right {found.for_which}: {cure}.", country)
    is_kept = given in earlier.countries and earlier.countries[given].is_of_file
    if count < _FEWEST_RIGHT or is_kept or not context.options.get("country"):
        return NO_DOUBT
    both_right = guess_country([cell for cell in cells if count_right([cell], given)], words, "", told)
    if both_right is None or given in both_right.countries:  # only mistyped numbers speak for the other one
        return NO_DOUBT
    both = f"{right:,} of {count:,} numbers are right for {where}, but {better:,} {found.for_which} too"
    return CountryDoubt(f"{both}, and more speaks for that: {cure}.", country)
