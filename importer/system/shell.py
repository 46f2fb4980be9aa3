"""Commands as a person can copy them into a shell: POSIX shells, or Windows' cmd and PowerShell."""

import os
import re
import shlex
import sys
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from importer.model.addresses import scheme_of
from importer.system import runtime
from importer.system.terminal import is_terminal
from importer.system.usual_config import is_usual_config

IMPORTER = "callbell-importer"
"""The command's name."""
_PLAIN_ON_WINDOWS = re.compile(r"[\w@%+=:,./\\~-]+")
_NAMED_IN_TEXT = re.compile(rf"(?<![\w./\\-])(?<!keyring set )(?<!cron job ){IMPORTER}(?= [a-z])")
"""The name with a command after it; in front of it stands no folder. What the keyring has of us, and a job of cron, are
called the same."""


def quote(word: str) -> str:
    """Return the word as the shell takes it for one word; Windows' shells do not know single quotes."""
    if runtime.WINDOWS:
        return word if _PLAIN_ON_WINDOWS.fullmatch(word) else f'"{word}"'
    return shlex.quote(word)


def command_words(line: str) -> tuple[str, ...]:
    """Return the words of a command, as a shell takes them: quotes hold a word together, and nothing is expanded.

    On Windows a backslash is a backslash.

    Raises:
        ValueError: A quote is not closed.

    """
    if not runtime.WINDOWS:
        return tuple(shlex.split(line))
    return tuple(re.sub(r'"([^"]*)"', r"\1", word) for word in shlex.split(line, posix=False))


def split_command(command: str) -> tuple[str, ...]:
    """Return the words of a command of a POSIX shell that somebody may have changed; none if a quote is not closed."""
    try:
        return tuple(shlex.split(command))
    except ValueError:
        return ()


def option_values(words: Sequence[str], *names: str) -> list[str]:
    """Return the values that the words of a command give to an option, by any of its names."""
    return [value for name, value in pairwise(words) if name in names]


def importer_name() -> str:
    """Return what a person types for the importer: its name if a terminal finds it, else the path that was typed."""
    return _name_of(sys.argv[0], os.environ.get("PATH", ""))


@lru_cache(maxsize=8)  # every row that needs a person is told its command
def _name_of(typed: str, search: str) -> str:
    program = Path(typed)
    if program.stem != IMPORTER or program.name == typed or _is_on_path(program.parent, search):
        return IMPORTER
    path = short_path(program)
    path = path if len(Path(path).parts) > 1 else os.path.join(os.curdir, path)  # noqa: PTH118 - Path leaves out the "./"
    return _called(quote(path))


def _called(program: str) -> str:
    return f"& {program}" if program.startswith('"') else program  # PowerShell's; cmd has no such case


def _is_on_path(folder: Path, search: str) -> bool:
    """Tell whether a terminal looks for programs in the folder; in the current one PowerShell does not."""
    places = [Path(place) for place in search.split(os.pathsep) if place]
    return folder.resolve() in [place.resolve() for place in places if place.is_absolute()]


def as_typed(text: str) -> str:
    """Return the text with its commands of the importer as a person has to type them here, or start them: a service."""
    if "INVOCATION_ID" in os.environ:
        from importer.system.own_service import service_again  # noqa: PLC0415 - only where systemd started us

        text = service_again(text)
    name = importer_name()
    return text if name == IMPORTER else _NAMED_IN_TEXT.sub(lambda _: name, text)


def program_command() -> str:
    """Return the command that starts this very program from anywhere, with absolute paths."""
    from importer.system.program import importer_program  # noqa: PLC0415 - shutil comes with it: --version does not wait

    return _called(" ".join(map(quote, importer_program())))


def importer_command(*words: str, options: Sequence[tuple[str, object]] = (), from_anywhere: bool = False) -> str:
    """Return a command of the importer, with its options; as root gives it to the service's user, if root reads it.

    So it is in a nightly service, and where root became that user for one command. The arguments are those of
    `bare_command`.
    """
    command = bare_command(*words, options=options, from_anywhere=from_anywhere)
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    if credentials and is_read_elsewhere():
        from importer.system.installed_units import own_unit  # noqa: PLC0415 - only a service needs it

        unit = own_unit(credentials)
    else:
        from importer.system.switched_user import is_one_command, own_job  # noqa: PLC0415 - it knows this module

        account = next((str(value) for key, value in options if key == "account" and value), "")
        unit = own_job(account) if is_one_command() else None
    return unit.as_its_user(command) if unit else command


def bare_command(*words: str, options: Sequence[tuple[str, object]] = (), from_anywhere: bool = False) -> str:
    """Return a command of the importer, with its options, as the user gives it whose journal it is for.

    Args:
        words: The command's name and its arguments.
        options: Pairs of an option's config key and its value: True for a flag, a list for an option that is
            repeated; an empty value leaves the option out. So does the config that stands here, unless a variable
            names one.
        from_anywhere: Whether the command is read elsewhere, such as in a mail: then the config is named all the same.

    """
    if not (from_anywhere or is_read_elsewhere()):
        options = [(key, _config_here(value) if key == "config" else value) for key, value in options]
    return " ".join([importer_name(), *map(quote, words), *map(quote, option_words(options))])


def _config_here(config: object) -> str | None:
    """Return how a config is named in this folder; None: it need not be, or there is none."""
    return short_path(str(config)) if config and not is_usual_config(str(config)) else None


def option_words(options: Sequence[tuple[str, object]]) -> list[str]:
    """Return the words of options, which are given as `importer_command` takes them."""
    words: list[str] = []
    for key, value in options:
        option = "--" + key.replace("_", "-")
        values = value if isinstance(value, list | tuple) else [value]
        given = [one for one in values if one not in (None, "") and one is not False]
        for one in given:
            words += [option] if one is True else [option, str(one)]
    return words


def variable_command(name: str, value: str) -> str:
    """Return the command that sets a variable for the commands after it: for PowerShell on Windows."""
    return f"$env:{name} = {quote(value)}" if runtime.WINDOWS else f"export {name}={quote(value)}"


def variable_away(name: str) -> str:
    """Return the command that takes a variable away from the commands after it: for PowerShell on Windows."""
    return f"Remove-Item env:{name}" if runtime.WINDOWS else f"unset {name}"


def empty_file_command(path: Path | str, owner: str) -> str:
    """Return the command that makes an empty file: for PowerShell on Windows.

    Args:
        path: The file.
        owner: Who has to own it: what a service tells is given by root.

    """
    if runtime.WINDOWS:
        return f"New-Item {quote(str(path))}"
    make = f"install -m 600 -o {quote(owner)} /dev/null" if is_read_elsewhere() else "touch"
    return f"{make} {quote(str(path))}"


def is_read_elsewhere() -> bool:
    """Tell whether texts are read later and in another folder: cron's mail, a service's log. Else at this terminal."""
    return not is_terminal(sys.stderr)


def short_path(path: Path | str) -> str:
    """Return the path as seen from the current folder if it is in it, which is shorter; else the whole path.

    An address in place of a file is returned as it is.
    """
    if scheme_of(str(path)):
        return str(path)
    try:
        if is_read_elsewhere():
            return os.path.abspath(path)  # noqa: PTH100 - no links
        relative = os.path.relpath(path)
    except (OSError, ValueError):  # the folder is gone, or on another drive
        return str(path)
    is_shorter = len(relative) < len(str(path)) and not relative.startswith(os.pardir)
    return relative if is_shorter else str(path)
