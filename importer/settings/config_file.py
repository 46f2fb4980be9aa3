"""Parse a config file: a TOML text becomes tables, with the line of each key."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Key = Sequence[str | int]
Names = tuple[str, ...]

_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING_OR_COMMENT = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}' + r"|'''.*?'{3,5}" + r'|"(?:\\.|[^"\\\n])*"' + r"|'[^'\n]*'|#[^\n]*", re.DOTALL
)
"""What may hold brackets, dots and line breaks that mean nothing (toml.io, 1.0.0)."""
_SIGN = re.compile(rf"{_STRING_OR_COMMENT.pattern}|[\[\]{{}}\n]", re.DOTALL)
_MOST_KEYS = 5_000
_MOST_PARTS = 8
"""Of a dotted key; `columns.custom_fields."Joined".type` has four."""
_MOST_DIGITS = 100
_KEY = re.compile(r"[=\[]")
_PART = r"[\w\"-]++"
_DEEP_KEY = re.compile(rf"(?<![\w\"-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{_MOST_PARTS}}}")
_LONG_NUMBER = re.compile(rf"(?<!\w)\d\w{{{_MOST_DIGITS}}}")


def parsed_config(text: str, name: str) -> tuple[dict[str, Any], Callable[[Key], int]]:
    """Return the config's tables, and a function from a key to its line.

    The line is that of the nearest table around the key where the key itself has none, or 1.

    Args:
        text: The whole file.
        name: The file's name in messages.

    Raises:
        ValueError: It is not TOML; the message says where.

    """
    text = text.removeprefix("\ufeff")  # the byte order mark of Windows' Notepad
    if reason := too_much(text):
        raise ValueError(f"{name}: it is no config: {reason}")
    try:
        raw, lines = tomllib.loads(text), key_lines(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(_not_toml(str(error), name, text)) from error
    except RecursionError as error:
        raise ValueError(f"{name}: its brackets are nested too deeply") from error

    def line(key: Key) -> int:
        names = tuple(map(str, key))
        return next((lines[names[:end]] for end in range(len(names), 0, -1) if names[:end] in lines), 1)

    return raw, line


def dotted(key: Key) -> str:
    """Return the key as TOML writes it, without places in lists (numbers) and pydantic's mark `[key]`."""
    names = [str(part) for part in key if part != "[key]" and not isinstance(part, int)]
    return ".".join(part if _BARE_KEY.fullmatch(part) else f'"{part}"' for part in names)


def _not_toml(message: str, name: str, text: str) -> str:
    place = _PLACE.search(message)
    line = place[1] if place and place[1] else text.count("\n") + 1
    what = _PLACE.sub("", message)
    what += "; is a quotation mark missing at its end?" * what.endswith(r"'\n'")
    return f"{name}, line {line}: it cannot be read as TOML: {what[:1].lower()}{what[1:]}"


def key_lines(text: str) -> dict[Names, int]:
    """Return the line, from 1, of every table and key of a text that tomllib has parsed.

    A statement over several lines, such as a list, has the number of its first line.
    """
    lines: dict[Names, int] = {}
    table: Names = ()
    for number, statement in _statements(text):
        parsed = tomllib.loads(statement)
        is_header = statement.lstrip().startswith("[")
        base = () if is_header else table
        paths = [base + path for path in _paths(parsed)]
        for path in paths:
            lines.setdefault(path, number)
        if is_header:
            table = paths[-1]
    return lines


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield the first line's number and the text of each statement; one ends with the line, outside of brackets."""
    depth, start, line = 0, 0, 1
    for sign in _SIGN.finditer(text + "\n"):
        depth += (sign[0] in "[{") - (sign[0] in "]}")
        if sign[0] == "\n" and not depth:
            statement = text[start : sign.end()]
            yield line, statement
            start, line = sign.end(), line + statement.count("\n")


def _paths(parsed: Mapping[str, Any]) -> Iterator[Names]:
    for name, value in parsed.items():
        yield (name,)
        inner = value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else value
        if isinstance(inner, dict):
            yield from ((name, *path) for path in _paths(inner))


def too_much(text: str) -> str:
    """Return what there is too much of, as the end of a sentence; empty where it is a config as people write them."""
    bare = _STRING_OR_COMMENT.sub('"', text)
    if sum(1 for _ in _KEY.finditer(bare)) > _MOST_KEYS:
        return f"it has more than {_MOST_KEYS:,} keys"
    for pattern, what in ((_DEEP_KEY, f"a key of more than {_MOST_PARTS} parts"), (_LONG_NUMBER, "a number too long")):
        if found := pattern.search(bare):
            return f"line {bare.count(chr(10), 0, found.start()) + 1} has {what}"
    return ""
