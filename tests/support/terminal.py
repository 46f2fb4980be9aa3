"""A pace driven against a service in virtual time, and what came of it."""

import asyncio
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from importer.model.replies import Arrival, Reply
from tests.support.servers import Kind, steady, stepping
from tests.support.virtual_time import run

CONVERGED_SECONDS = 75.0
"""So long a pace may take to find its rate, after the beginning and after each change."""


class Controller(Protocol):
    """A pace: ours, or one to compare it with."""

    async def acquire(self) -> None:
        """Wait until a request may leave."""

    def release(self, reply: Reply | None, seconds: float, jitter: float) -> None:
        """Take note of a reply."""


@dataclass(slots=True, kw_only=True)
class Driven:
    """What came of it."""

    seconds: float
    sent: int = 0
    refused: int = 0
    inside_hold: int = 0
    """Sent while a `Retry-After` that had arrived said to wait."""
    later_sent: int = 0
    later_refused: int = 0
    later_accepted: int = 0
    later_permitted: float = 0.0
    accepted: int = 0
    permitted: float = 0.0

    @property
    def utilisation(self) -> float:
        """What was accepted of what was permitted, after convergence."""
        return self.later_accepted / self.later_permitted

    @property
    def refused_share(self) -> float:
        """429s of all that was sent, after convergence."""
        return self.later_refused / max(1, self.later_sent)


@dataclass(slots=True)
class _Drive:
    pace: Controller
    kind: Kind
    seconds: float
    latency_seconds: float
    converged_seconds: float
    dice: random.Random
    driven: Driven = field(init=False)
    wait_until: float = 0.0

    def __post_init__(self) -> None:
        self.driven = Driven(seconds=self.seconds)
        self.limit = stepping(self.seconds) if self.kind.steps else steady
        self.door = self.kind.door(self.limit)

    limit: Callable[[float], float] = field(init=False)
    door: object = field(init=False)

    async def go(self) -> Driven:
        loop, requests = asyncio.get_running_loop(), set[asyncio.Task[None]]()
        for second in range(round(self.seconds)):
            self.driven.permitted += self.limit(second)
            self.driven.later_permitted += self.limit(second) if self._is_later(second) else 0.0
        while True:
            try:
                async with asyncio.timeout_at(self.seconds):
                    await self.pace.acquire()
            except TimeoutError:
                break
            task = asyncio.create_task(self._request(loop.time()))
            requests.add(task)
            task.add_done_callback(requests.discard)
        await asyncio.gather(*requests)
        return self.driven

    async def _request(self, sent_at: float) -> None:
        loop, driven = asyncio.get_running_loop(), self.driven
        later = self._is_later(math.floor(sent_at))
        driven.sent += 1
        driven.later_sent += later
        driven.inside_hold += sent_at < self.wait_until
        way_seconds = self.latency_seconds / 2
        await asyncio.sleep(max(0.0, self.dice.gauss(way_seconds, self.kind.jitter_seconds)))
        wait_seconds = self.door.wait_seconds(loop.time())  # type: ignore[attr-defined]  # a Door, made above
        await asyncio.sleep(way_seconds)
        asked = float(max(1, math.ceil(wait_seconds))) if wait_seconds and self.kind.retry_after else None
        if asked:
            self.wait_until = max(self.wait_until, loop.time() + asked)
        driven.refused += bool(wait_seconds)
        driven.accepted += not wait_seconds
        driven.later_refused += bool(wait_seconds) and later
        driven.later_accepted += not wait_seconds and later
        reply = Reply(arrival=Arrival.ANSWERED, http_status=429 if wait_seconds else 200, retry_after_seconds=asked)
        self.pace.release(reply, loop.time() - sent_at, self.dice.random())

    def _is_later(self, second: int) -> bool:
        since = second % (self.seconds / 3) if self.kind.steps else second
        return since >= self.converged_seconds


def drive(
    make: Callable[[], Controller],
    kind: Kind,
    seconds: float,
    *,
    converged_seconds: float = CONVERGED_SECONDS,
    latency_seconds: float = 0.1,
    seed: int = 1,
) -> Driven:
    """Let requests leave for so long as fast as the pace lets them."""

    async def go() -> Driven:
        return await _Drive(make(), kind, seconds, latency_seconds, converged_seconds, random.Random(seed)).go()

    return run(go())
