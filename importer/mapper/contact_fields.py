"""The fields of a contact: how a text is checked for each, and how it is read from a row's cleaned cells.

What the service accepts is in Callbell's documentation of POST /contacts. A reading is made once per sheet and called
once per row. The checks' problems do not name the column; `field_reading` adds it.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from importer.mapper.account_names import resolve_channel, resolve_team, resolve_user
from importer.mapper.header import Feed, Reading
from importer.mapper.messages import cell_problem, did_you_mean, listed, values_line
from importer.model.account import Directory
from importer.model.payload import BOT_STATUSES, NOTE_MOST_CHARACTERS
from importer.model.rows import Problem

FieldValue = str | tuple[str, ...]
Value = TypeVar("Value", bound=FieldValue)
TextConversion = Callable[[str], str | Problem]

TextReading = Callable[[Sequence[str]], str | Problem]
"""From a row's cleaned cells to the text of a field, empty to leave it out, or to a problem."""

ValueReading = Callable[[Sequence[str]], FieldValue | Problem]
"""The same for a custom field, whose value may be several texts."""

_OR_LEAVE_OUT = 'Or set on_bad_value = "leave_out" under [contact] of the config: then only this field is left out.'
_EMAIL = re.compile(r"[^@\s,;<>\":]+@(?:[^@\s,;<>\".]+\.)+[^@\s,;<>\".]+")
_AS_EXPORTED = re.compile("[\"\u201c\u201d\u201e*]|:::|^['\\[({]")
_LIST = re.compile(r"""\[(?:"(?:[^"\\]|\\.)*"|[^\[\]"])*\]|\(["'][^()]*\)|\{[^{}]*\}""")
_PART = r"""\s*("(?:[^"\\]|\\.|"")*"|'(?:[^'\\]|\\.)*')\s*(?=[%s\n]|$)|[^%s\n]+"""
"""A part of a text, in quotation marks or not, by the separators."""
_DOUBLE_QUOTES = re.compile('["\u201c\u201d\u201e]')
_OF_EVERY_CONTACT = re.compile(r"\* (?:my ?contacts|starred)", re.IGNORECASE)
_UUID = re.compile(r"(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextField:
    """A field that is one text, which a column or a constant can feed."""

    key: str
    """Under `[contact]` and `[columns]` of the config."""
    attribute: str
    """Of `Contact`."""
    check: TextConversion
    has_lines: bool = False
    """Whether line breaks are kept."""


def text_fields(directory: Directory | None, source: str = "whatsapp") -> tuple[TextField, ...]:
    """Return the fields of contacts of a source; without a directory, names are not resolved, and all of them pass."""
    there = directory or Directory(teams=None, channels=None, users=None)
    user, team = resolve_user(there.users, is_email), resolve_team(there.teams)
    return (
        TextField(key="assigned_user", attribute="assigned_user", check=user),
        TextField(key="team", attribute="team_uuid", check=team),
        TextField(key="channel", attribute="channel_uuid", check=resolve_channel(there.channels, source)),
        TextField(key="bot_status", attribute="bot_status", check=bot_status),
        TextField(key="note", attribute="note", check=note, has_lines=True),
    )


def is_email(text: str) -> bool:
    """Return whether the text has the form of one e-mail address."""
    return _EMAIL.fullmatch(text) is not None


def is_uuid(text: str) -> bool:
    """Return whether the text is a UUID, which needs no look-up by name."""
    return _UUID.fullmatch(text) is not None


def bot_status(text: str) -> str | Problem:
    """Return `bot_start` or `bot_end`."""
    if text.casefold() in BOT_STATUSES:
        return text.casefold()
    what = "is not a bot status: write bot_start or bot_end, or translate it under [values]."
    return cell_problem("bot_status_unknown", text, what)


def note(text: str) -> str | Problem:
    """Return the note, or a problem if it is longer than the service takes."""
    if len(text) <= NOTE_MOST_CHARACTERS:
        return text
    message = f"The note has {len(text):,} characters; Callbell takes at most {NOTE_MOST_CHARACTERS:,}: shorten it."
    return Problem(code="note_too_long", message=message)


def choice(meanings: Mapping[str, str], names: Iterable[str], code: str, what: str) -> TextConversion:
    """Return a conversion from one of a few texts, in any letter case, to what it means.

    Args:
        meanings: By the case-folded text.
        names: The texts as messages name them.
        code: Of the problem with any other text.
        what: What is wrong with such a text, without a full stop.

    """

    def choose(text: str) -> str | Problem:
        return meanings.get(text.casefold()) or cell_problem(code, text, f"{what}{did_you_mean(text, names)}")

    return choose


def one_line(text: str) -> str:
    """Return a cleaned text with a space for each line end."""
    return " ".join(text.split()) if "\n" in text else text


def field_reading(
    found: Feed | None, convert: Callable[[str], Value | Problem], constant: str, *, lines: bool
) -> Callable[[Sequence[str]], Value | str | Problem]:
    """Return how to read a field.

    Args:
        found: Where its text comes from; None: every row has the constant.
        convert: From the text, which is not empty, to the value.
        constant: The value where the cell is empty.
        lines: Whether the text may have several lines; else they are joined.

    """
    if found is None:
        return lambda _texts: constant

    def read(texts: Sequence[str]) -> Value | str | Problem:
        text = found.read(texts)
        if not text:
            return constant
        value = convert(text if lines else one_line(text))
        if not isinstance(value, Problem):
            return value
        line = f" {values_line(found.label, text, value.near)}" if value.near and len(found.headers) == 1 else ""
        return replace(value, column=found.label, value=text, message=f"{value.message}{line}")

    return read


def optional_reading(
    read: Callable[[Sequence[str]], Value | Problem], *, leaves_out: bool
) -> Callable[[Sequence[str]], Any]:
    """Return the reading of a field that no contact needs: a wrong value is left out, or names both ways out."""

    def read_on(texts: Sequence[str]) -> Value | str | Problem:
        value = read(texts)
        if not isinstance(value, Problem):
            return value
        return "" if leaves_out else replace(value, message=f"{value.message} {_OR_LEAVE_OUT}")

    return read_on


def name_reading(found: Feed) -> TextReading:
    """Return how to read the name, which every contact needs."""

    def read(texts: Sequence[str]) -> str | Problem:
        if name := one_line(found.read(texts)):
            return name
        where = f"{'the column' if len(found.headers) == 1 else 'the columns'} {listed(found.headers)}"
        message = f"There is no name in {where}: every contact needs one."
        return Problem(code="name_missing", column=found.label, message=message)

    return read


def splitter(separators: str) -> Callable[[str], list[str]]:
    """Return a function that splits a text at these characters and at line ends, into stripped non-empty parts.

    Parts in quotation marks, lists in brackets (JSON, Python, Postgres) and Google's ` ::: ` are read as their
    exporters wrote them.
    """
    plain = re.compile(f"[{re.escape(separators)}\n]")
    parts, listed = (re.compile(_PART % (2 * (re.escape(signs),))) for signs in (separators, f"{separators},"))

    def split(text: str) -> list[str]:
        if not _AS_EXPORTED.search(text):  # nearly all
            return [part for piece in plain.split(text) if (part := piece.strip())]
        if ":::" in text:
            return [part for piece in text.split(":::") if (part := _unmarked(piece))]
        if _LIST.fullmatch(text):
            found = listed.finditer(text[1:-1])
        else:
            found = (listed if text.startswith('"') else parts).finditer(text)
        return [part for piece in found if (part := _unmarked(_unescaped(piece[1]) if piece[1] else piece[0]))]

    return split


def _unescaped(quoted: str) -> str:
    """Return the text of a part in quotation marks."""
    if quoted.startswith('"') and "\\" in quoted:
        with suppress(ValueError):
            return str(json.loads(quoted))
    return quoted[1:-1]


def _unmarked(part: str) -> str:
    """Return a part without double quotation marks and the star of Google's own labels; some of those say nothing."""
    part = _DOUBLE_QUOTES.sub("", part).strip()
    if not part.startswith("* "):
        return part
    return "" if _OF_EVERY_CONTACT.fullmatch(part) else part[2:].strip()


def tags_reading(
    readings: Sequence[Reading], constants: Sequence[str], separators: str
) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Return how to read a row's tags: the constants, then the cells', without duplicates (letter case ignored)."""
    split = splitter(separators)
    always = _distinct(filter(None, map(str.strip, constants)))

    def read(texts: Sequence[str]) -> tuple[str, ...]:
        tags = [tag for reading in readings if (text := reading(texts)) for tag in split(text)]
        return _distinct((*always, *tags)) if tags else always

    return read


def _distinct(tags: Iterable[str]) -> tuple[str, ...]:
    spellings: dict[str, str] = {}
    for tag in tags:
        spellings.setdefault(tag.casefold(), tag)
    return tuple(spellings.values())
