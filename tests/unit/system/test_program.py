"""How this program is started from elsewhere."""

import os
import sys
from pathlib import Path

import pytest

from importer.system.program import importer_program, program_files


def executable(path: Path) -> Path:
    """Write a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n", "utf-8")
    path.chmod(0o755)
    return path


def test_a_command_is_named_by_its_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it was given, or as it is found on the PATH; a link, such as pipx makes them, stays one."""
    real = executable(tmp_path / "venv/bin/callbell-importer")
    link = tmp_path / "bin/callbell-importer"
    link.parent.mkdir()
    link.symlink_to(real)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(link.parent))
    for started in ("bin/callbell-importer", "callbell-importer", str(link)):
        monkeypatch.setattr(sys, "argv", [started, "schedule"])
        assert importer_program() == (str(link),)
    assert {str(link), str(real), sys.executable} <= set(program_files((str(link),)))


def test_pythons_m_is_the_command_beside_it_if_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which does not depend on the folder; else Python and the module."""
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "importer/__main__.py")])
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin/python"))
    assert importer_program() == (str(tmp_path / "bin/python"), "-m", "importer")
    beside = executable(tmp_path / "bin/callbell-importer")
    if os.name != "nt":
        assert importer_program() == (str(beside),)


def test_a_standalone_program_is_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As PyInstaller makes them; and a zip file that cannot be started is given to Python."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "callbell-importer"))
    monkeypatch.setattr(sys, "argv", ["whatever"])
    assert importer_program() == (str(tmp_path / "callbell-importer"), str(Path.cwd() / "whatever"))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert importer_program() == (str(tmp_path / "callbell-importer"),)
    assert sys.executable in program_files(importer_program())
