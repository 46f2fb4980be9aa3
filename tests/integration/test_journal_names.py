"""Two runs of one journal by different names, in processes of their own: the second never gets in."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from importer.sandbox import Sandbox
from tests.support.commands import NO_LIMIT, TOKEN, after, customers, give, phones, serving
from tests.support.paths import ROOT

PATIENCE_SECONDS = 20
COUNT = 200

posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows deletes no file that is open, and links need rights")


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)
    customers(Path("contacts.csv"), COUNT)
    Path("real").mkdir()


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A stand-in that takes its time, so that a run can be met half-way."""
    with serving(replace(NO_LIMIT, latency_seconds=0.05)) as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        yield sandbox


def command(journal: str) -> list[str]:
    """Return the command of a run in a process of its own."""
    arguments = ["run", "contacts.csv", "--yes", "--concurrency", "8", "--journal", journal]
    return [sys.executable, "-m", "importer", *arguments]


@contextlib.contextmanager
def half_way(service: Sandbox, journal: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a run, and stop it for a while once it has sent some of its rows: it keeps the journal meanwhile."""
    sent: Event = after(service, 20)
    with subprocess.Popen(  # noqa: S603 - our own command
        command(journal), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert sent.wait(PATIENCE_SECONDS)
            process.send_signal(signal.SIGSTOP)
            yield process
        finally:
            process.kill()  # no harm where it has ended


def finished(process: subprocess.Popen[bytes]) -> int:
    """Let the first run go on, and return how it ends."""
    process.send_signal(signal.SIGCONT)
    return process.wait(PATIENCE_SECONDS)


def ended(journal: str) -> subprocess.CompletedProcess[str]:
    """Give the same command with another name of the journal, and wait for its end."""
    return subprocess.run(  # noqa: S603 - our own command
        command(journal),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@posix_only
@pytest.mark.parametrize("first", ["real/journal.sqlite3", "dangling.sqlite3"])
@pytest.mark.parametrize("name", ["dangling.sqlite3", "folder/journal.sqlite3", "real/../real/journal.sqlite3"])
def test_a_second_run_by_another_name_ends_with_6(service: Sandbox, first: str, name: str) -> None:
    """A link to the file, which dangled when the first run began; a linked folder; a way round: nobody twice."""
    Path("dangling.sqlite3").symlink_to("real/journal.sqlite3")
    Path("folder").symlink_to("real")
    with half_way(service, first) as process:
        refused = ended(name)
        assert finished(process) == 0
    assert refused.returncode == 6, refused.stderr
    assert f"process {process.pid}" in refused.stderr
    assert len(phones(service)) == len(set(phones(service))) == COUNT


@posix_only
def test_a_second_run_after_the_lock_file_was_deleted_ends_with_6(service: Sandbox) -> None:
    """Somebody who cleans up lets nobody in."""
    with half_way(service, "real/journal.sqlite3") as process:
        Path("real/journal.sqlite3.lock").unlink()
        assert ended("real/journal.sqlite3").returncode == 6
        assert finished(process) == 0
    assert len(phones(service)) == len(set(phones(service))) == COUNT


@posix_only
def test_a_hard_link_of_a_journal_ends_with_4_for_every_command(service: Sandbox) -> None:
    """By either name, and before anything is sent; once the other name is gone, all is as before."""
    assert give("run", "contacts.csv", "--yes", "--limit", "2", "--journal", "real/journal.sqlite3").exit_code == 0
    Path("second.sqlite3").hardlink_to("real/journal.sqlite3")
    for name in ("real/journal.sqlite3", "second.sqlite3"):
        for arguments in (["run", "contacts.csv", "--yes"], ["runs"], ["check", "contacts.csv"]):
            said = give(*arguments, "--journal", name)
            assert (said.exit_code, "more than one name" in said.stderr) == (4, True)
    Path("second.sqlite3").unlink()
    assert give("run", "contacts.csv", "--yes", "--limit", "2", "--journal", "real/journal.sqlite3").exit_code == 0
    assert len(phones(service)) == 2


def test_rows_that_the_journal_calls_unsent_are_no_success(service: Sandbox) -> None:
    """Whoever took them from under the run: the exit code is the journal's, not that of the worker pool's counters."""
    taken, leave = Event(), service.traffic.leave

    def taking_the_rest() -> None:
        leave()
        if len(service.contacts) >= 20 and not taken.is_set():
            taken.set()
            with contextlib.closing(sqlite3.connect("real/journal.sqlite3")) as stranger, stranger:
                stranger.execute("UPDATE rows SET status = 'unsent', code = 'unsent' WHERE status = 'pending'")

    setattr(service.traffic, "leave", taking_the_rest)  # noqa: B010 - mypy lets no method be assigned to
    said = give(*command("real/journal.sqlite3")[3:], "--json")
    assert said.rows["unsent"] > 0
    assert said.exit_code == 1
