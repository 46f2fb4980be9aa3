"""The part `sockets`: each fault of the sandbox at the first, a middle and the last row, through the real client."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

import aiohttp

from importer.client.http import CallbellClient
from importer.client.token import Token
from importer.commands.context import SystemClock
from importer.journal import Journal
from importer.model.policy import Existing, Policy
from importer.model.rows import IN_CALLBELL, Row, Sheet, Status
from importer.sandbox import Commit, Fault, FaultKind, Faults, Sandbox, SandboxOptions, Scripted
from tests.fault_injection.fields import CELLS
from tests.fault_injection.findings import Findings
from tests.fault_injection.process import JOURNAL, Command, Ended, give
from tests.fault_injection.scenario_of_seed import MEMORY
from tests.fault_injection.table import Table

_EMPTY = ("",) * (len(CELLS) - 1)
"""Of a row, all cells but its number and name."""
_ROWS = 5
_PLACES = {"first": 1, "middle": 3, "last": 5}
_AT_ONCE = 8
_TIMEOUT = aiohttp.ClientTimeout(total=1.0, sock_connect=1.0, sock_read=0.4)
_LATE_SECONDS = 0.2
_POLICY = Policy(existing=Existing.CREATE, settle_seconds=0.6, not_found_gap_seconds=0.05, backoff_cap_seconds=0.05)
_ENDS_THE_RUN = frozenset({FaultKind.UNAUTHORIZED, *(kind for kind in FaultKind if kind.startswith("redirect"))})
_FAILS_THE_ROW = frozenset({FaultKind.FORBIDDEN})
_SURE = _ENDS_THE_RUN | _FAILS_THE_ROW | {FaultKind.THROTTLED, FaultKind.THROTTLED_RETRY_AFTER}
"""What says that nothing was done; a sandbox that lies about it has no importer that comes out right."""


def fault_everywhere(only: str = "") -> Findings:
    """Let each fault happen at each place, some at a time.

    Args:
        only: Those whose name begins so, such as `reset+commit` or `hang:first`; empty: all.

    """
    findings = Findings("sockets")
    cases = [
        (f"{fault}:{place}", fault, nth)
        for fault in _faults()
        for place, nth in _PLACES.items()
        if f"{fault}:{place}:".startswith(f"{only}:" if only else "")
    ]
    for name, wrong in asyncio.run(_all(cases)):
        findings.add(name, f"sockets --only {name}", partial(list, wrong))
    findings.say(f"{len(cases)} cases: {len(_faults())} faults at the first, a middle and the last of {_ROWS} rows")
    return findings


def _faults() -> list[Fault]:
    return [Fault(kind, commit) for kind in FaultKind for commit in Commit if commit is Commit.NO or kind not in _SURE]


async def _all(cases: Sequence[tuple[str, Fault, int]]) -> list[tuple[str, list[str]]]:
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(name: str, fault: Fault, nth: int) -> tuple[str, list[str]]:
        async with room:
            return name, await _play(fault, nth)

    return await asyncio.gather(*(one(*case) for case in cases))


async def _play(fault: Fault, nth: int) -> list[str]:
    """Give the command with the fault on its way, and once more without: it ends what was left."""
    faults = Faults(script=(Scripted(fault=fault, nth=nth),), commit_delay_seconds=_LATE_SECONDS)
    memory = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory, prefix="fault-injection-") as folder:
        async with (
            Sandbox(SandboxOptions(rate_limit=0, faults=faults)) as sandbox,
            CallbellClient(sandbox.base_url, Token(sandbox.token), SystemClock(), _TIMEOUT) as service,
        ):
            command = _command(Path(folder), service)
            first = await give(command)
            await asyncio.sleep(_LATE_SECONDS if fault.commit is Commit.LATE else 0.0)
            wrong = [*_of_first(first, fault, _statuses(command, first)), *_of_sandbox(sandbox)]
            second = replace(command, name="second")
            ended = await give(second)
            statuses = _statuses(second, ended)
            wrong += [f"at last: {status} is not the end" for status in statuses if status not in IN_CALLBELL]
            if len(sandbox.contacts) != _ROWS:
                wrong.append(f"at last there are {len(sandbox.contacts)} contacts")
            return wrong


def _command(folder: Path, service: CallbellClient) -> Command:
    numbers = range(2, _ROWS + 2)
    rows = tuple(Row(number=number, cells=(f"34600{number:06}", f"Name {number}", *_EMPTY)) for number in numbers)
    return Command(
        folder=folder,
        name="first",
        tables=(
            Table(sheet=Sheet(file="contacts.csv", header=("Phone", "Name", "Channel"), delimiter=","), rows=rows),
        ),
        service=service,
        clock=SystemClock(),
        wall_clock=SystemClock(),
        policy=_POLICY,
        chance=Random(1),
    )


def _of_first(ended: Ended, fault: Fault, statuses: Sequence[Status]) -> Iterator[str]:
    """Return what is wrong with how the first run ended."""
    counts = Counter(statuses)
    if ended.error:
        yield f"{ended.error.message}"
    if fault.kind in _ENDS_THE_RUN:
        if ended.exit_code != 5 or not counts[Status.UNSENT] or counts[Status.CREATED] + counts[Status.UNSENT] != _ROWS:
            yield f"it should have ended the run: exit code {ended.exit_code}, {dict(counts)}"
    elif fault.kind in _FAILS_THE_ROW:
        if ended.exit_code != 1 or counts != {Status.FAILED: 1, Status.CREATED: _ROWS - 1}:
            yield f"it should have failed one row: exit code {ended.exit_code}, {dict(counts)}"
    elif ended.exit_code or counts != {Status.CREATED: _ROWS}:
        yield f"every row should be created: exit code {ended.exit_code}, {dict(counts)}"


def _of_sandbox(sandbox: Sandbox) -> Iterator[str]:
    counts = Counter(contact.identifier for contact in sandbox.contacts)
    return (f"{identifier} is there {count} times" for identifier, count in counts.items() if count > 1)


def _statuses(command: Command, ended: Ended) -> list[Status]:
    store = Journal.open(command.folder / JOURNAL)
    try:
        return [result.status for result in store.report_source(ended.name).results()]
    finally:
        store.close()
