"""What a cell of an OpenDocument says: values by their types (part 3, 19.385), dates as in W3C XML Schema. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from importer.readers.excel.cells import ErrorCell, UncalculatedCell

_DURATION = re.compile(r"(-?)P(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?")
_FRACTION = re.compile(r"[.,]\d+")
_HOURS_OF_A_DAY = 24


@dataclass(slots=True)
class OdsCell:
    """A cell as the XML has it."""

    attributes: dict[str, str]
    """Without the prefixes of their names; `error` is what LibreOffice adds to the type."""
    paragraphs: list[list[str]] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """What the cell shows: its paragraphs, a line each."""
        return "\n".join(map("".join, self.paragraphs))


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


def value_of(cell: OdsCell) -> object:
    """Return the value that the cell's type says, or what it shows where it has none."""
    says = cell.attributes
    if says["error"] == "error":
        return ErrorCell(text=cell.shown or "#N/A")
    read = _READINGS.get(says.get("value-type", ""))
    if read:
        return read(says, cell.shown)
    return UncalculatedCell() if "formula" in says and not cell.shown else cell.shown or None


def _number(text: str, shown: str) -> object:
    value = float(text)
    zeros_in_front = shown.isascii() and shown.isdecimal() and shown.startswith("0") and value.is_integer()
    if zeros_in_front and int(shown) == value:
        return shown
    return int(value) if value.is_integer() else value


_READINGS: Mapping[str, Callable[[dict[str, str], str], object]] = {
    "float": lambda says, shown: _number(says.get("value", ""), shown),
    "percentage": lambda says, shown: _number(says.get("value", ""), shown),
    "currency": lambda says, shown: _number(says.get("value", ""), shown),
    "boolean": lambda says, _: says.get("boolean-value") == "true",
    "date": lambda says, _: moment_of(says.get("date-value", "")),
    "time": lambda says, _: duration_of(says.get("time-value", "")),
    "string": lambda says, shown: says.get("string-value") or shown,
}
