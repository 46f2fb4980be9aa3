"""How OpenDocument writes dates and durations (part 3, 18.2: the types of W3C XML Schema). Pure."""

import re
from datetime import date, datetime, time, timedelta

_DURATION = re.compile(r"(-?)P(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?")
_FRACTION = re.compile(r"[.,]\d+")
_HOURS_OF_A_DAY = 24


def moment_of(text: str) -> object:
    """Return the date, or the date and time, that a `date-value` says; one that Python does not have stays a text."""
    try:
        return date.fromisoformat(text) if "T" not in text else datetime.fromisoformat(_FRACTION.sub("", text))
    except ValueError:
        return text


def duration_of(text: str) -> object:
    """Return the time of day, or the duration, that a `time-value` such as `PT14H05M00S` says; else the text."""
    found = _DURATION.fullmatch(text)
    if not found:
        return text
    days, hours, minutes, seconds = (int(found[group] or 0) for group in (2, 3, 4, 5))
    hours += days * _HOURS_OF_A_DAY
    if hours < _HOURS_OF_A_DAY and not found[1]:
        return time(hours, minutes, seconds)
    whole = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -whole if found[1] else whole
