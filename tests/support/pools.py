"""A worker pool of either operation, with a journal in memory and a service that does as told, for virtual time."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from importer.model.journal_rows import Attempted, Intended, Pending, RecordedOutcome
from importer.model.policy import Policy
from importer.model.protocols import RequestLimiter
from importer.model.replies import Arrival, RemoteContact, Reply
from importer.model.requests import Request
from importer.model.rows import Contact
from importer.worker_pool.create import CreateOperation
from importer.worker_pool.delete import DeleteOperation
from importer.worker_pool.operation import Operation
from importer.worker_pool.pool import WorkerPool
from importer.worker_pool.rate_limiter import RateLimiter
from tests.support.virtual_time import VirtualClock

OPERATIONS: dict[str, Callable[[Policy], Operation[Any, Any]]] = {
    "create": CreateOperation,
    "delete": DeleteOperation,
}


def answer(status: int, **more: Any) -> Reply:
    """Return a whole response."""
    return Reply(arrival=Arrival.ANSWERED, http_status=status, **more)


NO_ANSWER = Reply(arrival=Arrival.UNKNOWN, message="the connection broke off")
NEVER = Reply(arrival=Arrival.NEVER, message="the connection was refused")


@dataclass(slots=True, kw_only=True)
class MemoryJournal:
    """A journal in memory; it remembers when what was done."""

    rows: list[Pending]
    recorded: list[RecordedOutcome[Any]] = field(default_factory=list)
    recorded_at: list[float] = field(default_factory=list)
    attempted: list[Attempted] = field(default_factory=list)
    intended: list[Intended] = field(default_factory=list)
    durable: int = 0
    """How many of `recorded` are durable."""
    claimed: set[int] = field(default_factory=set)
    checkpoints: list[float] = field(default_factory=list)
    claim_seconds: float = 0.0
    fails: dict[str, Exception] = field(default_factory=dict)
    """By method: what it raises."""

    async def claim(self, count: int) -> Sequence[Pending]:
        await asyncio.sleep(self.claim_seconds)
        self._fail("claim")
        rows, self.rows = self.rows[:count], self.rows[count:]
        self.claimed.update(row.seq for row in rows)
        return rows

    def record(self, recorded: RecordedOutcome[Any]) -> None:
        self.recorded.append(recorded)
        self.recorded_at.append(asyncio.get_running_loop().time())

    def record_attempt(self, attempted: Attempted | Intended) -> None:
        if isinstance(attempted, Intended):
            self.intended.append(attempted)
        else:
            self.attempted.append(attempted)

    async def checkpoint(self) -> None:
        self.checkpoints.append(asyncio.get_running_loop().time())
        self._fail("checkpoint")
        self.durable = len(self.recorded)

    def statuses(self) -> dict[int, str]:
        """Return the status of each row that has one; a row has one at most."""
        found = [(one.seq, one.outcome.status) for one in self.recorded]
        assert len({seq for seq, _ in found}) == len(found)
        return {seq: status.value for seq, status in found}

    def _fail(self, method: str) -> None:
        if error := self.fails.get(method):
            raise error


@dataclass(slots=True, kw_only=True)
class ObedientService:
    """Answers every request well after a latency, unless told otherwise."""

    latency_seconds: float = 0.05
    odd: Callable[[int, Request], Reply | Exception | None] = lambda _number, _request: None
    """What else is answered, or raised, by the request's number from 1; None: nothing else."""
    hangs: Callable[[Request], bool] = lambda _request: False
    sent: list[tuple[float, str, str]] = field(default_factory=list)
    """When each request left, its method and path."""
    ended: dict[tuple[str, str], float] = field(default_factory=dict)
    """When the last reply to a method and path came."""

    async def send(self, request: Request) -> Reply:
        loop = asyncio.get_running_loop()
        self.sent.append((loop.time(), request.method, request.path))
        odd = self.odd(len(self.sent), request)
        await asyncio.sleep(1e9 if self.hangs(request) else self.latency_seconds)
        self.ended[request.method, request.path] = loop.time()
        if isinstance(odd, Exception):
            raise odd
        return odd or _right_answer(request)

    def methods(self) -> list[str]:
        """Return the methods of the requests, in their order."""
        return [method for _, method, _ in self.sent]


def _right_answer(request: Request) -> Reply:
    match request.method, request.path.split("/"):
        case "POST", _:
            return answer(201, contact=RemoteContact(uuid="made"))
        case "DELETE", _:
            return answer(200, json={"status": "contact was destroyed"})
        case "GET", ["contacts", "phone", digits]:
            return answer(200, contact=RemoteContact(uuid="made", identifier=digits))
        case "GET", ["contacts", uuid]:
            return answer(200, contact=RemoteContact(uuid=uuid, fields={"uuid": uuid, "name": "Ana"}))
        case _:
            return answer(200, json={"status": "ok"})


@dataclass(slots=True, kw_only=True)
class PoolStage:
    """A pool with all that belongs to it."""

    kind: str
    """`create` or `delete`."""
    rows: int = 5
    rate: float = 300.0
    concurrency: int = 0
    service: ObedientService = field(default_factory=ObedientService)
    policy: Policy = field(default_factory=Policy)
    limiter: RequestLimiter | None = None
    journal: MemoryJournal = field(init=False)
    pool: WorkerPool[Any, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.journal = MemoryJournal(rows=[self._row(seq) for seq in range(1, self.rows + 1)])

    def make(self) -> WorkerPool[Any, Any]:
        """Return the pool; call it on the loop that it will run on."""
        self.pool = WorkerPool(
            operation=OPERATIONS[self.kind](self.policy),
            service=self.service,
            journal=self.journal,
            rate_limiter=self.limiter or RateLimiter(rate=self.rate, concurrency=self.concurrency),
            clock=VirtualClock(),
            jitter=lambda: 0.5,
            rate=self.rate,
            longest_outage_seconds=self.policy.longest_outage_seconds,
        )
        self.pool.enqueued({self.pool.counters.pending: self.rows})
        self.pool.input_over()
        return self.pool

    async def play(self, meanwhile: Callable[[], None] | None = None, after_seconds: float = 0.0) -> float:
        """Run the pool to its end, with something that happens meanwhile; return how long it took."""
        loop = asyncio.get_running_loop()
        pool = self.make()
        if meanwhile:
            loop.call_later(after_seconds, meanwhile)
        await pool.run()
        return loop.time()

    def _row(self, seq: int) -> Pending:
        contact = Contact(identifier=f"34600{seq:06}", source="whatsapp", name="Ana")
        return Pending(seq=seq, row=seq + 1, contact=contact, uuid=f"u{seq}" if self.kind == "delete" else "")
