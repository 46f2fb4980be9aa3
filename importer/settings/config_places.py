"""Where a config names a column: the lines that are to be changed when its header has another name. Pure."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from importer.mapper.header import IN_BRACES, composed
from importer.settings.config_file import dotted, key_lines

_COLUMNS = "columns"
"""The table whose values are headers."""
_BY_HEADER = frozenset({("values",), ("input", "where")})
"""The tables whose keys are headers."""


def header_places(text: str, header: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the key of each place where a config names a column.

    Args:
        text: Of the config, which is right TOML.
        header: The column's.

    """
    wanted, config = _same(header), tomllib.loads(text)
    for path, line in key_lines(text).items():
        named = _headers(_value(config, path)) if path[0] == _COLUMNS else path[-1:] if path[:-1] in _BY_HEADER else ()
        if wanted in map(_same, named):
            yield line, dotted(path)


def _headers(value: object) -> Iterator[str]:
    """Yield the headers that a value may name: it is one, or several, or a text with headers in braces."""
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str):
            yield from (text, *IN_BRACES.findall(text))


def _value(config: Mapping[str, Any], path: tuple[str, ...]) -> object:
    found: object = config
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _same(text: str) -> str:
    return composed(text).casefold()
