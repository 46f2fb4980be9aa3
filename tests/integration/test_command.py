"""The real command in a process of its own: what only a process can show."""

import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from importer import __version__
from importer.sandbox import Sandbox
from tests.support.commands import NO_LIMIT, TOKEN, after, customers, every_byte, give, phones, results, serving, table
from tests.support.paths import ROOT

COMMAND = (sys.executable, "-m", "importer")
PATIENCE_SECONDS = 20

posix_only = pytest.mark.skipif(os.name == "nt", reason="signals and terminals are POSIX's")


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder of its own, and has the journal there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("CALLBELL_IMPORTER_JOURNAL", str(tmp_path / "state" / "journal.sqlite3"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("CALLBELL_API_TOKEN", TOKEN)


@pytest.fixture
def slow_service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox that takes its time, so that a run can be met half-way."""
    with serving(replace(NO_LIMIT, latency_seconds=0.05)) as sandbox:
        monkeypatch.setenv("CALLBELL_BASE_URL", sandbox.base_url)
        yield sandbox


def ended(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Give the command and wait for its end."""
    return subprocess.run(  # noqa: S603 - our own command
        [*COMMAND, *arguments],
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@contextlib.contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start the command in the background."""
    with subprocess.Popen(  # noqa: S603 - our own command
        [*COMMAND, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()  # no harm where it has ended


@posix_only
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_interrupted_half_way_is_finished_by_the_same_command(
    slow_service: Sandbox, number: signal.Signals, code: int
) -> None:
    """Every row is created or unchanged then, and no contact is there twice."""
    customers(Path("contacts.csv"), 300)
    command = ("run", "contacts.csv", "--concurrency", "8")
    half_way = after(slow_service, 40)
    with started(*command) as process:
        assert half_way.wait(PATIENCE_SECONDS)
        process.send_signal(number)
        _, told = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == code
    assert b"Give the same command again" in told
    assert b"Traceback" not in told
    first = [row["status"] for row in results()]
    assert len(first) == 300
    assert set(first) == {"created", "unsent"}
    assert give("run", "contacts.csv", "--rate", "0").exit_code == 0
    assert {row["status"] for row in results()} == {"created", "unchanged"}
    assert len(set(phones(slow_service))) == len(slow_service.contacts) == 300
    assert TOKEN.encode() not in every_byte(Path()) + told


@posix_only
def test_a_run_that_is_killed_is_finished_by_the_same_command(slow_service: Sandbox) -> None:
    """What was in flight is asked about before it is sent again."""
    customers(Path("contacts.csv"), 60)
    half_way = after(slow_service, 10)
    with started("run", "contacts.csv", "--concurrency", "4") as process:
        assert half_way.wait(PATIENCE_SECONDS)
        process.kill()
        process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == -signal.SIGKILL
    Path("config.toml").write_text("[service]\nsettle_seconds = 0\n", "utf-8")
    again = give("run", "contacts.csv", "--rate", "0", "--json")
    assert again.exit_code == 0, again.stderr
    assert set(again.rows) <= {"created", "unchanged", "exists", "read"}
    assert len(set(phones(slow_service))) == len(slow_service.contacts) == 60


def test_the_command_works_from_any_folder_and_keeps_the_streams_apart() -> None:
    """JSON in UTF-8 on standard output whatever the system's habit, all else on standard error."""
    table(Path("contacts.csv"), [("Phone", "Name"), ("+34600000001", "Ana"), ("Begoña Ñu", "X")])
    said = ended("run", "contacts.csv", "--sandbox", "--json")
    assert said.returncode == 1
    assert said.stdout.startswith("{")
    assert "Begoña Ñu" in said.stdout
    assert "Finished" in said.stderr


@posix_only
def test_streams_that_are_closed_or_full_change_nothing_about_a_run() -> None:
    """It was asked to bring rows to Callbell, not to be heard; only what was asked for must arrive."""
    customers(Path("contacts.csv"))
    command = " ".join((*COMMAND, "run contacts.csv --sandbox"))
    shell = f"{command} <&- >&- 2>&-; echo $?; {command} 2>&1 | true; echo ${{PIPESTATUS[0]}}"
    said = subprocess.run(  # noqa: S603 - our own command
        ["bash", "-c", shell],  # noqa: S607 - wherever it is
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert said.stdout.split() == [b"0", b"0"]


@posix_only
@pytest.mark.parametrize(("answer", "code"), [(b"n\n", 3), (b"\x03", 130), (b"y\n", 0)])
def test_on_a_terminal_the_guess_is_asked_about(answer: bytes, code: int) -> None:
    """A no ends with 3, Ctrl-C with 130, and a yes goes on."""
    customers(Path("contacts.csv"))
    ours, theirs = os.openpty()
    # Where the system lets it, the terminal is the process's own: only then is Ctrl-C a signal.
    command = [sys.executable, "-c", _ON_TERMINAL, "run", "contacts.csv", "--sandbox"]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as process:
        os.close(theirs)
        shown = _read_until(ours, b"Import them?")
        os.write(ours, answer)
        _read_to_end(ours, answer)
        process.wait(PATIENCE_SECONDS)
    os.close(ours)
    assert b"identifier" in shown
    assert process.returncode == code


_ON_TERMINAL = """
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from importer.cli import main
main()
"""


def _read_until(terminal: int, wanted: bytes) -> bytes:
    """Return what the terminal shows up to the wanted words."""
    shown = b""
    with contextlib.suppress(OSError):  # Linux's way to say that nobody writes any more
        while (more := os.read(terminal, 4096)) and wanted not in (shown := shown + more):
            pass
    return shown


def _read_to_end(terminal: int, answer: bytes) -> None:
    """Read what the terminal shows until it is closed; where nothing comes, answer once more.

    A Ctrl-C between Python's look for signals and its read is seen after the read: a person gives it again.
    """
    with contextlib.suppress(OSError):  # as above
        while True:
            if not select.select([terminal], [], [], PATIENCE_SECONDS)[0]:
                os.write(terminal, answer)
            elif not os.read(terminal, 4096):
                return


@posix_only
def test_the_sandbox_serves_until_ctrl_c_and_says_how_to_use_it() -> None:
    """With a command that can be copied."""
    with started("sandbox", "--port", "0") as process:
        assert process.stderr is not None
        told = [process.stderr.readline() for _ in range(5)]
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == 0
    assert b"http://127.0.0.1:" in told[0]
    assert b"CALLBELL_BASE_URL=" in b"".join(told[1:])


def test_help_does_not_wait_for_what_it_does_not_need() -> None:
    """The heavy libraries are imported when a command runs."""
    code = """
import atexit, sys, importer.cli
heavy = {"pandas", "aiohttp", "pydantic", "rich", "phonenumbers", "asyncio"}
atexit.register(lambda: print(heavy & set(sys.modules)))
sys.argv[1:] = ["--help"]
importer.cli.main()
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)  # noqa: S603 - our own code
    assert said.stdout.splitlines()[-1] == b"set()"


def test_the_version_is_said_at_once() -> None:
    """By the command itself, without any of its libraries but the command line's."""
    said = subprocess.run([sys.executable, "-m", "importer", "--version"], capture_output=True, check=True)
    assert said.stdout.decode().strip() == f"callbell-importer {__version__}"


@posix_only
@pytest.mark.parametrize("ignored", [False, True])
def test_a_signal_while_the_interpreter_ends_prints_nothing(*, ignored: bool) -> None:
    """Ctrl-C after the last line: the shell is told by the signal, the person by nothing; unless it is ignored."""
    code = "import atexit, os, signal, sys; atexit.register(lambda: os.kill(os.getpid(), signal.SIGINT)); "
    code += f"signal.signal(signal.SIGINT, signal.{'SIG_IGN' if ignored else 'default_int_handler'}); "
    code += "from importer.cli import main; sys.argv = ['callbell-importer', 'runs']; main()"
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=PATIENCE_SECONDS, check=False
    )
    assert done.returncode == (0 if ignored else -signal.SIGINT)
    assert not done.stderr
