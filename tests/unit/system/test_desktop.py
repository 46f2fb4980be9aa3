"""Opening a file on each kind of system, and the delimiter that Excel expects there."""

import locale
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from importer.system import desktop, runtime

PAGE = Path("report.html")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The programs that were started."""
    commands: list[list[str]] = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **_: commands.append(command))
    monkeypatch.setattr(shutil, "which", lambda name, **_: f"/usr/bin/{name}")
    return commands


def on(monkeypatch: pytest.MonkeyPatch, *, windows: bool = False, mac: bool = False) -> None:
    """Stand on another system."""
    monkeypatch.setattr(runtime, "WINDOWS", windows)
    monkeypatch.setattr(runtime, "MAC", mac)


@pytest.mark.parametrize(
    ("mac", "environment", "program"),
    [
        (False, {"DISPLAY": ":0"}, "/usr/bin/xdg-open"),
        (False, {"WAYLAND_DISPLAY": "wayland-0"}, "/usr/bin/xdg-open"),
        (False, {}, None),
        (True, {}, "/usr/bin/open"),
        (True, {"SSH_CONNECTION": "10.0.0.1 2 10.0.0.2 22"}, None),
    ],
)
def test_a_desktop_opens_the_file(
    monkeypatch: pytest.MonkeyPatch,
    started: list[list[str]],
    mac: bool,  # noqa: FBT001 - a parameter of the test
    environment: Mapping[str, str],
    program: str | None,
) -> None:
    """Where there is none, nothing is started, and that is said."""
    on(monkeypatch, mac=mac)
    assert desktop.open_file(PAGE, environment) is (program is not None)
    assert started == ([[program, str(PAGE.absolute())]] if program else [])


def test_windows_opens_it_as_a_double_click_does(monkeypatch: pytest.MonkeyPatch, started: list[list[str]]) -> None:
    """By the system itself."""
    opened: list[Path] = []
    on(monkeypatch, windows=True)
    monkeypatch.setattr(os, "startfile", opened.append, raising=False)
    assert desktop.open_file(PAGE, {})
    assert (opened, started) == ([PAGE], [])


def test_a_program_that_cannot_be_started_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reports are written all the same."""

    def missing(*_: object, **__: object) -> None:
        raise FileNotFoundError

    on(monkeypatch, mac=True)
    monkeypatch.setattr(subprocess, "Popen", missing)
    assert not desktop.open_file(PAGE, {})


@pytest.mark.parametrize(("decimal_sign", "separator"), [(",", ";"), (".", ",")])
def test_a_decimal_comma_makes_the_separator_a_semicolon(
    monkeypatch: pytest.MonkeyPatch, decimal_sign: str, separator: str
) -> None:
    """As Excel has it; the process keeps the locale that it had."""
    on(monkeypatch)
    before = locale.setlocale(locale.LC_NUMERIC)
    monkeypatch.setattr(locale, "localeconv", lambda: {"decimal_point": decimal_sign})
    assert desktop.list_separator() == separator
    assert locale.setlocale(locale.LC_NUMERIC) == before


def test_a_language_that_the_system_lacks_has_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing fails because of it."""
    on(monkeypatch)
    monkeypatch.setenv("LC_ALL", "xx_XX.UTF-8")
    assert desktop.list_separator() == ","


@pytest.mark.parametrize(("kept", "separator"), [(";", ";"), (",", ","), ("||", ";")])
def test_windows_keeps_the_separator_itself(monkeypatch: pytest.MonkeyPatch, kept: str, separator: str) -> None:
    """A person can change it there."""

    class Key:
        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    registry = SimpleNamespace(
        HKEY_CURRENT_USER=1,
        OpenKey=lambda *_: Key(),
        QueryValueEx=lambda _, name: (kept, 1) if name == "sList" else None,
    )
    on(monkeypatch, windows=True)
    monkeypatch.setitem(sys.modules, "winreg", registry)
    assert desktop.list_separator() == separator
