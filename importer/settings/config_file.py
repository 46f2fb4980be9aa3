"""Read a config file: a TOML text becomes a layer of settings, or its problems with their lines."""

import re
import tomllib
from pathlib import Path

from importer.settings.key_lines import key_lines, line_of
from importer.settings.layers import PATHS, Key, Layer, checked_layer

_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def config_layer(text: str, name: str, folder: Path) -> Layer:
    """Return the config's layer, its paths resolved against its folder.

    Args:
        text: The whole file.
        name: The file's name in messages.
        folder: Where the file is.

    """
    text = text.removeprefix("\ufeff")  # the byte order mark of Windows' Notepad
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Layer(problems=(_not_toml(str(error), name, text),))
    except RecursionError:
        return Layer(problems=(f"{name}: its brackets are nested too deeply",))
    lines = key_lines(text)

    def line(key: Key) -> int:
        return line_of(key, lines)

    def where(key: Key) -> str:
        return f"{name}, line {line(key)}, {dotted(key)}"

    return _from_folder(checked_layer(raw, where, line, strict=True), folder)


def dotted(key: Key) -> str:
    """Return the key as TOML writes it, without places in lists (numbers) and pydantic's mark `[key]`."""
    names = [str(part) for part in key if part != "[key]" and not isinstance(part, int)]
    return ".".join(part if _BARE_KEY.fullmatch(part) else f'"{part}"' for part in names)


def _not_toml(message: str, name: str, text: str) -> str:
    place = _PLACE.search(message)
    line = place[1] if place and place[1] else text.count("\n") + 1
    what = _PLACE.sub("", message)
    return f"{name}, line {line}: it cannot be read as TOML: {what[:1].lower()}{what[1:]}"


def _from_folder(layer: Layer, folder: Path) -> Layer:
    tables = {name: dict(keys) for name, keys in layer.values.items()}
    for table, key in PATHS:
        if tables.get(table, {}).get(key):
            tables[table][key] = str(folder / tables[table][key])
    return Layer(values=tables, problems=layer.problems)
