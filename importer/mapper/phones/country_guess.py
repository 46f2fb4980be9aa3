"""Guess which country numbers without a country code are from: of which country most of them are right. Pure.

    cells -> numbers that do not say their country -> countries that fit a few of them -> those that fit most of all

Several countries may fit: nine digits that begin with a 6 are right in Spain, France and Poland. Then the numbers of
the sheet that have a country code tell, the language of its headers, the machine's own country, what the caller knows
(earlier answers, names of places), and how the numbers are written. Where even then several are about as likely, all of
them are named. It is a guess: a person is asked, or told, and it is never used unasked.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import phonenumbers

from importer.mapper.phones import identify
from importer.mapper.phones.countries import country_name, region_dialled
from importer.mapper.phones.header_language import COMMON, regions_spoken_in
from importer.mapper.phones.numbering_plans import is_mobile
from importer.model.rows import Problem

MOST_CELLS = 5_000
"""Of more cells, only the first are looked at."""
_SCREENED, _COMPARED = 25, 250
"""How many numbers are tried with every country of the world, and how many with those that fit."""
_SHORTLIST = 5
_LEAST_SHARE = 0.5
_AS_GOOD = 0.9
"""A country that fits this share of what the best one fits may be right as well."""
_WEIGHT_OF_FIT = 30.0
_NEAR = 0.8
"""A country that is less likely than the best one by no more than this may be meant as well."""
_MOST_RIVALS = 2
_FEWEST_CODED = 10
"""So many numbers that say their country are no chance."""
_FEWEST_PROPOSED = 10
"""Of fewer numbers, some country fits most by chance."""
_DEMONYMS = {
    "AR": "Argentine",
    "AT": "Austrian",
    "BE": "Belgian",
    "BR": "Brazilian",
    "CH": "Swiss",
    "CL": "Chilean",
    "CO": "Colombian",
    "DE": "German",
    "EC": "Ecuadorian",
    "ES": "Spanish",
    "FR": "French",
    "GB": "British",
    "IE": "Irish",
    "IN": "Indian",
    "IT": "Italian",
    "MX": "Mexican",
    "NL": "Dutch",
    "PE": "Peruvian",
    "PL": "Polish",
    "PT": "Portuguese",
    "US": "American",
    "UY": "Uruguayan",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryGuess:
    """The country that numbers without a country code are probably from, and the evidence."""

    country: str
    """The region, such as `ES`."""
    right: int
    """How many of these numbers are right there."""
    looked_at: int
    """Of how many."""
    with_code: int
    """How many numbers of the sheet say their country themselves."""
    is_likely: bool
    """Whether more speaks for it than that the numbers fit: some country fits nearly any digits."""
    rivals: Mapping[str, int] = field(default_factory=dict)
    """Other regions that are about as likely, the likeliest first, each with how many numbers are right there."""

    @property
    def is_proposed(self) -> bool:
        """Whether a person may take it by Enter: enough numbers are right there, few are wrong, and it has no rival."""
        is_right = self.looked_at >= _FEWEST_PROPOSED and self.right >= _AS_GOOD * self.looked_at
        return bool(self.country) and is_right and not self.rivals

    @property
    def countries(self) -> tuple[str, ...]:
        """The regions that may be meant, the likeliest first."""
        return (self.country, *self.rivals) if self.country else ()

    @property
    def name(self) -> str:
        """The country's name."""
        return country_name(self.country)

    @property
    def evidence(self) -> str:
        """A sentence with the figures."""
        numbers = "numbers without a country code" if self.with_code else "numbers"
        return f"{self.right:,} of {self.looked_at:,} {numbers} are right {self.for_which}."

    @property
    def for_which(self) -> str:
        """The country, and those that are about as likely, such as `for Chile and for Spain`."""
        first, *others = [f"for {country_name(one)}" for one in self.countries]
        if all(count == self.right for count in self.rivals.values()):
            return " and ".join(filter(None, [", ".join([first, *others[:-1]]), *others[-1:]]))
        return ", ".join(
            [first, *(f"{count:,} {one}" for one, count in zip(others, self.rivals.values(), strict=True))]
        )

    @property
    def of_people(self) -> str:
        """What the numbers would be, such as `Spanish`."""
        return people_of(self.country)


def people_of(region: str) -> str:
    """Return what numbers of a region are, such as `Spanish`."""
    return _DEMONYMS.get(region) or f"from {country_name(region)}"


def lacks_country(cells: Iterable[str]) -> bool:
    """Return whether a cell holds a number that does not say its country."""
    found = (identify(cell, "whatsapp", "") for cell in cells if cell.strip())
    return any(isinstance(one, Problem) and one.code == "phone_no_country" for one in found)


def guess_country(
    cells: Sequence[str], words: str = "", here: str = "", told: Mapping[str, float] = MappingProxyType({})
) -> CountryGuess | None:
    """Return where the numbers without a country code are probably from; None where no country fits half of them.

    Args:
        cells: Of the phone column.
        words: The sheet's headers and the file's name, folded: their language is a hint.
        here: The machine's country, which is another; empty: it is not known.
        told: Region to what else speaks for it, where the machine's country counts 2.

    """
    coded, without = Counter[str](), list[str]()
    for cell in cells[:MOST_CELLS]:
        found = identify(cell, "whatsapp", "") if cell.strip() else ""
        if isinstance(found, Problem) and not (found.code == "phone_missing" or cell.lstrip(" '").startswith("+")):
            without.append(cell)
        elif isinstance(found, str) and found:
            coded[_region_of(found)] += 1
    hints = Counter(_hints(words, here, coded))
    hints.update(told)
    best, rivals = _best(without, hints)
    right = _right(without, best) if best else 0
    if right < max(len(without) * _LEAST_SHARE, 1):
        return None
    if (sure := _told_by_sheet(coded, words)) and sure != best:
        rivals = (sure, *(one for one in rivals if one != sure))
    return CountryGuess(
        country=best,
        right=right,
        looked_at=len(without),
        with_code=coded.total(),
        is_likely=best in hints,
        rivals={one: count for one in rivals if (count := _right(without, one)) >= _AS_GOOD * right},
    )


def _region_of(identifier: str) -> str:
    code = next((size for size in (1, 2, 3) if region_dialled(identifier[:size])), 0)
    return region_dialled(identifier[:code])


def _hints(words: str, here: str, coded: Mapping[str, int]) -> Mapping[str, float]:
    """Return how likely each region is before its numbers are looked at; one that nothing speaks for is left out."""
    hints = dict.fromkeys(_DEMONYMS, 0.3) | dict.fromkeys(COMMON, 0.5)
    for region, weight in regions_spoken_in(words).items():
        hints[region] = hints.get(region, 0.0) + weight
    for region, count in coded.items():
        hints[region] = hints.get(region, 0.0) + 4.0 * count / sum(coded.values())
    if here:
        hints[here] = hints.get(here, 0.0) + 2.0
    return hints


def _told_by_sheet(coded: Mapping[str, int], words: str) -> str:
    """Return the region that the sheet names itself, whatever was said before; empty: it names none surely.

    Most of the numbers that say their country are from there, and the headers are in its language.
    """
    region = max(coded, key=lambda one: coded[one], default="")
    is_most = sum(coded.values()) >= _FEWEST_CODED and coded[region] > sum(coded.values()) / 2
    return region if is_most and region in regions_spoken_in(words) else ""


def _best(without: Sequence[str], hints: Mapping[str, float]) -> tuple[str, Sequence[str]]:
    """Return the likeliest of the regions that fit, empty if none does, and those that are about as likely."""
    few = _sample(without, _SCREENED)
    world = {regions[0] for regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.values()} | set(hints)
    fits = {region: _right(few, region) for region in sorted(world & phonenumbers.SUPPORTED_REGIONS)}
    least = max(fits.values(), default=0) * _AS_GOOD
    fitting = [region for region, right in fits.items() if right and right >= least]
    shortlist = sorted(fitting, key=lambda region: (-hints.get(region, 0.0), -fits[region]))[:_SHORTLIST]
    more = _sample(without, _COMPARED)
    likely = {region: _likelihood(region, more, hints) for region in shortlist}
    best, *others = sorted(likely, key=lambda region: -likely[region]) or [""]
    near = [one for one in others if one in hints and likely[best] - likely[one] <= _NEAR]
    return best, near[:_MOST_RIVALS]


def _sample(cells: Sequence[str], most: int) -> Sequence[str]:
    return cells[:: max(-(-len(cells) // most), 1)]


def _right(cells: Sequence[str], region: str) -> int:
    """Return how many numbers are of the region."""
    return sum(isinstance(identify(cell, "whatsapp", region), str) for cell in cells)


def _likelihood(region: str, cells: Sequence[str], hints: Mapping[str, float]) -> float:
    """Return how likely a region is: what speaks for it, right numbers, mobiles, and zeros where they are dialled."""
    found = [one for one in (identify(cell, "whatsapp", region) for cell in cells) if isinstance(one, str)]
    mobiles = sum(map(is_mobile, found))
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    dials_zero = metadata is not None and metadata.national_prefix == "0"
    has_zeros = any(cell.strip().startswith("0") for cell in cells)
    fit = (_WEIGHT_OF_FIT * _right(cells, region) + mobiles) / len(cells)
    return hints.get(region, 0.0) + fit + (0.5 if dials_zero == has_zeros else 0.0)
