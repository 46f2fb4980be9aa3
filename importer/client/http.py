"""The only home of aiohttp's client: one request in, one `Reply` out. Never repeats, never waits, never raises.

What a failure says about the request is decided here by the kind of the exception, because only this module knows
aiohttp: *never arrived* is refused connections, failed DNS or TLS and connect timeouts; all else *may have arrived*.
aiohttp repeats idempotent requests by itself once, a POST never (its source, since 3.10). Its errors hold the token
in `repr()` and `.args` and the phone number in `str()` (measured with 3.14.5), so none of that text is passed on.
"""

import asyncio
import contextlib
import errno
from dataclasses import replace
from typing import Self
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractStreamWriter

from importer import __version__
from importer.client import responses
from importer.client.token import Redaction, Token
from importer.model.protocols import Clock
from importer.model.replies import Arrival, Reply
from importer.model.requests import Request
from importer.system.logs import hide

_MOST_BODY_BYTES = 1024 * 1024
_TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)  # a limit of each read too would be a timer more for each
_KEEP_SECONDS = 4
"""How long an idle connection is kept: many servers close theirs after 5 (Apache's and Node's default), and a POST that
meets a connection which is just being closed leaves its row in doubt."""


class _RequestBody(aiohttp.BytesPayload):
    """A body that knows when it left, which may be long after it was to: a connection has to come about first."""

    _left_at: float | None = None

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        self._left_at = asyncio.get_running_loop().time()
        await super().write_with_length(writer, content_length)

    def elapsed_seconds(self) -> float | None:
        """Return how long ago it left; None: it did not."""
        return None if self._left_at is None else asyncio.get_running_loop().time() - self._left_at


class CallbellClient:
    """The service, through one connection pool.

    Args:
        base_url: Such as `https://api.callbell.eu/v1`; https, or plain http to the loopback address.
        token: Put on each request, in one place.
        clock: Tells when a reply arrived.

    """

    def __init__(self, base_url: str, token: Token, clock: Clock, timeout: aiohttp.ClientTimeout = _TIMEOUT) -> None:
        self._base_url = base_url.rstrip("/")
        self._address = _address(base_url)
        self._redaction = Redaction(token)
        hide(token.reveal())
        self._clock = clock
        # The pool decides how many are in flight; no proxy, cookie or .netrc of the machine gets a say.
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={
                "Accept": "application/json",
                "Authorization": f"Bearer {token.reveal()}",
                "Content-Type": "application/json",
                "User-Agent": f"callbell-importer/{__version__}",
            },
            timeout=timeout,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_raised: object) -> None:
        await self._http.close()

    async def send(self, request: Request) -> Reply:
        """Make the request once; aiohttp makes a GET or DELETE twice where a connection breaks off.

        That is harmless: these methods are idempotent (RFC 9110, section 9.2.2).
        """
        text = request.body.encode("utf-8", "backslashreplace")  # half a character: \ud83d
        body = _RequestBody(text) if text else None
        began = asyncio.get_running_loop().time()
        try:
            async with self._http.request(
                request.method,
                f"{self._base_url}/{request.path}",
                params=request.query or None,
                data=body,
                allow_redirects=False,  # measured: followed, a 301 turns the POST into a GET that answers 200
            ) as response:
                now, elapsed_seconds = self._clock.now(), body.elapsed_seconds() if body else None
                content = self._redaction.body(await _body(response))
                return responses.answered(response.status, response.headers, content, now, elapsed_seconds)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            seconds = asyncio.get_running_loop().time() - began
            return replace(unanswered(error, self._address), silent_seconds=seconds)


def _address(base_url: str) -> str:
    """Return host and port of an address, such as `api.callbell.eu:443`; empty where it has none."""
    try:
        found = urlsplit(base_url)
        host, port = found.hostname or "", found.port or {"https": 443, "http": 80}.get(found.scheme, 0)
    except ValueError:  # it is no address, which the first request tells
        return ""
    shown = f"[{host}]" if ":" in host else host
    return f"{shown}:{port}" if host and port else shown


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """Return the body, cut at 1 MiB; what is lost of it loses nothing of the status, which was received."""
    body = b""
    with contextlib.suppress(aiohttp.ClientError, OSError):
        while part := await response.content.readany():
            body += part
            if len(body) > _MOST_BODY_BYTES:
                break
        else:
            return body
    response.close()
    return b""


_BAD_ADDRESS = (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, UnicodeError)
"""What is raised before anything is sent, because of base_url alone; Python encodes names of hosts by IDNA, and a name
such as `api..callbell.eu` is a UnicodeError."""
_FAILURES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Arrival, str], ...] = (
    (_BAD_ADDRESS, Arrival.NEVER, "base_url is no address"),
    (aiohttp.ClientConnectorDNSError, Arrival.NEVER, "name not found"),
    (aiohttp.ClientConnectorCertificateError, Arrival.NEVER, "its certificate is not good"),
    (aiohttp.ClientConnectorSSLError, Arrival.NEVER, "no safe connection (TLS) came about"),
    (aiohttp.ClientConnectorError, Arrival.NEVER, "no connection came about"),
    (aiohttp.ConnectionTimeoutError, Arrival.NEVER, "connection timed out"),
    (TimeoutError, Arrival.UNKNOWN, "no answer in time"),
    (OSError, Arrival.UNKNOWN, "the connection broke off"),
    (aiohttp.ServerDisconnectedError, Arrival.UNKNOWN, "the connection broke off"),
    (Exception, Arrival.UNKNOWN, "the answer was not HTTP"),
)
"""The first kind that fits tells; the narrow ones stand before the wide ones that they belong to."""
_OF_SYSTEM = {
    errno.ECONNREFUSED: "connection refused",
    errno.ETIMEDOUT: "connection timed out",
    **dict.fromkeys((errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN), "network unreachable"),
}
"""What the system says of a connection that did not come about, by its number. Windows numbers these as Python does."""
_FATAL = (*_BAD_ADDRESS, aiohttp.ClientConnectorCertificateError)


def unanswered(error: Exception, address: str = "") -> Reply:
    """Translate a failure without a response into what it says about the request.

    Args:
        error: That was raised.
        address: Host and port that the request was for.

    """
    arrival, message = next((arrival, message) for kind, arrival, message in _FAILURES if isinstance(error, kind))
    if type(error) is aiohttp.ClientConnectorError:  # its kinds, such as one of TLS, say more than the number
        message = _OF_SYSTEM.get(error.errno or 0, message)
    address = "" if isinstance(error, _BAD_ADDRESS) or arrival is not Arrival.NEVER else address
    return Reply(arrival=arrival, message=message, address=address, fatal=isinstance(error, _FATAL))
