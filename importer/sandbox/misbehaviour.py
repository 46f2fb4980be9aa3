"""Carry out a fault: one function for each kind."""

import asyncio
import gzip
import json
import socket
import struct
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

from aiohttp import web

from importer.sandbox.answers import Answer, error_answer
from importer.sandbox.calls import BASE_PATH
from importer.sandbox.faults import Fault, FaultKind, Faults


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultedRequest:
    """A request with a fault."""

    request: web.BaseRequest
    fault: Fault
    answer: Answer
    """The right answer, where the call was carried out already; else `NO_ANSWER`."""
    faults: Faults
    """The parameters of the kinds."""


Misbehave = Answer | bytes | Callable[[FaultedRequest], Awaitable[web.StreamResponse]]
"""A wrong answer; bytes that need not be HTTP, after which the connection is closed; or how to answer the request."""

HUGE_BYTES: Final = 10 * 2**20
BOMB_BYTES: Final = 32 * 2**20

NO_ANSWER: Final = error_answer(504, "Gateway timeout")
# Linger for 0 seconds: closing then resets the connection. Windows' struct has shorts, the others' has ints.
_RESET_ON_CLOSE: Final = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def respond(answer: Answer) -> web.Response:
    """Return an answer as HTTP."""
    return web.json_response(answer.body, status=answer.status, headers=answer.headers)


async def misbehave(faulted: FaultedRequest) -> web.StreamResponse:
    """Return the response with the fault; where the connection is broken, one that is not sent."""
    try:
        match MISBEHAVIOURS[faulted.fault.kind]:
            case Answer() as answer:
                return respond(answer)
            case bytes() as sent:
                transport = _transport(faulted)
                transport.write(sent)
                transport.close()
                return web.Response()
            case misbehaviour:
                return await misbehaviour(faulted)
    except ConnectionError:  # the client disconnected first, for which aiohttp would log a traceback
        return web.Response()


async def _reset(faulted: FaultedRequest) -> web.StreamResponse:
    transport = _transport(faulted)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()
    return web.Response()


async def _retry_after(status: int, sentence: str, faulted: FaultedRequest) -> web.StreamResponse:
    return respond(error_answer(status, sentence, headers={"Retry-After": faulted.faults.retry_after}))


async def _html(status: int, title: str, _faulted: FaultedRequest) -> web.StreamResponse:
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return web.Response(status=status, text=page, content_type="text/html")


async def _hang(faulted: FaultedRequest) -> web.StreamResponse:
    await _silence(faulted)
    return respond(faulted.answer)


async def _cut_body(faulted: FaultedRequest) -> web.StreamResponse:
    response, _rest = await _first_half(faulted)
    _transport(faulted).close()  # unlike abort, it sends what was written
    return response


async def _slow_body(faulted: FaultedRequest) -> web.StreamResponse:
    response, rest = await _first_half(faulted)
    await _silence(faulted)
    await response.write(rest)
    return response


async def _huge_body(_faulted: FaultedRequest) -> web.StreamResponse:
    return respond(Answer(body={"contact": [{"name": "x" * HUGE_BYTES}]}))


async def _gzip_bomb(_faulted: FaultedRequest) -> web.StreamResponse:
    return web.Response(body=_bomb(), content_type="application/json", headers={"Content-Encoding": "gzip"})


@cache
def _bomb() -> bytes:
    return gzip.compress(b" " * BOMB_BYTES)


async def _silence(faulted: FaultedRequest) -> None:
    if faulted.faults.hang_seconds is None:
        await asyncio.Event().wait()  # cancelled when the client disconnects, or the sandbox stops
    else:
        await asyncio.sleep(faulted.faults.hang_seconds)


async def _first_half(faulted: FaultedRequest) -> tuple[web.StreamResponse, bytes]:
    """Send the headers and half of the body; return the rest."""
    body = json.dumps(faulted.answer.body).encode()
    response = web.StreamResponse(status=faulted.answer.status, headers={"Content-Type": "application/json"})
    response.content_length = len(body)
    await response.prepare(faulted.request)
    await response.write(body[: len(body) // 2])
    return response, body[len(body) // 2 :]


def _transport(faulted: FaultedRequest) -> asyncio.Transport:
    """Return the connection.

    Raises:
        ConnectionResetError: The client has disconnected.

    """
    transport = faulted.request.transport
    if transport is None:
        raise ConnectionResetError("The client has disconnected")
    return transport


_TO_CONTACTS: Final = {"Location": f"{BASE_PATH}/contacts"}

MISBEHAVIOURS: Final[Mapping[FaultKind, Misbehave]] = {
    FaultKind.RESET: _reset,
    FaultKind.CLOSE: b"",
    FaultKind.ERROR: error_answer(500, "Internal server error"),
    FaultKind.BAD_GATEWAY: partial(_html, 502, "502 Bad Gateway"),
    FaultKind.UNAVAILABLE: partial(_retry_after, 503, "Service unavailable"),
    FaultKind.THROTTLED: error_answer(429, "Too many requests"),
    FaultKind.THROTTLED_RETRY_AFTER: partial(_retry_after, 429, "Too many requests"),
    FaultKind.HANG: _hang,
    FaultKind.CUT_BODY: _cut_body,
    FaultKind.NO_UUID: Answer(body={"contact": [{}]}),
    FaultKind.GATEWAY_TIMEOUT: NO_ANSWER,
    FaultKind.UNAUTHORIZED: error_answer(401, "Unauthorized"),
    FaultKind.FORBIDDEN: error_answer(403, "Forbidden"),
    **{
        FaultKind(f"redirect_{status}"): Answer(status=status, body={}, headers=_TO_CONTACTS)
        for status in (301, 302, 303, 307, 308)
    },
    FaultKind.HTML: partial(_html, 200, "Welcome to our network"),
    FaultKind.GARBAGE: b"HTTP/1.1 fine thanks\r\n\r\n",
    FaultKind.CUT_HEADERS: b"HTTP/1.1 200 OK\r\nContent-Type: applic",
    FaultKind.SLOW_BODY: _slow_body,
    FaultKind.HUGE_BODY: _huge_body,
    FaultKind.GZIP_BOMB: _gzip_bomb,
}
"""A test checks that every kind is here."""
