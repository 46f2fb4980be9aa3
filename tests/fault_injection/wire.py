"""The wire between a process and the server in virtual time: what leaves, what is late, and the reads of an account.

Whatever shows a contact is remembered, for a PATCH goes by the last answer that did; people may change the contact
right before the answer, or right after it.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from email.utils import format_datetime
from http import HTTPStatus
from typing import TypeVar

from importer.client.responses import answered
from importer.model.replies import Arrival, RemoteContact, Reply
from importer.model.requests import Request
from importer.model.rows import Contact
from tests.fault_injection.account import Account
from tests.fault_injection.faults import Commit, Fault, Weather
from tests.fault_injection.ledger import Look
from tests.fault_injection.people import People
from tests.fault_injection.table import MAIN_CHANNEL
from tests.support.virtual_time import VirtualClock

T = TypeVar("T")

_A_PAGE = 20
_WRITES = 0.3
_CHANNEL_NAMED = 0.8
HANG_SECONDS = 3.0
"""How long a client waits for an answer here; the real one's minute would only make the clock run longer."""
NOT_FOUND = Reply(arrival=Arrival.ANSWERED, http_status=404, message="not found", json={"error": "not found"})
"""The service's own, which is JSON."""
FOUND = Reply(arrival=Arrival.ANSWERED, http_status=200)
_ANOTHER = "uuid-of-another"


class Wire:
    """One process's way to the server.

    Args:
        weather: How much goes wrong.
        clock: Ours, which the service's `Date` is compared with.
        account: What it tells of whose token it is.
        people: Who may change what is shown, at a server that outlives the process.

    """

    def __init__(self, weather: Weather, clock: VirtualClock, account: Account, people: People) -> None:
        self._server = people.server
        self._weather = weather
        self._chance = people.chance
        self._clock = clock
        self._account = account
        self._people = people
        self._latency_seconds = people.chance.choice([0.001, 0.02, 0.2, 1.0])
        self._looks: dict[str, Look] = {}
        """The last answer that showed each contact, by UUID; a PATCH or DELETE uses it up."""
        self.departures: list[float] = []
        """When each request left that the rate limiter let go, in seconds."""
        self.met: defaultdict[str, Counter[str]] = defaultdict(Counter)
        """Per key, what its POSTs met: `never`, `refused`, `away` (429), `unsure` or `well`."""
        self.asked: Counter[str] = Counter()
        """Requests about each contact, by UUID."""
        self.wrong: list[str] = []
        """Requests that should not have left."""
        self.is_cut = False
        """The process is dead: whatever its remains still do does not reach the server."""

    async def _get(self, uuid: str) -> Reply:
        """GET a contact."""
        self.asked[uuid] += 1
        if self._is_stale(uuid):
            await asyncio.sleep(self._latency_seconds)
            return self._answer(NOT_FOUND)
        fault = self._weather.of_read(self._chance)
        self._note_read(self._key_of(uuid), fault)
        if fault and fault.reply.arrival is Arrival.NEVER:
            return fault.reply
        await asyncio.sleep(self._latency_seconds + (HANG_SECONDS if fault and fault.hangs else 0.0))
        if fault and fault.of_another:
            return self._answer(replace(FOUND, contact=RemoteContact(uuid=_ANOTHER, fields={"uuid": _ANOTHER})))
        if fault:
            return self._answer(fault.reply)
        self._server.carry_out(now_seconds())
        shown = self._shown(RemoteContact(uuid=uuid))
        return self._answer(replace(FOUND, contact=shown) if shown else NOT_FOUND)

    def _shown(self, made: RemoteContact) -> RemoteContact | None:
        """Return a contact with all that an answer shows of it; None: it is not there."""
        uuid = made.uuid
        self._people.act_at_look(uuid, now_seconds())
        if uuid not in self._server.held:
            return None
        self._looks[uuid] = look = self._server.look(uuid, now_seconds())
        self._people.act_at_look(uuid, now_seconds())
        return replace(made, fields=self._server.described(look, uuid))

    def _note_read(self, key: str, fault: Fault | None) -> None:
        if fault:
            self.met[key]["forbidden" if fault.reply.http_status == HTTPStatus.FORBIDDEN else "unclear"] += 1

    def _key_of(self, uuid: str) -> str:
        return self._server.key(uuid) if uuid in self._server.as_sent else ""

    async def _list(self, after: int) -> Reply:
        """Show a page of the contact list, some of whose contacts write meanwhile."""
        fault = self._weather.of_list(self._chance)
        await asyncio.sleep(self._latency_seconds + (HANG_SECONDS if fault and fault.hangs else 0.0))
        if fault:
            return self._answer(fault.reply)
        shown = self._server.listed(now_seconds(), after, _A_PAGE + 1)
        more = str(shown[_A_PAGE - 1][0]) if len(shown) > _A_PAGE else None
        pages = max(1, -(-sum(map(len, self._server.contacts.values())) // _A_PAGE))
        contacts = [self._listed(made, contact) for _, made, contact in shown[:_A_PAGE]]
        while self._chance.random() < _WRITES and self._server.held:
            self._server.let_write(self._chance.choice(sorted(self._server.held)))
        return self._answer(replace(FOUND, json={"contacts": contacts, "meta": {"pages": pages, "next": more}}))

    def _listed(self, made: RemoteContact, contact: Contact) -> Mapping[str, object]:
        """Return a contact as the list shows it, which does not always name the channel."""
        shown = {"uuid": made.uuid, "phoneNumber": f"+{made.identifier}", "source": contact.source}
        is_named = self._chance.random() < _CHANNEL_NAMED
        return shown | ({"channel": {"uuid": contact.channel_uuid or MAIN_CHANNEL}} if is_named else {})

    async def _of_account(self, what: str, page: int) -> Reply:
        """Tell whose token it is, which is always good; a fault of a list may spoil its answer."""
        fault = self._weather.of_list(self._chance) if what != "auth" else None
        await asyncio.sleep(self._latency_seconds + (HANG_SECONDS if fault and fault.hangs else 0.0))
        return self._answer(fault.reply if fault else replace(FOUND, json=self._account.answer(what, page)))

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


def now_seconds() -> float:
    """Return the loop's time."""
    return asyncio.get_running_loop().time()
