"""Find the country that a cell names: by two letters, a name in one of six languages, or a calling code."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from importer.mapper.phones import is_region, region_dialled, region_names
from importer.mapper.text_cleanup import folded_name

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


@lru_cache(maxsize=2048)
def country_of(cell: str) -> str:
    """Return the region (ISO 3166) that the cell names; empty where it names none."""
    text = cell.strip()
    if is_region(text.upper()):
        return text.upper()
    if found := _CALLING_CODE.fullmatch(text.replace(" ", "")):
        return region_dialled(found[1])
    return _regions_by_name().get(folded_name(text), "")


@lru_cache(maxsize=1)
def _regions_by_name() -> Mapping[str, str]:
    regions = {folded_name(name): region for name, region in region_names()}
    return MappingProxyType(regions | {name: region for region, names in _OTHER_NAMES.items() for name in names})
