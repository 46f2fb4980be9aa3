"""Which country a cell means: two letters, a name in one of six languages, or a calling code."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from importer.mapper.phones import is_region, region_dialled, region_names
from importer.mapper.text_cleanup import folded_name

_CALLING_CODE = re.compile(r"(?:\+|00)?([1-9][0-9]{0,2})(?:\.0)?")
_ALSO = {
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "inglaterra": "GB",
    "inghilterra": "GB",
    "angleterre": "GB",
    "usa": "US",
    "u s": "US",
    "u s a": "US",
    "united states of america": "US",
    "usa estados unidos": "US",
    "eeuu": "US",
    "ee uu": "US",
    "eua": "US",
    "e u a": "US",
    "uae": "AE",
    "holland": "NL",
    "holanda": "NL",
    "olanda": "NL",
    "hollande": "NL",
    "czechia": "CZ",
    "turkiye": "TR",
}
"""What people write besides; folded, as the library's names are."""


@lru_cache(maxsize=2048)
def country_of(cell: str) -> str:
    """Return the region (ISO 3166) that the cell names; empty where it names none."""
    text = cell.strip()
    if is_region(text.upper()):
        return text.upper()
    if found := _CALLING_CODE.fullmatch(text.replace(" ", "")):
        return region_dialled(found[1])
    name = folded_name(text)
    return _ALSO.get(name) or _regions_by_name().get(name, "")


@lru_cache(maxsize=1)
def _regions_by_name() -> Mapping[str, str]:
    return MappingProxyType({folded_name(name): region for name, region in region_names()})
