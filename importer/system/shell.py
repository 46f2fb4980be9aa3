"""Commands as a person can copy them into a shell: POSIX shells, or Windows' cmd and PowerShell."""

import os
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from importer.system import runtime

_PLAIN_ON_WINDOWS = re.compile(r"[\w@%+=:,./\\~-]+")


def quote(word: str) -> str:
    """Return the word as the shell takes it for one word; Windows' shells do not know single quotes."""
    if runtime.WINDOWS:
        return word if _PLAIN_ON_WINDOWS.fullmatch(word) else f'"{word}"'
    return shlex.quote(word)


def importer_command(*words: str, options: Sequence[tuple[str, object]] = ()) -> str:
    """Return a command of the importer, with its options.

    Args:
        words: The command's name and its arguments.
        options: Pairs of an option's config key and its value: True for a flag, a list for an option that is
            repeated; an empty value leaves the option out.

    """
    line = ["callbell-importer", *map(quote, words)]
    for key, value in options:
        option = "--" + key.replace("_", "-")
        values = value if isinstance(value, list | tuple) else [value]
        given = [one for one in values if one not in (None, "") and one is not False]
        line += [option if one is True else f"{option} {quote(str(one))}" for one in given]
    return " ".join(line)


def empty_file_command(path: Path | str) -> str:
    """Return the command that makes an empty file: for PowerShell on Windows."""
    return f"{'New-Item' if runtime.WINDOWS else 'touch'} {quote(str(path))}"


def short_path(path: Path | str) -> str:
    """Return the path as seen from the current folder if it is in it, which is shorter; else as it is."""
    try:
        relative = os.path.relpath(path)
    except (OSError, ValueError):  # the folder is gone, or on another drive
        return str(path)
    is_shorter = len(relative) < len(str(path)) and not relative.startswith(os.pardir)
    return relative if is_shorter else str(path)
