"""Profile a column by its values, whatever its header; a sample of its cells is enough. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import chain, pairwise

from importer.mapper.contact import cleaned
from importer.mapper.contact_fields import bot_status, splitter
from importer.mapper.custom_fields import date_reader, email, number
from importer.mapper.phones import identify
from importer.mapper.phones.countries import country_of
from importer.model.rows import Problem

_NEARLY_ALL = 0.9
_MOST_OPTIONS = 12
_LONGEST_OPTION = 40
_DATE_FORMATS = (
    *("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d"),
    *("%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%m-%y"),
)
_SEPARATORS = ",;|"
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[\s.'\N{RIGHT SINGLE QUOTATION MARK}-])*")
_FEWEST_DIGITS, _MOST_DIGITS = 8, 13
"""Of a phone number that may lack its country code."""


class Kind(StrEnum):
    """The kind of most of a column's values."""

    EMPTY = "empty cells"
    PHONES = "phone numbers"
    NATIONAL_PHONES = "phone numbers without a country code"
    EMAILS = "e-mail addresses"
    DATES = "dates"
    BOT_STATUSES = "bot_start or bot_end"
    COUNTRIES = "countries"
    NUMBERS = "numbers"
    CHOICES = "few different words"
    LISTS = "few different words, several in a cell"
    NAMES = "names"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """The profile of a column."""

    kind: Kind
    share: float = 1.0
    """The share of the non-empty cells that are of the kind, from 0.0 to 1.0."""
    filled: int = 0
    """The number of non-empty cells."""
    detail: str = ""
    """The format of dates (empty for ISO dates), the decimal sign of numbers (if any), or the separator of lists."""
    phone_share: float = 0.0
    """The share of the non-empty cells that are phone numbers, from 0.0 to 1.0."""
    options: tuple[str, ...] = ()
    """The distinct words."""


def profile_column(cells: Sequence[str], country: str = "") -> ColumnProfile:
    """Return the profile of a column.

    Args:
        cells: Some of its cells, the first thousand for example.
        country: Region of phone numbers without a country code; empty: none is assumed.

    """
    texts = [text for cell in cells if (text := " ".join(cleaned(cell).split()))]
    if not texts:
        return ColumnProfile(kind=Kind.EMPTY)
    return next(profile for profile in _profiles(texts, country) if profile.share >= _NEARLY_ALL)


def _profiles(texts: Sequence[str], country: str) -> Iterator[ColumnProfile]:
    """Yield what the column may be, the most telling kind first."""
    codes = [_phone_code(text, country) for text in texts]
    phone_share = _share(codes, lambda code: code == "")
    profile = partial(ColumnProfile, filled=len(texts), phone_share=phone_share)
    yield profile(kind=Kind.BOT_STATUSES, share=_share(texts, _accepts(bot_status)))
    yield profile(kind=Kind.EMAILS, share=_share(texts, _accepts(email)))
    is_iso = _accepts(date_reader(""))
    yield profile(kind=Kind.DATES, share=_share(texts, lambda text: is_iso(text) and text[:4].isdecimal()))
    formats = {one: _share(texts, _accepts(date_reader(one))) for one in _DATE_FORMATS}
    if fitting := [one for one, share in formats.items() if share >= _NEARLY_ALL]:  # day and month may be ambiguous
        yield profile(kind=Kind.DATES, share=formats[fitting[0]], detail="|".join(fitting))
    yield profile(kind=Kind.PHONES, share=phone_share)
    if not _count_up(texts):
        yield profile(kind=Kind.NATIONAL_PHONES, share=_share(codes, lambda code: code in ("", "national")))
    countries = _share(texts, lambda text: not text.isdecimal() and country_of(text) != "")
    yield profile(kind=Kind.COUNTRIES, share=countries)
    if signs := [sign for sign in ".," if _share(texts, _accepts(partial(number, decimal=sign))) == 1]:
        same = all(number(text, ".") == number(text, ",") for text in texts)
        yield profile(kind=Kind.NUMBERS, detail="" if same else "|".join(signs))
    for separator in ("", *_SEPARATORS):
        if options := _few_words(texts, separator):
            yield profile(kind=Kind.LISTS if separator else Kind.CHOICES, detail=separator, options=options)
    if len(set(texts)) * 2 >= len(texts):
        yield profile(kind=Kind.NAMES, share=_share(texts, _is_name))
    yield profile(kind=Kind.TEXTS)


def _is_name(text: str) -> bool:
    """Return whether the text is one to five words of letters."""
    return _NAME.fullmatch(text) is not None and len(text.split()) <= 5  # noqa: PLR2004 - said above


def _accepts(convert: Callable[[str], str | Problem]) -> Callable[[str], bool]:
    return lambda text: isinstance(convert(text), str)


def _share(texts: Sequence[str], fits: Callable[[str], bool]) -> float:
    return sum(map(fits, texts)) / len(texts)


def _phone_code(text: str, country: str) -> str:
    """Return an empty text for a phone number, `national` if it may lack its country code, else a problem's code."""
    found = identify(text, "whatsapp", country)
    if not isinstance(found, Problem):
        return ""
    digits = sum(map(str.isdecimal, text))
    return "national" if found.code == "phone_no_country" and _FEWEST_DIGITS <= digits <= _MOST_DIGITS else found.code


def _count_up(texts: Sequence[str]) -> bool:
    """Return whether most values are numbers that count up: such a column numbers rows or customers."""
    numbers = [int(text) for text in texts if text.isdecimal()]
    steps = [later - earlier for earlier, later in pairwise(numbers)]
    return len(steps) > 1 and steps.count(1) * 2 > len(steps)


def _few_words(texts: Sequence[str], separator: str) -> tuple[str, ...]:
    """Return the distinct words, one or several in a cell, if they are few, short and often repeated; else nothing."""
    parts = [splitter(separator)(text) if separator else [text] for text in texts]
    words = tuple(dict.fromkeys(chain.from_iterable(parts)))
    is_few = len(words) <= _MOST_OPTIONS and len(words) * 3 <= len(texts)
    is_short = all(len(word) <= _LONGEST_OPTION for word in words)
    return words if is_few and is_short and (not separator or max(map(len, parts)) > 1) else ()
