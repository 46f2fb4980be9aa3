"""Tell how the dates of a column are written: the cells that can be read in one way only decide. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from importer.mapper.custom_fields import date_reader

_FORMATS = (
    *("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d"),
    *("%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%m-%y"),
)
_DAY_AND_MONTH = str.maketrans("dm", "md")
_NEARLY_ALL = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class DateFormats:
    """How the dates of a column are written."""

    share: float
    """The share of the cells that are dates, from 0.0 to 1.0."""
    formats: tuple[str, ...] = ()
    """For `strptime`; none for ISO dates alone, two where nothing tells which of them."""
    evidence: str = ""
    """What tells whether the day or the month comes first, or that nothing does; empty where nobody has to ask."""


def date_formats(texts: Sequence[str]) -> DateFormats:
    """Return how the dates of a column are written.

    Date cells of a workbook are ISO dates, whatever they look like: they say nothing of the texts among them.

    Args:
        texts: The column's cells, at least one, none of them empty.

    """
    written = [text for text in texts if not (_is_read(text, "") and text[:4].isdecimal())]
    read = {one: frozenset(place for place, text in enumerate(written) if _is_read(text, one)) for one in _FORMATS}
    likely = max(_FORMATS, key=lambda one: len(read[one]))
    share = (len(texts) - len(written) + len(read[likely])) / len(texts)
    if not read[likely]:
        return DateFormats(share=share)
    rival = likely.translate(_DAY_AND_MONTH)
    otherwise = read.get(rival, frozenset[int]())
    speaks_for, against = read[likely] - otherwise, otherwise - read[likely]
    sure = frozenset(place for place, text in enumerate(written) if _is_read(text, ""))
    is_decided = len(speaks_for) > (len(speaks_for) + len(against)) * _NEARLY_ALL
    if is_decided and len(sure & read[likely]) >= len(sure) * _NEARLY_ALL:
        here, there = ("first", "second") if likely.startswith("%d") else ("second", "first")
        told = (
            f"a day above 12 stands {here} in {len(speaks_for):,} of {len(written):,} dates written as text,"
            f" {there} in {len(against) or 'none'}"
        )
        return DateFormats(share=share, formats=(likely,), evidence=told if rival in read else "")
    both = sorted(read[likely] & otherwise - sure)
    if not both:
        return DateFormats(share=share)
    told = (
        f"{len(both):,} of {len(written):,} dates written as text can be read in two ways, such as"
        f' {written[both[0]]}: add format = "{max(likely, rival, key=lambda one: one[:2] == "%d")}" where the day comes'
        " first"
    )
    return DateFormats(share=share, formats=(likely, rival), evidence=told)


def _is_read(text: str, date_format: str) -> bool:
    return isinstance(date_reader(date_format)(text), str)
