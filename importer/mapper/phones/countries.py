"""Countries: the one that a cell names by two letters, a name in one of six languages, or a calling code."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec
from types import MappingProxyType

import phonenumbers

from importer.mapper.header import folded_name

_LANGUAGES = ("en", "es", "it", "pt", "fr", "de")
"""The languages of the service's users."""
_CALLING_CODE = re.compile(r"(?:\+|00)?([1-9][0-9]{0,2})(?:\.0)?")
_OTHER_NAMES = {
    "AE": ("uae",),
    "CZ": ("czechia",),
    "GB": ("uk", "great britain", "england", "scotland", "wales", "inglaterra", "inghilterra", "angleterre"),
    "NL": ("holland", "holanda", "olanda", "hollande"),
    "TR": ("turkiye",),
    "US": ("usa", "u s", "u s a", "united states of america", "usa estados unidos", "eeuu", "ee uu", "eua", "e u a"),
}
"""Names that phonenumbers does not have, folded."""
_SHARED_CODES = {"1": ("US", "CA", "DO", "PR", "JM"), "7": ("RU", "KZ"), "44": ("GB", "GG", "IM", "JE")}
"""Calling codes of several countries of which each has many numbers, with those countries, the largest first."""


def is_region(country: str) -> bool:
    """Return whether the text is the code of a region that has phone numbers, such as `ES`."""
    return country in phonenumbers.SUPPORTED_REGIONS


def region_codes() -> list[str]:
    """Return the codes of all regions that have phone numbers, sorted."""
    return sorted(phonenumbers.SUPPORTED_REGIONS)


_ALIKE = 0.78
"""How much alike names must be (`difflib`): `Spian` and `Spain` are, `Valencia` and `Alemania` are not."""


@lru_cache(maxsize=2048)
def country_of(cell: str) -> str:
    """Return the region (ISO 3166) that the cell names; empty where it names none."""
    text = cell.strip()
    if is_region(text.upper()):
        return text.upper()
    if found := _CALLING_CODE.fullmatch(text.replace(" ", "")):
        return region_dialled(found[1])
    return _regions_by_name().get(folded_name(text), "")


def region_dialled(digits: str) -> str:
    """Return the main region of a country's calling code, such as `ES` for `34`; empty where there is none."""
    region = phonenumbers.region_code_for_country_code(int(digits or "0"))
    return region if is_region(region) else ""  # satellite phones and such have one code and no country


def sharing_code(text: str) -> tuple[str, ...]:
    """Return the regions among which a calling code such as `+1` leaves a choice; none for any other text."""
    found = _CALLING_CODE.fullmatch(text.strip().replace(" ", ""))
    return _SHARED_CODES.get(found[1], ()) if found else ()


def country_name(region: str) -> str:
    """Return the region's name in English, such as `Spain` for `ES`; the region itself where it has none."""
    names = _names().get(region, {})
    return _name_in("en", names) if names else region


def similar_country(text: str) -> str:
    """Return the region whose name is most like the text, for a question; empty where none is."""
    names = _regions_by_name()
    close = get_close_matches(folded_name(text), names, n=1, cutoff=_ALIKE)
    return names[close[0]] if close else ""


@lru_cache(maxsize=1)
def _regions_by_name() -> Mapping[str, str]:
    regions = {folded_name(name): region for name, region in region_names()}
    return MappingProxyType(regions | {name: region for region, names in _OTHER_NAMES.items() for name in names})


def region_names() -> Iterator[tuple[str, str]]:
    """Yield the countries' names in six languages, each with its region."""
    for region, names in _names().items():
        if region not in phonenumbers.SUPPORTED_REGIONS:
            continue
        for language in _LANGUAGES:
            yield _name_in(language, names), region


def _name_in(language: str, names: Mapping[str, str]) -> str:
    name = names[language]
    while name.startswith("*"):  # the same as in another language
        name = names[name[1:]]
    return name


@lru_cache(maxsize=1)
def _names() -> Mapping[str, Mapping[str, str]]:
    """Return phonenumbers' names of the regions, by region and language.

    Only this file is loaded: importing its package loads every area code of the world, 95 MB and a third of a second
    (measured with 9.0 in November 2026).
    """
    name = "phonenumbers.geodata.locale"
    loader = SourceFileLoader(name, f"{phonenumbers.__path__[0]}/geodata/locale.py")
    module = module_from_spec(ModuleSpec(name, loader))
    loader.exec_module(module)
    names: Mapping[str, Mapping[str, str]] = module.LOCALE_DATA
    return names
