"""Convert dates as people write them to ISO dates, only where they are unambiguous."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache

from importer.mapper.messages import quoted
from importer.model.rows import Problem

_SAMPLE = datetime(2031, 12, 25)  # noqa: DTZ001 - a calendar day, wherever it is
_YEAR_FIRST = re.compile(r"([0-9]{4})[./-]([0-9]{1,2})[./-]([0-9]{1,2})(?:[ T].*)?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})(?:[ T].*)?")


def is_date_format(date_format: str) -> bool:
    """Return whether the `strptime` format names day, month and year."""
    try:
        return datetime.strptime(_SAMPLE.strftime(date_format), date_format).date() == _SAMPLE.date()  # noqa: DTZ007 - only the day is used
    except (ValueError, re.error):  # the latter for a directive that is repeated
        return False


def date_reader(date_format: str) -> Callable[[str], str | Problem]:
    """Return a conversion from a text to an ISO date; ISO dates, with or without a time of day, are always read.

    Args:
        date_format: For `strptime`; empty: other dates are read only where day and month are unambiguous.

    """

    def read(text: str) -> str | Problem:
        if days := _days(text, date_format):
            return days[0] if len(days) == 1 else _ambiguous(text, days)
        expected = f"as the format {date_format} says" if date_format else "such as 2026-12-25"
        return Problem(code="date_invalid", message=f"{quoted(text)} is not a date {expected}.")

    return read


@lru_cache(maxsize=4096)
def _days(text: str, date_format: str) -> Sequence[str]:
    """Return the days that the text may mean, as ISO dates. Cached: many rows have the same few dates."""
    if date_format:
        try:
            return [datetime.strptime(text, date_format).date().isoformat()]  # noqa: DTZ007 - only the day is used
        except ValueError:
            pass  # a date cell of a workbook is ISO, whatever its column looks like
    try:
        return [datetime.fromisoformat(text).date().isoformat()]
    except ValueError:
        pass
    if found := _YEAR_FIRST.fullmatch(text):
        return _real_days((found[1], found[2], found[3]))
    if not date_format and (found := _YEAR_LAST.fullmatch(text)):
        return _real_days((found[3], found[2], found[1]), (found[3], found[1], found[2]))
    return []


def _real_days(*readings: tuple[str, str, str]) -> list[str]:
    days: dict[str, None] = {}
    for year, month, day in readings:
        try:
            days[date(int(year), int(month), int(day)).isoformat()] = None
        except ValueError:
            continue
    return list(days)


def _ambiguous(text: str, days: Sequence[str]) -> Problem:
    message = (
        f"{quoted(text)} may be {days[0]} or {days[1]}: give this field a format in the config,"
        ' such as format = "%d/%m/%Y" where the day comes first.'
    )
    return Problem(code="date_ambiguous", message=message)
