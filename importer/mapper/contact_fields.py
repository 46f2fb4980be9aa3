"""The fields of a contact: how a text is checked for each, and how it is read from a row's cleaned cells.

What the service accepts is in Callbell's documentation of POST /contacts. A reading is made once per sheet and called
once per row. The checks' problems do not name the column; `field_reading` adds it.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from importer.mapper.header import Feed, Reading, composed
from importer.mapper.messages import cell_problem, did_you_mean
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

_EMAIL = re.compile(r"[^@\s,;<>\":]+@(?:[^@\s,;<>\".]+\.)+[^@\s,;<>\".]+")
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


def text_fields(directory: Directory | None) -> tuple[TextField, ...]:
    """Return the fields; without a directory, the names of teams and channels are not resolved."""
    team = by_name("team", directory.teams if directory else None)
    channel = by_name("channel", directory.channels if directory else None)
    return (
        TextField(key="assigned_user", attribute="assigned_user", check=assigned_user),
        TextField(key="team", attribute="team_uuid", check=team),
        TextField(key="channel", attribute="channel_uuid", check=channel),
        TextField(key="bot_status", attribute="bot_status", check=bot_status),
        TextField(key="note", attribute="note", check=note, has_lines=True),
    )


def is_email(text: str) -> bool:
    """Return whether the text has the form of one e-mail address."""
    return _EMAIL.fullmatch(text) is not None


def is_uuid(text: str) -> bool:
    """Return whether the text is a UUID, which needs no look-up by name."""
    return _UUID.fullmatch(text) is not None


def assigned_user(text: str) -> str | Problem:
    """Return the e-mail address of the person that the contact is assigned to."""
    if is_email(text):
        return text
    what = "is not an e-mail address: contacts are assigned by the e-mail that a person has in Callbell."
    return cell_problem("assigned_user_invalid", text, what)


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


def by_name(kind: str, uuids: Mapping[str, str] | None) -> TextConversion:
    """Return a conversion from the name of a team or channel to its UUID; UUIDs pass, and without `uuids` all does."""
    find = choice(uuids or {}, uuids or (), f"{kind}_unknown", f"is not the name of one {kind} of the account")
    return lambda text: text if uuids is None or is_uuid(text) else find(text)


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
        return replace(value, column=found.label, value=text) if isinstance(value, Problem) else value

    return read


def splitter(separators: str) -> Callable[[str], list[str]]:
    """Return a function that splits a text at these characters and at line ends, into stripped non-empty parts."""
    pattern = re.compile(f"[{re.escape(separators)}\n]")
    return lambda text: [part for piece in pattern.split(text) if (part := piece.strip())]


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


def translation(words: Mapping[str, str]) -> Callable[[str], str]:
    """Return the translation of a cell's text: by an exact match, else by one that ignores letter case."""
    exact = {composed(text): sent for text, sent in words.items()}
    folded = {text.casefold(): sent for text, sent in exact.items()}
    return lambda text: exact[text] if text in exact else folded.get(text.casefold(), text)
