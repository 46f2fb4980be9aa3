"""Convert a cell's text to the value that is sent, or to a problem: the six custom field types and the other fields.

The rules are those of Callbell's documentation of POST /contacts (custom field types: release notes of March 2026).
The problems name neither column nor value; `importer.mapper.cell_conversion` adds them.
"""

import re
from collections.abc import Callable, Mapping
from typing import assert_never

from importer.mapper.dates import date_reader
from importer.mapper.messages import did_you_mean, quoted
from importer.mapper.options import CustomFieldOptions
from importer.model.account import FieldType
from importer.model.contact_fields import BOT_STATUSES, NOTE_MOST_CHARACTERS
from importer.model.rows import Problem

FieldValue = str | tuple[str, ...]
Conversion = Callable[[str], FieldValue | Problem]
TextConversion = Callable[[str], str | Problem]

_EMAIL = re.compile(r"[^@\s,;<>\":]+@(?:[^@\s,;<>\".]+\.)+[^@\s,;<>\".]+")
_UUID = re.compile(r"(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)
_NUMBER_PARTS = {
    decimal: re.compile(
        rf"([+-]?)"
        rf"((?:[1-9][0-9]{{0,2}}(?:[{group} '\N{{RIGHT SINGLE QUOTATION MARK}}][0-9]{{3}})+)|[0-9]*)"
        rf"(?:[{decimal}]([0-9]+))?"
    )
    for decimal, group in ((".", ","), (",", "."))
}
"""Per decimal sign: the sign, the whole part (grouped or not) and the digits after the decimal sign."""


def conversion(field: CustomFieldOptions, tag_separators: str) -> Conversion:
    """Return the conversion of a cell's text (one line, not empty) to the value of the custom field."""
    match field.type:
        case FieldType.TEXT:
            return lambda text: text
        case FieldType.EMAIL:
            return email
        case FieldType.NUMBER:
            return lambda text: number(text, field.decimal)
        case FieldType.DATE:
            return date_reader(field.format)
        case FieldType.DROPDOWN:
            return _choice(field, "dropdown_unknown")
        case FieldType.CHECKBOX:
            return _choices(field, field.separator or tag_separators)
        case _:
            assert_never(field.type)


def email(text: str) -> str | Problem:
    """Return the e-mail address; only its form is checked."""
    text = text[7:] if text[:7].lower() == "mailto:" else text  # as a spreadsheet program copies a link
    if _EMAIL.fullmatch(text):
        return text
    return Problem(code="email_invalid", message=f"{quoted(text)} is not an e-mail address such as ana@example.com.")


def assigned_user(text: str) -> str | Problem:
    """Return the e-mail address of the person that the contact is assigned to."""
    if _EMAIL.fullmatch(text):
        return text
    message = (
        f"{quoted(text)} is not an e-mail address: contacts are assigned by the e-mail that a person has in Callbell."
    )
    return Problem(code="assigned_user_invalid", message=message)


def bot_status(text: str) -> str | Problem:
    """Return `bot_start` or `bot_end`."""
    if text.casefold() in BOT_STATUSES:
        return text.casefold()
    message = f"{quoted(text)} is not a bot status: write bot_start or bot_end, or translate it under [values]."
    return Problem(code="bot_status_unknown", message=message)


def note(text: str) -> str | Problem:
    """Return the note, or a problem if it is longer than the service takes."""
    if len(text) <= NOTE_MOST_CHARACTERS:
        return text
    message = f"The note has {len(text):,} characters; Callbell takes at most {NOTE_MOST_CHARACTERS:,}: shorten it."
    return Problem(code="note_too_long", message=message)


def is_uuid(text: str) -> bool:
    """Return whether the text is a UUID, which needs no look-up by name."""
    return _UUID.fullmatch(text) is not None


def by_name(kind: str, uuids: Mapping[str, str] | None) -> TextConversion:
    """Return a conversion from the name of a team or channel to its UUID; UUIDs pass, and without `uuids` all does."""

    def find(text: str) -> str | Problem:
        if uuids is None or is_uuid(text):
            return text
        if uuid := uuids.get(text.casefold()):
            return uuid
        message = f"{quoted(text)} is not the name of one {kind} of the account{did_you_mean(text, uuids)}"
        return Problem(code=f"{kind}_unknown", message=message)

    return find


def number(text: str, decimal: str) -> str | Problem:
    """Return the number as `1234.56`.

    Args:
        text: Such as `1.234,56`, `1,234.56` or `1 234`.
        decimal: The decimal sign, `.` or `,`; empty: only numbers that mean the same with both.

    """
    readings = {reading for sign in decimal or ".," if (reading := _read_number(text, sign))}
    match sorted(readings):
        case [only]:
            return only
        case [first, second]:
            message = f'{quoted(text)} may be {first} or {second}: give this field decimal = "," or "." in the config.'
            return Problem(code="number_ambiguous", message=message)
        case _:
            return Problem(code="number_invalid", message=f"{quoted(text)} is not a number such as 1234.56.")


def _read_number(text: str, decimal: str) -> str:
    """Return the number with that decimal sign, or an empty text if it is not such a number."""
    found = _NUMBER_PARTS[decimal].fullmatch(text.replace("\N{MINUS SIGN}", "-"))
    if not found or not (found[2] or found[3]):
        return ""
    whole = "".join(filter(str.isdigit, found[2])) or "0"
    return f"{'-' if found[1] == '-' else ''}{whole}{'.' + found[3] if found[3] else ''}"


def _choice(field: CustomFieldOptions, code: str) -> TextConversion:
    """Return a conversion to the field's own spelling of an option; without named options, everything passes."""
    spellings = {option.casefold(): option for option in field.options}

    def choose(text: str) -> str | Problem:
        if not spellings:
            return text
        if spelling := spellings.get(text.casefold()):
            return spelling
        message = f"{quoted(text)} is not an option of {quoted(field.name)}{did_you_mean(text, field.options)}"
        return Problem(code=code, message=message)

    return choose


def _choices(field: CustomFieldOptions, separators: str) -> Conversion:
    choose = _choice(field, "checkbox_unknown")
    split = splitter(separators)

    def choose_all(text: str) -> FieldValue | Problem:
        chosen = [choose(part) for part in split(text)]
        wrong = [each for each in chosen if isinstance(each, Problem)]
        if wrong:
            return Problem(code="checkbox_unknown", message=" ".join(problem.message for problem in wrong))
        return tuple(dict.fromkeys(each for each in chosen if isinstance(each, str)))

    return choose_all


def splitter(separators: str) -> Callable[[str], list[str]]:
    """Return a function that splits a text at these characters and at line ends, into stripped non-empty parts."""
    pattern = re.compile(f"[{re.escape(separators)}\n]")
    return lambda text: [part for piece in pattern.split(text) if (part := piece.strip())]
