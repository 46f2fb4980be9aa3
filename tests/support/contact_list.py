"""A contact list that shifts while it is read, as the real one does: who writes moves to its top."""

import asyncio
import bisect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from importer.model.protocols import Service
from importer.model.replies import Arrival, Reply
from importer.model.requests import Request

Event = Callable[["ShiftingList"], None]


@dataclass(slots=True, kw_only=True)
class ShiftingList(Service):
    """A contact list by newest conversation; something may happen after each answer."""

    newest: list[int] = field(default_factory=list)
    """The contacts, those who wrote last in front."""
    events: Iterator[Sequence[Event]] = field(default_factory=lambda: iter(()))
    spoil: Callable[[int, dict[str, Any]], object] = lambda _number, page: page
    """Makes of the answer to the request of this number, from 1, what the client gets."""
    per_page: int = 20
    latency_seconds: float = 0.0
    asked: list[Mapping[str, str]] = field(default_factory=list)
    times: dict[int, int] = field(default_factory=dict)
    clock: int = 0
    _order: list[int] | None = None

    def __post_init__(self) -> None:
        for one in reversed(self.newest):
            self.touch(one)

    def touch(self, one: int) -> None:
        """Let a contact write, which may be a new one."""
        self.clock += 1
        self.times[one] = self.clock
        self._order = None

    def delete(self, one: int) -> None:
        """Let a contact be deleted."""
        del self.times[one]
        self._order = None

    def in_order(self) -> list[int]:
        """Return the contacts as the list has them now."""
        if self._order is None:
            self._order = sorted(self.times, key=self.times.__getitem__, reverse=True)
        return self._order

    async def send(self, request: Request) -> Reply:
        """Answer a page, and let happen what happens then."""
        self.asked.append(request.query)
        await asyncio.sleep(self.latency_seconds)
        after = int(request.query.get("after", 0))
        everybody = self.in_order()
        begin = bisect.bisect_right(everybody, -after, key=lambda one: -self.times[one]) if after else 0
        left = everybody[begin : begin + self.per_page + 1]
        shown = left[: self.per_page]
        pages = max(1, -(-len(everybody) // self.per_page))
        more = str(self.times[shown[-1]]) if len(left) > self.per_page else None
        page = {"contacts": [body(one) for one in shown], "meta": {"page": 1, "pages": min(500, pages), "next": more}}
        spoilt = self.spoil(len(self.asked), page)
        for event in next(self.events, ()):
            event(self)
        if isinstance(spoilt, int):
            return Reply(arrival=Arrival.ANSWERED, http_status=spoilt)
        return Reply(arrival=Arrival.ANSWERED, http_status=200, json=spoilt)


def body(one: int) -> dict[str, object]:
    """Return a contact as the list describes it."""
    return {"uuid": f"u{one}", "phoneNumber": f"+34 600 {one:06}", "source": "whatsapp", "channel": {"uuid": "main"}}


def writes(place: int) -> Event:
    """Return that whoever stands at this place writes."""
    return lambda there: there.touch(there.in_order()[place % len(there.times)]) if there.times else None


def comes(one: int) -> Event:
    """Return that somebody new writes."""
    return lambda there: there.touch(one)


def goes(place: int) -> Event:
    """Return that whoever stands at this place is deleted."""
    return lambda there: there.delete(there.in_order()[place % len(there.times)]) if there.times else None
