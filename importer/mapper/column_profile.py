"""Profile a column by its values, whatever its header; a sample of its cells is enough. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import chain

from importer.mapper.contact import cleaned
from importer.mapper.contact_fields import bot_status, splitter
from importer.mapper.custom_fields import email, number
from importer.mapper.date_formats import date_formats
from importer.mapper.header_guess import counts_up
from importer.mapper.phones import identify
from importer.mapper.phones.countries import country_of
from importer.model.rows import Problem

_NEARLY_ALL = 0.9
_MOST_OPTIONS = 12
_LONGEST_OPTION = 40
_SEPARATORS = ",;|"
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[\s.'\N{RIGHT SINGLE QUOTATION MARK}-])*")
_ZERO_IN_FRONT = re.compile("[+-]?0[0-9]")
"""Of a postcode or a customer's number: as a number it would lose the zero."""
_WORDS_WITH_SPACES = re.compile(r"[^\W_A-Z][\w:.-]*(?: [^\W_A-Z][\w:.-]*)*")
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
    evidence: str = ""
    """Of dates that are no ISO dates: what tells their format, or that nothing does."""
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
    dates = date_formats(texts)
    yield profile(kind=Kind.DATES, share=dates.share, detail="|".join(dates.formats), evidence=dates.evidence)
    yield profile(kind=Kind.PHONES, share=phone_share)
    if not counts_up(texts):
        yield profile(kind=Kind.NATIONAL_PHONES, share=_share(codes, lambda code: code in ("", "national")))
    countries = _share(texts, lambda text: not text.isdecimal() and country_of(text) != "")
    yield profile(kind=Kind.COUNTRIES, share=countries)
    has_codes = any(map(_ZERO_IN_FRONT.match, texts))
    if signs := [sign for sign in ".," if not has_codes and all(map(_accepts(partial(number, decimal=sign)), texts))]:
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


def _few_words(texts: Sequence[str], separator: str) -> tuple[str, ...]:
    """Return the distinct words, one or several in a cell, if they are few, short and often repeated; else nothing."""
    parts = [splitter(separator)(text) if separator else [text] for text in texts]
    words = tuple(dict.fromkeys(chain.from_iterable(parts)))
    is_few = len(words) <= _MOST_OPTIONS and len(words) * 3 <= len(texts)
    is_short = all(len(word) <= _LONGEST_OPTION for word in words)
    return words if is_few and is_short and (not separator or max(map(len, parts)) > 1) else ()


def are_words_with_spaces(cells: Iterable[str]) -> bool:
    """Return whether every cell holds tags with a space between, as Zendesk writes them.

    Tags of several words look the same. So each cell must be in small letters without another separator, and a cell of
    several words must share one with another cell.
    """
    texts = {text for cell in cells if (text := cell.strip())}
    words = Counter(word for text in texts for word in set(text.split(" ")))
    several = [text for text in texts if " " in text]
    return (
        bool(several)
        and all(text == text.lower() and _WORDS_WITH_SPACES.fullmatch(text) for text in texts)
        and all(any(words[word] > 1 for word in text.split(" ")) for text in several)
    )
