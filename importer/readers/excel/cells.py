"""What a typed cell of a workbook says as text, and what is wrong with it. Pure.

A workbook keeps numbers, dates and booleans; the importer sends text. Here is the one place that says which.
"""

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from importer.model.cell_names import column_letters
from importer.model.rows import Problem

MOST_DIGITS = 15
"""A number cell keeps no more (Excel's specifications and limits): the rest were lost when it was typed."""

TOO_BIG = 10**MOST_DIGITS
_NOT_SHOWN = re.compile(r"\[[^\]]*\]|_.|\*.")
"""Of a number format: colours and languages in brackets, room for a character, a character to fill with."""
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|([-+() /:])')
_DURATION = re.compile(r"(-?)P(?:(\d{1,12})D)?T?(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,12}(?:[.,]\d+)?)S)?", re.ASCII)
_APART = "[-() /]*"
_LONGEST_NUMBER_SHOWN = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCell:
    """A cell whose formula went wrong."""

    text: str
    """What it shows, such as `#N/A`."""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class UncalculatedCell:
    """A cell with a formula whose value the file does not have."""


def column_index(letters: str) -> int:
    """Return the column's place, from 0; the reverse of `column_letters`."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def cell_name(column: int, row: int) -> str:
    """Return what a spreadsheet program calls the cell, such as `B17`; columns from 0, rows from 1."""
    return f"{column_letters(column)}{row}"


def text_of(value: object, number_format: str = "General") -> str:
    """Return the value of a cell as text.

    Numbers have no exponent, and fractions no more digits than a spreadsheet program shows; a format of zeros such as
    `00000` gives back the zeros in front. Percentages and amounts of money are their numbers: `0.21`, `1234.5`. Dates
    are ISO dates, with the time unless it is midnight.
    """
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            text = _number_text(value)
            shown = None if number_format == "General" else zeros_in_front(number_format)
            return shown[0] + text.zfill(shown[1]) if shown and text.isdecimal() else text
        case date() | time() | timedelta():
            return _moment_text(value)
        case None | UncalculatedCell():
            return ""
        case _:
            return str(value)


def formatted(value: object, number_format: str) -> object:
    """Return the text of a number in its format, but a number of which digits are lost as it is."""
    return value if is_wrong(value) else text_of(value, number_format)


def duration_of(text: str) -> timedelta | None:
    """Return the duration that a text such as `PT26H05M00S` says; None if it is none (ISO 8601)."""
    found = _DURATION.fullmatch(text)
    if not found:
        return None
    days, hours, minutes, seconds = (float((part or "0").replace(",", ".")) for part in found.groups()[1:])
    try:
        duration = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        return None
    return -duration if found[1] else duration


def unescaped(text: str) -> str:
    """Return the text with characters that XML does not take, written as `_x000D_`, as themselves.

    openpyxl leaves them escaped. Halves of a character that do not stand in pairs are replaced.
    Source: ECMA-376, part 1, 22.9.2.19 (ST_Xstring).
    """
    if "_x" not in text:
        return text
    whole = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return whole.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def is_wrong(value: object) -> bool:
    """Tell whether `problem_of` has something to say; asked of every cell, so it is quick."""
    if isinstance(value, float | int):
        return not -TOO_BIG < value < TOO_BIG
    return isinstance(value, ErrorCell | UncalculatedCell)


def problem_of(value: object, column: str, cell: str) -> Problem:
    """Return what is wrong with the value of a cell that `is_wrong`, or is a text with the character U+0000.

    Args:
        value: As the workbook has it.
        column: The header of its column.
        cell: Its name, such as `B17`.

    """
    match value:
        case ErrorCell():
            code = "cell_error"
            message = f"Cell {cell} shows the error {value.text}. Fix its formula, or type the value."
        case float() if not math.isfinite(value):
            code = "cell_error"
            message = f"Cell {cell} has a number that is none. Fix its formula, or type the value."
        case str():
            code = "text_damaged"
            message = f"Cell {cell} has characters that mean nothing (U+0000), so its text is damaged. Type it again."
        case UncalculatedCell():
            code = "formula_uncalculated"
            message = (
                f"Cell {cell} has a formula without a value. Open the file in a spreadsheet program and save it again."
            )
        case _:
            code = "digits_lost"
            message = (
                f"Cell {cell} is a number of more than {MOST_DIGITS} digits, of which the last are lost. "
                "Format the column as text, and type the number again."
            )
    shown = text_of(value).replace("\0", "\N{REPLACEMENT CHARACTER}")
    return Problem(code=code, column=column, value=shown, message=message)


@lru_cache(1_024)
def zeros_in_front(number_format: str) -> tuple[str, int] | None:
    """Return what a format of zeros writes before a whole number, and how many digits it has at least.

    `00000` is `("", 5)`, `"+34 "000` is `("+34 ", 3)`; the first section is for positive numbers. None for formats that
    show a number as it is, or otherwise.
    """
    section = _NOT_SHOWN.sub("", number_format.split(";", maxsplit=1)[0])
    places = _LITERAL.sub("", section)
    if not places or places.strip("0#") or not places.startswith(("0", "#")):
        return None
    least = len(places) - places.index("0") if "0" in places else 0
    before = _LITERAL.match(section)
    prefix = _meant((before[1] or before[2] or before[3] or "") if before else "")
    return (prefix, least) if least > 1 or prefix else None


def shown_in_front(value: float, shown: str) -> str:
    """Return a whole number with the prefix or zeros that it is shown with; empty if it is shown with neither.

    For files that keep what a cell shows; `zeros_in_front` tells the same by the format.
    """
    if not 0 <= value < TOO_BIG or value != int(value) or len(shown) > _LONGEST_NUMBER_SHOWN:
        return ""
    digits = str(int(value))
    found = re.fullmatch(rf"([^.,:E]*?)((?:0{_APART})*){_APART.join(digits)}[^0-9.,]*", shown)
    before = _meant(found[1]) + "0" * found[2].count("0") if found else ""
    return before + digits if before else ""


def _meant(prefix: str) -> str:
    """Return a prefix if it is part of the number, as `+34 ` is and `EUR ` is not."""
    return prefix if any(sign in "+0123456789" for sign in prefix) else ""


def _number_text(value: float) -> str:
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    if not math.isfinite(value):
        return "#NUM!"
    text = f"{value:.{MOST_DIGITS}g}"  # 0.30000000000000004 is shown as 0.3
    return format(Decimal(text), "f") if "e" in text else text


def _moment_text(value: date | time | timedelta) -> str:
    match value:
        case datetime():  # kept as a fraction of a day, which is rarely exact
            to_second = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
            return to_second.date().isoformat() if to_second.time() == time() else to_second.isoformat(sep=" ")
        case date():
            return value.isoformat()
        case time():
            return value.replace(microsecond=0).isoformat()
        case timedelta():
            minutes, second = divmod(abs(round(value.total_seconds())), 60)
            sign = "-" if round(value.total_seconds()) < 0 else ""
            return f"{sign}{minutes // 60:02}:{minutes % 60:02}:{second:02}"
