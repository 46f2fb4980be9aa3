"""Find the line of each key of a TOML text, which tomllib does not return."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Key = tuple[str, ...]


def key_lines(text: str) -> dict[Key, int]:
    """Return the line, from 1, of every table and key of a text that tomllib has parsed.

    A statement over several lines, such as a list, has the number of its first line.
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
    """Yield the first line's number and the text of each statement: as few lines as tomllib can parse alone."""
    statement, first = "", 1
    for number, line in enumerate(text.split("\n"), 1):
        if not statement:
            first = number
        statement += line + "\n"
        try:
            tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        yield first, statement
        statement = ""


def _paths(parsed: Mapping[str, Any]) -> Iterator[Key]:
    for name, value in parsed.items():
        yield (name,)
        inner = value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else value
        if isinstance(inner, dict):
            yield from ((name, *path) for path in _paths(inner))
