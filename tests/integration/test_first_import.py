"""A first import of 2,000 customers, of whom 500 have chatted already: none is made twice, and none of them is lost.

What costs time is done with fewer of them; the proportions are the same.
"""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from importer.sandbox import Duplicates, Sandbox, SandboxOptions
from importer.sandbox.options import Cursor
from tests.support.commands import NO_LIMIT, TOKEN, Said, after, customers, give, serving
from tests.support.paths import ROOT

ROWS, THERE = 2_000, 500
FILE = Path("contacts.csv")
COMMAND = (sys.executable, "-m", "importer")
PATIENCE_SECONDS = 60
SECOND = replace(NO_LIMIT, duplicates=Duplicates.SECOND)


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder of its own, with the file, a config and a journal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / "journal.sqlite3"))
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    columns = '[columns]\nidentifier = "Phone"\nname = "Name"\n'
    Path("config.toml").write_text(f"[service]\nrate = 0\nsettle_seconds = 0\n{columns}", "utf-8")
    customers(FILE, ROWS)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Sandbox]]:
    """Return what starts a sandbox that has every fourth customer of the file, and some who are not in it."""
    opened = []

    def start(options: SandboxOptions = SECOND) -> Sandbox:
        numbers = [*(f"346000{number:05}" for number in range(0, ROWS, ROWS // THERE)), "34911222333", "34911222444"]
        there = tuple({"identifier": one, "source": "whatsapp", "name": "Wrote first"} for one in numbers)
        opened.append(serving(replace(options, contacts=there)))
        service = opened[-1].__enter__()
        monkeypatch.setenv("CALLBELL_BASE_URL", service.base_url)
        return service

    yield start
    for one in opened:
        one.__exit__(None, None, None)


def run(*options: str) -> Said:
    """Import the file."""
    return give("run", FILE, "--yes", "--json", *options)


def numbers(service: Sandbox) -> Counter[str]:
    """Return how often each number is in the account."""
    return Counter(one.identifier for one in service.contacts)


def wanted(rows: int) -> set[str]:
    """Return the numbers of the file's first rows."""
    return {f"346000{number:05}" for number in range(rows)}


def of_others(service: Sandbox) -> dict[str, str]:
    """Return the UUIDs of those who were there before, with their names."""
    return {one.uuid: one.name for one in service.contacts if one.name == "Wrote first"}


class People:
    """They chat, which moves them to the top of the list, and delete contacts, while the sandbox answers.

    Args:
        service: Between whose requests they act.
        deletes: How many of those who were there before they delete.

    """

    def __init__(self, service: Sandbox, deletes: int) -> None:
        self.deleted: set[str] = set()
        """The numbers of those whom they deleted."""
        self._service, self._deletes, self._random = service, deletes, random.Random(3)
        self._leave = service.traffic.leave
        # In place of the method, as `tests.support.commands.after` does.
        setattr(service.traffic, "leave", self._act)  # noqa: B010 - mypy lets no method be assigned to

    def _act(self) -> None:
        self._leave()
        calls = self._service.calls
        calls.chat(self._random.choice(calls.contacts[:THERE]).uuid)
        others = [one for one in calls.contacts[:THERE] if one.name == "Wrote first"]
        if len(self.deleted) < self._deletes and self._random.random() < 0.2:
            one = self._random.choice(others)
            self.deleted.add(one.identifier)
            calls._store.remove(one.uuid)


def test_those_who_are_there_are_found_and_the_others_made(serve: Callable[..., Sandbox]) -> None:
    """By 27 requests for the list; the next night, and one with a fresh journal, make nobody."""
    service = serve()
    before = of_others(service)
    said = run()
    assert (said.exit_code, said.rows) == (0, {"read": ROWS, "exists": THERE, "created": ROWS - THERE})
    assert service.traffic.requests["GET /contacts"] == 27
    assert service.traffic.requests["GET /contacts/phone/:number"] == 0
    assert run().rows == {"read": ROWS, "unchanged": ROWS}
    Path("journal.sqlite3").write_bytes(b"")
    assert run().rows == {"read": ROWS, "exists": ROWS}
    assert service.traffic.requests["POST /contacts"] == ROWS - THERE
    assert max(numbers(service).values()) == 1
    assert of_others(service) == before


def test_an_undo_takes_away_only_whom_the_run_made(serve: Callable[..., Sandbox]) -> None:
    """Who was there before is there still."""
    service = serve()
    before = {one.uuid: one for one in service.contacts}
    name = run().summary["run"]
    said = give("undo", name, "--yes", "--json")
    assert said.exit_code == 0, said.stderr
    assert said.summary["contacts"]["deleted"] == ROWS - THERE
    assert {one.uuid: one for one in service.contacts} == before


@pytest.mark.parametrize("cursor", Cursor)
@pytest.mark.parametrize("existing", ["skip", "update"])
def test_nobody_is_made_twice_while_people_chat_and_delete(
    serve: Callable[..., Sandbox], cursor: Cursor, existing: str
) -> None:
    """Whatever the cursor stands for; and whom people delete while it runs is no reason to lose another."""
    service = serve(replace(SECOND, cursor=cursor, chats=0.5))
    before = of_others(service)
    people = People(service, deletes=20)
    said = run("--existing", existing, "--limit", "1000")
    assert said.rows["read"] == 1_000
    assert said.rows["created"] >= 750
    assert max(numbers(service).values()) == 1
    assert wanted(1_000) - people.deleted <= set(numbers(service))
    assert len(of_others(service).keys() & before) == len(before) - len(people.deleted) == len(before) - 20


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX's")
def test_nobody_is_made_twice_after_five_kills(serve: Callable[..., Sandbox]) -> None:
    """While people chat and delete; and `undo` of all its runs leaves who was there before."""
    service = serve(replace(SECOND, latency_seconds=0.005))
    before = of_others(service)
    people = People(service, deletes=20)
    options = (str(FILE), "--yes", "--limit", "240", "--rate", "60")
    for made in range(5, 150, 30):
        reached = after(service, len(before) + made)
        with subprocess.Popen([*COMMAND, "run", *options], stderr=subprocess.DEVNULL) as process:  # noqa: S603 - our own
            assert reached.wait(PATIENCE_SECONDS)
            process.kill()
        assert process.returncode == -signal.SIGKILL
    said = give("run", *options, "--json")
    assert (said.exit_code, said.rows["read"]) == (0, 240), said.stderr
    assert max(numbers(service).values()) == 1
    assert wanted(240) - people.deleted <= set(numbers(service))
    for folder in sorted(Path("reports").iterdir()):
        assert give("undo", folder.name, "--yes").exit_code in (0, 1)
    assert len(service.contacts) < len(before) + 100
    assert len(of_others(service).keys() & before) == len(before) - len(people.deleted) == len(before) - 20
