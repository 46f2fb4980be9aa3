"""The part `kills`: the real command, killed at random moments, and given again until it ends.

The stand-in runs in this process and outlives the command, as a service does. What it holds in the end is compared with
the journal and with results.csv.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

import importer
from importer.journal import Journal
from importer.model import IN_CALLBELL, Status
from importer.sandbox import Commit, Fault, FaultKind, Faults, Sandbox, SandboxOptions
from tests.commanding import ACCOUNT, TOKEN, results, serving, table
from tests.regime.findings import Findings

_PROJECT = Path(importer.__file__).parent.parent
_AT_ONCE = 2
_KILLS_A_SCENARIO = 10
_EIGHT_KINDS = (
    Fault(FaultKind.RESET),
    Fault(FaultKind.RESET, Commit.YES),
    Fault(FaultKind.ERROR),
    Fault(FaultKind.ERROR, Commit.LATE),
    Fault(FaultKind.CLOSE, Commit.YES),
    Fault(FaultKind.HANG, Commit.YES),
    Fault(FaultKind.CUT_BODY, Commit.YES),
    Fault(FaultKind.NO_UUID, Commit.YES),
)
_SHARE = 0.12
_LATE_SECONDS = 0.5
_SETTLE_SECONDS = 1.0
_HANG_SECONDS = 0.3
_LONGEST_SECONDS = 180.0
_NAMES = ("NA", "Null", "nan", "007", "TRUE", "1e5", "O'Brien", "Zoë")
"""Names that a careless reader of spreadsheets takes for something else."""
_CONFIG = """
[service]
base_url = "{base_url}"
account = "main"
settle_seconds = {settle_seconds}
rate = {rate}

[columns]
identifier = "Phone"
name = "Name"
"""


@dataclass(slots=True, kw_only=True)
class Killing:
    """One input, one stand-in, and the command that is killed."""

    folder: Path
    chance: Random
    sandbox: Sandbox
    rows: Sequence[tuple[str, str]]
    kills: int = 0
    statuses: Counter[str] = field(default_factory=Counter)

    def run_until_it_ends(self, kills: int) -> list[str]:
        """Kill the command so many times, or until it ends before it is killed; then let it end."""
        for _ in range(kills):
            if (code := self._run(self._moment())) is not None:
                break
        else:
            code = self._run(None)
        if code not in (0, 1):
            return [f"the exit code is {code}: {self._said()}"]
        time.sleep(_LATE_SECONDS)
        posts = self.sandbox.traffic.requests["POST /contacts"]
        wrong = self._check()
        self._run(None)
        if sent := self.sandbox.traffic.requests["POST /contacts"] - posts:
            wrong.append(f"given again when all was done, the command sent {sent} POSTs")
        return wrong

    def _run(self, moment: "Moment | None") -> int | None:
        """Give the command; None: it was killed."""
        arguments = ["run", "contacts.csv", "-c", "config.toml", "--journal", "journal.sqlite3", "-v"]
        arguments += ["--log-file", "importer.log", "--log-format", self.chance.choice(["json", "text"])]
        environment = {**os.environ, "CALLBELL_API_TOKEN": TOKEN, "PYTHONPATH": str(_PROJECT)}
        with (self.folder / "output.txt").open("ab") as output, subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "importer", *arguments],
            cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        ) as process:  # fmt: skip
            return self._wait(process, moment)

    def _wait(self, process: "subprocess.Popen[bytes]", moment: "Moment | None") -> int | None:
        until = moment or Moment(seconds=_LONGEST_SECONDS)
        started = time.monotonic()
        while process.poll() is None and not until.has_come(self.sandbox, time.monotonic() - started):
            time.sleep(0.002)
        if process.poll() is not None:
            return process.returncode
        process.send_signal(signal.SIGKILL)
        process.wait()
        if moment is None:
            return -signal.SIGKILL
        self.kills += 1
        return None

    def _moment(self) -> "Moment":
        """Choose when to kill: after some requests more, or after a time, which meets starts, waits and reports."""
        if self.chance.random() < 0.6:
            more = self.chance.randint(1, len(self.rows) // 3)
            return Moment(requests=self.sandbox.traffic.requests.total() + more)
        return Moment(seconds=self.chance.uniform(0.1, 4.0))

    def _check(self) -> list[str]:
        contacts = {contact.uuid: contact for contact in self.sandbox.contacts}
        wrong = [
            f"{identifier} is there {count} times"
            for identifier, count in Counter(contact.identifier for contact in contacts.values()).items()
            if count > 1
        ]
        told = results(self.folder / "reports")
        if [int(row["row"]) for row in told] != list(range(2, len(self.rows) + 2)):
            wrong.append(f"results.csv has {len(told)} rows, and the input {len(self.rows)}")
        names = {contact.uuid: contact.name for contact in contacts.values()}
        for (phone, name), row in zip(self.rows, told, strict=False):
            wrong += [f"row {row['row']} ({phone}, {name}): {one}" for one in _of_row(row, name, names)]
        self.statuses.update(row["status"] for row in told)
        return wrong + self._differences(told)

    def _differences(self, told: Sequence[Mapping[str, str]]) -> list[str]:
        """Compare the journal with results.csv, and look for rows without a last word in any run."""
        with contextlib.closing(Journal.open(self.folder / "journal.sqlite3")) as store:
            runs = store.runs()
            last = list(store.report_source(runs[0][0].name).results())
        wrong = [] if [one.outcome.uuid for one in last] == [one["uuid"] for one in told] else ["the journal differs"]
        return wrong + [
            f"{record.name} has rows that are {status}"
            for record, tally in runs
            for status in (Status.PENDING, Status.IN_FLIGHT)
            if tally[status]
        ]

    def _said(self) -> str:
        return (self.folder / "output.txt").read_text(encoding="utf-8", errors="replace")[-600:].replace("\n", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When to kill."""

    requests: int | None = None
    """That the stand-in has had by then."""
    seconds: float = _LONGEST_SECONDS
    """At the latest."""

    def has_come(self, sandbox: Sandbox, elapsed_seconds: float) -> bool:
        """Tell whether it has come."""
        enough = self.requests is not None and sandbox.traffic.requests.total() >= self.requests
        return enough or elapsed_seconds >= self.seconds


def kill(kills: int, first_seed: int = 1, keep: Path | None = None) -> Findings:
    """Kill the command so many times, in scenarios of some kills each, two of them at a time.

    Args:
        kills: In all.
        first_seed: Of the first scenario; moments are never quite the same again.
        keep: Where what was written stays; None: it is thrown away.

    """
    findings, counts = Findings("kills"), Counter[str]()
    scenarios = -(-kills // _KILLS_A_SCENARIO)
    share = -(-kills // scenarios)
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        for seed in range(first_seed, first_seed + scenarios):
            case = partial(_scenario, seed, share, keep, counts)
            again = f"kills --kills {share} --seeds {seed}"
            threads.submit(findings.add, f"scenario {seed}", again, case)
    rows = ", ".join(f"{status} {counts[status]:,}" for status in Status if counts[status])
    findings.say(
        f"{counts['kills']:,} kills, {counts['requests']:,} requests, {_SHARE:.0%} of the POSTs spoilt: {rows}"
    )
    return findings


def _scenario(seed: int, kills: int, keep: Path | None, counts: Counter[str]) -> Sequence[str]:
    chance = Random(seed)
    faults = Faults(
        probability=_SHARE,
        seed=seed,
        kinds=_EIGHT_KINDS,
        hang_seconds=_HANG_SECONDS,
        commit_delay_seconds=_LATE_SECONDS,
    )
    latency_seconds = chance.choice([0.0, 0.02, 0.1])
    options = SandboxOptions(account=ACCOUNT, rate_limit=0, latency_seconds=latency_seconds, faults=faults)
    with tempfile.TemporaryDirectory(prefix="regime-") as temporary, serving(options) as sandbox:
        folder = keep / f"kills-{seed}" if keep else Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        rows = _rows(chance)
        table(folder / "contacts.csv", [("Phone", "Name"), *rows])
        rate = chance.choice([100, 300, 0])
        text = _CONFIG.format(base_url=sandbox.base_url, settle_seconds=_SETTLE_SECONDS, rate=rate)
        (folder / "config.toml").write_text(text, encoding="utf-8")
        it = Killing(folder=folder, chance=chance, sandbox=sandbox, rows=rows)
        wrong = it.run_until_it_ends(kills)
        counts.update(it.statuses)
        counts.update(kills=it.kills, requests=sandbox.traffic.requests.total())
    return wrong


def _rows(chance: Random) -> list[tuple[str, str]]:
    """Return some hundred rows, a few of them invalid or given twice."""
    rows = []
    for number in range(chance.randint(200, 500)):
        kind = chance.random()
        phone = "12" if kind < 0.02 else f"+346{number:08}" if kind < 0.95 else f"+346{chance.randint(0, number):08}"
        name = chance.choice(_NAMES) if chance.random() < 0.2 else f"Customer {number}"
        rows.append((phone, name))
    return rows


def _of_row(row: Mapping[str, str], name: str, names: Mapping[str, str]) -> Iterator[str]:
    """Return what is wrong with a row of results.csv."""
    status = Status(row["status"])
    if status is Status.INVALID:
        return
    if status not in IN_CALLBELL:
        yield f"{status} is not the end: {row['reason']}"
    elif row["uuid"] not in names:
        yield f"{status} with {row['uuid'] or 'no uuid'}, which the service does not have"
    elif status is not Status.DUPLICATE and names[row["uuid"]] != name:
        yield f"the service has it as {names[row['uuid']]}"
