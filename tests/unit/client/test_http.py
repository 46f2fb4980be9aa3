"""The client on real sockets that misbehave, all on the loopback address: what each failure says about the request."""

import asyncio
import contextlib
import errno
import gzip
import json
import logging
import socket
import ssl
import struct
import sys
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import aiohttp
import pytest
import trustme

from importer.client.http import _FAILURES, _KEEP_SECONDS, _TIMEOUT, CallbellClient, _address, unanswered
from importer.client.token import Token
from importer.model.payload import from_json
from importer.model.replies import Arrival, Reply
from importer.model.requests import WHO_AM_I, Request, create_contact, delete_contact, find_contact
from importer.model.rows import Contact
from importer.sandbox import AccountSetup, Commit, Fault, FaultKind, Faults, Sandbox, SandboxOptions, Scripted
from tests.support.virtual_time import START

SECRET = "tk-5up3r-53cr3t"  # noqa: S105 - opens nothing but servers of these tests
PHONE = "34600111222"
CONTACT = Contact(identifier=PHONE, source="whatsapp", name="Ana")
SHORT = aiohttp.ClientTimeout(total=5, sock_connect=0.2, sock_read=0.2)
"""A server that says nothing is given up after a fifth of a second."""
LONG = aiohttp.ClientTimeout(total=60)
MADE = b'{"contact": [{"uuid": "u1", "phoneNumber": "+34 600 111 222"}]}'
MEBIBYTE = 1024 * 1024


class FixedClock:
    """It is always the same time."""

    def now(self) -> datetime:
        return START


def callbell(base_url: str, timeout: aiohttp.ClientTimeout = SHORT) -> CallbellClient:
    """Return a client of the service at this address."""
    return CallbellClient(base_url, Token(SECRET), FixedClock(), timeout)


@pytest.fixture(autouse=True)
def _nothing_told(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Hold for every test of this file: no log, not even at its most talkative, holds the token or the number."""
    caplog.set_level(logging.DEBUG)
    yield
    assert SECRET not in caplog.text
    assert PHONE not in caplog.text


async def asked(base_url: str, call: str = "create", patience: aiohttp.ClientTimeout = SHORT) -> Reply:
    """Return the reply to one call, which holds neither the token nor the number."""
    async with callbell(base_url, patience) as service:
        reply = await service.send(create_contact(CONTACT) if call == "create" else find_contact(CONTACT))
        assert SECRET not in repr(service)
    if reply.contact is None:
        assert PHONE not in repr(reply)
    assert SECRET not in repr(reply)
    return reply


def with_fault(kind: FaultKind, commit: Commit = Commit.NO, **more: str) -> Sandbox:
    """Return a sandbox whose first POST goes wrong."""
    faults = Faults(script=(Scripted(fault=Fault(kind, commit)),), retry_after=more.get("retry_after", "1"))
    return Sandbox(SandboxOptions(account=AccountSetup(token=SECRET), faults=faults))


@dataclass(slots=True, kw_only=True)
class Peer:
    """A server made by hand, and what it was sent."""

    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    scheme: str = "http"

    @property
    def base_url(self) -> str:
        """Where the API would begin."""
        return f"{self.scheme}://127.0.0.1:{self.port}/v1"


Answer = Callable[[Peer, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def served(answer: Answer, *, tls: ssl.SSLContext | None = None, read: bool = True) -> AsyncIterator[Peer]:
    """Run a server that reads each request, does as it is told, and closes the connection."""
    peer = Peer(scheme="https" if tls else "http")
    under_way: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        under_way.add(task := asyncio.current_task() or pytest.fail("no task"))
        peer.connections += 1
        try:
            while not read or await _read_request(peer, reader):
                await answer(peer, writer)
                if not read:
                    break
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            under_way.discard(task)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await server.wait_closed()


async def _read_request(peer: Peer, reader: asyncio.StreamReader) -> bool:
    """Return whether there was one more request on the connection."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return False
    lines = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    length = next((int(value) for name, _, value in lines if name == b"content-length"), 0)
    peer.requests.append(head + await reader.readexactly(length))
    return True


def sends(raw: bytes, *, then_hang: bool = False, keep: bool = False) -> Answer:
    """Return what sends these bytes to every request, and then closes the connection."""

    async def answer(_peer: Peer, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        if then_hang:
            await asyncio.Event().wait()
        if not keep:
            writer.close()

    return answer


async def resets(_peer: Peer, writer: asyncio.StreamWriter) -> None:
    """Reset the connection (TCP RST)."""
    linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


def response(status: int, body: bytes = b"", *headers: str) -> bytes:
    """Return a response as it stands on the wire."""
    lines = [f"HTTP/1.1 {status} Word", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


# What goes well


async def test_a_contact_is_made_found_and_read() -> None:
    """A POST answers with the new contact, the look-up with the same one, and any other path with its JSON."""
    async with Sandbox(SandboxOptions(account=AccountSetup(token=SECRET))) as sandbox:
        async with callbell(sandbox.base_url) as service:
            made, found = await service.send(create_contact(CONTACT)), await service.send(find_contact(CONTACT))
            reply = await service.send(Request(method="GET", path="contacts", query={"page": "1"}))
        (stored,) = sandbox.contacts
    assert made.contact is not None
    assert (made.arrival, made.http_status, made.contact.uuid) == (Arrival.ANSWERED, 200, stored.uuid)
    assert (found.http_status, found.contact) == (200, made.contact)
    assert reply.http_status == 200
    assert isinstance(reply.json, dict)
    assert [one["uuid"] for one in reply.json["contacts"]] == [stored.uuid]


async def test_a_contact_that_is_not_there_is_a_404() -> None:
    """The look-up of a number that nobody has answers 404, without a contact."""
    async with Sandbox(SandboxOptions(account=AccountSetup(token=SECRET))) as sandbox:
        reply = await asked(sandbox.base_url, "find")
    assert (reply.arrival, reply.http_status, reply.contact) == (Arrival.ANSWERED, 404, None)


async def test_each_request_carries_the_token_and_says_json() -> None:
    """The token is on POST, look-up and read alike, in one header and nowhere else."""
    async with served(sends(response(200, MADE), keep=True)) as peer, callbell(peer.base_url + "/") as service:
        await service.send(create_contact(CONTACT))
        await service.send(find_contact(CONTACT))
        await service.send(WHO_AM_I)
    assert [request.split(b" HTTP")[0] for request in peer.requests] == [
        b"POST /v1/contacts",
        b"GET /v1/contacts/phone/34600111222",
        b"GET /v1/auth/me",
    ]
    for request in peer.requests:
        assert request.count(SECRET.encode()) == 1
        assert f"\r\nAuthorization: Bearer {SECRET}\r\n".encode() in request
        assert b"\r\nAccept: application/json\r\n" in request
        assert b"\r\nContent-Type: application/json\r\n" in request


async def test_a_token_that_the_service_repeats_goes_no_further() -> None:
    """Neither in the words of an error, also where they are cut off, nor in a contact, nor in JSON that is read."""
    for words in (f"the key {SECRET} is blocked", f"{'x' * 295}{SECRET}"):
        async with served(sends(response(422, json.dumps({"message": words}).encode()))) as peer:
            reply = await asked(peer.base_url)
            assert reply.message.startswith(words[:8])
            assert SECRET[:5] not in reply.message
    made = json.dumps({"contact": {"uuid": SECRET, "href": f"https://host/?key={SECRET}"}}).encode()
    async with served(sends(response(200, made), keep=True)) as peer, callbell(peer.base_url) as service:
        assert SECRET not in repr(await service.send(create_contact(CONTACT)))
        assert SECRET not in repr(await service.send(WHO_AM_I))
        assert SECRET not in repr(await service.send(delete_contact("u1")))


async def test_the_body_is_the_contact_as_json() -> None:
    """What is sent reads back as the contact; half a character goes out as JSON's escape, not as an exception."""
    contact = replace(CONTACT, name="Ána 🌍", tags=("VIP",), note="half \ud83d")
    async with served(sends(response(200, MADE))) as peer, callbell(peer.base_url) as service:
        await service.send(create_contact(contact))
    body = peer.requests[0].partition(b"\r\n\r\n")[2].decode()
    assert from_json(body) == contact


async def test_a_look_up_asks_for_the_digits_in_the_channel() -> None:
    """The path has digits only, and the channel is the POST's, encoded for a URL."""
    contact = replace(CONTACT, identifier="+34 600-111-222", channel_uuid="a&b c")
    async with served(sends(response(404))) as peer, callbell(peer.base_url) as service:
        await service.send(find_contact(contact))
    assert peer.requests[0].split(b" ")[1] == b"/v1/contacts/phone/34600111222?channel_uuid=a%26b+c"


async def test_the_machines_proxy_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """With proxies in the environment the request goes straight to the service all the same."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with served(sends(response(200, MADE))) as peer:
        reply = await asked(peer.base_url)
    assert reply.http_status == 200


async def test_no_cookie_is_kept() -> None:
    """A cookie that the service sets is not sent back."""
    answer = sends(response(200, MADE, "Set-Cookie: a=b; Path=/", "Set-Cookie: \x7f=;;"), keep=True)
    # By name, because no jar keeps the cookies of a bare address.
    async with served(answer) as peer, callbell(peer.base_url.replace("127.0.0.1", "localhost")) as service:
        for _ in range(2):
            assert (await service.send(create_contact(CONTACT))).http_status == 200
    assert len(peer.requests) == 2
    assert not any(b"cookie" in request.lower() for request in peer.requests)


async def test_a_connection_is_used_again() -> None:
    """Requests one after the other share a connection."""
    async with served(sends(response(200, MADE), keep=True)) as peer, callbell(peer.base_url) as service:
        for _ in range(3):
            await service.send(create_contact(CONTACT))
    assert (peer.connections, len(peer.requests)) == (1, 3)


async def test_a_client_waits_and_keeps_connections_as_long_as_was_measured() -> None:
    """10 s for a connection, 30 s in all; an idle connection is closed before servers close theirs, after 5 s."""
    async with CallbellClient("http://127.0.0.1/v1", Token(SECRET), FixedClock()) as service:
        connector = service._http.connector
        assert isinstance(connector, aiohttp.TCPConnector)
        assert service._http.timeout == aiohttp.ClientTimeout(total=30, sock_connect=10)
        assert connector._keepalive_timeout == 4.0
        assert connector.limit == 0  # the worker pool decides how many are in flight


# What surely never arrived


async def test_a_refused_connection_never_arrived() -> None:
    """Nobody listens on the port: sure not to have arrived, and worth another attempt."""
    port = free_port()
    reply = await asked(f"http://127.0.0.1:{port}/v1")
    assert (reply.arrival, reply.http_status, reply.fatal) == (Arrival.NEVER, None, False)
    assert (reply.message, reply.no_connection) == (
        "connection refused",
        f"No connection to 127.0.0.1:{port} (refused).",
    )


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (errno.ECONNREFUSED, "connection refused"),
        (errno.ETIMEDOUT, "connection timed out"),
        (errno.ENETUNREACH, "network unreachable"),
        (errno.EHOSTUNREACH, "network unreachable"),
        (errno.EMFILE, "no connection came about"),
    ],
)
def test_the_system_says_why_no_connection_came_about(number: int, message: str) -> None:
    """In words that say more than its number."""
    failed = OSError(number, "secret")
    error = aiohttp.ClientConnectorError(
        aiohttp.client_reqrep.ConnectionKey(
            host="h",
            port=1,
            is_ssl=False,
            ssl=True,
            proxy=None,
            proxy_auth=None,
            proxy_headers_hash=None,
        ),
        failed,
    )
    reply = unanswered(error, "api.callbell.eu:443")
    assert (reply.arrival, reply.message, reply.address) == (Arrival.NEVER, message, "api.callbell.eu:443")


@pytest.mark.parametrize(
    ("base_url", "address"),
    [
        ("https://api.callbell.eu/v1", "api.callbell.eu:443"),
        ("http://127.0.0.1:8080/v1", "127.0.0.1:8080"),
        ("http://[::1]:8080/v1", "[::1]:8080"),
        ("https://name:secret@api.callbell.eu/v1", "api.callbell.eu:443"),
        ("https://127.0.0.1:99999/v1", ""),
        ("v1", ""),
    ],
)
def test_an_address_is_named_by_host_and_port(base_url: str, address: str) -> None:
    """And by nothing else: what stands before the host is secret."""
    assert _address(base_url) == address


class NoNames(aiohttp.abc.AbstractResolver):
    """Knows no name: asking a real one would leave the loopback address."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        raise OSError(errno.ENOENT, f"no address for {host}:{port} ({family})")

    async def close(self) -> None:
        pass


async def test_a_name_that_is_not_found_never_arrived(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failed DNS look-up is sure not to have arrived."""
    async with callbell("http://callbell.test/v1") as service:
        # Put in from outside, because the client has no option for it and needs none.
        monkeypatch.setattr(service._http.connector, "_resolver", NoNames())
        reply = await service.send(create_contact(CONTACT))
    assert (reply.arrival, reply.fatal, reply.message) == (Arrival.NEVER, False, "name not found")
    assert reply.no_connection == "No connection to callbell.test:80 (name not found)."


@pytest.mark.parametrize(
    "base_url",
    ["https://api..callbell.test/v1", "https://[::1/v1", "https://127.0.0.1:99999/v1", "ftp://127.0.0.1/v1", "v1"],
)
@pytest.mark.parametrize("call", ["create", "find"])
async def test_an_address_that_is_none_never_arrived(base_url: str, call: str) -> None:
    """A base_url that cannot be one is a reply too, and no request can succeed before a person mends it."""
    reply = await asked(base_url, call)
    assert (reply.arrival, reply.fatal, reply.message) == (Arrival.NEVER, True, "base_url is no address")


async def test_tls_to_a_port_that_has_none_never_arrived() -> None:
    """A server that answers the greeting of TLS with plain HTTP has seen no request."""
    async with served(sends(response(400)), read=False) as peer:
        reply = await asked(peer.base_url.replace("http:", "https:"))
    assert (reply.arrival, reply.http_status, reply.fatal) == (Arrival.NEVER, None, False)


async def test_a_reset_in_the_greeting_of_tls_never_arrived() -> None:
    """A connection that is reset before TLS stands has carried no request."""
    async with served(resets, read=False) as peer:
        reply = await asked(peer.base_url.replace("http:", "https:"))
    assert reply.arrival is Arrival.NEVER


def tls_of(authority: trustme.CA, name: str) -> ssl.SSLContext:
    """Return a server's TLS with a certificate for the name."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


async def test_a_certificate_of_a_stranger_ends_the_run() -> None:
    """A certificate that no known authority signed: nothing was sent, and a person has to see to it."""
    async with served(sends(response(200, MADE)), tls=tls_of(trustme.CA(), "127.0.0.1")) as peer:
        reply = await asked(peer.base_url)
    assert (reply.arrival, reply.fatal, peer.requests) == (Arrival.NEVER, True, [])


@pytest.mark.parametrize(("name", "status"), [("127.0.0.1", 200), ("callbell.test", None)])
async def test_a_certificate_must_be_for_the_host(
    monkeypatch: pytest.MonkeyPatch, name: str, status: int | None
) -> None:
    """A certificate that is trusted does for its own host, and for another one ends the run."""
    authority = trustme.CA()
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    # Put in from outside: the client has no option for whom it trusts, and is to have none.
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting)
    async with served(sends(response(200, MADE)), tls=tls_of(authority, name)) as peer:
        reply = await asked(peer.base_url)
    assert (reply.http_status, reply.fatal) == (status, status is None)
    assert len(peer.requests) == (1 if status else 0)


async def test_it_is_known_how_long_an_answer_was_waited_for_that_never_came() -> None:
    """It is a part of the outage; one that came at once was not waited for."""
    async with served(sends(b"", then_hang=True)) as peer:
        assert 0.15 < (await asked(peer.base_url)).silent_seconds < 5.0
    async with served(sends(response(200, MADE))) as peer:
        assert (await asked(peer.base_url)).silent_seconds == 0.0


async def test_a_greeting_of_tls_that_is_not_answered_never_arrived() -> None:
    """A server that takes the connection and says nothing to TLS is given up as a connection that was not made."""
    async with served(sends(b"", then_hang=True), read=False) as peer:
        reply = await asked(peer.base_url.replace("http:", "https:"))
    assert (reply.arrival, reply.message) == (Arrival.NEVER, "connection timed out")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows refuses a connection that finds the queue full")
async def test_a_connection_that_nobody_takes_never_arrived() -> None:
    """A server whose queue is full lets the connection wait; given up, it is sure not to have arrived."""
    with contextlib.ExitStack() as opened:
        full = opened.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(8):
            waiting = opened.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(full.getsockname())
        reply = await asked(f"http://127.0.0.1:{full.getsockname()[1]}/v1")
    assert (reply.arrival, reply.message) == (Arrival.NEVER, "connection timed out")


# What may have arrived


@pytest.mark.parametrize("commit", [Commit.NO, Commit.YES])
@pytest.mark.parametrize(
    "kind", [FaultKind.RESET, FaultKind.CLOSE, FaultKind.HANG, FaultKind.CUT_HEADERS, FaultKind.GARBAGE]
)
async def test_without_an_answer_it_may_have_arrived(kind: FaultKind, commit: Commit) -> None:
    """Whether the contact was made or not, the reply is the same: it may have arrived, and there is no status."""
    async with with_fault(kind, commit) as sandbox:
        reply = await asked(sandbox.base_url)
        assert len(sandbox.contacts) == (commit is Commit.YES)
        assert sandbox.traffic.requests["POST /contacts"] == 1
    assert (reply.arrival, reply.http_status, reply.contact, reply.fatal) == (Arrival.UNKNOWN, None, None, False)


@pytest.mark.parametrize("read", [True, False])
async def test_a_reset_may_have_arrived(read: bool) -> None:  # noqa: FBT001 - a table of cases
    """A reset before the request was read, or after: the client cannot tell which, and says so."""
    async with served(resets, read=read) as peer:
        reply = await asked(peer.base_url)
    assert (reply.arrival, reply.http_status) == (Arrival.UNKNOWN, None)


async def test_a_connection_that_was_just_closed_may_have_carried_it() -> None:
    """A server that closes a kept connection at the second request may have read it; it is not sent again."""

    async def once(peer: Peer, writer: asyncio.StreamWriter) -> None:
        if len(peer.requests) == 1:
            writer.write(response(200, MADE))
        else:
            writer.close()

    async with served(once) as peer, callbell(peer.base_url) as service:
        first, second = await service.send(create_contact(CONTACT)), await service.send(create_contact(CONTACT))
    assert (first.http_status, second.arrival, second.http_status) == (200, Arrival.UNKNOWN, None)
    assert len(peer.requests) == 2


async def test_a_cancelled_request_is_the_callers_affair() -> None:
    """Being cancelled is not swallowed: who cancels knows that the request may have arrived."""
    async with served(sends(b"", then_hang=True)) as peer, callbell(peer.base_url) as service:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(service.send(create_contact(CONTACT)), 0.05)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\r\n",
        b"\x00\xff\xfe" * 100,
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 fine thanks\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"x" * 20_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 5_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: applic",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
)
async def test_an_answer_that_is_not_http_may_have_arrived(raw: bytes) -> None:
    """Whatever comes in place of HTTP is no status: aiohttp's own error carries a 400 that nobody sent."""
    async with served(sends(raw)) as peer:
        reply = await asked(peer.base_url)
    assert (reply.arrival, reply.http_status, reply.contact) == (Arrival.UNKNOWN, None, None)


# What was answered


@pytest.mark.parametrize(
    "kind", [FaultKind.CUT_BODY, FaultKind.SLOW_BODY, FaultKind.HTML, FaultKind.NO_UUID, FaultKind.HUGE_BODY]
)
async def test_a_2xx_whose_body_cannot_be_read_was_answered(kind: FaultKind) -> None:
    """The status of a response that was received stands, whatever becomes of its body; the contact is unknown."""
    async with with_fault(kind, Commit.YES) as sandbox:
        reply = await asked(sandbox.base_url)
    assert (reply.arrival, reply.http_status, reply.contact) == (Arrival.ANSWERED, 200, None)


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 422 No\r\nContent-Length: 500\r\n\r\n" + b'{"error": "Tag',
        b"HTTP/1.1 422 No\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{'err",
        b"HTTP/1.1 422 No\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!",
        b"HTTP/1.1 422 No\r\nContent-Encoding: deflate\r\nContent-Length: 9\r\n\r\nnot zlib!",
        b"HTTP/1.1 422 No\r\nContent-Encoding: sixpack\r\nContent-Length: 3\r\n\r\n\xff\xfe\xfd",
        b"HTTP/1.1 422 No\r\nContent-Type: text/html; charset=nonsense\r\nContent-Length: 3\r\n\r\n<p>",
        b"HTTP/1.1 422 \r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.0 422 No\r\n\r\n",
    ],
)
async def test_a_refusal_whose_body_is_broken_is_a_refusal(raw: bytes) -> None:
    """A 422 was received, however its body ends or is packed: the status is kept, and some words are there."""
    async with served(sends(raw)) as peer:
        reply = await asked(peer.base_url)
    assert (reply.arrival, reply.http_status, reply.message) == (Arrival.ANSWERED, 422, "status 422")


async def test_a_bad_piece_of_a_body_in_pieces_keeps_the_status() -> None:
    """A body in chunks that turns to garbage after the headers were received leaves the status as it is."""

    async def answer(_peer: Peer, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 422 No\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        await writer.drain()
        for _ in range(20):  # so that it comes on its own: what comes with the headers is one garbage with them
            await asyncio.sleep(0)
        writer.write(b"zzz\r\n")
        writer.close()

    # aiohttp 3.14.5 does not tell who reads the body, so that the whole request's time has to be over.
    async with served(answer) as peer:
        reply = await asked(peer.base_url, patience=aiohttp.ClientTimeout(total=0.2))
    assert (reply.arrival, reply.http_status) == (Arrival.ANSWERED, 422)


async def test_a_body_that_comes_too_slowly_keeps_the_status() -> None:
    """A refusal whose body never ends in time was received all the same."""
    raw = b"HTTP/1.1 422 No\r\nContent-Length: 500\r\n\r\n{"
    async with served(sends(raw, then_hang=True)) as peer:
        dripping = await asked(peer.base_url)
        in_all = await asked(peer.base_url, patience=aiohttp.ClientTimeout(total=0.2))
    assert (dripping.http_status, in_all.http_status) == (422, 422)


async def test_words_before_the_answer_are_passed_over() -> None:
    """An interim answer (1xx) is not the answer."""
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"
    async with served(sends(hints + response(200, MADE))) as peer:
        reply = await asked(peer.base_url)
    assert reply.http_status == 200
    assert reply.contact is not None


async def test_a_body_of_a_mebibyte_is_read_and_a_longer_one_is_not() -> None:
    """The bound is exact, and what is cut leaves no half of a text behind."""
    for length, is_read in ((MEBIBYTE, True), (MEBIBYTE + 1, False)):
        body = MADE + b" " * (length - len(MADE))
        async with served(sends(response(200, body))) as peer:
            reply = await asked(peer.base_url)
        assert (reply.http_status, reply.contact is not None) == (200, is_read)


async def test_an_endless_body_is_cut() -> None:
    """A body without an end costs little more than a mebibyte, and the status is kept."""

    async def endless(_peer: Peer, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while True:
            writer.write(b" " * 65_536)
            await writer.drain()

    assert await peak_bytes(endless) < 8 * MEBIBYTE


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
async def test_a_body_that_unpacks_to_very_much_is_cut(pack: Callable[[bytes], bytes]) -> None:
    """Some KiB that unpack to 64 MiB cost little more than a mebibyte, and the status is kept."""
    encoding = "gzip" if pack is gzip.compress else "deflate"
    bomb = pack(b" " * 64 * MEBIBYTE)
    assert await peak_bytes(sends(response(200, bomb, f"Content-Encoding: {encoding}"))) < 8 * MEBIBYTE


async def peak_bytes(answer: Answer) -> int:
    """Return the most memory that was taken while a request got an answer of status 200 without a contact."""
    async with served(answer) as peer:
        tracemalloc.start()
        try:
            reply = await asked(peer.base_url)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            assert (reply.arrival, reply.http_status, reply.contact) == (Arrival.ANSWERED, 200, None)


async def test_many_packed_bodies_in_one_are_survived() -> None:
    """A body of 10,000 gzip files, one behind the other, is a body like any other."""
    packed = gzip.compress(b"") * 10_000
    async with served(sends(response(200, packed, "Content-Encoding: gzip"))) as peer:
        reply = await asked(peer.base_url)
    assert (reply.arrival, reply.http_status) == (Arrival.ANSWERED, 200)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 305, 306, 307, 308])
@pytest.mark.parametrize("call", ["create", "find"])
async def test_a_redirect_is_not_followed(status: int, call: str) -> None:
    """The server sees one request, and the reply is the redirect: followed, some turn a POST into a GET."""
    async with served(sends(response(status, b"", "Location: /v1/contacts"), keep=True)) as peer:
        reply = await asked(peer.base_url, call)
    assert (reply.arrival, reply.http_status, reply.contact) == (Arrival.ANSWERED, status, None)
    assert len(peer.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 408, 409, 413, 415, 422, 429, 500, 502, 503, 504])
async def test_a_status_comes_with_the_services_words(status: int) -> None:
    """Every status that was received is in the reply, with the words of the body."""
    async with served(sends(response(status, b'{"error": {"message": "Tag \\u001b[31munknown"}}'))) as peer:
        reply = await asked(peer.base_url)
    assert (reply.arrival, reply.http_status, reply.message) == (Arrival.ANSWERED, status, "Tag unknown")
    assert reply.retry_after_seconds is None


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (FaultKind.ERROR, 500),
        (FaultKind.BAD_GATEWAY, 502),
        (FaultKind.UNAVAILABLE, 503),
        (FaultKind.GATEWAY_TIMEOUT, 504),
        (FaultKind.UNAUTHORIZED, 401),
        (FaultKind.FORBIDDEN, 403),
        (FaultKind.THROTTLED, 429),
    ],
)
async def test_a_faulty_service_is_asked_once(kind: FaultKind, status: int) -> None:
    """An error of the service leads to no second request by the client itself."""
    async with with_fault(kind) as sandbox:
        reply = await asked(sandbox.base_url)
        assert sandbox.traffic.requests == {"POST /contacts": 1}
    assert (reply.arrival, reply.http_status) == (Arrival.ANSWERED, status)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("0", 0.0), ("soon", None), ("-3", None), ("1e9", None), ("Mon, 23 Nov 2026 02:00:30 GMT", 30.0)],
)
async def test_retry_after_is_read(header: str, seconds: float | None) -> None:
    """Seconds and a date are read, the date against the service's own clock; garbage is none."""
    date = format_datetime(START, usegmt=True)
    async with served(sends(response(429, b"", f"Retry-After: {header}", f"Date: {date}"))) as peer:
        reply = await asked(peer.base_url)
    assert (reply.http_status, reply.retry_after_seconds) == (429, seconds)


async def test_the_services_clock_is_compared_with_ours() -> None:
    """The skew is the response's own `Date` less our time."""
    date = format_datetime(START + timedelta(seconds=90), usegmt=True)
    async with served(sends(response(200, MADE, f"Date: {date}"))) as peer:
        assert (await asked(peer.base_url)).clock_skew_seconds == 90.0


async def test_a_posts_answer_tells_by_when_it_had_left() -> None:
    """Counted from when the body left, by the response's own `Date`; a GET has no body, and nobody asks."""
    date = format_datetime(START + timedelta(seconds=90), usegmt=True)
    async with served(sends(response(200, MADE, f"Date: {date}"))) as peer:
        left_by = (await asked(peer.base_url)).left_by
        assert left_by is not None
        assert timedelta(seconds=90) < left_by - START <= timedelta(seconds=91)
    async with served(sends(response(200, MADE, f"Date: {date}"))) as peer, callbell(peer.base_url) as service:
        assert (await service.send(WHO_AM_I)).left_by is None


async def test_the_time_before_a_connection_came_about_does_not_count() -> None:
    """The request had not left then: what was made in that time is not ours."""
    date = format_datetime(START, usegmt=True)
    async with served(sends(response(200, MADE, f"Date: {date}"))) as peer, callbell(peer.base_url, LONG) as service:
        connector = service._http.connector
        assert connector is not None
        connect = connector.connect

        async def slowly(*arguments: Any, **named: Any) -> Any:
            await asyncio.sleep(0.3)
            return await connect(*arguments, **named)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(connector, "connect", slowly)
            reply = await service.send(create_contact(CONTACT))
    assert reply.left_by is not None
    assert reply.left_by - START > timedelta(seconds=0.8)


def test_the_constants_are_as_measured() -> None:
    """Half a minute for an answer, ten seconds for a connection, and idle ones closed before the server does."""
    assert (_TIMEOUT.total, _TIMEOUT.sock_connect, _KEEP_SECONDS) == (30, 10, 4)


async def test_an_idle_connection_is_closed_before_servers_do() -> None:
    """With the constant, and however many are in flight."""
    async with callbell("http://127.0.0.1:9") as service:
        connector = service._http.connector
        assert isinstance(connector, aiohttp.TCPConnector)
        assert (connector._keepalive_timeout, connector.limit) == (_KEEP_SECONDS, 0)
    async with CallbellClient("http://127.0.0.1:9", Token(SECRET), FixedClock()) as patient:
        assert patient._http.timeout == _TIMEOUT


# Every way of failing that aiohttp has


def kinds_of(base: type[Exception]) -> set[type[Exception]]:
    """Return the class and all that are derived from it in aiohttp."""
    found = {base}.union(*map(kinds_of, base.__subclasses__()))
    return {kind for kind in found if kind.__module__.startswith("aiohttp")}


def test_only_what_comes_before_sending_never_arrived() -> None:
    """Of all of aiohttp's client errors, these alone say that nothing was sent; a new one must be looked at."""
    never = {
        kind.__name__
        for kind in kinds_of(aiohttp.ClientError)
        if unanswered(kind.__new__(kind)).arrival is Arrival.NEVER
    }
    # The two of redirects cannot come, because none is followed; those of proxies and Unix sockets neither.
    assert never == {
        "ClientConnectorCertificateError",
        "ClientConnectorDNSError",
        "ClientConnectorError",
        "ClientConnectorSSLError",
        "ClientProxyConnectionError",
        "ClientSSLError",
        "ConnectionTimeoutError",
        "InvalidURL",
        "InvalidUrlClientError",
        "InvalidUrlRedirectClientError",
        "NonHttpUrlClientError",
        "NonHttpUrlRedirectClientError",
        "UnixClientConnectorError",
    }


@pytest.mark.parametrize(
    ("kind", "arrival", "message", "is_fatal"),
    [
        (aiohttp.InvalidURL, Arrival.NEVER, "base_url is no address", True),
        (aiohttp.NonHttpUrlClientError, Arrival.NEVER, "base_url is no address", True),
        (UnicodeError, Arrival.NEVER, "base_url is no address", True),
        (aiohttp.ClientConnectorDNSError, Arrival.NEVER, "name not found", False),
        (aiohttp.ClientConnectorCertificateError, Arrival.NEVER, "its certificate is not good", True),
        (aiohttp.ClientConnectorSSLError, Arrival.NEVER, "no safe connection (TLS) came about", False),
        (aiohttp.ClientConnectorError, Arrival.NEVER, "no connection came about", False),
        (aiohttp.ConnectionTimeoutError, Arrival.NEVER, "connection timed out", False),
        (aiohttp.ServerTimeoutError, Arrival.UNKNOWN, "no answer in time", False),
        (TimeoutError, Arrival.UNKNOWN, "no answer in time", False),
        (ConnectionResetError, Arrival.UNKNOWN, "the connection broke off", False),
        (aiohttp.ClientOSError, Arrival.UNKNOWN, "the connection broke off", False),
        (aiohttp.ServerDisconnectedError, Arrival.UNKNOWN, "the connection broke off", False),
        (aiohttp.ClientPayloadError, Arrival.UNKNOWN, "the answer was not HTTP", False),
        (ValueError, Arrival.UNKNOWN, "the answer was not HTTP", False),
    ],
)
def test_every_failure_has_words_that_hold_nothing_of_the_request(
    kind: type[Exception],
    arrival: Arrival,
    message: str,
    is_fatal: bool,  # noqa: FBT001 - a table of cases
) -> None:
    """Ours alone: aiohttp's hold the token and the number. Only what a person has to fix ends the run."""
    assert unanswered(kind.__new__(kind)) == Reply(arrival=arrival, message=message, fatal=is_fatal)


@pytest.mark.parametrize("error", [TimeoutError(), ConnectionResetError(), ssl.SSLError(), ValueError(), OSError()])
def test_what_is_not_known_to_come_before_sending_may_have_arrived(error: Exception) -> None:
    """The plain errors of Python and of TLS say nothing about when they came."""
    assert unanswered(error) == Reply(arrival=Arrival.UNKNOWN, message=unanswered(error).message)


def test_a_narrow_kind_stands_before_the_wide_one() -> None:
    """No line of the table of failures is hidden by a line above it."""
    seen: list[type[Exception]] = []
    for kinds, _, _ in _FAILURES:
        for kind in kinds if isinstance(kinds, tuple) else (kinds,):
            assert not issubclass(kind, tuple(seen))
            seen.append(kind)
