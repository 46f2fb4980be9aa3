"""Receivers of notices on the loopback address, each on a thread of its own: web and mail servers, good and odd."""

import asyncio
import contextlib
import json
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

import trustme
from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

ServedT = TypeVar("ServedT")
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.contextmanager
def on_a_thread(serving: Callable[[], contextlib.AbstractAsyncContextManager[ServedT]]) -> Iterator[ServedT]:
    """Yield what is served on a thread of its own while the block runs."""
    ready, loops, served = threading.Event(), [], []
    over = asyncio.Event()

    async def serve() -> None:
        async with serving() as one:
            served.append(one)
            loops.append(asyncio.get_running_loop())
            ready.set()
            await over.wait()

    thread = threading.Thread(target=asyncio.run, args=[serve()])
    thread.start()
    assert ready.wait(10)
    try:
        yield served[0]
    finally:
        loops[0].call_soon_threadsafe(over.set)
        thread.join(10)


@dataclass(frozen=True, kw_only=True)
class Posted:
    """A request that a web server got."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def content(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(kw_only=True)
class WebReceiver:
    """A web server that records what is posted to it.

    Args:
        statuses: Of its answers, in their order; the last is repeated.

    """

    statuses: tuple[int, ...] = (200,)
    got: list[Posted] = field(default_factory=list)
    url: str = ""

    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        one = Posted(method=request.method, path=request.path_qs, headers=dict(request.headers), body=body)
        self.got.append(one)
        status = self.statuses[min(len(self.got), len(self.statuses)) - 1]
        headers = {"Location": f"{self.url}/elsewhere"} if status // 100 == 3 else {}
        return web.Response(status=status, text="ok", headers=headers)

    @contextlib.asynccontextmanager
    async def _serving(self, secure: ssl.SSLContext | None) -> AsyncIterator["WebReceiver"]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=secure).start()
        self.url = f"{'https' if secure else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()


def web_receiver(
    *statuses: int, secure: ssl.SSLContext | None = None
) -> contextlib.AbstractContextManager[WebReceiver]:
    """Yield a web server that answers with these statuses."""
    receiver = WebReceiver(statuses=statuses or (200,))
    return on_a_thread(lambda: receiver._serving(secure))


def odd_server(talk: Talk) -> contextlib.AbstractContextManager[int]:
    """Yield the port of a server that talks as it is told."""

    @contextlib.asynccontextmanager
    async def serving() -> AsyncIterator[int]:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await talk(reader, writer)
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        yield server.sockets[0].getsockname()[1]
        server.close()

    return on_a_thread(serving)


async def hangs(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Never say a word, until the other side has hung up."""
    await reader.read()


async def breaks_off(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Read something, and hang up."""
    await reader.read(10)


async def hangs_up(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Hang up at once."""


async def stops_half_way(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Begin an answer, and hang up within its first line."""
    await reader.read(10)
    writer.write(b"HTTP/1.1 2")
    await writer.drain()


async def drops_the_mail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Be a mail server, until the whole mail is there, and hang up."""
    writer.write(b"220 hello\r\n")
    while line := await reader.readline():
        writer.write(b"354 go on\r\n" if line == b"data\r\n" else b"250 OK\r\n")
        if line == b"data\r\n":
            await reader.readuntil(b"\r\n.\r\n")
            return


async def is_no_server_of_the_kind(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer in another language, with what it was sent."""
    said = await reader.read(1000)
    writer.write(b"?? " + said + b"\r\n")
    await writer.drain()


@dataclass(kw_only=True)
class MailReceiver:
    """A mail server that keeps what it is given.

    Args:
        user: Who may log in; empty: nobody has to.
        password: Of the login.
        refusal: The answer to a recipient or to a mail, such as `550 no`; empty: it takes everything.

    """

    user: str = ""
    password: str = ""
    refuses_recipients: str = ""
    refuses_mail: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    were_secure: list[bool] = field(default_factory=list)
    tries: int = 0
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.tries += 1
        if self.refuses_recipients:
            return self.refuses_recipients
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        if self.refuses_mail:
            return self.refuses_mail
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        self.envelopes.append(envelope)
        self.were_secure.append(session.ssl is not None)
        return "250 OK"

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object
    ) -> AuthResult:
        assert isinstance(given, LoginPassword)
        is_known = (given.login, given.password) == (self.user.encode(), self.password.encode())
        return AuthResult(success=is_known, handled=False)

    @contextlib.asynccontextmanager
    async def _serving(
        self, starttls: ssl.SSLContext | None, tls: ssl.SSLContext | None
    ) -> AsyncIterator["MailReceiver"]:
        def talk() -> SMTP:
            return SMTP(
                self,
                hostname="mail.test",
                tls_context=starttls,
                require_starttls=starttls is not None,
                authenticator=self._authenticate,
                auth_required=bool(self.user),
                auth_require_tls=starttls is not None,
                loop=asyncio.get_running_loop(),
            )

        server = await asyncio.get_running_loop().create_server(talk, "127.0.0.1", 0, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        yield self
        server.close()


def mail_receiver(
    *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None, **options: str
) -> contextlib.AbstractContextManager[MailReceiver]:
    """Yield a mail server, which has STARTTLS or TLS from the first byte on, or neither."""
    receiver = MailReceiver(**options)  # type: ignore[arg-type] # all of them are texts
    return on_a_thread(lambda: receiver._serving(starttls, tls))


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Return what a server of the loopback address is secured with, and the file of whom to trust for it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    trusted = folder / "trusted.pem"
    authority.cert_pem.write_to_path(str(trusted))
    return context, trusted
