"""On which line of a TOML text each key stands, which tomllib does not tell."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Key = tuple[str, ...]

STRING_OR_COMMENT = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}' + r"|'''.*?'{3,5}" + r'|"(?:\\.|[^"\\\n])*"' + r"|'[^'\n]*'|#[^\n]*", re.DOTALL
)
"""What may hold brackets, dots and line breaks that mean nothing (toml.io, 1.0.0)."""
_SIGN = re.compile(rf"{STRING_OR_COMMENT.pattern}|[\[\]{{}}\n]", re.DOTALL)


def key_lines(text: str) -> dict[Key, int]:
    """Return the line, from 1, of every table and key of a text that tomllib has parsed.

    A statement that goes on over several lines, such as a list, stands on its first.
    """
    lines: dict[Key, int] = {}
    table: Key = ()
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


def line_of(key: Sequence[str | int], lines: Mapping[Key, int]) -> int:
    """Return the line of the key, or of the nearest table around it; 1 where there is none."""
    names = tuple(str(name) for name in key)
    return next((lines[names[:length]] for length in range(len(names), 0, -1) if names[:length] in lines), 1)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield the first line's number and the text of each statement; one ends with the line, outside of brackets."""
    depth, start, line = 0, 0, 1
    for sign in _SIGN.finditer(text + "\n"):
        depth += (sign[0] in "[{") - (sign[0] in "]}")
        if sign[0] == "\n" and not depth:
            statement = text[start : sign.end()]
            yield line, statement
            start, line = sign.end(), line + statement.count("\n")


def _paths(parsed: Mapping[str, Any]) -> Iterator[Key]:
    for name, value in parsed.items():
        yield (name,)
        inner = value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else value
        if isinstance(inner, dict):
            yield from ((name, *path) for path in _paths(inner))
