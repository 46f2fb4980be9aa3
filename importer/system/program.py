"""This program as somebody else can start it, from anywhere: by absolute paths."""

import os
import shutil
import sys
from pathlib import Path

from importer.system import runtime
from importer.system.standalone import is_standalone

_NAME = "callbell-importer"


def importer_program() -> tuple[str, ...]:
    """Return the words that start this importer: a command of a venv or pipx, one standalone file, or Python's `-m`."""
    if is_standalone() or "__compiled__" in sys.modules["__main__"].__dict__:  # PyInstaller; Nuitka
        return (os.path.abspath(sys.executable if is_standalone() else sys.argv[0]),)  # noqa: PTH100
    started = sys.argv[0]
    if started in ("-m", "-c", "") or started.endswith(".py"):
        beside = Path(sys.executable).with_name(f"{_NAME}.exe" if runtime.WINDOWS else _NAME)
        return (str(beside),) if beside.is_file() else (sys.executable, "-m", "importer")
    if found := shutil.which(started):
        return (os.path.abspath(found),)  # noqa: PTH100 - links stay: what they lead to changes with each version
    return (sys.executable, os.path.abspath(started))  # noqa: PTH100 - a zip file that is not executable


def program_files(program: tuple[str, ...]) -> tuple[str, ...]:
    """Return what must be there and readable for the program to start, links and what they lead to."""
    package = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120 - as a text, like all paths here
    found = [program[0], *([] if is_standalone() else [sys.executable, package])]
    return tuple(dict.fromkeys([*found, *map(os.path.realpath, found)]))
