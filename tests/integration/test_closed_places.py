"""Folders that are somebody else's: exit code 4, what happened and what to do; monitoring hears of it."""

import errno
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from importer.sandbox import Sandbox
from tests.support.commands import customers, give, own_place


@pytest.fixture(autouse=True)
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Each test stands in a folder of its own, with the account of a sandbox."""
    monkeypatch.setenv("COLUMNS", "200")
    with own_place(tmp_path, monkeypatch) as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of root's with mode 0700, as anybody else meets it."""
    folder = tmp_path / "closed"
    folder.mkdir()

    def refuse(name: str) -> None:
        act: Callable[..., Any] = getattr(os, name)

        def refusing(path: object, *more: object, **named: object) -> Any:
            if folder in Path(os.path.abspath(str(path))).parents:  # noqa: PTH100 - Path would ask the system
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return act(path, *more, **named)

        monkeypatch.setattr(os, name, refusing)

    for name in ("stat", "mkdir", "open"):
        refuse(name)
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != folder and access(path, mode))
    return folder


FOLDER = "Name another with {}, or make it yours to write to."
YOURS = (
    "Make it yours to read and write:\n  chmod u+rwx {1}\nThen give the same command again: it goes on."
    " Or name another with {0}."
)
FILE = "See that its folder is yours to write to and has room, or name another file with {}."


@pytest.mark.parametrize(
    ("option", "name", "told"),
    [
        ("--report-dir", "", ("The folder {}/", YOURS)),
        ("--report-dir", "in", ("The folder {}/in/", FOLDER)),
        ("--done-dir", "", ("The folder {} cannot be written to: ", YOURS)),
        ("--done-dir", "in", ("The folder {}/in cannot be made: ", FOLDER)),
        ("--log-file", "importer.log", ("The log {}/importer.log cannot be written: ", FILE)),
    ],
)
def test_what_may_not_be_written_to_ends_a_run_with_4_before_anything_is_sent(
    service: Sandbox, closed: Path, option: str, name: str, told: tuple[str, str]
) -> None:
    """Also where the folder may not even be read: a sentence with what to do, for people and in last-run.json."""
    said = give("run", customers(Path("a.csv")), "--yes", "--quiet", option, closed / name)
    assert (said.exit_code, len(service.contacts)) == (4, 0)
    message, hint = said.stderr.rstrip("\n").split("\n", 1)
    assert message.startswith(told[0].format(closed))
    assert message.endswith("Permission denied.")
    assert hint == told[1].format(option, closed)
    last = json.loads(Path("last-run.json").read_text("utf-8"))
    assert (last["exit_code"], last["error"]["message"]) == (4, message)


@pytest.mark.parametrize(
    ("name", "told", "reason"),
    [
        ("j.sqlite3", "The journal {}/j.sqlite3 cannot be opened: ", "Permission denied."),
        ("in/j.sqlite3", "The folder {}/in cannot be made: ", "Permission denied"),
    ],
)
def test_a_journal_in_a_closed_folder_ends_a_run_with_4(
    closed: Path, caplog: pytest.LogCaptureFixture, name: str, told: str, reason: str
) -> None:
    """The summary would be beside it, so it is said that monitoring was not told, and why."""
    said = give("run", customers(Path("a.csv")), "--yes", "--quiet", "--journal", closed / name)
    message, hint = said.stderr.splitlines()
    assert (said.exit_code, message) == (4, f"{told.format(closed)}Permission denied.")
    assert hint == FILE.format("--journal")
    assert caplog.messages[-1].startswith("monitoring was not told by last-run.json: ")
    assert caplog.messages[-1].endswith(reason)


def test_metrics_that_may_not_be_written_change_no_exit_code(
    service: Sandbox, closed: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The rows are where they are; what monitoring misses is said."""
    said = give("run", customers(Path("a.csv")), "--yes", "--quiet", "--metrics", closed / "callbell.prom")
    assert (said.exit_code, len(service.contacts)) == (0, 3)
    assert "monitoring was not told by the file of --metrics: " in caplog.text
    assert caplog.text.endswith("callbell.prom cannot be written: Permission denied.\n")
