"""Which countries the cells of other columns name: a hint at where numbers are from.

By a country's name or a large city; a name that cities of several countries have (Valencia, Córdoba) tells nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain

from importer.mapper.header_guess import folded
from importer.mapper.phones.countries import country_of
from importer.model.rows import Row

_CITIES = {
    "AR": "buenos aires, rosario, mar del plata, la plata, tucuman, mendoza",
    "BR": "sao paulo, rio de janeiro, belo horizonte, brasilia, curitiba, fortaleza, recife, porto alegre, salvador",
    "CL": "santiago de chile, valparaiso, vina del mar, antofagasta, temuco, iquique, rancagua",
    "CO": "bogota, medellin, cali, barranquilla, bucaramanga, pereira",
    "DE": "berlin, hamburg, munchen, koln, frankfurt, stuttgart, dusseldorf, leipzig",
    "EC": "quito, guayaquil",
    "ES": "madrid, barcelona, sevilla, zaragoza, malaga, bilbao, alicante, valladolid, vigo, gijon, murcia",
    "FR": "paris, marseille, lyon, toulouse, nice, nantes, bordeaux, lille, strasbourg",
    "GB": "london, manchester, liverpool, leeds, glasgow, edinburgh, bristol",
    "IT": "roma, milano, napoli, torino, palermo, genova, bologna, firenze, bari",
    "MX": "ciudad de mexico, cdmx, monterrey, tijuana, puebla, cancun, queretaro",
    "PE": "lima, arequipa, trujillo, chiclayo, cusco, piura",
    "PT": "lisboa, porto, braga, coimbra, faro, setubal",
    "US": "new york, los angeles, chicago, houston, miami, phoenix, dallas, san francisco",
    "UY": "montevideo",
}
_SHORTEST_NAME = 4
_WEIGHT = 3.0
_LEAST_SHARE = 0.1
"""Of fewer rows, a place that is named is chance."""


def place_hints(rows: Iterable[Row]) -> Mapping[str, float]:
    """Return how much the cells of rows speak for each region, as `guess_country` takes it."""
    seen, named = 0, Counter[str]()
    for row in rows:
        seen += 1
        named.update(regions_named(row.cells))
    return weighed(named, seen)


def regions_named(cells: Sequence[str]) -> set[str]:
    """Return the regions that the cells name, by themselves or by a city."""
    return set(filter(None, map(_region_named, cells)))


def weighed(named: Mapping[str, int], rows: int) -> Mapping[str, float]:
    """Return how much it speaks for each region that so many of the rows name it."""
    return {region: _WEIGHT * count / rows for region, count in named.items() if count >= _LEAST_SHARE * rows}


@lru_cache(maxsize=2_000)
def _region_named(cell: str) -> str:
    text = cell.strip()
    if len(text) < _SHORTEST_NAME or not any(map(str.isalpha, text)) or any(map(str.isdecimal, text)):
        return ""
    return _by_city().get(folded(text)) or country_of(text)


@lru_cache(maxsize=1)
def _by_city() -> Mapping[str, str]:
    each = ([(city, region) for city in cities.split(", ")] for region, cities in _CITIES.items())
    return dict(chain.from_iterable(each))
