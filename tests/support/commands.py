"""What the tests of the whole command share: a sandbox beside the test, spreadsheets, and what a run wrote."""

import asyncio
import contextlib
import csv
import json
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
import typer.main
import typer.testing
from typer.testing import CliRunner

from importer.cli.command_line import app
from importer.sandbox import DEFAULT_ACCOUNT, AccountSetup, Sandbox, SandboxOptions

TOKEN = "secret-9f8e7d6c5b4a"  # noqa: S105 - opens nothing but the sandbox
ACCOUNT = replace(DEFAULT_ACCOUNT, token=TOKEN)
SandboxT = TypeVar("SandboxT", bound=Sandbox)
NO_LIMIT = SandboxOptions(account=ACCOUNT, rate_limit=0, created_status=201)


def serving(options: SandboxOptions = NO_LIMIT) -> contextlib.AbstractContextManager[Sandbox]:
    """Yield a sandbox that answers from a thread of its own, as a service on another computer would."""
    return served(Sandbox(options))


@contextlib.contextmanager
def own_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Let commands stand in a folder of their own, with a journal there and the account of a sandbox; yield that."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(folder / "journal.sqlite3"))
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    with serving(NO_LIMIT) as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        yield sandbox


@contextlib.contextmanager
def own_state(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Let commands stand in a folder of their own, with all state below it and the account of a sandbox; yield that."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    with serving() as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        yield sandbox


def elsewhere(**setup: Any) -> AccountSetup:
    """Return another account, which the same token is for: it has teams and channels of its own."""
    teams = tuple(replace(team, uuid=f"0{team.uuid[1:]}") for team in ACCOUNT.teams)
    channels = tuple(replace(channel, uuid=f"0{channel.uuid[1:]}") for channel in ACCOUNT.channels)
    return replace(ACCOUNT, **{"teams": teams, "channels": channels} | setup)


@contextlib.contextmanager
def served(sandbox: SandboxT) -> Iterator[SandboxT]:
    """Yield the sandbox while it answers from a thread of its own."""
    ready, over = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        async with sandbox:
            loops.append(asyncio.get_running_loop())
            ready.set()
            await over.wait()

    thread = threading.Thread(target=asyncio.run, args=[serve()])
    thread.start()
    ready.wait(10)
    try:
        yield sandbox
    finally:
        loops[0].call_soon_threadsafe(over.set)
        thread.join(10)


def after(sandbox: Sandbox, count: int) -> threading.Event:
    """Return what is set once the sandbox has made so many contacts."""
    reached, leave = threading.Event(), sandbox.traffic.leave

    def counting() -> None:
        leave()
        if len(sandbox.contacts) >= count:
            reached.set()

    # In place of the method: the sandbox tells nobody when it is asked, and to look often would be to sleep.
    setattr(sandbox.traffic, "leave", counting)  # noqa: B010 - mypy lets no method be assigned to
    return reached


class Said:
    """How a command ended, and what it said."""

    def __init__(self, exit_code: int, stdout: str, stderr: str) -> None:
        self.exit_code = exit_code
        self.stdout = stdout
        self.stderr = stderr

    @property
    def summary(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.stdout)

    @property
    def rows(self) -> dict[str, int]:
        """The summary's rows that are not none."""
        return {name: count for name, count in self.summary["rows"].items() if count}


# typer makes its commands anew for each that is given: an eighth of what a small run takes.
setattr(typer.testing, "_get_command", cache(typer.main.get_command))  # noqa: B010 - mypy knows no such name there


def give(*arguments: str | Path) -> Said:
    """Give a command in this process."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="callbell-importer")
    return Said(result.exit_code, result.stdout, result.stderr)


def table(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """Write a CSV file."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return path


def customers(path: Path, count: int = 3, *, first: int = 0) -> Path:
    """Write a CSV file of so many customers with phones of their own."""
    rows = [(f"+346000{number:05}", f"Customer {number}") for number in range(first, first + count)]
    return table(path, [("Phone", "Name"), *rows])


def read(path: Path) -> list[dict[str, str]]:
    """Return a CSV file's rows."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def results(folder: Path = Path("reports")) -> list[dict[str, str]]:
    """Return the results of the last run."""
    return read(max(folder.iterdir(), key=lambda run: (run.stat().st_mtime_ns, run.name)) / "results.csv")


def every_byte(folder: Path) -> bytes:
    """Return what all files of a folder hold, and what they are called."""
    paths = [Path(parent) / name for parent, _, names in os.walk(folder) for name in names]
    return b"\n".join([*(path.read_bytes() for path in paths), *(os.fsencode(path) for path in paths)])


def phones(sandbox: Sandbox) -> list[str]:
    """Return the identifiers of all contacts, sorted."""
    return sorted(contact.identifier for contact in sandbox.contacts)
