"""The real command in a process of its own, killed at a moment that is said before.

The sandbox runs in this process and outlives the command, as a service does. The journal goes by three names, two of
them links; now and then a second command wants it at the same time, or the clock is set.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

import importer
from importer.sandbox import Sandbox
from tests.fault_injection.findings import Findings
from tests.fault_injection.troubles import step_seconds
from tests.support.commands import TOKEN

AT_ONCE = 2
KILLS_A_SCENARIO = 10
LATE_SECONDS = 0.5
"""How much later than its answer the sandbox may do what it was asked."""
HANG_SECONDS = 0.3
SHARE = 0.12
"""Of the requests that are spoilt."""
KILLED = -9
_ENDED = frozenset({0, 1})
_LONGEST_SECONDS = 90.0
_PROJECT = Path(importer.__file__).parent.parent
_OPTIONS = ("-c", "config.toml", "-v", "--log-file", "importer.log")
JOURNAL = "journal.sqlite3"
_LINKS = {"link.sqlite3": JOURNAL, "linked": "."}
_JOURNALS = (JOURNAL, "link.sqlite3", f"linked/{JOURNAL}")
_HARD_LINK = "other.sqlite3"
_SECOND_SHARE = 0.3
_SHIFTED_SHARE = 0.3
_BUSY = 6
_STORAGE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When to kill."""

    requests: int | None = None
    """That the sandbox has had by then."""
    seconds: float = _LONGEST_SECONDS
    """At the latest."""

    def has_come(self, sandbox: Sandbox, elapsed_seconds: float) -> bool:
        """Tell whether it has come."""
        enough = self.requests is not None and sandbox.traffic.requests.total() >= self.requests
        return enough or elapsed_seconds >= self.seconds


def some_moment(chance: Random, sandbox: Sandbox, most_requests: int) -> Moment:
    """Choose when to kill: after some requests more, or after a time, which meets starts, waits and reports."""
    if chance.random() < 0.6:
        return Moment(requests=sandbox.traffic.requests.total() + chance.randint(1, most_requests))
    return Moment(seconds=chance.uniform(0.1, 4.0))


def in_scenarios(findings: Findings, kills: int, first_seed: int, case: Callable[[int, int], Sequence[str]]) -> None:
    """Kill so many times, in scenarios of some kills each, two of them at a time.

    Args:
        findings: Whose name is the part's.
        kills: In all.
        first_seed: Of the first scenario; moments are never quite the same again.
        case: Plays the scenario of a seed with so many kills, and returns what is wrong.

    """
    scenarios = -(-kills // KILLS_A_SCENARIO)
    share = -(-kills // scenarios)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for seed in range(first_seed, first_seed + scenarios):
            again = f"{findings.part} --kills {share} --seeds {seed}"
            threads.submit(findings.add, f"scenario {seed}", again, partial(case, seed, share))


@dataclass(slots=True, kw_only=True)
class Victim:
    """A folder with a config, a sandbox, and the commands that are given there."""

    folder: Path
    chance: Random
    sandbox: Sandbox
    before_each: Callable[[], None] = lambda: None
    """Called before each command."""
    kills: int = 0
    turned_away: int = 0
    """Second commands that another name of the journal did not let in."""
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name, target in _LINKS.items():
            (self.folder / name).symlink_to(target)

    def give_until_it_ends(self, arguments: Sequence[str], kills: int, most_requests: int) -> int | None:
        """Kill the command so many times, or until it ends before it is killed; then let it end: its exit code.

        Args:
            arguments: The command and what it is given; the config, the journal and the log are added.
            kills: How often to kill it.
            most_requests: That it may make before it is killed.

        """
        for _ in range(kills):
            moment = some_moment(self.chance, self.sandbox, most_requests)
            if (code := self.give(arguments, moment)) in _ENDED:
                return code
        return self.give(arguments)

    def give(self, arguments: Sequence[str], moment: Moment | None = None) -> int | None:
        """Give the command and return its exit code; None: it was killed at the moment."""
        self.before_each()
        with contextlib.ExitStack() as running:
            process = self._start(arguments, running)
            second = self._start(arguments, running) if moment and self.chance.random() < _SECOND_SHARE else None
            code = self._wait(process, moment)
            if second:
                second.send_signal(signal.SIGKILL)
                self.turned_away += second.wait() == _BUSY
            return code

    def give_with_hard_link(self, arguments: Sequence[str]) -> None:
        """Give the command while the journal has a hard link: it refuses."""
        link, requests = self.folder / _HARD_LINK, self.sandbox.traffic.requests.total()
        if not (self.folder / JOURNAL).exists():
            return
        link.hardlink_to(self.folder / JOURNAL)
        code = self.give(arguments)
        link.unlink()
        if code != _STORAGE or self.sandbox.traffic.requests.total() != requests:
            self.wrong.append(f"with a hard link of the journal the exit code is {code}, not {_STORAGE}")

    def said(self) -> str:
        """Return the end of what the commands said."""
        return (self.folder / "output.txt").read_text(encoding="utf-8", errors="replace")[-600:].replace("\n", " ")

    def _start(self, arguments: Sequence[str], running: contextlib.ExitStack) -> "subprocess.Popen[bytes]":
        words = [*arguments, *_OPTIONS, "--journal", self.chance.choice(_JOURNALS)]
        words += ["--log-format", self.chance.choice(["json", "text"])]
        module = ["importer"]
        if self.chance.random() < _SHIFTED_SHARE:
            module = ["tests.fault_injection.shifted_command", f"{step_seconds(self.chance)}"]
        own = {"XDG_STATE_HOME": str(self.folder / "state"), "PYTHONPATH": str(_PROJECT)}
        environment = {**os.environ, **own, "CALLBELL_API_TOKEN": TOKEN}
        output = running.enter_context((self.folder / "output.txt").open("ab"))
        return running.enter_context(
            subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", *module, *words],
                cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )
        )  # fmt: skip

    def _wait(self, process: "subprocess.Popen[bytes]", moment: Moment | None) -> int | None:
        until = moment or Moment()
        started = time.monotonic()
        while process.poll() is None and not until.has_come(self.sandbox, time.monotonic() - started):
            time.sleep(0.002)
        if process.poll() is not None:
            return process.returncode
        process.send_signal(signal.SIGKILL)
        process.wait()
        if moment is None:
            return KILLED
        self.kills += 1
        return None
