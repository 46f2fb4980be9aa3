"""Profile a column by its values, whatever its header; a sample of its cells is enough. Pure."""

import re
from collections.abc import Callable, Sequence
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
    return (
        _if_most(Kind.BOT_STATUSES, texts, _accepts(bot_status))
        or _if_most(Kind.EMAILS, texts, _accepts(email))
        or _dates(texts)
        or _phones(texts, country)
        or _if_most(Kind.COUNTRIES, texts, lambda text: not text.isdecimal() and country_of(text) != "")
        or _numbers(texts)
        or _words(texts)
        or (_if_most(Kind.NAMES, texts, _is_name) if len(set(texts)) * 2 >= len(texts) else None)
        or ColumnProfile(kind=Kind.TEXTS, filled=len(texts))
    )


def phone_share(cells: Sequence[str], country: str = "") -> float:
    """Return the share of phone numbers among the non-empty cells, from 0.0 to 1.0."""
    texts = [text for cell in cells if (text := cleaned(cell))]
    return _share(texts, lambda text: _phone_code(text, country) == "") if texts else 0.0


def _is_name(text: str) -> bool:
    """Return whether the text is one to five words of letters."""
    return _NAME.fullmatch(text) is not None and len(text.split()) <= 5  # noqa: PLR2004 - said above


def _accepts(convert: Callable[[str], str | Problem]) -> Callable[[str], bool]:
    return lambda text: isinstance(convert(text), str)


def _share(texts: Sequence[str], fits: Callable[[str], bool]) -> float:
    return sum(map(fits, texts)) / len(texts)


def _if_most(kind: Kind, texts: Sequence[str], fits: Callable[[str], bool], detail: str = "") -> ColumnProfile | None:
    share = _share(texts, fits)
    return ColumnProfile(kind=kind, share=share, filled=len(texts), detail=detail) if share >= _NEARLY_ALL else None


def _dates(texts: Sequence[str]) -> ColumnProfile | None:
    """Find the format of all dates; if day and month are ambiguous, the detail has both formats with a bar."""
    is_iso = _accepts(date_reader(""))
    if found := _if_most(Kind.DATES, texts, lambda text: is_iso(text) and text[:4].isdecimal()):
        return found
    formats = [one for one in _DATE_FORMATS if _share(texts, _accepts(date_reader(one))) >= _NEARLY_ALL]
    return _if_most(Kind.DATES, texts, _accepts(date_reader(formats[0])), "|".join(formats)) if formats else None


def _phones(texts: Sequence[str], country: str) -> ColumnProfile | None:
    codes = [_phone_code(text, country) for text in texts]
    if found := _if_most(Kind.PHONES, codes, lambda code: code == ""):
        return found
    return None if _count_up(texts) else _if_most(Kind.NATIONAL_PHONES, codes, lambda code: code in ("", "national"))


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


def _numbers(texts: Sequence[str]) -> ColumnProfile | None:
    """Find the decimal sign with which all can be read; none where both signs give the same."""
    signs = [sign for sign in ".," if _share(texts, _accepts(partial(number, decimal=sign))) == 1]
    if not signs:
        return None
    same = all(number(text, ".") == number(text, ",") for text in texts)
    return ColumnProfile(kind=Kind.NUMBERS, filled=len(texts), detail="" if same else "|".join(signs))


def _words(texts: Sequence[str]) -> ColumnProfile | None:
    """Find the distinct words, one or several in a cell, if they are few and often repeated."""
    for separator in ("", *_SEPARATORS):
        parts = [splitter(separator)(text) if separator else [text] for text in texts]
        options = tuple(dict.fromkeys(chain.from_iterable(parts)))
        is_few = len(options) <= _MOST_OPTIONS and len(options) * 3 <= len(texts)
        if (
            is_few
            and max(map(len, options), default=0) <= _LONGEST_OPTION
            and (not separator or max(map(len, parts)) > 1)
        ):
            kind = Kind.LISTS if separator else Kind.CHOICES
            return ColumnProfile(kind=kind, filled=len(texts), detail=separator, options=options)
    return None
