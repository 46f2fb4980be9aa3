"""What a person's desktop does with a file: what opens it, and what Excel takes for the delimiter of a CSV file."""

import contextlib
import importlib
import locale
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from importer.system import runtime
from importer.system.standalone import environment_for_programs

_COMMA, _SEMICOLON = ",", ";"
_REGIONAL_SETTINGS = r"Control Panel\International"


def open_file(path: Path, environment: Mapping[str, str]) -> bool:
    """Open a file in the program that the desktop has for it; return whether there is a desktop that does.

    Nothing is waited for: the program stays open for as long as the person likes.

    Args:
        path: The file.
        environment: The environment variables, which tell whether there is a desktop.

    """
    with contextlib.suppress(OSError):
        if runtime.WINDOWS:
            os.startfile(path)  # type: ignore[attr-defined]  # noqa: S606 - Windows has it: what a double click does
            return True
        if command := _opener(environment):
            nothing = subprocess.DEVNULL
            subprocess.Popen(  # noqa: S603 - a fixed program, and a path of our own
                [command, str(path.absolute())],
                env=environment_for_programs(environment),
                stdin=nothing,
                stdout=nothing,
                stderr=nothing,
                start_new_session=True,
            )
            return True
    return False


def _opener(environment: Mapping[str, str]) -> str | None:
    """Return the program that opens files; None: there is no desktop, or it is on another computer."""
    if runtime.MAC:
        return None if environment.get("SSH_CONNECTION") else "/usr/bin/open"
    has_desktop = environment.get("WAYLAND_DISPLAY") or environment.get("DISPLAY")
    return shutil.which("xdg-open", path=environment.get("PATH")) if has_desktop else None


def list_separator() -> str:
    """Return what Excel takes for the delimiter of a CSV file here: where the decimal sign is a comma, a semicolon."""
    if runtime.WINDOWS:
        with contextlib.suppress(OSError):
            registry = importlib.import_module("winreg")
            with registry.OpenKey(registry.HKEY_CURRENT_USER, _REGIONAL_SETTINGS) as settings:
                separator = str(registry.QueryValueEx(settings, "sList")[0])
            return separator if len(separator) == 1 else _SEMICOLON
    before = locale.setlocale(locale.LC_NUMERIC)
    try:
        locale.setlocale(locale.LC_NUMERIC, "")
        return _SEMICOLON if locale.localeconv()["decimal_point"] == _COMMA else _COMMA
    except locale.Error:  # the system does not have the language that the environment names
        return _COMMA
    finally:
        locale.setlocale(locale.LC_NUMERIC, before)
