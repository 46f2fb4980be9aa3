"""The worker pool deletes in the sandbox: every outcome, every fault, stops, and nothing deleted that is not to be."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest

from importer.client.http import CallbellClient
from importer.client.token import Token
from importer.journal import AsyncUndo, Journal, RunUndo
from importer.model.deletion import TAKEN_BACK, Deletion, Fate
from importer.model.errors import StorageError
from importer.model.policy import Policy
from importer.model.protocols import RequestLimiter, Service, WorkJournal
from importer.model.replies import Reply
from importer.model.requests import Request
from importer.model.rows import Contact
from importer.model.stop import Stop
from importer.sandbox import Commit, Fault, FaultKind, Faults, Sandbox, SandboxOptions, Scripted
from importer.sandbox.calls import Asked
from importer.worker_pool.delete import DeleteOperation, DeleteStep
from importer.worker_pool.pool import WorkerPool
from importer.worker_pool.rate_limiter import RateLimiter
from tests.support.inline_executor import InlineExecutor
from tests.support.journals import START, begin, begun, entries, record, recorded, statuses

STOP = Stop(message="enough", hint="")
DELETE, GET = "DELETE /contacts/:uuid", "GET /contacts/:uuid"
SHORT = aiohttp.ClientTimeout(total=5, sock_connect=1, sock_read=0.1)
"""For a service that is told not to answer."""
LONG = aiohttp.ClientTimeout(total=60)
"""For one that answers: a slow machine must not look like one that does not."""
PATIENT = Policy(not_found_gap_seconds=0.0, backoff_cap_seconds=0.0)


DeletePool = WorkerPool[DeleteStep, Deletion]


class FixedClock:
    """It is always the same time."""

    def now(self) -> datetime:
        return START


class NoLimit:
    """Lets every request leave at once."""

    async def acquire(self) -> None:
        pass

    def release(self, reply: Reply | None, seconds: float, jitter: float) -> None:
        pass


@dataclass(slots=True, kw_only=True)
class Stage:
    """A journal whose run created contacts in the sandbox, and a pool between the two."""

    journal: Journal
    sandbox: Sandbox
    count: int
    uuids: list[str] = field(default_factory=list)
    """Of the contacts that the run made, in its input's order."""
    others: set[str] = field(default_factory=set)
    """Of contacts that are nobody's business."""
    undo: RunUndo = field(init=False)
    pool: DeletePool = field(init=False)

    def __post_init__(self) -> None:
        mapped = [entry.mapped for entry in entries(range(1, self.count + 1))]
        sent = [one for one in mapped if isinstance(one, Contact)]
        self.others = {self._made(replace(one, identifier=f"35{one.identifier}")) for one in sent}
        self.uuids = [self._made(one) for one in sent]
        outcomes = zip(map(recorded, self.journal.claim(self.count)), self.uuids, strict=True)
        self.journal.record([replace(one, outcome=replace(one.outcome, uuid=uuid)) for one, uuid in outcomes])
        self.journal.finish(record())

    async def play(
        self,
        name: str = "undo-1",
        *,
        limiter: RequestLimiter | None = None,
        meanwhile: Callable[[], object] | None = None,
    ) -> None:
        """Take back what the run made; `meanwhile` is called before each request."""
        self.undo = self.journal.undo_of("run-1")
        self.undo.begin(name, Path("reports"), START)
        timeout = SHORT if self.sandbox.options.faults.script else LONG
        async with CallbellClient(self.sandbox.base_url, Token(self.sandbox.token), FixedClock(), timeout) as service:
            watched = Watched(inner=service, meanwhile=meanwhile or (lambda: None))
            self.pool = pool(watched, AsyncUndo(self.undo, InlineExecutor()), limiter or NoLimit())
            try:
                await self.pool.run()
            finally:
                self.undo.finish(0, START)

    def fates(self) -> list[Fate]:
        """Return what became of the contacts, in the input's order."""
        return [result.fate for result in self.undo.results()]

    def there(self) -> set[str]:
        """Return the UUIDs of the contacts that the sandbox holds."""
        return {contact.uuid for contact in self.sandbox.contacts}

    def asked(self, call: str) -> int:
        """Return how many requests of a call came."""
        return self.sandbox.traffic.requests[call]

    def change(self, place: int, **body: object) -> None:
        """Let somebody change one of the run's contacts."""
        assert self.sandbox.calls.change_contact(Asked(parameter=self.uuids[place], body=body)).status == 200

    def known(self) -> list[str]:
        """Return what would become of the same rows in a later run."""
        begin(self.journal, "run-2", range(1, self.count + 1))
        return statuses(self.journal, "run-2")

    def _made(self, contact: Contact) -> str:
        body = {"identifier": contact.identifier, "source": contact.source, "name": contact.name}
        made: str = self.sandbox.calls.create_contact(Asked(body=body)).body["contact"][0]["uuid"]
        return made


@dataclass(slots=True, kw_only=True)
class Watched:
    """The service, with something that happens before each request."""

    inner: Service
    meanwhile: Callable[[], object]

    async def send(self, request: Request) -> Reply:
        self.meanwhile()
        return await self.inner.send(request)


def pool(service: Service, journal: WorkJournal[Deletion], limiter: RequestLimiter) -> DeletePool:
    """Return a pool that leaves nothing to chance."""
    it = WorkerPool(
        operation=DeleteOperation(PATIENT),
        service=service,
        journal=journal,
        rate_limiter=limiter,
        clock=FixedClock(),
        jitter=lambda: 0.5,
        rate=0.0,
        longest_outage_seconds=1800.0,
    )
    it.input_over()
    return it


@asynccontextmanager
async def staged(
    path: Path, count: int = 4, *script: Scripted, rate_limit: int = 0, latency_seconds: float = 0.0
) -> AsyncIterator[Stage]:
    """Yield a stage with so many contacts."""
    faults = Faults(script=script, retry_after="0")
    with closing(begun(path / "journal.sqlite3", numbers=range(1, count + 1))) as journal:
        options = SandboxOptions(rate_limit=rate_limit, latency_seconds=latency_seconds, faults=faults)
        async with Sandbox(options) as sandbox:
            yield Stage(journal=journal, sandbox=sandbox, count=count)


def spoilt(
    kind: FaultKind, commit: Commit = Commit.NO, *, call: str = DELETE, nth: int = 2, times: int = 1
) -> Scripted:
    """Return a fault at the second DELETE, unless told otherwise."""
    return Scripted(fault=Fault(kind, commit), call=call, nth=nth, times=times)


async def test_exactly_what_the_run_created_is_deleted(tmp_path: Path) -> None:
    """With a GET and a DELETE each, and a later run makes all of it anew."""
    async with staged(tmp_path, 30) as stage:
        await stage.play()
        assert stage.fates() == [Fate.DELETED] * 30
        assert stage.there() == stage.others
        assert (stage.asked(GET), stage.asked(DELETE)) == (30, 30)
        assert stage.known() == ["pending"] * 30


async def test_what_was_changed_is_kept(tmp_path: Path) -> None:
    """It is not even asked to be deleted, and the journal goes on knowing it."""
    async with staged(tmp_path) as stage:
        stage.change(0, name="Somebody else")
        stage.change(2, note="called on Monday")
        await stage.play()
        assert stage.fates() == [Fate.CHANGED, Fate.DELETED, Fate.CHANGED, Fate.DELETED]
        assert stage.there() == {*stage.others, stage.uuids[0], stage.uuids[2]}
        assert stage.asked(DELETE) == 2
        assert [result.reason for result in stage.undo.results()][0::2] == [
            "Kept: not as it was sent any more (name).",
            "Kept: not as it was sent any more (note).",
        ]
        assert stage.known() == ["unchanged", "pending", "unchanged", "pending"]


async def test_what_somebody_deleted_is_gone(tmp_path: Path) -> None:
    """After it was asked for twice; the journal forgets it too."""
    async with staged(tmp_path) as stage:
        stage.sandbox.calls.delete_contact(Asked(parameter=stage.uuids[1]))
        await stage.play()
        assert stage.fates() == [Fate.DELETED, Fate.GONE, Fate.DELETED, Fate.DELETED]
        assert (stage.asked(GET), stage.asked(DELETE)) == (5, 3)
        assert stage.known() == ["pending"] * 4


TROUBLES = [
    FaultKind.RESET,
    FaultKind.CLOSE,
    FaultKind.ERROR,
    FaultKind.BAD_GATEWAY,
    FaultKind.UNAVAILABLE,
    FaultKind.THROTTLED,
    FaultKind.THROTTLED_RETRY_AFTER,
    FaultKind.HANG,
    FaultKind.CUT_BODY,
    FaultKind.GATEWAY_TIMEOUT,
    FaultKind.HTML,
    FaultKind.GARBAGE,
    FaultKind.CUT_HEADERS,
    FaultKind.SLOW_BODY,
]


@pytest.mark.parametrize("commit", [Commit.NO, Commit.YES])
@pytest.mark.parametrize("kind", TROUBLES)
async def test_a_delete_that_goes_wrong_is_found_out_about(tmp_path: Path, kind: FaultKind, commit: Commit) -> None:
    """Whether the service carried it out or not, in the end the contact is gone and nothing else."""
    async with staged(tmp_path, 4, spoilt(kind, commit)) as stage:
        await stage.play()
        assert set(stage.fates()) <= TAKEN_BACK
        assert stage.there() == stage.others
        assert stage.sandbox.traffic.faults == {Fault(kind, commit): 1}
        assert stage.known() == ["pending"] * 4


@pytest.mark.parametrize("kind", [*TROUBLES, FaultKind.NO_UUID])
async def test_a_get_that_goes_wrong_is_made_again(tmp_path: Path, kind: FaultKind) -> None:
    """Nothing follows from an answer that is none."""
    async with staged(tmp_path, 4, spoilt(kind, call=GET)) as stage:
        await stage.play()
        assert stage.fates() == [Fate.DELETED] * 4
        assert stage.there() == stage.others


async def test_a_delete_that_comes_late_is_no_harm(tmp_path: Path) -> None:
    """The service works on it still when it is asked again."""
    async with staged(tmp_path, 4, spoilt(FaultKind.ERROR, Commit.LATE)) as stage:
        await stage.play()
        stage.sandbox.commit_late()
        assert stage.fates() == [Fate.DELETED] * 4
        assert stage.there() == stage.others


async def test_a_change_between_two_deletes_is_seen(tmp_path: Path) -> None:
    """Before a doubtful DELETE is sent again, a GET says that the contact is still as it was."""
    async with staged(tmp_path, 1, spoilt(FaultKind.ERROR, nth=1)) as stage:

        def change() -> None:
            if stage.asked(DELETE):
                stage.change(0, note="called")

        await stage.play(meanwhile=change)
        assert stage.fates() == [Fate.CHANGED]
        assert stage.asked(DELETE) == 1


async def test_a_service_that_never_answers_clearly_is_given_up(tmp_path: Path) -> None:
    """The contact has failed, the others go on, and the same command tries it again."""
    async with staged(tmp_path, 2, spoilt(FaultKind.ERROR, nth=1, times=6)) as stage:
        stage.change(1, name="Changed")
        await stage.play()
        assert stage.fates() == [Fate.FAILED, Fate.CHANGED]
        assert stage.known() == ["unchanged", "unchanged"]
        await stage.play("undo-2")
        assert stage.fates() == [Fate.DELETED, Fate.CHANGED]


@pytest.mark.parametrize("kind", [FaultKind.UNAUTHORIZED, FaultKind.REDIRECT_301, FaultKind.REDIRECT_307])
async def test_what_every_contact_would_meet_ends_it_at_once(tmp_path: Path, kind: FaultKind) -> None:
    """Nothing is lost, and the same command goes on."""
    async with staged(tmp_path, 30, spoilt(kind, nth=5, times=0)) as stage:
        await stage.play(limiter=RateLimiter(rate=0.0, concurrency=2))
        assert isinstance(stage.pool.stopped, Stop)
        tally = stage.undo.tally()
        assert tally[Fate.DELETED] == 4
        assert tally[Fate.UNSENT] == 26
        assert len(stage.there() - stage.others) == 26


async def test_a_403_about_one_contact_fails_it_alone(tmp_path: Path) -> None:
    """The token is asked for, and is good."""
    async with staged(tmp_path, 4, spoilt(FaultKind.FORBIDDEN)) as stage:
        await stage.play()
        assert sorted(stage.fates()) == [Fate.DELETED] * 3 + [Fate.FAILED]
        assert stage.asked("GET /auth/me") == 1


async def test_a_403_about_the_token_ends_it(tmp_path: Path) -> None:
    """The token is asked for, and is refused."""
    refused = spoilt(FaultKind.UNAUTHORIZED, call="GET /auth/me", nth=1, times=0)
    async with staged(tmp_path, 4, spoilt(FaultKind.FORBIDDEN), refused) as stage:
        await stage.play()
        assert isinstance(stage.pool.stopped, Stop)
        assert Fate.FAILED not in stage.fates()


async def test_a_stop_waits_for_what_is_in_flight_and_the_next_undo_goes_on(tmp_path: Path) -> None:
    """What is done is never asked for again."""
    async with staged(tmp_path, 40) as stage:

        def stop_after_ten() -> None:
            if stage.asked(DELETE) >= 10:
                stage.pool.stop(STOP)

        await stage.play(limiter=RateLimiter(rate=0.0, concurrency=5), meanwhile=stop_after_ten)
        done = stage.undo.tally()[Fate.DELETED]
        assert 10 <= done < 40
        assert len(stage.there() - stage.others) == 40 - done
        gets, deletes = stage.asked(GET), stage.asked(DELETE)
        assert deletes == done
        await stage.play("undo-2")
        assert stage.fates() == [Fate.DELETED] * 40
        assert (stage.asked(GET) - gets, stage.asked(DELETE) - deletes) == (40 - done, 40 - done)
        assert stage.there() == stage.others


async def test_after_a_crash_a_get_tells(tmp_path: Path) -> None:
    """A contact whose DELETE was carried out and never written down is gone; the others are deleted."""
    async with staged(tmp_path, 5) as stage:
        undo = stage.journal.undo_of("run-1")
        undo.begin("undo-0", Path("reports"), START)
        undo.claim(3)  # and then it died, two of them deleted
        for uuid in stage.uuids[:2]:
            stage.sandbox.calls.delete_contact(Asked(parameter=uuid))
        await stage.play()
        assert stage.fates() == [Fate.GONE, Fate.GONE, Fate.DELETED, Fate.DELETED, Fate.DELETED]
        assert stage.there() == stage.others
        assert stage.known() == ["pending"] * 5


async def test_the_rate_limit_is_kept(tmp_path: Path) -> None:
    """GETs and DELETEs together."""
    async with staged(tmp_path, 60, rate_limit=100) as stage:
        await stage.play(limiter=RateLimiter(rate=100.0))
        assert stage.fates() == [Fate.DELETED] * 60
        assert stage.sandbox.traffic.throttled == 0
        assert stage.sandbox.traffic.most_in_one_second <= 100


async def test_many_are_in_flight_at_once(tmp_path: Path) -> None:
    """As many as the pace allows, and no more."""
    async with staged(tmp_path, 60, latency_seconds=0.01) as stage:
        await stage.play(limiter=RateLimiter(rate=0.0, concurrency=5))
        assert stage.fates() == [Fate.DELETED] * 60
        assert stage.sandbox.traffic.most_in_flight == 5


@pytest.mark.parametrize("broken", ["claim", "record"])
async def test_a_journal_that_cannot_be_written_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Nothing more is sent, and the next undo finds out what became of the contacts."""

    def fail(*_: object) -> None:
        raise StorageError("The disk is full.")

    async with staged(tmp_path, latency_seconds=0.03) as stage:
        monkeypatch.setattr(RunUndo, broken, fail)
        with pytest.raises(StorageError, match="disk is full"):
            await stage.play()
        monkeypatch.undo()
        await stage.play("undo-2")
        assert set(stage.fates()) <= TAKEN_BACK
        assert stage.there() == stage.others
        assert stage.known() == ["pending"] * 4
