"""The pool: sends what the journal has pending, many requests at a time, until every row has its last word.

    claim (intent on disk) | slot (pace) | send or look up | decide | write down, or wait and go round again

One task lets requests leave, in order; each request is a task of its own. Rows that wait (a retry, a row in doubt)
stand in a heap by the time they are due and slow nobody else.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import assert_never

from importer.model.journal_rows import Attempted, Pending, Recorded
from importer.model.policy import Policy
from importer.model.protocols import Clock, PoolJournal, Service, Slots
from importer.model.replies import Outcome, Reply
from importer.model.rows import Status
from importer.model.stop import Stop
from importer.worker_pool.create_decision import (
    AskToken,
    Attempt,
    Decision,
    Done,
    LookUpFirst,
    RetryIn,
    decide,
    decide_look_up,
    in_doubt,
    is_surely_created,
    is_unsure,
    resume,
)
from importer.worker_pool.outage import Outage
from importer.worker_pool.queue import Ask, Line, Step
from importer.worker_pool.stop_decision import token_refused

GRACE_SECONDS = 25.0
"""How long a stopping pool waits for what is in flight: systemd gives 90 s, a person less."""
WRITE_SECONDS = 0.1
"""How long an outcome may wait to be made durable."""
_TAKE_SECONDS = 0.1
_TAKE_WITHOUT_LIMIT = 200
_RESERVE_SECONDS = 0.25
"""Rows at hand for a slow disk: commits of up to 91 ms were seen on 2026-11-23; each costs a look-up after a crash."""
_SELF_TESTS = 3
"""How often a look-up may miss a contact that was just made before it is called blind."""


@dataclass(slots=True, kw_only=True)
class Counters:
    """What the pool did so far; the display reads it."""

    entered: Counter[Status] = field(default_factory=Counter)
    """Rows as the journal entered them: pending, or decided without a request."""
    done: Counter[Status] = field(default_factory=Counter)
    """Rows per last word that the pool said."""
    retried: int = 0
    """POSTs that had to be made again."""
    throttled: int = 0
    """Requests that the rate limit turned away."""

    def tally(self) -> Counter[Status]:
        """Return how many of the rows entered have each status now; pending are those without a last word."""
        tally = self.entered + self.done
        tally[Status.PENDING] -= self.done.total()
        return tally


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolParts:
    """What a pool works with."""

    service: Service
    ask_me: Callable[[], Awaitable[Reply]]
    """GET /auth/me: is the token good, is the service there?"""
    journal: PoolJournal
    pace: Slots
    clock: Clock
    policy: Policy
    jitter: Callable[[], float]
    """A number from 0.0 to 1.0."""
    rate: float
    """Requests per second that the account allows, 0.0 for no limit: how many rows to take at a time."""
    too_many_failures: Callable[[Mapping[Status, int]], Stop | None]
    """Told after each row how many got which last word in this run."""


class Pool:
    """Sends rows until nothing is pending and the input is over, or until it is stopped."""

    def __init__(self, parts: PoolParts) -> None:
        self._parts = parts
        self._line = Line()
        self._requests: set[asyncio.Task[None]] = set()
        self._next: Step | None = None
        self._letting_go: asyncio.Task[None] | None = None
        self._taking: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._hurry = asyncio.Event()
        self.input_is_over = False
        self._all_taken = False
        self._reserve = round(parts.rate * _RESERVE_SECONDS) if parts.rate else _TAKE_WITHOUT_LIMIT
        self._take_count = max(2, round(parts.rate * _TAKE_SECONDS)) if parts.rate else _TAKE_WITHOUT_LIMIT
        self.outage = Outage(parts.ask_me, parts.policy.longest_outage_seconds)
        self._sample: Step | None = None
        self._relies_on_look_ups = self._is_testing = self._is_blind = False
        self.counters = Counters()
        self.stopped: Stop | Exception | None = None

    def entered(self, tally: Mapping[Status, int]) -> None:
        """Say that more rows were entered in the journal, so many with each status."""
        self.counters.entered.update(tally)
        self._all_taken = False
        self._changed.set()

    def input_over(self) -> None:
        """Say that no more rows will come."""
        self.input_is_over = True
        self.entered({})

    def stop(self, reason: Stop | Exception) -> None:
        """Send nothing more; `run` waits for what is in flight, writes it down and returns. The first reason counts."""
        self.stopped = self.stopped or reason
        if self._letting_go:
            self._letting_go.cancel()

    def hurry(self) -> None:
        """Wait no longer for what is in flight."""
        self._hurry.set()

    @property
    def hurried(self) -> bool:
        """Whether nobody waits any longer."""
        return self._hurry.is_set()

    async def run(self) -> None:
        """Send every row, or stop: then give back to the journal what was not sent.

        Raises:
            StorageError: The journal could not be written; what it held before tells what is in doubt.

        """
        writing = asyncio.create_task(self._write_often())
        self._letting_go = asyncio.create_task(self._let_go())
        try:
            await asyncio.wait({self._letting_go})
        finally:
            self._letting_go.cancel()
            await asyncio.wait({self._letting_go})
            await self._wind_up()
            writing.cancel()
            await asyncio.wait({writing})
        if not self._letting_go.cancelled() and (defect := self._letting_go.exception()):
            raise defect
        if isinstance(self.stopped, Exception):
            raise self.stopped

    async def _let_go(self) -> None:
        while (step := await self._next_step()) is not None:
            self._next = step  # until it has left, so that a stop does not lose it
            if self.outage.is_on and (reason := await self.outage.over()):
                self.stop(reason)
            await self._parts.pace.slot()
            self._next = None
            task = asyncio.create_task(self._advance(step))
            self._requests.add(task)
            task.add_done_callback(self._ended)

    async def _next_step(self) -> Step | None:
        """Wait for the next request that may be made: one that is due, else the next row of the input."""
        loop = asyncio.get_running_loop()
        while not self.stopped:
            self._changed.clear()
            self._top_up()
            if step := self._line.next(loop.time()):
                return step
            due_at = self._line.due_at
            if self.input_is_over and self._all_taken and not (self._taking or due_at or self._requests):
                return None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(due_at):
                    await self._changed.wait()
        return None

    def _top_up(self) -> None:
        """Have some rows at hand whose intent is on disk, so that no request waits for the disk."""
        if not (self._taking or self._all_taken) and self._line.fresh <= self._reserve:
            self._taking = asyncio.create_task(self._take())

    async def _take(self) -> None:
        self._all_taken = True  # before asking: what is entered meanwhile says otherwise
        try:
            taken = await self._parts.journal.claim(self._take_count)
        except Exception as error:  # noqa: BLE001 - told by `run`: a task's own exception would be told to nobody
            self.stop(error)
            taken = ()
        finally:
            self._taking = None
            self._changed.set()
        for pending in taken:
            self._all_taken = False
            self._start(pending)

    def _start(self, pending: Pending) -> None:
        now = self._parts.clock.now()
        attempt = Attempt(contact=pending.contact, first_sent_at=pending.first_sent_at or now)
        if not pending.in_doubt:
            self._line.add(Step(seq=pending.seq, attempt=attempt))
            return
        elapsed_seconds = (now - (pending.last_sent_at or attempt.first_sent_at)).total_seconds()
        step = Step(seq=pending.seq, attempt=attempt, ask=Ask.LOOK_UP)
        self._carry_out(step, resume(attempt, elapsed_seconds, self._parts.policy))

    async def _advance(self, step: Step) -> None:
        """Make one request and carry out what its reply decides."""
        loop = asyncio.get_running_loop()
        parts, started, reply = self._parts, loop.time(), None
        step = replace(step, sent=step.sent + (step.ask is Ask.CREATE))
        try:
            call = parts.service.create if step.ask is Ask.CREATE else parts.service.find
            reply = await call(step.attempt.contact)
        except asyncio.CancelledError:
            if step.ask is not Ask.SELF_TEST:
                self._write(step, in_doubt(step.attempt, "before the run ended"))
            return
        finally:
            parts.pace.heard(reply, loop.time() - started, parts.jitter())
        self.outage.heard(reply)
        self.counters.throttled += reply.http_status == HTTPStatus.TOO_MANY_REQUESTS
        if step.ask is Ask.SELF_TEST:
            self._judge_look_up(step, reply)
            return
        decision = self._decide(step, reply)
        if isinstance(decision, AskToken):
            good = await self.outage.token_is_good()
            decision = Done(outcome=decision.otherwise) if good else token_refused()
        if not isinstance(decision, Done):
            self._note(step, reply)
        self._carry_out(step, decision)

    def _decide(self, step: Step, reply: Reply) -> Decision:
        policy, jitter = self._parts.policy, self._parts.jitter()
        if step.ask is Ask.LOOK_UP:
            return decide_look_up(reply, step.attempt, policy, jitter, is_blind=self._is_blind)
        decision = decide(reply, step.attempt, policy, jitter)
        if self._sample is None and is_surely_created(decision, step.attempt):
            self._sample = replace(step, ask=Ask.SELF_TEST, attempt=replace(step.attempt, witnesses=0))
            self._test_look_up()
        return decision

    def _test_look_up(self) -> None:
        """Look a contact up that was surely just made, once there is one and some row's end hangs on look-ups."""
        if self._sample and self._relies_on_look_ups and not self._is_testing:
            self._is_testing = True
            self._wait(self._sample, 0.0)

    def _judge_look_up(self, step: Step, reply: Reply) -> None:
        """Take note of whether the look-up shows a contact that was just made; it may take some seconds to."""
        shown = reply.http_status == HTTPStatus.OK
        attempt = replace(step.attempt, witnesses=step.attempt.witnesses + (reply.http_status == HTTPStatus.NOT_FOUND))
        self._is_blind = not shown and attempt.witnesses >= _SELF_TESTS
        if not shown and not self._is_blind and not self.stopped:
            self._wait(replace(step, attempt=attempt), self._parts.policy.witness_gap_seconds)

    def _carry_out(self, step: Step, decision: Done | RetryIn | LookUpFirst | Stop) -> None:
        match decision:
            case Done(outcome=outcome):
                self._write(step, outcome)
                if stop := self._parts.too_many_failures(self.counters.done):
                    self.stop(stop)
            case RetryIn(wait_seconds=seconds, attempt=attempt):
                self.counters.retried += 1
                if attempt.posts > step.attempt.posts:  # a row that the rate limit turned away costs no retry
                    self.outage.retries()
                self._wait(replace(step, attempt=attempt, ask=Ask.CREATE), seconds)
            case LookUpFirst(wait_seconds=seconds, attempt=attempt):
                self._wait(replace(step, attempt=attempt, ask=Ask.LOOK_UP), seconds)
                self._relies_on_look_ups = True
                self._test_look_up()
            case Stop():
                self.stop(decision)
                self._give_back(step)
            case _:
                assert_never(decision)

    def _wait(self, step: Step, seconds: float) -> None:
        self._line.wait(step, asyncio.get_running_loop().time() + seconds)
        self._changed.set()

    def _write(self, step: Step, outcome: Outcome) -> None:
        self.counters.done[outcome.status] += 1
        at = self._parts.clock.now()
        self._parts.journal.record(Recorded(seq=step.seq, outcome=outcome, attempts=step.sent, at=at))

    def _note(self, step: Step, reply: Reply) -> None:
        at, reason = self._parts.clock.now(), f"{'' if step.ask is Ask.CREATE else 'look-up: '}{reply.message}"
        noted = Attempted(seq=step.seq, attempt=step.sent, at=at, http_status=reply.http_status, reason=reason)
        self._parts.journal.record_attempt(noted)

    def _give_back(self, step: Step) -> None:
        """Leave a row for the next run: as it was where no contact can have been made, else in doubt."""
        if step.ask is Ask.LOOK_UP or (step.ask is Ask.CREATE and is_unsure(step.attempt)):
            self._write(step, in_doubt(step.attempt, "before the run ended"))
        elif step.ask is Ask.CREATE:
            self._write(step, Outcome(status=Status.PENDING))

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._requests.discard(task)
        self._changed.set()
        if not task.cancelled() and (defect := task.exception()):
            self.stop(defect if isinstance(defect, Exception) else RuntimeError(repr(defect)))

    async def _write_often(self) -> None:
        """Make outcomes durable soon: one that is lost costs a look-up."""
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            try:
                await self._parts.journal.checkpoint()
            except Exception as error:  # noqa: BLE001 - as in `_take`
                self.stop(error)
                return

    async def _wind_up(self) -> None:
        """Wait for what is in flight, a while, and write everything down."""
        if self._taking:
            await self._taking
        if self._requests:
            await self._wait_for_requests()
        for step in (*self._line.everyone(), *([self._next] if self._next else [])):
            self._give_back(step)
        if not isinstance(self.stopped, Exception):
            await self._parts.journal.checkpoint()

    async def _wait_for_requests(self) -> None:
        """Wait until the requests in flight have ended, or the grace has, or nobody waits any longer."""
        requests = frozenset(self._requests)  # as it is now: one that ends meanwhile takes itself out
        hurry = asyncio.create_task(self._hurry.wait())
        settled = asyncio.create_task(asyncio.wait(requests))
        await asyncio.wait({hurry, settled}, timeout=GRACE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for task in (hurry, *requests):
            task.cancel()
        await settled
