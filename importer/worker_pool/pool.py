"""The worker pool: requests in flight until every row of the journal has its outcome, whatever the operation.

    claim (intent on disk) | queue | rate limit | send | decide | record, or back to the queue

One task dispatches: it lets the requests leave, in order; each request is a task of its own. What waits (a retry, a
row in doubt) holds up nothing else. The next request is chosen only when it may leave: what must follow at once does.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Generic, assert_never

from importer.model.journal_rows import Attempted, Intended, OutcomeT, Pending, RecordedOutcome
from importer.model.protocols import Clock, RequestLimiter, Service, WorkJournal
from importer.model.replies import Reply
from importer.model.requests import WHO_AM_I, Request
from importer.model.stop import Stop
from importer.system.logs import LOG, log_row
from importer.worker_pool.circuit_breaker import TOKEN_REFUSED, Outage, refuses_token
from importer.worker_pool.counters import Counters
from importer.worker_pool.operation import AskToken, Final, NextStep, Operation, SendLater, SendNow, StepT
from importer.worker_pool.queue import AT_ONCE, Claims, Job, RequestsInFlight, StepQueue, watched_task
from importer.worker_pool.trial import Trial

GRACE_SECONDS = 25.0
"""How long a stopping pool waits for what is in flight: systemd gives 90 s, a person less."""
CHECKPOINT_SECONDS = 0.1
"""How long an outcome may wait to be made durable."""
_UNSETTLED = (SendLater, AskToken, Stop)
"""Decisions after which the request is an attempt that did not settle its row."""


@dataclass(kw_only=True, eq=False)
class WorkerPool(Generic[StepT, OutcomeT]):
    """Works on rows until none is pending and the input is over, or until it is stopped."""

    operation: Operation[StepT, OutcomeT]
    service: Service
    journal: WorkJournal[OutcomeT]
    rate_limiter: RequestLimiter
    clock: Clock
    jitter: Callable[[], float]
    """Returns a number from 0.0 to 1.0."""
    rate: float
    """Requests per second that the account allows, 0.0 for no limit: how many rows to claim at a time."""
    longest_outage_seconds: float
    """A service that does not answer for longer ends the run."""
    too_many_failures: Callable[[Mapping[Any, int]], Stop | None] = lambda _done: None
    """Told after each row how many got which status in this run."""
    trial: Trial = field(default_factory=Trial)
    input_is_over: bool = field(default=False, init=False)
    stopped: Stop | Exception | None = field(default=None, init=False)
    hurried: bool = field(default=False, init=False)
    """Whether a second stop signal asked for an immediate shutdown."""

    def __post_init__(self) -> None:
        self.outage = Outage(self._probe, self.longest_outage_seconds)
        self.counters = Counters(pending=self.operation.pending)
        self.queue: StepQueue[Job[StepT, OutcomeT]] = StepQueue()
        self._claims = Claims(journal=self.journal, rate=self.rate, begin=self._begin, ended=self._ended)
        self._in_flight = RequestsInFlight(self._ended)
        self._dispatching: asyncio.Task[None] | None = None
        self._changed, self.stopping = asyncio.Event(), asyncio.Event()
        self._is_verbose = LOG.isEnabledFor(logging.DEBUG)

    def enqueued(self, tally: Mapping[Any, int]) -> None:
        """Take note that more rows were enqueued in the journal, so many with each status."""
        self.counters.enqueued.update(tally)
        self._claims.more()
        self._changed.set()

    def input_over(self) -> None:
        """Take note that no more rows will come."""
        self.input_is_over = True
        self.enqueued({})

    def stop(self, reason: Stop | Exception) -> None:
        """Send nothing more; `run` waits for what is in flight, records it and returns. The first reason counts."""
        self.stopped = self.stopped or reason
        self.stopping.set()
        if self._dispatching:
            self._dispatching.cancel()

    def hurry(self) -> None:
        """Wait no longer for what is in flight."""
        self.hurried = True
        self._in_flight.give_up()

    async def run(self) -> None:
        """Work on every row, or stop: then give back to the journal what was not sent.

        Raises:
            StorageError: The journal could not be written; what it held before tells what is in doubt.

        """
        self._started = asyncio.get_running_loop().time()
        checkpoints = watched_task(self._claims.checkpoint_often(CHECKPOINT_SECONDS), self._ended)
        self._dispatching = watched_task(self._dispatch(), self._ended)
        try:
            await asyncio.wait({self._dispatching})
        finally:
            self._dispatching.cancel()
            await asyncio.wait({self._dispatching})
            await self._wind_up()
            checkpoints.cancel()
            await asyncio.wait({checkpoints})
        if isinstance(self.stopped, Exception):
            raise self.stopped

    async def _dispatch(self) -> None:
        """Let requests leave, one after the other; a row stays in the queue until its request does."""
        loop = asyncio.get_running_loop()
        while await self._is_ready(loop):
            if self.outage.is_open and (reason := await self.outage.wait_until_closed()):
                self.stop(reason)
                return
            await self.rate_limiter.acquire()
            job = self.queue.pop(loop.time()).renewed(loop.time())
            self.trial.leave(job.step, job.attempts, self.operation.request)
            self._in_flight.start(self._advance(job))

    async def _is_ready(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Wait for a request that may be made; return False when there will be none."""
        while not self.stopped:
            self._changed.clear()
            self._claims.top_up(self.queue.fresh)
            is_held = self.trial.is_holding and bool(self._in_flight)
            if self.queue.is_ready(loop.time()) and not is_held:
                return True
            due_at = None if is_held else self.queue.due_at
            if self.input_is_over and self._claims.is_over and due_at is None and not self._in_flight:
                return False
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(due_at):
                    await self._changed.wait()
        return False

    def _begin(self, row: Pending) -> None:
        job: Job[StepT, OutcomeT] = Job(row=row)
        run_seconds = asyncio.get_running_loop().time() - self._started
        first = self.operation.first_step(row, self.clock.now(), run_seconds)
        if isinstance(first, SendLater) and not first.wait_seconds:
            job.step = first.step
            self.queue.add(job)
        else:
            self._follow(job, first)

    async def _advance(self, job: Job[StepT, OutcomeT]) -> None:
        """Make one request and follow what its reply decides."""
        is_token_asked = job.otherwise is not None
        request = WHO_AM_I if is_token_asked else self.operation.request(job.step)
        if request.is_change:
            self.counters.retried += job.attempts > 0
            job.attempts += 1
        change = None if is_token_asked else self.operation.intent(job.step)
        if change is not None and job.row is not None:
            self.journal.record_attempt(Intended(seq=job.row.seq, change=change, at=self.clock.now()))
        try:
            reply = await self._send(request, is_intended=change is not None)
        except asyncio.CancelledError:
            self._give_back(job, is_in_flight=not is_token_asked)
            return
        self.outage.record(reply, asyncio.get_running_loop().time())
        self._follow(job, self._decide(job, request, reply))

    async def _send(self, request: Request, *, is_intended: bool = False) -> Reply:
        """Make a request that may leave, after its intent is on disk, and tell the rate limiter what came of it."""
        loop, reply = asyncio.get_running_loop(), None
        started = loop.time()
        try:
            if is_intended:
                await self.journal.checkpoint()
            reply = await self.service.send(request)
        finally:
            self.rate_limiter.release(reply, loop.time() - started, self.jitter())
        self.counters.throttled += reply.http_status == HTTPStatus.TOO_MANY_REQUESTS
        return reply

    async def _probe(self) -> Reply:
        await self.rate_limiter.acquire()
        return await self._send(WHO_AM_I)

    def _decide(self, job: Job[StepT, OutcomeT], request: Request, reply: Reply) -> NextStep[StepT, OutcomeT]:
        if job.otherwise is not None:
            return TOKEN_REFUSED if refuses_token(reply) else Final(outcome=job.otherwise)
        decision = self.operation.decide(job.step, reply, self.jitter())
        if isinstance(decision, _UNSETTLED) and (row := job.row) is not None:
            reason = f"{'' if request.is_change else 'look-up: '}{reply.message}"
            at, status = self.clock.now(), reply.http_status
            tried = Attempted(seq=row.seq, attempt=job.attempts, at=at, http_status=status, reason=reason)
            self.journal.record_attempt(tried)
            if self._is_verbose:
                log_row(row, f"attempt {job.attempts}: {reason}", "attempt", http_status=status, **job.figures)
        return decision

    def _follow(self, job: Job[StepT, OutcomeT], decision: NextStep[StepT, OutcomeT]) -> None:
        trial_ended = self.trial.follow(job.row, job.attempts, decision)
        match decision:
            case Final(outcome=outcome):
                self._record(job, outcome)
                if reason := self.too_many_failures(self.counters.done) or trial_ended:
                    self.stop(reason)
            case SendLater(step=step, wait_seconds=wait_seconds, is_retry=is_retry):
                if is_retry:
                    self.outage.record_retry()
                self._schedule(job, step, wait_seconds)
            case SendNow(step=step, instead=instead):
                self._schedule(job.going_by_answer(instead), step, AT_ONCE)
            case AskToken(otherwise=otherwise):
                job.otherwise = otherwise
                self.queue.schedule(job, AT_ONCE)
            case None:
                pass
            case Stop():
                self.stop(decision)
                self._give_back(job, is_in_flight=False)
            case _:
                assert_never(decision)
        if (self_test := self.operation.self_test_step()) is not None:
            self._schedule(Job(), self_test, 0.0)
        self._changed.set()

    def _schedule(self, job: Job[StepT, OutcomeT], step: StepT, wait_seconds: float) -> None:
        job.step, job.left_at = step, None
        job.is_doubtful = wait_seconds > 0 and job.may_have_arrived and not self.operation.request(step).is_change
        self.queue.schedule(job, asyncio.get_running_loop().time() + wait_seconds)

    def _give_back(self, job: Job[StepT, OutcomeT], *, is_in_flight: bool) -> None:
        """Leave a row for the next run, as the operation says."""
        if (outcome := self.operation.give_back(job.step, is_in_flight=is_in_flight)) is not None:
            self._record(job, outcome)

    def _record(self, job: Job[StepT, OutcomeT], outcome: OutcomeT) -> None:
        """Record a row's outcome; nothing for a step about no row."""
        if (row := job.row) is None:
            return
        self.counters.record(outcome)
        self.journal.record(RecordedOutcome(seq=row.seq, outcome=outcome, attempts=job.attempts, at=self.clock.now()))
        if self._is_verbose:
            status = "unsent" if outcome.status is self.operation.pending else outcome.status
            log_row(row, f"{status} {outcome.detail}", "row", http_status=outcome.http_status, **job.figures)

    def _ended(self, error: Exception | None) -> None:
        """Take note that a background task has ended; its error ends the run."""
        if error:
            self.stop(error)
        self._changed.set()

    async def _wind_up(self) -> None:
        """Wait for what is in flight, a while, and record everything."""
        await self._claims.wait()
        await self._in_flight.wait(0.0 if self.hurried else GRACE_SECONDS)
        for job in self.queue:
            self._give_back(job, is_in_flight=False)
        if not isinstance(self.stopped, Exception):
            await self.journal.checkpoint()
