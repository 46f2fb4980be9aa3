"""The sandbox's own account as a `protocols.Service`, without a socket and on virtual time; it can die at a request."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from email.utils import format_datetime
from functools import partial
from urllib.parse import unquote

from importer.client.responses import answered
from importer.model.protocols import Service
from importer.model.replies import Arrival, Reply
from importer.model.requests import Request
from importer.sandbox import SandboxOptions
from importer.sandbox.account import StoredContact
from importer.sandbox.calls import BASE_PATH, CALLS, Asked, Calls, call_of
from tests.support.virtual_time import VirtualClock

NO_ANSWER = Reply(arrival=Arrival.UNKNOWN, message="the connection broke off")


class Killed(BaseException):
    """The process is gone."""


class SandboxService(Service):
    """Carries each request out at once.

    Args:
        options: How the service behaves.

    """

    def __init__(self, options: SandboxOptions) -> None:
        self.clock = VirtualClock()
        self.calls = Calls(options, self.clock.now)
        self.requests: list[str] = []
        """Every call in its order, as the sandbox names it."""
        self.before: Callable[[int], None] = lambda _number: None
        """Called with the number of each request, from 1, before it is carried out."""
        self.after: Callable[[int], None] = lambda _number: None
        """The same, when it was carried out and its answer has not arrived."""
        self.instead: Callable[[int], Reply | None] = lambda _number: None
        """The reply that arrives in place of the answer, after the request was carried out; None: the answer."""

        self.late_seconds: Mapping[int, float] = {}
        """Requests that get no answer, and are carried out so much later."""

    @property
    def contacts(self) -> Sequence[StoredContact]:
        """The contacts that exist now."""
        return self.calls.contacts

    def add(self, identifier: str, name: str = "Somebody else") -> StoredContact:
        """Add somebody else's contact."""
        body = {"identifier": identifier, "source": "whatsapp", "name": name}
        answer = self.calls.create_contact(Asked(body=body))
        said = json.loads(json.dumps(answer.body)).get("contact", [{}])[0].get("uuid")
        return next((one for one in self.contacts if one.uuid == said), self.contacts[-1])

    async def send(self, request: Request) -> Reply:
        call, parameter = call_of(request.method, unquote(f"{BASE_PATH}/{request.path}"))
        self.requests.append(call)
        number = len(self.requests)
        self.before(number)
        now = self.clock.now()
        body = json.loads(request.body) if request.body else {}
        do = partial(CALLS[call], self.calls, Asked(parameter=parameter, query=request.query, body=body))
        if number in self.late_seconds:
            asyncio.get_running_loop().call_later(self.late_seconds[number], do)
            return NO_ANSWER
        answer = do()
        self.after(number)
        headers = {"Date": format_datetime(now, usegmt=True)}
        reply = answered(answer.status, headers, json.dumps(answer.body).encode(), now, 0.05 if body else None)
        return self.instead(number) or reply
