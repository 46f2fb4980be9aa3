"""A service for virtual time: a `protocols.Service` that keeps contacts and misbehaves as told, without a socket."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto

from importer.model.payload import from_json
from importer.model.protocols import Service
from importer.model.replies import Arrival, RemoteContact, Reply
from importer.model.requests import Request
from importer.model.rows import Contact
from tests.support.virtual_time import VirtualClock


class Fault(Enum):
    """What can happen to one request."""

    NONE = auto()
    REFUSED_CONNECTION = auto()
    RESET_BEFORE = auto()
    RESET_AFTER = auto()
    ERROR_BEFORE = auto()
    ERROR_AFTER = auto()
    HANG_BEFORE = auto()
    HANG_AFTER = auto()
    LATE = auto()
    """A 500 now; the contact appears 30 s later."""
    NO_UUID = auto()
    THROTTLED = auto()
    THROTTLED_SECONDS = auto()
    UNAVAILABLE = auto()
    FORBIDDEN = auto()
    TOKEN_REFUSED = auto()
    INVALID = auto()


_COMMITS = {Fault.NONE, Fault.RESET_AFTER, Fault.ERROR_AFTER, Fault.HANG_AFTER, Fault.NO_UUID}
_NO_ANSWER = Reply(arrival=Arrival.UNKNOWN, message="the connection broke off")


@dataclass(slots=True, kw_only=True)
class ScriptedService(Service):
    """Answers after a latency, with the next fault of its script; when that is over, all goes well."""

    script: Iterable[Fault] = ()
    latency_seconds: float = 0.05
    hang_seconds: float = 60.0
    late_seconds: float = 30.0
    token_good: bool = True
    down: bool = False
    """Nothing is answered."""
    blind: bool = False
    """Look-ups find nothing."""
    asked_me: list[float] = field(default_factory=list)
    contacts: dict[str, list[RemoteContact]] = field(default_factory=dict)
    asked: list[tuple[float, str, str]] = field(default_factory=list)
    """When, what and for whom: every request in its order."""
    most_in_flight: int = 0
    in_flight: int = 0

    def __post_init__(self) -> None:
        self.script = iter(self.script)

    async def send(self, request: Request) -> Reply:
        """Answer a request."""
        match request.method, request.path.split("/"):
            case "POST", ["contacts"]:
                return await self._create(from_json(request.body))
            case "GET", ["contacts", "phone", digits]:
                return await self._find(digits)
            case "GET", ["auth", "me"]:
                return await self._answer_me()
            case _:
                raise NotImplementedError(request)

    async def _create(self, contact: Contact) -> Reply:
        fault = self._begin("POST", contact.identifier)
        if self.down:
            fault = Fault.REFUSED_CONNECTION
        try:
            if fault is Fault.REFUSED_CONNECTION:
                return Reply(arrival=Arrival.NEVER, message="the connection was refused")
            await asyncio.sleep(self.latency_seconds)
            made = self._commit(contact) if fault in _COMMITS else None
            if fault is Fault.LATE:
                asyncio.get_running_loop().call_later(self.late_seconds, self._commit, contact)
            if fault in (Fault.HANG_BEFORE, Fault.HANG_AFTER):
                await asyncio.sleep(self.hang_seconds)
            return self._reply(fault, made)
        finally:
            self.in_flight -= 1

    async def _find(self, identifier: str) -> Reply:
        """Answer a look-up, always well."""
        self._begin("GET", identifier, faulty=False)
        await asyncio.sleep(self.latency_seconds)
        self.in_flight -= 1
        found = None if self.blind else self.contacts.get(identifier)
        return Reply(arrival=Arrival.ANSWERED, http_status=200 if found else 404, contact=found[0] if found else None)

    async def _answer_me(self) -> Reply:
        self.asked_me.append(asyncio.get_running_loop().time())
        if self.down:
            return Reply(arrival=Arrival.NEVER, message="the connection was refused")
        return Reply(arrival=Arrival.ANSWERED, http_status=200 if self.token_good else 401)

    def posts(self) -> Counter[str]:
        """Return how many POSTs came for each identifier."""
        return Counter(identifier for _, what, identifier in self.asked if what == "POST")

    def twice(self) -> list[str]:
        """Return the identifiers that stand there more than once."""
        return [identifier for identifier, found in self.contacts.items() if len(found) > 1]

    def _begin(self, what: str, identifier: str, *, faulty: bool = True) -> Fault:
        self.asked.append((asyncio.get_running_loop().time(), what, identifier))
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        return next(iter(self.script), Fault.NONE) if faulty else Fault.NONE

    def _commit(self, contact: Contact) -> RemoteContact:
        number, now = sum(map(len, self.contacts.values())) + 1, VirtualClock().now()
        made = RemoteContact(uuid=f"uuid-{number}", href=f"/{number}", identifier=contact.identifier, created_at=now)
        self.contacts.setdefault(contact.identifier, []).append(made)
        return made

    def _reply(self, fault: Fault, made: RemoteContact | None) -> Reply:
        statuses = {
            Fault.ERROR_BEFORE: 500,
            Fault.ERROR_AFTER: 500,
            Fault.LATE: 500,
            Fault.NO_UUID: 200,
            Fault.THROTTLED: 429,
            Fault.THROTTLED_SECONDS: 429,
            Fault.UNAVAILABLE: 503,
            Fault.FORBIDDEN: 403,
            Fault.TOKEN_REFUSED: 401,
            Fault.INVALID: 422,
        }
        if fault is Fault.NONE:
            return Reply(arrival=Arrival.ANSWERED, http_status=201, contact=made)
        if fault not in statuses:
            return _NO_ANSWER
        wait_seconds = 5.0 if fault in (Fault.THROTTLED_SECONDS, Fault.UNAVAILABLE) else None
        return Reply(
            arrival=Arrival.ANSWERED,
            http_status=statuses[fault],
            message=f"told to be {fault.name}",
            retry_after_seconds=wait_seconds,
        )
