"""Names and calling codes of countries."""

from collections.abc import Iterator, Mapping
from importlib.util import module_from_spec, spec_from_file_location

import phonenumbers

_LANGUAGES = ("en", "es", "it", "pt", "fr", "de")
"""The languages of the service's users."""
_SHARED = "001"
"""phonenumbers' region of codes without a country, such as satellite phones."""


def is_region(country: str) -> bool:
    """Return whether the text is the code of a region that has phone numbers, such as `ES`."""
    return country in phonenumbers.SUPPORTED_REGIONS


def region_dialled(digits: str) -> str:
    """Return the main region of a country's calling code, such as `ES` for `34`; empty where there is none."""
    if not 0 < len(digits) <= 3:  # noqa: PLR2004 - the longest calling code (ITU-T E.164)
        return ""
    region = phonenumbers.region_code_for_country_code(int(digits))
    return region if region in phonenumbers.SUPPORTED_REGIONS and region != _SHARED else ""


def _names() -> Mapping[str, Mapping[str, str]]:
    """Return phonenumbers' names of the regions, by region and language.

    Only this file is loaded: importing its package loads every area code of the world, 95 MB and a third of a second
    (measured with 9.0 in November 2026).
    """
    spec = spec_from_file_location("phonenumbers.geodata.locale", f"{phonenumbers.__path__[0]}/geodata/locale.py")
    assert spec is not None  # noqa: S101 - for mypy: a path that ends in .py has a loader
    assert spec.loader is not None  # noqa: S101 - the same
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    names: Mapping[str, Mapping[str, str]] = module.LOCALE_DATA
    return names


def region_names() -> Iterator[tuple[str, str]]:
    """Yield the countries' names in six languages, each with its region."""
    for region, names in _names().items():
        if region not in phonenumbers.SUPPORTED_REGIONS:
            continue
        for language in _LANGUAGES:
            name = names[language]
            while name.startswith("*"):  # the same as in another language
                name = names[name[1:]]
            yield name, region
