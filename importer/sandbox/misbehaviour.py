"""What each kind of fault does to a request's answer, one function a kind."""

import asyncio
import json
import socket
import struct
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from importer.sandbox.answers import Answer, refusal
from importer.sandbox.faults import Fault, FaultKind, Faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoilt:
    """A request that something goes wrong with."""

    request: web.BaseRequest
    fault: Fault
    answer: Answer | None
    """The right answer, where what was asked has happened already."""
    faults: Faults
    """What the kinds' own figures are."""


Misbehave = Callable[[Spoilt], Awaitable[web.StreamResponse]]

JSON_TYPE: Final = {"Content-Type": "application/json; charset=utf-8"}
_HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_NO_ANSWER: Final = refusal(504, "Gateway timeout")
# Linger for 0 seconds: closing then resets the connection. Windows' struct has shorts.
_RESET_ON_CLOSE: Final = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def respond(answer: Answer) -> web.Response:
    """Return an answer as HTTP."""
    headers = JSON_TYPE if answer.headers is None else {**JSON_TYPE, **answer.headers}
    return web.Response(status=answer.status, body=json.dumps(answer.body).encode(), headers=headers)


async def _reset(spoilt: Spoilt) -> web.StreamResponse:
    if (transport := spoilt.request.transport) is not None:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    return await _close(spoilt)


async def _close(spoilt: Spoilt) -> web.StreamResponse:
    if (transport := spoilt.request.transport) is not None:
        transport.abort()
    return web.Response()  # the connection is gone: nobody sees it


async def _error(_spoilt: Spoilt) -> web.StreamResponse:
    return respond(refusal(500, "Internal server error"))


async def _bad_gateway(_spoilt: Spoilt) -> web.StreamResponse:
    return web.Response(status=502, body=_HTML, headers={"Content-Type": "text/html"})


async def _unavailable(spoilt: Spoilt) -> web.StreamResponse:
    return respond(refusal(503, "Service unavailable", headers=_retry_after(spoilt)))


async def _throttled(_spoilt: Spoilt) -> web.StreamResponse:
    return respond(refusal(429, "Too many requests"))


async def _throttled_retry_after(spoilt: Spoilt) -> web.StreamResponse:
    return respond(refusal(429, "Too many requests", headers=_retry_after(spoilt)))


async def _hang(spoilt: Spoilt) -> web.StreamResponse:
    if spoilt.faults.hang_seconds is None:
        await asyncio.Event().wait()  # cancelled when the client goes away, or the stand-in stops
    else:
        await asyncio.sleep(spoilt.faults.hang_seconds)
    return respond(spoilt.answer or _NO_ANSWER)


async def _cut_body(spoilt: Spoilt) -> web.StreamResponse:
    body = json.dumps(spoilt.answer.body if spoilt.answer else {"contact": []}).encode()
    response = web.StreamResponse(headers={**JSON_TYPE, "Content-Length": str(len(body))})
    await response.prepare(spoilt.request)
    await response.write(body[: len(body) // 2])
    if (transport := spoilt.request.transport) is not None:
        transport.close()  # unlike abort, it sends what was written
    return response


async def _no_uuid(_spoilt: Spoilt) -> web.StreamResponse:
    return respond(Answer(body={"contact": [{}]}))


def _retry_after(spoilt: Spoilt) -> Mapping[str, str]:
    return {"Retry-After": str(spoilt.faults.retry_after_seconds)}


MISBEHAVIOURS: Final[Mapping[FaultKind, Misbehave]] = {
    FaultKind.RESET: _reset,
    FaultKind.CLOSE: _close,
    FaultKind.ERROR: _error,
    FaultKind.BAD_GATEWAY: _bad_gateway,
    FaultKind.UNAVAILABLE: _unavailable,
    FaultKind.THROTTLED: _throttled,
    FaultKind.THROTTLED_RETRY_AFTER: _throttled_retry_after,
    FaultKind.HANG: _hang,
    FaultKind.CUT_BODY: _cut_body,
    FaultKind.NO_UUID: _no_uuid,
}
"""A test holds that every kind is here."""
