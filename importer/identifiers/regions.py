"""What the countries are called, and by which code they are dialled."""

from collections.abc import Iterator

import phonenumbers

_LANGUAGES = ("en", "es", "it", "pt", "fr", "de")
"""Of the service's users."""
_SHARED = "001"
"""What phonenumbers calls codes that belong to no country, such as satellite phones."""


def is_region(country: str) -> bool:
    """Tell whether the text is the code of a region that has phone numbers, such as `ES`."""
    return country in phonenumbers.SUPPORTED_REGIONS


def region_dialled(digits: str) -> str:
    """Return the main region of a country's calling code, such as `ES` for `34`; empty where there is none."""
    if not 0 < len(digits) <= 3:  # noqa: PLR2004 - the longest calling code (ITU-T E.164)
        return ""
    region = phonenumbers.region_code_for_country_code(int(digits))
    return region if region in phonenumbers.SUPPORTED_REGIONS and region != _SHARED else ""


def region_names() -> Iterator[tuple[str, str]]:
    """Yield the countries' names in six languages, each with its region."""
    # Late: a third of a second, for the few files that write countries out.
    from phonenumbers.geodata.locale import LOCALE_DATA  # noqa: PLC0415 - said above

    for region, names in LOCALE_DATA.items():
        if region not in phonenumbers.SUPPORTED_REGIONS:
            continue
        for language in _LANGUAGES:
            name = names[language]
            while name.startswith("*"):  # the same as in another language
                name = names[name[1:]]
            yield name, region
