"""The network between the pool and the server in virtual time: a `protocols.Service` with the weather of a seed."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from importer.model.changes import FieldValue
from importer.model.payload import from_json
from importer.model.protocols import Service
from importer.model.replies import Arrival, RemoteContact, Reply
from importer.model.requests import Request
from importer.model.rows import Contact
from importer.sandbox import Duplicates
from tests.fault_injection.account import Account
from tests.fault_injection.faults import FALSE_REFUSALS, REFUSED, TURNED_AWAY, Fault, Weather
from tests.fault_injection.fields import values_of_patch
from tests.fault_injection.ledger import Look
from tests.fault_injection.people import People
from tests.fault_injection.table import key_of, normalised
from tests.fault_injection.tickets import Ticket
from tests.fault_injection.wire import FOUND, HANG_SECONDS, NOT_FOUND, Wire, now_seconds
from tests.support.virtual_time import VirtualClock

_LONGEST_LOOK_SECONDS = 10.0
"""A PATCH goes by an answer that is no older, or a person's work of that time is lost."""
_LATE_SHARE = 0.1
"""Of the answers to POSTs that come late, although they were given in time."""
_STRANGER = RemoteContact(uuid="uuid-of-another", identifier="34999000111")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A PATCH that left."""

    uuid: str
    values: Mapping[str, FieldValue]
    look: Look | None
    """The answer that it goes by."""


class Network(Wire, Service):
    """One process's way to the server.

    Args:
        weather: How much goes wrong.
        clock: Ours, which the service's `Date` is compared with.
        account: What it tells of whose token it is.
        people: Who may change what is shown, at a server that outlives the process.
        refused: The keys that the service never takes.

    """

    is_undo: ClassVar[bool] = False

    def __init__(
        self,
        weather: Weather,
        clock: VirtualClock,
        account: Account,
        people: People,
        refused: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(weather, clock, account, people)
        self._refused = refused
        self.patches: list[Sent] = []

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
            case "PATCH" | "DELETE", ["contacts", uuid]:
                is_patch = request.method == "PATCH"
                return await (self._patch(uuid, values_of_patch(request.body)) if is_patch else self._delete(uuid))
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
        heard = self._heard(reply, date, now_seconds() - left_seconds)
        if ticket and ticket.made and heard.contact:
            self._server.ledger.answered.add(ticket.made.uuid)
        return heard

    def _reply_to_post(self, key: str, fault: Fault | None, ticket: Ticket | None) -> Reply:
        if fault and fault.of_another:
            return replace(fault.reply, contact=self._another(key))
        return fault.reply if fault else self._right_answer(ticket)

    async def _find(self, digits: str, channel_uuid: str) -> Reply:
        """Look up: 200 with the newest contact of the number in the channel, or 404."""
        # A number that is not written from its country code on is not found: nobody promises that it is.
        key = digits if normalised(digits) != digits else key_of(digits, channel_uuid)
        if self._is_stale(key):
            await asyncio.sleep(self._latency_seconds)
            return self._answer(NOT_FOUND)
        fault = self._weather.of_read(self._chance)
        self._note_read(key_of(digits, channel_uuid), fault)
        if fault and fault.reply.arrival is Arrival.NEVER:
            return fault.reply
        await asyncio.sleep(self._latency_seconds + (HANG_SECONDS if fault and fault.hangs else 0.0))
        if fault and fault.of_another:
            return self._answer(replace(fault.reply, contact=self._another(key)))
        if fault:
            return self._answer(fault.reply)
        found = self._server.find(key, now_seconds(), digits)
        shown = self._shown(found) if found else None
        return self._answer(replace(FOUND, contact=shown) if shown else NOT_FOUND)

    async def _patch(self, uuid: str, values: Mapping[str, FieldValue]) -> Reply:
        """PATCH: what becomes of it at the server is settled when it leaves, as nothing can call it back."""
        look = self._look_of_patch(uuid, values)
        fault, key = self._weather.of_known(self._chance), self._key_of(uuid)
        self.met[key][_kind(fault, is_refused=False)] += 1
        if look is None or (fault and fault.reply.arrival is Arrival.NEVER):
            return fault.reply if fault else NOT_FOUND
        accept = partial(self._server.accept_patch, uuid=uuid, values=values, look=look, is_undo=self.is_undo)
        seconds, amendment = self._sent(accept, fault)
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            if amendment:
                self._server.given_up(now_seconds(), amendment)
            raise
        self._server.carry_out(now_seconds())
        if fault or amendment is None or amendment.after is None:
            return self._answer(fault.reply if fault else NOT_FOUND)
        after = replace(look, contact=amendment.after)
        contact = RemoteContact(uuid=uuid, fields=self._server.described(after, uuid))
        return self._answer(replace(FOUND, contact=contact))

    def _look_of_patch(self, uuid: str, values: Mapping[str, FieldValue]) -> Look | None:
        """Return the answer that a PATCH goes by, and take note of one that goes by none, or by an old one."""
        self.asked[uuid] += 1
        look = self._looks.pop(uuid, None)
        self.patches.append(Sent(uuid=uuid, values=values, look=look))
        if look is None:
            self.wrong.append(f"{uuid} was PATCHed without a look")
        elif (seconds := now_seconds() - look.seconds) > _LONGEST_LOOK_SECONDS:
            self.wrong.append(f"{uuid} was PATCHed {seconds:.1f} s after it was looked at")
        return look

    @property
    def unused_looks(self) -> Mapping[str, Look]:
        """The last answers by UUID that no PATCH went by."""
        return self._looks

    async def _delete(self, uuid: str) -> Reply:
        """DELETE a contact; an import never does."""
        raise NotImplementedError(uuid)

    def _another(self, key: str) -> RemoteContact:
        """Return the contact of another number: one that is there, or one that nobody knows.

        The same number in another channel would not do: an answer does not always name the channel, so nobody can tell.
        """
        number = key.split(maxsplit=1)[0]
        others = [there[-1] for other, there in self._server.contacts.items() if other.split()[0] != number]
        return self._chance.choice([*others[:3], _STRANGER])

    def _right_answer(self, ticket: Ticket | None) -> Reply:
        if ticket is None or ticket.made is None:
            raise AssertionError("what was not carried out has no right answer")
        if not ticket.is_new and self._server.duplicates is Duplicates.REFUSE:
            self.met[key_of(ticket.contact.identifier, ticket.contact.channel_uuid)]["refused"] += 1
            return _refusal(*self._server.refusal)
        if ticket.is_new:
            self._server.proved.add(ticket.made.uuid)
        status = self._server.created_status if ticket.is_new else 200
        return replace(FOUND, http_status=status, contact=self._shown(ticket.made) or ticket.made)


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
