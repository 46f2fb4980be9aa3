"""The pool creates, in virtual time: the real limiter, decisions and journal, and a service that does as told."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from importer.journal import AsyncJournal, Journal
from importer.model.errors import StorageError
from importer.model.policy import Ambiguous, Policy
from importer.model.replies import Outcome
from importer.model.rows import Contact, Entry, Row, Sheet, Status
from importer.model.runs import Result, RunRecord
from importer.model.stop import Stop
from importer.worker_pool.create import CreateOperation, CreateStep
from importer.worker_pool.pool import GRACE_SECONDS, WorkerPool
from importer.worker_pool.rate_limiter import RateLimiter
from importer.worker_pool.trial import RefusedAlike, Trial
from tests.support.inline_executor import InlineExecutor
from tests.support.scripted_service import Fault, ScriptedService
from tests.support.virtual_time import START, VirtualClock, run

STOP = Stop(message="enough", hint="go on")
RUN = RunRecord(
    name="20261123-020000-contacts",
    command="run",
    account="main",
    files=("contacts.csv",),
    options={},
    report_dir="reports",
    started_at=START,
)


@dataclass(slots=True, kw_only=True)
class Stage:
    """A pool with all that belongs to it."""

    path: Path
    rows: int = 5
    source: str = "whatsapp"
    service: ScriptedService = field(default_factory=ScriptedService)
    rate: float = 300.0
    failures_most: int = 1_000_000
    trial_rows: int = 0
    policy: Policy = field(default_factory=Policy)
    pool: WorkerPool[CreateStep, Outcome] = field(init=False)
    journal: AsyncJournal = field(init=False)
    results: list[Result] = field(init=False)
    error: Exception | None = None

    async def play(
        self, meanwhile: Callable[[], Coroutine[Any, Any, None]] | None = None, name: str = RUN.name
    ) -> None:
        """Run the pool over the rows to its end."""
        store = Journal.open(self.path / "journal.sqlite3", now=VirtualClock().now)
        with closing(store):
            self.journal = AsyncJournal(store, InlineExecutor())
            record = RunRecord(**{f: getattr(RUN, f) for f in RUN.__slots__} | {"name": name})
            await self.journal.begin(record)
            sheet = await self.journal.add_sheet(Sheet(file="contacts.csv", header=("Phone",)))
            await self.journal.enqueue(sheet, [self._entry(number) for number in range(1, self.rows + 1)])
            self.pool = self._pool()
            self.pool.input_over()
            beside = asyncio.create_task(meanwhile()) if meanwhile else None
            try:
                await self.pool.run()
            except StorageError as error:
                self.error = error
            if beside:
                await beside
            await self.journal.finish(record)
            self.results = list(store.report_source(name).results())

    def statuses(self) -> list[Status]:
        """Return the rows' last words, in their order."""
        return [result.status for result in self.results]

    def _entry(self, number: int) -> Entry:
        phone = f"34600{number:06}"
        contact = Contact(identifier=phone, source=self.source, name=f"Name {number}")
        return Entry(row=Row(number=number + 1, cells=(phone,)), mapped=contact)

    def _pool(self) -> WorkerPool[CreateStep, Outcome]:
        return WorkerPool(
            operation=CreateOperation(self.policy),
            service=self.service,
            journal=self.journal,
            rate_limiter=RateLimiter(rate=self.rate),
            clock=VirtualClock(),
            longest_outage_seconds=self.policy.longest_outage_seconds,
            jitter=lambda: 0.5,
            rate=self.rate,
            too_many_failures=self._too_many,
            trial=Trial(self.trial_rows),
        )

    def _too_many(self, done: Mapping[Status, int]) -> Stop | None:
        return STOP if done.get(Status.FAILED, 0) > self.failures_most else None


@pytest.fixture
def stage(tmp_path: Path) -> Callable[..., Stage]:
    """Return what makes a stage with a script of faults."""

    def make(script: Iterable[Fault] = (), **more: Any) -> Stage:
        return Stage(path=tmp_path, service=ScriptedService(script=script), **more)

    return make


def test_every_row_is_sent_once(stage: Callable[..., Stage]) -> None:
    """Without faults every row is created by one request, and the journal holds the service's uuids in order."""
    it = stage(rows=1000)
    run(it.play())
    assert it.statuses() == [Status.CREATED] * 1000
    assert set(it.service.posts().values()) == {1}
    assert [result.uuid for result in it.results] == [
        it.service.contacts[result.identifier][0].uuid for result in it.results
    ]


def test_rows_refused_alike_stop_the_run_before_another_leaves(stage: Callable[..., Stage]) -> None:
    """However long the answers take: without the trial 60 would have left in that time."""
    it = stage([Fault.INVALID] * 100, rows=100, trial_rows=20)
    it.service.latency_seconds = 0.2
    run(it.play())
    assert isinstance(it.pool.stopped, RefusedAlike)
    assert len(it.service.asked) == 20
    assert Counter(it.statuses()) == {Status.FAILED: 20, Status.UNSENT: 80}


@pytest.mark.parametrize("first", [Fault.RESET_AFTER, Fault.RESET_BEFORE, Fault.REFUSED_CONNECTION, Fault.INVALID])
def test_a_trial_that_is_not_refused_alike_ends_by_itself(stage: Callable[..., Stage], first: Fault) -> None:
    """Rows whose answer takes longer hold up nothing, and every row gets its status."""
    it = stage([first] * 19, rows=60, trial_rows=20)
    run(it.play())
    assert it.pool.stopped is None
    failed = 19 if first is Fault.INVALID else 0
    assert Counter(it.statuses()) == Counter({Status.CREATED: 60 - failed, Status.FAILED: failed})


def test_the_first_row_goes_alone(stage: Callable[..., Stage]) -> None:
    """A token that is refused costs one request, whatever the number of rows; none of them is lost."""
    it = stage([Fault.TOKEN_REFUSED] * 1000, rows=1000)
    run(it.play())
    assert len(it.service.asked) == 1
    assert it.statuses() == [Status.UNSENT] * 1000
    assert isinstance(it.pool.stopped, Stop)


@pytest.mark.parametrize("latency_seconds", [0.0, 0.05, 0.2, 1.5])
def test_the_pool_keeps_the_rate_at_any_latency(stage: Callable[..., Stage], latency_seconds: float) -> None:
    """At any latency 3,000 rows leave at over 96.5 % of 300 a second, and never more than 300 in any second."""
    it = stage(rows=3000)
    it.service.latency_seconds = latency_seconds
    run(it.play())
    steady = [at for at, _, _ in it.service.asked][300:]
    assert (len(steady) - 1) / (steady[-1] - steady[0]) >= 0.965 * 300
    assert all(later - earlier >= 1.0 for earlier, later in zip(steady, steady[300:], strict=False))


@pytest.mark.parametrize(
    "fault",
    [
        Fault.REFUSED_CONNECTION,
        Fault.RESET_BEFORE,
        Fault.RESET_AFTER,
        Fault.ERROR_BEFORE,
        Fault.ERROR_AFTER,
        Fault.HANG_BEFORE,
        Fault.HANG_AFTER,
        Fault.LATE,
        Fault.NO_UUID,
        Fault.THROTTLED,
        Fault.THROTTLED_SECONDS,
        Fault.UNAVAILABLE,
    ],
)
@pytest.mark.parametrize("place", [0, 2, 4])
def test_a_fault_at_any_place_loses_and_doubles_nothing(stage: Callable[..., Stage], fault: Fault, place: int) -> None:
    """A fault at the first, a middle or the last row ends with every row created, each once."""
    it = stage([Fault.NONE] * place + [fault])
    run(it.play())
    assert it.statuses() == [Status.CREATED] * 5
    assert it.service.twice() == []
    assert len(it.service.contacts) == 5


def test_a_row_in_doubt_slows_nobody(stage: Callable[..., Stage]) -> None:
    """While a row waits its settle time, all others are sent."""
    it = stage([Fault.NONE, Fault.ERROR_AFTER], rows=300)
    run(it.play())
    others = [at for at, _, identifier in it.service.asked if identifier != "34600000002"]
    assert max(others) < 3.0
    assert it.statuses() == [Status.CREATED] * 300


def test_a_retry_after_holds_everyone(stage: Callable[..., Stage]) -> None:
    """After a 429 with Retry-After nothing is sent until then, and then one request feels the way."""
    it = stage([Fault.NONE] * 20 + [Fault.THROTTLED_SECONDS], rows=600)
    it.service.latency_seconds = 0.01
    run(it.play())
    times = [at for at, _, _ in it.service.asked]
    gap_seconds, after = max((later - at, later) for at, later in itertools.pairwise(times))
    assert gap_seconds >= 4.9
    assert sum(after <= at < after + 0.0099 for at in times) == 1
    assert it.statuses() == [Status.CREATED] * 600


def test_refusals_fail_without_a_second_request(stage: Callable[..., Stage]) -> None:
    """A row that the service refuses has failed with its words, and the others go on."""
    it = stage([Fault.NONE, Fault.INVALID])
    run(it.play())
    assert it.statuses() == [Status.CREATED, Status.FAILED, *[Status.CREATED] * 3]
    assert "told to be INVALID" in it.results[1].reason
    assert set(it.service.posts().values()) == {1}


@pytest.mark.parametrize(("good", "statuses"), [(True, {Status.FAILED, Status.CREATED}), (False, {Status.UNSENT})])
def test_a_403_is_about_the_row_or_the_token(stage: Callable[..., Stage], good: bool, statuses: set[Status]) -> None:  # noqa: FBT001 - a table of cases
    """A 403 fails its row if the token is good, and stops the run if it is not."""
    it = stage([Fault.FORBIDDEN])
    it.service.token_good = good
    run(it.play())
    assert set(it.statuses()) == statuses


def test_what_cannot_be_looked_up_stays_in_doubt(stage: Callable[..., Stage]) -> None:
    """An Instagram contact whose request broke off is in doubt and never sent again."""
    it = stage([Fault.RESET_AFTER], source="instagram")
    run(it.play())
    assert it.statuses() == [Status.IN_DOUBT, *[Status.CREATED] * 4]
    assert it.service.twice() == []


def test_a_stop_waits_for_what_is_in_flight(stage: Callable[..., Stage]) -> None:
    """A stopped pool sends nothing more, writes down what was in flight, and leaves the rest unsent."""
    it = stage(rows=3000)

    async def stop_soon() -> None:
        await asyncio.sleep(2.0)
        it.pool.stop(STOP)

    run(it.play(stop_soon))
    assert all(at <= 2.0 for at, _, _ in it.service.asked)
    created = it.statuses().count(Status.CREATED)
    assert 500 < created == len(it.service.contacts)
    assert it.statuses().count(Status.UNSENT) == 3000 - created


@pytest.mark.parametrize(("hurry", "seconds"), [(False, GRACE_SECONDS + 3), (True, 3.0)])
def test_a_stop_does_not_wait_for_ever(stage: Callable[..., Stage], hurry: bool, seconds: float) -> None:  # noqa: FBT001 - a table of cases
    """A request that hangs is given up after the grace, or at once if someone is in a hurry, and is in doubt."""
    it = stage([Fault.NONE, Fault.HANG_AFTER], rows=3)
    it.service.hang_seconds = 1000.0

    async def stop_soon() -> None:
        await asyncio.sleep(2.0)
        it.pool.stop(STOP)
        if hurry:
            await asyncio.sleep(0.5)
            it.pool.hurry()

    async def timed() -> float:
        await it.play(stop_soon)
        return asyncio.get_running_loop().time()

    assert run(timed()) <= seconds
    assert it.statuses() == [Status.CREATED, Status.IN_DOUBT, Status.CREATED]


def test_a_row_that_waits_for_its_look_up_is_in_doubt_at_a_stop(stage: Callable[..., Stage]) -> None:
    """A stop while a row settles leaves it in doubt; one that surely never arrived is unsent."""
    it = stage([Fault.NONE, Fault.ERROR_AFTER, *[Fault.REFUSED_CONNECTION] * 3], rows=3)

    async def stop_soon() -> None:
        await asyncio.sleep(2.0)
        it.pool.stop(STOP)

    run(it.play(stop_soon))
    assert it.statuses() == [Status.CREATED, Status.IN_DOUBT, Status.UNSENT]


def test_the_next_run_asks_about_what_is_in_doubt(stage: Callable[..., Stage]) -> None:
    """What one run left in doubt the next run looks up before it sends it; what is created is not sent again."""
    it = stage([Fault.NONE, Fault.ERROR_AFTER], rows=3)

    async def stop_soon() -> None:
        await asyncio.sleep(2.0)
        it.pool.stop(STOP)

    async def both() -> None:
        await it.play(stop_soon)
        await it.play(name="20261123-030000-contacts")

    run(both())
    assert it.statuses() == [Status.UNCHANGED, Status.CREATED, Status.UNCHANGED]
    assert set(it.service.posts().values()) == {1}


def test_too_many_failures_stop_the_run(stage: Callable[..., Stage]) -> None:
    """The run ends when its limit on failures is passed."""
    it = stage([Fault.INVALID] * 1000, rows=1000, failures_most=10)
    run(it.play())
    assert it.pool.stopped == STOP
    assert 11 <= it.statuses().count(Status.FAILED) < 100


def test_a_journal_that_cannot_be_written_stops_the_run(
    stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When an intent cannot be written nothing is sent for it, and the run says why."""
    it = stage(rows=500)
    full = StorageError("the disk is full")

    async def claim(_self: AsyncJournal, _count: int) -> list[object]:
        raise full

    async def break_soon() -> None:
        await asyncio.sleep(0.5)
        monkeypatch.setattr(AsyncJournal, "claim", claim)

    run(it.play(break_soon))
    assert it.error is full
    assert len(it.service.asked) < 250
    assert it.statuses().count(Status.CREATED) == len(it.service.contacts)


def test_without_a_limit_the_pool_is_as_wide_as_it_is_told(stage: Callable[..., Stage]) -> None:
    """With the rate limit off, as many requests are in flight as there is room for."""
    it = stage(rows=1000, rate=0.0)
    run(it.play())
    assert it.service.most_in_flight == 64
    assert it.statuses() == [Status.CREATED] * 1000


def test_a_service_that_is_down_is_asked_one_question_until_it_is_back(stage: Callable[..., Stage]) -> None:
    """While nothing answers no row is sent: GET /auth/me is, ever more seldom; then the run goes on to its end."""
    it = stage(rows=600)

    async def go_down() -> None:
        await asyncio.sleep(1.0)
        it.service.down = True
        await asyncio.sleep(300.0)
        it.service.down = False

    run(it.play(go_down))
    assert it.statuses() == [Status.CREATED] * 600
    assert len([at for at, _, _ in it.service.asked if 5.0 < at < 300.0]) == 0
    assert 5 <= len(it.service.asked_me) <= 12
    assert it.pool.outage.next_probe_at == 0.0


def test_an_outage_that_lasts_ends_the_run(stage: Callable[..., Stage]) -> None:
    """After half an hour without an answer the run ends, and nothing is lost."""
    it = stage(rows=600)

    async def go_down() -> None:
        await asyncio.sleep(1.0)
        it.service.down = True

    run(it.play(go_down))
    assert isinstance(it.pool.stopped, Stop)
    assert "minutes" in it.pool.stopped.message
    assert it.statuses().count(Status.UNSENT) == 600 - len(it.service.contacts)


def test_a_token_that_is_refused_after_an_outage_ends_the_run(stage: Callable[..., Stage]) -> None:
    """The question that is asked in an outage also tells that the token is no longer good."""
    it = stage([Fault.NONE, *[Fault.REFUSED_CONNECTION] * 30], rows=300)
    it.service.token_good = False
    run(it.play())
    assert isinstance(it.pool.stopped, Stop)
    assert "token" in it.pool.stopped.message


def test_too_many_retries_open_the_circuit_too(stage: Callable[..., Stage]) -> None:
    """When a third of all requests never arrive, the retry budget is soon spent, and the service is asked."""
    it = stage([Fault.NONE, *[Fault.NONE, Fault.NONE, Fault.REFUSED_CONNECTION] * 100], rows=200)
    run(it.play())
    assert it.service.asked_me
    assert it.statuses() == [Status.CREATED] * 200


def test_a_blind_look_up_is_no_witness(stage: Callable[..., Stage]) -> None:
    """Where a look-up does not show what was just made, a row in doubt is not sent again: it stays in doubt."""
    it = stage([Fault.NONE, Fault.ERROR_AFTER], rows=5)
    it.service.blind = True
    run(it.play())
    assert it.statuses() == [Status.CREATED, Status.IN_DOUBT, *[Status.CREATED] * 3]
    assert "look-up does not show" in it.results[1].reason
    assert it.service.twice() == []


def test_strict_sends_nothing_twice(stage: Callable[..., Stage]) -> None:
    """With `--ambiguous strict` a row that was not there stays in doubt, and one that is there is created."""
    it = stage([Fault.NONE, Fault.ERROR_BEFORE, Fault.ERROR_AFTER], rows=4, policy=Policy(ambiguous=Ambiguous.STRICT))
    run(it.play())
    assert it.statuses() == [Status.CREATED, Status.IN_DOUBT, Status.CREATED, Status.CREATED]
    assert set(it.service.posts().values()) == {1}


def test_resend_asks_nobody(stage: Callable[..., Stage]) -> None:
    """With `--ambiguous resend` a row in doubt is sent again at once, even if it is there twice then."""
    it = stage([Fault.NONE, Fault.ERROR_AFTER], rows=3, policy=Policy(ambiguous=Ambiguous.RESEND))
    run(it.play())
    assert it.statuses() == [Status.CREATED] * 3
    assert it.service.twice() == ["34600000002"]
