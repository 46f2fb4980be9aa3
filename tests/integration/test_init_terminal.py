"""`init` on a terminal of its own."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import table
from tests.support.paths import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="terminals are POSIX's")
PATIENCE_SECONDS = 30


def on_a_terminal(*arguments: str, keys: bytes) -> tuple[int, str]:
    """Give the command with these keys typed ahead, and return its exit code and what the terminal shows."""
    import pty  # noqa: PLC0415 - Windows has none

    ours, theirs = pty.openpty()
    os.write(ours, keys)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "dumb"}
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "importer", *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # Linux's way to say that the other end is closed
            while block := os.read(ours, 4096):
                shown += block
        code = process.wait(PATIENCE_SECONDS)
    os.close(ours)
    return code, shown.decode()


def test_questions_are_asked_and_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By number, and the config holds the answers."""
    monkeypatch.chdir(tmp_path)
    table(Path("a.csv"), [("Phone", "Tel", "Name"), ("+34600111222", "+34600111223", "Ana")])
    code, shown = on_a_terminal("init", "a.csv", keys=b"2\n\ny\n")
    assert code == 0
    assert "identifier: several columns could be it." in shown
    assert 'identifier = "Tel"' in Path("config.toml").read_text(encoding="utf-8")


def test_who_goes_away_gets_nothing_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the end of the input it ends with exit code 3."""
    monkeypatch.chdir(tmp_path)
    table(Path("a.csv"), [("Phone", "Tel", "Name"), ("+34600111222", "+34600111223", "Ana")])
    assert on_a_terminal("init", "a.csv", keys=b"\x04")[0] == 3
    assert not Path("config.toml").exists()
