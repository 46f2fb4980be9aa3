"""The remover: deletes what the journal says is to be deleted, many requests at a time, until each has its last word.

    claim (intent on disk) | slot (pace) | GET | compare | slot | DELETE | decide | write down, or wait and again

Each contact is a task of its own. A new one begins only when no other waits for a slot, so that between the GET which
says that a contact is as it was sent and its DELETE there is hardly any time.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Protocol, assert_never
from urllib.parse import quote

from importer.model.deletion import Fate, Removal, Removed
from importer.model.policy import Policy
from importer.model.protocols import Clock, Slots
from importer.model.replies import Reply
from importer.model.stop import Stop
from importer.worker_pool.delete_decision import (
    AskToken,
    Course,
    Decision,
    DeleteNow,
    Done,
    ReadIn,
    after_delete,
    after_read,
)
from importer.worker_pool.outage import Outage
from importer.worker_pool.stop_decision import token_refused

GRACE_SECONDS = 25.0
"""How long a stopping remover waits for what is in flight, as the pool does."""
_WRITE_SECONDS = 0.1
_TAKE = 100
_MOST_UNDER_WAY = 1000
"""Contacts begun and not decided: those that wait for a service in trouble use memory."""


class ContactService(Protocol):
    """The calls that are made here: one request each; failures are values, never raised."""

    async def read(self, path: str, query: Mapping[str, str]) -> tuple[Reply, object]:
        """GET the path: the reply, and the JSON value of its body."""

    async def delete(self, uuid: str) -> tuple[Reply, object]:
        """DELETE the contact: the reply, and the JSON value of its body."""


class RemovalJournal(Protocol):
    """What is needed of the journal.

    Raises (all methods):
        StorageError: It cannot be written; what it held before is whole.
    """

    async def claim(self, count: int) -> Sequence[Removal]:
        """Return up to `count` contacts after making durable that they are about to be deleted; empty: none is left."""

    def record(self, removed: Removed) -> None:
        """Buffer an outcome; durable with the next `claim` or `checkpoint`."""

    async def checkpoint(self) -> None:
        """Make outcomes durable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoverParts:
    """What a remover works with."""

    service: ContactService
    journal: RemovalJournal
    pace: Slots
    clock: Clock
    policy: Policy
    jitter: Callable[[], float]
    """A number from 0.0 to 1.0."""


class Remover:
    """Deletes contacts until none is left, or until it is stopped."""

    def __init__(self, parts: RemoverParts) -> None:
        self._parts = parts
        self._under_way: set[asyncio.Task[None]] = set()
        self._in_flight: set[asyncio.Task[None] | None] = set()
        self._noted: list[Removed] = []
        self._gate = asyncio.Lock()
        self._queued = 0
        self._outage = Outage(self._ask_me, parts.policy.longest_outage_seconds)
        self._changed = asyncio.Event()
        self.tally: Counter[Fate] = Counter()
        """Contacts per last word, of this undo."""
        self.throttled = 0
        """Requests that the rate limit turned away."""
        self.stopped: Stop | Exception | None = None

    def stop(self, reason: Stop | Exception) -> None:
        """Send nothing more; `run` waits for what is in flight, writes it down and returns. The first reason counts."""
        self.stopped = self.stopped or reason
        self._changed.set()
        for task in self._under_way - self._in_flight:
            task.cancel()

    def hurry(self) -> None:
        """Wait no longer for what is in flight."""
        for task in self._under_way:
            task.cancel()

    async def run(self) -> None:
        """Delete every contact, or stop; what was begun and not decided is asked about by the next undo.

        Raises:
            StorageError: The journal could not be written; what it held before tells what may be deleted.

        """
        writing = asyncio.create_task(self._write_often())
        try:
            await self._go_through()
        finally:
            await self._wind_up()
            writing.cancel()
            await asyncio.wait({writing})
            if not isinstance(self.stopped, Exception):
                await self._flush()
        if isinstance(self.stopped, Exception):
            raise self.stopped

    async def _go_through(self) -> None:
        while not self.stopped and (taken := await self._parts.journal.claim(_TAKE)):
            for removal in taken:
                await self._until(lambda: self._queued == 0 and len(self._under_way) < _MOST_UNDER_WAY)
                if self.stopped:
                    return
                self._begin(removal)
        await self._until(lambda: not self._under_way)

    async def _until(self, holds: Callable[[], bool]) -> None:
        while not (self.stopped or holds()):
            self._changed.clear()
            await self._changed.wait()

    def _begin(self, removal: Removal) -> None:
        self._queued += 1  # at once, not when its task first runs: else many would begin together
        task = asyncio.create_task(self._remove(removal))
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._changed.set()
        if not task.cancelled() and (defect := task.exception()):
            self.stop(defect if isinstance(defect, Exception) else RuntimeError(repr(defect)))

    async def _remove(self, removal: Removal) -> None:
        """Ask how the contact stands, and carry out what follows, until the last word on it."""
        self._queued -= 1
        decision: Decision = ReadIn(wait_seconds=0.0, course=Course())
        while not isinstance(decision, Done | Stop):
            if self.stopped:
                return
            decision = await self._advance(removal, decision)
        if isinstance(decision, Stop):
            self.stop(decision)
            return
        self.tally[decision.fate] += 1
        at, status = self._parts.clock.now(), decision.http_status
        removed = Removed(seq=removal.seq, fate=decision.fate, http_status=status, reason=decision.reason, at=at)
        self._noted.append(removed)

    async def _advance(self, removal: Removal, decision: ReadIn | DeleteNow | AskToken) -> Decision:
        """Make one request and decide what follows from its reply."""
        parts = self._parts
        match decision:
            case ReadIn(wait_seconds=seconds, course=course):
                if seconds:
                    await asyncio.sleep(seconds)
                reply, body = await self._request(
                    partial(parts.service.read, f"contacts/{quote(removal.uuid, safe='')}", {})
                )
                after = after_read(reply, body, removal, course, parts.policy, parts.jitter())
            case DeleteNow(course=course):
                reply, body = await self._request(partial(parts.service.delete, removal.uuid))
                after = after_delete(reply, body, course, parts.policy, parts.jitter())
            case AskToken(otherwise=otherwise):
                reply, _ = await self._request(partial(parts.service.read, "auth/me", {}))
                return token_refused() if reply.http_status in (401, 403) else otherwise
            case _:
                assert_never(decision)
        if isinstance(after, ReadIn) and after.course.failures > course.failures:
            self._outage.retries()
        return after

    async def _request(self, call: Callable[[], Awaitable[tuple[Reply, object]]]) -> tuple[Reply, object]:
        """Make a request when its turn has come; nothing leaves after a stop."""
        task = asyncio.current_task()
        self._queued += 1
        try:
            async with self._gate:
                if self._outage.is_on and (stop := await self._outage.over()):
                    self.stop(stop)
                if self.stopped:
                    raise asyncio.CancelledError
                await self._parts.pace.slot()
                self._in_flight.add(task)
        finally:
            self._queued -= 1
            self._changed.set()
        try:
            reply, body = await self._sent(call)
        finally:
            self._in_flight.discard(task)
        self._outage.heard(reply)
        return reply, body

    async def _sent(self, call: Callable[[], Awaitable[tuple[Reply, object]]]) -> tuple[Reply, object]:
        """Make a request that has its slot."""
        loop, reply = asyncio.get_running_loop(), None
        started = loop.time()
        try:
            reply, body = await call()
        finally:
            self._parts.pace.heard(reply, loop.time() - started, self._parts.jitter())
        self.throttled += reply.http_status == HTTPStatus.TOO_MANY_REQUESTS
        return reply, body

    async def _ask_me(self) -> Reply:
        await self._parts.pace.slot()
        reply, _ = await self._sent(partial(self._parts.service.read, "auth/me", {}))
        return reply

    async def _write_often(self) -> None:
        """Make outcomes durable soon: one that is lost costs a GET."""
        while True:
            await asyncio.sleep(_WRITE_SECONDS)
            try:
                if self._noted:
                    await self._flush()
            except Exception as error:  # noqa: BLE001 - told by `run`: a task's own exception would be told to nobody
                self.stop(error)
                return

    async def _flush(self) -> None:
        noted, self._noted = self._noted, []
        for removed in noted:
            self._parts.journal.record(removed)
        await self._parts.journal.checkpoint()  # at the end also without any: it comes after those that are under way

    async def _wind_up(self) -> None:
        """Wait for what is in flight, a while."""
        for task in self._under_way - self._in_flight:
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=GRACE_SECONDS)
        for task in tuple(self._under_way):
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)
