"""The sandbox's HTTP server, on the loopback address only.

    request -> token -> which call? -> rate limit -> body -> fault? -> the call itself -> latency -> answer

Only the body and the latency are awaited, so that counts, rate limit and order are exact.
"""

import asyncio
import errno
import json
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from typing import Any, Final, Self

from aiohttp import web

from importer.model.errors import UsageError
from importer.sandbox.account import StoredContact
from importer.sandbox.answers import Answer, error_answer
from importer.sandbox.calls import BASE_PATH, CALLS, UNKNOWN, Asked, Calls, call_of, no_such_call
from importer.sandbox.faults import Commit, FaultChooser
from importer.sandbox.misbehaviour import NO_ANSWER, FaultedRequest, misbehave, respond
from importer.sandbox.options import SandboxOptions
from importer.sandbox.traffic import SlidingWindow, Traffic, whole_seconds

HOST: Final = "127.0.0.1"
"""Loopback, with no option for another address: people send real customer data to it, over plain HTTP."""

_STOP_SECONDS: Final = 0.05  # how long requests in flight may continue when the sandbox stops


class Sandbox:
    """A running sandbox, whose contacts are gone when it stops: `async with Sandbox(SandboxOptions()) as sandbox: ...`.

    Args:
        options: How it behaves.
        port: On the loopback address; 0: any free one.
        now: Returns the time in UTC, for `createdAt` and the `Date` header; None: the system's.
        timer: A monotonic clock in seconds, for the rate limit and the arrival times.

    """

    def __init__(
        self,
        options: SandboxOptions | None = None,
        *,
        port: int = 0,
        now: Callable[[], datetime] | None = None,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.options = options or SandboxOptions()
        self.traffic = Traffic()
        self.calls = Calls(self.options, now or partial(datetime.now, UTC))
        """The account itself, for calls without HTTP: without token, rate limit and faults."""
        self.port = port
        """The port on which it listens; before it starts, the one that was asked for."""
        self._now = now
        self._timer = timer
        self._windows: defaultdict[str, SlidingWindow] = defaultdict(
            partial(SlidingWindow, self.options.rate_limit, count_refused=self.options.count_refused)
        )
        self._chooser = FaultChooser(self.options.faults)
        self._late: dict[Callable[[], Answer], asyncio.TimerHandle] = {}
        self._to_close = AsyncExitStack()

    @property
    def base_url(self) -> str:
        """The API's base URL, such as `http://127.0.0.1:8080/v1`."""
        return f"http://{HOST}:{self.port}{BASE_PATH}"

    @property
    def token(self) -> str:
        """A valid token."""
        return self.options.account.token or "any-token"

    @property
    def contacts(self) -> tuple[StoredContact, ...]:
        """The contacts that exist now, in the order of creation."""
        return self.calls.contacts

    async def __aenter__(self) -> Self:
        # With `handler_cancellation`, a hanging answer ends when its client disconnects. No call is lost by it: a call
        # is carried out as soon as its body is read, without waiting.
        server = web.Server(self._handle, handler_cancellation=True, access_log=None)
        runner = web.ServerRunner(server, shutdown_timeout=_STOP_SECONDS)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, self.port).start()
        except (OSError, OverflowError) as error:
            await runner.cleanup()
            raise UsageError(_why_not(error, self.port), "Take any free port: --port 0.") from error
        self._to_close.push_async_callback(runner.cleanup)
        self.port = runner.addresses[0][1]
        return self

    async def __aexit__(self, *_exception: object) -> None:
        for timer in self._late.values():
            timer.cancel()
        self._late.clear()
        await self._to_close.aclose()

    def commit_late(self) -> None:
        """Carry out now every call that a fault has delayed."""
        for do in tuple(self._late):
            self._commit_late(do)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        call, parameter = call_of(request.method, request.path)
        self.traffic.arrive(call)
        try:
            result = self._refused(request) or await self._act(request, call, parameter)
            if self.options.latency_seconds:
                await asyncio.sleep(self.options.latency_seconds)
            response = respond(result) if isinstance(result, Answer) else await misbehave(result)
        finally:
            self.traffic.leave()
        if self._now is not None and not response.prepared:
            response.headers["Date"] = format_datetime(self._now(), usegmt=True)
        return response

    def _refused(self, request: web.BaseRequest) -> Answer | None:
        """Return the answer for a request that is refused whatever it asks: 401 or 429."""
        token, arrived = _token(request), self._timer()
        if not token or self.options.account.token not in {"", token}:
            self.traffic.unauthorized += 1
            return error_answer(401, "Unauthorized: the token is missing or unknown")
        self.traffic.arrival_times.append(arrived)
        wait_seconds = self._windows[token].admit(arrived)
        if wait_seconds:
            self.traffic.throttled += 1
            headers = {"Retry-After": str(whole_seconds(wait_seconds))} if self.options.retry_after else None
            return error_answer(429, "Too many requests", headers=headers)
        self.traffic.accepted.add(arrived)
        return None

    async def _act(self, request: web.BaseRequest, call: str, parameter: str) -> Answer | FaultedRequest:
        """Carry out the call, or its fault."""
        if call == UNKNOWN:
            return no_such_call(request.path)
        body = await _read_body(request)
        if isinstance(body, Answer):
            return body
        do = partial(CALLS[call], self.calls, Asked(parameter=parameter, query=request.query, body=body))
        fault, faults = self._chooser.choose(call, request.method), self.options.faults
        if fault is None:
            return do()
        self.traffic.faults[fault] += 1
        if fault.commit is Commit.LATE:
            loop = asyncio.get_running_loop()
            self._late[do] = loop.call_later(faults.commit_delay_seconds, self._commit_late, do)
        answer = do() if fault.commit is Commit.YES else NO_ANSWER
        return FaultedRequest(request=request, fault=fault, answer=answer, faults=faults)

    def _commit_late(self, do: Callable[[], Answer]) -> None:
        self._late.pop(do).cancel()
        do()


def _why_not(error: Exception, port: int) -> str:
    """Return why nobody can listen on the port."""
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"The port {port} of this computer is taken: another program listens there, such as an earlier sandbox."
    why = (error.strerror if isinstance(error, OSError) else "") or str(error)
    return f"The sandbox cannot listen on port {port} of this computer: {why}."


async def serve(options: SandboxOptions, *, port: int = 0, on_ready: Callable[[Sandbox], None]) -> None:
    """Run a sandbox until cancelled.

    Args:
        options: How it behaves.
        port: On the loopback address; 0: any free one.
        on_ready: Called once, when it listens.

    Raises:
        UsageError: The port is taken or not allowed.

    """
    async with Sandbox(options, port=port) as sandbox:
        on_ready(sandbox)
        await asyncio.Event().wait()


def _token(request: web.BaseRequest) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def _read_body(request: web.BaseRequest) -> Mapping[str, Any] | Answer:
    """Return the JSON object of the body, empty where the call has none, or the answer that refuses it."""
    if request.method not in {"POST", "PATCH"}:
        return {}
    try:
        body = json.loads(await request.read())
    except web.HTTPRequestEntityTooLarge:
        return error_answer(413, "The body is too large")
    except (ValueError, RecursionError):
        return error_answer(400, "The body is not JSON")
    if request.content_type != "application/json":
        return error_answer(415, "Content-Type must be application/json")
    return body if isinstance(body, dict) else error_answer(400, "The body must be a JSON object")
