"""Makes the dump of a journal with an installed release: `python make_journal.py COMMAND DUMP` (Linux, some minutes).

COMMAND is that release's `callbell-importer`. Everybody in the journal is invented.
"""

import csv
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

_HEADER = ("Phone", "Name", "Tags")
_HOME = "/home/ana/callbell"


class Shop:
    """A folder with a journal, in which commands are run against a sandbox."""

    def __init__(self, command: str, folder: Path) -> None:
        self._command = command
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._environment = os.environ | {
            "CALLBELL_API_TOKEN": "sandbox-token",
            "CALLBELL_BASE_URL": f"http://127.0.0.1:{self._port}/v1",
            "CALLBELL_IMPORTER_SETTLE_SECONDS": "1",
        }

    @contextmanager
    def sandbox(self, *options: str) -> Iterator[None]:
        """Run a sandbox, which knows no contacts, as long as the block."""
        with subprocess.Popen([self._command, "sandbox", "--port", str(self._port), *options]) as serving:  # noqa: S603 - our own command
            try:
                self._wait_for(self._answers)
                yield
            finally:
                serving.send_signal(signal.SIGINT)

    def run(self, file: str, rows: Sequence[tuple[str, ...]], *options: str, **environment: str) -> None:
        """Import rows."""
        self._write(file, rows)
        command = self._run(file, *options)
        subprocess.run(command, cwd=self._folder, env=self._environment | environment, check=False)  # noqa: S603 - our own command

    def run_and_kill(self, count: int, file: str, rows: Sequence[tuple[str, ...]], *options: str) -> None:
        """Import rows, and kill the command once so many are created."""
        self._write(file, rows)
        self._kill(self._run(file, *options), "rows", f"{file.partition('.')[0]}", count)

    def undo_and_kill(self, count: int, *options: str) -> None:
        """Undo the last run, and kill the command once so many contacts are deleted."""
        with closing(sqlite3.connect(self._journal)) as file:
            ((run,),) = file.execute("SELECT name FROM runs ORDER BY id DESC LIMIT 1").fetchall()
        command = [self._command, "undo", run, "--yes", *self._places(), *options]
        self._kill(command, "removals", run, count)

    def configure(self, file: str, text: str) -> None:
        """Write a config."""
        (self._folder / file).write_text(text, encoding="utf-8")

    def create(self, phone: str, name: str) -> None:
        """Create a contact that the importer knows nothing of."""
        contact = json.dumps({"identifier": phone, "source": "whatsapp", "name": name}).encode()
        headers = {"Authorization": "Bearer sandbox-token", "Content-Type": "application/json"}
        url = f"{self._environment['CALLBELL_BASE_URL']}/contacts"
        request = urllib.request.Request(url, contact, headers)  # noqa: S310 - the sandbox's
        urllib.request.urlopen(request).close()  # noqa: S310 - the sandbox's

    def dump(self) -> str:
        """Return the journal as SQL, with its version and with a home folder for the folder."""
        with closing(sqlite3.connect(self._journal)) as file:
            pragmas = [
                f"PRAGMA {name} = {file.execute(f'PRAGMA {name}').fetchone()[0]};"
                for name in ("application_id", "user_version")
            ]
            lines = [*pragmas, *file.iterdump()]
        return "\n".join(lines).replace(str(self._folder), _HOME) + "\n"

    @property
    def _journal(self) -> Path:
        return self._folder / "journal.sqlite3"

    def _places(self) -> list[str]:
        return ["--journal", "journal.sqlite3", "--report-dir", "reports", "--quiet"]

    def _run(self, file: str, *options: str) -> list[str]:
        return [self._command, "run", file, *self._places(), "--yes", "--tag", "VIP", *options]

    def _write(self, file: str, rows: Sequence[tuple[str, ...]]) -> None:
        with (self._folder / file).open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([_HEADER, *rows])

    def _kill(self, command: list[str], table: str, run: str, count: int) -> None:
        done = f"""SELECT count(*) >= ? FROM {table} JOIN runs ON runs.id = {table}.run
            WHERE runs.name LIKE '%' || ? AND status IN ('created', 'deleted')"""  # noqa: S608 - a name of the schema
        with subprocess.Popen(command, cwd=self._folder, env=self._environment) as killed:  # noqa: S603 - our own command
            with closing(sqlite3.connect(self._journal)) as file:
                self._wait_for(lambda: killed.poll() is not None or file.execute(done, (count, run)).fetchone()[0])
            killed.kill()

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._port)).close()
        except OSError:
            return False
        return True

    def _wait_for(self, condition: Callable[[], bool]) -> None:
        while not condition():
            time.sleep(0.01)


def people(first: int, count: int, tag: str = "") -> list[tuple[str, ...]]:
    """Return rows of invented people."""
    return [(f"+34600000{number:03}", f"Person {number}", tag) for number in range(first, first + count)]


def fill(shop: Shop) -> None:
    """Run what leaves rows of every status, a learned limit, an unfinished undo and a run that was killed."""
    wrong = [("12", "Too Short", ""), ("", "", "VIP"), ("+34600000001", "Person 1 Again", "")]
    with shop.sandbox("--duplicates", "refuse"):
        shop.create("34600000006", "Was There")
        first = [*people(1, 6), *wrong, *people(7, 2, "No such tag")]
        shop.run("contacts.csv", first)
        first = [("+34600000002", "Another Name", ""), *people(1, 6)[2:], *wrong, *people(9, 2)]
        shop.run("contacts.csv", first)
        for _ in range(2):
            shop.run("contacts.csv", first)  # the same as before: a run without rows in versions before 5
    with shop.sandbox("--latency", "0.5"):
        shop.run_and_kill(3, "doubt.csv", people(20, 12), "--rate", "6")
    with shop.sandbox("--latency", "0.5"):
        shop.run("late.csv", people(100, 8), "--rate", "4", "--max-duration", "1s")
    with shop.sandbox("--rate", "10"):
        shop.run("limit.csv", people(50, 20))
    with shop.sandbox("--latency", "0.2"):
        shop.run("undone.csv", people(120, 12))
        shop.undo_and_kill(4, "--rate", "4")
    fill_by_other_names(shop)
    with shop.sandbox("--latency", "0.5"):
        shop.run_and_kill(4, "killed.csv", [*people(1, 1), *people(140, 16), *people(20, 12)], "--rate", "4")


def fill_by_other_names(shop: Shop) -> None:
    """Run what sends numbers as they are written, names the main channel, and calls the account otherwise."""
    written = ["+34 600 000 201", "0034 600-000-201", "600 000 202", "+34 600 000 203"]
    rows = [(phone, f"Written {number}", "") for number, phone in enumerate(written)]
    shop.configure("as_is.toml", '[contact]\nidentifier_format = "as_is"\ncountry = "ES"\n')
    shop.configure("main.toml", '[contact]\nchannel = "Main WhatsApp"\n')
    with shop.sandbox():
        shop.run("as_is.csv", rows, "-c", "as_is.toml")
        shop.run("channel.csv", people(1, 2), "-c", "main.toml")
        shop.run("label.csv", people(1, 3), CALLBELL_IMPORTER_ACCOUNT="main")
    with shop.sandbox("--latency", "0.5"):
        late = [("600 000 21" + str(number), f"Late {number}", "") for number in range(8)]
        shop.run_and_kill(2, "as_is_doubt.csv", late, "-c", "as_is.toml", "--rate", "3")


def main() -> None:
    """Write the dump."""
    command, dump = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        shop = Shop(command, Path(name).resolve())
        fill(shop)
        Path(dump).write_text(shop.dump(), encoding="utf-8")


if __name__ == "__main__":
    main()
