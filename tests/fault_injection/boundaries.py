"""The part `boundaries`: the power goes right before and after each thing that must last, the first 25 times each."""

import contextlib
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from importer.model.journal_rows import Attempted, Intended, Pending
from importer.model.policy import Existing
from importer.model.protocols import RequestLimiter, Service
from importer.model.replies import Reply
from importer.model.requests import Request
from importer.model.rows import Entry, Status
from tests.fault_injection.faults import CALM
from tests.fault_injection.findings import Findings
from tests.fault_injection.machine import MachineLoop, PowerCut
from tests.fault_injection.process import Watch
from tests.fault_injection.scenario import Scenario
from tests.fault_injection.scenario_of_seed import scenario
from tests.fault_injection.undo import UndoScenario, one_of_the_runs

UNDO = "undo-"
"""Before the names of an undo's boundaries."""
_IN_A_RUN = (
    "begin", "enqueue", "intent", "change", "send", "reply", "outcome", "checkpoint", "look-up", "finish", "reports",
    "report", "rename",
)  # fmt: skip
_IN_AN_UNDO = tuple(f"{UNDO}{name}" for name in _IN_A_RUN if name not in ("enqueue", "change"))
BOUNDARIES = (*_IN_A_RUN, *_IN_AN_UNDO)
FIRST_TIMES = 25
_SEEDS = range(7, 12)
_RUN_SECONDS = 4.0
"""After which each run is stopped, so that there are 25 of what a run does once or thrice."""
_UNDO_SECONDS = 0.2
"""The same of an undo, which has less to do."""


@dataclass(slots=True, kw_only=True)
class Place:
    """Where the power goes."""

    boundary: str
    side: str
    """`before` or `after`."""
    nth: int
    reached: bool = False
    _counts: Counter[str] = field(default_factory=Counter)
    _loop: MachineLoop | None = None

    def on(self, loop: MachineLoop) -> None:
        """Take note of the process that would die."""
        self._loop = loop

    @contextlib.contextmanager
    def crossing(self, boundary: str) -> Iterator[None]:
        """Stand around what crosses a boundary."""
        if boundary != self.boundary.removeprefix(UNDO) or self.reached:
            yield
            return
        self._counts[boundary] += 1
        if self._counts[boundary] < self.nth:
            yield
            return
        if self.side == "before":
            self._die()
        yield
        self._die()

    def watch(self) -> Watch:
        """Return what stands between the pool and its protocols."""
        return Watch(
            journal=lambda journal: _Journal(journal, self.crossing),
            service=lambda service: _Network(service, self.crossing),
            limiter=lambda limiter: _Limiter(limiter, self.crossing),
            step=self.crossing,
        )

    def _die(self) -> None:
        self.reached = True
        if self._loop is not None:
            self._loop.cut_power()
        raise PowerCut


Crossing = Callable[[str], contextlib.AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class _Journal:
    """A journal, of a run or an undo, whose calls are boundaries."""

    inner: Any
    crossing: Crossing

    async def recognise(self, marked: Sequence[tuple[int, bytes | None]]) -> Sequence[str | None]:
        recognised: Sequence[str | None] = await self.inner.recognise(marked)
        return recognised

    async def enqueue(self, sheet_index: int, entries: Sequence[Entry]) -> Mapping[Status, int]:
        with self.crossing("enqueue"):
            tally: Mapping[Status, int] = await self.inner.enqueue(sheet_index, entries)
            return tally

    async def claim(self, count: int) -> Sequence[Pending]:
        with self.crossing("intent"):
            rows: Sequence[Pending] = await self.inner.claim(count)
            return rows

    def record(self, recorded: object) -> None:
        with self.crossing("outcome"):
            self.inner.record(recorded)

    def record_attempt(self, attempted: Attempted | Intended) -> None:
        with self.crossing("change") if isinstance(attempted, Intended) else contextlib.nullcontext():
            self.inner.record_attempt(attempted)

    async def checkpoint(self) -> None:
        with self.crossing("checkpoint"):
            await self.inner.checkpoint()


@dataclass(frozen=True, slots=True)
class _Network(Service):
    """A `protocols.Service` whose calls are boundaries; what is cut off is carried out all the same."""

    inner: Service
    crossing: Crossing

    async def send(self, request: Request) -> Reply:
        with self.crossing("send" if request.is_change else "look-up"):
            return await self.inner.send(request)


@dataclass(frozen=True, slots=True)
class _Limiter(RequestLimiter):
    """The rate limiter, which is the first to be told of a reply."""

    inner: RequestLimiter
    crossing: Crossing

    async def acquire(self) -> None:
        await self.inner.acquire()

    def release(self, reply: Reply | None, seconds: float, jitter: float) -> None:
        with self.crossing("reply"):
            self.inner.release(reply, seconds, jitter)


def stop_everywhere(only: str = "", times: int = FIRST_TIMES) -> Findings:
    """Let the power go at every boundary, and check what comes of it.

    Args:
        only: Those whose name begins so, such as `intent:before` or `undo-send:after:3`; empty: all.
        times: How often each.

    """
    findings, made = Findings("boundaries"), Counter[str]()
    for boundary in BOUNDARIES:
        for side in ("before", "after"):
            for nth in range(1, times + 1):
                name = f"{boundary}:{side}:{nth}"
                if f"{name}:".startswith(f"{only}:" if only else ""):
                    place = Place(boundary=boundary, side=side, nth=nth)
                    findings.add(name, f"boundaries --only {name}", lambda place=place: _stop(place))  # type: ignore[misc]  # mypy cannot see through the default
                    made[boundary] += place.reached
    findings.say(f"{made.total()} stops, before and after: " + ", ".join(f"{name} {made[name]}" for name in BOUNDARIES))
    return findings


def _stop(place: Place) -> list[str]:
    """Play one of the seeds with the power going there; in which seed depends on the place alone.

    Every other place is in a run that updates, and so are all of a `change`, which is about to be PATCHed.
    """
    seed = _SEEDS[place.nth % len(_SEEDS)]
    updates = place.nth % 2 == 0 or place.boundary == "change"
    with scenario(seed, stormy=True, existing=Existing.UPDATE if updates else Existing.CREATE) as it:
        if updates:  # else there is nothing to change
            it.process(weather=CALM)
            it.edit()
        if not place.boundary.startswith(UNDO):
            _commands(it, place, _RUN_SECONDS)
            return it.check()
        it.process(weather=CALM)
        if undo := one_of_the_runs(it):
            _commands(undo, place, _UNDO_SECONDS)
        return it.wrong


def _commands(it: Scenario | UndoScenario, place: Place, stop_after_seconds: float) -> None:
    """Give the command until the power goes at the place, then until all is done."""
    with _files_watched(place.crossing):
        for _ in range(place.nth + 1):
            it.process(prepare=place.on, watch=place.watch(), stop_after_seconds=stop_after_seconds)
            if place.reached:
                break
    it.finish()


@contextlib.contextmanager
def _files_watched(crossing: Crossing) -> Iterator[None]:
    """Make a report's beginning and its renaming boundaries too.

    In place of the standard library's own functions: the reports speak to the disk through no port.
    """
    make, rename = tempfile.mkstemp, Path.replace

    def making(*arguments: Any, **named: Any) -> tuple[int, str]:
        with crossing("report"):
            return make(*arguments, **named)

    def renaming(path: Path, target: Path) -> Path:
        with crossing("rename"):
            return rename(path, target)

    tempfile.mkstemp, Path.replace = making, renaming  # type: ignore[assignment]  # said above
    try:
        yield
    finally:
        tempfile.mkstemp, Path.replace = make, rename  # type: ignore[method-assign]  # said above
