"""The network between the pool and the server in virtual time: a `protocols.Service` with the weather of a seed."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from email.utils import format_datetime
from functools import partial
from http import HTTPStatus
from random import Random
from typing import TypeVar

from importer.client.responses import answered
from importer.model.payload import from_json
from importer.model.protocols import Service
from importer.model.replies import Arrival, RemoteContact, Reply
from importer.model.requests import Request
from importer.model.rows import Contact
from importer.sandbox import Duplicates
from tests.fault_injection.account import Account
from tests.fault_injection.faults import FALSE_REFUSALS, REFUSED, TURNED_AWAY, Commit, Fault, Weather
from tests.fault_injection.server import Server
from tests.fault_injection.table import MAIN_CHANNEL, key_of
from tests.fault_injection.tickets import Ticket
from tests.support.virtual_time import VirtualClock

T = TypeVar("T")

_A_PAGE = 20
_WRITES = 0.3
_CHANNEL_NAMED = 0.8
_LATE_SHARE = 0.1
"""Of the answers to POSTs that come late, although they were given in time."""
HANG_SECONDS = 3.0
"""How long a client waits for an answer here; the real one's minute would only make the clock run longer."""
NOT_FOUND = Reply(arrival=Arrival.ANSWERED, http_status=404, message="not found", json={"error": "not found"})
"""The service's own, which is JSON."""
_FOUND = Reply(arrival=Arrival.ANSWERED, http_status=200)
_STRANGER = RemoteContact(uuid="uuid-of-another", identifier="34999000111")


class Network(Service):
    """One process's way to the server.

    Args:
        server: What is at the other end, and outlives the process.
        weather: How much goes wrong.
        chance: What exactly.
        clock: Ours, which the service's `Date` is compared with.
        account: What it tells of whose token it is.
        refused: The keys that the service never takes.

    """

    def __init__(
        self,
        server: Server,
        weather: Weather,
        chance: Random,
        clock: VirtualClock,
        account: Account,
        refused: frozenset[str] = frozenset(),
    ) -> None:
        self._server = server
        self._weather = weather
        self._chance = chance
        self._clock = clock
        self._account = account
        self._refused = refused
        self._latency_seconds = chance.choice([0.001, 0.02, 0.2, 1.0])
        self.departures: list[float] = []
        """When each request left that the rate limiter let go, in seconds."""
        self.met: defaultdict[str, Counter[str]] = defaultdict(Counter)
        """Per key, what its POSTs met: `never`, `refused`, `away` (429), `unsure` or `well`."""
        self.is_cut = False
        """The process is dead: whatever its remains still do does not reach the server."""

    async def send(self, request: Request) -> Reply:
        """Make a request."""
        self._leave(request)
        match request.method, request.path.split("/"):
            case "GET", ["auth" | "teams" | "channels" as what, *_]:
                return await self._of_account(what, int(request.query.get("page", 1)))
            case "POST", ["contacts"]:
                return await self._create(from_json(request.body))
            case "GET", ["contacts"]:
                return await self._list(int(request.query.get("after", 0)))
            case "GET", ["contacts", "phone", digits]:
                return await self._find(digits, request.query.get("channel_uuid", ""))
            case "GET", ["contacts", uuid]:
                return await self._get(uuid)
            case "DELETE", ["contacts", uuid]:
                return await self._delete(uuid)
            case _:
                raise NotImplementedError(request)

    async def _create(self, contact: Contact) -> Reply:
        """POST: what becomes of it at the server is settled when it leaves, as nothing can call it back."""
        fault, key = self._weather.of_post(self._chance), key_of(contact.identifier, contact.channel_uuid)
        self._server.posts[key] += 1
        self.met[key][_kind(fault, is_refused=key in self._refused)] += 1
        if fault and fault.reply.arrival is Arrival.NEVER:
            return fault.reply
        if key in self._refused:
            await asyncio.sleep(self._latency_seconds)
            return self._answer(_refusal(*self._server.never))
        left_seconds = now_seconds()
        seconds, ticket = self._sent(partial(self._server.accept, contact), fault)
        if fault in FALSE_REFUSALS:
            self._server.falsely_refused.add(key)
        try:
            await asyncio.sleep(seconds)
            self._server.carry_out(now_seconds())
            reply, date = self._reply_to_post(key, fault, ticket), self._date()
            if self._chance.random() < _LATE_SHARE:  # on its way back
                await asyncio.sleep(HANG_SECONDS)
        except asyncio.CancelledError:
            if ticket:
                self._server.given_up(now_seconds(), ticket)
            raise
        return self._heard(reply, date, now_seconds() - left_seconds)

    def _reply_to_post(self, key: str, fault: Fault | None, ticket: Ticket | None) -> Reply:
        if fault and fault.of_another:
            return replace(fault.reply, contact=self._another(key))
        return fault.reply if fault else self._right_answer(ticket)

    async def _find(self, digits: str, channel_uuid: str) -> Reply:
        """Look up: 200 with the newest contact of the number in the channel, or 404."""
        # A number that is not written from its country code on is not found: nobody promises that it is.
        key = digits if key_of(digits, "") != digits else key_of(digits, channel_uuid)
        if self._is_stale(key):
            await asyncio.sleep(self._latency_seconds)
            return self._answer(NOT_FOUND)
        fault = self._weather.of_read(self._chance)
        if fault:
            self.met[key]["forbidden" if fault.reply.http_status == HTTPStatus.FORBIDDEN else "unclear"] += 1
        if fault and fault.reply.arrival is Arrival.NEVER:
            return fault.reply
        await asyncio.sleep(self._latency_seconds + (HANG_SECONDS if fault and fault.hangs else 0.0))
        if fault and fault.of_another:
            return self._answer(replace(fault.reply, contact=self._another(key)))
        if fault:
            return self._answer(fault.reply)
        found = self._server.find(key, now_seconds())
        return self._answer(replace(_FOUND, contact=found) if found else NOT_FOUND)

    async def _list(self, after: int) -> Reply:
        """Show a page of the contact list, some of whose contacts write meanwhile."""
        fault = self._weather.of_list(self._chance)
        await asyncio.sleep(self._latency_seconds + (HANG_SECONDS if fault and fault.hangs else 0.0))
        if fault:
            return self._answer(fault.reply)
        shown = self._server.listed(now_seconds(), after, _A_PAGE + 1)
        more = str(shown[_A_PAGE - 1][0]) if len(shown) > _A_PAGE else None
        pages = max(1, -(-sum(map(len, self._server.contacts.values())) // _A_PAGE))
        contacts = [self._described(made, contact) for _, made, contact in shown[:_A_PAGE]]
        while self._chance.random() < _WRITES and self._server.held:
            self._server.let_write(self._chance.choice(sorted(self._server.held)))
        return self._answer(replace(_FOUND, json={"contacts": contacts, "meta": {"pages": pages, "next": more}}))

    def _described(self, made: RemoteContact, contact: Contact) -> Mapping[str, object]:
        """Return a contact as the list shows it, which does not always name the channel."""
        shown = {"uuid": made.uuid, "phoneNumber": f"+{made.identifier}", "source": contact.source}
        is_named = self._chance.random() < _CHANNEL_NAMED
        return shown | ({"channel": {"uuid": contact.channel_uuid or MAIN_CHANNEL}} if is_named else {})

    def _another(self, key: str) -> RemoteContact:
        """Return the contact of another number: one that is there, or one that nobody knows.

        The same number in another channel would not do: an answer does not always name the channel, so nobody can tell.
        """
        number = key.split(maxsplit=1)[0]
        others = [there[-1] for other, there in self._server.contacts.items() if other.split()[0] != number]
        return self._chance.choice([*others[:3], _STRANGER])

    async def _get(self, uuid: str) -> Reply:
        """GET a contact; an import never does."""
        raise NotImplementedError(uuid)

    async def _delete(self, uuid: str) -> Reply:
        """DELETE a contact; an import never does."""
        raise NotImplementedError(uuid)

    async def _of_account(self, what: str, page: int) -> Reply:
        """Tell whose token it is, which is always good; a fault of a list may spoil its answer."""
        fault = self._weather.of_list(self._chance) if what != "auth" else None
        await asyncio.sleep(self._latency_seconds + (HANG_SECONDS if fault and fault.hangs else 0.0))
        return self._answer(fault.reply if fault else replace(_FOUND, json=self._account.answer(what, page)))

    def _leave(self, request: Request) -> None:
        if self.is_cut:
            raise ConnectionError("a dead process sends nothing")
        self._server.requests += 1
        self._server.first_request_seconds = min(self._server.first_request_seconds, now_seconds())
        if self.departures or request.path.startswith("contacts"):  # whose token it is, is asked before
            self.departures.append(now_seconds())

    def _is_stale(self, key: str) -> bool:
        """Tell whether a copy answers that lags behind: of each contact it does so once at most."""
        if key in self._server.stale or self._chance.random() >= self._weather.stale_share:
            return False
        if self._server.asks_first and any(
            one.uuid in self._server.before for one in self._server.contacts.get(key, ())
        ):
            return False  # no copy lags behind by as long as people's contacts have been there
        self._server.stale.add(key)
        return True

    def _sent(self, accept: Callable[[float], T], fault: Fault | None) -> tuple[float, T | None]:
        """Return after how many seconds the client has its answer, or gives up, and what the server has to do.

        Args:
            accept: Has the server carry it out at a moment, in seconds.
            fault: What goes wrong; None: nothing.

        """
        now, latency_seconds = now_seconds(), self._latency_seconds * self._chance.uniform(0.5, 1.5)
        if fault is None:
            return latency_seconds, accept(now + latency_seconds * self._chance.random())
        seconds = latency_seconds + (HANG_SECONDS if fault.hangs else 0.0)
        match fault.commit:
            case Commit.NO:
                return seconds, None
            case Commit.YES:
                return seconds, accept(now + seconds * self._chance.random())
            case Commit.LATE:
                after_seconds = self._server.finish_seconds * self._chance.random()
                return seconds, accept(now + seconds + after_seconds)

    def _right_answer(self, ticket: Ticket | None) -> Reply:
        if ticket is None or ticket.made is None:
            raise AssertionError("what was not carried out has no right answer")
        if not ticket.is_new and self._server.duplicates is Duplicates.REFUSE:
            self.met[key_of(ticket.contact.identifier, ticket.contact.channel_uuid)]["refused"] += 1
            return _refusal(*self._server.refusal)
        if ticket.is_new:
            self._server.proved.add(ticket.made.uuid)
        status = self._server.created_status if ticket.is_new else 200
        return Reply(arrival=Arrival.ANSWERED, http_status=status, contact=ticket.made)

    def _answer(self, reply: Reply) -> Reply:
        """Return a reply as the client hears it at once."""
        return self._heard(reply, self._date(), None)

    def _date(self) -> str:
        """Return the `Date` of a response that is given now; empty where the service sends none."""
        return format_datetime(self._server.now(now_seconds()), usegmt=True) if self._server.has_date else ""

    def _heard(self, reply: Reply, date: str, elapsed_seconds: float | None) -> Reply:
        """Return the reply with what the client makes of its `Date`, so long after the request had left."""
        if reply.arrival is not Arrival.ANSWERED or not date:
            return reply
        heard = answered(200, {"Date": date}, b"", self._clock.now(), elapsed_seconds)
        return replace(reply, clock_skew_seconds=heard.clock_skew_seconds, left_by=heard.left_by)


def _refusal(status: int, message: str) -> Reply:
    return Reply(arrival=Arrival.ANSWERED, http_status=status, message=message or f"status {status}")


def _kind(fault: Fault | None, *, is_refused: bool) -> str:
    if fault is None:
        return "refused" if is_refused else "well"
    if fault.reply.arrival is Arrival.NEVER:
        return "never"
    if is_refused or fault in (*REFUSED, *FALSE_REFUSALS):
        return "refused"
    return "away" if fault in TURNED_AWAY else "unsure"


def now_seconds() -> float:
    """Return the loop's time."""
    return asyncio.get_running_loop().time()
