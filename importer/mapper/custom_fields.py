"""Convert a cell's text to the value of a custom field, or to a problem: the service's six types.

The types are those of Callbell's release notes of March 2026. Dates and numbers as people write them are converted
only where they are unambiguous. The problems do not name the column; `importer.mapper.contact_fields` adds it.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import lru_cache, partial

from importer.mapper.contact_fields import FieldValue, TextConversion, choice, is_email, splitter
from importer.mapper.messages import cell_problem, quoted
from importer.mapper.options import CustomFieldOptions
from importer.model.account import FieldType
from importer.model.rows import Problem

Conversion = Callable[[str], FieldValue | Problem]

_SAMPLE = datetime(2031, 12, 25)  # noqa: DTZ001 - a calendar day, wherever it is
_WRITTEN_DATE = re.compile(r"([0-9]+)[./-]([0-9]+)[./-]([0-9]+)(?=[ T]|$)")
_NUMBER = r"([+-]?)((?:[1-9][0-9]{0,2}(?:[%s '\N{RIGHT SINGLE QUOTATION MARK}][0-9]{3})+)|[0-9]*)(?:[%s]([0-9]+))?"
_NUMBER_PARTS = {".": re.compile(_NUMBER % (",", ".")), ",": re.compile(_NUMBER % (".", ","))}
"""Per decimal sign: the sign, the whole part (grouped or not) and the digits after the decimal sign."""


def conversion(field: CustomFieldOptions, tag_separators: str) -> Conversion:
    """Return the conversion of a cell's text (one line, not empty) to the value of the custom field."""
    conversions: dict[FieldType, Conversion] = {
        FieldType.TEXT: str,
        FieldType.EMAIL: email,
        FieldType.NUMBER: partial(number, decimal=field.decimal),
        FieldType.DATE: date_reader(field.format),
        FieldType.DROPDOWN: _one_choice(field),
        FieldType.CHECKBOX: _choices(field, field.separator or tag_separators),
    }
    return conversions[field.type]


def email(text: str) -> str | Problem:
    """Return the e-mail address; only its form is checked."""
    text = text[7:] if text[:7].lower() == "mailto:" else text  # as a spreadsheet program copies a link
    what = "is not an e-mail address such as ana@example.com."
    return text if is_email(text) else cell_problem("email_invalid", text, what)


def number(text: str, decimal: str) -> str | Problem:
    """Return the number as `1234.56`.

    Args:
        text: Such as `1.234,56`, `1,234.56` or `1 234`.
        decimal: The decimal sign, `.` or `,`; empty: only numbers that mean the same with both.

    """
    readings = sorted({reading for sign in decimal or ".," if (reading := _read_number(text, sign))})
    return _only(readings, text, "number", "such as 1234.56", 'decimal = "," or "." in the config')


def _only(readings: Sequence[str], text: str, kind: str, expected: str, option: str) -> str | Problem:
    """Return the one reading of a text, or the problem that it has two or none.

    Args:
        readings: At most two.
        text: The cell's text.
        kind: `number` or `date`.
        expected: What is readable, for the problem of none.
        option: What the config can say, for the problem of two.

    """
    match readings:
        case [only]:
            return only
        case [first, second]:
            return cell_problem(f"{kind}_ambiguous", text, f"may be {first} or {second}: give this field {option}.")
        case _:
            return cell_problem(f"{kind}_invalid", text, f"is not a {kind} {expected}.")


def _read_number(text: str, decimal: str) -> str:
    """Return the number with that decimal sign, or an empty text if it is not such a number."""
    found = _NUMBER_PARTS[decimal].fullmatch(text.replace("\N{MINUS SIGN}", "-"))
    if not found or not (found[2] or found[3]):
        return ""
    whole = "".join(filter(str.isdigit, found[2])) or "0"
    return f"{'-' if found[1] == '-' else ''}{whole}{'.' + found[3] if found[3] else ''}"


def is_date_format(date_format: str) -> bool:
    """Return whether the `strptime` format names day, month and year."""
    try:
        return datetime.strptime(_SAMPLE.strftime(date_format), date_format).date() == _SAMPLE.date()  # noqa: DTZ007 - only the day is used
    except (ValueError, re.error):  # the latter for a directive that is repeated
        return False


def date_reader(date_format: str) -> TextConversion:
    """Return a conversion from a text to an ISO date; ISO dates, with or without a time of day, are always read.

    Args:
        date_format: For `strptime`; empty: other dates are read only where day and month are unambiguous.

    """
    expected = f"as the format {date_format} says" if date_format else "such as 2026-12-25"
    option = 'a format in the config, such as format = "%d/%m/%Y" where the day comes first'
    return lambda text: _only(_days(text, date_format), text, "date", expected, option)


@lru_cache(maxsize=4096)
def _days(text: str, date_format: str) -> Sequence[str]:
    """Return the days that the text may mean, as ISO dates. Cached: many rows have the same few dates."""
    if date_format and (days := _day(text, date_format)):
        return days
    with suppress(ValueError):  # a date cell of a workbook is ISO, whatever its column looks like
        return [datetime.fromisoformat(text).date().isoformat()]
    found = _WRITTEN_DATE.match(text)
    formats = ("%Y-%m-%d",) if date_format else ("%Y-%m-%d", "%d-%m-%Y", "%m-%d-%Y")
    written = "-".join(found.groups()) if found else ""
    return list(dict.fromkeys(day for one in formats for day in _day(written, one)))


def _day(text: str, date_format: str) -> Sequence[str]:
    try:
        return [datetime.strptime(text, date_format).date().isoformat()]  # noqa: DTZ007 - only the day is used
    except ValueError:
        return []


def _choice(field: CustomFieldOptions) -> TextConversion:
    """Return a conversion to the field's own spelling of an option; without named options, everything passes."""
    if not field.options:
        return str
    spellings = {option.casefold(): option for option in field.options}
    return choice(spellings, field.options, f"{field.type}_unknown", f"is not an option of {quoted(field.name)}")


def _one_choice(field: CustomFieldOptions) -> TextConversion:
    choose = _choice(field)

    def choose_one(text: str) -> str | Problem:
        chosen = choose(text)
        return chosen if isinstance(chosen, str) else replace(chosen, message=f"{chosen.message} {_new_option(field)}")

    return choose_one


def _choices(field: CustomFieldOptions, separators: str) -> Conversion:
    choose, split = _choice(field), splitter(separators)

    def choose_all(text: str) -> FieldValue | Problem:
        chosen = [choose(part) for part in split(text)]
        if wrong := [each.message for each in chosen if isinstance(each, Problem)]:
            return Problem(code="checkbox_unknown", message=" ".join([*wrong, _new_option(field)]))
        return tuple(dict.fromkeys(each for each in chosen if isinstance(each, str)))

    return choose_all


def _new_option(field: CustomFieldOptions) -> str:
    """Return how an option that is new gets known: the config names those that the list had when it was written."""
    key = f"options of {quoted(field.name)} under [columns.custom_fields] of the config"
    return f"If it is a new option, add it to {key}, and in Callbell."
